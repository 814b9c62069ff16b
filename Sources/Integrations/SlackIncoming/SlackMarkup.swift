import HubCore

/// Slack's "mrkdwn" as Markdown.
///
/// <https://docs.slack.dev/messaging/formatting-message-text>: `*bold*`, `_italic_`, `~strike~`, code as in Markdown,
/// `<…>` for links, people, channels and dates, `>` for quotes, and `&amp;`, `&lt;`, `&gt;` for the three characters
/// themselves. All else is text and shows as written, whatever Markdown would make of it.
///
/// Mattermost takes the same requests, and tools that are written for it send real Markdown. What Slack would show as
/// a heap of signs is therefore let through: `**bold**`, `~~strike~~`, ``` ``code`` ```, `[text](url)`, lists with `-`
/// and `*`, tables, and headings of two signs and more. What is likely text as well stays text: `# 3 of 5`, numbers
/// with a full stop (a list would count for itself), rules and underlined headings, `__init__`, backslashes, `[x]`.
/// Where both read the same signs differently, such as `*x*`, Slack is right.
struct SlackMarkup {
    /// How much of a text is markup.
    enum Mode: Sendable {
        case mrkdwn
        /// Links, mentions and entities only.
        case unformatted
        /// Nothing.
        case plain
    }

    typealias Scalars = ArraySlice<Unicode.Scalar>

    static func markdown(_ text: String, _ mode: Mode = .mrkdwn) -> String {
        var markup = SlackMarkup(mode)
        markup.add(text)
        return markup.markdown
    }

    /// For titles and other texts that have one line.
    static func line(_ text: String, _ mode: Mode = .mrkdwn, _ place: SlackInline.Place = .line) -> String {
        let line = Array(text.unicodeScalars).split(whereSeparator: \.isGap).joined(separator: CollectionOfOne(" "))
        let markdown = SlackInline.markdown(Array(line)[...], mode, place)
        return place == .line ? SlackLine.withPlainStart(markdown) : markdown
    }

    static func bold(_ text: String, _ mode: Mode = .mrkdwn) -> String? {
        let line = line(text, mode, .enclosed)
        return line.isEmpty ? nil : "**\(line)**"
    }

    /// `[text](url)`; without a URL that can be linked to, the text alone.
    static func link(_ text: String, _ url: String?, _ mode: Mode = .plain) -> String {
        guard let url = url.flatMap(Markdown.destination) else { return line(text, mode) }
        let label = line(text, mode, .label)
        return label.isEmpty ? "<\(url)>" : "[\(label)](\(url))"
    }

    // MARK: Lines

    private enum Kind {
        case blank, text, item, quote, table, code
    }

    private let mode: Mode
    private var lines: [String] = []
    private var last = Kind.blank
    /// Of the list items that are open, each deeper than the one before.
    private var indents: [Int] = []
    private var quotesRest = false

    private init(_ mode: Mode) {
        self.mode = mode
    }

    private var markdown: String {
        let start = lines.firstIndex { !$0.isEmpty } ?? lines.endIndex
        let end = lines.lastIndex { !$0.isEmpty } ?? start
        return start < lines.endIndex ? lines[start...end].joined(separator: "\n") : ""
    }

    private mutating func add(_ text: String) {
        var rest = SlackLine.withOneLineEnd(text.unicodeScalars)[...]
        while mode == .mrkdwn, let code = SlackCodeBlock(in: rest) {
            let before = rest[..<code.start].split(omittingEmptySubsequences: false, whereSeparator: \.isLineEnd)
            for line in before.dropLast() { add(line) }
            // A sign of quotation before the block on its line is for the block.
            let opening = (before.last ?? []).trimmingGaps
            let quotes = SlackLine.quotes(opening)
            let isQuoted = quotes.map { $0.rest.isEmpty } ?? false
            if isQuoted { quotesRest = quotesRest || quotes?.goesOn == true }
            if !opening.isEmpty, !isQuoted { add(opening) }
            add(code, isQuoted: isQuoted || quotesRest)
            rest = rest[code.end...].drop { $0.isGap && !$0.isLineEnd }
            if rest.first?.isLineEnd == true { rest = rest.dropFirst() }
        }
        guard !rest.isEmpty else { return }
        for line in rest.split(omittingEmptySubsequences: false, whereSeparator: \.isLineEnd) { add(line) }
    }

    private mutating func add(_ code: SlackCodeBlock, isQuoted: Bool) {
        guard !code.content.isEmpty else { return }
        let block = Markdown.block(code.content)
        if isQuoted {
            separate(.quote)
            lines += block.split(separator: "\n", omittingEmptySubsequences: false).map { "> \($0)" }
        } else {
            separate(.code)
            lines.append(block)
        }
        indents = []
    }

    private mutating func add(_ line: Scalars) {
        var (content, isQuoted) = (line, quotesRest)
        if mode == .mrkdwn, !quotesRest, let (rest, goesOn) = SlackLine.quotes(line.trimmingGaps) {
            (content, isQuoted, quotesRest) = (rest, true, goesOn)
        }
        guard !isQuoted else {
            separate(.quote)
            let (_, markdown) = read(content.trimmingGaps)
            return lines.append(markdown.isEmpty ? ">" : "> \(markdown)")
        }
        let indent = SlackLine.indent(of: content)
        var (kind, markdown) = read(content.trimmingGaps)
        switch kind {
        case .item:
            while let outer = indents.last, outer >= indent { indents.removeLast() }
            markdown = String(repeating: "  ", count: min(indents.count, 8)) + markdown
            indents.append(indent)
        case .text where last == .item && indent > 0: kind = .item
        case .blank: break
        default: indents = []
        }
        separate(kind)
        lines.append(markdown)
    }

    /// Quotes, lists and tables would take in a text that follows at once.
    private mutating func separate(_ next: Kind) {
        let isOpen =
            switch last {
            case .quote, .table: next != last && next != .blank
            case .item: next == .text
            default: false
            }
        if isOpen { lines.append("") }
        last = next
    }

    /// - Parameter line: without blanks at its ends.
    private func read(_ line: Scalars) -> (Kind, String) {
        guard let first = line.first else { return (.blank, "") }
        if mode == .mrkdwn {
            if SlackLine.isDelimiterRow(line) { return (.table, String(line)) }
            if last == .table, line.contains("|") {
                return (.table, first == "|" ? inline(line) : SlackLine.withPlainStart(inline(line)))
            }
            let marker = line.prefix { !$0.isGap }
            let rest = line[marker.endIndex...].trimmingGaps
            if marker.count == 1, first == "-" || first == "*", !rest.isEmpty {
                return (.item, "\(first) \(SlackLine.withPlainStart(inline(rest)))")
            }
            if (2...6).contains(marker.count), marker.allSatisfy({ $0 == "#" }), !rest.isEmpty {
                return (.text, "\(String(marker)) \(inline(rest))")
            }
        }
        return (.text, SlackLine.withPlainStart(inline(line)))
    }

    private func inline(_ line: Scalars) -> String {
        SlackInline.markdown(line, mode, .line)
    }
}

/// Three backticks, what it is about, three backticks; anywhere in a text. One that is not closed is no block.
private struct SlackCodeBlock {
    let start: Int
    let end: Int
    let content: String

    /// The first one.
    init?(in text: SlackMarkup.Scalars) {
        guard let opening = Self.fence(in: text), let closing = Self.fence(in: text[opening.upperBound...]) else {
            return nil
        }
        let content = text[opening.upperBound..<closing.lowerBound]
        let start = content.firstIndex { !$0.isLineEnd } ?? content.endIndex
        let end = content.lastIndex { !$0.isLineEnd }.map { $0 + 1 } ?? start
        (self.start, self.end, self.content) = (
            opening.lowerBound, closing.upperBound, SlackEntity.decoded(content[start..<end])
        )
    }

    /// The first three backticks, and those that stand with them.
    private static func fence(in text: SlackMarkup.Scalars) -> Range<Int>? {
        var start = text.startIndex
        while let tick = text[start...].firstIndex(of: "`") {
            let end = text[tick...].firstIndex { $0 != "`" } ?? text.endIndex
            if end - tick >= 3 { return tick..<end }
            start = end
        }
        return nil
    }
}
