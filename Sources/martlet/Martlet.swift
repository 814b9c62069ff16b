import ArgumentParser
import Foundation
import HubCore

/// The one binary.
struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "A self-hosted webhook hub: receives, understands, brings to people.",
        discussion:
            "Exit codes: 0 done, 1 refused or failed, 2 not understood. Settings come from the environment (docs/settings.md).",
        groupedSubcommands: [
            CommandGroup(name: "Run", subcommands: [ServeCommand.self, InitCommand.self, DoctorCommand.self]),
            CommandGroup(
                name: "Set up",
                subcommands: [
                    WorkspaceCommand.self, PersonCommand.self, BotCommand.self, StreamCommand.self, SourceCommand.self,
                    TokenCommand.self, KeyCommand.self,
                ]),
            CommandGroup(
                name: "Send",
                subcommands: [
                    EndpointCommand.self, EventTypesCommand.self, DeliveriesCommand.self, RecoverCommand.self,
                    ListenCommand.self,
                ]),
            CommandGroup(
                name: "Look",
                subcommands: [
                    RequestsCommand.self, EventsCommand.self, ReplayCommand.self, RenderCommand.self,
                    VerifyCommand.self, SinkCommand.self,
                ]),
            CommandGroup(
                name: "Keep", subcommands: [BackupCommand.self, RestoreCommand.self, VersionCommand.self]),
            CommandGroup(
                name: "Measure", subcommands: [BenchCommand.self, BaselineCommand.self, DeliverBaselineCommand.self]),
        ])
}

@main
enum Main {
    static func main() async {
        // Whatever a command writes is its owner's business only.
        umask(0o077)
        do {
            var command = try Martlet.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            finish(error)
        }
    }

    /// Says what was wrong; a command line that was not understood ends with 2, so that scripts can tell it from a
    /// refusal.
    private static func finish(_ error: any Error) -> Never {
        guard Martlet.exitCode(for: error) == .validationFailure else { Martlet.exit(withError: error) }
        Output.note(Martlet.fullMessage(for: error))
        Martlet.exit(withError: ExitCode(2))
    }
}

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

    @Flag(help: "Print JSON.") var json = false

    func run() {
        Output.line(
            json
                ? JSON.members(["name": "martlet", "version": .string(Version.current)]).text
                : "martlet \(Version.current)")
    }
}

enum Version {
    static let current = "0.1.0"
}
