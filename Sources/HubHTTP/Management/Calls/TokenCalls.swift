import HTTPTypes
import Hub
import HubCore
import HubStorage

/// API tokens: who may call.
enum TokenCalls {
    static let all = [
        Call(
            .get, "/v1/tokens", "Tokens of the workspace that are good now", .workspace(.read), .list(of: shape),
            answer: list),
        Call(
            .post, "/v1/tokens", "Make a token; it is shown once", .workspace(.admin), .document(shown, status: 201),
            body: .object([
                .required("label", .text(1...100), "What it is for."),
                .required("scopes", .list(of: .choice(of: Credential.Scope.self), limit: 4)),
                .optional(
                    "person", .text, "Id or e-mail address of whose it is; the caller's own person unless given."),
                .optional("expires_in_seconds", .integer(60...315_360_000), "Never unless given."),
            ]), answer: create),
        Call(.delete, "/v1/tokens/{token}", "Revoke a token", .workspace(.admin), .nothing, answer: revoke),
    ]

    private static let members: [Shape.Member] = [
        .required("id", .text), .required("label", .text),
        .required("scopes", .list(of: .choice(of: Credential.Scope.self))), .required("person", .text.orNull),
        .required("created_at", .moment), .required("expires_at", .moment.orNull),
    ]

    static let shape = Shape.named("Token", members)
    private static let shown = Shape.named("NewToken", members + [.required("token", .text, "Shown only here.")])

    static func document(_ credential: Credential) -> JSON {
        [
            "id": JSON(credential.id), "label": .string(credential.label),
            "scopes": .array(credential.scopes.map(\.rawValue).sorted().map(JSON.string)),
            "person": JSON(credential.person), "created_at": JSON(credential.createdAt),
            "expires_at": JSON(credential.expiresAt),
        ]
    }

    // MARK: Answers

    private static func list(_ call: CallContext) async throws -> CallAnswer {
        .list(try await tokens(call).map(document))
    }

    private static func create(_ call: CallContext) async throws -> CallAnswer {
        var person = call.caller.person?.id
        if let name = call.body["person"].text {
            guard let named = try await call.configuration().person(matching: name) else {
                throw SetupError.invalid(field: "person", reason: "is no person of this workspace")
            }
            person = named.id
        }
        let scopes = call.body["scopes"].list.compactMap { $0.text.flatMap(Credential.Scope.init) }
        let new = NewToken(
            label: try call.body["label"].string, scopes: Set(scopes), person: person,
            lifetime: call.body["expires_in_seconds"].number.map { .seconds($0) })
        let made = try await call.hub.makeToken(new, in: try call.workspace, by: call.actor)
        return .document(document(made.credential).adding("token", .string(made.secret.reveal())))
    }

    private static func revoke(_ call: CallContext) async throws -> CallAnswer {
        let id: ID<Credential> = try call.id("token", "token")
        guard try await tokens(call).contains(where: { $0.id == id }) else {
            throw ManagementError.notFound(what: "token")
        }
        try await call.hub.revoke(id, in: try call.workspace, by: call.actor)
        return .nothing
    }

    private static func tokens(_ call: CallContext) async throws -> [Credential] {
        try await call.hub.store.credentials(of: try call.workspace, at: call.hub.clock.now()).filter {
            $0.kind == .token
        }
    }
}
