import HTTPTypes
import Hub
import HubCore
import HubStorage

/// Where webhooks go out to.
enum EndpointCalls {
    static let all = [
        Call(
            .get, "/v1/endpoints", "Endpoints of the workspace", .workspace(.read), .list(of: EndpointForm.shape),
            query: [.optional("customer", .text, "Id or reference of a customer.")], answer: list),
        Call(
            .post, "/v1/endpoints", "Make an endpoint; a secret that is made for it is shown once",
            .workspace(.endpoints), .document(EndpointForm.created, status: 201), body: EndpointForm.creation,
            answer: create),
        Call(
            .get, "/v1/endpoints/{endpoint}", "One endpoint and how it does", .workspace(.read),
            .document(EndpointForm.detail), answer: show),
        Call(
            .patch, "/v1/endpoints/{endpoint}", "Change an endpoint; what is not given stays", .workspace(.endpoints),
            .document(EndpointForm.shape), body: EndpointForm.change, answer: change),
        Call(
            .delete, "/v1/endpoints/{endpoint}", "Delete an endpoint; what waits for it is given up",
            .workspace(.endpoints), .nothing, answer: delete),
        Call(
            .post, "/v1/endpoints/{endpoint}/secret/rotate",
            "Give it a new secret; those before it sign as well for the overlap", .workspace(.endpoints),
            .document(.object([.required("id", .text), .required("secret", .text.orNull)])),
            body: .object([
                .optional("secret", .text(8...512), "One is made unless given."),
                .optional(
                    "overlap_seconds", .integer(0...Hub.overlapLimit.components.seconds),
                    "How long the old ones sign; 86400 unless given."),
            ]), answer: rotate),
        Call(
            .post, "/v1/endpoints/{endpoint}/enable", "Enable it again; what was held goes out",
            .workspace(.endpoints), .document(EndpointForm.shape),
            body: .object([.optional("held", .choice(["send", "discard"]), "send unless given.")])
        ) { call in
            let discards = call.body["held"].text == "discard"
            return try await changed(call) {
                try await call.hub.enable(endpoint: $0, discardingHeld: discards, in: $1, by: call.actor)
            }
        },
        Call(
            .post, "/v1/endpoints/{endpoint}/disable", "Send it nothing until it is enabled", .workspace(.endpoints),
            .document(EndpointForm.shape)
        ) { call in
            try await changed(call) { try await call.hub.disable(endpoint: $0, in: $1, by: call.actor) }
        },
        Call(
            .post, "/v1/endpoints/{endpoint}/pause", "Let what is due for it wait", .workspace(.endpoints),
            .document(EndpointForm.shape)
        ) { try await set($0, isPaused: true) },
        Call(
            .post, "/v1/endpoints/{endpoint}/resume", "Let it go on", .workspace(.endpoints),
            .document(EndpointForm.shape)
        ) { try await set($0, isPaused: false) },
        Call(
            .post, "/v1/endpoints/{endpoint}/test", "Send it the sample of a type, once, and tell what came of it",
            .workspace(.endpoints), .document(DeliveryDocuments.story),
            body: .object([
                .required("type", .text(1...256), "A built-in type or one of yours."),
                .optional("enable", .boolean, "Whether a success enables it again."),
            ]), answer: test),
        Call(
            .post, "/v1/endpoints/{endpoint}/recover", "Send its failed deliveries again", .workspace(.endpoints),
            .document(RecoveryCalls.shape, status: 202), body: RecoveryCalls.body
        ) { call in try await RecoveryCalls.begin(call, endpoint: try await named(call).id) },
    ]

    // MARK: Answers

    private static func list(_ call: CallContext) async throws -> CallAnswer {
        let health = try await call.hub.store.endpointHealth()
        let workspace = try call.workspace
        var customer: ID<Customer>?
        if let name = call.query["customer"].text {
            let known = try await call.hub.store.customers(of: workspace)
            guard let found = known.first(where: { $0.reference == name || "\($0.id)" == name }) else {
                return .list([])
            }
            customer = found.id
        }
        let endpoints = try await call.configuration().endpoints.filter { customer == nil || $0.customer == customer }
        return .list(try endpoints.map { try document($0, health[$0.id], call) })
    }

    private static func show(_ call: CallContext) async throws -> CallAnswer {
        let endpoint = try await named(call)
        let health = try await call.hub.store.endpointHealth()[endpoint.id]
        let statistics = try await call.hub.store.endpointStatistics(of: [endpoint.id])[endpoint.id]
        return .document(
            try document(endpoint, health, call).adding("statistics", EndpointForm.statistics(statistics)))
    }

    private static func create(_ call: CallContext) async throws -> CallAnswer {
        let body = call.body
        let secrets = try body["secrets"].present.map { try $0.array.map { Secret(try $0.string) } }
        let made = try await call.hub.makeEndpoint(
            try EndpointForm.draft(body), customer: body["customer"].text, secrets: secrets, in: try call.workspace,
            by: call.actor)
        return .document(
            try document(made.endpoint, nil, call).adding("secret", JSON(made.secret.map { $0.reveal() })))
    }

    private static func change(_ call: CallContext) async throws -> CallAnswer {
        let id = try await named(call).id
        let body = call.body
        let endpoint = try await call.hub.update(
            endpoint: id, in: try call.workspace, by: call.actor
        ) { draft throws(SetupError) in try EndpointForm.apply(body, to: &draft) }
        return .document(try document(endpoint, try await call.hub.store.endpointHealth()[id], call))
    }

    private static func set(_ call: CallContext, isPaused: Bool) async throws -> CallAnswer {
        try await changed(call) { id, workspace in
            _ = try await call.hub.update(
                endpoint: id, in: workspace, by: call.actor
            ) { draft throws(SetupError) in draft.isPaused = isPaused }
        }
    }

    private static func changed(
        _ call: CallContext, _ change: (ID<Endpoint>, WorkspaceID) async throws -> Void
    ) async throws -> CallAnswer {
        let id = try await named(call).id
        try await change(id, try call.workspace)
        let health = try await call.hub.store.endpointHealth()[id]
        return .document(try document(try await named(call), health, call))
    }

    private static func delete(_ call: CallContext) async throws -> CallAnswer {
        try await call.hub.deleteEndpoint(try await named(call).id, in: try call.workspace, by: call.actor)
        return .nothing
    }

    private static func rotate(_ call: CallContext) async throws -> CallAnswer {
        let id = try await named(call).id
        let secret = try await call.hub.rotateSecret(
            ofEndpoint: id, to: call.body["secret"].text.map { Secret($0) }, overlap: call.overlap,
            in: try call.workspace, by: call.actor)
        return .document(["id": JSON(id), "secret": JSON(secret.map { $0.reveal() })])
    }

    private static func test(_ call: CallContext) async throws -> CallAnswer {
        let story = try await call.hub.test(
            endpoint: try await named(call).id, type: try call.body["type"].string,
            isProbe: call.body["enable"].value?.bool ?? false, in: try call.workspace, by: call.actor)
        return .document(
            DeliveryDocuments.story(story, of: call.hub, try await call.configuration(), isFull: call.caller.isAdmin))
    }

    // MARK: Parts

    private static func named(_ call: CallContext) async throws -> Endpoint {
        let id: ID<Endpoint> = try call.id("endpoint", "endpoint")
        guard let endpoint = try await call.configuration().endpoint(id) else {
            throw ManagementError.notFound(what: "endpoint")
        }
        return endpoint
    }

    /// What is sealed is for those who may change it.
    private static func document(
        _ endpoint: Endpoint, _ health: EndpointHealth?, _ call: CallContext
    ) throws -> JSON {
        let draft = call.caller.may(.endpoints) ? try call.hub.draft(of: endpoint) : nil
        return EndpointForm.document(endpoint, draft, health)
    }
}
