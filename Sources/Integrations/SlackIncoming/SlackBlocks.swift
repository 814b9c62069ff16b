import HubCore

/// Slack's Block Kit as Markdown.
///
/// <https://docs.slack.dev/reference/block-kit/blocks>
enum SlackBlocks {
    static func markdown(_ blocks: Payload) -> String {
        blocks.elements.map(block).filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private static func block(_ block: Payload) -> String {
        switch block["type"].text {
        case "header": text(block["text"]).map { "**\($0)**" } ?? ""
        case "section":
            Markdown.blocks(
                text(block["text"]), Markdown.list(block["fields"].list.compactMap(text)),
                block["accessory"].present.flatMap(element))
        case "context": block["elements"].list.compactMap(element).joined(separator: " | ")
        case "actions": block["elements"].list.compactMap(element).joined(separator: " | ")
        case "divider": "---"
        case "image": image(block) ?? ""
        case "rich_text": SlackRichText.markdown(block["elements"])
        // Standard Markdown, and not Slack's.
        case "markdown": block["text"].text ?? ""
        case "input": text(block["label"]).map { "**\($0)**" } ?? ""
        case "video":
            Markdown.blocks(
                Markdown.link(title(block) ?? "video", block["title_url"].filledText ?? block["video_url"].filledText),
                text(block["description"]))
        // A block that is not known, or whose type is lost, may have a text all the same.
        default:
            Markdown.blocks(
                text(block["text"]) ?? block.text.map(SlackMarkup.markdown),
                Markdown.list(block["fields"].list.compactMap(text)))
        }
    }

    /// A text object; or a text alone.
    private static func text(_ object: Payload) -> String? {
        let text: String? =
            if let plain = object.text {
                SlackMarkup.markdown(plain)
            } else if object["type"].text == "plain_text" {
                object["text"].text.map(plainText)
            } else {
                object["text"].text.map(SlackMarkup.markdown)
            }
        return text.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Nothing in it is markup, but its lines are lines.
    private static func plainText(_ text: String) -> String {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { Markdown.escaped(String($0)) }
            .joined(separator: "\n").trimmed()
    }

    private static func title(_ block: Payload) -> String? {
        block["title"]["text"].filledText ?? block["title"].filledText ?? block["alt_text"].filledText
    }

    /// As a link and not as a picture: what readers load is theirs to decide.
    private static func image(_ image: Payload) -> String? {
        let url = image["image_url"].filledText ?? image["slack_file"]["url"].filledText
        guard let url, Markdown.destination(url) != nil else { return title(image).map { Markdown.escaped($0) } }
        return Markdown.link(title(image) ?? "image", url)
    }

    /// What stands beside a section or in a row: of what can be pressed, only links are of use here.
    private static func element(_ element: Payload) -> String? {
        switch element["type"].text {
        case "image": return image(element)
        case "mrkdwn", "plain_text", nil: return text(element)
        default:
            guard let url = element["url"].filledText, Markdown.destination(url) != nil else { return nil }
            return Markdown.link(element["text"]["text"].filledText ?? element["text"].filledText ?? "open", url)
        }
    }
}

/// The block that Slack's own editor makes: text with styles as data.
enum SlackRichText {
    static func markdown(_ elements: Payload) -> String {
        var blocks: [(text: String, isList: Bool)] = []
        for element in elements.list {
            let isList = element["type"].text == "rich_text_list"
            let text = block(element)
            if text.isEmpty { continue }
            // The levels of one list come as lists of their own.
            if isList, let last = blocks.last, last.isList {
                blocks[blocks.count - 1].text = last.text + "\n" + text
            } else {
                blocks.append((text, isList))
            }
        }
        return blocks.map(\.text).joined(separator: "\n\n")
    }

    private static func block(_ element: Payload) -> String {
        switch element["type"].text {
        case "rich_text_list":
            let indent = String(repeating: "    ", count: Int(min(max(element["indent"].number ?? 0, 0), 8)))
            let isOrdered = element["style"].text == "ordered"
            return element["elements"].list.enumerated().map { index, item in
                "\(indent)\(isOrdered ? "\(index + 1)." : "*") \(line(item["elements"]))"
            }.joined(separator: "\n")
        case "rich_text_preformatted":
            return Markdown.block(element["elements"].list.compactMap { $0["text"].text ?? $0["url"].text }.joined())
        case "rich_text_quote":
            return Markdown.quote(line(element["elements"]))
        default:
            return line(element["elements"]).trimmed()
        }
    }

    private static func line(_ elements: Payload) -> String {
        elements.list.map(inline).joined()
    }

    private static func inline(_ element: Payload) -> String {
        switch element["type"].text {
        case "link":
            let url = element["url"].filledText
            return styled(Markdown.link(element["text"].filledText ?? url ?? "", url), element)
        case "emoji": return element["name"].filledText.map { ":\($0):" } ?? ""
        case "user": return element["user_id"].filledText.map { Markdown.escaped("@\($0)") } ?? ""
        case "usergroup": return element["usergroup_id"].filledText.map { Markdown.escaped("@\($0)") } ?? ""
        case "channel": return element["channel_id"].filledText.map { Markdown.escaped("#\($0)") } ?? ""
        case "broadcast": return element["range"].filledText.map { Markdown.escaped("@\($0)") } ?? ""
        case "color": return element["value"].filledText.map(Markdown.code) ?? ""
        case "date":
            let time = element["timestamp"].number.map { Timestamp(seconds: $0).rfc3339 }
            return Markdown.link(element["fallback"].filledText ?? time ?? "", element["url"].filledText)
        default:
            let text = element["text"].text ?? ""
            if element["style"]["code"].isTrue { return styled(Markdown.code(text), element) }
            // Blanks at the ends stay outside of the marks, or these would be none.
            let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
                let start = line.prefix { $0 == " " }
                let end = line.count > start.count ? line.reversed().prefix { $0 == " " }.count : 0
                let middle = Markdown.escaped(String(line))
                return start + (middle.isEmpty ? "" : styled(middle, element)) + String(repeating: " ", count: end)
            }
            return lines.joined(separator: "\n")
        }
    }

    private static func styled(_ text: String, _ element: Payload) -> String {
        guard !text.isEmpty else { return "" }
        var text = text
        if element["style"]["bold"].isTrue { text = "**\(text)**" }
        if element["style"]["italic"].isTrue { text = "*\(text)*" }
        if element["style"]["strike"].isTrue { text = "~~\(text)~~" }
        return text
    }
}
