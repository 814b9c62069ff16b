import Foundation
import Hub
import HubCore
import HubHTTP
import HubStorage
import NIOCore
import NIOPosix

extension DoctorCommand {
    // MARK: The data directory

    private static let spaceWarning: Int64 = 2 << 30
    private static let spaceLimit: Int64 = 200 << 20

    static func directory(_ settings: Settings) -> [Finding] {
        let directory = DataDirectory(path: settings.dataDirectory)
        guard let rights = rights(of: directory.path) else {
            return [Finding(.wrong, "data directory", "\(directory.path) is not there", hint: "run: martlet init")]
        }
        var findings = [
            rights & 0o077 == 0
                ? Finding(.good, "data directory", "\(directory.path), readable by its owner only")
                : Finding(
                    .wrong, "data directory", "others may look into \(directory.path)",
                    hint: "run: chmod 700 \(directory.path)")
        ]
        if settings.masterKey == nil, let rights = self.rights(of: directory.masterKeyPath), rights & 0o077 != 0 {
            findings.append(
                Finding(.wrong, "master key", "others may read it", hint: "run: chmod 600 \(directory.masterKeyPath)"))
        }
        return findings + [space(directory.path), clock(Build.clock.now())]
    }

    private static func rights(of path: String) -> Int? {
        // Nil: it is not there.
        (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int
    }

    private static func space(_ path: String) -> Finding {
        guard let attributes = try? FileManager.default.attributesOfFileSystem(forPath: path),
            let free = (attributes[.systemFreeSize] as? NSNumber)?.int64Value
        else { return Finding(.look, "disk", "its free space cannot be told") }
        let text = "\(free >> 20) MiB free"
        if free < spaceLimit { return Finding(.wrong, "disk", text, hint: "make room, or shorten the retention") }
        return Finding(free < spaceWarning ? .look : .good, "disk", text)
    }

    /// A clock that is wrong by minutes makes every signed timestamp wrong.
    static func clock(_ now: Timestamp) -> Finding {
        // This version was made after 2026-01-01.
        guard now > Timestamp(seconds: 1_767_225_600), now < Timestamp(seconds: 4_102_444_800) else {
            return Finding(.wrong, "clock", "it is \(now), which cannot be", hint: "set the time; run an NTP service")
        }
        return Finding(.good, "clock", now.short)
    }

    // MARK: The network

    static func network(_ settings: Settings) -> [Finding] {
        let server = settings.server
        let base = server.publicBase
        if base.hasPrefix("https://") { return [Finding(.good, "public address", base)] }
        let isLocal = ["http://127.", "http://localhost", "http://[::1]"].contains { base.hasPrefix($0) }
        return [
            isLocal
                ? Finding(
                    .look, "public address", "\(base): only this machine can send",
                    hint: "set MARTLET_PUBLIC_URL to the address that senders use")
                : Finding(
                    .wrong, "public address", "\(base): keys and payloads cross the network in the open",
                    hint: "put a proxy with TLS in front, or set MARTLET_TLS_CERT_FILE and MARTLET_TLS_KEY_FILE")
        ]
    }

    /// Either nobody listens at the port, or our server does.
    static func port(_ host: String, _ port: Int) async -> Finding {
        let group = MultiThreadedEventLoopGroup.singleton
        do {
            let channel = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: host, port: port).get()
            try await channel.close()
            return Finding(.good, "port", "\(host):\(port) is free; no server runs there")
        } catch {
            do {
                let channel = try await ClientBootstrap(group: group).connectTimeout(.seconds(3))
                    .connect(host: host == "0.0.0.0" ? "127.0.0.1" : host, port: port).get()
                try await channel.close()
                return Finding(.good, "port", "something answers at \(host):\(port)")
            } catch {
                return Finding(
                    .wrong, "port", "\(host):\(port) can neither be listened at nor reached",
                    hint: "choose another with MARTLET_HOST and MARTLET_PORT")
            }
        }
    }

    // MARK: The store

    static func store(_ hub: Hub) async throws -> [Finding] {
        var findings = [Finding(.good, "master key", "fits every secret")]
        let inspection = try await hub.store.inspect()
        findings.append(
            inspection.problems.isEmpty
                ? Finding(.good, "database", "whole")
                : Finding(
                    .wrong, "database", inspection.problems.joined(separator: "; "),
                    hint: "stop the server and restore a backup: martlet restore"))
        if !inspection.isDurable {
            findings.append(Finding(.wrong, "durability", "SQLite does not run with synchronous=FULL"))
        }
        return findings
    }

    static func sources(_ hub: Hub) async throws -> [Finding] {
        var findings: [Finding] = []
        for workspace in try await hub.store.workspaces() {
            guard let runtime = try await hub.runtimes.refreshed(workspace.id) else { continue }
            let configuration = runtime.configuration
            if configuration.firstAdmin == nil {
                findings.append(
                    Finding(
                        .wrong, "workspace \(workspace.id)", "has no admin",
                        hint: "run: martlet person invite ADDRESS --role admin -w \(workspace.id)"))
            }
            for source in configuration.sources where !source.isDisabled && source.bot == nil {
                findings += finding(source, runtime.prepared(source, at: hub.clock.now())).map { [$0] } ?? []
            }
        }
        return findings
    }

    private static func finding(_ source: Source, _ prepared: PreparedSource?) -> Finding? {
        let subject = "source \(source.workspace)/\(source.name)"
        guard let prepared else {
            return Finding(.wrong, subject, "its integration \(source.integration) is not known here")
        }
        if let problem = prepared.problem {
            return Finding(.wrong, subject, "refuses everything: \(problem)", hint: cure(for: source))
        }
        guard !prepared.isAuthenticated else { return nil }
        return Finding(.look, subject, "anyone who knows its URL can send", hint: "give it a scheme other than none")
    }

    /// A secret that lies elsewhere has to be put there; only one that the hub keeps can be given to it anew.
    private static func cure(for source: Source) -> String {
        for stored in source.verification.secrets {
            switch stored.secret {
            case .environment(let name):
                return "set the environment variable \(name) for the server; this command sees only its own environment"
            case .file(let path): return "put the secret into \(path), readable by the server's user"
            case .sealed: continue
            }
        }
        return "run: martlet source rotate-secret \(source.name) --secret-file FILE -w \(source.workspace)"
    }
}
