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
        func isMatched(by globs: [Glob]) -> Bool {
            globs.contains { glob in Self.matches(glob, familyOf: type) || aliases.contains { glob.matches($0) } }
        }
        if isMatched(by: exclude) { return "exclude_events" }
        if let only, !isMatched(by: only) { return "only_events" }
        return nil
    }

    /// Whether an event that is quiet by default is asked for: some pattern of ``include`` matches it, or ``only``
    /// names it in full.
    package func asksFor(_ type: String) -> Bool {
        include.contains { Self.matches($0, familyOf: type) } || (only ?? []).contains { $0.pattern == type }
    }

    /// `a.b.c` belongs to `a.b.c`, `a.b` and `a`. None of them is copied: a type may be as long as a request.
    private static func matches(_ glob: Glob, familyOf type: String) -> Bool {
        var family = type[...]
        while !glob.matches(family) {
            guard let dot = family.utf8.lastIndex(of: UInt8(ascii: ".")) else { return false }
            family = family[..<dot]
        }
        return true
    }
}
