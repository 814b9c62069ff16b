package import HubCore
package import HubStorage

/// Tickets and surveys for tests of stores.
extension TestWorkspace {
    package func ticket(
        _ number: Int64, _ subject: String = "Invoice is missing", at now: Timestamp = start,
        _ change: (inout NewTicket) -> Void = { _ in }
    ) throws -> Ticket {
        var new = NewTicket(subject: subject)
        change(&new)
        return try new.opened(.make(at: now), number: number, in: id, at: now)
    }

    package func said(
        _ text: String, on ticket: Ticket, _ direction: TicketMessage.Direction = .inbound, externalID: String? = nil
    ) throws -> (message: TicketMessage, ticket: Ticket) {
        var new = NewTicketMessage(direction, text)
        new.externalID = externalID
        let author = RecordActor(kind: .customer, id: nil, name: "Ada")
        guard
            case .said(let message, let step) = try ticket.hearing(
                new, .make(at: Self.start), by: author, at: Self.start)
        else { throw RecordError.ticketIsClosed }
        return (message, step.after)
    }

    /// A plan that keeps records and makes one event.
    package func plan(version: Int64, keeping changes: [RecordChange], type: String = "ticket.created") -> Plan {
        let event = Event(
            id: .make(at: Self.start), workspace: id, origin: .internal, source: nil, request: nil, type: type,
            externalID: nil, outcome: .ignored(reason: "nothing subscribes to it"), createdAt: Self.start)
        return Plan(
            workspace: id, configurationVersion: version, request: nil, body: nil, claims: [], events: [event],
            effects: changes.map(Effect.keep), answer: "")
    }

    package func survey(_ name: String = "After support", key: String = "key-1") throws -> Survey {
        let questions = [
            SurveyQuestion(key: "q_score", label: "Recommend?", kind: .nps),
            SurveyQuestion(key: "q_many", label: "Which?", kind: .choices(["Mail", "Phone", "0"])),
            SurveyQuestion(key: "q_one", label: "Which one?", kind: .choice(["Red", "Green"])),
            SurveyQuestion(key: "q_again", label: "Again?", kind: .yesNo),
            SurveyQuestion(key: "q_why", label: "Why?", kind: .text),
        ]
        return try Survey(
            .make(at: Self.start), key: key, in: id, name: name, introduction: "Hello *there*", thanks: "Thanks",
            questions: questions, at: Self.start)
    }
}
