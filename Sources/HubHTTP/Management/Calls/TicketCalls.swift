import HTTPTypes
import Hub
import HubCore
import HubStorage

/// Tickets and what is said on them.
enum TicketCalls {
    static let all = tickets + moves + messages

    private static let tickets = [
        Call(
            .get, "/v1/tickets", "Tickets, newest first", .workspace(.read), .list(of: TicketDocuments.shape),
            query: [
                .optional("status", .choice(of: Ticket.Status.self)),
                .optional("assignee", .text(1...254), "Id or e-mail address of a person, or `none`."),
                .optional("priority", .choice(of: Ticket.Priority.self)), .optional("tag", .text(1...Ticket.tagLimit)),
                .optional("customer", .text(1...128), "Id or reference."),
                .optional("q", .text(0...200), "Words in subject, requester and messages; a star finds beginnings."),
                .optional("since", .moment, "Changed at or after."),
                .optional(
                    "order", .choice(["created", "activity"]),
                    "By creation unless given, or by the last thing that happened to them."),
            ] + Shape.Member.paging, answer: list),
        Call(
            .post, "/v1/tickets", "Open a ticket; 200 instead of 201 when its message had come before",
            .workspace(.publish), .document(TicketDocuments.said, status: 201),
            body: .object(
                [.required("subject", .text(1...Ticket.subjectLimit))] + changing + [
                    .optional("channel", .text(1...Ticket.channelLimit), "`email`, `sms`, …; `api` unless given."),
                    .optional("message", .object(TicketMessageForm.members), "What is said first."),
                ]), answer: create),
        Call(
            .get, "/v1/tickets/{ticket}", "One ticket, by id or number, with its newest messages", .workspace(.read),
            .document(TicketDocuments.story), answer: show),
        Call(
            .patch, "/v1/tickets/{ticket}", "Change a ticket", .workspace(.publish), .document(TicketDocuments.shape),
            body: .object(
                [
                    .optional("subject", .text(1...Ticket.subjectLimit)),
                    .optional("status", .choice(of: Ticket.Status.self)),
                    .optional(
                        "version", .integer, "The one that the change is for; 409 when it is another one by then."),
                ] + changing), answer: change),
        Call(
            .delete, "/v1/tickets/{ticket}", "Delete a ticket with all its messages", .workspace(.admin), .nothing,
            answer: delete),
    ]

    private static let changing: [Shape.Member] = [
        .optional("priority", .choice(of: Ticket.Priority.self)),
        .optional("requester", TicketDocuments.requester, "Replaces who was there."),
        .optional("assignee", .text(1...254).orNull, "Id or e-mail address of a person."),
        .optional("customer", .text(1...128).orNull, "Id or reference."),
        .optional("tags", .list(of: .text(1...Ticket.tagLimit), limit: Ticket.tagCountLimit), "All of them."),
        .optional("fields", .object([], others: .anything), "Merged into what is there; null takes one away."),
    ]

    private static let moves = [
        move("resolve", "Resolve a ticket: it was answered for good", to: .resolved),
        move("reopen", "Open a resolved or closed ticket again", to: .open),
        move("close", "Close a ticket: a further message opens a new one", to: .closed),
        Call(
            .post, "/v1/tickets/{ticket}/assign", "Give a ticket to a person, or to nobody", .workspace(.publish),
            .document(TicketDocuments.shape),
            body: .object([
                .required("person", .text(1...254).orNull, "Id or e-mail address; null takes it back.")
            ]),
            answer: assign),
    ]

    private static func move(_ word: String, _ summary: String, to status: Ticket.Status) -> Call {
        Call(
            .post, "/v1/tickets/{ticket}/\(word)", summary, .workspace(.publish), .document(TicketDocuments.shape)
        ) { call in
            .document(try await change(call, try await named(call).id, [.status(status)]))
        }
    }

    private static let messages = [
        Call(
            .get, "/v1/tickets/{ticket}/messages", "Messages of a ticket, newest first", .workspace(.read),
            .list(of: TicketDocuments.message), query: Shape.Member.paging, answer: listMessages),
        Call(
            .post, "/v1/tickets/{ticket}/messages",
            "Say something on a ticket; 200 instead of 201 when the message had come before", .workspace(.publish),
            .document(TicketDocuments.said, status: 201), body: .object(TicketMessageForm.members), answer: say),
        Call(
            .post, "/v1/tickets/{ticket}/messages/{message}/status",
            "Tell how far an outgoing message came; old news change nothing", .workspace(.publish),
            .document(TicketDocuments.message),
            body: .object([
                .required("status", .choice(["queued", "sent", "delivered", "read", "failed"])),
                .optional("detail", .text(0...1000), "Why it failed."),
            ]), answer: raise),
    ]

    // MARK: Answers

    static func named(_ call: CallContext) async throws -> Ticket {
        try await call.hub.ticket(call.parameter("ticket"), in: try call.workspace)
    }

    private static func list(_ call: CallContext) async throws -> CallAnswer {
        let configuration = try await call.configuration()
        var query = TicketQuery()
        query.status = call.query["status"].text.flatMap(Ticket.Status.init)
        query.priority = call.query["priority"].text.flatMap(Ticket.Priority.init)
        query.tag = call.query["tag"].text
        query.text = call.query["q"].text
        query.since = call.moment(call.query["since"])
        query.order = call.query["order"].text == "activity" ? .activity : .created
        if let name = call.query["assignee"].text {
            query.assignment =
                name == "none" ? .nobody : .person(try person(name, configuration, at: "assignee"))
        }
        query.customer = try await customer(call.query["customer"], call, at: "customer")
        let page = try await call.hub.store.tickets(of: try call.workspace, query, try call.page())
        return .list(page.elements.map { TicketDocuments.document($0.ticket, configuration) }, next: page.next)
    }

    private static func show(_ call: CallContext) async throws -> CallAnswer {
        let ticket = try await named(call)
        let newest = try await call.hub.store.messages(of: ticket.id, in: ticket.workspace, PageRequest(limit: 100))
        return .document(
            TicketDocuments.document(ticket, try await call.configuration()).adding(
                "messages", .array(newest.elements.reversed().map { TicketDocuments.document($0.message) })))
    }

    private static func create(_ call: CallContext) async throws -> CallAnswer {
        let configuration = try await call.configuration()
        let body = call.body
        var new = NewTicket(subject: try body["subject"].string)
        if let channel = body["channel"].text { new.channel = channel }
        for edit in try await edits(call, configuration) {
            switch edit {
            case .priority(let priority): new.priority = priority
            case .requester(let requester): new.requester = requester
            case .assignee(let person): new.assignee = person
            case .customer(let customer): new.customer = customer
            case .tags(let tags): new.tags = tags
            case .fields(let fields): new.fields = fields
            case .subject, .status: break
            }
        }
        if let message = body["message"].present { new.message = try TicketMessageForm.message(message) }
        return document(
            try await call.hub.open(new, in: try call.workspace, by: call.recordActor), configuration)
    }

    private static func change(_ call: CallContext) async throws -> CallAnswer {
        let id = try await named(call).id
        var edits = try await edits(call, try await call.configuration())
        if let subject = call.body["subject"].text { edits.append(.subject(subject)) }
        if let status = call.body["status"].text.flatMap(Ticket.Status.init) { edits.append(.status(status)) }
        return .document(try await change(call, id, edits, ifVersion: call.body["version"].number))
    }

    /// What a body changes besides subject and status.
    private static func edits(
        _ call: CallContext, _ configuration: WorkspaceConfiguration
    ) async throws -> [TicketEdit] {
        let body = call.body
        var edits: [TicketEdit] = []
        if let priority = body["priority"].text.flatMap(Ticket.Priority.init) { edits.append(.priority(priority)) }
        if let requester = body["requester"].present {
            edits.append(
                .requester(
                    .init(
                        name: requester["name"].text, email: requester["email"].text, phone: requester["phone"].text)))
        }
        if body["assignee"].value != nil {
            edits.append(
                .assignee(
                    try body["assignee"].text.map { try person($0, configuration, at: "$.assignee") }))
        }
        if body["customer"].value != nil {
            edits.append(.customer(try await customer(body["customer"], call, at: "$.customer")))
        }
        if body["tags"].exists { edits.append(.tags(body["tags"].list.compactMap(\.text))) }
        if let fields = body["fields"].value?.object { edits.append(.fields(fields)) }
        return edits
    }

    private static func change(
        _ call: CallContext, _ id: ID<Ticket>, _ edits: [TicketEdit], ifVersion version: Int64? = nil
    ) async throws -> JSON {
        let ticket = try await call.hub.change(
            ticket: id, edits, ifVersion: version, in: try call.workspace, by: call.recordActor)
        return TicketDocuments.document(ticket, try await call.configuration())
    }

    private static func assign(_ call: CallContext) async throws -> CallAnswer {
        let id = try await named(call).id
        let configuration = try await call.configuration()
        let assignee = try call.body["person"].text.map { try person($0, configuration, at: "$.person") }
        return .document(try await change(call, id, [.assignee(assignee)]))
    }

    private static func delete(_ call: CallContext) async throws -> CallAnswer {
        try await call.hub.delete(
            ticket: try await named(call).id, in: try call.workspace, by: call.recordActor, auditor: call.actor)
        return .nothing
    }

    // MARK: Messages

    private static func listMessages(_ call: CallContext) async throws -> CallAnswer {
        let ticket = try await named(call)
        let page = try await call.hub.store.messages(of: ticket.id, in: ticket.workspace, try call.page())
        return .list(page.elements.map { TicketDocuments.document($0.message) }, next: page.next)
    }

    private static func say(_ call: CallContext) async throws -> CallAnswer {
        let ticket = try await named(call)
        let outcome = try await call.hub.say(
            try TicketMessageForm.message(call.body), on: ticket.id, in: ticket.workspace, by: call.recordActor)
        return document(outcome, try await call.configuration())
    }

    private static func document(_ outcome: TicketOutcome, _ configuration: WorkspaceConfiguration) -> CallAnswer {
        let document: JSON = [
            "ticket": TicketDocuments.document(outcome.ticket, configuration),
            "message": outcome.message.map(TicketDocuments.document) ?? .null,
            "status": outcome.isRepeated ? "duplicate" : "accepted",
        ]
        return .document(document, status: outcome.isRepeated ? 200 : 201)
    }

    private static func raise(_ call: CallContext) async throws -> CallAnswer {
        let ticket = try await named(call)
        let id: ID<TicketMessage> = try call.id("message", "message")
        let status = call.body["status"].text.flatMap(TicketMessage.Status.init) ?? .queued
        let message = try await call.hub.raise(
            message: id, to: status, detail: call.body["detail"].text, on: ticket.id, in: ticket.workspace)
        return .document(TicketDocuments.document(message))
    }

    // MARK: Who is meant

    private static func person(
        _ name: String, _ configuration: WorkspaceConfiguration, at path: String
    ) throws -> ID<Person> {
        guard let person = configuration.person(matching: name) else {
            throw ManagementError.invalid(detail: "\(path): there is no person \"\(name)\"")
        }
        return person.id
    }

    /// - Returns: nil where none is named.
    static func customer(_ payload: Payload, _ call: CallContext, at path: String) async throws -> ID<Customer>? {
        guard let name = payload.text else { return nil }
        let known = try await call.hub.store.customers(of: try call.workspace)
        guard let found = known.first(where: { $0.reference == name || "\($0.id)" == name }) else {
            throw ManagementError.invalid(detail: "\(path): there is no customer \"\(name)\"")
        }
        return found.id
    }
}

/// A message as a body holds it.
enum TicketMessageForm {
    static let members: [Shape.Member] = [
        .optional("direction", .choice(of: TicketMessage.Direction.self), "`inbound` unless given."),
        .required("text", .text(0...TicketMessage.textLimit), "Markdown or plain; at most 65536 bytes."),
        .optional("channel", .text(1...Ticket.channelLimit), "The ticket's unless given."),
        .optional("from", .text(0...TicketMessage.addressLimit).orNull),
        .optional("to", .text(0...TicketMessage.addressLimit).orNull),
        .optional("subject", .text(0...Ticket.subjectLimit).orNull),
        .optional(
            "attachments", .list(of: TicketDocuments.attachment, limit: TicketMessage.attachmentCountLimit),
            "What came with it; kept by whoever received it."),
        .optional(
            "external_id", .text(1...TicketMessage.externalIDLimit),
            "The provider's own id of it; the same one of a channel is taken once."),
        .optional("ticket_status", .choice(of: Ticket.Status.self), "What the ticket becomes with an outgoing one."),
    ]

    static func message(_ body: Payload) throws -> NewTicketMessage {
        var message = NewTicketMessage(
            body["direction"].text.flatMap(TicketMessage.Direction.init) ?? .inbound, try body["text"].string)
        message.channel = body["channel"].text
        message.from = body["from"].text
        message.to = body["to"].text
        message.subject = body["subject"].text
        message.attachments = body["attachments"].list.compactMap { $0.value.flatMap { TicketMessage.Attachment($0) } }
        message.externalID = body["external_id"].text
        message.then = body["ticket_status"].text.flatMap(Ticket.Status.init)
        return message
    }
}

extension CallContext {
    /// As events of records tell who did it.
    var recordActor: RecordActor {
        caller.person.map { RecordActor($0) }
            ?? RecordActor(kind: .token, id: "\(caller.credential)", name: "API token")
    }
}
