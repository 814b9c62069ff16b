extension BuiltInEventType {
    /// JSON Schema of what stands under `data`; nil for what is not sent yet.
    ///
    /// Members may be added to events; none is taken away and none changes its type.
    package var schema: JSON? {
        switch self {
        case .ticketCreated: Schemas.object([("ticket", Schemas.ticket), ("actor", Schemas.actor)])
        case .ticketUpdated, .ticketResolved, .ticketReopened, .ticketClosed:
            Schemas.object([
                ("ticket", Schemas.ticket), ("previous", Schemas.some(of: Schemas.ticket)), ("actor", Schemas.actor),
            ])
        case .ticketDeleted:
            Schemas.object([("ticket", Schemas.ticket), ("deleted_at", Schemas.time), ("actor", Schemas.actor)])
        case .ticketMessageCreated:
            Schemas.object([("message", Schemas.ticketMessage), ("ticket", Schemas.ticketReference)])
        case .ticketMessageStatus:
            Schemas.object([
                ("message", Schemas.ticketMessage), ("previous", Schemas.some(of: Schemas.ticketMessage)),
                ("ticket", Schemas.ticketReference),
            ])
        case .surveyResponseCompleted: Schemas.object([("response", Schemas.surveyResponse)])
        case .conversationCreated:
            Schemas.object([("conversation", Schemas.conversation), ("actor", Schemas.actor)])
        case .conversationArchived:
            Schemas.object([
                ("conversation", Schemas.conversation), ("previous", Schemas.some(of: Schemas.conversation)),
                ("actor", Schemas.actor),
            ])
        case .messageCreated: Schemas.object([("message", Schemas.message)])
        case .transcriptIngested:
            Schemas.object(
                [
                    ("transcript", Schemas.transcript), ("new_messages", Schemas.integer),
                    ("changed_messages", Schemas.integer), ("previous", Schemas.some(of: Schemas.transcript)),
                ], optional: ["previous"])
        case .sourceEventReceived: Schemas.sourceEvent
        case .endpointDisabled: Schemas.endpointDisabled
        case .endpointRecovered:
            Schemas.object([
                ("endpoint", Schemas.endpoint), ("by", Schemas.text), ("held_deliveries", Schemas.integer),
                ("recovered_at", Schemas.time),
            ])
        case .deliveryExhausted: Schemas.object([("delivery", Schemas.delivery), ("endpoint", Schemas.endpoint)])
        case .approvalRequested, .approvalDecided, .approvalExpired, .approvalCancelled, .messageButtonClicked: nil
        }
    }
}

/// The parts that schemas of events are made of.
private enum Schemas {
    static let text: JSON = ["type": "string"]
    static let integer: JSON = ["type": "integer"]
    static let flag: JSON = ["type": "boolean"]
    static let time: JSON = ["type": "string", "format": "date-time"]
    static let anything: JSON = [:]

    static func oneOf(_ values: [String]) -> JSON { ["type": "string", "enum": .array(values.map(JSON.string))] }

    static func oneOf<Value: RawRepresentable<String> & CaseIterable>(_ type: Value.Type) -> JSON {
        oneOf(type.allCases.map(\.rawValue))
    }

    static func list(of element: JSON) -> JSON { ["type": "array", "items": element] }

    /// `tkt_` and what makes it the one.
    static func id<Entity: Identified>(of type: Entity.Type) -> JSON {
        ["type": "string", "pattern": .string("^\(Entity.idPrefix)_[0-9a-z]{26}$")]
    }

    static func orNull(_ schema: JSON) -> JSON {
        guard var object = schema.object, let type = object["type"] else { return schema }
        object["type"] = [type, "null"]
        if let values = object["enum"]?.array { object["enum"] = .array(values + [.null]) }
        return .object(object)
    }

    static func object(_ members: [(String, JSON)], optional: Set<String> = []) -> JSON {
        [
            "type": "object", "properties": .object(JSON.Object(members)),
            "required": .array(members.map(\.0).filter { !optional.contains($0) }.map(JSON.string)),
        ]
    }

    /// `previous`: of the members of a record those that changed.
    static func some(of record: JSON) -> JSON {
        ["type": "object", "properties": record["properties"] ?? [:], "minProperties": 1]
    }

    static let actor = object([
        ("kind", oneOf(RecordActor.Kind.self)), ("id", orNull(text)), ("name", text),
    ])

    // MARK: Tickets and surveys

    static let ticket = object([
        ("id", id(of: Ticket.self)), ("number", integer), ("subject", text), ("status", oneOf(Ticket.Status.self)),
        ("priority", oneOf(Ticket.Priority.self)), ("channel", text),
        ("requester", object([("name", orNull(text)), ("email", orNull(text)), ("phone", orNull(text))])),
        (
            "assignee",
            orNull(object([("id", id(of: Person.self)), ("name", orNull(text)), ("email", orNull(text))]))
        ),
        ("customer", orNull(id(of: Customer.self))), ("tags", list(of: text)), ("fields", ["type": "object"]),
        ("created_at", time), ("updated_at", time), ("resolved_at", orNull(time)), ("closed_at", orNull(time)),
    ])

    static let ticketReference = object([
        ("id", id(of: Ticket.self)), ("number", integer), ("subject", text), ("status", oneOf(Ticket.Status.self)),
    ])

    static let ticketMessage = object([
        ("id", id(of: TicketMessage.self)), ("direction", oneOf(["inbound", "outbound"])), ("channel", text),
        ("from", orNull(text)), ("to", orNull(text)), ("subject", orNull(text)), ("text", text),
        ("attachments", list(of: object([("name", text), ("content_type", text), ("bytes", integer)]))),
        ("status", oneOf(TicketMessage.Status.self)), ("status_detail", orNull(text)), ("created_at", time),
    ])

    static let surveyResponse = object([
        ("id", id(of: SurveyResponse.self)), ("survey", object([("id", id(of: Survey.self)), ("name", text)])),
        ("ticket", orNull(ticketReference)), ("customer", orNull(id(of: Customer.self))),
        ("respondent", object([("name", orNull(text)), ("email", orNull(text))])),
        (
            "answers",
            list(
                of: object([
                    ("question", text), ("label", text), ("kind", oneOf(SurveyQuestion.Kind.names)),
                    ("value", anything),
                ]))
        ), ("started_at", time), ("completed_at", time), ("language", orNull(text)),
    ])

    // MARK: Conversations

    static let conversation = object([
        ("id", id(of: Stream.self)), ("kind", oneOf(["stream"])), ("address", text), ("name", text),
        ("description", text), ("archived", flag), ("created_at", time),
    ])

    static let message = object([
        ("id", id(of: Message.self)), ("stream", text), ("topic", text),
        ("sender", object([("kind", oneOf(["source", "bot", "person", "hub"])), ("name", orNull(text))])),
        ("body", text), ("severity", oneOf(Severity.self)), ("created_at", time), ("event_id", id(of: Event.self)),
    ])

    static let transcript = object([
        ("id", id(of: Transcript.self)), ("session_id", text), ("title", orNull(text)), ("source", orNull(text)),
        ("origin", orNull(text)), ("messages", integer), ("labels", list(of: text)), ("links", integer),
        ("attachments", integer), ("created_at", time), ("updated_at", time),
    ])

    static let sourceEvent = object([
        (
            "event",
            object([
                ("id", id(of: Event.self)), ("type", text), ("external_id", orNull(text)), ("source", text),
                ("integration", text), ("received_at", time),
            ])
        ), ("summary", orNull(text)), ("data", anything),
    ])

    // MARK: Endpoints

    static let endpoint = object([
        ("id", id(of: Endpoint.self)), ("name", text), ("url_origin", text),
        ("customer", orNull(id(of: Customer.self))),
    ])

    static let failure = orNull(oneOf(AttemptFailure.self))

    static let endpointDisabled = object([
        ("endpoint", endpoint), ("reason", oneOf(EndpointHealth.DisableReason.self)), ("failures_in_row", integer),
        ("last_error", failure), ("held_deliveries", integer), ("disabled_at", time),
    ])

    static let delivery = object([
        ("id", id(of: Delivery.self)), ("uuid", ["type": "string", "format": "uuid"]),
        ("event_id", id(of: Event.self)), ("event_type", text), ("attempts", integer),
        (
            "last_attempt",
            object([("at", time), ("error", failure), ("status", orNull(integer)), ("duration_ms", integer)])
        ),
    ])
}
