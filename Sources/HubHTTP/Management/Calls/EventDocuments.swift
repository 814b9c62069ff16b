import HubCore
import HubStorage

/// Events in JSON.
enum EventDocuments {
    private static let members: [Shape.Member] = [
        .required("id", .text), .required("type", .text), .required("origin", .choice(of: Event.Origin.self)),
        .required("source", .text.orNull, "Its name, while it exists."), .required("source_id", .text.orNull),
        .required("request_id", .text.orNull), .required("external_id", .text.orNull, "The sender's own id of it."),
        .required("customer", .text.orNull), .required("cause_id", .text.orNull, "The event that led to it."),
        .required("depth", .integer, "How many events led to it, one by the other."),
        .required("trace_id", .text.orNull, "Of the sender's trace (W3C Trace Context), which receivers get as well."),
        .required("status", .text, "What it led to."), .required("reason", .text.orNull),
        .required("created_at", .moment),
    ]

    static let shape = Shape.named("Event", members)
    static let story = Shape.named(
        "EventStory",
        members + [
            .required("data", .anything, "What it says; null where it is no JSON, or its request says it."),
            .required("content_type", .text.orNull, "Of a body that is no JSON."),
            .required("channels", .list(of: .text)), .required("metadata", .anything),
            .required("messages", .list(of: MessageDocuments.shape)),
        ])

    static func document(_ event: Event, _ configuration: WorkspaceConfiguration) -> JSON {
        [
            "id": JSON(event.id), "type": .string(event.type), "origin": .string(event.origin.rawValue),
            "source": JSON(event.source.flatMap(configuration.source)?.name), "source_id": JSON(event.source),
            "request_id": JSON(event.request), "external_id": JSON(event.externalID), "customer": JSON(event.customer),
            "cause_id": JSON(event.cause), "depth": JSON(event.depth),
            "trace_id": JSON(event.trace?.traceID), "status": .string(event.outcome.name),
            "reason": JSON(event.outcome.reason), "created_at": JSON(event.createdAt),
        ]
    }

    static func story(
        _ event: Event, _ content: EventContent?, _ messages: [Message], _ configuration: WorkspaceConfiguration
    ) -> JSON {
        var data: JSON = .null
        var contentType: String?
        switch content?.body {
        case .json(let bytes): data = (try? JSON.parse(bytes)) ?? .null  // It was written as JSON.
        case .raw(_, let type): contentType = type
        case nil: break
        }
        return document(event, configuration)
            .adding("data", data)
            .adding("content_type", JSON(contentType))
            .adding("channels", .array((content?.channels ?? []).map(JSON.string)))
            .adding("metadata", content?.metadata ?? .null)
            .adding("messages", .array(messages.map { MessageDocuments.document($0, configuration) }))
    }
}
