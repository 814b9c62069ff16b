/// How much a message wants attention.
package enum Severity: String, Sendable, Hashable, CaseIterable {
    case info, success, warning, error
}

/// A message before it is addressed: the neutral form that every connector renders.
package struct MessageDraft: Sendable, Hashable {
    /// What threads messages about one thing; cut to ``topicLimit`` when it is planned.
    package var topic: String
    /// Markdown.
    package var body: String
    package var severity: Severity
    /// Names the thing that this and later events are about (`alertmanager:<fingerprint>`), so that a resolution
    /// finds its alert. Unique within the source; nil when nothing follows.
    package var threadKey: String?
    /// Whether the thing under ``threadKey`` is over with this message.
    package var resolvesThread: Bool

    /// In characters, as chat systems that people move over from have it.
    package static let topicLimit = 60
    /// In characters.
    package static let bodyLimit = 10_000

    package init(
        topic: String, body: String, severity: Severity = .info, threadKey: String? = nil, resolvesThread: Bool = false
    ) {
        self.topic = topic
        self.body = body
        self.severity = severity
        self.threadKey = threadKey
        self.resolvesThread = resolvesThread
    }

    /// The same message within the limits; what is cut away is marked.
    package func truncated() -> MessageDraft {
        var draft = self
        draft.topic = Self.cut(topic.trimmed(), to: Self.topicLimit, mark: "...")
        draft.body = Self.cut(body.trimmed(), to: Self.bodyLimit, mark: "\n[message truncated]")
        return draft
    }

    private static func cut(_ text: String, to limit: Int, mark: String) -> String {
        guard text.utf8.count > limit, text.count > limit else { return text }
        return text.prefix(limit - mark.count) + mark
    }
}
