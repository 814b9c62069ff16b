import HubCore
import HubStorage

extension Happening {
    /// A transcript was stored, or is another one now. Of its messages only the count is told.
    ///
    /// Nothing that a payload says goes out from a source that keeps no payloads.
    init(_ change: TranscriptChange, from source: Source) {
        let after = change.after.document(from: source)
        var data = JSON.Object([
            ("transcript", after), ("new_messages", JSON(change.newEntries)),
            ("changed_messages", JSON(change.changedEntries)),
        ])
        if let before = change.before?.document(from: source) {
            let changed = (before.object?.members ?? []).filter { member in
                member.key != "updated_at" && after[member.key] != member.value
            }
            if !changed.isEmpty { data["previous"] = .object(JSON.Object(changed.map { ($0.key, $0.value) })) }
        }
        self.init(type: .transcriptIngested, data: .object(data))
    }

    /// A stream is there that was not.
    init(madeBy actor: RecordActor, _ stream: HubCore.Stream) {
        self.init(type: .conversationCreated, data: ["conversation": stream.document, "actor": actor.document])
    }

    /// A stream takes nothing any more.
    init(archivedBy actor: RecordActor, _ stream: HubCore.Stream) {
        self.init(
            type: .conversationArchived,
            data: ["conversation": stream.document, "previous": ["archived": false], "actor": actor.document])
    }
}

extension HubCore.Stream {
    /// As events tell it. Its number is not among it: the commit gives that.
    fileprivate var document: JSON {
        [
            "id": .string("\(id)"), "kind": "stream", "address": .string("local:\(name)"), "name": .string(name),
            "description": .string(description), "archived": .bool(isArchived),
            "created_at": .string(createdAt.rfc3339),
        ]
    }
}

extension TranscriptChange.State {
    fileprivate func document(from source: Source) -> JSON {
        let content = transcript.content
        let isOpen = source.storage == .full
        return [
            "id": .string("\(transcript.id)"), "source": .string(source.name), "session_id": .string(content.session),
            "title": isOpen ? JSON(content.title) : .null, "origin": isOpen ? JSON(content.origin) : .null,
            "messages": JSON(entries), "labels": .array(isOpen ? content.labels.map(JSON.string) : []),
            "links": JSON(content.links.count), "attachments": JSON(content.attachments.count),
            "created_at": .string(transcript.createdAt.rfc3339), "updated_at": .string(transcript.updatedAt.rfc3339),
        ]
    }
}
