import HTTPTypes
import Hub
import HubCore
import HubStorage

/// Places where people read.
enum StreamCalls {
    static let all = [
        Call(.get, "/v1/streams", "Streams of the workspace", .workspace(.read), .list(of: shape), answer: list),
        Call(
            .post, "/v1/streams", "Make a stream", .workspace(.admin), .document(shape, status: 201),
            body: .object([
                .required("name", .text(1...60), "Unique in any case; no slash, and not only digits."),
                .optional("description", .text(0...1000)),
            ]), answer: create),
        Call(
            .get, "/v1/streams/{stream}", "One stream, by id, number or name", .workspace(.read), .document(shape),
            answer: show),
        Call(
            .patch, "/v1/streams/{stream}", "Rename, describe, archive or restore a stream", .workspace(.admin),
            .document(shape),
            body: .object([
                .optional("name", .text(1...60)), .optional("description", .text(0...1000)),
                .optional("archived", .boolean, "An archived one takes no new messages."),
            ]), answer: change),
        Call(
            .get, "/v1/streams/{stream}/topics", "Topics of a stream, the one with the newest message first",
            .workspace(.read), .list(of: topicShape),
            query: [.optional("limit", .integer(1...1000), "How many at most; 100 unless given.")], answer: topics),
    ]

    static let shape = Shape.named(
        "Stream",
        [
            .required("id", .text), .required("number", .integer), .required("name", .text),
            .required("description", .text), .required("archived", .boolean), .required("created_at", .moment),
        ])
    private static let topicShape = Shape.named(
        "Topic",
        [
            .required("topic", .text), .required("messages", .integer), .required("last_message_at", .moment),
        ])

    static func document(_ stream: HubCore.Stream) -> JSON {
        [
            "id": JSON(stream.id), "number": JSON(stream.number), "name": .string(stream.name),
            "description": .string(stream.description), "archived": .bool(stream.isArchived),
            "created_at": JSON(stream.createdAt),
        ]
    }

    // MARK: Answers

    private static func list(_ call: CallContext) async throws -> CallAnswer {
        .list(try await call.configuration().streams.map(document))
    }

    private static func show(_ call: CallContext) async throws -> CallAnswer {
        .document(document(try await named(call)))
    }

    private static func create(_ call: CallContext) async throws -> CallAnswer {
        let stream = try await call.hub.makeStream(
            name: try call.body["name"].string, description: call.body["description"].text ?? "",
            in: try call.workspace, by: call.actor)
        return .document(document(stream))
    }

    private static func change(_ call: CallContext) async throws -> CallAnswer {
        let (stream, body, workspace) = (try await named(call), call.body, try call.workspace)
        if body["name"].exists || body["description"].exists {
            try await call.hub.update(stream: stream.id, in: workspace, by: call.actor) { stream in
                if let name = body["name"].text { stream.name = name }
                if let description = body["description"].text { stream.description = description }
            }
        }
        if let isArchived = body["archived"].value?.bool {
            try await call.hub.setArchived(isArchived, stream: stream.id, in: workspace, by: call.actor)
        }
        guard let changed = try await call.configuration().stream(stream.id) else {
            throw ManagementError.notFound(what: "stream")
        }
        return .document(document(changed))
    }

    private static func topics(_ call: CallContext) async throws -> CallAnswer {
        let stream = try await named(call)
        let topics = try await call.hub.store.topics(of: stream.id, limit: Int(call.query["limit"].number ?? 100))
        return .list(
            topics.map { topic in
                [
                    "topic": .string(topic.topic), "messages": JSON(topic.messages),
                    "last_message_at": JSON(topic.lastMessageAt),
                ]
            })
    }

    private static func named(_ call: CallContext) async throws -> HubCore.Stream {
        guard let stream = try await call.configuration().anyStream(matching: call.parameter("stream")) else {
            throw ManagementError.notFound(what: "stream")
        }
        return stream
    }
}
