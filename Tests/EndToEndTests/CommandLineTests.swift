import Foundation
import HubCore
import HubTesting
import Sink
import Testing
import WebhookSignatures

extension EndToEnd {
    /// Outgoing webhooks by the command line, beside a hub that runs and without one.
    @Suite struct CommandLine {
        static let environment = ["MARTLET_EGRESS_ALLOW": "127.0.0.0/8"]

        @Test func `an endpoint made beside a running hub gets what is published beside it`() async throws {
            try await Receiving.with { sink in
                try await HubProcess.with(environment: Self.environment) { hub in
                    let made = try await hub.json(Self.creation(sink, "--header", "X-Key: k"))
                    let secret = try #require(made["secret"]?.string)
                    let published = try await hub.json(["events", "publish", "order.paid", "--data", #"{"n":1.50}"#])
                    #expect(published["status"] == "accepted")
                    let record = try await eventually("it arrives", within: .seconds(5)) { sink.records.first }
                    #expect(record.headers.header("webhook-id") == published["id"]?.string)
                    #expect(record.headers.header("X-Key") == "k")
                    #expect(String(decoding: record.body, as: UTF8.self).hasSuffix(#""data":{"n":1.50}}"#))
                    #expect(try Receiving.isGenuine(record, secret))

                    let raw = try await hub.json([
                        "events", "publish", "order.raw", "--body", "/proc/self/cmdline", "--content-type", "text/x",
                    ])
                    let second = try await eventually("it arrives", within: .seconds(5)) {
                        sink.records.count == 2 ? sink.records[1] : nil
                    }
                    #expect(second.headers.header("webhook-id") == raw["id"]?.string)
                    #expect(second.headers.header("Content-Type") == "text/x")
                    #expect(String(decoding: second.body, as: UTF8.self).contains("events\0publish\0order.raw"))
                }
            }
        }

        @Test func `--json prints what the API answers`() async throws {
            try await Receiving.with { sink in
                try await HubProcess.with(environment: Self.environment) { hub in
                    let endpoint = try await hub.json(Self.creation(sink, "--name", "CRM"))["id"]?.string ?? ""
                    _ = try await hub.json([
                        "event-types", "describe", "order.paid", "--summary", "Paid", "--sample", #"{"n":1}"#,
                    ])
                    let event = try await hub.json(["events", "publish", "order.paid"])["id"]?.string ?? ""
                    let delivery = try await eventually("it is delivered") {
                        try await hub.api("/v1/deliveries?state=succeeded")["data"]?.array?.first?["id"]?.string
                    }
                    for (arguments, path) in [
                        (["endpoint", "list"], "/v1/endpoints"),
                        (["endpoint", "show", "CRM"], "/v1/endpoints/\(endpoint)"),
                        (["deliveries"], "/v1/deliveries"),
                        (["deliveries", "show", delivery], "/v1/deliveries/\(delivery)"),
                        (["event-types"], "/v1/event-types"), (["events", "show", event], "/v1/events/\(event)"),
                    ] {
                        #expect(try await hub.json(arguments) == hub.api(path), "\(path)")
                    }
                    for (arguments, path) in [
                        (["endpoint", "pause", "CRM"], "paused"), (["endpoint", "resume", "CRM"], "active"),
                        (["endpoint", "disable", endpoint], "disabled"), (["endpoint", "enable", endpoint], "active"),
                    ] {
                        let document = try await hub.json(arguments)
                        #expect(document["status"]?.string == path)
                        #expect(try await hub.json(["endpoint", "list"])["data"]?.array == [document])
                    }
                    #expect(try await hub.json(["recover", "--preview"])["state"] == "preview")
                    let story = try await hub.command(["deliveries", "show", delivery])
                    #expect(story.output.contains("1. ") && story.output.contains("✓ delivered, status 200"))
                    #expect(story.output.contains("total "))
                }
            }
        }

        @Test func `a secret is printed once, a given one never, and none for an unsigned endpoint`() async throws {
            try await Receiving.with { sink in
                try await HubProcess.with(environment: Self.environment) { hub in
                    let made = try await hub.command(Self.creation(sink, "--name", "CRM"))
                    let shown = try #require(made.output.firstMatch(of: /Secret  (whsec_\S+)/)).1
                    let listing = try await hub.command(["endpoint", "show", "CRM"])
                    #expect(!listing.output.contains(shown))
                    let given = try await hub.command(Self.creation(sink, "--secret", "given-0123456789"))
                    #expect(given.status == 0 && !given.output.contains("given-0123456789"))
                    let unsigned = try await hub.json(Self.creation(sink, "--unsigned"))
                    #expect(unsigned["secret"] == .null && unsigned["secrets"]?.array == [])
                    let rotated = try await hub.json(["endpoint", "rotate-secret", "CRM", "--overlap", "60"])
                    #expect(rotated["secret"]?.string?.hasPrefix("whsec_") == true)
                    _ = try await hub.json(["events", "publish", "order.paid"])
                    _ = try await eventually("all three get it") { sink.count == 3 ? true : nil }
                    let signatures = sink.records.map { $0.headers.headers("X-Webhook-Signature").count }
                    #expect(signatures.sorted() == [0, 1, 2])
                }
            }
        }

        @Test func `what failed is counted, recovered, retried and discarded`() async throws {
            try await Receiving.with("status=500", "status=500", "status=500", "status=200") { sink in
                try await HubProcess.with(environment: Self.environment) { hub in
                    _ = try await hub.json(Self.creation(sink, "--retry", "none", "--name", "CRM"))
                    for number in 1...3 {
                        _ = try await hub.json(["events", "publish", "order.paid", "--data", "\(number)"])
                    }
                    let failed = try await eventually("all fail") {
                        let found = try await hub.json(["deliveries", "--failed", "--error", "status.5xx"])["data"]?
                            .array
                        return found.flatMap { $0.count == 3 ? $0 : nil }
                    }
                    let unasked = try await hub.command(["recover"])
                    #expect(unasked.status == 1 && unasked.output.contains("3 deliveries would be sent again"))
                    let first = try #require(failed.last?["id"]?.string)
                    let retry = try await hub.command(["deliveries", "retry", first])
                    #expect(retry.status == 0, "\(retry.output)")
                    _ = try await eventually("the retry arrives") { sink.count == 4 ? true : nil }
                    _ = try await eventually("it is stored") {
                        try await hub.json(["deliveries", "--failed"])["data"]?.array?.count == 2 ? true : nil
                    }
                    let begun = try await hub.json(["recover", "--yes", "--endpoint", "CRM", "--since", "1h"])
                    #expect(begun["total"] == 2)
                    _ = try await eventually("the rest arrives") { sink.count == 6 ? true : nil }

                    _ = try await hub.json(["endpoint", "pause", "CRM"])
                    _ = try await hub.json(["events", "publish", "order.late"])
                    let held = try await hub.json(["deliveries", "--state", "held"])["data"]?.array?.first
                    let id = try #require(held?["id"]?.string)
                    #expect(try await hub.json(["deliveries", "discard", id])["state"] == "discarded")
                    let again = try await hub.command(["deliveries", "discard", id])
                    #expect(again.status == 1 && again.output.contains("over already"))
                }
            }
        }

        @Test func `without a running hub everything waits for it, and goes out when it runs`() async throws {
            try await Receiving.with("status=500", "status=200") { sink in
                try await HubProcess.with(environment: Self.environment) { hub in
                    _ = try await hub.json(Self.creation(sink, "--retry", "none"))
                    let event = try await hub.json(["events", "publish", "order.paid"])["id"]?.string ?? ""
                    _ = try await eventually("it fails") {
                        try await hub.json(["deliveries", "--failed"])["data"]?.array?.count == 1 ? true : nil
                    }
                    try await hub.kill()
                    let recovery = try await hub.command(["recover", "--yes"])
                    #expect(recovery.status == 0)
                    #expect(recovery.output.contains("No running hub has taken it up yet"), "\(recovery.output)")
                    _ = try await hub.json(["events", "publish", "order.paid"])
                    _ = try await hub.json(["events", "resend", event])
                    #expect(sink.count == 1)
                    try await hub.start()
                    _ = try await eventually("all three go out") { sink.count == 4 ? true : nil }
                    #expect(sink.records.filter { $0.headers.header("webhook-id") == event }.count == 3)
                }
            }
        }

        @Test func `a running hub resends what another process asks for`() async throws {
            try await Receiving.with { sink in
                try await HubProcess.with(environment: Self.environment) { hub in
                    _ = try await hub.json(Self.creation(sink))
                    let event = try await hub.json(["events", "publish", "order.paid"])["id"]?.string ?? ""
                    _ = try await eventually("it arrives") { sink.count == 1 ? true : nil }
                    _ = try await hub.json(["events", "resend", event])
                    // Sooner than the hub would look around by itself.
                    _ = try await eventually("it arrives again", within: .seconds(8)) { sink.count == 2 ? true : nil }
                }
            }
        }

        @Test func `followers are told each step`() async throws {
            try await Receiving.with { sink in
                try await HubProcess.with(environment: Self.environment) { hub in
                    _ = try await hub.json(Self.creation(sink))
                    let follower = try hub.startCommand(["deliveries", "--follow", "--json"], logName: "follow")
                    _ = try await hub.json(["events", "publish", "order.paid"])
                    _ = try await eventually("it is told") {
                        follower.log.contains(#""state":"succeeded""#) ? true : nil
                    }
                    let lines = follower.log.split(separator: "\n").compactMap { try? JSON.parse(String($0)) }
                    #expect(Set(lines.compactMap { $0["id"]?.string }).count == 1)
                    try await follower.end()
                }
            }
        }

        @Test func `a test tells by its exit code whether it was taken`() async throws {
            try await Receiving.with("status=200", "status=503") { sink in
                try await HubProcess.with(environment: Self.environment) { hub in
                    _ = try await hub.json(
                        ["endpoint", "create", "--url", Self.url(sink), "--events", "ticket.*", "--name", "CRM"])
                    let good = try await hub.command(["endpoint", "test", "CRM"])
                    #expect(
                        good.status == 0 && good.output.contains("✓ the sample of ticket.created was taken with 200"))
                    let bad = try await hub.command(["endpoint", "test", "CRM", "ticket.updated"])
                    #expect(bad.status == 1 && bad.output.contains("status.5xx"), "\(bad.output)")
                    #expect(try await hub.command(["endpoint", "show", "nobody"]).status == 1)
                    #expect(try await hub.command(["endpoint", "create", "--url", "x"]).status == 2)
                    let refused = try await hub.command(
                        ["endpoint", "create", "--url", "https://10.0.0.1/", "--events", "a"])
                    #expect(refused.status == 1 && refused.output.contains("url"), "\(refused.output)")
                }
            }
        }

        private static func url(_ sink: SinkServer) -> String { "http://127.0.0.1:\(sink.port)/hook" }

        private static func creation(_ sink: SinkServer, _ more: String...) -> [String] {
            ["endpoint", "create", "--url", url(sink), "--events", "order.*"] + more
        }
    }
}

/// A receiver of the tests' own.
enum Receiving {
    static func with(_ script: String..., work: (SinkServer) async throws -> Void) async throws {
        var options = SinkServer.Options()
        options.script = SinkScript(
            try script.map { text in
                var behavior = SinkBehavior()
                for field in FormDecoder.fields(Array(text.utf8)).fields {
                    try behavior.set(field.name, to: field.value)
                }
                return behavior
            })
        let sink = try await SinkServer.start(options)
        do {
            try await work(sink)
        } catch {
            try await sink.close()
            throw error
        }
        try await sink.close()
    }

    /// As a receiver with a library for Standard Webhooks would check it.
    static func isGenuine(_ record: SinkRecord, _ secret: String) throws -> Bool {
        var settings = SchemeSettings(secrets: [secret])
        settings.toleranceSeconds = 300
        let request = SignedRequest(
            method: record.method, url: "http://127.0.0.1\(record.target)", fields: record.headers, body: record.body,
            remoteAddress: nil)
        let verifier = try Verifier(scheme: "standard", settings: settings)
        if case .accepted = verifier.verify(request, nowSeconds: Int64(Date().timeIntervalSince1970)) { return true }
        return false
    }
}

extension HubProcess {
    /// What a command prints with `--json`; it has to succeed.
    func json(_ arguments: [String]) async throws -> JSON {
        let run = try await command(arguments + ["--json"])
        #expect(run.status == 0, "\(arguments): \(run.output)")
        return try JSON.parse(run.output)
    }

    func api(_ path: String) async throws -> JSON {
        let answer = try await client.send("GET", path, [("Authorization", "Bearer \(credentials.adminToken)")])
        #expect(answer.status == 200, "\(answer)")
        return answer.json ?? .null
    }
}
