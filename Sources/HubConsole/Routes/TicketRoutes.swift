import Hub
import HubCore
import HubStorage

/// The list of tickets, and opening one.
enum TicketRoutes {
    static let all: [Route] =
        [
            .get("/tickets", list), .get("/tickets/new", .write, new), .post("/tickets", .write, open),
        ] + TicketPage.routes

    // MARK: The list

    @Sendable private static func list(_ visit: Visit) async throws -> ConsoleResponse {
        let query = try await query(visit)
        let cursor = visit.text("cursor")
        async let counts = visit.store.ticketCounts(of: visit.workspace, query)
        let page = try await visit.store.tickets(
            of: visit.workspace, query, PageRequest(.before(cursor.flatMap(Int64.init))))
        let rows = page.elements.map { row($0.ticket, visit) }
        let view = TicketsView(
            mayWrite: visit.may(.write), tabs: tabs(visit, query, try await counts), text: query.text ?? "",
            tag: query.tag ?? "", status: status(visit),
            selects: [
                SelectView("assignee", "Assignee", assignees(visit), selected: visit.text("assignee")),
                SelectView("priority", "Priority", priorities, selected: visit.text("priority")),
                SelectView("since", "Since", Visit.sinceChoices, selected: visit.text("since")),
            ], isFiltered: ["q", "tag", "assignee", "priority", "since"].contains { visit.text($0) != nil },
            clear: URLQuery.link("/tickets", ["status": status(visit)]), rows: rows, hasRows: !rows.isEmpty,
            pager: PagerView(
                summary: Amount.things(rows.count, "ticket") + (page.next == nil ? "" : " on this page"),
                newest: cursor == nil ? nil : link(visit, status: status(visit)),
                next: page.next.map { link(visit, status: status(visit), cursor: "\($0)") }))
        return visit.page(view, .tickets, title: "Tickets")
    }

    /// What waits for somebody is shown unless something else is asked for.
    private static func status(_ visit: Visit) -> String { visit.text("status") ?? "open" }

    private static func query(_ visit: Visit) async throws -> TicketQuery {
        var query = TicketQuery()
        query.order = .activity
        query.status = Ticket.Status(rawValue: status(visit))
        query.text = visit.text("q")
        query.tag = visit.text("tag")
        query.priority = visit.text("priority").flatMap(Ticket.Priority.init)
        query.since = visit.since(visit.text("since"))
        switch visit.text("assignee") {
        case "me": query.assignment = .person(visit.person.id)
        case "none": query.assignment = .nobody
        case let name?: query.assignment = ID<Person>(name).map { .person($0) }
        case nil: break
        }
        return query
    }

    private static func link(_ visit: Visit, status: String, cursor: String? = nil) -> String {
        URLQuery.link(
            "/tickets",
            [
                "status": status, "q": visit.text("q"), "tag": visit.text("tag"), "assignee": visit.text("assignee"),
                "priority": visit.text("priority"), "since": visit.text("since"), "cursor": cursor,
            ])
    }

    private static func tabs(
        _ visit: Visit, _ query: TicketQuery, _ counts: [Ticket.Status: Int]
    ) -> [TabView] {
        // Words are not counted: the numbers would be those of other tickets than the list shows.
        let count = { (number: Int) in query.text == nil ? Amount.count(number) : nil }
        return Ticket.Status.allCases.map { status in
            TabView(
                label: status.rawValue.capitalizedFirst, href: link(visit, status: status.rawValue),
                count: count(counts[status] ?? 0), isCurrent: query.status == status)
        } + [
            TabView(
                label: "All", href: link(visit, status: "all"), count: count(counts.values.reduce(0, +)),
                isCurrent: query.status == nil)
        ]
    }

    private static func assignees(_ visit: Visit) -> [(String, String)] {
        [("", "Anyone"), ("me", "Me"), ("none", "Nobody")]
            + visit.colleagues.filter { $0.id != visit.person.id }.map { ("\($0.id)", $0.name) }
    }

    private static let priorities =
        [("", "Any priority")]
        + Ticket.Priority.allCases.reversed().map { ($0.rawValue, $0.rawValue.capitalizedFirst) }

    private static func row(_ ticket: Ticket, _ visit: Visit) -> TicketRowView {
        TicketRowView(
            number: "\(ticket.number)", subject: ticket.subject, href: "/tickets/\(ticket.number)",
            requester: ticket.requester.title ?? "", status: PillView(ticket.status),
            priority: PillView(ticket.priority), assignee: ticket.assignee.map { visit.name(of: $0) },
            tags: Array(ticket.tags.prefix(4)), at: visit.time(ticket.updatedAt))
    }

    // MARK: A new one

    @Sendable private static func new(_ visit: Visit) async throws -> ConsoleResponse {
        try await form(visit, FormFaults())
    }

    private static func form(_ visit: Visit, _ faults: FormFaults) async throws -> ConsoleResponse {
        let customers = try await visit.store.customers(of: visit.workspace)
        let direction = visit.text("direction") ?? "inbound"
        let view = NewTicketView(
            fault: faults.above, faults: faults.beside, subject: visit.text("subject") ?? "",
            name: visit.text("name") ?? "",
            email: visit.text("email") ?? "", phone: visit.text("phone") ?? "", tags: visit.text("tags") ?? "",
            text: visit.form["text"] ?? "", priorities: visit.priorityChoices(selected: visit.priority),
            assignees: visit.assigneeChoices(selected: visit.text("assignee").flatMap { ID<Person>($0) }),
            customers: ChoicesView(
                [ChoiceView("", "None")]
                    + customers.map {
                        ChoiceView("\($0.id)", $0.name, isSelected: "\($0.id)" == visit.text("customer"))
                    }), hasCustomers: !customers.isEmpty,
            directions: [
                ChoiceView(
                    "inbound", "They wrote or called", hint: "what they want", isSelected: direction == "inbound"),
                ChoiceView(
                    "outbound", "We write to them", hint: "it goes out", isSelected: direction == "outbound"),
                ChoiceView("note", "A note", hint: "for colleagues alone", isSelected: direction == "note"),
            ])
        return visit.page(view, .tickets, title: "New ticket", status: faults.status)
    }

    @Sendable private static func open(_ visit: Visit) async throws -> ConsoleResponse {
        var new = NewTicket(subject: visit.text("subject") ?? "")
        new.channel = "console"
        new.requester = .init(name: visit.text("name"), email: visit.text("email"), phone: visit.text("phone"))
        new.priority = visit.priority
        new.assignee = visit.text("assignee").flatMap { ID<Person>($0) }
        new.customer = visit.text("customer").flatMap { ID<Customer>($0) }
        new.tags = visit.tags
        if let text = visit.form["text"], text.contains(where: { !$0.isWhitespace }) {
            new.message = NewTicketMessage(
                visit.text("direction").flatMap(TicketMessage.Direction.init) ?? .inbound, text)
        }
        do throws(HelpdeskError) {
            let opened = try await visit.hub.open(new, in: visit.workspace, by: RecordActor(visit.person))
            return .redirect(to: "/tickets/\(opened.ticket.number)")
        } catch {
            guard case .refused = error else { throw error }
            let fields = [
                "requester.name": "name", "requester.email": "email", "requester.phone": "phone",
                "message.text": "text",
            ]
            let known: Set = ["subject", "name", "email", "phone", "tags", "text"]
            return try await form(visit, FormFaults(error, fields: fields, known: known))
        }
    }
}

extension Visit {
    /// Those who may be given work, by name.
    var colleagues: [Person] {
        configuration.people.filter { !$0.isDisabled }.sorted { $0.name.lowercased() < $1.name.lowercased() }
    }

    var priority: Ticket.Priority { text("priority").flatMap(Ticket.Priority.init) ?? .normal }

    /// Of a field in which they stand with commas.
    var tags: [String] {
        (text("tags") ?? "").split(separator: ",").map { $0.trimmed() }.filter { !$0.isEmpty }
    }

    func priorityChoices(selected: Ticket.Priority) -> ChoicesView {
        ChoicesView(
            Ticket.Priority.allCases.reversed().map {
                ChoiceView($0.rawValue, $0.rawValue.capitalizedFirst, isSelected: $0 == selected)
            })
    }

    func assigneeChoices(selected: ID<Person>?) -> ChoicesView {
        var choices = [ChoiceView("", "Nobody", isSelected: selected == nil)]
        choices += colleagues.map { ChoiceView("\($0.id)", $0.name, isSelected: $0.id == selected) }
        if let selected, !colleagues.contains(where: { $0.id == selected }) {
            // Disabled people keep what they have until somebody takes it over.
            choices.append(ChoiceView("\(selected)", "\(name(of: selected)) (disabled)", isSelected: true))
        }
        return ChoicesView(choices)
    }
}

extension PageVisit {
    func note(for error: HelpdeskError) -> ConsoleResponse {
        switch error {
        case .notFound(let what): note("Not found", "There is no such \(what) any more.", status: 404)
        case .refused: note("Not done", error.shown, status: 422)
        case .changed:
            note("Not done", "Somebody else changed it just now. Look again, and try once more.", status: 409)
        case .unavailable: note("Not now", "The store does not answer. Try again in a moment.", status: 503)
        }
    }
}
