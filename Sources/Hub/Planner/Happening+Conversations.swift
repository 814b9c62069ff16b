import HubCore

extension Happening {
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
