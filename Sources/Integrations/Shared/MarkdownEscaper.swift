/// Puts a backslash before each character of a line that would be markup where it stands.
///
/// What reads Markdown takes no backslash in two places, and so these stay as they are: code spans (CommonMark §6.1),
/// and outside of links the URLs that become links by themselves (GitHub's autolinks).
///
/// Takes time in proportion to the length, whatever the text.
struct MarkdownEscaper {
    private let scalars: [Unicode.Scalar]
    private let isLinkText: Bool
    /// Where the code spans and URLs are, in their order.
    private var atoms: [Range<Int>] = []
    private var escapesBrackets = false

    /// - Parameter line: without line breaks.
    init(_ line: String, isLinkText: Bool) {
        scalars = Array(line.unicodeScalars)
        self.isLinkText = isLinkText
        findAtoms()
        escapesBrackets = hasMeantBrackets
    }

    func escaped() -> String {
        var result = String.UnicodeScalarView()
        var position = 0
        for atom in atoms + [scalars.endIndex..<scalars.endIndex] {
            for index in position..<atom.lowerBound {
                if isMarkup(at: index) { result.append("\\") }
                result.append(scalars[index])
            }
            result.append(contentsOf: scalars[atom])
            position = atom.upperBound
        }
        return String(result)
    }

    private func isMarkup(at index: Int) -> Bool {
        // At both ends stands what this line will be part of, which may be a mark.
        let before = index > 0 ? scalars[index - 1] : nil
        let after = index + 1 < scalars.count ? scalars[index + 1] : nil
        let isBetweenBlanks = before == " " && after == " "
        switch scalars[index] {
        case "\\": return after?.isASCIIPunctuation ?? true
        case "*": return !isBetweenBlanks
        case "_": return !isBetweenBlanks && !(before?.isWordPart == true && after?.isWordPart == true)
        // One opens nothing that another does not close.
        case "~": return after == "~" || before.map { $0 != " " } ?? false
        // All others are in code spans.
        case "`": return true
        case "[", "]": return escapesBrackets
        case "<": return after.map { $0.isASCIILetter || "/!?@#".unicodeScalars.contains($0) } ?? false
        case "&": return isEntity(from: index + 1)
        default: return false
        }
    }

    /// Whether an ampersand before this begins an entity, such as `&amp;` or `&#42;`.
    private func isEntity(from start: Int) -> Bool {
        let end = scalars[start...].firstIndex { !($0 == "#" || $0.isASCIILetter || $0.isASCIIDigit) }
        return end.map { $0 > start && scalars[$0] == ";" } ?? false
    }

    /// Whether brackets would make a link, or end the one that this is the text of.
    private var hasMeantBrackets: Bool {
        var depth = 0
        var position = 0
        for atom in atoms + [scalars.endIndex..<scalars.endIndex] {
            for index in position..<atom.lowerBound {
                switch scalars[index] {
                case "[": depth += 1
                case "]":
                    if index + 1 < scalars.count, scalars[index + 1] == "(" { return true }
                    depth -= 1
                    if isLinkText, depth < 0 { return true }
                default: break
                }
            }
            position = atom.upperBound
        }
        return isLinkText && depth != 0
    }

    // MARK: Atoms

    private mutating func findAtoms() {
        let ends = codeSpanEnds()
        var openBrackets = 0
        var position = 0
        while position < scalars.count {
            var end: Int?
            switch scalars[position] {
            case "`": end = ends[position]
            case "[": openBrackets += 1
            case "]": openBrackets = max(openBrackets - 1, 0)
            // A link has no links in it, and behind a bracket one may have begun.
            case "h", "H", "w": end = isLinkText || openBrackets > 0 ? nil : urlEnd(from: position)
            default: break
            }
            if let end { atoms.append(position..<end) }
            position = end ?? afterRun(at: position)
        }
    }

    /// Backticks that open nothing are passed by together.
    private func afterRun(at start: Int) -> Int {
        guard scalars[start] == "`" else { return start + 1 }
        return scalars[start...].firstIndex { $0 != "`" } ?? scalars.endIndex
    }

    /// Where the code ends that each run of backticks would open, by the start of the run: behind the next run that is
    /// as long.
    private func codeSpanEnds() -> [Int: Int] {
        var runs: [Range<Int>] = []
        var position = scalars.startIndex
        while let start = scalars[position...].firstIndex(of: "`") {
            position = afterRun(at: start)
            runs.append(start..<position)
        }
        var ends: [Int: Int] = [:]
        var nextEnd: [Int: Int] = [:]
        for run in runs.reversed() {
            ends[run.lowerBound] = nextEnd[run.count]
            nextEnd[run.count] = run.upperBound
        }
        return ends
    }

    /// Where a URL ends that begins here, as GitHub's autolinks have it; nil where none begins.
    private func urlEnd(from start: Int) -> Int? {
        let before = start > 0 ? scalars[start - 1] : " "
        let scheme = Self.schemes.first { begins(with: $0, at: start) }
        guard let scheme, scheme[0] == "w" ? " *_~(".unicodeScalars.contains(before) : !before.isASCIILetter else {
            return nil
        }
        let host = scalars[(start + scheme.count)...].prefix { $0.isWordPart || $0 == "-" || $0 == "." }
        // Hosts with an underscore are not always links.
        guard host.first?.isWordPart == true, host.endIndex == scalars.endIndex || scalars[host.endIndex] != "_" else {
            return nil
        }
        // Punctuation at its end belongs to the sentence, but a backslash before it would belong to the URL.
        return scalars[host.endIndex...].firstIndex { $0 == " " || $0 == "<" } ?? scalars.endIndex
    }

    private static let schemes = ["https://", "http://", "www."].map { Array($0.unicodeScalars) }

    private func begins(with scheme: [Unicode.Scalar], at start: Int) -> Bool {
        // The bit makes letters small, and is set in all else that schemes are made of.
        scalars.count - start > scheme.count
            && scheme.indices.allSatisfy { scalars[start + $0].value | 0x20 == scheme[$0].value }
    }
}

extension Unicode.Scalar {
    fileprivate var isASCIILetter: Bool { isASCII && properties.isAlphabetic }
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
    fileprivate var isASCIIPunctuation: Bool { isASCII && !isASCIILetter && !isASCIIDigit && value > 0x20 }
    fileprivate var isWordPart: Bool { properties.isAlphabetic || properties.numericType != nil }
}
