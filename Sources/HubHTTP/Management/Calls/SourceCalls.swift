import HTTPTypes
import Hub
import HubCore
import HubStorage
import Integrations

/// Places that webhooks arrive at.
enum SourceCalls {
    static let all = [
        Call(
            .get, "/v1/sources", "Sources of the workspace", .workspace(.read), .list(of: SourceForm.shape),
            answer: list),
        Call(
            .post, "/v1/sources", "Make a source; a secret that is made for it is shown once", .workspace(.admin),
            .document(SourceForm.created, status: 201), body: SourceForm.creation, answer: create),
        Call(
            .get, "/v1/sources/{source}", "One source, by id or name", .workspace(.read), .document(SourceForm.shape),
            answer: show),
        Call(
            .patch, "/v1/sources/{source}", "Change a source; what is not given stays, null resets an option",
            .workspace(.admin), .document(SourceForm.shape), body: SourceForm.change, answer: change),
        Call(
            .delete, "/v1/sources/{source}", "Delete a source; what it received stays", .workspace(.admin), .nothing,
            answer: delete),
        Call(
            .post, "/v1/sources/{source}/secret/rotate", "Give a source a new secret; one that is made is shown once",
            .workspace(.admin),
            .document(.object([.required("id", .text), .required("secret", .text.orNull)])),
            body: .object([
                .optional("secret", SourceForm.secret, "One is made unless given."), .overlap,
            ]), answer: rotate),
        Call(
            .post, "/v1/sources/{source}/disable", "Answer its requests with 410", .workspace(.admin),
            .document(SourceForm.shape)
        ) { try await set($0, isDisabled: true) },
        Call(
            .post, "/v1/sources/{source}/enable", "Take its requests again", .workspace(.admin),
            .document(SourceForm.shape)
        ) { try await set($0, isDisabled: false) },
    ]

    // MARK: Answers

    private static func list(_ call: CallContext) async throws -> CallAnswer {
        .list(try await call.configuration().sources.map { document($0, call) })
    }

    private static func show(_ call: CallContext) async throws -> CallAnswer {
        .document(document(try await named(call), call))
    }

    private static func create(_ call: CallContext) async throws -> CallAnswer {
        let made = try await call.hub.makeSource(
            try SourceForm.newSource(call.body), in: try call.workspace, by: call.actor)
        let secret = made.secrets.first.map { $0.reveal() }
        return .document(document(made.source, call).adding("secret", JSON(secret)))
    }

    private static func change(_ call: CallContext) async throws -> CallAnswer {
        let id = try await named(call).id
        let body = call.body
        try await call.hub.update(source: id, in: try call.workspace, by: call.actor) { source throws(SetupError) in
            try SourceForm.apply(body, to: &source)
        }
        return .document(document(try await current(id, call), call))
    }

    private static func set(_ call: CallContext, isDisabled: Bool) async throws -> CallAnswer {
        let id = try await named(call).id
        try await call.hub.update(source: id, in: try call.workspace, by: call.actor) { source throws(SetupError) in
            source.isDisabled = isDisabled
        }
        return .document(document(try await current(id, call), call))
    }

    private static func delete(_ call: CallContext) async throws -> CallAnswer {
        try await call.hub.deleteSource(try await named(call).id, in: try call.workspace, by: call.actor)
        return .nothing
    }

    private static func rotate(_ call: CallContext) async throws -> CallAnswer {
        let id = try await named(call).id
        let given = try call.body["secret"].present.map { try SourceForm.givenSecret($0) }
        let secret = try await call.hub.rotateSecret(
            of: id, to: given, overlap: call.overlap, in: try call.workspace, by: call.actor)
        return .document(["id": JSON(id), "secret": JSON(secret.map { $0.reveal() })])
    }

    private static func named(_ call: CallContext) async throws -> Source {
        guard let source = try await call.configuration().source(matching: call.parameter("source")) else {
            throw ManagementError.notFound(what: "source")
        }
        return source
    }

    private static func current(_ id: ID<Source>, _ call: CallContext) async throws -> Source {
        guard let source = try await call.configuration().source(id) else {
            throw ManagementError.notFound(what: "source")
        }
        return source
    }

    private static func document(_ source: Source, _ call: CallContext) -> JSON {
        SourceForm.document(source, publicBase: call.publicBase)
    }
}
