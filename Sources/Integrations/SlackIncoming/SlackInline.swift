import HubCore

/// What stands on one line, as Markdown.
struct SlackInline {
    /// What stands around it in the Markdown.
    enum Place: Sendable {
        /// Nothing.
        case line
        /// Signs of Markdown, or other text.
        case enclosed
        /// The brackets of a link, in which there can be no other link.
        case label
    }

    typealias Scalars = SlackMarkup.Scalars

    /// - Parameter line: without line ends.
    static func markdown(_ line: Scalars, _ mode: SlackMarkup.Mode, _ place: Place) -> String {
        var inline = SlackInline(mode, place)
        inline.read(line)
        inline.findClosings()
        inline.write(inline.pieces.indices)
        return String(decoding: inline.result, as: UTF8.self)
    }

    private enum Piece {
        case text(Unicode.Scalar)
        /// A run of `*`, `_` or `~`.
        case mark(Unicode.Scalar, count: Int)
        /// Markdown already: code, links, mentions.
        case atom(String)

        var isText: Bool {
            if case .text = self { true } else { false }
        }

        var isInWord: Bool {
            if case .text(let scalar) = self { scalar.isInWord } else { false }
        }
    }

    private let mode: SlackMarkup.Mode
    private let place: Place
    private var pieces: [Piece] = []
    private var result: [UInt8] = []
    /// The runs of backticks that do not come again in this line, by their length.
    private var unclosedTicks: Set<Int> = []
    private var seenMarks: Set<Unicode.Scalar> = []

    private init(_ mode: SlackMarkup.Mode, _ place: Place) {
        (self.mode, self.place) = (mode, place)
    }

    // MARK: Reading

    private mutating func read(_ line: Scalars) {
        var position = line.startIndex
        while position < line.endIndex {
            if let end = readMarkup(line, position) {
                position = end
            } else {
                pieces.append(.text(line[position]))
                position += 1
            }
        }
    }

    /// - Returns: where what begins here ends; nil when nothing does.
    private mutating func readMarkup(_ line: Scalars, _ start: Int) -> Int? {
        let scalar = line[start]
        switch (scalar, mode) {
        case ("*", .mrkdwn), ("_", .mrkdwn), ("~", .mrkdwn):
            let end = line[start...].firstIndex { $0 != scalar } ?? line.endIndex
            pieces.append(.mark(scalar, count: end - start))
            seenMarks.insert(scalar)
            return end
        case ("`", .mrkdwn):
            return readCode(line, start)
        case ("<", .mrkdwn), ("<", .unformatted):
            return append(SlackReference.markdown(line[start...], mode, allowsLinks: place != .label))
        case ("&", .mrkdwn), ("&", .unformatted):
            guard let (character, end) = SlackEntity.first(in: line[start...]) else { return nil }
            pieces.append(.text(character))
            return end
        case ("[", .mrkdwn) where place != .label:
            return append(SlackReference.markdownLink(line[start...]))
        case ("!", .mrkdwn) where place != .label && start + 1 < line.endIndex && line[start + 1] == "[":
            // As a link and not as a picture: what readers load is theirs to decide.
            return append(SlackReference.markdownLink(line[(start + 1)...]))
        case ("h", _) where place != .label, ("w", _) where place != .label && pieces.last?.isInWord != true:
            return append(SlackReference.bareURL(line[start...], mode, place, closing: seenMarks))
        default:
            return nil
        }
    }

    private mutating func append(_ found: (markdown: String, end: Int)?) -> Int? {
        guard let found else { return nil }
        pieces.append(.atom(found.markdown))
        return found.end
    }

    /// Code between two runs of one or two backticks; more of them that were closed became a block before.
    private mutating func readCode(_ line: Scalars, _ start: Int) -> Int {
        let contentStart = line[start...].firstIndex { $0 != "`" } ?? line.endIndex
        let width = contentStart - start
        var position = contentStart
        while width <= 2, !unclosedTicks.contains(width) {
            guard let tick = line[position...].firstIndex(of: "`") else {
                unclosedTicks.insert(width)
                break
            }
            position = line[tick...].firstIndex { $0 != "`" } ?? line.endIndex
            guard position - tick == width else { continue }
            let code = Markdown.code(SlackEntity.decoded(line[contentStart..<tick]))
            if code.isEmpty { break }
            pieces.append(.atom(code))
            return position
        }
        for _ in 0..<width { pieces.append(.text("`")) }
        return contentStart
    }

    // MARK: Emphasis

    /// What becomes of a run of marks. Slack's are single; the others are Markdown's own.
    private static func marker(_ scalar: Unicode.Scalar, _ count: Int) -> (index: Int, text: String)? {
        switch (scalar, count) {
        case ("*", 1): (0, "**")
        case ("_", 1): (1, "*")
        case ("~", 1): (2, "~~")
        case ("*", 2): (3, "**")
        case ("~", 2): (4, "~~")
        case ("*", 3): (5, "***")
        default: nil
        }
    }

    /// Where emphasis can end, by the index of its marker; what has been passed is taken out.
    private var closings = [ArraySlice<Int>](repeating: [], count: 6)

    private mutating func findClosings() {
        for position in pieces.indices.dropFirst() {
            guard case .mark(let scalar, let count) = pieces[position], let marker = Self.marker(scalar, count) else {
                continue
            }
            if isBoundary(position + 1), !neighbour(position - 1, of: position).isGap {
                closings[marker.index].append(position)
            }
        }
    }

    /// The first end of the emphasis that begins here; nil when none begins here.
    ///
    /// Between the two no emphasis of this kind can end, so that one lies in another no deeper than there are kinds.
    private mutating func closing(_ index: Int, of position: Int, before end: Int) -> Int? {
        guard isBoundary(position - 1), !neighbour(position + 1, of: position).isGap else { return nil }
        while let closing = closings[index].first, closing <= position { closings[index].removeFirst() }
        return closings[index].first.flatMap { $0 < end ? $0 : nil }
    }

    private func isBoundary(_ position: Int) -> Bool {
        !pieces.indices.contains(position) || !pieces[position].isInWord
    }

    /// Whether a mark between these two can begin or end emphasis in Markdown.
    static func canFlank(inner: Unicode.Scalar, outer: Unicode.Scalar) -> Bool {
        !inner.isGap && (!inner.isPunctuationMark || outer.isGap || outer.isPunctuationMark)
    }

    /// What stands at a position in the Markdown, on the side of the one who asks; beyond the ends a blank or a sign.
    private func neighbour(_ position: Int, of other: Int) -> Unicode.Scalar {
        guard pieces.indices.contains(position) else { return place == .line ? " " : "]" }
        switch pieces[position] {
        case .text(let scalar), .mark(let scalar, _): return scalar
        case .atom(let text): return (position < other ? text.unicodeScalars.last : text.unicodeScalars.first) ?? " "
        }
    }

    // MARK: Writing

    private mutating func write(_ range: Range<Int>) {
        var position = range.lowerBound
        while position < range.upperBound {
            switch pieces[position] {
            case .atom(let atom):
                result += atom.utf8
            case .text(let scalar):
                append(scalar, isEscaped: showsOnlyEscaped(scalar, position))
            case .mark(let scalar, let count):
                if let marker = Self.marker(scalar, count),
                    let end = closing(marker.index, of: position, before: range.upperBound)
                {
                    // Text may stand where Markdown would see no emphasis: `→*"a"*`.
                    let isSeen =
                        Self.canFlank(
                            inner: neighbour(position + 1, of: position), outer: neighbour(position - 1, of: position))
                        && Self.canFlank(inner: neighbour(end - 1, of: end), outer: neighbour(end + 1, of: end))
                    result += isSeen ? marker.text.utf8 : "".utf8
                    write(position + 1..<end)
                    result += isSeen ? marker.text.utf8 : "".utf8
                    position = end
                } else {
                    let isEscaped = showsOnlyEscaped(scalar, position)
                    for _ in 0..<count { append(scalar, isEscaped: isEscaped) }
                }
            }
            position += 1
        }
    }

    private mutating func append(_ scalar: Unicode.Scalar, isEscaped: Bool) {
        if isEscaped { result.append(UInt8(ascii: "\\")) }
        result += scalar.utf8
    }

    /// Whether Markdown would see more in it than the character that it is.
    private func showsOnlyEscaped(_ scalar: Unicode.Scalar, _ position: Int) -> Bool {
        switch scalar {
        case "`", "[": return true
        case "]": return place == .label
        case "*", "_", "~":
            let (before, after) = (neighbour(position - 1, of: position), neighbour(position + 1, of: position))
            return !(before.isGap && after.isGap) && !(scalar == "_" && before.isInWord && after.isInWord)
        case "\\":
            // At the end of a line it would break it.
            return position + 1 == pieces.count || neighbour(position + 1, of: position).isPunctuationMark
        case "<": return !neighbour(position + 1, of: position).isGap
        case "!":
            // Before a link it would make a picture of it.
            let isBeforeAtom = position + 1 < pieces.count && !pieces[position + 1].isText
            return isBeforeAtom && neighbour(position + 1, of: position) == "["
        case "&": return isEntity(position + 1)
        default: return false
        }
    }

    /// Whether an ampersand before this begins an entity of Markdown, such as `&copy;`.
    private func isEntity(_ start: Int) -> Bool {
        // No name of an entity is longer.
        for position in start..<min(start + 33, pieces.count) {
            guard case .text(let scalar) = pieces[position] else { return false }
            if scalar == ";" { return position > start }
            guard scalar.isAlphanumeric || scalar == "#" else { return false }
        }
        return false
    }
}
