import ArgumentParser
import Hub
import HubCore
import HubHTTP
import HubStorage

struct BotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bot", abstract: "Senders with a key of their own.",
        subcommands: [List.self, Create.self, RotateKey.self, Disable.self, Enable.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List bots.")

        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let configuration = try await session.configuration()
                let rows = configuration.bots.map { bot in
                    let owner = configuration.person(bot.owner)?.email ?? "\(bot.owner)"
                    return ["\(bot.id)", bot.name, bot.email, owner, bot.isDisabled ? "disabled" : "active"]
                }
                session.show(
                    configuration.bots.map(\.document),
                    Table(columns: ["id", "name", "e-mail", "owner", "state"], rows: rows))
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a bot; its key is shown once.")

        @Argument(help: "What people call it.") var name: String
        @Option(help: "Id or e-mail address of the person who hears of its troubles; the first admin unless given.")
        var owner: String?
        @Flag(help: "A message to a stream that does not exist makes it.") var mayCreateStreams = false
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let chosen =
                    if let owner { try await session.person(owner) } else {
                        try await session.configuration().firstAdmin
                    }
                guard let chosen else { throw CommandError("The workspace has no admin; say --owner.") }
                let made = try await session.hub.makeBot(
                    NewBot(name: name, owner: chosen.id, mayCreateStreams: mayCreateStreams),
                    host: session.settings.server.publicHost, in: session.workspace, by: Session.actor)
                session.show(
                    made.bot.document.adding(once: "api_key", made.key),
                    """
                    Made the bot \(made.bot.name) (\(made.bot.email)).
                    Its key (shown once): \(made.key.reveal())
                    URL for GitHub: \(session.publicBase)/api/v1/external/github?api_key=KEY&stream=NAME
                    URL for what posts to Slack: \(session.publicBase)/hooks/slack/KEY
                    """)
            }
        }
    }

    struct RotateKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give a bot a new key; it is shown once.")

        @Argument(help: "Id, name or e-mail address.") var bot: String
        @OptionGroup var overlap: OverlapOption
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let bot = try await session.bot(bot)
                let key = try await session.hub.rotateKey(
                    of: bot.id, overlap: overlap.duration, in: session.workspace, by: Session.actor)
                session.show(
                    bot.document.adding(once: "api_key", key),
                    "The new key of \(bot.name) (shown once): \(key.reveal())")
            }
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Refuse a bot's key.")

        @Argument(help: "Id, name or e-mail address.") var bot: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { try await set(bot, isDisabled: true, $0) }
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a bot's key again.")

        @Argument(help: "Id, name or e-mail address.") var bot: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { try await set(bot, isDisabled: false, $0) }
        }
    }

    private static func set(_ name: String, isDisabled: Bool, _ session: Session) async throws {
        let bot = try await session.bot(name)
        try await session.hub.update(bot: bot.id, in: session.workspace, by: Session.actor) {
            $0.isDisabled = isDisabled
        }
        session.show(
            try await session.bot("\(bot.id)").document, "\(bot.name) is \(isDisabled ? "disabled" : "enabled").")
    }
}
