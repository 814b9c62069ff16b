import HubCore
import Testing

@Suite struct TicketMessageTests {
    private static let later = RecordSamples.start + .seconds(3600)

    private func hear(
        _ new: NewTicketMessage, on status: Ticket.Status, by author: RecordActor = RecordSamples.asker
    ) throws -> MessageConsequence {
        try RecordSamples.ticket(status).hearing(new, .make(at: Self.later), by: author, at: Self.later)
    }

    private func said(
        _ new: NewTicketMessage, on status: Ticket.Status = .open
    ) throws -> (TicketMessage, TicketStep) {
        guard case .said(let message, let step) = try hear(new, on: status) else {
            throw RecordError.ticketIsClosed
        }
        return (message, step)
    }

    @Test(arguments: [
        (Ticket.Status.open, Ticket.Status.open, [BuiltInEventType]()), (.pending, .open, [.ticketUpdated]),
        (.resolved, .open, [.ticketReopened]),
    ])
    func `a customer's message opens what waits or is resolved`(
        _ before: Ticket.Status, _ after: Ticket.Status, _ told: [BuiltInEventType]
    ) throws {
        let (message, step) = try said(NewTicketMessage(.inbound, "And page 3?"), on: before)
        #expect(step.after.status == after)
        #expect(step.kinds == told)
        #expect(step.after.version == (step.before?.version ?? 0) + 1)
        #expect(message.from == "ada@customer.example" && message.to == nil)
        #expect(message.status == .received)
    }

    @Test func `a customer's message on a closed ticket opens a new one that follows it`() throws {
        let closed = try RecordSamples.ticket(.closed)
        var new = NewTicketMessage(.inbound, "It is missing again")
        new.externalID = "<1@mail>"
        guard
            case .opens(let next) = try closed.hearing(
                new, .make(at: Self.later), by: RecordSamples.asker, at: Self.later)
        else {
            Issue.record("it joined the closed one")
            return
        }
        #expect(next.followUpOf == closed.id)
        #expect(next.message == new)
        #expect(
            next.subject == closed.subject && next.requester == closed.requester && next.customer == closed.customer)
    }

    @Test func `nothing goes out on a closed ticket, and notes always stay`() throws {
        #expect(throws: RecordError.ticketIsClosed) { try hear(NewTicketMessage(.outbound, "Hello"), on: .closed) }
        for status in Ticket.Status.allCases {
            let (note, step) = try said(NewTicketMessage(.note, "He called twice"), on: status)
            #expect(step.after.status == status)
            #expect(step.kinds.isEmpty)
            #expect(note.creation(on: step.after) == nil)
            #expect(note.to == nil && note.subject == nil)
        }
    }

    @Test func `an answer may set the ticket's status`() throws {
        var new = NewTicketMessage(.outbound, "Here it is.")
        new.then = .resolved
        let (message, step) = try said(new)
        #expect(step.kinds == [.ticketResolved])
        #expect(message.to == "ada@customer.example")
        #expect(message.status == .queued)
    }

    // MARK: Delivery

    private static let ranks: [[TicketMessage.Status]] = [[.queued], [.sent], [.failed], [.delivered], [.read]]

    @Test func `news of a delivery only ever raises it, in whatever order they come`() throws {
        let (queued, step) = try said(NewTicketMessage(.outbound, "Hello"))
        for (low, lower) in Self.ranks.enumerated() {
            for (high, higher) in Self.ranks.enumerated() {
                let first = try queued.raised(to: lower[0], detail: nil)
                let second = try first.raised(to: higher[0], detail: "too late")
                #expect(second.status == (high > low ? higher[0] : lower[0]))
                #expect((second != first) == (high > low))
                #expect((second.progress(since: first, on: step.after) == nil) == (high <= low))
            }
        }
    }

    @Test func `every order of the same news ends the same`() throws {
        let (queued, _) = try said(NewTicketMessage(.outbound, "Hello"))
        let news: [TicketMessage.Status] = [.sent, .delivered, .read, .sent, .delivered]
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            var message = queued
            for status in news.shuffled(using: &random) { message = try message.raised(to: status, detail: nil) }
            #expect(message.status == .read)
        }
    }

    @Test func `a failure says why, and a delivery after it takes that back`() throws {
        let (queued, step) = try said(NewTicketMessage(.outbound, "Hello"))
        let failed = try queued.raised(to: .failed, detail: "550 no such\r\nmailbox")
        #expect(failed.statusDetail == "550 no such  mailbox")
        let event = try #require(failed.progress(since: queued, on: step.after))
        #expect(event.data["previous"] == ["status": "queued", "status_detail": nil])
        #expect(try failed.raised(to: .delivered, detail: nil).statusDetail == nil)
        #expect(try failed.raised(to: .sent, detail: nil) == failed)
        #expect(try queued.raised(to: .failed, detail: String(repeating: "x", count: 9999)).statusDetail?.count == 300)
    }

    @Test func `only outgoing messages are delivered`() throws {
        for direction in [TicketMessage.Direction.inbound, .note] {
            let (message, _) = try said(NewTicketMessage(direction, "Hello"))
            #expect(throws: RecordError.messageIsNotOutbound) { try message.raised(to: .read, detail: nil) }
        }
        let (queued, _) = try said(NewTicketMessage(.outbound, "Hello"))
        #expect(throws: RecordError.self) { try queued.raised(to: .received, detail: nil) }
    }

    @Test func `events of messages have the members of their samples`() throws {
        var new = NewTicketMessage(.outbound, "Here it is again, with both pages.")
        new.attachments = [.init(name: "invoice.pdf", contentType: "application/pdf", bytes: 48213)]
        let (message, step) = try said(new)
        let created = try #require(message.creation(on: step.after))
        let raised = try #require(try message.raised(to: .sent, detail: nil).progress(since: message, on: step.after))
        for event in [created, raised] {
            #expect(
                RecordSamples.memberNames(event.data, open: [])
                    == RecordSamples.memberNames(event.type.sample, open: []))
            #expect(event.customer == RecordSamples.customer)
        }
    }

    // MARK: Refusals

    @Test func `what cannot be a message is refused with its path`() throws {
        func path(_ change: (inout NewTicketMessage) -> Void) throws -> String? {
            var new = NewTicketMessage(.outbound, "Hello")
            change(&new)
            do {
                _ = try hear(new, on: .open)
                return nil
            } catch RecordError.invalid(let path, _) {
                return path
            }
        }
        #expect(try path { _ in } == nil)
        #expect(try path { $0.text = " \n" } == "text")
        #expect(try path { $0.text = String(repeating: "x", count: (64 << 10) + 1) } == "text")
        #expect(try path { $0.channel = "a b" } == "channel")
        #expect(try path { $0.from = String(repeating: "x", count: 321) } == "from")
        #expect(try path { $0.to = String(repeating: "x", count: 321) } == "to")
        #expect(try path { $0.subject = String(repeating: "x", count: 201) } == "subject")
        #expect(try path { $0.externalID = "" } == "external_id")
        let attachment = TicketMessage.Attachment(name: "a", contentType: "b", bytes: 1)
        #expect(try path { $0.attachments = Array(repeating: attachment, count: 51) } == "attachments")
        #expect(try path { ($0.text, $0.attachments) = ("", [attachment]) } == nil)
    }

    @Test func `a text with NUL stays as it is`() throws {
        let (message, _) = try said(NewTicketMessage(.inbound, "a\0b"))
        #expect(message.text == "a\0b")
    }
}
