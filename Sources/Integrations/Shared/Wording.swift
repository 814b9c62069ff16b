import HubCore

/// Small things that sentences are made of.
enum Wording {
    /// `3 commits`, `1 commit`.
    static func count(_ count: Int, _ noun: String) -> String {
        "\(count) \(count == 1 ? noun : noun + "s")"
    }

    /// `a`, `a and b`, `a, b and c`.
    static func list(_ items: [String]) -> String {
        guard items.count > 1, let last = items.last else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " and " + last
    }

    /// `review_requested` as people say it.
    static func humanized(_ name: String) -> String {
        guard name.utf8.hasByte(where: { $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }) else { return name }
        return String(name.map { $0 == "_" || $0 == "-" ? " " : $0 })
    }

    /// The first line that holds anything.
    static func firstLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).lazy.map { $0.trimmed() }.first { !$0.isEmpty } ?? ""
    }

    /// As people write commits: the first eleven characters.
    static func shortSHA(_ sha: String) -> String {
        String(sha.prefix(11))
    }

    /// With a capital letter at the start, the rest as it is.
    static func capitalized(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst()
    }

    /// With a full stop, unless it ends in punctuation already.
    static func sentence(_ text: String) -> String {
        guard let last = text.last, !".!?:…".contains(last) else { return text }
        return text + "."
    }
}
