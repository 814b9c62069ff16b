/// Discord's webhooks: one embed.
///
/// Limits (discord.com/developers, "Embed Limits" and "Execute Webhook", 2026): title 256, description 4096, 25 fields
/// of 256 and 1024, footer 2048, 6000 in all of them together.
enum DiscordBody {
    private static let totalLimit = 6000
    private static let descriptionLimit = 4096

    static func json(_ digest: EventDigest, type: String, timestamp: Timestamp) -> JSON {
        let title = markup.plain(digest.title.onOneLine, limit: 256)
        let footer = String(type.prefix(EventTypeName.lengthLimit))
        let fields: [(name: String, value: String)] = digest.facts.prefix(12).map { fact in
            (markup.plain(fact.label.onOneLine, limit: 60), markup.plain(fact.value, limit: 200))
        }
        let head: [(String, JSON)] = [
            ("title", .string(title)), ("color", color(digest.tone)), ("timestamp", .string(timestamp.rfc3339)),
            ("footer", ["text": .string(footer)]),
        ]
        var embed = JSON.Object(head)
        if let link = digest.link { embed["url"] = .string(link) }
        if let text = digest.text {
            let used = ([title, footer] + fields.flatMap { [$0.name, $0.value] }).reduce(0) { $0 + $1.utf16.count }
            embed["description"] = .string(markup.text(text, limit: min(descriptionLimit, totalLimit - used)))
        }
        if !fields.isEmpty {
            embed["fields"] = .array(
                fields.map {
                    ["name": .string($0.name), "value": .string($0.value), "inline": .bool($0.value.count < 40)]
                })
        }
        // Nothing in it calls anybody, whatever it looks like.
        return ["embeds": [.object(embed)], "allowed_mentions": ["parse": []]]
    }

    private static func color(_ tone: EventDigest.Tone) -> JSON {
        switch tone {
        case .neutral: 0x58_65F2
        case .good: 0x2E_A043
        case .warning: 0xE3_B341
        case .bad: 0xDA_3633
        }
    }

    private static let markup = ChatMarkup(
        plain: { character, place in
            ChatMarkup.withoutMention(character, place) ?? ChatMarkup.escapedMarkdown(character, place)
                ?? String(character)
        },
        verbatim: { character, place in ChatMarkup.withoutMention(character, place) ?? String(character) })
}
