import AsyncHTTPClient
import Egress
import Foundation
import Hub
import HubCore
import HubStorage
import Logging
import NIOCore
import NIOHTTP1
import Sink
import Synchronization

/// What leaves the hub: measured against a loop that posts the same bytes to the same receiver and keeps nothing.
struct OutgoingBench: Sendable {
    let seconds: Int
    let rounds: Int
    let stored: Int
    let progress: @Sendable (String) -> Void

    /// How many posts the bare loop has under way, as the hub may.
    static let concurrency = 64
    private static let fanOut = 10_000

    func run(_ report: inout BenchReport) async throws {
        try await throughput(&report)
        try await latency(&report)
        try await isolation(&report)
        try await manyEndpoints(&report)
        if stored > 0 { try await longHistory(&report) }
    }

    // MARK: Parts

    /// Published through the API, durable, delivered, outcome stored.
    private func throughput(_ report: inout BenchReport) async throws {
        progress("deliveries and a bare loop, \(rounds) rounds")
        var ratios: [Double] = []
        var runs: [(rate: Double, bare: Double, cpu: Double, megabytes: Double)] = []
        for _ in 0..<rounds {
            let bare = try await BenchReceiver.with { receiver in
                let output = try await Tool.output(
                    at: CommandLine.executable,
                    [
                        "bench-deliver", "--url", "\(receiver.url)", "--seconds", "\(seconds)", "--concurrency",
                        "\(Self.concurrency)",
                    ])
                guard let rate = Double(output.trimmed()) else { throw BenchError("the bare loop said: \(output)") }
                return rate
            }
            let run = try await BenchReceiver.with { receiver in
                try await OutgoingHub.with(prepare: { hub in try await hub.add("order.*", receiver.url) }) { hub in
                    let before = try hub.server.probe()
                    let start = ContinuousClock.now
                    try await hub.flood(seconds: seconds)
                    let (published, end) = try await hub.delivered()
                    let took = (end - start).inMilliseconds / 1000
                    try await receiver.wait(for: published, within: .seconds(1))
                    let after = try hub.server.probe()
                    return (
                        rate: Double(published) / took,
                        cpu: (after.cpuSeconds - before.cpuSeconds) / Double(published) * 1e6,
                        megabytes: after.peakMegabytes
                    )
                }
            }
            ratios.append(run.rate / bare)
            runs.append((run.rate, bare, run.cpu, run.megabytes))
        }
        let middle = ratios.enumerated().sorted { $0.element < $1.element }[ratios.count / 2].offset
        report.ratio("deliveries/s", runs[middle].rate)
        report.ratio("posts/s of a bare loop", runs[middle].bare)
        report.ratio("deliveries/s, hub to bare loop", ratios[middle], .atLeast(0.35))
        report.ratio("hub's CPU a published and delivered event, µs", runs[middle].cpu)
        report.ratio("peak memory while delivering, MB", runs[middle].megabytes, .atMost(300))
    }

    private func latency(_ report: inout BenchReport) async throws {
        for rate in [50, 200] {
            progress("publish to received at \(rate)/s")
            let times = try await BenchReceiver.with { receiver in
                try await OutgoingHub.with(prepare: { hub in try await hub.add("order.*", receiver.url) }) { hub in
                    try await hub.publish(every: .seconds(1) / rate, for: seconds) { _ in "order.paid" }
                    try await receiver.wait(for: rate * seconds * 9 / 10, within: .seconds(20))
                    return receiver.times
                }
            }
            report.ratio("publish to received at \(rate)/s, p50, ms", times.percentile(50))
            report.ratio("publish to received at \(rate)/s, p95, ms", times.percentile(95), .atMost(20))
        }
    }

    /// 199 endpoints that are well, without and with one that never answers.
    private func isolation(_ report: inout BenchReport) async throws {
        var p95: [Bool: [Double]] = [:]
        for (round, hasHanging) in (0..<2 * rounds).map({ ($0 / 2, !$0.isMultiple(of: 2)) }) {
            progress("199 endpoints, \(hasHanging ? "and one that hangs" : "all well"), round \(round + 1)")
            let times = try await BenchReceiver.with { receiver in
                try await OutgoingHub.with { hub in
                    for number in 0..<199 { try await hub.add("iso.e\(number)", receiver.url) }
                    if hasHanging { try await hub.add("iso.*", receiver.url + "?fault=hang") }
                } _: { hub in
                    try await hub.publish(every: .milliseconds(5), for: seconds) { "iso.e\($0 % 199)" }
                    try await Task.sleep(for: .seconds(1))
                    return receiver.times
                }
            }
            p95[hasHanging, default: []].append(times.percentile(95))
        }
        let (healthy, beside) = (p95[false, default: []].percentile(50), p95[true, default: []].percentile(50))
        report.ratio("p95 of 199 healthy endpoints, ms", healthy)
        report.ratio("the same with one that hangs, to without", beside / healthy, .atMost(1.2))
    }

    /// One event for 10,000 endpoints that all fail, then all of it again.
    private func manyEndpoints(_ report: inout BenchReport) async throws {
        progress("\(Self.fanOut) endpoints")
        var failing = SinkBehavior()
        failing.status = 500
        let script = SinkScript(Array(repeating: failing, count: Self.fanOut) + [SinkBehavior()])
        try await BenchReceiver.with(script) { receiver in
            try await OutgoingHub.with { hub in
                try await hub.add("many.*", receiver.url, count: Self.fanOut) { $0.policy.schedule = .none }
            } _: { hub in
                _ = try await hub.publish("warm.up", ["n": 1])
                let before = try hub.server.probe()
                let start = ContinuousClock.now
                _ = try await hub.publish("many.news", ["n": 1])
                report.ratio(
                    "one event for \(Self.fanOut) endpoints: answered after, ms",
                    (ContinuousClock.now - start).inMilliseconds, .atMost(1000))
                try await receiver.wait(for: Self.fanOut, within: .seconds(120))
                report.ratio(
                    "one event for \(Self.fanOut) endpoints: all received after, s",
                    (ContinuousClock.now - start).inMilliseconds / 1000)
                let after = try hub.server.probe()
                report.ratio(
                    "one event for \(Self.fanOut) endpoints: more memory, MB",
                    after.peakMegabytes - before.residentMegabytes, .atMost(150))
                try await hub.waitUntilStored()
                let again = ContinuousClock.now
                let total = try await hub.recover()
                report.ratio("recovery of that many: answered after, ms", (ContinuousClock.now - again).inMilliseconds)
                guard total == Self.fanOut else { throw BenchError("\(total) deliveries were to be recovered") }
                try await receiver.wait(for: 2 * Self.fanOut, within: .seconds(120))
                report.ratio(
                    "recovery of that many: all received after, s",
                    (ContinuousClock.now - again).inMilliseconds / 1000)
            }
        }
    }

    /// The same load over a store that holds many finished deliveries.
    private func longHistory(_ report: inout BenchReport) async throws {
        progress("\(stored) finished deliveries")
        var p95 = (full: [Double](), empty: [Double]())
        try await withHistory(stored) { full in
            try await withHistory(0) { empty in
                // In turn: machines change their speed within the minutes that filling takes.
                for _ in 0..<rounds {
                    p95.empty.append(try await empty())
                    p95.full.append(try await full())
                }
            }
        }
        report.ratio(
            "p95 at 200/s, \(stored) finished deliveries to none",
            p95.full.percentile(50) / p95.empty.percentile(50), .atMost(1.2))
    }

    /// - Parameter work: gets what publishes for a while and returns the 95th percentile, in milliseconds.
    private func withHistory(_ count: Int, _ work: (() async throws -> Double) async throws -> Void) async throws {
        try await BenchReceiver.with { receiver in
            try await OutgoingHub.with { hub in
                let endpoint = try await hub.add("order.*", receiver.url)
                try await hub.fill(endpoint, count: count)
            } _: { hub in
                try await work {
                    receiver.forget()
                    try await hub.publish(every: .milliseconds(5), for: seconds) { _ in "order.paid" }
                    try await receiver.wait(for: 200 * seconds * 9 / 10, within: .seconds(20))
                    return receiver.times.percentile(95)
                }
            }
        }
    }
}

/// A hub process, and a way to publish through its API.
private struct OutgoingHub: Sendable {
    let server: BenchServer
    let token: String
    private var base: String { String(server.url.prefix { $0 != "#" }.dropLast("/webhooks/v1/bench/github".count)) }

    /// About 1 KiB.
    private static let filler = String(repeating: "The quick brown martlet never lands. ", count: 24)

    static func with<Value>(
        prepare: (Setup) async throws -> Void, _ work: (OutgoingHub) async throws -> Value
    ) async throws -> Value {
        let token = Mutex("")
        return try await BenchServer.withHub(
            environment: ["MARTLET_EGRESS_ALLOW": "127.0.0.0/8"],
            prepare: { dataDirectory in
                var settings = try Settings.benchmark(dataDirectory: dataDirectory)
                settings.egressPolicy = try .init(parsing: "127.0.0.0/8")
                let hub = try await Build.hub(settings, logger: Build.logger(.warning))
                let made = try await hub.makeToken(
                    NewToken(label: "bench", scopes: [.admin], person: nil), in: BenchWorkspace.id, by: "bench")
                token.withLock { $0 = made.secret.reveal() }
                try await prepare(Setup(hub: hub))
                await hub.store.close()
            }
        ) { server in
            try await work(OutgoingHub(server: server, token: token.withLock { $0 }))
        }
    }

    struct Setup {
        let hub: Hub

        @discardableResult
        func add(
            _ events: String, _ url: String, count: Int = 1, _ change: (inout EndpointDraft) -> Void = { _ in }
        ) async throws -> Endpoint? {
            var draft = EndpointDraft(url: url, events: [events])
            change(&draft)
            let fixed = draft
            var last: Endpoint?
            for first in stride(from: 0, to: count, by: 200) {
                last = try await withThrowingTaskGroup(of: Endpoint.self) { group in
                    for _ in first..<min(first + 200, count) {
                        group.addTask {
                            try await hub.makeEndpoint(fixed, in: BenchWorkspace.id, by: "bench").endpoint
                        }
                    }
                    return try await group.reduce(last) { $1 }
                }
            }
            return last
        }

        /// Finished deliveries, each with its event, content and attempt.
        func fill(_ endpoint: Endpoint?, count: Int) async throws {
            guard let endpoint, let version = try await hub.store.configurationVersion(of: endpoint.workspace) else {
                throw BenchError("the endpoint is not there")
            }
            let start = hub.clock.now() - .seconds(20 * 86400)
            let content = EventContent(.json(data: Array(#"{"filler":"\#(filler)"}"#.utf8)))
            for first in stride(from: 0, to: count, by: 2000) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for index in first..<min(first + 2000, count) {
                        group.addTask {
                            let at = start + .seconds(20 * 86400) / count * index
                            try await finish(endpoint, content, version, at)
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }

        private func finish(
            _ endpoint: Endpoint, _ content: EventContent, _ version: Int64, _ at: Timestamp
        ) async throws {
            let event = Event(
                id: .make(at: at), workspace: endpoint.workspace, origin: .published, source: nil, request: nil,
                type: "order.paid", externalID: nil, outcome: .outgoing, createdAt: at)
            let delivery = NewDelivery(
                id: .make(at: at), event: event.id, endpoint: endpoint.id,
                lease: Lease(owner: 1, token: 1, until: at + .seconds(25)))
            var plan = Plan(
                workspace: endpoint.workspace, configurationVersion: version, request: nil, body: nil, claims: [],
                events: [event], effects: [.deliver(delivery)], answer: "")
            plan.contents = [event.id: content]
            _ = try await hub.store.commit(plan)
            let attempt = Attempt(
                kind: .delivery, startedAt: at, outcome: .delivered, timing: .init(total: 900),
                answer: .init(headers: ["content-length": "3"], body: Array("ok\n".utf8), isCut: false))
            let report = AttemptReport(
                delivery: delivery.id, lease: Lease(owner: 1, token: 1, until: at), attempt: attempt,
                schedule: .standard, endedAt: at)
            _ = try await hub.store.record(report) { _ in nil }
        }
    }

    // MARK: Publishing

    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        return HTTPClient(configuration: configuration)
    }()

    func publish(_ type: String, _ data: JSON) async throws -> JSON {
        try await call("POST", "/v1/events", ["type": .string(type), "data": data])
    }

    private func call(_ method: String, _ path: String, _ body: JSON?) async throws -> JSON {
        var request = HTTPClientRequest(url: base + path)
        request.method = .init(rawValue: method)
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        if let body { request.body = .bytes(ByteBuffer(bytes: body.bytes)) }
        let response = try await Self.client.execute(request, timeout: .seconds(60))
        let bytes = Array(buffer: try await response.body.collect(upTo: 1 << 20))
        guard (200..<300).contains(response.status.code) else {
            throw BenchError("\(response.status.code) \(String(decoding: bytes, as: UTF8.self))")
        }
        return (try? JSON.parse(bytes)) ?? .null  // Not every answer has a document.
    }

    /// At a steady pace, whatever the answers do.
    func publish(
        every interval: Duration, for seconds: Int, type: @escaping @Sendable (Int) -> String
    ) async throws {
        _ = try await publish("warm.up", ["n": 1])
        try await withThrowingTaskGroup(of: Void.self) { group in
            let start = ContinuousClock.now
            var number = 0
            while interval * number < .seconds(seconds) {
                try await ContinuousClock().sleep(until: start + interval * number)
                let type = type(number)
                group.addTask {
                    let data: JSON = [
                        "sent": JSON(SentStamp.microseconds()), "filler": .string(Self.filler),
                    ]
                    _ = try await publish(type, data)
                }
                number += 1
            }
            try await group.waitForAll()
        }
    }

    /// As fast as it takes them, over 32 connections.
    func flood(seconds: Int) async throws {
        let body: JSON = ["type": "order.paid", "data": ["amount": 1250, "filler": .string(Self.filler)]]
        let script = """
            wrk.method = "POST"
            wrk.headers["Authorization"] = "Bearer \(token)"
            wrk.headers["Content-Type"] = "application/json"
            wrk.body = [==[\(body.text)]==]
            """
        let path = "\(server.folder)/publish.lua"
        try script.write(toFile: path, atomically: true, encoding: .utf8)
        let output = try await Tool.output(
            "wrk", ["-t1", "-c32", "-d\(seconds)", "--timeout", "30", "-s", path, base + "/v1/events"])
        guard !output.contains("Non-2xx"), output.contains("requests in") else {
            throw BenchError("publishing failed:\n\(output)\n\(server.log)")
        }
    }

    /// Waits until nothing more is delivered.
    ///
    /// - Returns: how many attempts succeeded, and when the outcome of the last one was stored.
    func delivered() async throws -> (count: Int, at: ContinuousClock.Instant) {
        var last = (count: -1, at: ContinuousClock.now)
        while true {
            let now = ContinuousClock.now
            let (count, inFlight) = try await (
                metric("martlet_attempts_total{outcome=\"delivered\"}"), metric("martlet_deliveries_in_flight")
            )
            if count != last.count || inFlight > 0 {
                last = (count, now)
            } else if now - last.at > .milliseconds(300) {
                return last
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    func waitUntilStored() async throws {
        while try await metric("martlet_deliveries_in_flight") > 0 { try await Task.sleep(for: .milliseconds(2)) }
    }

    private func metric(_ name: String) async throws -> Int {
        let response = try await Self.client.execute(HTTPClientRequest(url: base + "/metrics"), timeout: .seconds(30))
        let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0
    }

    func recover() async throws -> Int {
        Int(try await call("POST", "/v1/recoveries", [:])["total"]?.int64 ?? 0)
    }
}
