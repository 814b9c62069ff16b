/// What parsing a text may cost, seen from its bytes alone: the parser takes time in proportion to the square of the
/// length of some.
///
/// Each limit is about 100 ms of work, and far from what people and tools write. A text that reaches one within code is
/// taken for costly as well.
struct MarkdownCost {
    /// Signs of blocks at the start of one line: each line after it looks at all blocks that are open.
    private var signsInLine = 0
    private var isAtStart = true
    /// Images that open: each link looks back over all of them.
    private var images = 0
    /// `<?` and `<!`: each looks for its end in all that follows.
    private var instructions = 0

    /// Each cell of a table looks over its whole row.
    private var cellLooks = 0
    private var barsInLine = 0

    /// A row of dashes reads all lines before it in its paragraph as rows, and looks over the text for each.
    private var rowLooks = 0
    private var (lines, bytes) = (0, 0)
    private var lineIsBlank = true
    /// Dashes alone end a paragraph, as an empty quotation does; but not where they are indented.
    private var lineIsRule = true
    private var lineIsIndented = false
    private var lineMayBeDashes = true
    private var lineHasDash = false

    /// Each link, and the end of each text that is struck out, looks back over all signs of emphasis in its paragraph.
    private var emphasisLooks = 0
    private var emphases = 0
    private let hasDefinitions: Bool

    /// Each URL that is not marked as one looks over the word that it is in, and so does each parenthesis at its end.
    private var wordLooks = 0
    private var (wordLength, urls, parentheses) = (0, 0, 0)

    static func isTooHigh(for text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var cost = MarkdownCost(hasDefinitions: hasPair(bytes, UInt8(ascii: "]"), UInt8(ascii: ":")))
            var previous: UInt8 = 0
            for byte in bytes {
                cost.add(byte, after: previous)
                if cost.isTooHigh { return true }
                previous = byte
            }
            cost.endLine()
            cost.endWord()
            return cost.isTooHigh
        }
    }

    private static func hasPair(_ bytes: UnsafeBufferPointer<UInt8>, _ first: UInt8, _ second: UInt8) -> Bool {
        bytes.indices.dropFirst().contains { bytes[$0 - 1] == first && bytes[$0] == second }
    }

    private init(hasDefinitions: Bool) {
        self.hasDefinitions = hasDefinitions
    }

    private var isTooHigh: Bool {
        signsInLine > 400 || images > 1000 || instructions > 1000 || cellLooks > 4_000_000 || rowLooks > 50_000_000
            || emphasisLooks > 10_000_000 || wordLooks > 50_000_000
    }

    private mutating func add(_ byte: UInt8, after previous: UInt8) {
        bytes += 1
        wordLength += 1
        if previous == UInt8(ascii: "]"),
            hasDefinitions || byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[")
        {
            emphasisLooks += emphases
        }
        if byte > 0x20, byte != UInt8(ascii: "-") { lineIsRule = false }
        switch byte {
        case 0x20, 0x09:
            if previous == 0x0A || previous == 0x0D { lineIsIndented = true }
            return endWord()
        case 0x0A, 0x0D:
            endWord()
            if byte != 0x0A || previous != 0x0D { endLine() }
            return
        case UInt8(ascii: "|"):
            // The sum over the line is half its square.
            barsInLine += 1
            cellLooks += barsInLine
        case UInt8(ascii: "["): if previous == UInt8(ascii: "!") { images += 1 }
        case UInt8(ascii: "!"), UInt8(ascii: "?"): if previous == UInt8(ascii: "<") { instructions += 1 }
        case UInt8(ascii: "*"), UInt8(ascii: "_"): emphases += 1
        case UInt8(ascii: "~"):
            emphases += 1
            // A look that is shorter than that of a link.
            emphasisLooks += emphases / 8
        case UInt8(ascii: ")"): parentheses += 1
        case UInt8(ascii: "@"): urls += 1
        case UInt8(ascii: "/"): if previous == UInt8(ascii: ":") { urls += 1 }
        case UInt8(ascii: "."): if previous == UInt8(ascii: "w") { urls += 1 }
        default: break
        }
        start(with: byte)
    }

    /// What the line can still be.
    private mutating func start(with byte: UInt8) {
        switch byte {
        case UInt8(ascii: "-"):
            lineHasDash = true
            if isAtStart { signsInLine += 1 }
        case UInt8(ascii: ">"):
            if isAtStart { signsInLine += 1 }
            guard lineIsIndented else { return }
        case UInt8(ascii: "+"), UInt8(ascii: "*"), UInt8(ascii: "."), UInt8(ascii: ")"):
            if isAtStart { signsInLine += 1 }
            lineMayBeDashes = false
        case UInt8(ascii: "0")...UInt8(ascii: "9"): lineMayBeDashes = false
        case UInt8(ascii: "|"), UInt8(ascii: ":"): isAtStart = false
        default: (isAtStart, lineMayBeDashes) = (false, false)
        }
        lineIsBlank = false
    }

    private mutating func endLine() {
        if lineIsBlank {
            (lines, bytes, emphases) = (0, 0, 0)
        } else if lineIsRule, !lineIsIndented {
            (lines, bytes) = (0, 0)
        } else {
            if lineMayBeDashes, lineHasDash { rowLooks += lines * bytes }
            lines += 1
        }
        (signsInLine, isAtStart, barsInLine) = (0, true, 0)
        (lineIsBlank, lineIsRule, lineIsIndented, lineMayBeDashes, lineHasDash) = (true, true, false, true, false)
    }

    private mutating func endWord() {
        if urls > 0 { wordLooks += (urls + parentheses) * wordLength }
        (wordLength, urls, parentheses) = (0, 0, 0)
    }
}
