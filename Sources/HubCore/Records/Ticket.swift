/// A matter that somebody brought up; what was said about it are its ``TicketMessage``s.
package struct Ticket: Sendable, Hashable, Identified {
    package static let idPrefix = "tkt"

    package enum Status: String, Sendable, CaseIterable {
        case open
        /// Waits for the customer.
        case pending
        /// Answered for good; a further message of the customer opens it again.
        case resolved
        /// Over; a further message of the customer opens a new one.
        case closed
    }

    package enum Priority: String, Sendable, CaseIterable {
        case low, normal, high, urgent
    }

    /// Who asks; any of it may be missing.
    package struct Requester: Sendable, Hashable {
        package var name: String?
        package var email: String?
        package var phone: String?

        package init(name: String? = nil, email: String? = nil, phone: String? = nil) {
            (self.name, self.email, self.phone) = (name, email, phone)
        }

        /// What to call them.
        package var title: String? { name ?? email ?? phone }
    }

    package let id: ID<Ticket>
    package let workspace: WorkspaceID
    /// Counted in the workspace from 1; what people say to each other. Never given twice.
    package let number: Int64
    package internal(set) var subject: String
    package internal(set) var status: Status
    package internal(set) var priority: Priority
    /// How it came: `email`, `sms`, `api`, … ; lower-case letters, digits, `_` and `-`.
    package let channel: String
    package internal(set) var requester: Requester
    package internal(set) var assignee: ID<Person>?
    package internal(set) var customer: ID<Customer>?
    /// In the order they were given, each once, lower case.
    package internal(set) var tags: [String]
    /// The workspace's own.
    package internal(set) var fields: JSON.Object
    /// The closed ticket on which the customer wrote again.
    package let followUpOf: ID<Ticket>?
    package let createdAt: Timestamp
    package internal(set) var updatedAt: Timestamp
    package internal(set) var resolvedAt: Timestamp?
    package internal(set) var closedAt: Timestamp?
    /// 1 for a new one, and one more with each change.
    package internal(set) var version: Int64

    /// As it was stored.
    package init(
        stored id: ID<Ticket>, workspace: WorkspaceID, number: Int64, subject: String, status: Status,
        priority: Priority, channel: String, requester: Requester, assignee: ID<Person>?, customer: ID<Customer>?,
        tags: [String], fields: JSON.Object, followUpOf: ID<Ticket>?, createdAt: Timestamp, updatedAt: Timestamp,
        resolvedAt: Timestamp?, closedAt: Timestamp?, version: Int64
    ) {
        self.id = id
        self.workspace = workspace
        self.number = number
        self.subject = subject
        self.status = status
        self.priority = priority
        self.channel = channel
        self.requester = requester
        self.assignee = assignee
        self.customer = customer
        self.tags = tags
        self.fields = fields
        self.followUpOf = followUpOf
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.resolvedAt = resolvedAt
        self.closedAt = closedAt
        self.version = version
    }

    // In characters, unless it says otherwise.
    package static let subjectLimit = 200
    package static let nameLimit = 100
    package static let emailLimit = 254
    package static let phoneLimit = 40
    package static let channelLimit = 40
    package static let tagLimit = 40
    package static let tagCountLimit = 50
    package static let fieldCountLimit = 100
    package static let fieldNameLimit = 64
    package static let fieldBytesLimit = 16 << 10
}

/// A ticket as somebody opens it.
package struct NewTicket: Sendable, Hashable {
    package var subject: String
    package var priority = Ticket.Priority.normal
    package var channel = "api"
    package var requester = Ticket.Requester()
    package var assignee: ID<Person>?
    package var customer: ID<Customer>?
    package var tags: [String] = []
    package var fields = JSON.Object()
    package var followUpOf: ID<Ticket>?
    /// What is said first.
    package var message: NewTicketMessage?

    package init(subject: String) {
        self.subject = subject
    }

    /// The ticket that it becomes, open.
    package func opened(
        _ id: ID<Ticket>, number: Int64, in workspace: WorkspaceID, at now: Timestamp
    ) throws(RecordError) -> Ticket {
        guard RecordText.isName(channel, limit: Ticket.channelLimit) else {
            throw .invalid(path: "channel", problem: "must be 1 to \(Ticket.channelLimit) of a-z, 0-9, _ and -")
        }
        var ticket = Ticket(
            stored: id, workspace: workspace, number: number, subject: subject, status: .open, priority: priority,
            channel: channel, requester: requester, assignee: assignee, customer: customer, tags: [],
            fields: JSON.Object(), followUpOf: followUpOf, createdAt: now, updatedAt: now, resolvedAt: nil,
            closedAt: nil, version: 1)
        for edit in [TicketEdit.subject(subject), .requester(requester), .tags(tags), .fields(fields)] {
            try ticket.apply(edit, at: now)
        }
        return ticket
    }
}
