package import HubCore

/// The payload of Martlet's own: for tools that can send what they like, and for AI chats.
///
/// `event_id`, `source`, `type`, `workspace_id`, `timestamp`, `actor{id,email}`, `data{…}`. Only `type` is demanded; a
/// field that is there has to be of its type. Unknown fields are welcome.
package enum General: Integration {
    enum Event: String, VendorEvent {
        case ingest = "brain.ingest"
        case message = "conversation.message"
        case any = "*"

        var summary: String {
            switch self {
            case .ingest: "a whole AI conversation; sent again, it is merged"
            case .message: "one message more in an AI conversation"
            case .any: "any other type: told to people"
            }
        }
    }

    package static let descriptor = IntegrationDescriptor(
        slug: "martlet",
        name: "Martlet",
        category: .generic,
        summary: "Events of your own tools, and AI conversations to keep.",
        eventTypes: Event.catalogue,
        defaultScheme: "signed",
        setup: [
            .init("Send a `POST` with a JSON body to:", code: "{url}"),
            .init("Give each event an `event_id` and a `type`; what happened goes into `data`."),
            .init(
                "Send the HMAC-SHA256 of the body, in hexadecimal, as `X-IW-Signature: sha256=…`. Its key is:",
                code: "{secret}"),
        ])

    package static func read(
        _ request: WebhookRequest, _ context: ReadingContext
    ) throws(PayloadError) -> [Occurrence] {
        let payload = try request.document()
        _ = try payload.object
        let provenance = try provenance(payload)
        let type = try type(payload)
        let data = try payload["data"].optionalObject
        let meaning: Meaning =
            switch Event(rawValue: type) {
            case .ingest: .transcript(try ConversationReader.whole(data, provenance))
            case .message: .transcript(try ConversationReader.addition(data, provenance))
            case .any, nil: .message(EventStory(type: type, data: data, provenance: provenance).message)
            }
        return [Occurrence(openType: type, provenance: provenance) { meaning }]
    }

    /// What stands beside `data`; checked in the order in which it is documented, so that the first fault is told.
    private static func provenance(_ payload: Payload) throws(PayloadError) -> Provenance {
        var provenance = Provenance()
        provenance.externalID = payload["event_id"].exists ? try payload["event_id"].filledString : nil
        provenance.origin = try payload["source"].optionalString
        if payload["type"].exists { _ = try payload["type"].string }
        provenance.workspace = try payload["workspace_id"].optionalString
        provenance.occurredAt = try payload["timestamp"].optionalTimestamp
        let actor = try payload["actor"].optionalObject
        provenance.actorID = try actor["id"].optionalString
        provenance.actorEmail = try actor["email"].optionalString
        return provenance
    }

    private static func type(_ payload: Payload) throws(PayloadError) -> String {
        let type = try payload["type"].string
        guard !type.isEmpty, type.utf8.count <= typeLimit, !type.contains(where: \.isWhitespace) else {
            throw .invalid(path: payload["type"].path, expected: "a type without blanks, such as order.created")
        }
        return type
    }

    /// In bytes.
    private static let typeLimit = 200

    package static let samples = [
        Sample(
            "brain.ingest",
            body: """
                {"event_id": "evt-1", "source": "chatgpt", "type": "brain.ingest", "timestamp": "2026-11-21T08:30:00Z",
                 "actor": {"id": "u-7", "email": "ann@example.com"},
                 "data": {"session_id": "s-42", "conversation_title": "Backup plan", "labels": ["ops"],
                  "messages": [{"role": "user", "content": "How often should we back up?"},
                               {"role": "assistant", "content": "Daily, and test the restore."}],
                  "links": ["https://example.com/backup"]}}
                """),
        Sample(
            "conversation.message",
            body: """
                {"event_id": "evt-2", "source": "claude", "type": "conversation.message",
                 "timestamp": "2026-11-21T08:31:00Z", "actor": {"id": "u-7"},
                 "data": {"message_id": "m-3", "thread_id": "s-42", "content": "And where to?",
                  "metadata": {"model": "opus", "tags": ["ops"]}}}
                """),
        Sample(
            "order.refunded",
            body: """
                {"event_id": "evt-3", "source": "shop", "type": "order.refunded", "timestamp": "2026-11-21T08:32:00Z",
                 "actor": {"email": "ann@example.com"},
                 "data": {"title": "Order 1042 was refunded", "message": "The parcel came back.", "amount": "19.90 EUR",
                  "url": "https://shop.example.com/orders/1042"}}
                """),
    ]
}
