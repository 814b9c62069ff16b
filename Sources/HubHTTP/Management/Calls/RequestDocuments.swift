import HubCore
import HubStorage

/// Requests in JSON: a line of the log, a refused one, and the whole story.
enum RequestDocuments {
    private static let members: [Shape.Member] = [
        .required("id", .text), .required("source", .text.orNull, "Its name, while it exists."),
        .required("source_id", .text.orNull), .required("door", .choice(of: Request.Door.self)),
        .required("received_at", .moment), .required("method", .text.orNull), .required("path", .text.orNull),
        .required("query", .text.orNull), .required("remote_address", .text.orNull),
        .required("body_size", .integer),
        .required(
            "verification",
            .object([
                .required("scheme", .text), .required("verdict", .text), .required("secret_index", .integer.orNull),
                .required("signed_at", .moment.orNull), .required("idempotency_key", .text.orNull),
            ])),
        .required("status", .text.orNull, "What its first event led to."), .required("reason", .text.orNull),
        .required("type", .text.orNull, "Of its first event."), .required("event_id", .text.orNull),
        .required("events", .integer), .required("duplicates", .integer, "How often it came again."),
        .required("differing_duplicates", .integer, "How often with another body."),
        .required("replay_of", .text.orNull),
    ]

    static let summary = Shape.named("Request", members)

    static let refusal = Shape.named(
        "RefusedRequest",
        [
            .required("status", .choice(["refused"])), .required("source", .text.orNull),
            .required("source_id", .text.orNull), .required("received_at", .moment),
            .required("http_status", .integer), .required("error", .text), .required("detail", .text),
            .required("method", .text), .required("path", .text), .required("remote_address", .text.orNull),
            .required("header_names", .list(of: .text)), .required("body_size", .integer),
            .required("body", .text.orNull, "Its first 4096 bytes."),
            .required("body_encoding", .choice(["utf8", "base64"]).orNull),
        ])

    static let story = Shape.named(
        "RequestStory",
        members.filter { $0.name != "events" } + [
            .required("headers", .list(of: .object([.required("name", .text), .required("value", .text)])).orNull),
            .required("body", .text.orNull, "Null when it was not kept, or is not kept any more."),
            .required("body_encoding", .choice(["utf8", "base64"]).orNull),
            .required("events", .list(of: EventDocuments.shape)),
            .required("messages", .list(of: MessageDocuments.shape)),
            .required("transcripts", .list(of: .text)), .required("replays", .list(of: .text)),
        ])

    // MARK: Showing

    static func summary(_ summary: RequestSummary, _ configuration: WorkspaceConfiguration) -> JSON {
        .object(members(summary, configuration, events: JSON(summary.eventCount)))
    }

    private static func members(
        _ summary: RequestSummary, _ configuration: WorkspaceConfiguration, events: JSON
    ) -> JSON.Object {
        let request = summary.request
        let arrival = request.arrival
        let event = summary.firstEvent
        return JSON.Object([
            ("id", JSON(request.id)), ("source", JSON(request.source.flatMap(configuration.source)?.name)),
            ("source_id", JSON(request.source)), ("door", .string(request.door.rawValue)),
            ("received_at", JSON(request.receivedAt)), ("method", JSON(arrival?.method)), ("path", JSON(arrival?.path)),
            ("query", JSON(arrival?.query)), ("remote_address", JSON(arrival?.remoteAddress)),
            ("body_size", JSON(request.bodySize)), ("verification", verification(request.verification)),
            ("status", JSON(event?.outcome.name)), ("reason", JSON(event?.outcome.reason)), ("type", JSON(event?.type)),
            ("event_id", JSON(event?.id)), ("events", events), ("duplicates", JSON(summary.duplicates)),
            ("differing_duplicates", JSON(summary.differingDuplicates)), ("replay_of", JSON(request.replayOf)),
        ])
    }

    private static func verification(_ record: VerificationRecord) -> JSON {
        [
            "scheme": .string(record.scheme), "verdict": .string(record.verdict),
            "secret_index": record.secretIndex.map { JSON($0) } ?? .null, "signed_at": JSON(record.signedAt),
            "idempotency_key": JSON(record.idempotencyKey),
        ]
    }

    static func story(
        _ story: RequestStory, _ configuration: WorkspaceConfiguration, for audience: MessageAudience
    ) -> JSON {
        let events = JSON.array(story.events.map { EventDocuments.document($0, configuration) })
        var document = members(story.summary, configuration, events: events)
        let headers = story.summary.request.arrival?.headers.fields
        document["headers"] =
            headers.map { .array($0.map { ["name": .string($0.name), "value": .string($0.value)] }) } ?? .null
        (document["body"], document["body_encoding"]) = body(story.body)
        let messages = story.messages.filter(audience.mayRead)
        document["messages"] = .array(messages.map { MessageDocuments.document($0, configuration) })
        document["transcripts"] = .array(story.transcripts.map { JSON($0) })
        document["replays"] = .array(story.replays.map { JSON($0) })
        return .object(document)
    }

    static func refusal(_ refusal: Refusal, _ configuration: WorkspaceConfiguration) -> JSON {
        let (body, encoding) = body(refusal.body)
        return [
            "status": "refused", "source": JSON(refusal.source.flatMap(configuration.source)?.name),
            "source_id": JSON(refusal.source), "received_at": JSON(refusal.at), "http_status": JSON(refusal.status),
            "error": .string(refusal.code), "detail": .string(refusal.detail), "method": .string(refusal.method),
            "path": .string(refusal.path), "remote_address": JSON(refusal.remoteAddress),
            "header_names": .array(refusal.headerNames.map(JSON.string)), "body_size": JSON(refusal.bodySize),
            "body": body, "body_encoding": encoding,
        ]
    }

    /// As text where it is text.
    private static func body(_ bytes: [UInt8]?) -> (JSON, JSON) {
        guard let bytes else { return (.null, .null) }
        if let text = String(validating: bytes, as: UTF8.self) { return (.string(text), "utf8") }
        return (.string(Base64.encode(bytes)), "base64")
    }
}
