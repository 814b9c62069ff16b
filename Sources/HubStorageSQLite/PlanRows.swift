import HubCore
import HubStorage

/// A plan with its rows written out, but for the numbers that only the commit gives. An object, since it is handed on.
final class PlanRows: Sendable {
    let plan: Plan
    let values: RowValues
    /// Without the numbers of its events.
    let request: RowValues.Row?
    let requestKind: LogKind?
    let claims: [(key: ClaimKey, row: RowValues.Row)]
    /// Without messages and transcripts.
    let events: [RowValues.Row]
    let eventKinds: [LogKind]
    /// For each effect that is a post: without its stream.
    let posts: [RowValues.Row?]

    init(_ plan: Plan) {
        self.plan = plan
        var values = RowValues(columns: 16 * (1 + plan.events.count + plan.effects.count), bytes: 2048)
        request = plan.request.map { request in values.row { Self.write(request, to: &$0) } }
        requestKind = plan.request.map { LogKind($0, first: plan.events.first) }
        claims = plan.claims.map { claim in
            let key = ClaimKey(claim.key)
            return (key, values.row { Self.write(claim, key, of: plan, to: &$0) })
        }
        events = plan.events.map { event in values.row { Self.write(event, to: &$0) } }
        eventKinds = plan.events.map(LogKind.init)
        posts = plan.effects.map { effect in
            guard case .post(let post) = effect else { return nil }
            return values.row { Self.write(post, of: plan, to: &$0) }
        }
        self.values = values
    }

    // MARK: In the order of the statements that insert them

    static let insertRequest = """
        INSERT INTO request (id, workspace, source, door, received_at, arrival, verification, body_size, replay_of,
            first_event, event_count, kind) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    private static func write(_ request: Request, to row: inout RowValues) {
        row.append(request.id)
        row.append(request.workspace.slug)
        row.append(request.source)
        row.append(request.door.rawValue)
        row.append(request.receivedAt)
        if let arrival = request.arrival {
            row.append { Documents.write(arrival, to: &$0) }
        } else {
            row.append(nil as String?)
        }
        row.append { Documents.write(request.verification, to: &$0) }
        row.append(request.bodySize)
        row.append(request.replayOf)
    }

    static let insertClaim = """
        INSERT INTO claim (key, body_hash, request, answer, expires_at) VALUES (?, ?, ?, ?, ?)
        """

    private static func write(
        _ claim: IdempotencyClaim, _ key: ClaimKey, of plan: Plan, to row: inout RowValues
    ) {
        row.append(blob: key.bytes)
        row.append(blob: claim.bodyHash)
        row.append(plan.request?.id)
        row.append(plan.answer)
        row.append(claim.expiresAt)
    }

    static let insertEvent = """
        INSERT INTO event (id, workspace, origin, source, request, type, external_id, customer, cause, depth,
            outcome, reason, created_at, trace, first_message, message_count, transcript, kind)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    private static func write(_ event: Event, to row: inout RowValues) {
        row.append(event.id)
        row.append(event.workspace.slug)
        row.append(event.origin.rawValue)
        row.append(event.source)
        row.append(event.request)
        row.append(event.type)
        row.append(event.externalID)
        row.append(event.customer)
        row.append(event.cause)
        row.append(Int64(event.depth))
        row.append(event.outcome.name)
        row.append(event.outcome.reason)
        row.append(event.createdAt)
        row.append(event.trace?.text)
    }

    static let insertMessage = """
        INSERT INTO message (id, workspace, person, topic, body, severity, sender_kind, sender, thread_keys,
            resolved_at, event, created_at, stream) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    private static func write(_ post: Effect.Post, of plan: Plan, to row: inout RowValues) {
        let at = plan.time(of: post)
        var person: ID<Person>?
        if case .direct(let id) = post.place { person = id }
        let (senderKind, sender) = Documents.columns(of: post.sender)
        row.append(post.id)
        row.append(plan.workspace.slug)
        row.append(person)
        row.append(post.draft.topic)
        row.append(post.draft.body)
        row.append(post.draft.severity.rawValue)
        row.append(senderKind)
        row.append(sender)
        row.append(Documents.text(ofKeys: post.draft.threadKeys))
        row.append(post.draft.resolvesThread ? at : nil)
        row.append(post.event)
        row.append(at)
    }
}

extension Plan {
    /// When a message was posted: with its event.
    func time(of post: Effect.Post) -> Timestamp {
        events.first { $0.id == post.event }?.createdAt ?? post.id.uuid.timestamp
    }
}
