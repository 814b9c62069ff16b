import HubCore

/// The block that Slack's own editor makes: text with styles as data.
enum SlackRichText {
    static func markdown(_ elements: Payload) -> String {
        // The levels of one list come as lists of their own, one after the other.
        var blocks: [[String]] = []
        var level: Int?
        for element in elements.list {
            let isList = element["type"].text == "rich_text_list"
            // A level that leads nowhere would be code.
            let here =
                isList ? Int(min(max(element["indent"].number ?? 0, 0), Int64(level.map { $0 + 1 } ?? 0), 8)) : nil
            let text = block(element, level: here ?? 0)
            if text.isEmpty { continue }
            if isList, level != nil {
                blocks[blocks.count - 1].append(text)
            } else {
                blocks.append([text])
            }
            level = here
        }
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    /// All of it on one line, for a cell of a table.
    static func line(_ elements: Payload) -> String {
        elements.list.flatMap { $0["type"].text == "rich_text_list" ? $0["elements"].list : [$0] }
            .map { inline($0["elements"]).split(separator: "\n").joined(separator: " ") }.filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    private static func block(_ element: Payload, level: Int) -> String {
        switch element["type"].text {
        case "rich_text_list":
            let indent = String(repeating: "    ", count: level)
            let first =
                element["style"].text == "ordered" ? min(max(element["offset"].number ?? 0, 0), 100_000) + 1 : nil
            return element["elements"].list.enumerated().map { index, item in
                let marker = first.map { "\($0 + Int64(index)). " } ?? "* "
                let lines = lines(item["elements"]).joined(separator: "\n" + indent + "    ")
                return indent + marker + lines
            }.joined(separator: "\n")
        case "rich_text_preformatted":
            let code = element["elements"].list.compactMap { $0["text"].text ?? $0["url"].text }.joined()
            return code.isEmpty ? "" : Markdown.block(code)
        case "rich_text_quote":
            return Markdown.quote(lines(element["elements"]).joined(separator: "\n"))
        default:
            return lines(element["elements"]).joined(separator: "\n").trimmed()
        }
    }

    private static func lines(_ elements: Payload) -> [String] {
        inline(elements).split(separator: "\n", omittingEmptySubsequences: false)
            .map { SlackLine.withPlainStart($0.trimmed()) }
    }

    private static func inline(_ elements: Payload) -> String {
        var runs: [StyledRun] = []
        for run in elements.list.map(run) where !run.isEmpty {
            if runs.isEmpty || !runs[runs.count - 1].append(run) { runs.append(run) }
        }
        return runs.indices.reduce(into: "") { line, index in
            let part = runs[index].markdown(
                after: index > 0 ? runs[index - 1].last : nil,
                before: index + 1 < runs.count ? runs[index + 1].first : nil)
            // Before a link it would make a picture of it.
            if part.utf8.first == UInt8(ascii: "["), line.utf8.last == UInt8(ascii: "!") {
                line.removeLast()
                line += "\\!"
            }
            line += part
        }
    }

    private static func run(_ element: Payload) -> StyledRun {
        func name(_ field: String, _ sign: String) -> StyledRun {
            StyledRun(text: element[field].filledText.map { sign + $0 } ?? "", style: StyledRun.Style())
        }
        let style = StyledRun.Style(
            isBold: element["style"]["bold"].isTrue, isItalic: element["style"]["italic"].isTrue,
            isStruck: element["style"]["strike"].isTrue)
        switch element["type"].text {
        case "link":
            let url = element["url"].filledText
            return StyledRun(markdown: SlackMarkup.link(element["text"].filledText ?? url ?? "", url), style: style)
        case "emoji": return StyledRun(text: element["name"].filledText.map { ":\($0):" } ?? "", style: .init())
        case "user": return name("user_id", "@")
        case "usergroup": return name("usergroup_id", "@")
        case "channel": return name("channel_id", "#")
        case "broadcast": return name("range", "@")
        case "color": return StyledRun(markdown: Markdown.code(element["value"].text ?? ""), style: .init())
        case "date":
            let text = element["fallback"].filledText ?? SlackTime.text(element["timestamp"].text) ?? ""
            return StyledRun(markdown: SlackMarkup.link(text, element["url"].filledText), style: style)
        default:
            let text = element["text"].text ?? ""
            guard element["style"]["code"].isTrue else { return StyledRun(text: text, style: style) }
            return StyledRun(markdown: Markdown.code(text), style: style)
        }
    }
}

/// Text, or Markdown that is not looked into, in one style.
private struct StyledRun {
    struct Style: Equatable {
        var isBold = false
        var isItalic = false
        var isStruck = false

        var opening: String { (isStruck ? "~~" : "") + (isItalic ? "*" : "") + (isBold ? "**" : "") }
        var closing: String { (isBold ? "**" : "") + (isItalic ? "*" : "") + (isStruck ? "~~" : "") }
    }

    private var scalars: [Unicode.Scalar]
    private let isMarkdown: Bool
    private let style: Style

    init(text: String, style: Style) {
        (scalars, isMarkdown, self.style) = (SlackLine.withOneLineEnd(text.unicodeScalars), false, style)
    }

    init(markdown: String, style: Style) {
        (scalars, isMarkdown, self.style) = (Array(markdown.unicodeScalars), true, style)
    }

    var isEmpty: Bool { scalars.isEmpty }
    var first: Unicode.Scalar? { scalars.first }
    var last: Unicode.Scalar? { scalars.last }

    /// - Returns: false when the other is of another kind.
    mutating func append(_ other: StyledRun) -> Bool {
        guard !isMarkdown, !other.isMarkdown, style == other.style else { return false }
        scalars += other.scalars
        return true
    }

    /// - Parameters:
    ///   - before: what stands before it in the text; nil at the start.
    ///   - after: what stands behind it; nil at the end.
    func markdown(after before: Unicode.Scalar?, before after: Unicode.Scalar?) -> String {
        if isMarkdown {
            let canBeStyled = Self.canFlank(first, before) && Self.canFlank(last, after)
            return canBeStyled ? style.opening + String(scalars) + style.closing : String(scalars)
        }
        let lines = scalars.split(omittingEmptySubsequences: false, whereSeparator: \.isLineEnd)
        return lines.indices.map { index in
            let (isFirst, isLast) = (index == 0, index == lines.count - 1)
            return Self.markdown(lines[index], style, after: isFirst ? before : nil, before: isLast ? after : nil)
        }.joined(separator: "\n")
    }

    private static func markdown(
        _ line: ArraySlice<Unicode.Scalar>, _ style: Style, after before: Unicode.Scalar?, before after: Unicode.Scalar?
    ) -> String {
        func plain(_ part: ArraySlice<Unicode.Scalar>) -> String {
            SlackInline.markdown(part, .plain, style == Style() && before == nil && after == nil ? .line : .enclosed)
        }
        // Blanks and, where a word goes on, punctuation at the ends stay outside of the marks, or these would be none:
        // `**Status:**ok`.
        var core = line.trimmingGaps
        guard style != Style(), !core.isEmpty else { return plain(line) }
        if core.endIndex == line.endIndex {
            while let last = core.last, last.isGap || !canFlank(last, after) { core = core.dropLast() }
        }
        if core.startIndex == line.startIndex {
            while let first = core.first, first.isGap || !canFlank(first, before) { core = core.dropFirst() }
        }
        guard !core.isEmpty else { return plain(line) }
        return plain(line[..<core.startIndex]) + style.opening + plain(core) + style.closing
            + plain(line[core.endIndex...])
    }

    private static func canFlank(_ inner: Unicode.Scalar?, _ outer: Unicode.Scalar?) -> Bool {
        guard let inner, let outer else { return true }
        return SlackInline.canFlank(inner: inner, outer: outer)
    }
}
