import Foundation
import Hub
import HubCore
import HubStorage
import HubTesting
import Sink
import Testing

extension EndToEnd {
    /// Webhooks that leave the hub.
    @Suite struct Outgoing {
        private static let environment = ["MARTLET_EGRESS_ALLOW": "127.0.0.0/8"]

        @Test(.timeLimit(.minutes(3)))
        func `after a kill with hundreds under way every event arrives, and what came twice has the same id`()
            async throws
        {
            let total = 3200
            try await Self.withSink("delay=2", kept: 20_000) { sink in
                try await HubProcess.with(environment: Self.environment) { hub, _ in
                    for number in 0..<4 {
                        try await Self.makeEndpoint(hub, sink, "load.e\(number)", concurrency: 200)
                    }
                    try await Self.publish(hub, count: total) { "load.e\($0 % 4)" }
                } _: { hub in
                    // Answers take two seconds, and each success lets one more go.
                    let atKill = try await eventually("500 are under way", within: .seconds(60)) {
                        let inFlight = try await Self.inFlight(hub)
                        return inFlight >= 500 ? inFlight : nil
                    }
                    try await hub.kill()
                    try await Task.sleep(for: .milliseconds(500))
                    let before = sink.records.count
                    try await hub.start()
                    _ = try await eventually("everything arrives", within: .seconds(90)) {
                        Self.identities(sink).events.count >= total ? true : nil
                    }
                    _ = try await eventually("everything is stored as delivered", within: .seconds(60)) {
                        let answer = try await Self.call(hub, "GET", "/v1/deliveries?state=leased&limit=1")
                        let pending = try await Self.call(hub, "GET", "/v1/deliveries?state=pending&limit=1")
                        let open = (answer["data"]?.array?.count ?? 1) + (pending["data"]?.array?.count ?? 1)
                        return open == 0 ? true : nil
                    }
                    let (events, deliveries) = Self.identities(sink)
                    #expect(events.count == total)
                    #expect(deliveries.count == total, "an event came under two delivery ids")
                    let repeated = sink.records.count - total
                    #expect(before < total, "the kill came when all was done")
                    #expect(repeated <= atKill + 4 * 200, "\(repeated) came twice")
                }
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `ten thousand deliveries that are due at the start do not fall upon their receiver`() async throws {
            try await Self.withSink("delay=0.05", kept: 20_000) { sink in
                try await HubProcess.with(environment: Self.environment) { hub, _ in
                    try await Self.makeEndpoint(hub, sink, "boot.*", concurrency: 16)
                    try await Self.publish(hub, count: 10_000) { _ in "boot.due" }
                } _: { _ in
                    _ = try await eventually("all arrive", within: .seconds(120)) {
                        sink.count >= 10_000 ? true : nil
                    }
                    #expect(sink.count == 10_000)
                    // As many connections as it may have at once, and few more that were closed between.
                    #expect(sink.connections <= 24, "\(sink.connections)")
                }
            }
        }

        @Test(.enabled(if: Peer.isThere([Peer.python]), "needs standardwebhooks and svix in MARTLET_SENDERS"))
        func `libraries that others wrote, and Python's hmac alone, find deliveries genuine and forgeries forged`()
            async throws
        {
            let python = try #require(Peer.python)
            try await Self.withSink("status=200", kept: 10) { sink in
                try await HubProcess.with(environment: Self.environment) { hub in
                    let made = try await Self.call(
                        hub, "POST", "/v1/endpoints",
                        [
                            "url": .string("http://127.0.0.1:\(sink.port)/"), "events": ["order.*"],
                        ])
                    let secret = try #require(made["secret"]?.string)
                    _ = try await Self.call(
                        hub, "POST", "/v1/events",
                        [
                            "type": "order.paid",
                            "data": ["amount": 12, "text": "Zürich 🐦 \u{2028}", "list": [1, "é"]],
                        ])
                    let record = try await eventually("it arrives") { sink.records.first }
                    let headers = JSON.object(
                        JSON.Object(record.headers.fields.map { ($0.name, JSON.string($0.value)) }))
                    let checked = try await ChildProcess.run(
                        python, ["-c", Self.check, secret, headers.text, Base64.encode(record.body)])
                    #expect(checked.status == 0, "\(checked.output)")
                    #expect(checked.output.contains("all checks passed"))
                }
            }
        }

        /// Exits with 0 only when each way of checking takes the delivery and refuses three forgeries.
        private static let check = """
            import base64, hashlib, hmac, json, sys
            import standardwebhooks, svix.webhooks
            secret, headers, body = sys.argv[1], json.loads(sys.argv[2]), base64.b64decode(sys.argv[3])
            lower = {name.lower(): value for name, value in headers.items()}

            def plain(secret, headers, body):
                expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
                if not hmac.compare_digest(expected, headers["x-webhook-signature"]): raise ValueError("forged")

            checks = {
                "standardwebhooks": lambda secret, headers, body: standardwebhooks.Webhook(secret).verify(body, headers),
                "svix": lambda secret, headers, body: svix.webhooks.Webhook(secret).verify(
                    body, {name.replace("webhook-", "svix-"): value for name, value in headers.items()}),
                "svix, by the standard's names": lambda secret, headers, body: svix.webhooks.Webhook(secret).verify(
                    body, headers),
                "hmac": plain,
            }
            other = "whsec_" + base64.b64encode(b"x" * 32).decode()
            for name, check in checks.items():
                check(secret, lower, body)
                stale = dict(lower); stale["webhook-timestamp"] = "1"
                forgeries = [(other, lower, body), (secret, lower, body + b" ")]
                if name != "hmac": forgeries.append((secret, stale, body))
                for forgery in forgeries:
                    try:
                        check(*forgery)
                    except Exception:
                        continue
                    sys.exit(name + " took a forgery")
            print("all checks passed")
            """

        @Test func `a webhook that comes back to its own hub ends after eight rounds`() async throws {
            try await HubProcess.with(environment: Self.environment) { hub in
                let source = try await Self.call(
                    hub, "POST", "/v1/sources",
                    ["name": "loop", "integration": "json", "verification": ["scheme": "none"]])
                let url = "\(hub.base)\(source["url_path"]?.string ?? "")"
                _ = try await Self.call(
                    hub, "POST", "/v1/endpoints",
                    ["url": .string(url), "events": ["loop.*", "source.event.received"]])
                _ = try await Self.call(hub, "POST", "/v1/events", ["type": "loop.begin", "data": 1])
                let log = try await eventually("it ends") {
                    let refused = try await Self.call(hub, "GET", "/v1/requests?status=refused")
                    return refused["data"]?.array.flatMap { $0.isEmpty ? nil : $0 }
                }
                #expect(log.first?["error"] == "loop_detected", "\(log)")
                let events = try await Self.call(hub, "GET", "/v1/events?limit=100")["data"]?.array ?? []
                #expect(events.count < 30)
                #expect(events.compactMap { $0["depth"]?.int64 }.max() == 8)
            }
        }

        // MARK: Parts

        private static func withSink(
            _ behavior: String, kept: Int, _ work: (SinkServer) async throws -> Void
        ) async throws {
            var answer = SinkBehavior()
            for field in FormDecoder.fields(Array(behavior.utf8)).fields {
                try answer.set(field.name, to: field.value)
            }
            var options = SinkServer.Options()
            (options.script, options.kept) = (SinkScript([answer]), kept)
            let sink = try await SinkServer.start(options)
            do {
                try await work(sink)
            } catch {
                try await sink.close()
                throw error
            }
            try await sink.close()
        }

        @discardableResult
        private static func makeEndpoint(
            _ hub: Hub, _ sink: SinkServer, _ events: String, concurrency: Int
        ) async throws -> Endpoint {
            let workspace = try #require(try await hub.store.workspaces().first).id
            var draft = EndpointDraft(url: "http://127.0.0.1:\(sink.port)/", events: [events])
            draft.policy.concurrency = concurrency
            return try await hub.makeEndpoint(draft, in: workspace, by: "test").endpoint
        }

        /// Before the hub runs: everything is due when it starts.
        private static func publish(
            _ hub: Hub, count: Int, type: @escaping @Sendable (Int) -> String
        ) async throws {
            let workspace = try #require(try await hub.store.workspaces().first).id
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<20 {
                    group.addTask {
                        for number in stride(from: client, to: count, by: 20) {
                            _ = try await hub.publish(
                                NewEvent(type: type(number), content: .json(JSON(number))), in: workspace)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }

        private static func call(
            _ hub: HubProcess, _ method: String, _ path: String, _ body: JSON? = nil
        ) async throws -> JSON {
            let answer = try await hub.client.send(
                method, path,
                [("Authorization", "Bearer \(hub.credentials.adminToken)"), ("Content-Type", "application/json")],
                body: body.map(\.bytes))
            #expect((200..<300).contains(answer.status), "\(answer)")
            return answer.json ?? .null
        }

        private static func inFlight(_ hub: HubProcess) async throws -> Int {
            let text = try await hub.client.send("GET", "/metrics").body
            let line = text.split(separator: "\n").first { $0.hasPrefix("martlet_deliveries_in_flight ") }
            return line.flatMap { Int($0.split(separator: " ")[1]) } ?? 0
        }

        private static func identities(_ sink: SinkServer) -> (events: Set<String>, deliveries: Set<String>) {
            let records = sink.records
            return (
                Set(records.compactMap { $0.headers.header("webhook-id") }),
                Set(records.compactMap { $0.headers.header("x-webhook-delivery") })
            )
        }
    }
}
