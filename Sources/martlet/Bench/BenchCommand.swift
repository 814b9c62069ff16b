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
        try await comparison(&report)
        if !quick {
            try await slowDisk(&report)
            try await idle(&report)
            if stored > 0 { try await fullLog(&report) }
        }
    }

    // MARK: Parts

    /// Hub and bare route in turn, 64 connections.
    private func throughput(_ report: inout BenchReport) async throws {
        progress("hub and bare route, \(rounds) rounds")
        var hubRuns: [LoadResult] = []
        var baselineRuns: [LoadResult] = []
        var storingRuns: [LoadResult] = []
        for _ in 0..<rounds {
            baselineRuns.append(
                try await BenchServer.withBaseline { try await load($0, connections: 64) })
            storingRuns.append(
                try await BenchServer.withBaseline(isStoring: true) { try await load($0, connections: 64) })
            hubRuns.append(try await BenchServer.withHub { try await load($0, connections: 64) })
        }
        let hub = LoadResult.median(hubRuns)
        let baseline = LoadResult.median(baselineRuns)
        let storing = LoadResult.median(storingRuns)
        report.add("bare route, 64 connections", baseline)
        report.add("bare route that stores the same rows", storing)
        report.add("hub, 64 connections", hub)
        report.ratio(
            "requests/s, hub to bare route", hub.requestsPerSecond / baseline.requestsPerSecond, .atLeast(0.40))
        report.ratio(
            "requests/s, bare route that stores to bare route",
            storing.requestsPerSecond / baseline.requestsPerSecond)
        report.ratio("requests/s, hub to bare route that stores", hub.requestsPerSecond / storing.requestsPerSecond)
        report.ratio("server CPU an event, µs", hub.cpuMicroseconds, .atMost(70))
        // The bound in µs is for a machine on which the bare route costs 23.
        report.ratio(
            "server CPU, hub to bare route", hub.cpuMicroseconds / baseline.cpuMicroseconds, .atMost(70.0 / 23))
        report.ratio("p99, hub to bare route", hub.p99Milliseconds / baseline.p99Milliseconds, .atMost(4))
        report.ratio("peak memory in the run, MB", hub.peakMegabytes, .atMost(200))
    }

    /// Debian's `webhook`, which stores nothing and runs `true`.
    private func comparison(_ report: inout BenchReport) async throws {
        guard Tool.exists("webhook") else { return report.note("webhook is not installed: no comparison") }
        progress("webhook running true, and the hub again")
        var otherRuns: [LoadResult] = []
        var hubRuns: [LoadResult] = []
        for _ in 0..<rounds {
            otherRuns.append(try await BenchServer.withAdnanhWebhook { try await load($0, connections: 64) })
            hubRuns.append(try await BenchServer.withHub { try await load($0, connections: 64) })
        }
        let (other, hub) = (LoadResult.median(otherRuns), LoadResult.median(hubRuns))
        report.add("webhook + true, 64 connections", other)
        report.ratio(
            "requests/s, hub to webhook", hub.requestsPerSecond / other.requestsPerSecond, .atLeast(2.5))
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
