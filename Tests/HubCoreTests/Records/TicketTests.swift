import HubCore
import Testing

@Suite struct TicketTests {
    private static let later = RecordSamples.start + .seconds(3600)

    /// Every move of a ticket's life, and what is told of it; nil: it is refused.
    private static let moves: [(from: Ticket.Status, to: Ticket.Status, told: [BuiltInEventType]?)] = [
        (.open, .open, []), (.open, .pending, [.ticketUpdated]), (.open, .resolved, [.ticketResolved]),
        (.open, .closed, [.ticketClosed]), (.pending, .open, [.ticketUpdated]), (.pending, .pending, []),
        (.pending, .resolved, [.ticketResolved]), (.pending, .closed, [.ticketClosed]),
        (.resolved, .open, [.ticketReopened]), (.resolved, .pending, nil), (.resolved, .resolved, []),
        (.resolved, .closed, [.ticketClosed]), (.closed, .open, [.ticketReopened]), (.closed, .pending, nil),
        (.closed, .resolved, nil), (.closed, .closed, []),
    ]

    @Test func `every move between two states is allowed and told, or refused`() throws {
        #expect(Self.moves.count == Ticket.Status.allCases.count * Ticket.Status.allCases.count)
        for move in Self.moves {
            let ticket = try RecordSamples.ticket(move.from)
            guard let told = move.told else {
                #expect(throws: RecordError.ticketCannotBecome(move.to, from: move.from)) {
                    try ticket.applying([.status(move.to)], at: Self.later)
                }
                continue
            }
            let step = try ticket.applying([.status(move.to)], at: Self.later)
            #expect(step.kinds == told, "\(move)")
            #expect(step.after.status == move.to)
            #expect(step.isChange == !told.isEmpty)
            #expect(step.after.version == ticket.version + (told.isEmpty ? 0 : 1))
        }
    }

    @Test func `the times of the end come with it and go when the ticket is open again`() throws {
        let resolved = try RecordSamples.ticket().applying([.status(.resolved)], at: Self.later).after
        #expect(resolved.resolvedAt == Self.later && resolved.closedAt == nil)
        let closed = try resolved.applying([.status(.closed)], at: Self.later + .seconds(1)).after
        #expect(closed.resolvedAt == Self.later && closed.closedAt == Self.later + .seconds(1))
        let open = try closed.applying([.status(.open)], at: Self.later + .seconds(2)).after
        #expect(open.resolvedAt == nil && open.closedAt == nil)
    }

    @Test func `an update tells what was there before, of what changed only`() throws {
        let step = try RecordSamples.ticket().applying(
            [.priority(.urgent), .assignee(RecordSamples.person.id)], at: Self.later)
        let event = try #require(step.events(by: RecordSamples.agent, RecordSamples.people).first)
        #expect(event.data["previous"] == ["priority": "normal", "assignee": nil])
        #expect(event.data["ticket"]?["assignee"]?["name"] == "Grace Murray")
        #expect(event.customer == RecordSamples.customer)
    }

    @Test func `an update together with a move makes two events, each with its own part`() throws {
        let step = try RecordSamples.ticket().applying([.priority(.low), .status(.resolved)], at: Self.later)
        let events = step.events(by: RecordSamples.agent, RecordSamples.people)
        #expect(events.map(\.type) == [.ticketUpdated, .ticketResolved])
        #expect(events[0].data["previous"] == ["priority": "normal"])
        #expect(events[1].data["previous"] == ["status": "open", "resolved_at": nil])
        #expect(events[0].data["ticket"] == events[1].data["ticket"])
    }

    @Test func `what changes nothing makes no version and tells nothing`() throws {
        let ticket = try RecordSamples.ticket()
        let step = try ticket.applying(
            [.subject(ticket.subject), .tags(["Billing ", "billing"]), .fields(["x": nil])], at: Self.later)
        #expect(step.after == ticket)
        #expect(step.kinds.isEmpty)
    }

    @Test func `each event has the members of its sample`() throws {
        let (agent, people) = (RecordSamples.agent, RecordSamples.people)
        let open = try RecordSamples.ticket().applying([.assignee(RecordSamples.person.id)], at: Self.later).after
        var events = TicketStep(before: nil, after: open, kinds: [.ticketCreated]).events(by: agent, people)
        let states: [Ticket.Status] = [.pending, .resolved, .open, .closed]
        var ticket = open
        for state in states {
            let step = try ticket.applying([.status(state)], at: Self.later)
            events += step.events(by: agent, people)
            ticket = step.after
        }
        events.append(ticket.deletion(by: agent, at: Self.later, people))
        #expect(
            events.map(\.type) == [
                .ticketCreated, .ticketUpdated, .ticketResolved, .ticketReopened, .ticketClosed, .ticketDeleted,
            ])
        for event in events {
            // Whether somebody has it differs from sample to sample.
            let assignee = ["/ticket/assignee/id", "/ticket/assignee/name", "/ticket/assignee/email"]
            #expect(
                RecordSamples.memberNames(event.data).subtracting(assignee)
                    == RecordSamples.memberNames(event.type.sample).subtracting(assignee), "\(event.type)")
            #expect(Set(assignee).isSubset(of: RecordSamples.memberNames(event.data)))
        }
    }

    @Test func `an assignee who is gone is still named by id`() throws {
        let stranger = ID<Person>.make(at: Self.later)
        let ticket = try RecordSamples.ticket().applying([.assignee(stranger)], at: Self.later).after
        let assignee = ticket.document(RecordSamples.people)["assignee"]
        #expect(assignee == ["id": .string("\(stranger)"), "name": nil, "email": nil])
    }

    // MARK: Refusals

    private static let faults: [(TicketEdit, String)] = [
        (.subject(""), "subject"), (.subject(" \n\0 "), "subject"),
        (.subject(String(repeating: "x", count: 201)), "subject"),
        (.subject(String(repeating: "\u{301}", count: 1 << 20)), "subject"),
        (.requester(.init(email: "nobody")), "requester.email"),
        (.requester(.init(email: "a@b@c")), "requester.email"),
        (.requester(.init(email: "a b@c")), "requester.email"),
        (.requester(.init(name: String(repeating: "x", count: 101))), "requester.name"),
        (.requester(.init(phone: String(repeating: "1", count: 41))), "requester.phone"),
        (.tags((0..<10_000).map { "tag \($0)" }), "tags"),
        (.tags([""]), "tags[0]"), (.tags(["a", "b,c"]), "tags[1]"),
        (.tags([String(repeating: "x", count: 41)]), "tags[0]"),
        (.fields(JSON.Object((0..<101).map { ("f\($0)", 1) })), "fields"),
        (.fields(["": 1]), "fields"), (.fields(["x": .string(String(repeating: "x", count: 16 << 10))]), "fields"),
    ]

    @Test(arguments: faults.indices)
    func `what is too long, too much or malformed is refused with its path`(_ index: Int) throws {
        let (edit, path) = Self.faults[index]
        do {
            _ = try RecordSamples.ticket().applying([edit], at: Self.later)
            Issue.record("taken: \(path)")
        } catch RecordError.invalid(let found, _) {
            #expect(found == path)
        }
    }

    @Test func `a subject is one line, so that it cannot become a mail's header`() throws {
        let ticket = try RecordSamples.ticket().applying([.subject("Hello\r\nBcc: all@example.org\0")], at: Self.later)
        #expect(ticket.after.subject == "Hello  Bcc: all@example.org")
    }

    @Test func `fields are merged, and null takes one away`() throws {
        let one = try RecordSamples.ticket().applying([.fields(["a": 1, "b": ["c": 2]])], at: Self.later).after
        let two = try one.applying([.fields(["a": nil, "d": true])], at: Self.later).after
        #expect(JSON.object(two.fields) == ["b": ["c": 2], "d": true])
    }

    @Test func `a channel is a name`() throws {
        var new = NewTicket(subject: "x")
        new.channel = "E Mail"
        #expect(throws: RecordError.self) {
            try new.opened(.make(at: Self.later), number: 1, in: .init(stored: "a"), at: Self.later)
        }
    }
}
