package import HubCore

/// What became of a request; each door puts it into the words its senders know.
package enum IntakeOutcome: Sendable {
    case accepted(Acceptance)
    /// It came before; `answer` is what was told then.
    case duplicate(answer: String)
    case refused(IntakeRefusal)
}

package struct Acceptance: Sendable {
    /// The sender's own id of the event when it has one, else ours.
    package let eventID: String
    package let findings: [Finding]
    package let reply: Reply?
    /// Numbers of the messages that were posted.
    package var messageSeqs: [Int64]
    /// Empty for a dry run that is not told.
    package let effects: [String]

    package init(
        eventID: String, findings: [Finding], reply: Reply?, messageSeqs: [Int64] = [], effects: [String] = []
    ) {
        self.eventID = eventID
        self.findings = findings
        self.reply = reply
        self.messageSeqs = messageSeqs
        self.effects = effects
    }
}

/// Why a request was not taken in. Nothing of it is stored but a line in a bounded ring.
package enum IntakeRefusal: Error, Sendable, Equatable {
    case unknownSource
    case sourceDisabled
    case missingKey
    case malformedKey
    case invalidKey
    case invalidSignature(code: String, detail: String)
    case invalidTimestamp(code: String, detail: String)
    case missingIdempotencyKey
    case invalidPayload(PayloadError)
    case invalidParameter(name: String, detail: String)
    case payloadTooLarge(limit: Int)
    case rateLimited(retryAfterSeconds: Int)
    case unavailable(retryAfterSeconds: Int, detail: String)
    /// A delivery of ours that came back too often.
    case loop

    /// Stable: returned by the API, used as a metric label. Append, never rename.
    package var code: String {
        switch self {
        case .unknownSource: "unknown_source"
        case .sourceDisabled: "source_disabled"
        case .missingKey: "missing_key"
        case .malformedKey, .invalidKey: "invalid_key"
        case .invalidSignature: "invalid_signature"
        case .invalidTimestamp: "invalid_timestamp"
        case .missingIdempotencyKey: "missing_idempotency_key"
        case .invalidPayload: "invalid_payload"
        case .invalidParameter: "invalid_parameter"
        case .payloadTooLarge: "payload_too_large"
        case .rateLimited: "rate_limited"
        case .unavailable: "unavailable"
        case .loop: "loop_detected"
        }
    }

    package var status: Int {
        switch self {
        case .unknownSource: 404
        case .sourceDisabled: 410
        case .missingKey, .missingIdempotencyKey, .invalidPayload, .invalidParameter: 400
        case .malformedKey, .invalidKey, .invalidSignature, .invalidTimestamp: 401
        case .payloadTooLarge: 413
        case .rateLimited: 429
        case .unavailable: 503
        case .loop: 508
        }
    }

    /// For the log: more than the sender is told.
    package var detail: String {
        switch self {
        case .unknownSource: "no such workspace or source"
        case .sourceDisabled: "the source is disabled"
        case .missingKey: "no key was given"
        case .malformedKey: "the key does not have the form of one"
        case .invalidKey: "the key is not known"
        case .invalidSignature(let code, let detail), .invalidTimestamp(let code, let detail): "\(code): \(detail)"
        case .missingIdempotencyKey: "the scheme demands an idempotency key"
        case .invalidPayload(let error): "\(error)"
        case .invalidParameter(_, let detail): detail
        case .payloadTooLarge(let limit): "the body is larger than \(limit) bytes"
        case .rateLimited: "more requests than the source's rate allows"
        case .unavailable(_, let detail): detail
        case .loop: "one event caused the other more than \(Event.depthLimit) times"
        }
    }

    package var retryAfterSeconds: Int? {
        switch self {
        case .rateLimited(let seconds), .unavailable(let seconds, _): seconds
        default: nil
        }
    }
}
