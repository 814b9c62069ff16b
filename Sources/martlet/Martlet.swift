import ArgumentParser

/// The one binary.
@main
struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "A self-hosted webhook hub: receives, understands, brings to people.",
        subcommands: [
            ServeCommand.self, InitCommand.self, VerifyCommand.self, RenderCommand.self, BenchCommand.self,
            BaselineCommand.self,
            VersionCommand.self,
        ])
}

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

    func run() {
        print("martlet \(Version.current)")
    }
}

enum Version {
    static let current = "0.1.0"
}
