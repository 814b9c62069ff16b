/// What an integration found in a request.
package enum Meaning: Sendable {
    /// Something people should read.
    case message(MessageDraft)
    /// An AI conversation, whole or in part.
    case transcript(TranscriptDraft)
    /// Nothing follows, and that is right: shown in the log.
    case ignored(IgnoreReason)
    /// The event is the vendor's, but what cannot be done without is not there: kept, shown, told to the owner.
    case unreadable(PayloadError)
}

/// Why nothing follows from an event. Closed, so that each door can answer each kind in its own way.
package enum IgnoreReason: Sendable, Hashable {
    /// The source's settings leave it out; names the setting: `exclude_events`, `branches`, …
    case filtered(by: String, event: String)
    /// The vendor has or may have such an event; the integration has no words for it.
    case unsupported(event: String)
    /// Known, understood, and of no use to people; says why in a clause.
    case quiet(String)

    /// Stable: stored with events, returned by the API, used as a metric label. Append, never rename.
    package var code: String {
        switch self {
        case .filtered: "ignored.filtered"
        case .unsupported: "ignored.unsupported"
        case .quiet: "ignored.quiet"
        }
    }
}

extension IgnoreReason: CustomStringConvertible {
    /// For people.
    package var description: String {
        switch self {
        case .filtered(let setting, let event): "\(event) is left out by \(setting)"
        case .unsupported(let event): "the event \(event) is not supported"
        case .quiet(let why): why
        }
    }
}

/// One event that a request carried.
package struct Finding: Sendable {
    /// The integration's own name of it, which filters are matched against: `pull_request.opened`.
    package let type: String
    package let meaning: Meaning
    package let provenance: Provenance

    /// The sender's id of this event, where it has one that stays the same over retries.
    package var externalID: String? { provenance.externalID }

    package init(type: String, meaning: Meaning, provenance: Provenance = Provenance()) {
        (self.type, self.meaning, self.provenance) = (type, meaning, provenance)
    }
}

/// What a sender says about an event beside its content; all of it is the sender's claim.
package struct Provenance: Sendable, Hashable {
    /// The sender's id of the event; the same when it is sent again.
    package var externalID: String?
    /// Whether the id stands in a header, which not every signature covers.
    package var isIDInHeader = false
    package var occurredAt: Timestamp?
    package var actorID: String?
    package var actorEmail: String?
    /// The system that the sender names as the source: `chatgpt`, `billing`, …
    package var origin: String?
    /// The workspace that the sender meant; the URL decides, and a door refuses when the two differ.
    package var workspace: String?

    package init(
        externalID: String? = nil, occurredAt: Timestamp? = nil, actorID: String? = nil, actorEmail: String? = nil,
        origin: String? = nil, workspace: String? = nil
    ) {
        self.externalID = externalID
        self.occurredAt = occurredAt
        self.actorID = actorID
        self.actorEmail = actorEmail
        self.origin = origin
        self.workspace = workspace
    }
}

/// Everything that an integration made of one request.
package struct Reading: Sendable {
    package let findings: [Finding]
    /// What this sender wants as the answer, where the usual one will not do.
    package let reply: Reply?

    package init(_ findings: [Finding], reply: Reply? = nil) {
        (self.findings, self.reply) = (findings, reply)
    }
}

/// An HTTP answer that a sender expects literally.
package struct Reply: Sendable, Hashable {
    package let status: Int
    package let contentType: String
    package let body: String

    package init(status: Int = 200, contentType: String = "text/plain; charset=utf-8", body: String) {
        (self.status, self.contentType, self.body) = (status, contentType, body)
    }
}
