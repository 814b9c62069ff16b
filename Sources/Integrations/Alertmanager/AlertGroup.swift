import HubCore

/// The alerts of a notification that become one message.
struct AlertGroup: Sendable {
    let event: Alertmanager.Event
    /// Whether these are the topics that are too many for messages of their own.
    let isRest: Bool
    /// One, unless this is the rest.
    var topics: [String] = []
    var alerts: [Alert] = []

    /// - Parameter omitted: how many alerts Alertmanager left out of the notification.
    func message(_ context: ReadingContext, omitted: Int) -> MessageDraft {
        let title = event == .firing ? "🔥 **Firing**" : "✅ **Resolved**"
        let more = omitted > 0 ? "[and \(Wording.count(omitted, "alert")) that Alertmanager left out]" : ""
        let body =
            if isRest {
                "\(title): \(Wording.count(alerts.count, "alert")) for \(Wording.count(topics.count, "more topic"))\n\n"
                    + Self.filled(topics.lazy.map { Markdown.code($0) }, of: "topic", separator: " ")
            } else if alerts.count == 1 {
                "\(title) \(alerts[0].markdown(context))"
            } else {
                "\(title): \(Wording.count(alerts.count, "alert"))\n\n"
                    + Self.filled(
                        alerts.lazy.map { Markdown.list([$0.markdown(context)]) }, of: "alert", separator: "\n")
            }
        return MessageDraft(
            topic: isRest ? "Alertmanager" : topics[0], body: Markdown.blocks(body, more),
            severity: event == .resolved ? .success : alerts.map(\.severity).max { $0.rank < $1.rank } ?? .warning,
            threadKeys: alerts.compactMap(\.threadKey).withoutRepeats, resolvesThread: event == .resolved)
    }

    /// As many items as the message holds, the first of them in any case, and how many more there are. Makes none that
    /// is not shown.
    private static func filled(_ items: some Collection<String>, of noun: String, separator: String) -> String {
        var room = MessageDraft.bodyLimit - reserve
        var shown: [String] = []
        for item in items.prefix(itemLimit) {
            // No text has more characters than scalars.
            room -= item.unicodeScalars.count + separator.count
            guard shown.isEmpty || room >= 0 else { break }
            shown.append(item)
        }
        let more = items.count - shown.count
        return Markdown.blocks(shown.joined(separator: separator), more > 0 ? Markdown.more(more, noun) : nil)
    }

    private static let itemLimit = 50
    /// For what stands before and after the items, in characters.
    private static let reserve = 500
}

extension Severity {
    fileprivate var rank: Int {
        switch self {
        case .success: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }
}
