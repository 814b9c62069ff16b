import HTTPTypes
import Hub
import HubCore
import HubStorage

/// Senders with a key of their own.
enum BotCalls {
    static let all = [
        Call(.get, "/v1/bots", "Bots of the workspace", .workspace(.read), .list(of: shape), answer: list),
        Call(
            .post, "/v1/bots", "Make a bot; its key is shown once", .workspace(.admin), .document(keyed, status: 201),
            body: .object(
                [.required("name", .text(1...60))] + settings + [
                    .optional(
                        "signature_secret", .text(8...256),
                        "When given, requests with the bot's key must be signed with this too.")
                ]), answer: create),
        Call(.get, "/v1/bots/{bot}", "One bot", .workspace(.read), .document(shape), answer: show),
        Call(
            .patch, "/v1/bots/{bot}", "Change a bot", .workspace(.admin), .document(shape),
            body: .object([.optional("name", .text(1...60))] + settings + [.optional("disabled", .boolean)]),
            answer: change),
        Call(
            .post, "/v1/bots/{bot}/key/rotate", "Give a bot a new key; it is shown once", .workspace(.admin),
            .document(keyed), body: .object([.overlap]), answer: rotate),
    ]

    private static let settings: [Shape.Member] = [
        .optional(
            "owner", .text, "Id or e-mail address of the person who hears of its troubles; the caller unless given."),
        .optional("may_create_streams", .boolean, "Whether a message to a stream that does not exist makes it."),
    ]

    private static let members: [Shape.Member] = [
        .required("id", .text), .required("name", .text), .required("email", .text, "Its user name."),
        .required("owner", .text, "Id of a person."), .required("may_create_streams", .boolean),
        .required("signed", .boolean, "Whether its requests must be signed."), .required("disabled", .boolean),
        .required("created_at", .moment),
    ]

    static let shape = Shape.named("Bot", members)
    private static let keyed = Shape.named("BotWithKey", members + [.required("api_key", .text, "Shown only here.")])

    static func document(_ bot: Bot) -> JSON {
        [
            "id": JSON(bot.id), "name": .string(bot.name), "email": .string(bot.email), "owner": JSON(bot.owner),
            "may_create_streams": .bool(bot.mayCreateStreams), "signed": .bool(bot.signatureSecret != nil),
            "disabled": .bool(bot.isDisabled), "created_at": JSON(bot.createdAt),
        ]
    }

    // MARK: Answers

    private static func list(_ call: CallContext) async throws -> CallAnswer {
        .list(try await call.configuration().bots.map(document))
    }

    private static func show(_ call: CallContext) async throws -> CallAnswer {
        .document(document(try await named(call)))
    }

    private static func create(_ call: CallContext) async throws -> CallAnswer {
        let configuration = try await call.configuration()
        guard let owner = try owner(call, configuration) ?? call.caller.person?.id ?? configuration.firstAdmin?.id
        else {
            throw SetupError.invalid(field: "owner", reason: "must be given, for the workspace has no admin")
        }
        let new = NewBot(
            name: try call.body["name"].string, owner: owner, mayCreateStreams: call.body["may_create_streams"].isTrue,
            signatureSecret: call.body["signature_secret"].text.map { Secret($0) })
        let made = try await call.hub.makeBot(new, host: call.publicHost, in: try call.workspace, by: call.actor)
        return .document(document(made.bot).adding("api_key", .string(made.key.reveal())))
    }

    private static func change(_ call: CallContext) async throws -> CallAnswer {
        let owner = try owner(call, try await call.configuration())
        let id = try await named(call).id
        try await call.hub.update(bot: id, in: try call.workspace, by: call.actor) { [body = call.body] bot in
            if let name = body["name"].text { bot.name = name }
            if let owner { bot.owner = owner }
            if let may = body["may_create_streams"].value?.bool { bot.mayCreateStreams = may }
            if let isDisabled = body["disabled"].value?.bool { bot.isDisabled = isDisabled }
        }
        return .document(document(try await named(call)))
    }

    private static func rotate(_ call: CallContext) async throws -> CallAnswer {
        let bot = try await named(call)
        let key = try await call.hub.rotateKey(
            of: bot.id, overlap: call.overlap, in: try call.workspace, by: call.actor)
        return .document(document(bot).adding("api_key", .string(key.reveal())))
    }

    private static func owner(_ call: CallContext, _ configuration: WorkspaceConfiguration) throws -> ID<Person>? {
        guard let name = call.body["owner"].text else { return nil }
        guard let person = configuration.person(matching: name) else {
            throw SetupError.invalid(field: "owner", reason: "is no person of this workspace")
        }
        return person.id
    }

    private static func named(_ call: CallContext) async throws -> Bot {
        let id: ID<Bot> = try call.id("bot", "bot")
        guard let bot = try await call.configuration().bot(id) else { throw ManagementError.notFound(what: "bot") }
        return bot
    }
}
