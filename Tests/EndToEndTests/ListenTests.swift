import Foundation
import Hub
import HubCore
import HubTesting
import Sink
import Testing
import WebhookSignatures

extension EndToEnd {
    /// `martlet listen`, with a receiver as a developer would have it.
    @Suite struct Listen {
        @Test(.timeLimit(.minutes(2)))
        func `events reach the receiver genuine, also those that came while the hub was away`() async throws {
            try await Receiving.with { sink in
                try await HubProcess.with { hub in
                    let listener = try hub.startCommand(
                        ["listen", "--forward-to", Self.url(sink), "--events", "order.*,ticket.created"],
                        logName: "listen")
                    try await Self.waitForLog(of: listener, "Connected.")
                    let secret = try #require(listener.log.firstMatch(of: /Secret  (whsec_\S+)/)).1
                    try await Self.publish(hub, "order.one")
                    try await Self.publish(hub, "invoice.none")
                    try await Self.publish(hub, "ticket.created")
                    // Several are forwarded at once, so either may be there first.
                    _ = try await eventually("two arrive") {
                        Self.arrivedTypes(sink) == ["order.one", "ticket.created"] ? true : nil
                    }
                    let first = sink.records[0]
                    #expect(first.method == "POST" && first.target == "/hooks?dev=1")
                    #expect(first.headers.header("Content-Type") == "application/json")
                    #expect(try Receiving.isGenuine(first, String(secret)))
                    #expect(try !Receiving.isGenuine(first, "whsec_" + Base64.encode([UInt8](repeating: 1, count: 32))))

                    try await hub.kill()
                    try await Self.waitForLog(of: listener, "The hub is away")
                    try await Self.publish(hub, "order.missed")
                    try await hub.start()
                    try await Self.waitForLog(of: listener, "Connected again.")
                    try await Self.publish(hub, "order.last")
                    _ = try await eventually("nothing is missed", within: .seconds(30)) {
                        Self.arrivedTypes(sink).count == 4 ? true : nil
                    }
                    #expect(
                        Self.arrivedTypes(sink) == ["order.last", "order.missed", "order.one", "ticket.created"])
                    for record in sink.records { #expect(try Receiving.isGenuine(record, String(secret))) }
                    #expect(listener.log.contains("✓ 200"))

                    listener.signal(SIGINT)
                    #expect(try await listener.waitForExit() == 0)
                    let tokens = try await hub.api("/v1/tokens")["data"]?.array ?? []
                    #expect(!tokens.contains { $0["label"] == "martlet listen" })
                    #expect(hub.places(of: Array(secret.utf8)).isEmpty, "the session's secret is nowhere at the hub")
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a slow receiver gets everything once, and one that is away is told of`() async throws {
            try await Receiving.with("delay=0.4") { sink in
                try await HubProcess.with { hub in
                    let listener = try hub.startCommand(
                        ["listen", "--forward-to", Self.url(sink), "--json"], logName: "listen")
                    try await Self.waitForLog(of: listener, "Connected.")
                    for number in 0..<40 { try await Self.publish(hub, "order.n\(number)") }
                    _ = try await eventually("all arrive", within: .seconds(30)) { sink.count >= 40 ? true : nil }
                    let lines = try await eventually("all are told") {
                        let lines = listener.log.split(separator: "\n").compactMap { try? JSON.parse(String($0)) }
                            .filter { $0["status"] != nil }
                        return lines.count == 40 ? lines : nil
                    }
                    #expect(Set(sink.records.compactMap { $0.headers.header("webhook-id") }).count == 40)
                    #expect(lines.allSatisfy { $0["status"] == 200 && (Payload($0["duration_ms"]).double ?? 0) >= 400 })
                    // At once, but not all at once.
                    #expect((2...8).contains(sink.connections), "\(sink.connections)")

                    let lost = try hub.startCommand(
                        ["listen", "--forward-to", "http://127.0.0.1:\(try LoopbackSocket.freePort())/"],
                        logName: "lost")
                    try await Self.waitForLog(of: lost, "Connected.")
                    try await Self.publish(hub, "order.lost")
                    try await Self.waitForLog(of: lost, "✗ nothing listens there")
                    for child in [listener, lost] {
                        child.signal(SIGTERM)
                        #expect(try await child.waitForExit() == 0)
                    }
                }
            }
        }

        @Test func `a token that is none, or may not, ends it with the hub's words`() async throws {
            try await HubProcess.with { hub in
                let listen = ["listen", "--forward-to", "http://127.0.0.1:9/", "--hub", hub.base]
                let unknown = try await hub.command(listen + ["--token", "mlt_nothing"])
                #expect(unknown.status == 1 && unknown.output.contains("The hub refuses (401)"), "\(unknown.output)")
                let missing = try await hub.command(listen)
                #expect(missing.status == 1 && missing.output.contains("MARTLET_TOKEN"), "\(missing.output)")
                let token =
                    try await hub.json(["token", "create", "dev", "--scope", "endpoints"])["token"]?.string ?? ""
                let weak = try await hub.command(
                    listen + ["--token", token, "--source", hub.credentials.source])
                #expect(weak.status == 1 && weak.output.contains("(403)"), "\(weak.output)")
                let admin = hub.credentials.adminToken
                let nowhere = try await hub.command(listen + ["--token", admin, "--source", "nowhere"])
                #expect(nowhere.status == 1 && nowhere.output.contains("there is no such source"), "\(nowhere.output)")
                _ = try await hub.json([
                    "source", "create", "quiet", "json", "--scheme", "none", "--storage", "render_only",
                ])
                let quiet = try await hub.command(listen + ["--token", admin, "--source", "quiet"])
                #expect(quiet.status == 1 && quiet.output.contains("render_only"), "\(quiet.output)")
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a vendor's request reaches the receiver byte for byte, and its signature verifies there`() async throws {
            try await Receiving.with { sink in
                try await HubProcess.with { hub in
                    let secret = "it-is-between-github-and-us-0123456789"
                    let made = try await hub.client.send(
                        "POST", "/v1/sources", Self.bearer(hub),
                        body: Array(
                            #"{"name":"ci","integration":"github","verification":{"secrets":["\#(secret)"]}}"#.utf8))
                    #expect(made.status == 201, "\(made)")
                    let path = try #require(made.json?["url_path"]?.string)
                    let listener = try hub.startCommand(
                        ["listen", "--forward-to", Self.url(sink), "--source", "ci"], logName: "listen")
                    try await Self.waitForLog(of: listener, "Connected.")

                    // Spacing, escapes and a letter beyond ASCII as no JSON library would write them again.
                    let body = Array(
                        "{ \"zen\":\"Ca\\u0066\\u00e9 Zürich 🐦\" ,\n\"hook_id\" : 1.0e2, \"zen\":\"twice\"}\r\n".utf8)
                    let signed = try Signer.body(secret: secret, header: "X-Hub-Signature-256")
                        .headers(id: "", timestampSeconds: 0, body: body)
                    let sent =
                        signed.map { ($0.name, $0.value) } + [
                            ("X-GitHub-Event", "ping"), ("X-GitHub-Delivery", UUID().uuidString),
                            ("Content-Type", "application/json"), ("User-Agent", "GitHub-Hookshot/044aadd"),
                            ("Authorization", "Bearer as-it-came"), ("X-Odd", "a"), ("x-odd", "b"),
                        ]
                    let answer = try await hub.client.send("POST", "\(path)?env=a%20b&x", sent, body: body)
                    #expect(answer.status == 200, "\(answer)")
                    let forged = try await hub.client.send(
                        "POST", path,
                        sent.map {
                            $0.0.hasPrefix("X-Hub") ? ($0.0, "sha256=" + String(repeating: "0", count: 64)) : $0
                        },
                        body: body)
                    #expect(forged.status == 401)

                    let record = try await eventually("it arrives") { sink.records.first }
                    #expect(record.method == "POST" && record.target == "/hooks?dev=1&env=a%20b&x")
                    #expect(record.body == body)
                    let names = Set(sent.map { $0.0.lowercased() })
                    let came = record.headers.fields.filter { names.contains($0.name.lowercased()) }
                    #expect(came.map(\.value).sorted() == sent.map(\.1).sorted())
                    #expect(Set(came.map(\.name)).isSuperset(of: ["X-GitHub-Event", "X-Hub-Signature-256"]))
                    #expect(record.headers.headers("x-odd") == ["a", "b"])
                    let verifier = try Verifier(scheme: "github", settings: SchemeSettings(secrets: [secret]))
                    let request = SignedRequest(
                        method: record.method, url: "http://127.0.0.1\(record.target)", fields: record.headers,
                        body: record.body, remoteAddress: nil)
                    let verdict = verifier.verify(request, nowSeconds: Int64(Date().timeIntervalSince1970))
                    if case .rejected(let rejection) = verdict {
                        Issue.record("the vendor's signature does not verify at the receiver: \(rejection)")
                    }
                    try await Self.waitForLog(of: listener, "✓ 200")
                    #expect(sink.count == 1, "what the source refused went on")
                    #expect(!listener.log.contains("as-it-came"))

                    listener.signal(SIGINT)
                    #expect(try await listener.waitForExit() == 0)
                    #expect(hub.places(of: Array("as-it-came".utf8)).isEmpty, "a credential was kept")
                }
            }
        }

        // MARK: Parts

        private static func url(_ sink: SinkServer) -> String { "http://127.0.0.1:\(sink.port)/hooks?dev=1" }

        private static func bearer(_ hub: HubProcess) -> [(String, String)] {
            [("Authorization", "Bearer \(hub.credentials.adminToken)"), ("Content-Type", "application/json")]
        }

        private static func waitForLog(of child: ChildProcess, _ text: String) async throws {
            _ = try await eventually("\(text) is told: \(child.log)", within: .seconds(30)) {
                child.log.contains(text) ? true : nil
            }
        }

        /// As another process would.
        /// Of the events that arrived, each once however often it came: a break between may bring one again.
        private static func arrivedTypes(_ sink: SinkServer) -> [String] {
            let events = sink.records.compactMap { record in
                record.headers.header("webhook-id").map { ($0, record.headers.header("X-Webhook-Event") ?? "") }
            }
            return Dictionary(events) { first, _ in first }.values.sorted()
        }

        private static func publish(_ hub: HubProcess, _ type: String) async throws {
            try await HubProcess.openHub(hub.dataDirectory) { engine in
                _ = try await engine.publish(.init(type: type, content: .json(["n": 1])), in: hub.credentials.workspace)
            }
        }
    }
}
