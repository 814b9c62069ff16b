import HTTPTypes
import Hub
import HubCore
import HubStorage

/// What went out, is on its way or failed.
enum DeliveryCalls {
    static let all = [
        Call(
            .get, "/v1/deliveries", "Deliveries, newest first", .workspace(.read), .list(of: DeliveryDocuments.shape),
            query: [
                .optional("endpoint", .text, "Id of an endpoint."), .optional("event", .text, "Id of an event."),
                .optional("customer", .text, "Id of a customer."),
                .optional("state", .choice(of: DeliveryState.self)),
                .optional("type", .text(1...256), "A type, or a glob over types."),
                .optional("error", .choice(of: AttemptFailure.self), "Of the newest attempt."),
                .optional("status", .integer(100...999), "HTTP status of the newest attempt."),
                .optional("since", .moment), .optional("until", .moment),
            ] + Shape.Member.paging, answer: list),
        Call(
            .get, "/v1/deliveries/{delivery}", "One delivery with all its attempts", .workspace(.read),
            .document(DeliveryDocuments.story), answer: show),
        Call(
            .post, "/v1/deliveries/{delivery}/retry", "Let it enter its schedule anew, now", .workspace(.endpoints),
            .document(DeliveryDocuments.story, status: 202), answer: retry),
        Call(
            .post, "/v1/deliveries/{delivery}/discard", "Give it up", .workspace(.endpoints),
            .document(DeliveryDocuments.story), answer: discard),
    ]

    private static func list(_ call: CallContext) async throws -> CallAnswer {
        var query = DeliveryQuery()
        query.endpoint = try id(call.query["endpoint"], "endpoint")
        query.event = try id(call.query["event"], "event")
        query.customer = try id(call.query["customer"], "customer")
        query.state = call.query["state"].text.flatMap(DeliveryState.init)
        query.type = call.query["type"].text
        query.failure = call.query["error"].text.flatMap(AttemptFailure.init(rawValue:))
        query.status = call.query["status"].number.map { Int($0) }
        query.since = call.moment(call.query["since"])
        query.until = call.moment(call.query["until"])
        let page = try await call.hub.store.deliveries(of: try call.workspace, query, try call.page())
        let configuration = try await call.configuration()
        return .list(page.elements.map { DeliveryDocuments.document($0, configuration) }, next: page.next)
    }

    private static func id<Entity>(_ payload: Payload, _ name: String) throws -> ID<Entity>? {
        guard let text = payload.filledText else { return nil }
        guard let id = ID<Entity>(text) else {
            throw ManagementError.invalid(detail: "\(name): \"\(text.prefix(80))\" is no id of one")
        }
        return id
    }

    private static func show(_ call: CallContext) async throws -> CallAnswer {
        .document(try await story(call))
    }

    private static func retry(_ call: CallContext) async throws -> CallAnswer {
        try await call.hub.retry(
            delivery: try call.id("delivery", "delivery"), in: try call.workspace, by: call.actor)
        return .document(try await story(call))
    }

    private static func discard(_ call: CallContext) async throws -> CallAnswer {
        var selection = DeliverySelection(workspace: try call.workspace, states: [.pending])
        selection.delivery = try call.id("delivery", "delivery")
        _ = try await story(call)
        guard try await call.hub.discard(selection) == 1 else {
            throw ManagementError.conflict(detail: "it is under way, or over already")
        }
        return .document(try await story(call))
    }

    private static func story(_ call: CallContext) async throws -> JSON {
        let id: ID<Delivery> = try call.id("delivery", "delivery")
        guard let story = try await call.hub.store.story(of: id, in: try call.workspace) else {
            throw ManagementError.notFound(what: "delivery")
        }
        return DeliveryDocuments.story(story, of: call.hub, try await call.configuration(), isFull: call.caller.isAdmin)
    }
}

/// Many deliveries sent again.
enum RecoveryCalls {
    static let all = [
        Call(
            .post, "/v1/recoveries", "Send failed deliveries of the workspace again", .workspace(.endpoints),
            .document(shape, status: 202), body: body
        ) { try await begin($0, endpoint: nil) },
        Call(
            .get, "/v1/recoveries", "The newest recoveries", .workspace(.read), .list(of: shape)
        ) { call in .list(try await call.hub.store.recoveries(of: try call.workspace).map(document)) },
        Call(
            .get, "/v1/recoveries/{recovery}", "How far one has come", .workspace(.read), .document(shape)
        ) { call in
            guard
                let found = try await call.hub.store.recovery(
                    try call.id("recovery", "recovery"), in: try call.workspace)
            else { throw ManagementError.notFound(what: "recovery") }
            return .document(document(found))
        },
        Call(
            .post, "/v1/recoveries/{recovery}/cancel", "End one; what it has let go stays on its way",
            .workspace(.endpoints), .document(shape)
        ) { call in
            .document(
                document(
                    try await call.hub.cancel(
                        recovery: try call.id("recovery", "recovery"), in: try call.workspace, by: call.actor)))
        },
    ]

    static let body = Shape.named(
        "RecoveryRequest",
        [
            .optional("since", .moment, "Made at this time or later."), .optional("until", .moment, "Made before it."),
            .optional(
                "states", .list(of: .choice(["exhausted", "discarded", "succeeded", "held"]), limit: 4),
                "exhausted unless given."),
            .optional("type", .text(1...256), "A type, or a glob over types."),
            .optional("error", .choice(of: AttemptFailure.self), "Of the last attempt."),
            .optional("rate_per_second", .integer(1...10_000), "As fast as the endpoint takes them unless given."),
            .optional("preview", .boolean, "Only count: 200 and nothing happens."),
        ])

    static let shape = Shape.named(
        "Recovery",
        [
            .required("id", .text.orNull, "Null for a preview."), .required("total", .integer),
            .required("done", .integer),
            .required("state", .choice(["preview"] + Recovery.State.allCases.map(\.rawValue))),
            .required("rate_per_second", .integer.orNull), .required("endpoint_id", .text.orNull),
            .required("created_at", .moment.orNull), .required("ended_at", .moment.orNull),
        ])

    static func begin(_ call: CallContext, endpoint: ID<Endpoint>?) async throws -> CallAnswer {
        let body = call.body
        let states = body["states"].list.compactMap { $0.text.flatMap(DeliveryState.init) }
        var selection = DeliverySelection(
            workspace: try call.workspace, states: states.isEmpty ? [.exhausted] : Set(states))
        selection.endpoint = endpoint
        selection.type = body["type"].text
        selection.failure = body["error"].text.flatMap(AttemptFailure.init(rawValue:))
        selection.since = call.moment(body["since"])
        selection.until = call.moment(body["until"])
        let rate = body["rate_per_second"].number.map { Int($0) }
        if body["preview"].value?.bool == true {
            let total = try await call.hub.count(selection)
            return .document(preview(total: total, ratePerSecond: rate, endpoint: endpoint), status: 200)
        }
        return .document(document(try await call.hub.recover(selection, ratePerSecond: rate, by: call.actor)))
    }

    static func preview(total: Int, ratePerSecond: Int?, endpoint: ID<Endpoint>?) -> JSON {
        [
            "id": .null, "total": JSON(total), "done": 0, "state": "preview",
            "rate_per_second": ratePerSecond.map { JSON($0) } ?? .null, "endpoint_id": JSON(endpoint),
            "created_at": .null, "ended_at": .null,
        ]
    }

    static func document(_ recovery: Recovery) -> JSON {
        [
            "id": JSON(recovery.id), "total": JSON(recovery.total), "done": JSON(recovery.done),
            "state": .string(recovery.state.rawValue),
            "rate_per_second": recovery.ratePerSecond.map { JSON($0) } ?? .null,
            "endpoint_id": JSON(recovery.selection.endpoint), "created_at": JSON(recovery.createdAt),
            "ended_at": JSON(recovery.endedAt),
        ]
    }
}
