import HTTPTypes
import Hub
import HubCore
import HubStorage

/// What happened: received, published, or of the hub's own making.
enum EventCalls {
    static let all = [
        Call(
            .get, "/v1/events", "Events, newest first", .workspace(.read), .list(of: EventDocuments.shape),
            query: filters + [.optional("since", .moment), .optional("until", .moment)] + Shape.Member.paging,
            answer: list),
        Call(
            .post, "/v1/events", "Publish an event; 200 instead of 201 when it had been published before",
            .workspace(.publish),
            .document(published, status: 201), headers: traceHeaders, body: publication, answer: publish),
        Call(
            .get, "/v1/events/stream", "Events as they come, as server-sent events", .workspace(.read),
            .events(EventDocuments.shape),
            query: filters + [
                .optional("cursor", .text, "Begin after this one; Last-Event-ID wins. From now on unless given.")
            ], answer: stream),
        Call(
            .get, "/v1/events/{event}", "One event with what it says and led to", .workspace(.read),
            .document(EventDocuments.story), answer: show),
        Call(
            .post, "/v1/events/{event}/resend", "Deliver a published event anew to every endpoint that wants it now",
            .workspace(.endpoints), .document(.object([.required("id", .text)]), status: 202), answer: resend),
    ]

    private static let filters: [Shape.Member] = [
        .optional("origin", .choice(of: Event.Origin.self)), .optional("source", .text, "Name or id of a source."),
        .optional("type", .text(1...200), "A type, or a glob over types."),
        .optional("status", .choice(["message", "transcript", "outgoing", "ignored", "unreadable"])),
        .optional(
            "q", .text(0...200), "Words to find in what it is called and says; a star finds beginnings: `deploy*`."),
    ]

    static let publication = Shape.object([
        .required("type", .text(1...256), "Letters, digits, '_' and '-' in parts joined by '.'."),
        .optional("data", .anything, "Any JSON; receivers get it in the envelope {id, type, timestamp, data}."),
        .optional("body", .text, "Instead of data: text that receivers get byte for byte."),
        .optional("body_base64", .text, "Instead of data: bytes that receivers get as they are."),
        .optional(
            "content_type", .text(1...200), "Of body or body_base64; text/plain or application/octet-stream."),
        .optional("id", .text(1...255), "Your own id of it; published once in seven days."),
        .optional("idempotency_key", .text(1...255), "The same for retries; good for seven days."),
        .optional("customer", .text(1...128), "Id or reference of a customer."),
        .optional(
            "channels", .list(of: .text(1...128), limit: NewEvent.channelLimit),
            "Endpoints that ask for channels get it when one of theirs is among these."),
        .optional("metadata", .object([], others: .anything), "For filters only; receivers do not get it."),
    ])

    private static let traceHeaders: [Shape.Member] = [
        .optional(
            TraceContext.parentHeader, .text,
            "Your trace (W3C Trace Context); receivers get it with a span of their own."),
        .optional(TraceContext.stateHeader, .text, "Passed on as it came, up to \(TraceContext.stateLimit) bytes."),
    ]

    private static let published = Shape.named(
        "PublishedEvent",
        [
            .required("id", .text), .required("type", .text), .required("external_id", .text.orNull),
            .required("status", .choice(["accepted", "duplicate"])),
        ])

    // MARK: Answers

    private static func list(_ call: CallContext) async throws -> CallAnswer {
        let page = try await call.hub.store.events(of: try call.workspace, try await query(call), try call.page())
        let configuration = try await call.configuration()
        return .list(page.elements.map { EventDocuments.document($0.event, configuration) }, next: page.next)
    }

    private static func query(_ call: CallContext) async throws -> EventQuery {
        var query = EventQuery()
        query.origin = call.query["origin"].text.flatMap(Event.Origin.init)
        query.source = try await call.source(call.query["source"])
        query.type = call.query["type"].text
        query.outcome = call.query["status"].text
        query.text = call.query["q"].text
        query.since = call.moment(call.query["since"])
        query.until = call.moment(call.query["until"])
        return query
    }

    private static func show(_ call: CallContext) async throws -> CallAnswer {
        let id: ID<Event> = try call.id("event", "event")
        let workspace = try call.workspace
        guard let event = try await call.hub.store.event(id, in: workspace)?.event else {
            throw ManagementError.notFound(what: "event")
        }
        var query = MessageQuery()
        query.event = id
        query.audience = call.caller.audience
        let messages = try await call.hub.store.messages(of: workspace, query, PageRequest(.after(0), limit: 500))
        let content = try await call.hub.store.content(of: id, in: workspace)
        return .document(
            EventDocuments.story(event, content, messages.elements, try await call.configuration()))
    }

    private static func publish(_ call: CallContext) async throws -> CallAnswer {
        var new = try newEvent(call.body)
        new.trace = TraceContext(
            Fields(traceHeaders.compactMap { header in call.headers[header.name].text.map { (header.name, $0) } }))
        let (event, isDuplicate) = try await call.hub.publish(new, in: try call.workspace)
        return .document(
            document(of: new, as: event, isDuplicate: isDuplicate), status: isDuplicate ? 200 : 201)
    }

    static func document(of new: NewEvent, as event: ID<Event>, isDuplicate: Bool) -> JSON {
        [
            "id": JSON(event), "type": .string(new.type), "external_id": JSON(new.externalID),
            "status": isDuplicate ? "duplicate" : "accepted",
        ]
    }

    static func newEvent(_ body: Payload) throws -> NewEvent {
        var new = NewEvent(type: try body["type"].string, content: try content(body))
        new.externalID = body["id"].text
        new.idempotencyKey = body["idempotency_key"].text
        new.customer = body["customer"].text
        new.channels = try body["channels"].present?.array.map { try $0.string } ?? []
        new.metadata = body["metadata"].present?.value
        return new
    }

    private static func resend(_ call: CallContext) async throws -> CallAnswer {
        let id: ID<Event> = try call.id("event", "event")
        try await call.hub.resend(event: id, in: try call.workspace, by: call.actor)
        return .document(["id": JSON(id)])
    }

    private static func content(_ body: Payload) throws -> NewEvent.Content {
        let (data, text) = (body["data"].value, body["body"].text)
        let encoded = body["body_base64"].text
        switch (data, text, encoded) {
        case (let data?, nil, nil): return .json(data)
        case (nil, let text?, nil):
            return .raw(Array(text.utf8), contentType: body["content_type"].text ?? "text/plain; charset=utf-8")
        case (nil, nil, let encoded?):
            guard let bytes = Base64.decode(encoded) else {
                throw ManagementError.invalid(detail: "body_base64: is no base64")
            }
            return .raw(bytes, contentType: body["content_type"].text ?? "application/octet-stream")
        default:
            throw ManagementError.invalid(detail: "data: give exactly one of data, body and body_base64")
        }
    }

    private static func stream(_ call: CallContext) async throws -> CallAnswer {
        let content = try await EventFeedContent(
            hub: call.hub, workspace: try call.workspace, query: try await query(call), start: try call.resumption()
        ) { EventDocuments.document($0, $1) }
        return try call.feed(content)
    }
}
