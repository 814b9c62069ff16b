import HTTPTypes
import Hub
import HubCore
import HubStorage
import WebhookSignatures

/// Webhooks and requests as they come, for a developer's own machine: `martlet listen`.
enum ListenCalls {
    static let all = [
        Call(
            .get, "/v1/deliveries/listen", "What an endpoint would get, as events are published",
            .workspace(.endpoints),
            .events(webhook),
            query: [
                .optional("events", .text(1...2000), "Types or patterns like ticket.*, by comma; all unless given."),
                .optional("cursor", .text, "Begin after this one; Last-Event-ID wins. From now on unless given."),
            ],
            headers: [
                .optional(
                    secretHeader, .text(8...512),
                    "A secret of your own making that signs; it is not stored. Without it nothing is signed.")
            ], answer: deliveries),
        Call(
            .get, "/v1/sources/{source}/listen",
            "A source's accepted requests as they came, with the credentials in them", .workspace(.admin),
            .events(request), answer: requests),
    ]

    static let secretHeader = "Martlet-Listen-Secret"

    private static let headers = Shape.list(of: .list(of: .text, limit: 2))

    private static let webhook = Shape.named(
        "ListenedWebhook",
        [
            .required("event_id", .text), .required("event_type", .text), .required("method", .choice(["POST"])),
            .required("headers", headers, "Names and values."), .required("body_base64", .text),
        ])

    private static let request = Shape.named(
        "ListenedRequest",
        [
            .required("method", .text), .required("path", .text, "As sent, percent-encoded."),
            .required("query", .text.orNull, "As sent, without the question mark."),
            .required("headers", headers, "Names and values, as sent and in their order."),
            .required("body_base64", .text), .required("received_at", .moment),
            .required("dropped", .integer, "How many before it were dropped because the listener was too slow."),
        ])

    // MARK: Answers

    private static func deliveries(_ call: CallContext) async throws -> CallAnswer {
        let patterns = (call.query["events"].text ?? "*").split(separator: ",").map { Glob($0.trimmed()) }
        let signer: DeliverySigner
        do throws(SchemeError) {
            signer = try DeliverySigner(secrets: call.headers[secretHeader].text.map { [Secret($0)] } ?? [])
        } catch {
            throw ManagementError.invalid(detail: "\(secretHeader): \(error)")
        }
        var query = EventQuery()
        // The store looks for one pattern; of several, each event is looked at here.
        if patterns.count == 1 { query.type = patterns.first?.pattern }
        let hub = call.hub
        let content = try await EventFeedContent(
            hub: hub, workspace: try call.workspace, query: query, start: try call.resumption()
        ) { event, _ in
            // What was received is told by source.event.received.
            guard event.origin != .received, patterns.contains(where: { $0.matches(event.type) }),
                let webhook = try await hub.webhook(of: event, signedBy: signer)
            else { return nil }
            return [
                "event_id": JSON(event.id), "event_type": .string(event.type), "method": "POST",
                "headers": document(webhook.headers), "body_base64": .string(Base64.encode(webhook.body)),
            ]
        }
        return try call.feed(content)
    }

    private static func requests(_ call: CallContext) async throws -> CallAnswer {
        let workspace = try call.workspace
        guard let source = try await call.configuration().source(matching: call.parameter("source")) else {
            throw ManagementError.notFound(what: "source")
        }
        guard !EventFeed.isFull else { throw ManagementError.tooManyFollowers }
        let (hub, id) = (call.hub, source.id)
        let listening = try await hub.listen(to: source, in: workspace, by: call.actor)
        return try call.feed(RequestFeedContent(listening: listening)) { await hub.isListenable(id, in: workspace) }
    }

    fileprivate static func document(_ headers: Fields) -> JSON {
        .array(headers.fields.map { [.string($0.name), .string($0.value)] })
    }
}

/// A source's requests as they come. Nobody can go on after a break: nothing of them is kept.
private struct RequestFeedContent: FeedContent {
    let listening: RequestTap.Listening

    var position: Int64? { nil }

    func wakes() -> AsyncStream<Void> { listening.wakes }

    func next() async throws -> FeedPiece {
        // One at a time: each may be as large as a request may be.
        guard let taken = listening.take() else { return FeedPiece(documents: [], isLast: true) }
        let request = taken.request
        let document: JSON = [
            "method": .string(request.method), "path": .string(request.path), "query": JSON(request.rawQuery),
            "headers": ListenCalls.document(request.headers), "body_base64": .string(Base64.encode(request.body)),
            "received_at": JSON(request.receivedAt), "dropped": JSON(taken.dropped),
        ]
        return FeedPiece(documents: [(nil, document.text)], isLast: false)
    }
}
