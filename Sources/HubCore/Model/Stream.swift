/// A place where people read, with topics inside.
package struct Stream: Sendable, Identified {
    package static let idPrefix = "stm"

    package let id: ID<Stream>
    package let workspace: WorkspaceID
    /// Small, counted in the workspace from 1; part of its URL.
    package let number: Int64
    package var name: String
    package var description: String
    package var isArchived: Bool
    package let createdAt: Timestamp

    package init(
        id: ID<Stream>, workspace: WorkspaceID, number: Int64, name: String, description: String = "",
        createdAt: Timestamp
    ) {
        self.id = id
        self.workspace = workspace
        self.number = number
        self.name = name
        self.description = description
        self.createdAt = createdAt
        isArchived = false
    }

    /// What two names must not share: lower case, without white space at the ends.
    package static func foldedName(_ name: String) -> String {
        name.trimmed().lowercased()
    }

    /// In characters.
    package static let nameLimit = 60
}

/// Something people read, in a topic of a stream or directly.
package struct Message: Sendable, Identified {
    package static let idPrefix = "msg"

    package let id: ID<Message>
    /// Its place in the order of commits.
    package let seq: Int64
    package let workspace: WorkspaceID
    package let place: Place
    package let sender: Sender
    package let draft: MessageDraft
    package let event: ID<Event>
    package let createdAt: Timestamp
    /// When the thing it is about was over.
    package let resolvedAt: Timestamp?

    package enum Place: Sendable, Hashable {
        case stream(ID<Stream>)
        /// To one person, from the sender.
        case direct(ID<Person>)
    }

    package enum Sender: Sendable, Hashable {
        case source(ID<Source>)
        case bot(ID<Bot>)
        case person(ID<Person>)
        /// The hub itself: notices.
        case hub
    }

    package init(
        id: ID<Message>, seq: Int64, workspace: WorkspaceID, place: Place, sender: Sender, draft: MessageDraft,
        event: ID<Event>, createdAt: Timestamp, resolvedAt: Timestamp?
    ) {
        self.id = id
        self.seq = seq
        self.workspace = workspace
        self.place = place
        self.sender = sender
        self.draft = draft
        self.event = event
        self.createdAt = createdAt
        self.resolvedAt = resolvedAt
    }
}

/// Who reads: direct messages are not for everyone.
package enum MessageAudience: Sendable, Hashable {
    case all
    case streamsOnly
    /// Streams, and what was said to or by this person.
    case person(ID<Person>)

    package func mayRead(_ message: Message) -> Bool {
        switch (self, message.place) {
        case (.all, _), (_, .stream): true
        case (.streamsOnly, .direct): false
        case (.person(let reader), .direct(let person)): reader == person || message.sender == .person(reader)
        }
    }
}
