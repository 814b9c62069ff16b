import Hub
import HubCore
import HubStorage

/// Tells a delivery's story: what it carries, each attempt, and what comes next.
struct DeliveryTelling {
    let visit: OutgoingVisit
    let story: DeliveryStory
    /// The endpoint's; nil: it is well.
    var health: EndpointHealth?

    private var delivery: Delivery { story.summary.delivery }
    private var progress: DeliveryProgress { delivery.progress }
    private var endpoint: Endpoint? { visit.endpoint(delivery.endpoint) }

    var view: DeliveryView {
        let path = "\(visit.base)/deliveries/\(delivery.id)"
        let isOpen = !progress.state.isFinished
        return DeliveryView(
            id: "\(delivery.id)", path: path, base: visit.base, type: story.event.type, state: PillView(progress.state),
            summary: summary, facts: facts,
            mayRetry: !visit.isPortal && visit.may(.write) && progress.state != .leased && endpoint != nil,
            mayDiscard: !visit.isPortal && visit.may(.administer) && isOpen && progress.state != .leased,
            retryLabel: isOpen ? "Send now" : "Send again", request: request, attempts: attempts, missing: missing,
            end: end, isOpen: isOpen)
    }

    private var summary: String {
        let place = endpoint?.title ?? "an endpoint that is gone"
        let count = Amount.things(progress.attempts, "attempt")
        return switch progress.state {
        case .succeeded: "Delivered to \(place) after \(count)."
        case .exhausted: "\(place) did not take it; \(count), and no more."
        case .discarded: "Given up after \(count) at \(place)."
        case .leased: "On its way to \(place) at this moment."
        case .pending: progress.attempts == 0 ? "Waits for \(place)." : "\(count) at \(place) failed so far."
        case .held: "Held until \(place) takes deliveries again."
        }
    }

    private var facts: [FactView] {
        let event = story.event
        var facts: [FactView] = []
        if let endpoint {
            facts.append(FactView("Endpoint", endpoint.title, href: EndpointRoutes.path(of: endpoint, visit)))
        }
        let eventHref = visit.isPortal ? nil : "/events/\(event.id)"
        facts.append(FactView("Event", "\(event.id)", isCode: true, href: eventHref))
        if let cause = event.cause, !visit.isPortal {
            facts.append(FactView("Caused by", "\(cause)", isCode: true, href: "/events/\(cause)"))
        }
        if let external = event.externalID { facts.append(FactView("Publisher’s id", external, isCode: true)) }
        if let trace = event.trace { facts.append(FactView("Trace", trace.traceID, isCode: true)) }
        if delivery.kind == .test { facts.append(FactView("Kind", "a test; it counts for nothing")) }
        if let key = delivery.orderingKey, !key.isEmpty { facts.append(FactView("In line with", key, isCode: true)) }
        facts.append(FactView("X-Webhook-Delivery", delivery.id.uuid.uuidString, isCode: true))
        facts.append(FactView("Made", visit.time(delivery.createdAt, .full)))
        return facts
    }

    private var missing: String? {
        let gone = progress.attempts - story.attempts.count
        return gone > 0 ? "\(Amount.things(gone, "earlier attempt")) not kept any more." : nil
    }

    // MARK: What goes out

    var request: SentRequestView {
        let sent = visit.hub.sentRequest(of: story, story.attempts.last?.attempt, to: endpoint)
        let target =
            visit.seesConnections
            ? endpoint.flatMap { try? visit.hub.draft(of: $0).url } ?? endpoint?.origin : endpoint?.origin
        let rows = sent.headers.fields.map(HeaderView.init)
        var notes: [String] = []
        if story.attempts.isEmpty { notes.append("As it would go out now.") }
        if !sent.knowsSignatures { notes.append("The secret of that time is gone, so its signatures cannot be shown.") }
        if sent.headers.fields.contains(where: { $0.value == SentRequest.hidden }) {
            notes.append("Values of the endpoint’s own headers are not shown.")
        }
        return SentRequestView(
            line: "\(sent.method) \(target ?? "an endpoint that is gone")",
            headers: .init(headerSummary: "\(rows.count), signatures shortened", rows: rows),
            note: notes.isEmpty ? nil : notes.joined(separator: " "), body: body(sent))
    }

    private func body(_ sent: SentRequest) -> BodyView {
        let size = Int64(sent.body?.count ?? 0)
        guard visit.seesBodies else {
            return BodyView(nil, size: size, contentType: nil, absence: "Not shown in this portal.")
        }
        let absence =
            sent.bodyFault.map { "The endpoint’s body cannot be made of this event: \($0)".sentence }
            ?? "It is past its time and was deleted."
        return BodyView(sent.body, size: size, contentType: sent.contentType, absence: absence)
    }

    // MARK: Attempts

    var attempts: [AttemptView] {
        let longest = story.attempts.map(\.attempt.timing.total).max() ?? 1
        return story.attempts.map { view(of: $0.attempt, number: $0.number, longest: longest) }
    }

    private func view(of attempt: Attempt, number: Int, longest: Int64) -> AttemptView {
        let outcome = attempt.outcome
        let bar = TimingBar(attempt.timing, longest: longest)
        var facts: [FactView] = []
        if visit.seesAddresses, let address = attempt.address {
            facts.append(FactView("Address", address, isCode: true))
        }
        if let wait = outcome.retryAfter { facts.append(FactView("Retry-After", Amount.length(wait))) }
        let result: PillView =
            if let failure = outcome.failure {
                PillView(FailureAdvice.label(failure, status: outcome.status), outcome.isCancelled ? .mute : .bad)
            } else {
                PillView(FailureAdvice.label(status: outcome.status ?? 200), .good)
            }
        return AttemptView(
            tone: outcome.failure == nil ? "good" : outcome.isCancelled ? "mute" : "bad",
            heading: Self.heading(attempt.kind, number), result: result, at: visit.time(attempt.startedAt),
            total: Amount.time(microseconds: attempt.timing.total),
            explanation: outcome.failure?.explanation ?? "The receiver took it.",
            advice: outcome.failure.map { FailureAdvice.advice($0, status: outcome.status) }, timingHTML: bar.svg,
            phases: bar.phases, attemptFacts: facts, hasFacts: !facts.isEmpty,
            responseHeaders: attempt.answer.map { answer in
                let rows = answer.headers.fields.map(HeaderView.init)
                return .init(headerSummary: "\(rows.count)", rows: rows)
            }, responseBody: attempt.answer.map(body))
    }

    private static func heading(_ kind: EndpointHealth.AttemptKind, _ number: Int) -> String {
        switch kind {
        case .delivery: "Attempt \(number)"
        case .probe: "Attempt \(number), a probe"
        case .test: "Test"
        }
    }

    private func body(_ answer: Attempt.Answer) -> BodyView {
        let size = Int64(answer.body.count)
        guard visit.seesBodies else {
            return BodyView(nil, size: size, contentType: nil, absence: "Not shown in this portal.")
        }
        let body = BodyView(answer.body, size: size, contentType: answer.headers.header("Content-Type"))
        return answer.isCut ? body.cut : body
    }

    // MARK: What comes next

    private var end: DeliveryView.End {
        switch progress.state {
        case .pending:
            let isDue = progress.dueAt <= visit.now
            return .init(
                icon: "waiting", tone: "info", heading: isDue ? "Due" : "Next attempt",
                sentence: isDue ? "It goes out as soon as there is room." : left,
                at: isDue ? nil : visit.time(progress.dueAt))
        case .leased:
            return .init(
                icon: "attempt", tone: "info", heading: "Sending", sentence: "An attempt is under way.", at: nil)
        case .held:
            return held
        case .succeeded:
            return .init(icon: "verified", tone: "good", heading: "Delivered", sentence: "Nothing more to do.", at: nil)
        case .exhausted:
            let sentence =
                delivery.kind == .test
                ? "A test is sent once." : "Its schedule is used up. Send it again once the receiver is mended."
            return .init(icon: "ended", tone: "bad", heading: "Exhausted", sentence: sentence, at: nil)
        case .discarded:
            return .init(
                icon: "ended", tone: "", heading: "Given up",
                sentence: "Somebody gave it up, or its endpoint was deleted.",
                at: nil)
        }
    }

    /// No attempt is used up by waiting.
    private var held: DeliveryView.End {
        func end(_ sentence: String, at time: Timestamp? = nil) -> DeliveryView.End {
            .init(icon: "waiting", tone: "warn", heading: "Held", sentence: sentence, at: time.map { visit.time($0) })
        }
        guard let endpoint else { return end("Its endpoint is gone.") }
        switch EndpointStatus(endpoint, health) {
        case .active: return end("Its endpoint takes deliveries again; it goes out soon.")
        case .paused: return end("Its endpoint is paused; it goes out when that is resumed.")
        case .resting(let time):
            return end("A probe of its endpoint, which rests; it goes out when that works.", at: time)
        case .disabled: return end("Its endpoint is disabled; it goes out when that is enabled.")
        }
    }

    private var left: String {
        guard let endpoint else { return "" }
        let left = endpoint.policy.schedule.waits.count + 1 - progress.failures
        return left <= 1 ? "The last one." : "\(left) are left, this one included."
    }
}

extension BodyView {
    /// The same, where more came than is kept.
    var cut: BodyView {
        BodyView(summary: bodySummary + ", the first part", jsonHTML: jsonHTML, text: text, absence: absence)
    }
}
