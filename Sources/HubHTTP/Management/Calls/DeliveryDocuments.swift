import Hub
import HubCore
import HubStorage

/// Deliveries in JSON.
enum DeliveryDocuments {
    private static let members: [Shape.Member] = [
        .required("id", .text), .required("uuid", .text, "As in X-Webhook-Delivery."),
        .required("event_id", .text, "As in webhook-id."), .required("event_type", .text),
        .required("endpoint_id", .text), .required("endpoint", .text.orNull, "Its name or origin, while it exists."),
        .required("kind", .choice(of: Delivery.Kind.self)), .required("state", .choice(of: DeliveryState.self)),
        .required("attempts", .integer),
        .required("next_attempt_at", .moment.orNull, "While it is open."),
        .required(
            "last_attempt",
            Shape.object([
                .required("at", .moment), .required("error", .text.orNull), .required("status", .integer.orNull),
                .required("duration_ms", .integer),
            ]).orNull),
        .required("ordering_key", .text.orNull), .required("created_at", .moment),
    ]

    static let shape = Shape.named("Delivery", members)

    private static let attempt = Shape.object([
        .required("number", .integer), .required("kind", .choice(["delivery", "probe", "test"])),
        .required("at", .moment), .required("error", .text.orNull, "Of a closed set; null: it was delivered."),
        .required("explanation", .text.orNull), .required("status", .integer.orNull),
        .required("retry_after_seconds", .integer.orNull),
        .required(
            "timing_ms",
            .object([
                .required("resolve", .number(0...Double(Int32.max)).orNull),
                .required("connect", .number(0...Double(Int32.max)).orNull),
                .required("wait", .number(0...Double(Int32.max)).orNull),
                .required("receive", .number(0...Double(Int32.max)).orNull),
                .required("total", .number(0...Double(Int32.max))),
            ])),
        .required("address", .text.orNull, "To admins only."),
        .required(
            "response",
            Shape.object([
                .required("headers", .list(of: .list(of: .text))), .required("body", .text, "The first 4,096 bytes."),
                .required("cut", .boolean),
            ]).orNull),
    ])

    static let story = Shape.named(
        "DeliveryStory",
        members + [
            .required("content_type", .text.orNull), .required("body", .text.orNull, "As it is sent; null: not kept."),
            .required("attempt_log", .list(of: attempt)),
        ])

    static func document(_ summary: DeliverySummary, _ configuration: WorkspaceConfiguration) -> JSON {
        let delivery = summary.delivery
        let isOpen = !delivery.progress.state.isFinished && delivery.progress.state != .leased
        let endpoint = configuration.endpoint(delivery.endpoint)
        return [
            "id": JSON(delivery.id), "uuid": .string(delivery.id.uuid.uuidString), "event_id": JSON(delivery.event),
            "event_type": .string(summary.eventType), "endpoint_id": JSON(delivery.endpoint),
            "endpoint": JSON(endpoint.map { $0.name.isEmpty ? $0.origin : $0.name }),
            "kind": .string(delivery.kind.rawValue), "state": .string(delivery.progress.state.rawValue),
            "attempts": JSON(delivery.progress.attempts),
            "next_attempt_at": isOpen ? JSON(delivery.progress.dueAt) : .null,
            "last_attempt": delivery.last.map { last in
                [
                    "at": JSON(last.at), "error": JSON(last.failure?.code),
                    "status": last.status.map { JSON($0) } ?? .null, "duration_ms": JSON(last.took.milliseconds),
                ]
            } ?? .null,
            "ordering_key": JSON(delivery.orderingKey), "created_at": JSON(delivery.createdAt),
        ]
    }

    /// - Parameter isFull: whether the reader may know which address was dialled.
    static func story(
        _ story: DeliveryStory, of hub: Hub, _ configuration: WorkspaceConfiguration, isFull: Bool
    ) -> JSON {
        let sent = hub.sentBody(of: story, to: configuration.endpoint(story.summary.delivery.endpoint))
        return document(story.summary, configuration)
            .adding("content_type", JSON(sent.contentType))
            .adding("body", JSON(sent.bytes.map { String(decoding: $0, as: UTF8.self) }))
            .adding("attempt_log", .array(story.attempts.map { attempt($0.number, $0.attempt, isFull: isFull) }))
    }

    private static func attempt(_ number: Int, _ attempt: Attempt, isFull: Bool) -> JSON {
        let (outcome, timing) = (attempt.outcome, attempt.timing)
        return [
            "number": JSON(number), "kind": .string(attempt.kind.rawValue), "at": JSON(attempt.startedAt),
            "error": JSON(outcome.failure?.code), "explanation": JSON(outcome.failure?.explanation),
            "status": outcome.status.map { JSON($0) } ?? .null,
            "retry_after_seconds": outcome.retryAfter.map { JSON($0.components.seconds) } ?? .null,
            "timing_ms": [
                "resolve": milliseconds(timing.resolving), "connect": milliseconds(timing.connecting),
                "wait": milliseconds(timing.waiting), "receive": milliseconds(timing.receiving),
                "total": milliseconds(timing.total),
            ],
            "address": isFull ? JSON(attempt.address) : .null,
            "response": attempt.answer.map { answer in
                [
                    "headers": .array(answer.headers.fields.map { [.string($0.name), .string($0.value)] }),
                    "body": .string(String(decoding: answer.body, as: UTF8.self)), "cut": .bool(answer.isCut),
                ]
            } ?? .null,
        ]
    }

    private static func milliseconds(_ microseconds: Int64?) -> JSON {
        microseconds.flatMap { JSON.Number(Double($0) / 1000) }.map(JSON.number) ?? .null
    }
}
