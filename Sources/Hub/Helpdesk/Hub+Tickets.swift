package import HubCore
import HubStorage

/// What became of a message, or of a new ticket.
package struct TicketOutcome: Sendable {
    package let ticket: Ticket
    /// Nil for a ticket that was opened without one.
    package let message: TicketMessage?
    /// Whether the message had come before: then nothing happened again.
    package let isRepeated: Bool
}

extension Hub {
    /// A ticket by its id or number.
    package func ticket(_ name: String, in workspace: WorkspaceID) async throws(HelpdeskError) -> Ticket {
        let found = try await reading { store throws(StoreError) in
            if let id = ID<Ticket>(name) { return try await store.ticket(id, in: workspace) }
            // A number as people write it.
            guard let number = Int64(name.hasPrefix("#") ? String(name.dropFirst()) : name) else { return nil }
            return try await store.ticket(number: number, in: workspace)
        }
        guard let found else { throw .notFound(what: "ticket") }
        return found
    }

    // MARK: Opening

    /// Opens a ticket; a first message that came before leads to the ticket that it opened then.
    package func open(
        _ new: NewTicket, in workspace: WorkspaceID, by actor: RecordActor
    ) async throws(HelpdeskError) -> TicketOutcome {
        if let known = try await known(new.message, channel: new.channel, in: workspace) { return known }
        let configuration = try await snapshot(of: workspace)
        try await check(new.assignee, new.customer, configuration)
        let now = clock.now()
        let id = ID<Ticket>.make(at: now)
        // Before it takes a number: what is refused takes none.
        _ = try ticket(new, id, number: 0, in: workspace, by: actor, at: now)
        let number = try await reading { store throws(StoreError) in
            try await store.takeTicketNumber(of: workspace)
        }
        let (ticket, message) = try ticket(new, id, number: number, in: workspace, by: actor, at: now)
        var events = TicketStep(before: nil, after: ticket, kinds: [.ticketCreated])
            .events(by: actor, configuration.person)
        if let event = message?.creation(on: ticket) { events.append(event) }
        do throws(HelpdeskError) {
            try await commit(
                [.putTicket(ticket)] + (message.map { [.putMessage($0)] } ?? []), telling: events, in: workspace)
        } catch {
            // The same message came in twice at once.
            if case .changed = error, let known = try await known(new.message, channel: new.channel, in: workspace) {
                return known
            }
            throw error
        }
        return TicketOutcome(ticket: ticket, message: message, isRepeated: false)
    }

    private func ticket(
        _ new: NewTicket, _ id: ID<Ticket>, number: Int64, in workspace: WorkspaceID, by actor: RecordActor,
        at now: Timestamp
    ) throws(HelpdeskError) -> (Ticket, TicketMessage?) {
        try allowing { () throws(RecordError) in
            let ticket = try new.opened(id, number: number, in: workspace, at: now)
            let author = Self.author(of: new.message, on: ticket, actor)
            let message: TicketMessage? =
                if let first = new.message {
                    try ticket.beginning(with: first, .make(at: now), by: author, at: now)
                } else {
                    nil
                }
            return (ticket, message)
        }
    }

    /// What came in is the customer's, whoever brought it.
    private static func author(
        of message: NewTicketMessage?, on ticket: Ticket, _ actor: RecordActor
    ) -> RecordActor {
        guard message?.direction == .inbound else { return actor }
        return RecordActor(
            kind: .customer, id: ticket.customer.map { "\($0)" }, name: ticket.requester.title ?? "Customer")
    }

    private func known(
        _ message: NewTicketMessage?, channel: String, in workspace: WorkspaceID
    ) async throws(HelpdeskError) -> TicketOutcome? {
        guard let message, let externalID = message.externalID else { return nil }
        return try await reading { store throws(StoreError) in
            let channel = message.channel ?? channel
            guard let known = try await store.message(externalID: externalID, channel: channel, in: workspace),
                let ticket = try await store.ticket(known.ticket, in: workspace)
            else { return nil }
            return TicketOutcome(ticket: ticket, message: known, isRepeated: true)
        }
    }

    private func check(
        _ assignee: ID<Person>?, _ customer: ID<Customer>?, _ configuration: WorkspaceConfiguration
    ) async throws(HelpdeskError) {
        if let assignee, configuration.person(assignee)?.isDisabled ?? true {
            throw .refused(.invalid(path: "assignee", problem: "there is no such person"))
        }
        guard let customer else { return }
        let known = try await reading { store throws(StoreError) in
            try await store.customers(of: configuration.workspace.id)
        }
        guard known.contains(where: { $0.id == customer }) else {
            throw .refused(.invalid(path: "customer", problem: "there is no such customer"))
        }
    }

    // MARK: Changing

    /// Changes a ticket, all edits or none.
    ///
    /// - Parameter version: the one that the change was made for; nil: whatever it is by then.
    package func change(
        ticket id: ID<Ticket>, _ edits: [TicketEdit], ifVersion version: Int64? = nil, in workspace: WorkspaceID,
        by actor: RecordActor
    ) async throws(HelpdeskError) -> Ticket {
        for edit in edits {
            let configuration = try await snapshot(of: workspace)
            switch edit {
            case .assignee(let person): try await check(person, nil, configuration)
            case .customer(let customer): try await check(nil, customer, configuration)
            default: break
            }
        }
        return try await turns.withTurn(id.uuid) { () throws(HelpdeskError) in
            try await retrying { () throws(HelpdeskError) in
                let ticket = try await current(id, in: workspace)
                if let version, version != ticket.version { throw .changed(what: "ticket") }
                let step = try allowing { () throws(RecordError) in try ticket.applying(edits, at: clock.now()) }
                guard step.isChange else { return ticket }
                let configuration = try await snapshot(of: workspace)
                try await commit(
                    [.putTicket(step.after)], telling: step.events(by: actor, configuration.person), in: workspace)
                return step.after
            }
        }
    }

    private func current(_ id: ID<Ticket>, in workspace: WorkspaceID) async throws(HelpdeskError) -> Ticket {
        let found = try await reading { store throws(StoreError) in try await store.ticket(id, in: workspace) }
        guard let found else { throw .notFound(what: "ticket") }
        return found
    }

    /// Deletes a ticket with all that was said on it.
    ///
    /// - Parameter auditor: as the audit log names who did it.
    package func delete(
        ticket id: ID<Ticket>, in workspace: WorkspaceID, by actor: RecordActor, auditor: String
    ) async throws(HelpdeskError) {
        try await turns.withTurn(id.uuid) { () throws(HelpdeskError) in
            try await retrying { () throws(HelpdeskError) in
                let ticket = try await current(id, in: workspace)
                let configuration = try await snapshot(of: workspace)
                let now = clock.now()
                let entry = audit(now, workspace, auditor, "ticket.delete", "\(id)", "#\(ticket.number)")
                try await commit(
                    [.deleteTicket(id, version: ticket.version, entry)],
                    telling: [ticket.deletion(by: actor, at: now, configuration.person)], in: workspace)
            }
        }
    }

    // MARK: Messages

    /// Says something on a ticket; a customer's message on a closed one opens a new one.
    package func say(
        _ new: NewTicketMessage, on id: ID<Ticket>, in workspace: WorkspaceID, by actor: RecordActor
    ) async throws(HelpdeskError) -> TicketOutcome {
        enum Said: Sendable {
            case here(TicketOutcome)
            case opens(NewTicket)
        }
        let said = try await turns.withTurn(id.uuid) { () throws(HelpdeskError) in
            try await retrying { () throws(HelpdeskError) -> Said in
                let ticket = try await current(id, in: workspace)
                if let known = try await known(new, channel: ticket.channel, in: workspace) { return .here(known) }
                let now = clock.now()
                let author = Self.author(of: new, on: ticket, actor)
                let consequence = try allowing { () throws(RecordError) in
                    try ticket.hearing(new, .make(at: now), by: author, at: now)
                }
                switch consequence {
                case .opens(let next):
                    return .opens(next)
                case .said(let message, let step):
                    let configuration = try await snapshot(of: workspace)
                    var events = step.events(by: author, configuration.person)
                    if let event = message.creation(on: step.after) { events.insert(event, at: 0) }
                    try await commit([.putTicket(step.after), .putMessage(message)], telling: events, in: workspace)
                    return .here(TicketOutcome(ticket: step.after, message: message, isRepeated: false))
                }
            }
        }
        switch said {
        case .here(let outcome):
            return outcome
        case .opens(var next):
            // Who had the old one may be gone.
            if let assignee = next.assignee, try await snapshot(of: workspace).person(assignee)?.isDisabled ?? true {
                next.assignee = nil
            }
            return try await open(
                next, in: workspace, by: Self.author(of: new, on: try await current(id, in: workspace), actor))
        }
    }

    /// Takes news of an outgoing message's way; old news change nothing.
    package func raise(
        message id: ID<TicketMessage>, to status: TicketMessage.Status, detail: String?, on ticket: ID<Ticket>,
        in workspace: WorkspaceID
    ) async throws(HelpdeskError) -> TicketMessage {
        try await turns.withTurn(id.uuid) { () throws(HelpdeskError) in
            try await retrying { () throws(HelpdeskError) in
                let owner = try await current(ticket, in: workspace)
                let found = try await reading { store throws(StoreError) in
                    try await store.message(id, in: workspace)
                }
                guard let message = found, message.ticket == ticket else { throw .notFound(what: "message") }
                let raised = try allowing { () throws(RecordError) in try message.raised(to: status, detail: detail) }
                guard let event = raised.progress(since: message, on: owner) else { return message }
                try await commit([.putMessage(raised)], telling: [event], in: workspace)
                return raised
            }
        }
    }
}
