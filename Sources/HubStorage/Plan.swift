package import HubCore

/// All that one request (or published event, or replay) causes: committed together or not at all.
package struct Plan: Sendable {
    package let workspace: WorkspaceID
    /// The configuration it was made with; a commit under another one is refused as stale.
    package let configurationVersion: Int64
    package let request: Request?
    /// Nil where the body is not to be kept.
    package let body: [UInt8]?
    /// All must be unused; otherwise the first owner's answer is given and nothing else happens.
    package let claims: [IdempotencyClaim]
    package let events: [Event]
    package var effects: [Effect]
    /// What the sender was told, kept for duplicates.
    package let answer: String
    /// What events say that no request holds.
    package var contents: [ID<Event>: EventContent] = [:]

    package init(
        workspace: WorkspaceID, configurationVersion: Int64, request: Request?, body: [UInt8]?,
        claims: [IdempotencyClaim], events: [Event], effects: [Effect], answer: String
    ) {
        self.workspace = workspace
        self.configurationVersion = configurationVersion
        self.request = request
        self.body = body
        self.claims = claims
        self.events = events
        self.effects = effects
        self.answer = answer
    }
}

/// The right to be the only one with a key for a while.
package struct IdempotencyClaim: Sendable, Hashable {
    /// 16 bytes of keyed hash over the source and the key.
    package let key: [UInt8]
    /// 8 bytes of keyed hash over the body, to tell a repetition from another body under the same key.
    package let bodyHash: [UInt8]
    package let expiresAt: Timestamp

    package init(key: [UInt8], bodyHash: [UInt8], expiresAt: Timestamp) {
        (self.key, self.bodyHash, self.expiresAt) = (key, bodyHash, expiresAt)
    }
}

/// Something that follows from an event; declared by natural keys, resolved inside the commit.
package enum Effect: Sendable {
    case post(Post)
    case mergeTranscript(Merge)
    case deliver(NewDelivery)
    /// More deliveries than one commit takes: they are made after it.
    case fanOut(ID<Event>)
    case keep(RecordChange)

    /// A piece of an AI conversation, for the transcript of its source and session.
    package struct Merge: Sendable {
        package let draft: TranscriptDraft
        package let source: ID<Source>
        package let event: ID<Event>
        /// What follows when something changed; called inside the commit, perhaps twice. Nil: nobody asks.
        package let consequences: (@Sendable (TranscriptChange) -> Plan?)?

        package init(
            draft: TranscriptDraft, source: ID<Source>, event: ID<Event>,
            consequences: (@Sendable (TranscriptChange) -> Plan?)? = nil
        ) {
            self.draft = draft
            self.source = source
            self.event = event
            self.consequences = consequences
        }
    }

    /// A message for people.
    package struct Post: Sendable {
        package enum Place: Sendable, Hashable {
            case stream(ID<Stream>)
            /// Made when no stream of the workspace has that name.
            case streamNamed(String)
            case direct(ID<Person>)
        }

        package let id: ID<Message>
        package let place: Place
        package let sender: Message.Sender
        package let draft: MessageDraft
        package let event: ID<Event>
        /// The id of the stream, where this message makes one; nil: any.
        package var newStream: ID<Stream>?

        package init(id: ID<Message>, place: Place, sender: Message.Sender, draft: MessageDraft, event: ID<Event>) {
            self.id = id
            self.place = place
            self.sender = sender
            self.draft = draft
            self.event = event
        }
    }
}

/// What a merge made of a transcript.
package struct TranscriptChange: Sendable {
    /// A transcript without its entries, and how many they are.
    package struct State: Sendable {
        package let transcript: Transcript
        package let entries: Int

        package init(_ transcript: Transcript, entries: Int) {
            (self.transcript, self.entries) = (transcript, entries)
        }
    }

    /// Nil: there was none.
    package let before: State?
    package let after: State
    package let newEntries: Int
    package let changedEntries: Int

    package init(before: State?, after: State, newEntries: Int, changedEntries: Int) {
        (self.before, self.after) = (before, after)
        (self.newEntries, self.changedEntries) = (newEntries, changedEntries)
    }
}

/// What an event says, where it came in no request.
package struct EventContent: Sendable {
    package let body: DeliveryContent
    package let channels: [String]
    /// What filters may look at beside the data; receivers do not get it.
    package let metadata: JSON?

    package init(_ body: DeliveryContent, channels: [String] = [], metadata: JSON? = nil) {
        (self.body, self.channels, self.metadata) = (body, channels, metadata)
    }
}

/// A delivery that an event of the same plan causes.
package struct NewDelivery: Sendable {
    package let id: ID<Delivery>
    package let event: ID<Event>
    package let endpoint: ID<Endpoint>
    package let kind: Delivery.Kind
    package let orderingKey: String?
    /// Set when whoever commits the plan sends it at once; else it is claimed when it is due.
    package var lease: Lease?

    package init(
        id: ID<Delivery>, event: ID<Event>, endpoint: ID<Endpoint>, kind: Delivery.Kind = .event,
        orderingKey: String? = nil, lease: Lease? = nil
    ) {
        self.id = id
        self.event = event
        self.endpoint = endpoint
        self.kind = kind
        self.orderingKey = orderingKey
        self.lease = lease
    }
}

/// The right to make one attempt at a delivery.
package struct Lease: Sendable, Hashable {
    /// The process that holds it.
    package let owner: Int64
    /// Random; an outcome under another token than the stored one is not taken.
    package let token: Int64
    /// When others may take it that whoever held it is gone.
    package let until: Timestamp

    package init(owner: Int64, token: Int64, until: Timestamp) {
        (self.owner, self.token, self.until) = (owner, token, until)
    }
}

/// What became of a plan.
package enum CommitOutcome: Sendable, Equatable {
    /// Durable. The number of each message, in the order of the plan's posts.
    case committed(messageSeqs: [Int64])
    /// A claim was taken; `answer` is what its owner was told.
    case duplicate(answer: String)
    /// Made with another configuration than the current one; plan again.
    case stale
}
