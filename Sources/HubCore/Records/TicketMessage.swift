/// Something said on a ticket.
package struct TicketMessage: Sendable, Hashable, Identified {
    package static let idPrefix = "tmsg"

    package enum Direction: String, Sendable, CaseIterable {
        case inbound, outbound
        /// Between colleagues; never leaves the hub.
        case note
    }

    /// How far a message came.
    package enum Status: String, Sendable, CaseIterable {
        /// Of inbound messages and notes, for ever.
        case received
        case queued, sent, failed, delivered, read

        /// What came later in the life of an outgoing message has a higher rank.
        ///
        /// A failure stands above `sent`, since it is told afterwards, and below `delivered`: who has it, has it.
        var rank: Int {
            switch self {
            case .received, .queued: 0
            case .sent: 1
            case .failed: 2
            case .delivered: 3
            case .read: 4
            }
        }
    }

    package struct Attachment: Sendable, Hashable {
        package let name: String
        package let contentType: String
        package let bytes: Int64

        package init(name: String, contentType: String, bytes: Int64) {
            (self.name, self.contentType, self.bytes) = (name, contentType, bytes)
        }
    }

    package let id: ID<TicketMessage>
    package let workspace: WorkspaceID
    package let ticket: ID<Ticket>
    package let direction: Direction
    package let channel: String
    /// The sender's and the receiver's address, as the channel has it.
    package let from: String?
    package let to: String?
    package let subject: String?
    /// Markdown, or plain text.
    package let text: String
    package let attachments: [Attachment]
    package let author: RecordActor
    /// The provider's own id of it: the same one does not come twice.
    package let externalID: String?
    package internal(set) var status: Status
    /// Why it failed.
    package internal(set) var statusDetail: String?
    package let createdAt: Timestamp
    package internal(set) var version: Int64

    /// As it was stored.
    package init(
        stored id: ID<TicketMessage>, workspace: WorkspaceID, ticket: ID<Ticket>, direction: Direction, channel: String,
        from: String?, to: String?, subject: String?, text: String, attachments: [Attachment], author: RecordActor,
        externalID: String?, status: Status, statusDetail: String?, createdAt: Timestamp, version: Int64
    ) {
        self.id = id
        self.workspace = workspace
        self.ticket = ticket
        self.direction = direction
        self.channel = channel
        self.from = from
        self.to = to
        self.subject = subject
        self.text = text
        self.attachments = attachments
        self.author = author
        self.externalID = externalID
        self.status = status
        self.statusDetail = statusDetail
        self.createdAt = createdAt
        self.version = version
    }

    /// In bytes: what a commit should hold of one message.
    package static let textLimit = 64 << 10
    package static let addressLimit = 320
    package static let detailLimit = 300
    package static let externalIDLimit = 255
    package static let attachmentCountLimit = 50

    /// The message after news of its delivery; the same one when the news is old.
    ///
    /// - Parameter detail: why it failed; kept for failures only.
    package func raised(to next: Status, detail: String?) throws(RecordError) -> TicketMessage {
        guard direction == .outbound else { throw .messageIsNotOutbound }
        guard next != .received else {
            throw .invalid(path: "status", problem: "must be queued, sent, delivered, read or failed")
        }
        guard next.rank > status.rank else { return self }
        var message = self
        message.status = next
        message.statusDetail =
            next == .failed
            ? try RecordText.optionalLine(
                detail.map { String($0.prefix(Self.detailLimit)) }, upTo: Self.detailLimit, at: "detail") : nil
        message.version += 1
        return message
    }
}

/// A message as somebody says it.
package struct NewTicketMessage: Sendable, Hashable {
    package var direction: TicketMessage.Direction
    package var text: String
    /// Nil: the ticket's.
    package var channel: String?
    package var from: String?
    package var to: String?
    package var subject: String?
    package var attachments: [TicketMessage.Attachment] = []
    package var externalID: String?
    /// What becomes of the ticket with an outgoing message.
    package var then: Ticket.Status?

    package init(_ direction: TicketMessage.Direction, _ text: String) {
        (self.direction, self.text) = (direction, text)
    }

    /// The message that it becomes on a ticket.
    fileprivate func said(
        on ticket: Ticket, _ id: ID<TicketMessage>, by author: RecordActor, at now: Timestamp
    ) throws(RecordError) -> TicketMessage {
        guard text.contains(where: { !$0.isWhitespace }) || !attachments.isEmpty else {
            throw .invalid(path: "text", problem: "must not be empty")
        }
        guard text.utf8.count <= TicketMessage.textLimit else {
            throw .invalid(path: "text", problem: "must have at most \(TicketMessage.textLimit) bytes")
        }
        guard channel.map({ RecordText.isName($0, limit: Ticket.channelLimit) }) ?? true else {
            throw .invalid(path: "channel", problem: "must be 1 to \(Ticket.channelLimit) of a-z, 0-9, _ and -")
        }
        guard attachments.count <= TicketMessage.attachmentCountLimit else {
            throw .invalid(path: "attachments", problem: "must be at most \(TicketMessage.attachmentCountLimit)")
        }
        if let externalID { try RecordText.check(externalID, 1...TicketMessage.externalIDLimit, at: "external_id") }
        let asker = ticket.requester.email ?? ticket.requester.phone
        let isNote = direction == .note
        let limit = TicketMessage.addressLimit
        return TicketMessage(
            stored: id, workspace: ticket.workspace, ticket: ticket.id, direction: direction,
            channel: channel ?? ticket.channel,
            from: try RecordText.optionalLine(from, upTo: limit, at: "from") ?? (direction == .inbound ? asker : nil),
            to: try RecordText.optionalLine(to, upTo: limit, at: "to") ?? (direction == .outbound ? asker : nil),
            subject: try RecordText.optionalLine(subject, upTo: Ticket.subjectLimit, at: "subject")
                ?? (isNote ? nil : ticket.subject),
            text: text, attachments: attachments, author: author, externalID: externalID,
            status: direction == .outbound ? .queued : .received, statusDetail: nil, createdAt: now, version: 1)
    }
}

/// What becomes of a message for a ticket.
package enum MessageConsequence: Sendable, Hashable {
    case said(TicketMessage, TicketStep)
    /// The ticket is closed: the customer's message opens this new one.
    case opens(NewTicket)
}

extension Ticket {
    /// Says something on the ticket.
    ///
    /// A customer's message makes a pending ticket open, reopens a resolved one, and opens a new one where this one is
    /// closed. What goes out sets the status that it asks for; notes move nothing.
    package func hearing(
        _ new: NewTicketMessage, _ id: ID<TicketMessage>, by author: RecordActor, at now: Timestamp
    ) throws(RecordError) -> MessageConsequence {
        let message = try new.said(on: self, id, by: author, at: now)
        var after = self
        switch new.direction {
        case .inbound where status == .closed:
            var ticket = NewTicket(subject: new.subject ?? subject)
            (ticket.priority, ticket.channel, ticket.requester) = (priority, new.channel ?? channel, requester)
            (ticket.assignee, ticket.customer, ticket.tags) = (assignee, customer, tags)
            (ticket.followUpOf, ticket.message) = (self.id, new)
            return .opens(ticket)
        case .inbound:
            try after.apply(.status(.open), at: now)
        case .outbound:
            guard status != .closed else { throw .ticketIsClosed }
            if let then = new.then { try after.apply(.status(then), at: now) }
        case .note:
            break
        }
        return .said(message, step(to: after, at: now))
    }

    /// The first message of a ticket that was just opened; its version stays.
    package func beginning(
        with new: NewTicketMessage, _ id: ID<TicketMessage>, by author: RecordActor, at now: Timestamp
    ) throws(RecordError) -> TicketMessage {
        try new.said(on: self, id, by: author, at: now)
    }
}
