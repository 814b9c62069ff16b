import ArgumentParser
import Hub
import HubCore
import HubHTTP
import HubStorage

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Tokens of the management API.",
        subcommands: [List.self, Create.self, Revoke.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the tokens that are good now.")

        @Flag(help: "Those that are good for the whole instance.") var instance = false
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await TokenCommand.run(options, instance) { session, workspace in
                let tokens = try await tokens(session, workspace)
                let rows = tokens.map { token in
                    [
                        "\(token.id)", token.label, token.scopes.map(\.rawValue).sorted().joined(separator: " "),
                        token.expiresAt?.short ?? "never", token.createdAt.short,
                    ]
                }
                session.show(
                    tokens.map(\.document), Table(columns: ["id", "label", "scopes", "expires", "created"], rows: rows))
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a token; it is shown once.")

        @Argument(help: "What it is for.") var label: String
        @Option(name: .customLong("scope"), help: "admin, read, publish or endpoints. Repeatable; read unless given.")
        var scopes: [Credential.Scope] = []
        @Option(help: "Id or e-mail address of whose it is; nobody's unless given.") var person: String?
        @Option(help: "For how many days it is good; for ever unless given.") var days: Int?
        @Flag(help: "Good for the whole instance: each call names a workspace in the header Martlet-Workspace.")
        var instance = false
        @OptionGroup var options: WorkspaceOptions

        func validate() throws {
            if instance, person != nil { throw ValidationError("A token for the whole instance belongs to nobody.") }
            if let days, !(1...3650).contains(days) { throw ValidationError("--days must be 1 to 3650") }
        }

        func run() async throws {
            try await TokenCommand.run(options, instance) { session, workspace in
                var new = NewToken(label: label, scopes: scopes.isEmpty ? [.read] : Set(scopes))
                if let person { new.person = try await session.person(person).id }
                new.lifetime = days.map { .seconds(86400 * $0) }
                let made = try await session.hub.makeToken(new, in: workspace, by: Session.actor)
                session.show(
                    made.credential.document.adding(once: "token", made.secret),
                    "The token (shown once): \(made.secret.reveal())")
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Revoke a token.")

        @Argument(help: "Its id.") var token: String
        @Flag(help: "One that is good for the whole instance.") var instance = false
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await TokenCommand.run(options, instance) { session, workspace in
                guard let id = ID<Credential>(token),
                    try await tokens(session, workspace).contains(where: { $0.id == id })
                else { throw CommandError("There is no token \"\(token)\".") }
                try await session.hub.revoke(id, in: workspace, by: Session.actor)
                session.show(
                    ["id": .string(token), "revoked": true], "Revoked. A running server forgets it within 5 s.")
            }
        }
    }

    /// - Parameter work: its workspace is nil for the whole instance.
    private static func run(
        _ options: WorkspaceOptions, _ isForInstance: Bool, _ work: (Session, WorkspaceID?) async throws -> Void
    ) async throws {
        guard isForInstance else { return try await options.run { try await work($0, $0.workspace) } }
        try await options.data.withHub { hub, settings in
            let session = Session(
                hub: hub, settings: settings, workspace: WorkspaceID(stored: ""), printsJSON: options.json)
            try await work(session, nil)
        }
    }

    private static func tokens(_ session: Session, _ workspace: WorkspaceID?) async throws -> [Credential] {
        try await session.hub.store.credentials(of: workspace, at: session.hub.clock.now()).filter { $0.kind == .token }
    }
}
