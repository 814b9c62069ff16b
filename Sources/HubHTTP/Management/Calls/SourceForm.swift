import Hub
import HubCore
import Integrations
import WebhookSignatures

/// A source in JSON: as it is asked for, changed and shown.
enum SourceForm {
    // MARK: Shapes

    static let secret = Shape.either(
        .text(1...4096), .object([.required("env", .text(1...256))]), .object([.required("file", .text(1...4096))]))

    private static let scheme: [Shape.Member] = [
        .optional("scheme", .text(1...40), "One of /v1/schemes; the integration's own unless given."),
        .optional("tolerance_seconds", .integer(0...2_592_000), "How far its timestamp may lie from now; 300."),
        .optional("idempotency_ttl_seconds", .integer(60...7_776_000), "How long its keys are remembered; 604800."),
        .optional("header_prefix", .text(1...40), "Of the scheme signed; X-IW."),
    ]

    /// What only some schemes use; kept by these names.
    private static let schemeSettings: [Shape.Member] = [
        .optional("header", .text(1...100).orNull, "The header that carries the token or signature."),
        .optional("timestamp_header", .text(1...100).orNull, "The header that carries the signed time."),
        .optional("parameter", .text(1...100).orNull, "The query parameter of url_key."),
        .optional("key_in_path", .boolean.orNull, "Whether url_key is the last part of the path."),
        .optional("public_url", .text(1...2048).orNull, "The URL as it was given to the sender."),
        .optional("allowed_addresses", .list(of: .text(1...64), limit: 500).orNull, "Addresses and ranges."),
        .optional("signature", .object([], others: .anything).orNull, "The description of the scheme hmac."),
    ]

    private static let ownOptions: [Shape.Member] = [
        .optional("stream", .text(1...128).orNull, "Name, number or id of where its messages go."),
        .optional("topic", .text(1...60).orNull),
        .optional("only_events", globs.orNull, "Globs over event types."),
        .optional("exclude_events", globs.orNull, "Globs over event types."),
        .optional("include_events", globs.orNull, "Quiet events that are wanted all the same."),
        .optional("conversation_pointer", .text(0...256).orNull, "A JSON pointer to the conversation in the payload."),
        .optional("topic_pointer", .text(0...256).orNull, "A JSON pointer to the topic in the payload."),
        .optional("allowed_conversations", globs.orNull, "Globs over addresses like local:ops/*."),
        .optional("max_body_bytes", .integer(1024...26_214_400).orNull, "1048576 unless given."),
        .optional("rate_per_minute", .integer(1...1_000_000).orNull, "Unlimited unless given."),
    ]
    private static let globs = Shape.list(of: .text(1...200), limit: 200)

    /// The integration's own options come by their own names.
    private static let options = Shape.object(ownOptions, others: .either(.text(0...10_000), .integer, .boolean).orNull)
    private static let storage = Shape.choice(of: Source.StoragePolicy.self)

    static let creation = Shape.named(
        "NewSource",
        [
            .required("name", .text(1...40), "Part of its URL: a-z, 0-9, _ and -."),
            .required("integration", .text(1...60), "One of /v1/integrations."),
            .optional(
                "verification",
                .object(
                    scheme + [
                        .optional(
                            "secrets", .list(of: secret, limit: 10), "One is made where one is needed and none given.")
                    ] + schemeSettings)),
            .optional("storage", storage, "full unless given."), .optional("options", options),
        ])

    static let change = Shape.named(
        "SourceChange",
        [
            .optional("integration", .text(1...60)), .optional("verification", .object(scheme + schemeSettings)),
            .optional("storage", storage), .optional("options", options), .optional("disabled", .boolean),
        ])

    private static let members: [Shape.Member] = [
        .required("id", .text), .required("name", .text), .required("integration", .text),
        .required("url_path", .text), .required("url", .text),
        .required("callback_url", .text, "For providers that ask before they send."),
        .required(
            "verification",
            .object(
                [
                    .required("scheme", .text), .required("tolerance_seconds", .integer),
                    .required("idempotency_ttl_seconds", .integer), .required("header_prefix", .text),
                    .required("secrets", .list(of: secretShape)),
                ] + schemeSettings)),
        .required("storage", storage), .required("options", options), .required("bot", .text.orNull),
        .required("disabled", .boolean), .required("created_at", .moment),
    ]
    private static let secretShape = Shape.object([
        .required("kept", .choice(["sealed", "env", "file"])), .optional("name", .text, "Of the variable or file."),
        .required("created_at", .moment), .required("expires_at", .moment.orNull),
    ])

    static let shape = Shape.named("Source", members)
    static let created = Shape.named(
        "CreatedSource", members + [.required("secret", .text.orNull, "The secret that was made; shown only here.")])

    // MARK: Reading

    static func newSource(_ body: Payload) throws -> NewSource {
        var new = NewSource(
            name: try body["name"].string, integration: try body["integration"].string,
            scheme: body["verification"]["scheme"].text)
        let verification = body["verification"]
        new.toleranceSeconds = verification["tolerance_seconds"].number
        new.idempotencyTTLSeconds = verification["idempotency_ttl_seconds"].number
        new.headerPrefix = verification["header_prefix"].text
        new.secrets = try verification["secrets"].present.map { try $0.list.map(givenSecret) }
        merge(verification, into: &new.settings)
        if let storage = body["storage"].text.flatMap(Source.StoragePolicy.init) { new.storage = storage }
        try apply(options: body["options"], of: new.integration, to: &new.options)
        return new
    }

    static func givenSecret(_ payload: Payload) throws(PayloadError) -> NewSource.GivenSecret {
        if let name = payload["env"].text { return .environment(name) }
        if let path = payload["file"].text { return .file(path) }
        return .text(Secret(try payload.string))
    }

    static func apply(_ body: Payload, to source: inout Source) throws(SetupError) {
        if let integration = body["integration"].text { source.integration = integration }
        let verification = body["verification"]
        if let scheme = verification["scheme"].text { source.verification.scheme = scheme }
        if let tolerance = verification["tolerance_seconds"].number { source.verification.toleranceSeconds = tolerance }
        if let ttl = verification["idempotency_ttl_seconds"].number { source.verification.idempotencyTTLSeconds = ttl }
        if let prefix = verification["header_prefix"].text { source.verification.headerPrefix = prefix }
        merge(verification, into: &source.verification.settings)
        if let storage = body["storage"].text.flatMap(Source.StoragePolicy.init) { source.storage = storage }
        if let isDisabled = body["disabled"].value?.bool { source.isDisabled = isDisabled }
        try apply(options: body["options"], of: source.integration, to: &source.options)
    }

    private static func merge(_ verification: Payload, into settings: inout JSON.Object) {
        for member in schemeSettings {
            guard let value = verification[member.name].value else { continue }
            settings[member.name] = value == .null ? nil : value
        }
    }

    /// What is given replaces, null resets.
    private static func apply(
        options payload: Payload, of integration: String, to options: inout Source.Options
    ) throws(SetupError) {
        let standard = Source.Options()
        let own = Catalog.integration(slug: integration)?.descriptor.options.map(\.name) ?? []
        for (name, value) in payload.members {
            let texts = value.present?.list.compactMap(\.text)
            switch name {
            case "stream": options.stream = value.filledText
            case "topic": options.topic = value.filledText
            case "only_events": options.onlyEvents = texts
            case "exclude_events": options.excludeEvents = texts ?? []
            case "include_events": options.includeEvents = texts ?? []
            case "conversation_pointer": options.conversationPointer = value.present?.text
            case "topic_pointer": options.topicPointer = value.present?.text
            case "allowed_conversations": options.allowedConversations = texts
            case "max_body_bytes": options.maxBodyBytes = value.number.map { Int($0) } ?? standard.maxBodyBytes
            case "rate_per_minute": options.ratePerMinute = value.number.map { Int($0) }
            default:
                guard own.contains(name) else {
                    throw .invalid(
                        field: "options.\(name)",
                        reason: Shape.unknown("option", among: ownOptions.map(\.name) + own))
                }
                options.integration.fields.removeAll { $0.name == name }
                if let text = value.present?.text { options.integration.fields.append(.init(name: name, value: text)) }
            }
        }
    }

    // MARK: Showing

    static func document(_ source: Source, publicBase: String) -> JSON {
        [
            "id": JSON(source.id), "name": .string(source.name), "integration": .string(source.integration),
            "url_path": .string(source.urlPath), "url": .string(publicBase + source.urlPath),
            "callback_url": .string("\(publicBase)/callbacks/\(source.workspace)/\(source.name)"),
            "verification": verification(source.verification), "storage": .string(source.storage.rawValue),
            "options": options(source.options), "bot": JSON(source.bot), "disabled": .bool(source.isDisabled),
            "created_at": JSON(source.createdAt),
        ]
    }

    private static func verification(_ verification: Source.Verification) -> JSON {
        var document = JSON.Object([
            ("scheme", .string(verification.scheme)), ("tolerance_seconds", JSON(verification.toleranceSeconds)),
            ("idempotency_ttl_seconds", JSON(verification.idempotencyTTLSeconds)),
            ("header_prefix", .string(verification.headerPrefix)),
            ("secrets", .array(verification.secrets.map(self.secret))),
        ])
        for member in verification.settings.members { document[member.key] = member.value }
        return .object(document)
    }

    private static func secret(_ secret: StoredSecret) -> JSON {
        var document = JSON.Object()
        switch secret.secret {
        case .sealed: document["kept"] = "sealed"
        case .environment(let name): (document["kept"], document["name"]) = ("env", .string(name))
        case .file(let path): (document["kept"], document["name"]) = ("file", .string(path))
        }
        document["created_at"] = JSON(secret.createdAt)
        document["expires_at"] = JSON(secret.expiresAt)
        return .object(document)
    }

    private static func options(_ options: Source.Options) -> JSON {
        var document = JSON.Object()
        func set(_ name: String, _ globs: [String]?) {
            document[name] = globs.map { .array($0.map(JSON.string)) } ?? .null
        }
        document["stream"] = JSON(options.stream)
        document["topic"] = JSON(options.topic)
        set("only_events", options.onlyEvents)
        set("exclude_events", options.excludeEvents)
        set("include_events", options.includeEvents)
        document["conversation_pointer"] = JSON(options.conversationPointer)
        document["topic_pointer"] = JSON(options.topicPointer)
        set("allowed_conversations", options.allowedConversations)
        document["max_body_bytes"] = JSON(options.maxBodyBytes)
        document["rate_per_minute"] = options.ratePerMinute.map { JSON($0) } ?? .null
        for field in options.integration.fields { document[field.name] = .string(field.value) }
        return .object(document)
    }
}
