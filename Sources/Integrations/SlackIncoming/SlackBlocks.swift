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
        case "header", "input":
            let text = block["type"].text == "header" ? block["text"] : block["label"]
            return (text.text ?? text["text"].text).flatMap { SlackMarkup.bold($0, mode(text)) } ?? ""
        case "section":
            return Markdown.blocks(
                text(block["text"]), Markdown.list(block["fields"].list.compactMap(text)),
                block["accessory"].present.flatMap(element))
        case "context", "actions": return row(block["elements"].list.compactMap(element))
        case "divider": return "---"
        case "image": return image(block) ?? ""
        case "rich_text": return SlackRichText.markdown(block["elements"])
        case "table": return table(block["rows"].list, block["column_settings"].list)
        // Standard Markdown, and not Slack's.
        case "markdown": return closed(block["text"].text ?? "")
        case "video":
            let url = block["title_url"].filledText ?? block["video_url"].filledText
            return Markdown.blocks(SlackMarkup.link(title(block) ?? "video", url), text(block["description"]))
        // A block that is not known, or whose type is lost, may have a text all the same.
        default:
            return Markdown.blocks(
                text(block["text"]) ?? block.text.map { SlackMarkup.markdown($0) },
                Markdown.list(block["fields"].list.compactMap(text)))
        }
    }

    /// A text object; or a text alone.
    private static func text(_ object: Payload) -> String? {
        let text = (object.text ?? object["text"].text).map { SlackMarkup.markdown($0, mode(object)) }
        return text.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func mode(_ object: Payload) -> SlackMarkup.Mode {
        object["type"].text == "plain_text" ? .plain : .mrkdwn
    }

    private static func title(_ block: Payload) -> String? {
        block["title"]["text"].filledText ?? block["title"].filledText ?? block["alt_text"].filledText
    }

    /// As a link and not as a picture: what readers load is theirs to decide.
    private static func image(_ image: Payload) -> String? {
        let url = image["image_url"].filledText ?? image["slack_file"]["url"].filledText
        guard let url, Markdown.destination(url) != nil else {
            return title(image).map { SlackMarkup.line($0, .plain) }
        }
        return SlackMarkup.link(title(image) ?? "image", url)
    }

    /// What stands beside a section or in a row: of what can be pressed, only links are of use here.
    private static func element(_ element: Payload) -> String? {
        switch element["type"].text {
        case "image": return image(element)
        case "mrkdwn", "plain_text", nil: return text(element)
        case "overflow":
            let links = element["options"].list.compactMap(pressed)
            return links.isEmpty ? nil : row(links)
        default: return pressed(element)
        }
    }

    private static func pressed(_ element: Payload) -> String? {
        guard let url = element["url"].filledText, Markdown.destination(url) != nil else { return nil }
        return SlackMarkup.link(element["text"]["text"].filledText ?? element["text"].filledText ?? "open", url)
    }

    /// Beside each other, unless one needs lines of its own.
    private static func row(_ elements: [String]) -> String {
        let areShort = !elements.contains { SlackLine.beginsBlock($0) || $0.utf8.contains(0x0A) }
        return elements.joined(separator: areShort ? " | " : "\n\n")
    }

    /// The first row is the header.
    private static func table(_ rows: [Payload], _ columns: [Payload]) -> String {
        let rows = rows.map { row in
            row.list.map { cell in
                let text = cell["type"].text == "rich_text" ? SlackRichText.line(cell["elements"]) : nil
                return (text ?? SlackMarkup.line(cell["text"].text ?? cell.text ?? "", .plain))
                    .replacing("|", with: "\\|")
            }
        }.filter { !$0.isEmpty }
        guard var header = rows.first else { return "" }
        // A row may have fewer cells than the header, but not more.
        let width = rows.reduce(0) { max($0, $1.count) }
        header += [String](repeating: "", count: width - header.count)
        let dashes = (0..<width).map { column in
            switch column < columns.count ? columns[column]["align"].text : nil {
            case "center": ":-:"
            case "right": "--:"
            default: "---"
            }
        }
        return ([header, dashes] + rows.dropFirst()).map { "| \($0.joined(separator: " | ")) |" }
            .joined(separator: "\n")
    }

    /// With an end for a block of code that has none, which would take in all that follows.
    private static func closed(_ markdown: String) -> String {
        var fence: Substring.UTF8View?
        for line in markdown.utf8.split(separator: 0x0A) {
            let text = line.drop { $0 == 0x20 }
            guard let sign = text.first, sign == UInt8(ascii: "`") || sign == UInt8(ascii: "~") else { continue }
            let signs = text.prefix { $0 == sign }
            if let open = fence {
                let isEnd = text.dropFirst(signs.count).allSatisfy { $0 <= 0x20 }
                if isEnd, open.first == sign, signs.count >= open.count { fence = nil }
            } else if signs.count >= 3, sign != UInt8(ascii: "`") || !text.dropFirst(signs.count).contains(sign) {
                fence = signs
            }
        }
        return fence.map { "\(markdown)\n\(Substring($0))" } ?? markdown
    }
}
