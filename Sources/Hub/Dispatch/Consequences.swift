import HubCore
import HubStorage

/// What follows from an attempt beside its own delivery: events for those who watch over endpoints, words to the
/// admins. Pure, so that the store can ask inside the commit.
struct Consequences: Sendable {
    let configuration: WorkspaceConfiguration
    let endpoint: Endpoint
    let delivery: LeasedDelivery
    let attempt: Attempt
    let now: Timestamp

    init(
        configuration: WorkspaceConfiguration, endpoint: Endpoint, delivery: LeasedDelivery, attempt: Attempt,
        at now: Timestamp
    ) {
        self.configuration = configuration
        self.endpoint = endpoint
        self.delivery = delivery
        self.attempt = attempt
        self.now = now
    }

    func plan(for result: AttemptResult) -> Plan? {
        var happenings: [Happening] = []
        if result.progress.state == .exhausted, delivery.kind == .event {
            happenings.append(exhausted(result.progress))
        }
        let told = EndpointNotice(endpoint, now)
        switch result.change {
        case .disabled(let reason):
            happenings.append(
                told.disabled(
                    reason, failuresInRow: result.health.failuresInRow, lastError: attempt.outcome.failure,
                    held: result.open))
        case .recovered:
            happenings.append(told.recovered(by: "probe", held: result.open))
        case .breakerOpened, .breakerClosed, nil:
            break
        }
        guard !happenings.isEmpty else { return nil }
        let notice = notice(for: result)
        return Plan.internal(
            happenings.map { happening in
                var happening = happening
                happening.cause = Cause(event: delivery.event.id, depth: delivery.event.depth)
                happening.trace = delivery.event.trace
                return happening
            }, notice, in: configuration, at: now)
    }

    /// What people are told; nil: nothing.
    func notice(for result: AttemptResult) -> MessageDraft? {
        let told = EndpointNotice(endpoint, now)
        return switch result.change {
        case .disabled(let reason):
            told.disabledNotice(reason, lastError: attempt.outcome.failure, held: result.open)
        case .recovered: told.recoveredNotice(held: result.open)
        case .breakerOpened, .breakerClosed, nil: nil
        }
    }

    private func exhausted(_ progress: DeliveryProgress) -> Happening {
        var happening = Happening(
            type: .deliveryExhausted,
            data: [
                "delivery": [
                    "id": .string("\(delivery.id)"), "uuid": .string(delivery.id.uuid.uuidString),
                    "event_id": .string("\(delivery.event.id)"), "event_type": .string(delivery.event.type),
                    "attempts": JSON(progress.attempts),
                    "last_attempt": [
                        "at": .string(attempt.startedAt.rfc3339), "error": JSON(attempt.outcome.failure?.code),
                        "status": attempt.outcome.status.map { JSON($0) } ?? .null,
                        "duration_ms": JSON(attempt.timing.total / 1000),
                    ],
                ],
                "endpoint": EndpointNotice(endpoint, now).document,
            ], customer: endpoint.customer)
        happening.subject = endpoint.id
        return happening
    }
}

/// What is told when an endpoint is disabled or enabled again.
struct EndpointNotice: Sendable {
    private let endpoint: Endpoint
    private let now: Timestamp

    init(_ endpoint: Endpoint, _ now: Timestamp) {
        (self.endpoint, self.now) = (endpoint, now)
    }

    var document: JSON {
        [
            "id": .string("\(endpoint.id)"), "name": .string(endpoint.name), "url_origin": .string(endpoint.origin),
            "customer": JSON(endpoint.customer.map { "\($0)" }),
        ]
    }

    func disabled(
        _ reason: EndpointHealth.DisableReason, failuresInRow: Int, lastError: AttemptFailure?, held: Int
    ) -> Happening {
        happening(
            .endpointDisabled,
            [
                "endpoint": document, "reason": .string(reason.rawValue), "failures_in_row": JSON(failuresInRow),
                "last_error": JSON(lastError?.code), "held_deliveries": JSON(held),
                "disabled_at": .string(now.rfc3339),
            ])
    }

    func recovered(by whom: String, held: Int) -> Happening {
        happening(
            .endpointRecovered,
            [
                "endpoint": document, "by": .string(whom), "held_deliveries": JSON(held),
                "recovered_at": .string(now.rfc3339),
            ])
    }

    private func happening(_ type: BuiltInEventType, _ data: JSON) -> Happening {
        var happening = Happening(type: type, data: data, customer: endpoint.customer)
        happening.subject = endpoint.id
        return happening
    }

    // MARK: For people

    private var title: String { endpoint.name.isEmpty ? endpoint.origin : endpoint.name }

    func disabledNotice(_ reason: EndpointHealth.DisableReason, lastError: AttemptFailure?, held: Int) -> MessageDraft {
        let why =
            switch reason {
            case .failures:
                "\(EndpointHealth.disableThreshold) attempts in a row failed, the last with `\(lastError?.code ?? "")`: "
                    + (lastError?.explanation ?? "")
            case .gone: "It answered 410 Gone: it wants nothing any more."
            case .byHand: "Somebody disabled it."
            }
        return MessageDraft(
            topic: "Endpoint \(title)",
            body: "**The endpoint \(title) (`\(endpoint.origin)`) is disabled.** \(why)\n\n"
                + "\(Self.count(held)) for it. Nothing is lost: mend the receiver, then enable the endpoint at "
                + "`/endpoints/\(endpoint.id)`, and they go out.", severity: .error)
    }

    func recoveredNotice(held: Int) -> MessageDraft {
        MessageDraft(
            topic: "Endpoint \(title)",
            body: "The endpoint \(title) (`\(endpoint.origin)`) is enabled again. \(Self.count(held)) for it.",
            severity: .success)
    }

    private static func count(_ held: Int) -> String {
        switch held {
        case 0: "No delivery waits"
        case 1: "One delivery waits"
        case 10_000...: "10,000 deliveries or more wait"
        default: "\(held) deliveries wait"
        }
    }
}

extension Plan {
    /// Something of the hub's own, told to endpoints and, where there are words for it, to the admins.
    static func `internal`(
        _ happenings: [Happening], _ notice: MessageDraft?, in configuration: WorkspaceConfiguration, at now: Timestamp
    ) -> Plan {
        let planner = Planner(configuration: configuration, sender: .hub)
        var planned = planner.plan(happenings, at: now)
        if let notice, let event = planned.events.last {
            planner.alert(notice, because: event, about: happenings.last?.subject, in: &planned, at: now)
        }
        var plan = Plan(
            workspace: configuration.workspace.id, configurationVersion: configuration.version, request: nil, body: nil,
            claims: [], events: planned.events, effects: planned.effects, answer: "")
        plan.contents = planned.contents
        return plan
    }
}

extension Planner {
    /// How many admins are told directly.
    private static let noticeLimit = 20

    /// Tells the admins, in the stream that is set for it or each of them directly.
    ///
    /// - Parameter subject: the endpoint that it is about, which is not told itself.
    func alert(
        _ notice: MessageDraft, because event: Event, about subject: ID<Endpoint>?, in result: inout Result,
        at now: Timestamp
    ) {
        var notice = notice
        let stream = configuration.workspace.alertsStream.flatMap(configuration.stream)
        if let stream, !stream.isArchived {
            let post = Effect.Post(
                id: .make(at: now), place: .stream(stream.id), sender: .hub, draft: notice.truncated(), event: event.id)
            result.effects.append(.post(post))
            guard isWanted(.messageCreated) else { return }
            var echo = created(post, in: stream.name, event).following(event)
            echo.subject = subject
            return add(echo, to: &result, at: now)
        }
        if let stream {
            notice.body =
                "*The stream for alerts, “\(stream.name)”, is archived, so this came to you.*\n\n\(notice.body)"
        }
        for admin in configuration.admins.prefix(Self.noticeLimit) {
            result.effects.append(
                .post(
                    Effect.Post(
                        id: .make(at: now), place: .direct(admin.id), sender: .hub, draft: notice.truncated(),
                        event: event.id)))
        }
    }
}
