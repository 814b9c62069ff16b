/// Finds the person that a record names; nil when they are gone.
package typealias PersonLookup = (ID<Person>) -> Person?

extension Ticket {
    /// As events tell it; the API adds to it.
    package func document(_ person: PersonLookup) -> JSON {
        [
            "id": JSON(shownID: id), "number": JSON(number), "subject": .string(subject),
            "status": .string(status.rawValue), "priority": .string(priority.rawValue), "channel": .string(channel),
            "requester": [
                "name": JSON(requester.name), "email": JSON(requester.email), "phone": JSON(requester.phone),
            ],
            "assignee": assignee.map { Self.document(ofAssignee: $0, person) } ?? .null,
            "customer": JSON(shownID: customer), "tags": .array(tags.map(JSON.string)), "fields": .object(fields),
            "created_at": JSON(shownTime: createdAt), "updated_at": JSON(shownTime: updatedAt),
            "resolved_at": JSON(shownTime: resolvedAt), "closed_at": JSON(shownTime: closedAt),
        ]
    }

    private static func document(ofAssignee id: ID<Person>, _ person: PersonLookup) -> JSON {
        let found = person(id)
        return ["id": JSON(shownID: id), "name": JSON(found?.name), "email": JSON(found?.email)]
    }

    /// As it stands beside something else.
    package var reference: JSON {
        [
            "id": JSON(shownID: id), "number": JSON(number), "subject": .string(subject),
            "status": .string(status.rawValue),
        ]
    }

    /// What is told when it is gone; it shows the ticket as it was last.
    package func deletion(by actor: RecordActor, at now: Timestamp, _ person: PersonLookup) -> RecordEvent {
        RecordEvent(
            .ticketDeleted,
            ["ticket": document(person), "deleted_at": JSON(shownTime: now), "actor": actor.document],
            customer: customer)
    }
}

extension TicketStep {
    package func events(by actor: RecordActor, _ person: PersonLookup) -> [RecordEvent] {
        let ticket = after.document(person)
        guard let before else {
            return kinds.map { RecordEvent($0, ["ticket": ticket, "actor": actor.document], customer: after.customer) }
        }
        let changed = Previous.members(of: before.document(person), in: ticket)
        let ofMove = ["status", "resolved_at", "closed_at"]
        return kinds.map { kind in
            // With a move besides, an update tells of everything but the move.
            let isMove = kind != .ticketUpdated
            let told = kinds.count == 1 && !isMove ? changed : changed.filter { ofMove.contains($0.0) == isMove }
            return RecordEvent(
                kind, ["ticket": ticket, "previous": .object(JSON.Object(told)), "actor": actor.document],
                customer: after.customer)
        }
    }
}

extension TicketMessage {
    /// As events tell it; the API adds to it.
    package var document: JSON {
        [
            "id": JSON(shownID: id), "direction": .string(direction.rawValue), "channel": .string(channel),
            "from": JSON(from), "to": JSON(to), "subject": JSON(subject), "text": .string(text),
            "attachments": .array(attachments.map(\.document)), "status": .string(status.rawValue),
            "status_detail": JSON(statusDetail), "created_at": JSON(shownTime: createdAt),
        ]
    }

    /// Notes are nobody's business outside.
    package func creation(on ticket: Ticket) -> RecordEvent? {
        guard direction != .note else { return nil }
        return RecordEvent(
            .ticketMessageCreated, ["message": document, "ticket": ticket.reference], customer: ticket.customer)
    }

    /// - Parameter before: the message as it was; nil is told when nothing changed.
    package func progress(since before: TicketMessage, on ticket: Ticket) -> RecordEvent? {
        guard self != before else { return nil }
        let previous = Previous.members(of: before.document, in: document)
        return RecordEvent(
            .ticketMessageStatus,
            ["message": document, "previous": .object(JSON.Object(previous)), "ticket": ticket.reference],
            customer: ticket.customer)
    }
}

extension TicketMessage.Attachment {
    package var document: JSON {
        ["name": .string(name), "content_type": .string(contentType), "bytes": JSON(bytes)]
    }

    /// Reads what ``document`` writes.
    package init?(_ document: JSON) {
        guard let name = document["name"]?.string, let type = document["content_type"]?.string,
            let bytes = document["bytes"]?.int64
        else { return nil }
        self.init(name: name, contentType: type, bytes: bytes)
    }
}

/// What `previous` tells: of what changed, what was there before.
enum Previous {
    static func members(of before: JSON, in after: JSON) -> [(String, JSON)] {
        (before.object?.members ?? []).compactMap { member in
            member.key == "updated_at" || after[member.key] == member.value ? nil : (member.key, member.value)
        }
    }
}
