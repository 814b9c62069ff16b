import Hub
import HubCore
import HubStorage
import HubText

/// One ticket: what was said, and what can be done with it.
struct TicketPage: Sendable {
    static let routes: [Route] = [
        .get("/tickets/:ticket") { try await TicketPage($0).response() },
        .post("/tickets/:ticket", .write) { try await TicketPage($0).change() },
        .post("/tickets/:ticket/status", .write) { try await TicketPage($0).move() },
        .post("/tickets/:ticket/messages", .write) { try await TicketPage($0).say() },
        .post("/tickets/:ticket/fields", .write) { try await TicketPage($0).setField() },
        .post("/tickets/:ticket/delete", .administer) { try await TicketPage($0).delete() },
    ]

    private static let pageSize = 100

    let visit: Visit
    let ticket: Ticket

    private init(_ visit: Visit) async throws {
        self.visit = visit
        ticket = try await visit.hub.ticket(visit.parameters["ticket"] ?? "", in: visit.workspace)
    }

    private var path: String { "/tickets/\(ticket.number)" }
    private var actor: RecordActor { RecordActor(visit.person) }

    // MARK: Looking

    private func response(_ faults: FormFaults = FormFaults()) async throws -> ConsoleResponse {
        let cursor = visit.text("before").flatMap(Int64.init)
        let page = try await visit.store.messages(
            of: ticket.id, in: visit.workspace, PageRequest(.before(cursor), limit: Self.pageSize))
        let fields = ticket.fields.members.map { TicketView.Field(name: $0.key, value: Self.text(of: $0.value)) }
        let isOpen = ticket.status != .closed
        let view = TicketView(
            path: path, number: "#\(ticket.number)", subject: ticket.subject, lede: lede,
            status: PillView(ticket.status), priority: PillView(ticket.priority),
            followUpOf: try await predecessor(), mayWrite: visit.may(.write), isAdmin: visit.isAdmin, moves: moves,
            messages: withDays(page.elements.reversed().map(\.message)), hasMessages: !page.elements.isEmpty,
            older: page.next.map { "\(path)?before=\($0)" }, newest: cursor == nil ? nil : path, mayReply: isOpen,
            replyTo: ticket.requester.email ?? ticket.requester.phone, then: followingStates,
            said: faults.isEmpty ? "" : visit.form["text"] ?? "", faults: faults.beside, facts: try await facts(),
            assignees: visit.assigneeChoices(selected: ticket.assignee),
            priorities: visit.priorityChoices(selected: ticket.priority), tags: ticket.tags.joined(separator: ", "),
            fields: fields, hasFields: !fields.isEmpty)
        return visit.page(view, .tickets, title: "#\(ticket.number) \(ticket.subject)", status: faults.status)
    }

    private var lede: String {
        let who = ticket.requester.title.map { "From \($0)" } ?? "Opened"
        return "\(who) by \(ticket.channel)"
    }

    private func predecessor() async throws -> LinkView? {
        guard let id = ticket.followUpOf, let found = try await visit.store.ticket(id, in: visit.workspace) else {
            return nil
        }
        return LinkView(label: "#\(found.number)", href: "/tickets/\(found.number)")
    }

    private var moves: [TicketView.Move] {
        ticket.status.next.filter { $0 != .pending || ticket.status == .open }.map { next in
            let label =
                switch (ticket.status, next) {
                case (.pending, .open): "Open"
                case (_, .open): "Reopen"
                case (_, .pending): "Set pending"
                case (_, .resolved): "Resolve"
                case (_, .closed): "Close"
                }
            return TicketView.Move(value: next.rawValue, label: label, isPrimary: next == .resolved)
        }
    }

    /// What the ticket may become with an answer.
    private var followingStates: ChoicesView {
        ChoicesView(
            [ChoiceView("", "leave it \(ticket.status.rawValue)")]
                + ticket.status.next.map { next in
                    let label =
                        switch next {
                        case .open: "open it"
                        case .pending: "wait for them"
                        case .resolved: "resolve it"
                        case .closed: "close it"
                        }
                    return ChoiceView(next.rawValue, label)
                })
    }

    private func facts() async throws -> [FactView] {
        var facts: [FactView] = []
        if let name = ticket.requester.name { facts.append(FactView("From", name)) }
        if let email = ticket.requester.email { facts.append(FactView("E-mail", email)) }
        if let phone = ticket.requester.phone { facts.append(FactView("Phone", phone)) }
        if let id = ticket.customer {
            let customer = try await visit.store.customers(of: visit.workspace).first { $0.id == id }
            facts.append(FactView("Customer", customer?.name ?? "\(id)"))
        }
        facts.append(FactView("Channel", ticket.channel))
        if !ticket.tags.isEmpty { facts.append(FactView("Tags", ticket.tags.joined(separator: ", "))) }
        if let assignee = ticket.assignee { facts.append(FactView("Assignee", visit.name(of: assignee))) }
        facts.append(FactView("Opened", visit.time(ticket.createdAt, .full)))
        if let at = ticket.resolvedAt { facts.append(FactView("Resolved", visit.time(at, .full))) }
        if let at = ticket.closedAt { facts.append(FactView("Closed", visit.time(at, .full))) }
        facts.append(FactView("Id", "\(ticket.id)", isCode: true))
        return facts
    }

    private static func text(of value: JSON) -> String {
        value.string ?? String(value.text.prefix(500))
    }

    private func withDays(_ messages: [TicketMessage]) -> [TicketMessageView] {
        var day: Int64?
        return messages.map { message in
            let own = TimeView.dayNumber(message.createdAt)
            defer { day = own }
            return view(message, day: own == day ? nil : TimeView.dayName(message.createdAt, now: visit.now))
        }
    }

    private func view(_ message: TicketMessage, day: String?) -> TicketMessageView {
        let isNote = message.direction == .note
        let address: String? =
            switch message.direction {
            case .note: nil
            case .inbound: message.from
            case .outbound: message.to.map { "to \($0)" }
            }
        let isRepeated = address == message.author.name
        return TicketMessageView(
            anchor: "\(message.id)", day: day,
            tone: isNote ? "warning" : message.direction == .inbound ? "info" : "success", isNote: isNote,
            initials: MessageView.initials(of: message.author.name), sender: message.author.name,
            address: isRepeated ? nil : address, flag: isNote ? PillView("note", .warn) : PillView(message.status),
            at: visit.time(message.createdAt), bodyHTML: SafeHTML(made: Markdown.html(message.text)),
            attachments: message.attachments.map {
                .init(name: $0.name, detail: "\($0.contentType), \(Amount.bytes($0.bytes))")
            }, hasAttachments: !message.attachments.isEmpty, trouble: message.statusDetail.map { "Failed: \($0)" })
    }

    // MARK: Changing

    private func change() async throws -> ConsoleResponse {
        await done("Saved.") { () throws(HelpdeskError) in
            try await edit([
                .assignee(visit.text("assignee").flatMap { ID<Person>($0) }), .priority(visit.priority),
                .tags(visit.tags), .subject(visit.text("subject") ?? ""),
            ])
        }
    }

    private func move() async throws -> ConsoleResponse {
        guard let status = visit.text("status").flatMap(Ticket.Status.init) else { return visit.notFound }
        return await done("The ticket is \(status.rawValue).") { () throws(HelpdeskError) in
            try await edit([.status(status)])
        }
    }

    private func setField() async throws -> ConsoleResponse {
        let name = visit.text("name") ?? ""
        return await done("Saved.") { () throws(HelpdeskError) in
            try await edit([.fields(JSON.Object([(name, JSON(visit.text("value")))]))])
        }
    }

    private func edit(_ edits: [TicketEdit]) async throws(HelpdeskError) {
        // An assignee that nobody changes need not be one who may be given work.
        let changed = edits.filter { $0 != .assignee(ticket.assignee) }
        _ = try await visit.hub.change(ticket: ticket.id, changed, in: visit.workspace, by: actor)
    }

    private func say() async throws -> ConsoleResponse {
        let direction = visit.text("direction").flatMap(TicketMessage.Direction.init) ?? .note
        guard direction != .inbound else { return visit.notFound }
        var new = NewTicketMessage(direction, visit.form["text"] ?? "")
        if direction == .outbound { new.then = visit.text("then").flatMap(Ticket.Status.init) }
        do throws(HelpdeskError) {
            let said = try await visit.hub.say(new, on: ticket.id, in: visit.workspace, by: actor)
            return .redirect(to: path + (said.message.map { "#\($0.id)" } ?? ""))
        } catch {
            return try await response(FormFaults("text", error.problem))
        }
    }

    private func delete() async throws -> ConsoleResponse {
        guard visit.text("confirm") != nil else {
            return visit.done("Tick the box to delete it.", to: path, isBad: true)
        }
        try await visit.hub.delete(ticket: ticket.id, in: visit.workspace, by: actor, auditor: visit.actor)
        return visit.done("Ticket #\(ticket.number) is deleted.", to: "/tickets")
    }

    private func done(
        _ text: String, _ work: () async throws(HelpdeskError) -> Void
    ) async -> ConsoleResponse {
        do throws(HelpdeskError) {
            try await work()
            return visit.done(text, to: path)
        } catch {
            return visit.done(error.shown, to: path, isBad: true)
        }
    }
}
