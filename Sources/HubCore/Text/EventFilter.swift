/// Which events are wanted: those that some pattern of ``only`` matches, less those of ``exclude``.
///
/// A pattern matches an event by its type, by any family of it (`pull_request` matches `pull_request.opened`), or by
/// another name that people know the event by.
package struct EventFilter: Sendable, Hashable {
    /// Nil: all.
    package let only: [Glob]?
    package let exclude: [Glob]
    /// Events that are quiet unless they are asked for, and are asked for.
    package let include: [Glob]

    package init(only: [Glob]? = nil, exclude: [Glob] = [], include: [Glob] = []) {
        (self.only, self.exclude, self.include) = (only, exclude, include)
    }

    /// The setting that leaves an event out, by the name people give it; nil when the event may pass. The event may
    /// have other names (`aliases`).
    package func setting(against type: String, aliases: [String] = []) -> String? {
        if only == nil, exclude.isEmpty { return nil }
        let names = Self.families(of: type) + aliases
        if matches(exclude, names) { return "exclude_events" }
        if let only, !matches(only, names) { return "only_events" }
        return nil
    }

    /// Whether an event that is quiet by default is asked for: some pattern of ``include`` matches it, or ``only``
    /// names it in full.
    package func asksFor(_ type: String) -> Bool {
        (!include.isEmpty && matches(include, Self.families(of: type))) || (only ?? []).contains { $0.pattern == type }
    }

    private func matches(_ globs: [Glob], _ names: [String]) -> Bool {
        globs.contains { glob in names.contains { glob.matches($0) } }
    }

    /// `a.b.c` belongs to `a.b.c`, `a.b` and `a`.
    private static func families(of type: String) -> [String] {
        var families = [type]
        var rest = type[...]
        while let dot = rest.lastIndex(of: ".") {
            rest = rest[..<dot]
            families.append(String(rest))
        }
        return families
    }
}
