/// Slack's incoming webhooks: `text` for notifications, blocks for the eye.
///
/// Limits (docs.slack.dev, Block Kit reference, 2026): 3000 characters in a section's text, 2000 in a field, 10 fields
/// in a section, 50 blocks; 40 000 in `text`.
enum SlackBody {
    private static let sectionLimit = 3000
    private static let fieldLimit = 2000
    private static let fieldCount = 10

    static func json(_ digest: EventDigest, type: String, timestamp: Timestamp) -> JSON {
        var title = "*" + markup.plain(digest.title.onOneLine, limit: 500) + "*"
        if let link = digest.link { title = "<\(link.replacing("&", with: "&amp;"))|\(title)>" }
        var blocks: [JSON] = [section(title)]
        if let text = digest.text { blocks.append(section(body(text))) }
        for start in stride(from: 0, to: min(digest.facts.count, 2 * fieldCount), by: fieldCount) {
            let facts = digest.facts[start..<min(start + fieldCount, digest.facts.count)]
            blocks.append(["type": "section", "fields": .array(facts.map(field))])
        }
        let time = "<!date^\(timestamp.seconds)^{date_short_pretty} {time}|\(timestamp.rfc3339)>"
        let footer = markup.plain(type, limit: 300) + " · " + time
        blocks.append(["type": "context", "elements": [["type": "mrkdwn", "text": .string(footer)]]])
        return ["text": .string(markup.plain(digest.title.onOneLine, limit: sectionLimit)), "blocks": .array(blocks)]
    }

    private static func section(_ text: String) -> JSON {
        ["type": "section", "text": ["type": "mrkdwn", "text": .string(text)]]
    }

    private static func field(_ fact: EventDigest.Fact) -> JSON {
        let label = markup.plain(fact.label.onOneLine, limit: 100)
        let text = "*\(label)*\n\(markup.plain(fact.value, limit: fieldLimit - 110))"
        return ["type": "mrkdwn", "text": .string(text)]
    }

    private static func body(_ text: EventDigest.Text) -> String {
        if case .markdown(let text) = text { return markdown(text) }
        return markup.text(text, limit: sectionLimit)
    }

    private static let markup = ChatMarkup(
        plain: { character, place in
            escaped(character)
                ?? ChatMarkup.withoutMention(character, place)
                // There is no escaping for these; beside something unseen they are no markup.
                ?? ("*_~`".contains(character) ? "\(ChatMarkup.invisible)\(character)\(ChatMarkup.invisible)" : nil)
                ?? String(character)
        },
        verbatim: { character, place in
            escaped(character) ?? ChatMarkup.withoutMention(character, place) ?? String(character)
        })

    /// The three that begin entities and mentions: `<!channel>`, `<@U1>`, `<url|text>`.
    private static func escaped(_ character: Character) -> String? {
        switch character {
        case "&": "&amp;"
        case "<": "&lt;"
        case ">": "&gt;"
        default: nil
        }
    }

    /// Markdown as Slack writes it: bold, strikethrough, headings and links look differently there.
    private static func markdown(_ text: String) -> String {
        var pieces: [String] = []
        var rest = text.prefix(4 * sectionLimit)
        var previous: Character?
        while let first = rest.first {
            if rest.hasPrefix("**") || rest.hasPrefix("__") {
                pieces.append("*")
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("~~") {
                pieces.append("~")
                rest = rest.dropFirst(2)
            } else if let (link, after) = link(rest) {
                pieces.append(link)
                rest = after
            } else if first == "#", previous?.isNewline ?? true, let space = rest.firstIndex(where: { $0 != "#" }),
                rest[space] == " "
            {
                let end = rest[space...].firstIndex(where: \.isNewline) ?? rest.endIndex
                pieces.append("*" + markup.plain(rest[space..<end].dropFirst().filter { $0 != "*" }, limit: 300) + "*")
                rest = rest[end...]
            } else {
                let place = ChatMarkup.Place(previous: previous, next: nil)
                pieces.append(markup.verbatim(first, place))
                rest = rest.dropFirst()
            }
            previous = first
        }
        return ChatMarkup.joined(pieces, limit: sectionLimit)
    }

    /// `[text](url)` at the beginning, and what follows it.
    private static func link(_ text: Substring) -> (String, Substring)? {
        guard text.first == "[", let close = text.prefix(500).firstIndex(of: "]") else { return nil }
        let target = text[text.index(after: close)...]
        guard target.first == "(", let end = target.prefix(2000).firstIndex(of: ")") else { return nil }
        let url = target[target.index(after: target.startIndex)..<end]
        guard url.hasPrefix("https://") || url.hasPrefix("http://"),
            url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"<>|".utf8.contains($0) })
        else { return nil }
        let label = markup.plain(text[text.index(after: text.startIndex)..<close].onOneLine, limit: 300)
        return ("<\(url.replacing("&", with: "&amp;"))|\(label)>", target[target.index(after: end)...])
    }
}

extension StringProtocol {
    /// Line breaks become blanks.
    var onOneLine: String { String(map { $0.isNewline ? " " : $0 }) }
}
