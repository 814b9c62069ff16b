import ArgumentParser
import Hub
import HubCore
import HubHTTP
import HubStorage

struct WorkspaceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workspace", abstract: "Tenants, their secrets and how long they keep things.",
        subcommands: [List.self, Create.self, Set.self, RotateSecret.self, Retain.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List workspaces.")

        @OptionGroup var data: DataOptions
        @Flag(help: "Print JSON instead of a table.") var json = false

        func run() async throws {
            try await data.withHub { hub, settings in
                let workspaces = try await hub.store.workspaces()
                let rows = workspaces.map { workspace in
                    [
                        workspace.id.slug, workspace.name, "\(workspace.retention.bodiesDays) days",
                        "\(workspace.retention.metadataDays) days", workspace.createdAt.short,
                    ]
                }
                Session(hub: hub, settings: settings, workspace: WorkspaceID(stored: ""), printsJSON: json).show(
                    workspaces.map(\.document),
                    Table(columns: ["id", "name", "bodies", "metadata", "created"], rows: rows))
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a workspace; its secret is shown once.")

        @Argument(help: "A slug: a-z, 0-9, _ and -.") var id: String
        @Option(help: "What people call it.") var name = ""
        @OptionGroup var data: DataOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            guard let workspace = WorkspaceID(id) else {
                throw CommandError("The id must be 1 to 40 of a-z, 0-9, _ and -, beginning with a letter or digit.")
            }
            try await data.withHub { hub, settings in
                let secret = try await hub.makeWorkspace(workspace, name: name, by: Session.actor)
                let made = try await hub.configuration(of: workspace).workspace
                Session(hub: hub, settings: settings, workspace: workspace, printsJSON: json).show(
                    made.document.adding(once: "secret", secret),
                    """
                    Made the workspace \(workspace).
                    Its secret (shown once, good at every source of scheme signed): \(secret.reveal())
                    Next: martlet person invite ADDRESS --role admin --workspace \(workspace)
                    """)
            }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Change a workspace's name or where alerts go.")

        @Option(help: "What people call it.") var name: String?
        @Option(
            help: ArgumentHelp(
                "The stream in which the hub tells the admins of trouble: name, number or id.", valueName: "stream"))
        var alertsStream: String?
        @Flag(help: "Tell each admin directly, as is usual.") var noAlertsStream = false
        @OptionGroup var options: WorkspaceOptions

        func validate() throws {
            if alertsStream != nil, noAlertsStream {
                throw ValidationError("Give either --alerts-stream or --no-alerts-stream.")
            }
            if name == nil, alertsStream == nil, !noAlertsStream {
                throw ValidationError("Nothing to set: give --name, --alerts-stream or --no-alerts-stream.")
            }
        }

        func run() async throws {
            try await options.run { session in
                let (hub, id) = (session.hub, session.workspace)
                if let name { try await hub.rename(workspace: id, to: name, by: Session.actor) }
                if alertsStream != nil || noAlertsStream {
                    try await hub.setAlerts(to: alertsStream, of: id, by: Session.actor)
                }
                let configuration = try await session.configuration()
                let stream = configuration.workspace.alertsStream.flatMap(configuration.stream)
                session.show(
                    configuration.workspace.document,
                    "\(configuration.workspace.name): alerts go to \(stream.map { "#\($0.name)" } ?? "each admin").")
            }
        }
    }

    struct RotateSecret: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a new secret for all sources of a workspace.")

        @OptionGroup var overlap: OverlapOption
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let secret = try await session.hub.rotateWorkspaceSecret(
                    session.workspace, overlap: overlap.duration, by: Session.actor)
                session.show(
                    JSON.members(["id": .string(session.workspace.slug)]).adding(once: "secret", secret),
                    "The new secret (shown once): \(secret.reveal())")
            }
        }
    }

    struct Retain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retention", abstract: "Show or set how long a workspace keeps things.")

        @Option(help: "Days that bodies of requests are kept.") var bodiesDays: Int?
        @Option(help: "Days that everything else of requests and events is kept.") var metadataDays: Int?
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                var retention = try await session.configuration().workspace.retention
                if bodiesDays != nil || metadataDays != nil {
                    retention.bodiesDays = bodiesDays ?? retention.bodiesDays
                    retention.metadataDays = metadataDays ?? retention.metadataDays
                    try await session.hub.setRetention(retention, of: session.workspace, by: Session.actor)
                }
                session.show(
                    ["bodies_days": JSON(retention.bodiesDays), "metadata_days": JSON(retention.metadataDays)],
                    "Bodies are kept \(retention.bodiesDays) days, metadata \(retention.metadataDays) days.")
            }
        }
    }
}
