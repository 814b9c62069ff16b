import HTTPTypes
import Hub
package import HubCore
import HubStorage

/// Tenants, their secrets and how long they keep things.
enum WorkspaceCalls {
    static let all = [
        Call(
            .get, "/v1/workspaces", "Workspaces that the token is good for", .instance(.read), .list(of: shape),
            answer: list),
        Call(
            .post, "/v1/workspaces", "Make a workspace; its secret is shown once", .instance(.admin),
            .document(created, status: 201),
            body: .object([
                .required("id", .text(1...40), "A slug: a-z, 0-9, _ and -; part of its URLs."),
                .optional("name", .text(1...60)),
            ]), answer: create),
        Call(
            .get, "/v1/workspaces/{workspace}", "One workspace", .instance(.read), .document(shape), answer: show),
        Call(
            .patch, "/v1/workspaces/{workspace}",
            "Rename a workspace, change how long it keeps things or where the hub tells its admins of trouble",
            .instance(.admin), .document(shape),
            body: .object([
                .optional("name", .text(1...60)), .optional("retention", .object(retention)),
                .optional(
                    "alerts_stream", .text(1...120).orNull, "Name, number or id; null: each admin gets a message."),
            ]),
            answer: change),
        Call(
            .post, "/v1/workspaces/{workspace}/secret/rotate",
            "Make a new signing secret for all sources of a workspace; it is shown once", .instance(.admin),
            .document(.object([.required("id", .text), .required("secret", .text)])),
            body: .object([.overlap]), answer: rotate),
    ]

    private static let retention: [Shape.Member] = [
        .optional("bodies_days", .integer(1...3650), "Bodies of requests."),
        .optional("metadata_days", .integer(1...3650), "Everything else of requests and events."),
    ]

    private static let members: [Shape.Member] = [
        .required("id", .text), .required("name", .text), .required("retention", .object(retention)),
        .required("alerts_stream", .text.orNull, "The id; null: each admin gets a message."),
        .required("created_at", .moment),
    ]

    static let shape = Shape.named("Workspace", members)
    private static let created = Shape.named(
        "NewWorkspace",
        members + [.required("secret", .text, "Shown only here. Good at every source of scheme signed.")])

    static func document(_ workspace: Workspace) -> JSON {
        [
            "id": .string(workspace.id.slug), "name": .string(workspace.name),
            "retention": [
                "bodies_days": JSON(workspace.retention.bodiesDays),
                "metadata_days": JSON(workspace.retention.metadataDays),
            ],
            "alerts_stream": JSON(workspace.alertsStream),
            "created_at": JSON(workspace.createdAt),
        ]
    }

    // MARK: Answers

    private static func list(_ call: CallContext) async throws -> CallAnswer {
        let own = call.caller.workspace
        let workspaces = try await call.hub.store.workspaces().filter { own == nil || $0.id == own }
        return .list(workspaces.map(document))
    }

    private static func create(_ call: CallContext) async throws -> CallAnswer {
        guard call.caller.workspace == nil else {
            throw ManagementError.forbidden(reason: "only a token for the whole instance makes workspaces")
        }
        let slug = try call.body["id"].string
        guard let id = WorkspaceID(slug) else {
            throw SetupError.invalid(
                field: "id", reason: "must be 1 to 40 of a-z, 0-9, _ and -, beginning with a letter or digit")
        }
        let secret = try await call.hub.makeWorkspace(id, name: call.body["name"].text ?? slug, by: call.actor)
        let made = document(try await call.hub.configuration(of: id).workspace)
        return .document(made.adding("secret", .string(secret.reveal())))
    }

    private static func show(_ call: CallContext) async throws -> CallAnswer {
        .document(document(try await call.hub.configuration(of: try named(call)).workspace))
    }

    private static func change(_ call: CallContext) async throws -> CallAnswer {
        let id = try named(call)
        var retention = try await call.hub.configuration(of: id).workspace.retention
        if let name = call.body["name"].text { try await call.hub.rename(workspace: id, to: name, by: call.actor) }
        if let wanted = call.body["retention"].present {
            if let days = wanted["bodies_days"].number { retention.bodiesDays = Int(days) }
            if let days = wanted["metadata_days"].number { retention.metadataDays = Int(days) }
            try await call.hub.setRetention(retention, of: id, by: call.actor)
        }
        if let stream = call.body["alerts_stream"].value {
            try await call.hub.setAlerts(to: stream.string, of: id, by: call.actor)
        }
        return .document(document(try await call.hub.configuration(of: id).workspace))
    }

    private static func rotate(_ call: CallContext) async throws -> CallAnswer {
        let id = try named(call)
        let secret = try await call.hub.rotateWorkspaceSecret(id, overlap: call.overlap, by: call.actor)
        return .document(["id": .string(id.slug), "secret": .string(secret.reveal())])
    }

    /// The path's workspace, if the caller may know of it.
    private static func named(_ call: CallContext) throws -> WorkspaceID {
        let slug = call.parameter("workspace")
        guard let id = WorkspaceID(slug), call.caller.workspace == nil || call.caller.workspace == id else {
            throw ManagementError.notFound(what: "workspace")
        }
        return id
    }
}

extension JSON {
    init(_ moment: Timestamp) { self = .string(moment.rfc3339) }
    init(_ moment: Timestamp?) { self = moment.map { JSON($0) } ?? .null }
    init<Entity>(_ id: ID<Entity>) { self = .string("\(id)") }
    init<Entity>(_ id: ID<Entity>?) { self = id.map { JSON($0) } ?? .null }

    /// The same object with one member more; anything else stays as it is.
    package func adding(_ name: String, _ value: JSON) -> JSON {
        guard case .object(var object) = self else { return self }
        object[name] = value
        return .object(object)
    }
}
