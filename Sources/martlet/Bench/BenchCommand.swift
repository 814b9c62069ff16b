import ArgumentParser
import Foundation
import HubCore

/// Measures the hub against a bare route and against another receiver, in one run on one machine.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Print the benchmark table: ratios to baselines of the same run.",
        discussion: "Needs wrk, and for two of the rows webhook and clang; ./dev bench installs them.")

    @Option(help: "Seconds of load for each figure.")
    var seconds = 8

    @Option(help: "How often rounds of hub and baseline alternate; the median counts.")
    var rounds = 3

    @Option(help: "Stored events for the run over a full log; 0 leaves it out.")
    var stored = 1_000_000

    @Flag(help: "Only the hub, the bare route and the other receiver under load: for a look between two changes.")
    var quick = false

    @Flag(help: "Only what leaves the hub.")
    var outgoing = false

    @Flag(help: "One document of JSON.")
    var json = false

    func run() async throws {
        var report = BenchReport()
        if !outgoing { try await receiving(&report) }
        if !quick || outgoing {
            let bench = OutgoingBench(seconds: seconds, rounds: rounds, stored: stored, progress: progress)
            try await bench.run(&report)
        }
        print(json ? report.document.text : report.table)
    }

    private func receiving(_ report: inout BenchReport) async throws {
        try await throughput(&report)
        if !quick {
            try await slowDisk(&report)
            try await idle(&report)
            if stored > 0 { try await fullLog(&report) }
        }
    }

    // MARK: Parts

    /// Hub, bare routes and Debian's `webhook` in turn, 64 connections.
    private func throughput(_ report: inout BenchReport) async throws {
        progress("hub, bare routes and webhook, \(rounds) rounds")
        let hasWebhook = Tool.exists("webhook")
        var runs: [Contender: [LoadResult]] = [:]
        for _ in 0..<rounds {
            for contender in Contender.allCases where contender != .webhook || hasWebhook {
                runs[contender, default: []].append(try await contender.run { try await load($0, connections: 64) })
            }
        }
        let results = runs.mapValues(LoadResult.median)
        for contender in Contender.allCases {
            if let result = results[contender] { report.add(contender.rawValue, result) }
        }
        guard let hub = results[.hub], let bare = results[.bare] else { return }
        func ratio(_ name: String, _ one: Contender, to other: Contender, _ bound: BenchReport.Bound? = nil) {
            guard let one = results[one], let other = results[other] else { return }
            report.ratio("requests/s, \(name)", one.requestsPerSecond / other.requestsPerSecond, bound)
        }
        ratio("hub to bare route", .hub, to: .bare, .atLeast(0.40))
        ratio("bare route that stores two rows to bare route", .twoRows, to: .bare)
        ratio("bare route that stores the same rows to bare route", .sameRows, to: .bare)
        ratio("hub to bare route that stores the same rows", .hub, to: .sameRows)
        ratio("hub to webhook", .hub, to: .webhook, .atLeast(2.5))
        ratio("bare route that stores two rows to webhook", .twoRows, to: .webhook)
        if !hasWebhook { report.note("webhook is not installed: no comparison") }
        report.ratio("server CPU an event, µs", hub.cpuMicroseconds, .atMost(70))
        // The bound in µs is for a machine on which the bare route costs 23.
        report.ratio("server CPU, hub to bare route", hub.cpuMicroseconds / bare.cpuMicroseconds, .atMost(70.0 / 23))
        report.ratio("p99, hub to bare route", hub.p99Milliseconds / bare.p99Milliseconds, .atMost(4))
        report.ratio("peak memory in the run, MB", hub.peakMegabytes, .atMost(200))
    }

    private enum Contender: String, CaseIterable {
        case bare = "bare route, 64 connections"
        case twoRows = "bare route that stores two rows"
        case sameRows = "bare route that stores the same rows"
        case hub = "hub, 64 connections"
        /// It stores nothing and runs `true`.
        case webhook = "webhook + true, 64 connections"

        func run(_ work: (BenchServer) async throws -> LoadResult) async throws -> LoadResult {
            switch self {
            case .bare: try await BenchServer.withBaseline(work)
            case .twoRows: try await BenchServer.withBaseline(storing: .twoRows, work)
            case .sameRows: try await BenchServer.withBaseline(storing: .sameRows, work)
            case .hub: try await BenchServer.withHub(work)
            case .webhook: try await BenchServer.withAdnanhWebhook(work)
            }
        }
    }

    /// 2 ms added to each fsync, 256 connections, with and without.
    private func slowDisk(_ report: inout BenchReport) async throws {
        guard let shim = try SlowFsync.build() else { return report.note("clang is not there: no slow disk") }
        progress("256 connections, with and without 2 ms in fsync")
        let fast = try await BenchServer.withHub { try await load($0, connections: 256) }
        let slow = try await BenchServer.withHub(environment: ["LD_PRELOAD": shim]) {
            try await load($0, connections: 256)
        }
        report.add("hub, 256 connections", fast)
        report.add("hub, 256 connections, fsync + 2 ms", slow)
        report.ratio(
            "requests/s, slow disk to fast disk", slow.requestsPerSecond / fast.requestsPerSecond, .atLeast(0.6))
    }

    private func idle(_ report: inout BenchReport) async throws {
        progress("start and idle")
        let start = ContinuousClock.now
        try await BenchServer.withHub { server in
            _ = try await Wrk.single(server)
            report.ratio(
                "start to first accepted event, ms", (ContinuousClock.now - start).inMilliseconds, .atMost(300))
            try await Task.sleep(for: .seconds(1))
            let before = try server.probe()
            try await Task.sleep(for: .seconds(10))
            let after = try server.probe()
            report.ratio("idle memory, MB", after.residentMegabytes, .atMost(60))
            report.ratio("idle CPU, %", (after.cpuSeconds - before.cpuSeconds) * 10, .atMost(0.2))
        }
    }

    /// The same load and the pages of the log over a store that holds many events.
    private func fullLog(_ report: inout BenchReport) async throws {
        progress("\(stored) stored events")
        var retention = 0.0
        try await BenchServer.withHub(prepare: {
            retention = try await FullLog.fill($0, events: stored, progress: progress)
        }) { server in
            // In turn: machines change their speed within the minutes that filling takes.
            var fullRuns: [LoadResult] = []
            var emptyRuns: [LoadResult] = []
            for _ in 0..<rounds {
                emptyRuns.append(try await BenchServer.withHub { try await load($0, connections: 64) })
                fullRuns.append(try await load(server, connections: 64))
            }
            let (full, empty) = (LoadResult.median(fullRuns), LoadResult.median(emptyRuns))
            report.add("hub, 64 connections, \(stored) events stored", full)
            report.ratio(
                "requests/s, full log to empty log", full.requestsPerSecond / empty.requestsPerSecond, .atLeast(0.9))
            report.ratio("finding that nothing is past its time, ms", retention, .atMost(500))
            let slowest = try await FullLog.slowestPage(server)
            report.ratio("slowest page of the event log, ms (\(slowest.name))", slowest.milliseconds, .atMost(50))
        }
    }

    private func load(_ server: BenchServer, connections: Int) async throws -> LoadResult {
        try await Wrk.run(server, connections: connections, seconds: seconds)
    }

    @Sendable private func progress(_ text: String) {
        FileHandle.standardError.write(Data("… \(text)\n".utf8))
    }
}

extension Duration {
    var inMilliseconds: Double { Double(components.seconds) * 1000 + Double(components.attoseconds) / 1e15 }
}
