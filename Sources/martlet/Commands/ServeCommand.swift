import ArgumentParser
import Foundation
import Hub
import HubCore
import HubHTTP
import HubStorage
import Logging
import Synchronization

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

    func validate() throws {
        if let port, !(0...65535).contains(port) { throw ValidationError("--port must be 0 to 65535") }
    }

    func run() async throws {
        ProcessLimits.prepare()
        var settings = try Settings()
        if let dataDir { settings.dataDirectory = dataDir }
        if let host { settings.server.host = host }
        if let port { settings.server.port = port }
        let logger = Build.logger(settings.logLevel)
        try ListeningAddress(host: settings.server.host, port: settings.server.port).tryOut()
        let hub = try await Build.hub(settings, logger: logger)
        let start = Start(hub: hub, settings: settings)
        do {
            try await HubServer(hub: hub, settings: settings.server, logger: logger).run { await start.listens(at: $0) }
        } catch {
            await hub.store.close()
            throw error
        }
        await hub.store.close()
        if let error = start.failure { throw error }
    }
}

/// What is done as soon as the server listens.
///
/// Not before: the first workspace's secrets are shown once, and a start that ends at a busy port would have made them
/// for nobody.
private final class Start: Sendable {
    private let hub: Hub
    private let settings: Settings
    private let state = Mutex<(any Error)?>(nil)

    init(hub: Hub, settings: Settings) {
        (self.hub, self.settings) = (hub, settings)
    }

    /// Why the first workspace could not be made; the server has been told to end then.
    var failure: (any Error)? { state.withLock { $0 } }

    func listens(at port: Int) async {
        var listening = settings
        listening.server.port = port
        do {
            let isFirst = try await hub.store.workspaces().isEmpty
            let first = isFirst ? try await hub.setUpFirstWorkspace(listening) : nil
            Greeting(
                base: listening.server.publicBase, first: first,
                cure: first == nil ? try await hub.cure(for: listening.dataDirectory) : nil, now: hub.clock.now()
            ).print()
        } catch {
            state.withLock { $0 = error }
            kill(getpid(), SIGTERM)
        }
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
            let cure = try await hub.cure(for: settings.dataDirectory)
            await hub.store.close()
            let done = "\(settings.dataDirectory) is prepared already; its secrets were shown then."
            throw CommandError(cure.map { "\(done)\n\($0)" } ?? done)
        }
        let first = try await hub.setUpFirstWorkspace(settings)
        await hub.store.close()
        if json {
            print(first.document(dataDirectory: settings.dataDirectory).text)
        } else {
            Greeting(base: settings.server.publicBase, first: first, cure: nil, now: hub.clock.now()).print()
        }
    }
}

extension Hub {
    /// What to do where nobody has the token that the first start showed: as long as no admin has a password, it is the
    /// only way in.
    fileprivate func cure(for dataDirectory: String) async throws -> String? {
        for workspace in try await store.workspaces() {
            let people = try await configuration(of: workspace.id).people
            let admins = people.filter { $0.role == .admin && !$0.isDisabled }
            guard let admin = admins.first, admins.allSatisfy({ $0.passwordHash == nil }) else { continue }
            let folder = dataDirectory.replacing("'", with: #"'\''"#)
            return """
                Is the sign-in token lost? This makes another:
                  martlet token create sign-in --scope admin --person \(admin.email) -w \(workspace.id) \
                      --data-dir '\(folder)'
                """
        }
        return nil
    }

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
