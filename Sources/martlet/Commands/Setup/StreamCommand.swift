import ArgumentParser
import Hub
import HubCore
import HubHTTP
import HubStorage

struct StreamCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stream", abstract: "Places where people read.",
        subcommands: [List.self, Create.self, Archive.self, Restore.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List streams.")

        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let streams = try await session.configuration().streams
                let rows = streams.map { stream in
                    [
                        "\(stream.number)", stream.name, stream.description.shortened(to: 50),
                        stream.isArchived ? "archived" : "",
                    ]
                }
                session.show(
                    streams.map(\.document), Table(columns: ["number", "name", "description", "state"], rows: rows))
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a stream.")

        @Argument(help: "What people call it.") var name: String
        @Option(help: "What belongs there.") var description = ""
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let stream = try await session.hub.makeStream(
                    name: name, description: description, in: session.workspace, by: Session.actor)
                session.show(stream.document, "Made the stream \(stream.name), number \(stream.number).")
            }
        }
    }

    struct Archive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a stream take no new messages.")

        @Argument(help: "Number, name or id.") var stream: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { try await set(stream, isArchived: true, $0) }
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let an archived stream take messages again.")

        @Argument(help: "Number, name or id.") var stream: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { try await set(stream, isArchived: false, $0) }
        }
    }

    private static func set(_ name: String, isArchived: Bool, _ session: Session) async throws {
        let stream = try await session.stream(name)
        try await session.hub.setArchived(isArchived, stream: stream.id, in: session.workspace, by: Session.actor)
        session.show(
            try await session.stream("\(stream.id)").document,
            "\(stream.name) is \(isArchived ? "archived" : "open").")
    }
}
