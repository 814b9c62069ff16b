/// What a Teams workflow takes that starts "when a webhook request is received": a message with an Adaptive Card.
///
/// Limit: 28 KB for the whole message (learn.microsoft.com, "Create and send messages", 2026).
enum TeamsBody {
    private static let sizeLimit = 28 * 1024

    static func json(_ digest: EventDigest, type: String, timestamp: Timestamp) -> JSON {
        // What a text takes as JSON depends on what is in it, so that the size is known only afterwards.
        for share in [12_000, 6000, 3000, 1000] {
            let body = message(digest, type: type, timestamp: timestamp, share: share)
            if body.bytes.count < sizeLimit { return body }
        }
        return message(EventDigest(String(digest.title.prefix(100))), type: type, timestamp: timestamp, share: 100)
    }

    /// - Parameter share: how many characters the text may have, and all facts together.
    private static func message(_ digest: EventDigest, type: String, timestamp: Timestamp, share: Int) -> JSON {
        var elements: [JSON] = [
            block(
                run(
                    digest.title.onOneLine, limit: 500,
                    ["weight": "Bolder", "size": "Medium", "color": color(digest.tone)]))
        ]
        switch digest.text {
        case .markdown(let text)?:
            elements.append([
                "type": "TextBlock", "wrap": true, "text": .string(markup.markdown(text, limit: share)),
            ])
        case .plain(let text)?: elements.append(block(run(text, limit: share)))
        case .code(let text)?: elements.append(block(run(text, limit: share, ["fontType": "Monospace"])))
        case nil: break
        }
        for fact in digest.facts.prefix(12) {
            elements.append(
                block(
                    run("\(fact.label.onOneLine): ", limit: 80, ["weight": "Bolder"]),
                    run(fact.value, limit: min(share / 12, 300))))
        }
        elements.append(block(run("\(type) · \(timestamp.rfc3339)", limit: 300, ["isSubtle": true, "size": "Small"])))
        let parts: [(String, JSON)] = [
            ("$schema", "http://adaptivecards.io/schemas/adaptive-card.json"), ("type", "AdaptiveCard"),
            ("version", "1.4"), ("body", .array(elements)),
        ]
        var card = JSON.Object(parts)
        if let link = digest.link {
            card["actions"] = [["type": "Action.OpenUrl", "title": "Open", "url": .string(link)]]
        }
        let attachment: JSON = [
            "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil, "content": .object(card),
        ]
        return ["type": "message", "attachments": [attachment]]
    }

    /// Unlike a text block, text runs know no Markdown.
    private static func block(_ runs: JSON...) -> JSON {
        ["type": "RichTextBlock", "inlines": .array(runs)]
    }

    private static func run(_ text: String, limit: Int, _ style: JSON = [:]) -> JSON {
        let parts: [(String, JSON)] = [("type", "TextRun"), ("text", .string(markup.plain(text, limit: limit)))]
        var run = JSON.Object(parts)
        for member in style.object?.members ?? [] { run[member.key] = member.value }
        return .object(run)
    }

    private static func color(_ tone: EventDigest.Tone) -> JSON {
        switch tone {
        case .neutral: "Default"
        case .good: "Good"
        case .warning: "Warning"
        case .bad: "Attention"
        }
    }

    /// `<at>` names somebody only together with a list that is never sent; it is broken all the same.
    private static let markup = ChatMarkup(
        plain: { character, place in ChatMarkup.withoutMention(character, place) ?? String(character) },
        verbatim: { character, place in ChatMarkup.withoutMention(character, place) ?? String(character) })
}
