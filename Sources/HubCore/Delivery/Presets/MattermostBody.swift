/// Mattermost's incoming webhooks.
///
/// Limit: 16 383 characters in a message (developers.mattermost.com, incoming webhooks, 2026).
enum MattermostBody {
    private static let textLimit = 12_000

    static func json(_ digest: EventDigest, type: String) -> JSON {
        var title = "**" + markup.plain(digest.title.onOneLine, limit: 500) + "**"
        if let link = digest.link { title = "[\(title)](\(link))" }
        var parts = [title]
        if let text = digest.text { parts.append(markup.text(text, limit: textLimit)) }
        let facts = digest.facts.prefix(10).map { fact in
            let label = markup.plain(fact.label.onOneLine, limit: 60)
            return "- **\(label):** \(markup.plain(fact.value.onOneLine, limit: 240))"
        }
        if !facts.isEmpty { parts.append(facts.joined(separator: "\n")) }
        return ["username": "Martlet", "text": .string(parts.joined(separator: "\n\n"))]
    }

    /// Mattermost takes Slack's `<!channel>` as well, within code too.
    private static let markup = ChatMarkup(
        plain: { character, place in
            ChatMarkup.withoutMention(character, place) ?? ChatMarkup.escapedMarkdown(character, place)
                ?? String(character)
        },
        verbatim: { character, place in ChatMarkup.withoutMention(character, place) ?? String(character) })
}
