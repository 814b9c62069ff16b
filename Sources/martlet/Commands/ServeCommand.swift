import ArgumentParser
import Foundation
import Hub
import HubCore
import HubHTTP
import HubStorage
import Logging

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the hub.",
        discussion: "Settings come from the environment (docs/settings.md); the options here win over it.")

    @Option(help: "Where everything lies (MARTLET_DATA_DIR).")
    var dataDir: String?

    @Option(help: "The address to listen at (MARTLET_HOST).")
    var host: String?

    @Option(help: "The port to listen at; 0 for any free one (MARTLET_PORT).")
    var port: Int?

    func run() async throws {
        ProcessLimits.prepare()
        var settings = try Settings()
        if let dataDir { settings.dataDirectory = dataDir }
        if let host { settings.server.host = host }
        if let port { settings.server.port = port }
        let logger = Build.logger(settings.logLevel)
        let hub = try await Build.hub(settings, logger: logger)
        let first = try await hub.store.workspaces().isEmpty ? await hub.setUpFirstWorkspace(settings) : nil
        let server = HubServer(hub: hub, settings: settings.server, logger: logger)
        let publicSettings = settings.server
        try await server.run { port in
            var listening = publicSettings
            listening.port = port
            Greeting(base: listening.publicBase, first: first, now: hub.clock.now()).print()
        }
        await hub.store.close()
    }
}

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Prepare the data directory and print, once, what is needed to begin.")

    @Option(help: "Where everything lies (MARTLET_DATA_DIR).")
    var dataDir: String?

    @Flag(help: "One line of JSON.")
    var json = false

    func run() async throws {
        var settings = try Settings()
        if let dataDir { settings.dataDirectory = dataDir }
        let hub = try await Build.hub(settings, logger: Build.logger(settings.logLevel))
        guard try await hub.store.workspaces().isEmpty else {
            throw ValidationError("\(settings.dataDirectory) is prepared already; its secrets were shown then.")
        }
        let first = try await hub.setUpFirstWorkspace(settings)
        await hub.store.close()
        if json {
            print(first.document(dataDirectory: settings.dataDirectory).text)
        } else {
            Greeting(base: settings.server.publicBase, first: first, now: hub.clock.now()).print()
        }
    }
}

extension Hub {
    func setUpFirstWorkspace(_ settings: Settings) async throws -> FirstSetup {
        try await setUpFirstWorkspace(WorkspaceID(stored: "main"), publicHost: settings.server.publicHost)
    }
}

extension FirstSetup {
    func document(dataDirectory: String) -> JSON {
        [
            "data_dir": .string(dataDirectory), "workspace": .string(workspace.slug),
            "admin_token": .string(adminToken.reveal()),
            "source": [
                "name": .string(source.name), "url_path": .string(source.urlPath),
                "secret": .string(sourceSecret.reveal()),
            ],
            "bot": ["email": .string(bot.email), "api_key": .string(botKey.reveal())],
        ]
    }
}
