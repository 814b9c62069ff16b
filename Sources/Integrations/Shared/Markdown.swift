import HubCore

/// Builds the neutral Markdown (CommonMark) of message bodies out of what strangers wrote.
///
/// Neutral Markdown knows no mentions: what pings people in one chat system (`@all`, `<!here>`) is plain text here, and
/// the connector that renders for that system keeps it plain.
enum Markdown {
    // MARK: Inline

    /// Text on one line that shows as written: runs of white space become one blank, and a backslash stands before
    /// each character that would be markup where it stands. What is harmless (`snake_case`, `2 * 3`, `[x]`) stays.
    static func escaped(_ text: String) -> String {
        let text = flattened(text)
        guard text.mayHoldMarkup else { return text }
        return escaped(text, escapesBrackets: text.contains("]("))
    }

    /// As above, for text that is on one line already.
    private static func escaped(_ text: String, escapesBrackets: Bool) -> String {
        let scalars = Array(text.unicodeScalars)
        let hasOddTick = !scalars.count { $0 == "`" }.isMultiple(of: 2)
        var result = String.UnicodeScalarView()
        for index in scalars.indices {
            let before = index > 0 ? scalars[index - 1] : " "
            let after = index + 1 < scalars.count ? scalars[index + 1] : " "
            let isMarkup =
                switch scalars[index] {
                case "\\": after.isASCIIPunctuation
                case "*": before != " " || after != " "
                case "_": !(before.isWordPart && after.isWordPart) && (before != " " || after != " ")
                case "~": before == "~" || after == "~"
                case "`": hasOddTick
                case "[", "]": escapesBrackets
                case "<": after.isASCIILetter || "/!?@#".unicodeScalars.contains(after)
                case "&": isEntity(scalars[(index + 1)...])
                default: false
                }
            if isMarkup { result.append("\\") }
            result.append(scalars[index])
        }
        return String(result)
    }

    /// Whether an ampersand before this begins an entity, such as `&amp;` or `&#42;`.
    private static func isEntity(_ rest: ArraySlice<Unicode.Scalar>) -> Bool {
        let name = rest.prefix { $0 == "#" || $0.isASCIILetter || ("0"..."9").contains($0) }
        return !name.isEmpty && rest.dropFirst(name.count).first == ";"
    }

    /// `[text](url)`; without a URL that can be linked to, the text alone.
    static func link(_ text: String, _ url: String?) -> String {
        guard let url = url.flatMap(destination) else { return escaped(text) }
        return "[" + linkText(text) + "](" + url + ")"
    }

    /// As ``link(_:_:)`` with text that is Markdown already and has no links in it.
    static func link(markdown text: String, _ url: String?) -> String {
        guard let url = url.flatMap(destination) else { return text }
        return "[\(text)](\(url))"
    }

    /// A code span, whatever the text holds.
    static func code(_ text: String) -> String {
        let text = flattened(text)
        guard !text.isEmpty else { return "" }
        guard text.utf8.hasByte(where: { $0 == UInt8(ascii: "`") }) else { return "`" + text + "`" }
        var fence = "``"
        while text.contains(fence) { fence += "`" }
        return "\(fence) \(text) \(fence)"
    }

    static func bold(_ text: String) -> String {
        "**\(escaped(text))**"
    }

    // MARK: Blocks

    /// What someone wrote, in Markdown of their own, as a quotation; empty for blank text.
    static func quote(_ text: String) -> String {
        // By bytes: a carriage return is one of the blanks at the end of its line.
        var text = text
        return text.withUTF8 { bytes in
            var quote: [UInt8] = []
            quote.reserveCapacity(bytes.count + 16)
            var blankLines = 0
            for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
                guard let last = line.lastIndex(where: { $0 > 0x20 }) else {
                    blankLines += 1
                    continue
                }
                // Blank lines at both ends are left out.
                if !quote.isEmpty {
                    for _ in 0..<blankLines { quote += "\n>".utf8 }
                    quote.append(UInt8(ascii: "\n"))
                }
                blankLines = 0
                quote += "> ".utf8
                quote += line[...last]
            }
            return String(decoding: quote, as: UTF8.self)
        }
    }

    /// A code block whose fence is longer than any in the text.
    static func block(_ text: String, language: String = "") -> String {
        var fence = "```"
        while text.contains(fence) { fence += "`" }
        return "\(fence)\(language)\n\(text)\n\(fence)"
    }

    /// A list of at most `limit` items, which may have several lines, and how many more there are.
    static func list(_ items: [String], limit: Int = .max, more noun: String = "more") -> String {
        let list = items.prefix(limit).map { item in
            "* " + item.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n  ")
        }.joined(separator: "\n")
        // The blank line ends the list, or this would be part of its last item.
        return items.count > limit ? "\(list)\n\n\(more(items.count - limit, noun))" : list
    }

    /// `[and 3 more commits]`.
    static func more(_ count: Int, _ noun: String) -> String {
        "[and \(count) more \(count == 1 ? noun : noun + "s")]"
    }

    /// Blocks with a blank line between them, empty ones left out.
    static func blocks(_ blocks: String?...) -> String {
        blocks.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    // MARK: Parts

    /// A URL as it may stand in the parentheses of a link; nil for what is no web or mail address.
    static func destination(_ url: String) -> String? {
        let url = url.trimmed()
        guard url.begins(withAny: schemes) else { return nil }
        guard url.utf8.hasByte(where: needsCare) else { return url }
        let keepsParentheses = isBalanced(url, open: "(", close: ")")
        var result = ""
        for scalar in url.unicodeScalars {
            switch scalar {
            case "(" where !keepsParentheses: result += "%28"
            case ")" where !keepsParentheses: result += "%29"
            case "<": result += "%3C"
            case ">": result += "%3E"
            case "\\": result += "%5C"
            case _ where scalar.value <= 0x20 || scalar.value == 0x7F:
                result += "%" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16, uppercase: true)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static let schemes = ["https:", "http:", "mailto:"].map { Array($0.utf8) }

    private static func needsCare(_ byte: UInt8) -> Bool {
        switch byte {
        case ...0x20, 0x7F...: true
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"): true
        default: false
        }
    }

    /// In a link's text, brackets have to come in pairs, and must not make a link of their own.
    private static func linkText(_ text: String) -> String {
        let text = flattened(text)
        guard text.mayHoldMarkup else { return text }
        return escaped(
            text, escapesBrackets: text.contains("](") || !isBalanced(text, open: "[", close: "]"))
    }

    /// Whether every closing character has an opening one before it, and none stays open.
    private static func isBalanced(_ text: String, open: Character, close: Character) -> Bool {
        var depth = 0
        for character in text {
            if character == open { depth += 1 }
            if character == close { depth -= 1 }
            if depth < 0 { return false }
        }
        return depth == 0
    }

    /// On one line, without control characters, trimmed.
    static func flattened(_ text: String) -> String {
        if text.isPlainLine { return text }
        return text.split(whereSeparator: \.isWhitespace)
            .map { $0.filter { !$0.isControl } }.filter { !$0.isEmpty }
            .joined(separator: " ")
    }
}

extension String {
    /// Whether it is one line of printable ASCII with single blanks between its words: nearly every title and name.
    fileprivate var isPlainLine: Bool {
        utf8.withContiguousStorageIfAvailable { bytes in
            var before = UInt8(ascii: " ")
            for byte in bytes {
                guard byte >= 0x20, byte < 0x7F, byte != 0x20 || before != 0x20 else { return false }
                before = byte
            }
            return before != 0x20
        } ?? false
    }

    /// Whether it begins with one of these schemes, in any case, and goes on after it.
    fileprivate func begins(withAny schemes: [[UInt8]]) -> Bool {
        var text = self
        return text.withUTF8 { bytes in
            schemes.contains { scheme in
                bytes.count > scheme.count
                    && scheme.indices.allSatisfy { bytes[$0].lowercased == scheme[$0] }
            }
        }
    }

    fileprivate var mayHoldMarkup: Bool {
        utf8.hasByte { byte in
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "*"), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "`"),
                UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "<"), UInt8(ascii: "&"):
                true
            default: false
            }
        }
    }
}

extension String.UTF8View {
    /// As `contains(where:)`, which steps through a string's own index and costs several times as much.
    @inline(__always)
    func hasByte(where isMeant: (UInt8) -> Bool) -> Bool {
        withContiguousStorageIfAvailable { $0.contains(where: isMeant) } ?? contains(where: isMeant)
    }
}

extension UInt8 {
    fileprivate var lowercased: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }
}

extension Unicode.Scalar {
    fileprivate var isASCIILetter: Bool { isASCII && properties.isAlphabetic }
    fileprivate var isASCIIPunctuation: Bool {
        isASCII && !isASCIILetter && !("0"..."9").contains(self) && value > 0x20
    }
    fileprivate var isWordPart: Bool { properties.isAlphabetic || properties.numericType != nil }
}

extension Character {
    fileprivate var isControl: Bool { unicodeScalars.allSatisfy { $0.properties.generalCategory == .control } }
}
