/// One received HTTP request, as it is kept: without credentials.
package struct Request: Sendable, Identified {
    package static let idPrefix = "req"

    package let id: ID<Request>
    package let workspace: WorkspaceID
    package let source: ID<Source>?
    package let door: Door
    package let receivedAt: Timestamp
    /// Nil for a source that keeps no payloads (`render_only`).
    package let arrival: Arrival?
    package let bodySize: Int64
    package let verification: VerificationRecord
    package let replayOf: ID<Request>?

    package enum Door: String, Sendable, CaseIterable {
        case general, chat, slack, callback, messages, replay
    }

    /// How it came over the wire; credentials are replaced by `<redacted:…>`.
    package struct Arrival: Sendable {
        package let method: String
        package let path: String
        package let query: String?
        package let headers: Fields
        package let remoteAddress: String?

        package init(method: String, path: String, query: String?, headers: Fields, remoteAddress: String?) {
            self.method = method
            self.path = path
            self.query = query
            self.headers = headers
            self.remoteAddress = remoteAddress
        }
    }

    package init(
        id: ID<Request>, workspace: WorkspaceID, source: ID<Source>?, door: Door, receivedAt: Timestamp,
        arrival: Arrival?, bodySize: Int64, verification: VerificationRecord, replayOf: ID<Request>? = nil
    ) {
        self.id = id
        self.workspace = workspace
        self.source = source
        self.door = door
        self.receivedAt = receivedAt
        self.arrival = arrival
        self.bodySize = bodySize
        self.verification = verification
        self.replayOf = replayOf
    }
}

/// How a request proved where it came from.
package struct VerificationRecord: Sendable, Hashable {
    package let scheme: String
    /// `verified`, `not required`, or the code of the refusal.
    package let verdict: String
    /// 0-based; which of the source's secrets fitted.
    package let secretIndex: Int?
    package let signedAt: Timestamp?
    /// The idempotency key as sent; nil where there was none or nothing of the request may be kept.
    package let idempotencyKey: String?

    package init(
        scheme: String, verdict: String, secretIndex: Int? = nil, signedAt: Timestamp? = nil,
        idempotencyKey: String? = nil
    ) {
        self.scheme = scheme
        self.verdict = verdict
        self.secretIndex = secretIndex
        self.signedAt = signedAt
        self.idempotencyKey = idempotencyKey
    }
}

/// One thing that happened.
package struct Event: Sendable, Identified {
    package static let idPrefix = "evt"

    package let id: ID<Event>
    package let workspace: WorkspaceID
    package let origin: Origin
    package let source: ID<Source>?
    package let request: ID<Request>?
    package let type: String
    /// The sender's own id of it.
    package let externalID: String?
    package let customer: ID<Customer>?
    /// The event that led to this one; ``depth`` counts such steps and ends loops.
    package let cause: ID<Event>?
    package let depth: Int
    /// Its sender's, passed on to whoever gets what follows.
    package let trace: TraceContext?
    package let outcome: Outcome
    package let createdAt: Timestamp

    package static let depthLimit = 8

    package enum Origin: String, Sendable, CaseIterable {
        case received, published, `internal`
    }

    package enum Outcome: Sendable, Hashable {
        case message
        case transcript
        /// It goes out to endpoints.
        case outgoing
        /// Deliberately nothing, and why.
        case ignored(reason: String)
        /// The integration could not make sense of it; kept for a replay after a fix.
        case unreadable(reason: String)

        package var name: String {
            switch self {
            case .message: "message"
            case .transcript: "transcript"
            case .outgoing: "outgoing"
            case .ignored: "ignored"
            case .unreadable: "unreadable"
            }
        }

        package var reason: String? {
            switch self {
            case .message, .transcript, .outgoing: nil
            case .ignored(let reason), .unreadable(let reason): reason
            }
        }
    }

    package init(
        id: ID<Event>, workspace: WorkspaceID, origin: Origin, source: ID<Source>?, request: ID<Request>?,
        type: String, externalID: String?, customer: ID<Customer>? = nil, cause: ID<Event>? = nil, depth: Int = 0,
        trace: TraceContext? = nil, outcome: Outcome, createdAt: Timestamp
    ) {
        self.id = id
        self.workspace = workspace
        self.origin = origin
        self.source = source
        self.request = request
        self.type = type
        self.externalID = externalID
        self.customer = customer
        self.cause = cause
        self.depth = depth
        self.trace = trace
        self.outcome = outcome
        self.createdAt = createdAt
    }
}

/// A stored AI conversation.
package struct Transcript: Sendable, Identified {
    package static let idPrefix = "trn"

    package let id: ID<Transcript>
    package let seq: Int64
    package let workspace: WorkspaceID
    package let source: ID<Source>
    /// Merged from all that came; ``TranscriptDraft/entries`` in their order.
    package let content: TranscriptDraft
    package let createdAt: Timestamp
    package let updatedAt: Timestamp

    package init(
        id: ID<Transcript>, seq: Int64, workspace: WorkspaceID, source: ID<Source>, content: TranscriptDraft,
        createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.seq = seq
        self.workspace = workspace
        self.source = source
        self.content = content
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
