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
        func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") }
        guard name.utf8.hasByte(where: isSeparator) else { return name }
        return String(decoding: name.utf8.map { isSeparator($0) ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    }

    /// The first line that holds anything. Looks no further.
    static func firstLine(_ text: String) -> String {
        let text = text.unicodeScalars.drop { $0.properties.isWhitespace }
        return String(text.prefix { !$0.isLineBreak }).trimmed()
    }

    /// As people write commits: the first eleven characters.
    static func shortSHA(_ sha: String) -> String {
        String(sha.prefix(bytes: 11))
    }

    /// With a capital letter at the start, the rest as it is.
    static func capitalized(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst()
    }

    /// With a full stop, unless it ends in punctuation already.
    static func sentence(_ text: String) -> String {
        guard let last = text.unicodeScalars.last, !".!?:…".unicodeScalars.contains(last) else { return text }
        return text + "."
    }
}

extension Unicode.Scalar {
    /// As ``Character/isNewline``.
    var isLineBreak: Bool {
        switch self {
        case "\n"..."\r", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }
}
