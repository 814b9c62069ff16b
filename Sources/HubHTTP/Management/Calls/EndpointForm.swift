import Hub
import HubCore
import HubStorage

/// An endpoint as the API takes and shows it.
enum EndpointForm {
    // MARK: Shapes

    private static let settings: [Shape.Member] = [
        .optional("name", .text(0...EndpointDraft.nameLimit), "What people call it."),
        .optional(
            "channels", .list(of: .text(1...128), limit: EndpointDraft.listLimit).orNull,
            "Only events published to one of these; null: whatever their channels."),
        .optional(
            "filter", .object([], others: .anything).orNull,
            "Conditions over type, data and metadata; see the page on filters."),
        .optional(
            "include_customers", .boolean, "For the workspace's own: whether it gets events about customers, too."),
        .optional(
            "headers", .object([], others: .text(0...HeaderRules.valueLimit)),
            "Beside the hub's own. They may be credentials: they are sealed, and shown to admins only."),
        .optional("method", .choice(["POST", "PUT"]), "POST unless given."),
        .optional(
            "retry_schedule_seconds", .list(of: .number(0...604_800), limit: RetrySchedule.countLimit),
            "The wait before each further attempt; 1, 5, 30, 300, 1800, 7200 unless given, [] for none."),
        .optional("timeout_seconds", .number(0.1...60), "For an attempt in all; 10 unless given."),
        .optional(
            "concurrency", .integer(1...Int64(Endpoint.Policy.concurrencyRange.upperBound)),
            "Attempts at once; 64 unless given."),
        .optional("rate_per_minute", .integer(1...600_000).orNull, "Attempts a minute; null: unlimited."),
        .optional(
            "order", .text(0...500).orNull,
            "\"strict\": one after the other; a JSON Pointer: one after the other where it finds the same value; null: none."
        ),
        .optional("paused", .boolean, "What is due waits."),
    ]
    private static let events = Shape.list(of: .text(1...256), limit: EndpointDraft.listLimit)

    static let creation = Shape.named(
        "EndpointCreation",
        [
            .required(
                "url", .text(1...2048), "Where webhooks go: HTTPS, on the public internet unless the hub allows more."),
            .required("events", events, "Types, or patterns like ticket.*"),
            .optional("customer", .text(1...128), "Id or reference of whose it is."),
            .optional(
                "secrets", .list(of: .text(8...512), limit: 10),
                "The newest first; one is made unless given, [] leaves deliveries unsigned."),
        ] + settings)

    static let change = Shape.named(
        "EndpointChange", [.optional("url", .text(1...2048)), .optional("events", events)] + settings)

    private static let health: [Shape.Member] = [
        .required("status", .choice(["active", "paused", "resting", "disabled"])),
        .required("disabled_reason", .choice(of: EndpointHealth.DisableReason.self).orNull),
        .required("failures_in_row", .integer),
        .required("next_probe_at", .moment.orNull, "When it is tried again, for one that rests."),
    ]
    private static let statistics = Shape.object([
        .required("looked_at", .integer, "Of the newest deliveries."), .required("succeeded", .integer),
        .required("p95_ms", .integer.orNull), .required("last_error", .text.orNull),
        .required("last_error_at", .moment.orNull), .required("last_success_at", .moment.orNull),
        .required("waiting", .integer), .required("next_attempt_at", .moment.orNull),
    ])
    private static let members: [Shape.Member] =
        [
            .required("id", .text), .required("customer", .text.orNull), .required("url_origin", .text),
            .required("url", .text.orNull, "To admins only; null to others."), .required("events", events),
            .required(
                "secrets",
                .list(
                    of: .object([
                        .required("created_at", .moment), .required("expires_at", .moment.orNull),
                    ]))),
            .required("created_at", .moment),
        ] + settings.map { .required($0.name, $0.name == "headers" ? $0.shape.orNull : $0.shape, $0.summary) } + health

    static let shape = Shape.named("Endpoint", members)
    static let detail = Shape.named("EndpointDetail", members + [.required("statistics", statistics)])
    static let created = Shape.named(
        "CreatedEndpoint", members + [.required("secret", .text.orNull, "The secret that was made; shown only here.")])

    // MARK: Reading

    static func draft(_ body: Payload) throws -> EndpointDraft {
        var draft = EndpointDraft(url: try body["url"].string, events: try body["events"].array.map { try $0.string })
        try apply(body, to: &draft)
        return draft
    }

    static func apply(_ body: Payload, to draft: inout EndpointDraft) throws(SetupError) {
        for (name, value) in body.members {
            switch name {
            case "url": draft.url = value.text ?? ""
            case "events": draft.events = value.list.compactMap(\.text)
            case "name": draft.name = value.text ?? ""
            case "channels": draft.channels = value.present?.list.compactMap(\.text)
            case "filter": draft.filter = value.present?.value
            case "include_customers": draft.includesCustomers = value.value?.bool ?? false
            case "headers": draft.headers = Fields(value.members.map { ($0.key, $0.value.text ?? "") })
            case "paused": draft.isPaused = value.value?.bool ?? false
            default: try apply(name, value, to: &draft.policy)
            }
        }
    }

    private static func apply(
        _ name: String, _ value: Payload, to policy: inout Endpoint.Policy
    ) throws(SetupError) {
        switch name {
        case "method": policy.method = value.text ?? "POST"
        case "retry_schedule_seconds":
            do throws(RetryScheduleError) {
                policy.schedule = try RetrySchedule(seconds: value.list.compactMap(\.double))
            } catch {
                throw .invalid(field: name, reason: "\(error)")
            }
        case "timeout_seconds": policy.timeout = .milliseconds(((value.double ?? 10) * 1000).rounded())
        case "concurrency": policy.concurrency = value.number.map { Int($0) } ?? Endpoint.Policy().concurrency
        case "rate_per_minute": policy.ratePerMinute = value.number.map { Int($0) }
        case "order":
            switch value.text {
            case nil: policy.order = .none
            case "strict": policy.order = .strict
            case let text?:
                guard text.hasPrefix("/"), let pointer = JSONPointer(text) else {
                    throw .invalid(field: name, reason: "must be \"strict\", a JSON Pointer like /ticket/id, or null")
                }
                policy.order = .byKey(pointer)
            }
        default: break
        }
    }

    // MARK: Showing

    /// - Parameter draft: nil where the reader may not see what is sealed.
    static func document(_ endpoint: Endpoint, _ draft: EndpointDraft?, _ health: EndpointHealth?) -> JSON {
        let (subscription, policy) = (endpoint.subscription, endpoint.policy)
        var document = JSON.Object()
        document["id"] = JSON(endpoint.id)
        document["name"] = .string(endpoint.name)
        document["customer"] = JSON(endpoint.customer)
        document["url"] = JSON(draft?.url)
        document["url_origin"] = .string(endpoint.origin)
        document["events"] = .array(subscription.events.map { .string($0.pattern) })
        document["channels"] = subscription.channels.map { .array($0.map(JSON.string)) } ?? .null
        document["filter"] = subscription.filter?.json ?? .null
        document["include_customers"] = .bool(subscription.includesCustomers)
        document["headers"] =
            draft.map { .object(JSON.Object($0.headers.fields.map { ($0.name, .string($0.value)) })) } ?? .null
        document["secrets"] = .array(
            endpoint.secrets.map { ["created_at": JSON($0.createdAt), "expires_at": JSON($0.expiresAt)] })
        document["method"] = .string(policy.method)
        document["retry_schedule_seconds"] = .array(policy.schedule.seconds.map(number))
        document["timeout_seconds"] = number(Double(policy.timeout.milliseconds) / 1000)
        document["concurrency"] = JSON(policy.concurrency)
        document["rate_per_minute"] = policy.ratePerMinute.map { JSON($0) } ?? .null
        document["order"] =
            switch policy.order {
            case .none: .null
            case .strict: "strict"
            case .byKey(let pointer): .string("\(pointer)")
            }
        document["paused"] = .bool(endpoint.isPaused)
        let status = EndpointStatus(endpoint, health)
        document["status"] = .string(status.name)
        document["disabled_reason"] = JSON(health?.disabled?.rawValue)
        document["failures_in_row"] = JSON(health?.failuresInRow ?? 0)
        document["next_probe_at"] = JSON(status.nextProbeAt)
        document["created_at"] = JSON(endpoint.createdAt)
        return .object(document)
    }

    static func statistics(_ statistics: EndpointStatistics?) -> JSON {
        [
            "looked_at": JSON(statistics?.looked ?? 0), "succeeded": JSON(statistics?.succeeded ?? 0),
            "p95_ms": statistics?.p95.map { JSON($0.milliseconds) } ?? .null,
            "last_error": JSON(statistics?.lastFailure?.failure?.code),
            "last_error_at": JSON(statistics?.lastFailure?.at), "last_success_at": JSON(statistics?.lastSuccessAt),
            "waiting": JSON(statistics?.open ?? 0), "next_attempt_at": JSON(statistics?.nextDue),
        ]
    }

    private static func number(_ value: Double) -> JSON { JSON.Number(value).map(JSON.number) ?? .null }
}
