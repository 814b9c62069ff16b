import HubCore

extension PillView {
    init(_ status: Ticket.Status) {
        switch status {
        case .open: self.init("open", .info)
        case .pending: self.init("pending", .warn)
        case .resolved: self.init("resolved", .good)
        case .closed: self.init("closed", .mute)
        }
    }

    /// Nil for what needs no word.
    init?(_ priority: Ticket.Priority) {
        switch priority {
        case .urgent: self.init("urgent", .bad)
        case .high: self.init("high", .warn)
        case .normal: return nil
        case .low: self.init("low", .mute)
        }
    }

    /// Nil for what came in.
    init?(_ status: TicketMessage.Status) {
        switch status {
        case .received: return nil
        case .queued: self.init("queued", .mute)
        case .sent: self.init("sent", .info)
        case .delivered: self.init("delivered", .good)
        case .read: self.init("read", .good)
        case .failed: self.init("failed", .bad)
        }
    }
}

/// A part of a page that has an address of its own.
struct TabView: Sendable {
    let label: String
    let href: String
    let count: String?
    let isCurrent: Bool
}

struct TicketRowView: Sendable {
    let number: String
    let subject: String
    let href: String
    let requester: String
    let status: PillView
    let priority: PillView?
    let assignee: String?
    let tags: [String]
    let at: TimeView
}

struct TicketsView: TemplatedView {
    static let template = "tickets"
    let mayWrite: Bool
    let tabs: [TabView]
    let text: String
    let tag: String
    /// Kept with the filters.
    let status: String
    let selects: [SelectView]
    let isFiltered: Bool
    let clear: String
    let rows: [TicketRowView]
    let hasRows: Bool
    let pager: PagerView
}

struct NewTicketView: TemplatedView {
    static let template = "ticket-new"
    let fault: String?
    let faults: [String: String]
    let subject: String
    let name: String
    let email: String
    let phone: String
    let tags: String
    let text: String
    let priorities: ChoicesView
    let assignees: ChoicesView
    let customers: ChoicesView
    let hasCustomers: Bool
    let directions: [ChoiceView]
}

/// Something said on a ticket.
struct TicketMessageView: Sendable {
    struct Attachment: Sendable {
        let name: String
        let detail: String
    }

    let anchor: String
    let day: String?
    let tone: String
    let isNote: Bool
    let initials: String
    let sender: String
    /// From and to, where they say more than the sender does.
    let address: String?
    let flag: PillView?
    let at: TimeView
    let bodyHTML: SafeHTML
    let attachments: [Attachment]
    let hasAttachments: Bool
    /// Why it failed.
    let trouble: String?
}

struct TicketView: TemplatedView {
    static let template = "ticket"

    struct Move: Sendable {
        let value: String
        let label: String
        let isPrimary: Bool
    }

    /// A field of the workspace's own.
    struct Field: Sendable {
        let name: String
        let value: String
    }

    let path: String
    let number: String
    let subject: String
    let lede: String
    let status: PillView
    let priority: PillView?
    let followUpOf: LinkView?
    let mayWrite: Bool
    let isAdmin: Bool
    let moves: [Move]
    let messages: [TicketMessageView]
    let hasMessages: Bool
    let older: String?
    let newest: String?
    /// Nothing goes out on a closed ticket.
    let mayReply: Bool
    let replyTo: String?
    let then: ChoicesView
    /// As it was written, where something was wrong with it.
    let said: String
    let faults: [String: String]
    let facts: [FactView]
    let assignees: ChoicesView
    let priorities: ChoicesView
    let tags: String
    let fields: [Field]
    let hasFields: Bool
}
