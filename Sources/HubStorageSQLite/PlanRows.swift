import HubCore
import HubStorage

/// A plan with its rows written out, but for the numbers that only the commit gives. An object, since it is handed on.
final class PlanRows: Sendable {
    let plan: Plan
    /// Without the numbers of its events.
    let request: RowValues?
    let claims: [RowValues]
    /// Without messages and transcripts.
    let events: [RowValues]
    /// For each effect that is a post: without its stream.
    let posts: [RowValues?]

    init(_ plan: Plan) {
        self.plan = plan
        request = plan.request.map(Self.row)
        claims = plan.claims.map { Self.row(of: $0, plan) }
        events = plan.events.map(Self.row)
        posts = plan.effects.map { effect in
            if case .post(let post) = effect { Self.row(of: post, plan) } else { nil }
        }
    }

    // MARK: In the order of the statements that insert them

    static let insertRequest = """
        INSERT INTO request (id, workspace, source, door, received_at, arrival, verification, body_size, replay_of,
            first_event, event_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    private static func row(of request: Request) -> RowValues {
        var row = RowValues(columns: 9, bytes: 1024)
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
        return row
    }

    static let insertClaim = """
        INSERT INTO claim (key, body_hash, request, answer, expires_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """

    private static func row(of claim: IdempotencyClaim, _ plan: Plan) -> RowValues {
        var row = RowValues(columns: 5, bytes: 96)
        row.append(blob: claim.key)
        row.append(blob: claim.bodyHash)
        row.append(plan.request?.id)
        row.append(plan.answer)
        row.append(claim.expiresAt)
        return row
    }

    static let insertEvent = """
        INSERT INTO event (id, workspace, origin, source, request, type, external_id, customer, cause, depth,
            outcome, reason, created_at, first_message, message_count, transcript)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    private static func row(of event: Event) -> RowValues {
        var row = RowValues(columns: 13, bytes: 192)
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
        return row
    }

    static let insertMessage = """
        INSERT INTO message (id, workspace, person, topic, body, severity, sender_kind, sender, thread_keys,
            resolved_at, event, created_at, stream) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    private static func row(of post: Effect.Post, _ plan: Plan) -> RowValues {
        let at = plan.time(of: post)
        var person: ID<Person>?
        if case .direct(let id) = post.place { person = id }
        let (senderKind, sender) = Documents.columns(of: post.sender)
        var row = RowValues(columns: 12, bytes: 256 + post.draft.body.utf8.count)
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
        return row
    }
}

extension Plan {
    /// When a message was posted: with its event.
    func time(of post: Effect.Post) -> Timestamp {
        events.first { $0.id == post.event }?.createdAt ?? post.id.uuid.timestamp
    }
}
