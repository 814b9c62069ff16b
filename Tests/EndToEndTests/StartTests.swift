import Foundation
import HubCore
import HubTesting
import Testing

extension EndToEnd {
    /// How the program begins, and what it says where it cannot.
    @Suite struct Starting {
        private static func run(
            _ arguments: [String], _ environment: [String: String] = [:]
        ) async throws -> ChildProcess.Run {
            try await ChildProcess.run(
                HubProcess.executable, arguments,
                environment: ["SWIFT_BACKTRACE": "enable=no"].merging(environment) { $1 })
        }

        @Test func `a first start at a busy port makes nothing, so the next one still shows the token`() async throws {
            try await HubProcess.with { running in
                try await TemporaryFolder.with { folder in
                    let busy = try await Self.run(["serve", "--data-dir", folder, "--port", "\(running.port)"])
                    #expect(busy.status == 1)
                    #expect(busy.output.contains("Something else listens at 127.0.0.1:\(running.port)."))
                    #expect(busy.output.split(separator: "\n").count == 1, "\(busy.output)")
                    let next = try ChildProcess(
                        HubProcess.executable, ["serve", "--data-dir", folder, "--port", "0"],
                        logPath: "\(folder)/log")
                    _ = try await eventually("it greets") {
                        next.log.contains("Sign-in token  mlt_") && next.log.contains("?stream=general") ? true : nil
                    }
                    next.signal(SIGTERM)
                    #expect(try await next.waitForExit() == 0)
                }
            }
        }

        @Test func `a start that finds everything prepared says how to get another token`() async throws {
            try await HubProcess.with { hub in
                let cure = "token create sign-in --scope admin --person admin@martlet.local -w main"
                #expect(hub.log.contains(cure) && !hub.log.contains("mlt_"))
                let again = try await hub.command(["init"])
                #expect(again.status == 1 && again.output.contains(cure) && !again.output.contains("Usage:"))
                let made = try await hub.command(
                    ["token", "create", "sign-in", "--scope", "admin", "--person", "admin@martlet.local", "-w", "main"])
                #expect(made.status == 0, "\(made.output)")
            }
        }

        @Test(
            arguments: [
                (["serve", "--port", "99999"], [:], 2, "--port must be 0 to 65535"),
                (["serve", "--host", "nope.invalid"], [:], 1, "The host \"nope.invalid\" is not known"),
                (["serve", "--host", "192.0.2.1"], [:], 1, "192.0.2.1 is no address of this machine"),
                (["serve"], ["MARTLET_PUBLIC_URL": "foo"], 1, "MARTLET_PUBLIC_URL: must be scheme, host and port"),
                (["serve"], ["MARTLET_PUBLIC_URL": "https://a.example/x"], 1, "MARTLET_PUBLIC_URL: must be"),
                (["serve"], ["MARTLET_MASTER_KEY": "zz"], 1, "MARTLET_MASTER_KEY: the key must be 32 bytes"),
                (["serve"], ["MARTLET_TRUSTED_PROXIES": "foo"], 1, "MARTLET_TRUSTED_PROXIES: \"foo\" is no address"),
                (
                    ["init"], ["MARTLET_DATA_DIR": "/proc/nowhere"], 1,
                    "The data directory /proc/nowhere cannot be written to"
                ),
                (["workspace", "create", "Bad!"], [:], 1, "The id must be 1 to 40"),
            ] as [([String], [String: String], Int32, String)])
        func `what is wrong is one sentence that names the setting`(
            _ arguments: [String], _ environment: [String: String], _ status: Int32, _ sentence: String
        ) async throws {
            try await TemporaryFolder.with { folder in
                let run = try await Self.run(arguments, ["MARTLET_DATA_DIR": folder].merging(environment) { $1 })
                #expect(run.status == status && run.output.contains(sentence), "\(run.status) \(run.output)")
                #expect(status == 2 || run.output.split(separator: "\n").count == 1, "\(run.output)")
            }
        }

        @Test func `a damaged key file and a database that cannot be opened are named by their paths`() async throws {
            try await TemporaryFolder.with { folder in
                try Data().write(to: URL(filePath: "\(folder)/master.key"))
                let key = try await Self.run(["init"], ["MARTLET_DATA_DIR": folder])
                #expect(
                    key.status == 1 && key.output.contains("\(folder)/master.key must hold the master key: 32 bytes"))
            }
            try await TemporaryFolder.with { folder in
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/martlet.db", withIntermediateDirectories: true)
                let run = try await Self.run(["init"], ["MARTLET_DATA_DIR": folder])
                #expect(run.status == 1 && run.output.contains("The database \(folder)/martlet.db cannot be opened"))
            }
        }

        @Test func `what a command refuses ends with 1 and says why, without a usage line`() async throws {
            try await HubProcess.with { hub in
                for (arguments, sentence) in [
                    (["key", "rotate", "--to", "/tmp/x"], "--to is for a key that comes from the environment."),
                    (["replay", "req_nope"], "There is no request \"req_nope\"."),
                    (["person", "disable", "admin@martlet.local"], "Error: The workspace needs an admin."),
                ] {
                    let run = try await hub.command(arguments)
                    #expect(run.status == 1 && run.output.contains(sentence), "\(run.output)")
                    #expect(!run.output.contains("Usage:"), "\(run.output)")
                }
                let source = try await hub.command(["source", "create", "ci", "github", "--stream", "nowhere"])
                #expect(source.status == 0 && source.output.contains("there is no stream \"nowhere\""))
                let sealed = try await hub.command(
                    ["source", "create", "env", "github", "--secret-env", "HOOKS_TEST_NOT_SET"])
                #expect(sealed.status == 0, "\(sealed.output)")
                let doctor = try await hub.command(["doctor"])
                #expect(doctor.output.contains("set the environment variable HOOKS_TEST_NOT_SET for the server"))
            }
        }

        @Test func `listening by the port of another hub says so, and a hang-up leaves no token behind`() async throws {
            try await HubProcess.with { hub in
                try await TemporaryFolder.with { folder in
                    #expect(try await hub.command(["init"], dataDirectory: folder).status == 0)
                    let other = try await hub.command(
                        ["listen", "--forward-to", "http://127.0.0.1:9/"], dataDirectory: folder)
                    #expect(
                        other.status == 1 && other.output.contains("is another hub than that of the data directory"))
                    let listener = try hub.startCommand(
                        ["listen", "--forward-to", "http://127.0.0.1:9/"], logName: "listen")
                    _ = try await eventually("it is connected") { listener.log.contains("Connected.") ? true : nil }
                    listener.signal(SIGHUP)
                    #expect(try await listener.waitForExit() == 0)
                    #expect(try await !hub.command(["token", "list"]).output.contains("martlet listen"))
                }
            }
        }

        @Test func `a payload that cannot be read leaves standard output empty`() async throws {
            try await TemporaryFolder.with { folder in
                try Data("{".utf8).write(to: URL(filePath: "\(folder)/a.json"))
                let shell = try #require(ChildProcess.find("sh"))
                let run = try await ChildProcess.run(
                    shell, ["-c", #""$0" render github "$1" 2>/dev/null"#, HubProcess.executable, "\(folder)/a.json"])
                #expect(run.status == 1 && run.output.isEmpty, "\(run.output)")
            }
        }
    }
}
