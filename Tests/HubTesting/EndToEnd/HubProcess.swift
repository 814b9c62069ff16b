import Foundation
package import Hub
package import HubCore
package import HubStorage
import HubStorageSQLite
import HubText
import Logging
import Synchronization

/// The built program, serving a data directory of its own.
package final class HubProcess: Sendable {
    package let credentials: HubCredentials
    package let dataDirectory: String
    package let port: Int
    private let folder: String
    private let environment: [String: String]
    private let current: Mutex<ChildProcess?>

    package var base: String { "http://127.0.0.1:\(port)" }
    package var logPath: String { "\(folder)/log" }
    package var log: String { String(decoding: FileManager.default.contents(atPath: logPath) ?? Data(), as: UTF8.self) }
    package var client: HubClient { HubClient(base: base) }

    private init(credentials: HubCredentials, folder: String, port: Int, environment: [String: String]) {
        self.credentials = credentials
        self.folder = folder
        self.port = port
        self.environment = environment
        dataDirectory = "\(folder)/data"
        current = Mutex(nil)
    }

    /// Prepares a data directory, serves it for the time of `work`, and removes it.
    ///
    /// - Parameters:
    ///   - environment: settings beside the data directory and the port.
    ///   - prepare: sets up more than a first run does, before the start.
    package static func with<Value>(
        environment: [String: String] = [:],
        prepare: (_ hub: Hub, _ credentials: HubCredentials) async throws -> Void = { _, _ in },
        _ work: (HubProcess) async throws -> Value
    ) async throws -> Value {
        try await TemporaryFolder.with { folder in
            let credentials = try await initialise("\(folder)/data")
            try await openHub("\(folder)/data") { try await prepare($0, credentials) }
            let hub = HubProcess(
                credentials: credentials, folder: folder, port: try LoopbackSocket.freePort(), environment: environment)
            do {
                try await hub.start()
                let value = try await work(hub)
                try await hub.kill()
                return value
            } catch {
                try await hub.kill()
                throw error
            }
        }
    }

    private static func initialise(_ dataDirectory: String) async throws -> HubCredentials {
        let run = try await ChildProcess.run(
            executable, ["init", "--json"], environment: quiet.merging(["MARTLET_DATA_DIR": dataDirectory]) { $1 })
        guard run.status == 0, let document = try? JSON.parse(run.output) else {
            throw HubFailure("init failed with \(run.status): \(run.output)")
        }
        return try HubCredentials(document)
    }

    /// A crash would else print a backtrace for seconds before the process ends.
    private static let quiet = ["SWIFT_BACKTRACE": "enable=no"]

    /// `martlet`, built beside the bundle of the tests.
    package static let executable: String = {
        var folder = URL(filePath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "")
        let arguments = ProcessInfo.processInfo.arguments.filter { $0.contains(".xctest") }.map { URL(filePath: $0) }
        for start in arguments + [folder] {
            folder = start
            while folder.path != "/" {
                folder.deleteLastPathComponent()
                let candidate = folder.appending(path: "martlet").path
                var isFolder: ObjCBool = false
                if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
                    return candidate
                }
            }
        }
        return "martlet is not built"
    }()

    // MARK: Life

    /// Starts it and waits until it is ready.
    package func start() async throws {
        let child = try launch()
        let client = client
        _ = try await eventually("the hub is ready", within: .seconds(20), every: .milliseconds(5)) {
            if let status = child.exitStatus { throw HubFailure("the hub ended with \(status): \(log)") }
            return try? await client.send("GET", "/readyz").status == 200 ? true : nil
        }
    }

    /// Starts it without waiting for anything.
    @discardableResult package func launch(adding more: [String: String] = [:]) throws -> ChildProcess {
        var settings = Self.quiet.merging(environment) { $1 }.merging(more) { $1 }
        settings["MARTLET_DATA_DIR"] = dataDirectory
        settings["MARTLET_PORT"] = "\(port)"
        let child = try ChildProcess(Self.executable, ["serve"], environment: settings, logPath: logPath)
        current.withLock { $0 = child }
        return child
    }

    package var child: ChildProcess {
        get throws {
            guard let child = current.withLock({ $0 }) else { throw HubFailure("the hub was not started") }
            return child
        }
    }

    /// `SIGKILL`: no chance to write anything.
    package func kill() async throws {
        try await current.withLock({ $0 })?.end()
    }

    /// How far its files may grow from now on; nil: without limit.
    package func limitFiles(to bytes: Int?) async throws {
        guard let prlimit = ChildProcess.find("prlimit") else { throw HubFailure("there is no prlimit") }
        let value = bytes.map { "\($0):" } ?? "unlimited:"
        let run = try await ChildProcess.run(prlimit, ["--pid", "\(try child.pid)", "--fsize=\(value)"])
        guard run.status == 0 else { throw HubFailure(run.output) }
    }

    /// Runs a command of the program on the hub's data directory, or on another one, with the hub's settings.
    package func command(_ arguments: [String], dataDirectory: String? = nil) async throws -> ChildProcess.Run {
        var settings = commandEnvironment
        if let dataDirectory { settings["MARTLET_DATA_DIR"] = dataDirectory }
        return try await ChildProcess.run(Self.executable, arguments, environment: settings)
    }

    /// Starts a command that goes on until it is told to stop; what it prints goes to a file of this name.
    package func startCommand(_ arguments: [String], logName: String) throws -> ChildProcess {
        try ChildProcess(
            Self.executable, arguments, environment: commandEnvironment, logPath: "\(folder)/\(logName)")
    }

    private var commandEnvironment: [String: String] {
        Self.quiet.merging(environment) { $1 }
            .merging(["MARTLET_DATA_DIR": dataDirectory, "MARTLET_PORT": "\(port)"]) { $1 }
    }

    // MARK: What it keeps

    /// Opens the same data directory in this process, as a second node would.
    package static func openHub<Value>(
        _ dataDirectory: String, _ work: (Hub) async throws -> Value
    ) async throws -> Value {
        let key = try String(contentsOfFile: "\(dataDirectory)/master.key", encoding: .utf8)
        let store = try SQLiteStore(path: "\(dataDirectory)/martlet.db")
        let hub = Hub(
            store: store, vault: try await Vault.open(masterKey: try Vault.key(key), store: store), clock: .system,
            text: Hub.TextTools(content: XMLReader.contentReader, templates: MustacheTemplates().renderer),
            outbound: .init(sender: .unused), logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
        do {
            let value = try await work(hub)
            await store.close()
            return value
        } catch {
            await store.close()
            throw error
        }
    }

    package func withStore<Value>(_ work: (any Store) async throws -> Value) async throws -> Value {
        try await Self.openHub(dataDirectory) { try await work($0.store) }
    }

    /// The files below the data directory, and the log, in which `needle` stands.
    package func places(of needle: [UInt8]) -> [String] {
        var paths = [logPath]
        for case let path as String in FileManager.default.enumerator(atPath: dataDirectory) ?? .init() {
            paths.append("\(dataDirectory)/\(path)")
        }
        return paths.filter { path in
            // A folder has no contents.
            FileManager.default.contents(atPath: path)?.range(of: Data(needle)) != nil
        }
    }
}

/// What the first run of a hub prints, once.
package struct HubCredentials: Sendable {
    package let workspace: WorkspaceID
    package let adminToken: String
    package let source: String
    package let sourcePath: String
    package let sourceSecret: String
    package let botEmail: String
    package let botKey: String

    init(_ document: JSON) throws {
        func text(_ value: JSON?) throws -> String {
            guard let text = value?.string else { throw HubFailure("init printed \(document.text)") }
            return text
        }
        workspace = WorkspaceID(stored: try text(document["workspace"]))
        adminToken = try text(document["admin_token"])
        source = try text(document["source"]?["name"])
        sourcePath = try text(document["source"]?["url_path"])
        sourceSecret = try text(document["source"]?["secret"])
        botEmail = try text(document["bot"]?["email"])
        botKey = try text(document["bot"]?["api_key"])
    }
}

package struct HubFailure: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension Clock {
    /// The real time.
    package static let system = Clock(
        now: { Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down))) },
        sleep: { try await Task.sleep(for: $0) })
}
