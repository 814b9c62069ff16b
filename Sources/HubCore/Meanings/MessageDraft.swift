/// How much a message wants attention.
package enum Severity: String, Sendable, Hashable, CaseIterable {
    case info, success, warning, error
}

/// A message before it is addressed: the neutral form that every connector renders.
package struct MessageDraft: Sendable, Hashable {
    /// What threads messages about one thing; made one line within ``topicLimit`` when it is planned.
    package var topic: String
    /// Markdown (CommonMark) in which each line break counts, as people expect in a chat. It has no mentions: `@all` is
    /// text, and a connector whose system would ping people for it keeps it text.
    package var body: String
    package var severity: Severity
    /// Names each thing that this and later events are about (`alert:<fingerprint>`), so that a resolution finds its
    /// alert. Unique within the source; empty when nothing follows.
    ///
    /// Nearly always one. A message about several things (a group of alerts) is over when each of them is.
    package var threadKeys: [String]
    /// Whether what ``threadKeys`` names is over with this message.
    package var resolvesThread: Bool

    /// The key of a message about exactly one thing.
    package var threadKey: String? { threadKeys.count == 1 ? threadKeys[0] : nil }

    /// In characters, as chat systems that people move over from have it.
    package static let topicLimit = 60
    /// In characters.
    package static let bodyLimit = 10_000
    /// Of topics and bodies. One character may have any number of bytes; this is enough for any script.
    private static let bytesPerCharacter = 4

    package init(
        topic: String, body: String, severity: Severity = .info, threadKeys: [String] = [], resolvesThread: Bool = false
    ) {
        self.topic = topic
        self.body = body
        self.severity = severity
        self.threadKeys = threadKeys
        self.resolvesThread = resolvesThread
    }

    /// A message about one thing, or about none that later events belong to.
    package init(
        topic: String, body: String, severity: Severity = .info, threadKey: String?, resolvesThread: Bool = false
    ) {
        self.init(
            topic: topic, body: body, severity: severity, threadKeys: threadKey.map { [$0] } ?? [],
            resolvesThread: resolvesThread)
    }

    /// The same message within the limits; what is cut away is marked.
    package func truncated() -> MessageDraft {
        var draft = self
        draft.topic = Self.topic(from: topic)
        draft.body = Self.cut(body.trimmed(), to: Self.bodyLimit, mark: "\n[message truncated]")
        return draft
    }

    /// The topic within the limits, on one line.
    package static func topic(from text: String) -> String {
        cut(line(of: text).trimmed(), to: topicLimit, mark: "...")
    }

    /// The topic on one line: a line break or tab becomes a blank; other control characters and those that turn the
    /// direction of what stands beside the topic are left out. Reads no further than what is kept.
    private static func line(of topic: String) -> String {
        if topic.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return topic }
        var line = String.UnicodeScalarView()
        var bytes = 0
        for scalar in topic.unicodeScalars {
            switch scalar {
            case "\t"..."\r", "\u{85}", "\u{2028}", "\u{2029}", " ":
                // Not at the start, and one for a line feed after a carriage return.
                guard let last = line.last, scalar == " " || last != " " else { continue }
                line.append(" ")
            case ..<" ", "\u{7F}"..<"\u{A0}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": continue
            default: line.append(scalar)
            }
            bytes += UTF8.width(scalar)
            // More than any cut leaves, so that the cut is seen.
            if bytes > (topicLimit + 1) * bytesPerCharacter { break }
        }
        return String(line)
    }

    private static func cut(_ text: String, to limit: Int, mark: String) -> String {
        // No text has more characters than bytes.
        guard text.utf8.count > limit else { return text }
        let isWithinBytes = text.utf8.count <= limit * bytesPerCharacter
        if isWithinBytes, text.count <= limit { return text }
        let length = limit - mark.utf8.count
        return text.prefix(bytes: length * bytesPerCharacter).prefix(length) + mark
    }
}
