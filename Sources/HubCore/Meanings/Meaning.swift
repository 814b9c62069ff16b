/// What an integration found in a request.
package enum Meaning: Sendable {
    /// Something people should read.
    case message(MessageDraft)
    /// An AI conversation, whole or in part.
    case transcript(TranscriptDraft)
    /// Deliberately nothing, and why: shown in the log.
    case ignored(reason: String)
}

/// One event that a request carried.
package struct Finding: Sendable {
    /// The integration's own name of it, which filters are matched against: `pull_request.opened`.
    package let type: String
    package let meaning: Meaning
    /// The sender's id of this event, where it has one that stays the same over retries.
    package let externalID: String?

    package init(type: String, meaning: Meaning, externalID: String? = nil) {
        (self.type, self.meaning, self.externalID) = (type, meaning, externalID)
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

    /// A reading of exactly one event.
    package init(type: String, _ meaning: Meaning, externalID: String? = nil, reply: Reply? = nil) {
        self.init([Finding(type: type, meaning: meaning, externalID: externalID)], reply: reply)
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
