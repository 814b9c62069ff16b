import Foundation
import Hub
import HubCore
import HubStorage
import HubStorageSQLite
import Logging

/// A log that has been written for months.
enum FullLog {
    /// Commits events straight into the store, each with its request, body, claim and message.
    ///
    /// - Returns: how long the store then takes to find that nothing of it is past its time, in milliseconds.
    static func fill(
        _ dataDirectory: String, events: Int, progress: @escaping @Sendable (String) -> Void
    ) async throws -> Double {
        let hub = try await Build.hub(
            try Settings.benchmark(dataDirectory: dataDirectory), logger: Build.logger(.warning))
        guard let configuration = try await hub.store.configuration(of: BenchWorkspace.id),
            let source = configuration.sources.first, let stream = configuration.streams.first
        else { throw BenchError("the workspace is not there") }
        let start = hub.clock.now() - .seconds(6 * 86400)
        let step = Duration.seconds(6 * 86400) / events
        let batch = 2000
        for first in stride(from: 0, to: events, by: batch) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in first..<min(first + batch, events) {
                    let at = start + step * index
                    let plan = plan(index, at, source, stream, configuration.version)
                    group.addTask { _ = try await hub.store.commit(plan) }
                }
                try await group.waitForAll()
            }
            if first % 100_000 == 0, first > 0 { progress("  \(first)") }
        }
        progress("  indexing for search")
        while try await hub.store.deriveIndexes() {}
        let begin = ContinuousClock.now
        guard try await !hub.store.removeExpired(at: hub.clock.now()) else { throw BenchError("something was removed") }
        let time = (ContinuousClock.now - begin).inMilliseconds
        await hub.store.close()
        return time
    }

    private static func plan(
        _ index: Int, _ at: Timestamp, _ source: Source, _ stream: HubCore.Stream, _ version: Int64
    ) -> Plan {
        let body = Array(
            #"{"action":"opened","number":\#(index),"filler":"\#(String(repeating: "x", count: 900))"}"#.utf8)
        let request = Request(
            id: .make(at: at), workspace: source.workspace, source: source.id, door: .general, receivedAt: at,
            arrival: Request.Arrival(
                method: "POST", path: source.urlPath, query: nil,
                headers: ["Content-Type": "application/json", "X-GitHub-Event": "issues", "User-Agent": "bench"],
                remoteAddress: "127.0.0.1"), bodySize: Int64(body.count),
            verification: VerificationRecord(scheme: "github", verdict: "verified", secretIndex: 0))
        let event = Event(
            id: .make(at: at), workspace: source.workspace, origin: .received, source: source.id, request: request.id,
            type: type(index), externalID: "delivery-\(index)",
            outcome: index % 1000 == 0 ? .ignored(reason: "left out") : .message, createdAt: at)
        let post = Effect.Post(
            id: .make(at: at), place: .stream(stream.id), sender: .source(source.id),
            draft: MessageDraft(topic: "octo/reader / issue #\(index % 5000)", body: "Ada opened issue \(index)."),
            event: event.id)
        var key = withUnsafeBytes(of: index.hashValue) { Array($0) }
        key += withUnsafeBytes(of: index) { Array($0) }
        return Plan(
            workspace: source.workspace, configurationVersion: version, request: request, body: body,
            claims: [
                IdempotencyClaim(key: key, bodyHash: Array(key.prefix(8)), expiresAt: at + .seconds(30 * 86400))
            ],
            events: [event], effects: [.post(post)], answer: "\(event.id)")
    }

    private static func type(_ index: Int) -> String {
        if index % 100_000 == 0 { return "release.published" }
        return index % 10 == 0 ? "issues.closed" : "issues.opened"
    }

    /// Times every kind of page that the console asks for.
    static func slowestPage(_ server: BenchServer) async throws -> (name: String, milliseconds: Double) {
        let store = try SQLiteStore(path: "\(server.folder)/data/martlet.db")
        let workspace = BenchWorkspace.id
        guard let source = try await store.configuration(of: workspace)?.sources.first else {
            throw BenchError("the source is not there")
        }
        let now = Build.clock.now()
        var times: [(name: String, milliseconds: Double)] = []
        func time(_ name: String, _ work: () async throws -> Void) async throws {
            try await work()
            var best = Double.infinity
            for _ in 0..<3 {
                let start = ContinuousClock.now
                try await work()
                best = min(best, (ContinuousClock.now - start).inMilliseconds)
            }
            times.append((name, best))
        }
        func events(_ name: String, _ page: PageRequest = PageRequest(), _ change: (inout EventQuery) -> Void)
            async throws
        {
            var query = EventQuery()
            change(&query)
            let fixed = query
            try await time(name) { _ = try await store.events(of: workspace, fixed, page) }
        }
        try await events("newest") { _ in }
        try await events("deep", PageRequest(.before(500_000))) { _ in }
        try await events("of a source") { $0.source = source.id }
        try await events("of a type") { $0.type = "issues.closed" }
        try await events("of a rare type") { $0.type = "release.*" }
        try await events("of a type that never was") { $0.type = "none" }
        try await events("of a rare outcome") { $0.outcome = "ignored" }
        try await events("of an outcome that never was") { $0.outcome = "outgoing" }
        try await events("published") { $0.origin = .published }
        try await events("of a type, until three days ago") {
            ($0.type, $0.until) = ("issues.closed", now - .seconds(3 * 86400))
        }
        try await events("of a type, with a rare word") { ($0.type, $0.text) = ("issues.*", "delivery-777777") }
        try await events("of a rare type, with a common word") { ($0.type, $0.text) = ("release.*", "opened") }
        try await events("until three days ago") { $0.until = now - .seconds(3 * 86400) }
        try await events("with a rare word") { $0.text = "delivery-777777" }
        try await events("with a common word") { $0.text = "opened" }
        func requests(_ name: String, _ change: (inout RequestQuery) -> Void) async throws {
            var query = RequestQuery()
            change(&query)
            let fixed = query
            try await time(name) { _ = try await store.requests(of: workspace, fixed, PageRequest()) }
        }
        try await requests("requests") { _ in }
        try await requests("requests of a rare outcome") { $0.outcome = "ignored" }
        try await requests("requests at a door that none came to") { $0.door = .slack }
        try await time("counts of a day") {
            _ = try await store.eventCounts(of: workspace, since: now - .seconds(86400), step: .seconds(3600))
        }
        try await time("types of a day") {
            _ = try await store.eventTypeCounts(of: workspace, since: now - .seconds(86400))
        }
        await store.close()
        for (name, milliseconds) in times {
            FileHandle.standardError.write(Data("  page \(name): \(milliseconds) ms\n".utf8))
        }
        return times.max { $0.milliseconds < $1.milliseconds } ?? ("none", 0)
    }
}
