import HubCore

/// Reads AI conversations; strict, because what is kept for years must not be guessed.
enum ConversationReader {
    /// `brain.ingest`.
    static func whole(_ data: Payload, _ provenance: Provenance) throws(PayloadError) -> TranscriptDraft {
        let session = try data["session_id"].filledString
        let title = try data["conversation_title"].optionalString
        var entries: [TranscriptDraft.Entry] = []
        for message in try data["messages"].array { entries.append(try entry(message)) }
        return TranscriptDraft(
            session: session, title: title, origin: provenance.origin, actorID: provenance.actorID,
            actorEmail: provenance.actorEmail, entries: entries, isWhole: true, labels: try labels(data["labels"]),
            links: try references(data["links"]), attachments: try references(data["attachments"]))
    }

    /// `conversation.message`.
    static func addition(_ data: Payload, _ provenance: Provenance) throws(PayloadError) -> TranscriptDraft {
        let id = try data["message_id"].filledString
        let thread = try data["thread_id"].filledString
        let content = try data["content"].string
        let role = try data["role"].optionalString
        let metadata = try data["metadata"].optionalObject
        let entry = TranscriptDraft.Entry(
            externalID: id, role: role ?? "user", content: content, at: provenance.occurredAt,
            metadata: metadata.value ?? .null)
        return TranscriptDraft(
            session: thread, title: try data["conversation_title"].optionalString, origin: provenance.origin,
            actorID: provenance.actorID, actorEmail: provenance.actorEmail, entries: [entry], isWhole: false,
            labels: try labels(metadata["tags"]), links: try references(data["links"]),
            attachments: try references(data["attachments"]))
    }

    private static func entry(_ message: Payload) throws(PayloadError) -> TranscriptDraft.Entry {
        let members = try message.object
        var rest = JSON.Object()
        for member in members.members where !["id", "role", "content", "timestamp"].contains(member.key) {
            rest[member.key] = member.value
        }
        return TranscriptDraft.Entry(
            externalID: try message["id"].optionalString, role: try message["role"].filledString,
            content: try message["content"].string, at: try message["timestamp"].optionalTimestamp,
            metadata: rest.isEmpty ? .null : .object(rest))
    }

    private static func labels(_ list: Payload) throws(PayloadError) -> [String] {
        var labels: [String] = []
        for label in try list.optionalArray { labels.append(try label.string) }
        return labels
    }

    /// Each a URL, or an object with one.
    private static func references(_ list: Payload) throws(PayloadError) -> [TranscriptDraft.Reference] {
        var references: [TranscriptDraft.Reference] = []
        for reference in try list.optionalArray {
            if let url = reference.value?.string {
                references.append(.init(url: url, title: nil, contentType: nil))
            } else {
                let title = reference["title"].exists ? reference["title"] : reference["name"]
                references.append(
                    .init(
                        url: try reference["url"].filledString, title: try title.optionalString,
                        contentType: try reference["content_type"].optionalString))
            }
        }
        return references
    }
}
