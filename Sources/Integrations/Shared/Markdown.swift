import HubCore

/// Builds the neutral Markdown (CommonMark) of message bodies out of what strangers wrote.
///
/// Neutral Markdown knows no mentions: what pings people in one chat system (`@all`, `<!here>`) is plain text here, and
/// the connector that renders for that system keeps it plain.
enum Markdown {
    /// In bytes, of what goes into a line or quotation: more than any message holds, so that its cut is seen.
    private static let lengthLimit = 5 * MessageDraft.bodyLimit

    // MARK: Inline

    /// Text on one line that shows as written: runs of white space become one blank, and a backslash stands before
    /// each character that would be markup where it stands. What is harmless (`snake_case`, `2 * 3`, `[x]`) stays, and
    /// so do code and URLs.
    static func escaped(_ text: String) -> String {
        let text = flattened(text)
        return text.mayHoldMarkup ? MarkdownEscaper(text, isLinkText: false).escaped() : text
    }

    /// As ``escaped(_:)``, for text that begins a line or the item of a list: it is no list, heading or quotation of
    /// its own.
    static func escapedLine(_ text: String) -> String {
        let line = escaped(text)
        guard let mark = blockMark(in: line) else { return line }
        return line[..<mark] + "\\" + line[mark...]
    }

    /// Where a backslash has to stand so that the line begins no block (CommonMark §4 and §5, task lists and tables).
    private static func blockMark(in line: String) -> String.Index? {
        let bytes = line.utf8
        let digits = bytes.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let rest = Array(bytes[digits.endIndex...].prefix(7))
        guard let first = rest.first else { return nil }
        let isBeforeBlank = rest.count == 1 || rest[1] == 0x20
        if !digits.isEmpty {
            let isNumber = first == UInt8(ascii: ".") || first == UInt8(ascii: ")")
            return isNumber && isBeforeBlank && digits.count < 10 ? digits.endIndex : nil
        }
        let isMark =
            switch first {
            case UInt8(ascii: "+"): isBeforeBlank
            case UInt8(ascii: "-"): isBeforeBlank || rest[1] == first
            case UInt8(ascii: "#"): rest.first { $0 != first } ?? 0x20 == 0x20
            case UInt8(ascii: ">"), UInt8(ascii: "="), UInt8(ascii: "|"): true
            case UInt8(ascii: ":"): rest.count > 1 && rest[1] == UInt8(ascii: "-")
            case UInt8(ascii: "["): rest.count > 2 && rest[2] == UInt8(ascii: "]") || line.contains(bytes: "]:")
            default: false
            }
        return isMark ? bytes.startIndex : nil
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
        let fence = fence(around: text, atLeast: 1)
        return "\(fence) \(text) \(fence)"
    }

    /// Backticks that end no code before they are meant to: one more than stand anywhere together in the text.
    static func fence(around text: String, atLeast least: Int) -> String {
        var (run, longest) = (0, 0)
        for byte in text.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        return String(repeating: "`", count: max(least, longest + 1))
    }

    static func bold(_ text: String) -> String {
        "**\(escaped(text))**"
    }

    // MARK: Blocks

    /// What someone wrote, in Markdown of their own, as a quotation; empty for blank text.
    static func quote(_ text: String) -> String {
        var text = String(text.prefix(bytes: lengthLimit))
        return text.withUTF8 { bytes in
            var quote: [UInt8] = []
            quote.reserveCapacity(bytes.count + 16)
            var blankLines = 0
            var rest = bytes[...]
            while true {
                // A line ends with a line feed, a carriage return, or both (CommonMark §2.1).
                let line = rest.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
                if let last = line.lastIndex(where: { $0 > 0x20 }) {
                    // Blank lines at both ends are left out.
                    if !quote.isEmpty {
                        for _ in 0..<blankLines { quote += "\n>".utf8 }
                        quote.append(UInt8(ascii: "\n"))
                    }
                    blankLines = 0
                    quote += "> ".utf8
                    quote += line[...last]
                } else {
                    blankLines += 1
                }
                rest = rest[line.endIndex...]
                guard let end = rest.first else { break }
                let isPair = end == UInt8(ascii: "\r") && rest.dropFirst().first == UInt8(ascii: "\n")
                rest = rest.dropFirst(isPair ? 2 : 1)
            }
            return String(decoding: quote, as: UTF8.self)
        }
    }

    /// Nearly no text has any, and looking for patterns costs more than all else that is said of it.
    private static func mayHaveComments(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes.indices.dropLast().contains {
                bytes[$0] == UInt8(ascii: "<") && bytes[$0 + 1] == UInt8(ascii: "!")
            }
        }
    }

    /// What someone wrote without the comments that stand in templates (`<!-- … -->`) and are not shown; in code they
    /// are, and stay.
    static func withoutComments(_ text: String) -> String {
        guard mayHaveComments(text) else { return text }
        let opening = Array("<!--".utf8)
        let closing = Array("-->".utf8)
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var fence: UInt8?
        var position = 0
        var end = 0
        while position < bytes.count {
            // A line with several comments is looked through once.
            if position >= end {
                end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
            }
            let line = bytes[position..<end]
            let mark = fenceMark(of: line)
            if let mark, fence == nil || fence == mark { fence = fence == nil ? mark : nil }
            guard fence == nil, mark == nil, let start = line.firstRange(of: opening)?.lowerBound,
                line[..<start].count(where: { $0 == UInt8(ascii: "`") }).isMultiple(of: 2)
            else {
                result += line
                position = end
                continue
            }
            result += bytes[position..<start]
            guard let close = bytes[(start + 2)...].firstRange(of: closing) else {
                // At the start of a line it takes away all that follows (CommonMark §4.6), elsewhere nothing.
                let isBlock = line[..<start].allSatisfy { $0 == 0x20 }
                return String(decoding: isBlock ? result : result + bytes[start...], as: UTF8.self)
            }
            position = close.upperBound
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The character of three or more that begin or end a block of code.
    private static func fenceMark(of line: ArraySlice<UInt8>) -> UInt8? {
        let text = line.drop { $0 == 0x20 }.prefix(3)
        guard let mark = text.first, mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~") else { return nil }
        return text.count == 3 && text.allSatisfy { $0 == mark } ? mark : nil
    }

    /// A code block whose fence is longer than any in the text.
    static func block(_ text: String, language: String = "") -> String {
        let fence = fence(around: text, atLeast: 3)
        return "\(fence)\(language)\n\(text)\n\(fence)"
    }

    /// A list of at most `limit` items, which may have several lines, and how many more there are; of a lazy collection
    /// no more than those are made.
    static func list(_ items: some Collection<String>, limit: Int = .max, more noun: String = "more") -> String {
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
        let keepsParentheses = hasPairedParentheses(url)
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
        return text.mayHoldMarkup ? MarkdownEscaper(text, isLinkText: true).escaped() : text
    }

    /// Whether every closing parenthesis has an opening one before it, and none stays open.
    private static func hasPairedParentheses(_ text: String) -> Bool {
        var depth = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") { depth -= 1 }
            if depth < 0 { return false }
        }
        return depth == 0
    }

    /// On one line, without control characters, trimmed.
    static func flattened(_ text: String) -> String {
        if text.isPlainLine { return text }
        var line = String.UnicodeScalarView()
        var isBlankDue = false
        for scalar in text.prefix(bytes: lengthLimit).unicodeScalars {
            if scalar.properties.isWhitespace {
                isBlankDue = !line.isEmpty
            } else if scalar.properties.generalCategory != .control {
                if isBlankDue { line.append(" ") }
                isBlankDue = false
                line.append(scalar)
            }
        }
        return String(line)
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

    /// As `contains`, byte by byte.
    fileprivate func contains(bytes pair: StaticString) -> Bool {
        zip(utf8, utf8.dropFirst()).contains { $0 == pair.utf8Start[0] && $1 == pair.utf8Start[1] }
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
