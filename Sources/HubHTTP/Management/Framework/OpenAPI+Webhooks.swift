import HubCore
import WebhookSignatures

/// What the hub sends, as OpenAPI 3.1 tells it: `webhooks`, made from the catalogue.
extension OpenAPI {
    static func webhooks(_ types: [CatalogueEntry]) -> JSON.Object {
        JSON.Object(types.filter { !$0.isPlanned }.map { ($0.name, ["post": operation($0)]) })
    }

    private static func operation(_ type: CatalogueEntry) -> JSON {
        var operation = JSON.Object()
        operation["operationId"] = .string("on_" + type.name.map { $0 == "." || $0 == "-" ? "_" : $0 })
        operation["summary"] = .string(type.summary.isEmpty ? type.name : type.summary)
        operation["description"] = """
            Sent to each endpoint that subscribes, with PUT where it asks for that, and in another shape where its \
            `body` says so. Verify the bytes that came, before anything parses them, and drop what came before by \
            `X-Webhook-Delivery`. Members may be added.
            """
        operation["tags"] = [.string("webhooks")]
        if type.isDeprecated { operation["deprecated"] = true }
        // The signature is what a receiver trusts.
        operation["security"] = []
        operation["parameters"] = .array(
            webhookHeaders.members.map { ["$ref": .string("#/components/parameters/\($0.key)")] })
        operation["requestBody"] = [
            "required": true, "content": ["application/json": ["schema": envelope(type), "example": sample(type)]],
        ]
        operation["responses"] = answers
        return .object(operation)
    }

    private static func envelope(_ type: CatalogueEntry) -> JSON {
        [
            "type": "object", "required": ["id", "type", "timestamp", "data"],
            "properties": [
                "id": ["type": "string", "description": "The event's, the same as `webhook-id`."],
                "type": ["const": .string(type.name)],
                "timestamp": [
                    "type": "string", "format": "date-time",
                    "description": "When it happened; the same on each attempt.",
                ],
                "data": schema(type),
            ],
        ]
    }

    /// People's own schemas may refer to parts of themselves: each is a document of its own (JSON Schema core, §8.2.1).
    private static func schema(_ type: CatalogueEntry) -> JSON {
        guard !type.isBuiltIn, var schema = type.schema?.object else { return type.schema ?? [:] }
        if schema["$id"] == nil { schema["$id"] = .string("urn:martlet:event-type:\(type.name)") }
        return .object(schema)
    }

    private static func sample(_ type: CatalogueEntry) -> JSON {
        let event = "evt_01kb5xrdkrezs647qvtw4ckyv7"
        let bytes = EventEnvelope.bytes(
            id: event, type: type.name, timestamp: Timestamp(seconds: 1_795_250_100), data: (type.sample ?? [:]).bytes)
        // What was made of JSON is JSON.
        return (try? JSON.parse(bytes)) ?? [:]
    }

    private static let answers: JSON = [
        "2XX": ["description": "Taken. The answer's body is kept to 4,096 bytes for the log, and means nothing."],
        "410": ["description": "Nothing more is wanted: the endpoint is disabled."],
        "429": [
            "description":
                "Too much: the endpoint is slowed down, for as long as `Retry-After` says. 502, 503 and 504 do the same.",
            "headers": [
                "Retry-After": ["description": "Seconds or a date.", "schema": ["type": "string"]]
            ],
        ],
        "default": [
            "description": "Not taken, redirects included: it is tried again by the endpoint's schedule."
        ],
    ]

    /// What stands before the body, by its name.
    static let webhookHeaders = JSON.Object([
        header("X-Webhook-Event", "The event's type.", isRequired: true),
        header(
            "X-Webhook-Delivery", "The same each time this delivery is repeated.", isRequired: true,
            ["type": "string", "format": "uuid"]),
        header(
            "X-Webhook-Signature",
            """
            `sha256=` and the hex of HMAC-SHA256 over the raw body, keyed with the secret's text as shown; once for each \
            secret that is valid. Missing where the endpoint has no shared secret.
            """),
        header("webhook-id", "The event's id, the same for all endpoints.", isRequired: true),
        header("webhook-timestamp", "UNIX seconds of this attempt.", isRequired: true),
        header(
            "webhook-signature",
            """
            Standard Webhooks 1.0.0: `v1,…` for each shared secret, `v1a,…` for each Ed25519 key, separated by blanks. \
            Missing where the endpoint has no secret.
            """),
        header("Martlet-Depth", "How many events caused each other before this one.", isRequired: true),
        header(
            TraceContext.parentHeader,
            "The trace that the event's sender gave (W3C Trace Context), with a span of this attempt's own."),
        header(TraceContext.stateHeader, "As the event's sender gave it."),
    ])

    private static func header(
        _ name: String, _ description: String, isRequired: Bool = false, _ schema: JSON = ["type": "string"]
    ) -> (String, JSON) {
        (
            name,
            [
                "name": .string(name), "in": "header", "required": .bool(isRequired),
                "description": .string(description), "schema": schema,
            ]
        )
    }
}
