import HubCore
import HubStorage

/// Tickets in JSON: what events tell of them, and a little more.
enum TicketDocuments {
    static let requester = Shape.named(
        "TicketRequester",
        [
            .optional("name", .text(0...Ticket.nameLimit).orNull),
            .optional("email", .text(0...Ticket.emailLimit).orNull),
            .optional("phone", .text(0...Ticket.phoneLimit).orNull),
        ])

    private static let assignee = Shape.object([
        .required("id", .text), .required("name", .text.orNull, "Null: the person is gone."),
        .required("email", .text.orNull),
    ])

    static let actor = Shape.named(
        "Actor",
        [
            .required("kind", .choice(of: RecordActor.Kind.self)), .required("id", .text.orNull),
            .required("name", .text),
        ])

    private static let members: [Shape.Member] = [
        .required("id", .text), .required("number", .integer, "Counted in the workspace; never given twice."),
        .required("subject", .text), .required("status", .choice(of: Ticket.Status.self)),
        .required("priority", .choice(of: Ticket.Priority.self)), .required("channel", .text),
        .required("requester", requester), .required("assignee", assignee.orNull),
        .required("customer", .text.orNull), .required("tags", .list(of: .text)),
        .required("fields", .object([], others: .anything), "Your own."), .required("created_at", .moment),
        .required("updated_at", .moment), .required("resolved_at", .moment.orNull),
        .required("closed_at", .moment.orNull),
        .required("follow_up_of", .text.orNull, "The closed ticket on which the customer wrote again."),
        .required("version", .integer, "One more with each change."),
    ]

    static let shape = Shape.named("Ticket", members)
    static let story = Shape.named(
        "TicketStory", members + [.required("messages", .list(of: message), "The newest hundred, oldest first.")])

    static let attachment = Shape.named(
        "Attachment",
        [
            .required("name", .text(1...255)), .required("content_type", .text(1...127)),
            .required("bytes", .integer(0...(1 << 40))),
        ])

    static let message = Shape.named(
        "TicketMessage",
        [
            .required("id", .text), .required("direction", .choice(of: TicketMessage.Direction.self)),
            .required("channel", .text), .required("from", .text.orNull), .required("to", .text.orNull),
            .required("subject", .text.orNull), .required("text", .text),
            .required("attachments", .list(of: attachment)),
            .required("status", .choice(of: TicketMessage.Status.self)),
            .required("status_detail", .text.orNull, "Why it failed."), .required("created_at", .moment),
            .required("ticket_id", .text), .required("author", actor),
            .required("external_id", .text.orNull, "The provider's own id of it."),
        ])

    /// What a message or a new ticket is answered with.
    static let said = Shape.named(
        "TicketAndMessage",
        [
            .required("ticket", shape, "Another one than was asked for when that one is closed."),
            .required("message", message.orNull),
            .required("status", .choice(["accepted", "duplicate"]), "A duplicate had come before."),
        ])

    static func document(_ ticket: Ticket, _ configuration: WorkspaceConfiguration) -> JSON {
        ticket.document(configuration.person).adding("follow_up_of", JSON(ticket.followUpOf))
            .adding("version", JSON(ticket.version))
    }

    static func document(_ message: TicketMessage) -> JSON {
        message.document.adding("ticket_id", JSON(message.ticket)).adding("author", message.author.document)
            .adding("external_id", JSON(message.externalID))
    }
}
