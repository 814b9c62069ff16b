/// How a line begins, in Slack and in Markdown.
enum SlackLine {
    typealias Scalars = SlackMarkup.Scalars

    static func withOneLineEnd(_ text: String.UnicodeScalarView) -> [Unicode.Scalar] {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(text.underestimatedCount)
        for scalar in text {
            if scalar == "\n", scalars.last == "\r" { scalars.removeLast() }
            scalars.append(scalar)
        }
        return scalars
    }

    /// In columns; a tab counts for four.
    static func indent(of line: Scalars) -> Int {
        line.prefix { $0.isGap }.reduce(0) { $0 + ($1 == "\t" ? 4 : 1) }
    }

    /// What is quoted in a line that begins with `>`, and whether `>>>` quotes all that follows as well.
    static func quotes(_ line: Scalars) -> (rest: Scalars, goesOn: Bool)? {
        var (rest, signs) = (line, 0)
        while signs < 3 {
            if rest.first == ">" {
                rest = rest.dropFirst()
            } else if rest.starts(with: "&gt;".unicodeScalars) {
                rest = rest.dropFirst(4)
            } else {
                break
            }
            signs += 1
            // Only the first sign counts, unless there are three.
            if signs == 1, !isThree(rest) { break }
        }
        return signs > 0 ? (rest, signs == 3) : nil
    }

    private static func isThree(_ rest: Scalars) -> Bool {
        let signs = rest.prefix(8)
        return [">>", "&gt;&gt;", ">&gt;", "&gt;>"].contains { signs.starts(with: $0.unicodeScalars) }
    }

    /// The line under the header of a Markdown table.
    static func isDelimiterRow(_ line: Scalars) -> Bool {
        line.contains("|") && line.contains("-") && line.allSatisfy { "|:- \t".unicodeScalars.contains($0) }
    }

    /// A line whose beginning Markdown would take for a heading, an item, a quotation, a rule or a row of dashes gets
    /// a backslash.
    ///
    /// - Parameter line: Markdown without blanks at its start, as ``SlackInline`` writes it.
    static func withPlainStart(_ line: String) -> String {
        guard let first = line.utf8.first, markers.contains(first) || isDigit(first) else { return line }
        var bytes = Array(line.utf8)
        guard let place = marker(bytes) else { return line }
        bytes.insert(UInt8(ascii: "\\"), at: place)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let markers = Array("#>-+*_=|:".utf8)

    /// Where the backslash belongs.
    private static func marker(_ line: [UInt8]) -> Int? {
        let end = line.firstIndex { $0 == 0x20 || $0 == 0x09 } ?? line.endIndex
        let word = line[..<end]
        switch line[0] {
        case UInt8(ascii: ">"): return 0
        case UInt8(ascii: "#"): return word.count <= 6 && word.allSatisfy { $0 == line[0] } ? 0 : nil
        case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "*"):
            if word.count == 1 { return 0 }
        case _ where isDigit(line[0]):
            let isNumber = word.count <= 10 && word.dropLast().allSatisfy(isDigit)
            return isNumber && (word.last == UInt8(ascii: ".") || word.last == UInt8(ascii: ")")) ? word.count - 1 : nil
        default: break
        }
        let signs = Set(line).subtracting([0x20, 0x09])
        let isRule = signs.count == 1 && "-=_*".utf8.contains(line[0])
        let isDelimiterRow = signs.contains(UInt8(ascii: "-")) && signs.isSubset(of: "|:-".utf8)
        return isRule || isDelimiterRow ? 0 : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// Whether Markdown begins with something that needs a line of its own.
    static func beginsBlock(_ markdown: String) -> Bool {
        let start = Array(markdown.utf8.prefix(3))
        switch start.first {
        case UInt8(ascii: ">"), UInt8(ascii: "#"), UInt8(ascii: "|"): return true
        case UInt8(ascii: "-"), UInt8(ascii: "*"): return start.count > 1 && start[1] == 0x20
        default: return start.elementsEqual("```".utf8)
        }
    }
}

extension Unicode.Scalar {
    var isLineEnd: Bool {
        switch value {
        case 0x0A...0x0D, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// White space of any kind, line ends included.
    var isGap: Bool { isASCII ? value == 0x20 || (0x09...0x0D).contains(value) : properties.isWhitespace }

    /// Inside words `*`, `_` and `~` are themselves.
    var isInWord: Bool {
        isASCII ? isAlphanumeric : properties.isAlphabetic || properties.numericType != nil
    }

    /// A letter or digit of ASCII.
    var isAlphanumeric: Bool {
        switch value {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    /// What CommonMark calls punctuation where it decides whether `*` can begin or end emphasis.
    var isPunctuationMark: Bool {
        if isASCII { return value > 0x20 && value < 0x7F && !isAlphanumeric }
        switch properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return true
        default: return false
        }
    }
}

extension ArraySlice<Unicode.Scalar> {
    var trimmingGaps: Self {
        guard let start = firstIndex(where: { !$0.isGap }), let end = lastIndex(where: { !$0.isGap }) else { return [] }
        return self[start...end]
    }
}

extension String {
    init(_ scalars: some Sequence<Unicode.Scalar>) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        self.init(view)
    }
}
