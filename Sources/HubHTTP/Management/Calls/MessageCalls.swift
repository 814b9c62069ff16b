import HTTPTypes
import Hub
import HubCore
import HubStorage

/// What people read, and writing to them.
enum MessageCalls {
    static let all = [
        Call(
            .get, "/v1/messages",
            "Messages, newest first; direct ones only to or from the token's person, unless it is an admin's",
            .workspace(.read), .list(of: MessageDocuments.shape),
            query: [
                .optional("stream", .text, "Number, name or id."), .optional("topic", .text),
                .optional("direct", .text, "Only direct ones to this person: id or e-mail address."),
                .optional("event", .text, "Only those of this event."),
                .optional("q", .text(0...200), "Words to find; a star finds beginnings: `deploy*`."),
                .optional("since", .moment),
            ] + Shape.Member.paging, answer: list),
        Call(
            .post, "/v1/messages", "Send a message as the token's person", .workspace(.publish),
            .document(.object([.required("data", .list(of: MessageDocuments.shape))]), status: 201),
            body: .object([
                .optional("stream", .text(1...128), "Number, name or id."),
                .optional("topic", .text(1...60), "Of a message to a stream."),
                .optional(
                    "people", .list(of: .text(3...254), limit: 50), "E-mail addresses, for a direct message to each."),
                .required("body", .text(1...10_000), "Markdown."),
            ]), answer: send),
    ]

    // MARK: Answers

    private static func list(_ call: CallContext) async throws -> CallAnswer {
        let configuration = try await call.configuration()
        var query = MessageQuery()
        query.audience = call.caller.audience
        if let name = call.query["stream"].text {
            guard let stream = configuration.anyStream(matching: name) else {
                throw ManagementError.invalid(detail: "stream: there is no stream \"\(name)\"")
            }
            query.stream = stream.id
        }
        if let name = call.query["direct"].text {
            guard let person = configuration.person(matching: name) else {
                throw ManagementError.invalid(detail: "direct: there is no person \"\(name)\"")
            }
            query.direct = person.id
        }
        if let text = call.query["event"].text {
            guard let event = ID<Event>(text) else { throw ManagementError.invalid(detail: "event: is no id of one") }
            query.event = event
        }
        query.topic = call.query["topic"].text
        query.text = call.query["q"].text
        query.since = call.moment(call.query["since"])
        let page = try await call.hub.store.messages(of: try call.workspace, query, try call.page())
        return .list(page.elements.map { MessageDocuments.document($0, configuration) }, next: page.next)
    }

    private static func send(_ call: CallContext) async throws -> CallAnswer {
        guard let person = call.caller.person else {
            throw ManagementError.forbidden(reason: "this token belongs to nobody; a message needs a sender")
        }
        let body = call.body
        let recipient: MessageSubmission.Recipient
        switch (body["stream"].text, body["people"].present?.list.compactMap(\.text)) {
        case (let stream?, nil): recipient = .stream(stream)
        case (nil, let people?): recipient = .people(people)
        default: throw ShapeError(path: "$", problem: "expected either stream or people")
        }
        if case .stream = recipient, !body["topic"].exists {
            throw ShapeError(path: "$.topic", problem: "missing")
        }
        let submission = MessageSubmission(
            recipient: recipient, topic: body["topic"].text ?? "", content: try body["body"].string)
        let seqs = try await call.hub.send(submission, from: .person(person), at: call.hub.clock.now())
        let configuration = try await call.configuration()
        guard let first = seqs.first else { return .document(["data": []]) }
        // What one plan writes has consecutive numbers.
        let sent = try await call.hub.store.messages(
            of: try call.workspace, MessageQuery(), PageRequest(.after(first - 1), limit: seqs.count))
        return .document(
            ["data": .array(sent.elements.map { MessageDocuments.document($0, configuration) })])
    }
}

/// Messages in JSON.
enum MessageDocuments {
    static let shape = Shape.named(
        "Message",
        [
            .required("id", .text), .required("stream", .text.orNull, "Its name; null for a direct message."),
            .required("stream_id", .text.orNull),
            .required("recipient", .text.orNull, "E-mail address; null for a message in a stream."),
            .required("topic", .text),
            .required(
                "sender",
                .object([
                    .required("kind", .choice(["source", "bot", "person", "hub"])), .required("id", .text.orNull),
                    .required("name", .text.orNull),
                ])),
            .required("body", .text, "Markdown."), .required("severity", .choice(of: Severity.self)),
            .required("resolved_at", .moment.orNull, "When what it is about was over."),
            .required("event_id", .text), .required("created_at", .moment),
        ])

    static func document(_ message: Message, _ configuration: WorkspaceConfiguration) -> JSON {
        var stream: ID<HubCore.Stream>?
        var recipient: String?
        switch message.place {
        case .stream(let id): stream = id
        case .direct(let id): recipient = configuration.person(id)?.email
        }
        return [
            "id": JSON(message.id), "stream": JSON(stream.flatMap(configuration.stream)?.name),
            "stream_id": JSON(stream), "recipient": JSON(recipient), "topic": .string(message.draft.topic),
            "sender": sender(message.sender, configuration), "body": .string(message.draft.body),
            "severity": .string(message.draft.severity.rawValue), "resolved_at": JSON(message.resolvedAt),
            "event_id": JSON(message.event), "created_at": JSON(message.createdAt),
        ]
    }

    private static func sender(_ sender: Message.Sender, _ configuration: WorkspaceConfiguration) -> JSON {
        switch sender {
        case .source(let id): ["kind": "source", "id": JSON(id), "name": JSON(configuration.source(id)?.name)]
        case .bot(let id): ["kind": "bot", "id": JSON(id), "name": JSON(configuration.bot(id)?.name)]
        case .person(let id): ["kind": "person", "id": JSON(id), "name": JSON(configuration.person(id)?.name)]
        case .hub: ["kind": "hub", "id": nil, "name": "Martlet"]
        }
    }
}
