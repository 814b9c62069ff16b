import Crypto
import Foundation
import HubCore
import HubHTTP

/// A server under load: its process, and how to send it a signed request.
struct BenchServer: Sendable {
    let url: String
    let folder: String
    let pid: Int32
    /// But for the delivery id.
    let headers: [(String, String)]
    let body: String

    var log: String { (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? "" }

    private static let secret = "bench-secret-0123456789"

    // MARK: The servers

    static func withHub<Value>(
        environment: [String: String] = [:], prepare: (_ dataDirectory: String) async throws -> Void = { _ in },
        _ work: (BenchServer) async throws -> Value
    ) async throws -> Value {
        try await inFolder { folder in
            var settings = try Settings.benchmark(dataDirectory: "\(folder)/data")
            settings.server.port = try freePort()
            try await BenchWorkspace.make(settings, secret: secret)
            try await prepare("\(folder)/data")
            var environment = environment
            environment["MARTLET_DATA_DIR"] = settings.dataDirectory
            environment["MARTLET_PORT"] = "\(settings.server.port)"
            environment["MARTLET_LOG_LEVEL"] = "warning"
            return try await running(
                CommandLine.executable, ["serve"], environment: environment, folder: folder,
                url: "http://127.0.0.1:\(settings.server.port)/webhooks/v1/bench/github", work)
        }
    }

    /// What a bare route stores.
    enum BaselineStorage {
        case nothing, twoRows
        /// What the hub would.
        case sameRows
    }

    static func withBaseline<Value>(
        storing storage: BaselineStorage = .nothing, _ work: (BenchServer) async throws -> Value
    ) async throws -> Value {
        try await inFolder { folder in
            let port = try freePort()
            var arguments = ["bench-baseline", "--port", "\(port)", "--secret", secret]
            switch storage {
            case .nothing:
                break
            case .twoRows:
                arguments += ["--two-rows", "\(folder)/two-rows.db"]
            case .sameRows:
                let settings = try Settings.benchmark(dataDirectory: "\(folder)/data")
                try await BenchWorkspace.make(settings, secret: secret)
                arguments += ["--data", settings.dataDirectory]
            }
            return try await running(
                CommandLine.executable, arguments, folder: folder, url: "http://127.0.0.1:\(port)/hook", work)
        }
    }

    static func withAdnanhWebhook<Value>(_ work: (BenchServer) async throws -> Value) async throws -> Value {
        try await inFolder { folder in
            let port = try freePort()
            let hooks: JSON = [
                [
                    "id": "github", "execute-command": "/bin/true",
                    "trigger-rule": [
                        "match": [
                            "type": "payload-hmac-sha256", "secret": .string(secret),
                            "parameter": ["source": "header", "name": "X-Hub-Signature-256"],
                        ]
                    ],
                ]
            ]
            try hooks.text.write(toFile: "\(folder)/hooks.json", atomically: true, encoding: .utf8)
            let arguments = ["-hooks", "\(folder)/hooks.json", "-ip", "127.0.0.1", "-port", "\(port)"]
            return try await running(
                Tool.path("webhook") ?? "webhook", arguments, folder: folder,
                url: "http://127.0.0.1:\(port)/hooks/github", work)
        }
    }

    // MARK: Processes

    private static func inFolder<Value>(_ work: (String) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-bench-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // A leftover in the temporary folder does no harm.
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await work(folder)
    }

    private static func running<Value>(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], folder: String, url: String,
        _ work: (BenchServer) async throws -> Value
    ) async throws -> Value {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        _ = FileManager.default.createFile(atPath: "\(folder)/log", contents: nil)
        let log = try FileHandle(forWritingTo: URL(filePath: "\(folder)/log"))
        process.standardOutput = log
        process.standardError = log
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        let body = githubLikeBody
        let key = SymmetricKey(data: Array(secret.utf8))
        let signature = Hex.encode(HMAC<SHA256>.authenticationCode(for: Array(body.utf8), using: key))
        let server = BenchServer(
            url: url, folder: folder, pid: process.processIdentifier,
            headers: [
                ("Content-Type", "application/json"), ("User-Agent", "GitHub-Hookshot/044aadd"),
                ("X-GitHub-Event", "issues"), ("X-Hub-Signature-256", "sha256=\(signature)"),
            ], body: body)
        try await server.waitUntilListening()
        return try await work(server)
    }

    private func waitUntilListening() async throws {
        guard let port = URL(string: url)?.port else { return }
        for _ in 0..<2000 {
            if Socket.accepts(port: port) { return }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw BenchError("the server did not start:\n\(log)")
    }

    private static func freePort() throws -> Int {
        guard let port = Socket.freePort() else { throw BenchError("no free port") }
        return port
    }

    // MARK: Figures

    struct Probe {
        /// User and system time so far, ended children included.
        let cpuSeconds: Double
        let residentMegabytes: Double
        let peakMegabytes: Double
    }

    func probe() throws -> Probe {
        let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        let ticks = fields[12...15].compactMap { Double($0) }.reduce(0, +)
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        func megabytes(_ name: String) -> Double {
            let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
            return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
        }
        return Probe(
            cpuSeconds: ticks / Double(sysconf(Int32(_SC_CLK_TCK))), residentMegabytes: megabytes("VmRSS:"),
            peakMegabytes: megabytes("VmHWM:"))
    }

    func commits() async throws -> (commits: Double, jobs: Double) {
        let base = url.split(separator: "/").prefix(2).joined(separator: "//")
        let text = try await Tool.output("curl", ["-sS", "--fail", "\(base)/metrics"])
        func value(_ name: String) throws -> Double {
            guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name + " ") }),
                let value = line.split(separator: " ").last.flatMap({ Double($0) })
            else { throw BenchError("no \(name) in the metrics") }
            return value
        }
        return (try value("martlet_commits_total"), try value("martlet_commit_jobs_total"))
    }

    /// An issue event of about 1 KiB.
    private static let githubLikeBody: String = {
        let user: JSON = [
            "login": "octo-reader", "id": 1_234_567, "avatar_url": "https://avatars.example.com/u/1234567?v=4",
            "html_url": "https://github.example.com/octo-reader", "type": "User", "site_admin": false,
        ]
        let document: JSON = [
            "action": "opened",
            "issue": [
                "url": "https://api.github.example.com/repos/octo/reader/issues/73", "number": 73,
                "html_url": "https://github.example.com/octo/reader/issues/73", "state": "open",
                "title": "Spelling error in the README", "user": user, "labels": [["name": "bug", "color": "d73a4a"]],
                "comments": 0, "created_at": "2026-11-01T10:11:12Z", "updated_at": "2026-11-01T10:11:12Z",
                "body": "It looks like you have spelled *commit* with two t's in the third line of the introduction.",
            ],
            "repository": [
                "id": 987_654, "name": "reader", "full_name": "octo/reader", "private": false, "owner": user,
                "html_url": "https://github.example.com/octo/reader", "default_branch": "main",
            ],
            "sender": user,
        ]
        return document.text
    }()
}

extension CommandLine {
    /// The file that this process runs.
    static var executable: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? arguments[0]
    }
}

/// The little of sockets that starting servers needs.
enum Socket {
    static func freePort() -> Int? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        return isBound ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }

    static func accepts(port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = loopback(port: port)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = in_port_t(port).bigEndian
        return address
    }
}
