import ArgumentParser
import Egress
import Hub
import HubCore
import HubHTTP
import HubStorage
import Logging

/// Why a command that was understood did not do its work; exit code 1.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Where the hub's things lie.
struct DataOptions: ParsableArguments {
    @Option(help: "Where everything lies (MARTLET_DATA_DIR).")
    var dataDir: String?

    func settings() throws -> Settings {
        var settings = try Settings()
        if let dataDir { settings.dataDirectory = dataDir }
        return settings
    }

    /// Opens the hub, also beside a running server, and closes it afterwards.
    func withHub<Value>(_ work: (Hub, Settings) async throws -> Value) async throws -> Value {
        let settings = try settings()
        guard DataDirectory(path: settings.dataDirectory).hasDatabase else {
            throw CommandError("There is no hub in \(settings.dataDirectory); martlet init makes one.")
        }
        let hub = try await Build.hub(settings, logger: Build.logger(.error))
        do {
            let value = try await work(hub, settings)
            await Self.close(hub)
            return value
        } catch {
            await Self.close(hub)
            throw error
        }
    }
}

extension DataOptions {
    private static func close(_ hub: Hub) async {
        // Some commands send: an endpoint's test.
        await hub.egress.close()
        await hub.store.close()
    }
}

/// Which workspace a command is about, and how it speaks.
struct WorkspaceOptions: ParsableArguments {
    @OptionGroup var data: DataOptions

    @Option(name: .shortAndLong, help: "The workspace; not needed while there is only one.")
    var workspace: String?

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    func run(_ work: (Session) async throws -> Void) async throws {
        try await data.withHub { hub, settings in
            let id = try Self.choose(workspace, among: try await hub.store.workspaces().map(\.id))
            try await work(Session(hub: hub, settings: settings, workspace: id, printsJSON: json))
        }
    }

    static func choose(_ named: String?, among workspaces: [WorkspaceID]) throws -> WorkspaceID {
        if let named {
            guard let found = workspaces.first(where: { $0.slug == named }) else {
                throw CommandError("There is no workspace \"\(named)\".")
            }
            return found
        }
        guard workspaces.count == 1, let only = workspaces.first else {
            let names = workspaces.map(\.slug).joined(separator: ", ")
            throw CommandError("Say which workspace: --workspace with one of \(names).")
        }
        return only
    }
}

/// An open hub, and the workspace that a command is about.
struct Session {
    let hub: Hub
    let settings: Settings
    let workspace: WorkspaceID
    let printsJSON: Bool

    /// How the audit log names who sits at the command line.
    static let actor = "command line"

    var publicBase: String { settings.server.publicBase }

    func configuration() async throws -> WorkspaceConfiguration { try await hub.configuration(of: workspace) }

    /// A list: a table, or one document like the API's.
    func show(_ documents: [JSON], _ table: Table) {
        Output.line(printsJSON ? JSON.members(["data": .array(documents), "next": nil]).text : table.text)
    }

    /// One thing: words, or its document.
    func show(_ document: JSON, _ words: String) {
        Output.line(printsJSON ? document.text : words)
    }

    // MARK: Finding

    func person(_ name: String) async throws -> Person {
        try found(try await configuration().person(matching: name), "person", name)
    }

    func source(_ name: String) async throws -> Source {
        try found(try await configuration().source(matching: name), "source", name)
    }

    func stream(_ name: String) async throws -> HubCore.Stream {
        try found(try await configuration().anyStream(matching: name), "stream", name)
    }

    /// By id, name or e-mail address.
    func bot(_ name: String) async throws -> Bot {
        try found(
            try await configuration().bots.first { "\($0.id)" == name || $0.email == name || $0.name == name }, "bot",
            name)
    }

    /// By id, or by its name where only one has it.
    func endpoint(_ name: String) async throws -> Endpoint {
        let endpoints = try await configuration().endpoints
        let named = endpoints.filter { "\($0.id)" == name || $0.name == name }
        guard named.count <= 1 else {
            throw CommandError("Several endpoints are called \"\(name)\": name it by its id.")
        }
        return try found(named.first, "endpoint", name)
    }

    private func found<Value>(_ value: Value?, _ what: String, _ name: String) throws -> Value {
        guard let value else { throw CommandError("There is no \(what) \"\(name)\" in the workspace \(workspace).") }
        return value
    }
}

extension JSON {
    /// An object literal where the compiler cannot see that it is one.
    static func members(_ document: JSON) -> JSON { document }

    /// The same object with what is shown only once.
    func adding(once name: String, _ secret: Secret<String>) -> JSON {
        guard case .object(var object) = self else { return self }
        object[name] = .string(secret.reveal())
        return .object(object)
    }
}

/// `--overlap 3600`.
struct OverlapOption: ParsableArguments {
    @Option(help: "For how many seconds what is replaced stays good; 0 ends it at once.")
    var overlap: Int = 86400

    var duration: Duration { .seconds(overlap) }

    func validate() throws {
        guard (0...2_592_000).contains(overlap) else { throw ValidationError("--overlap must be 0 to 2592000") }
    }
}

// Their raw values are what people write.
extension Person.Role: ExpressibleByArgument {}
extension Credential.Scope: ExpressibleByArgument {}
extension Event.Origin: ExpressibleByArgument {}
extension DeliveryState: ExpressibleByArgument {}
extension AttemptFailure: ExpressibleByArgument {}
