import GRDB
import HubCore
import HubStorage
import HubTesting
import Testing

@testable import HubStorageSQLite

/// Lists show what they should, however they are narrowed, and find it by their index.
@Suite struct LogKindTests {
    /// Requests and events of two workspaces, in the order of their numbers.
    private struct Log {
        var requests: [(request: Request, first: Event?)] = []
        var events: [Event] = []
        /// The word that an event has, itself or in its message.
        var words: [ID<Event>: String] = [:]
        let workspaces: [TestWorkspace]
        let sources: [ID<Source>]
        let store: SQLiteStore

        static let types = ["push", "issue.opened", "issue.closed", "issue.[x]", "ping"]
        /// Of events and of messages.
        static let words = ["apples", "pears", "plums"]
        static let outcomes: [Event.Outcome] = [
            .message, .outgoing, .ignored(reason: "left out"), .unreadable(reason: "?"),
        ]

        static func make(_ store: SQLiteStore, rows: Int, seed: UInt64) async throws -> Log {
            var random = SplitMix(state: seed)
            let workspaces = [
                try await TestWorkspace.make(store, slug: "ours"), try await TestWorkspace.make(store, slug: "theirs"),
            ]
            var log = Log(
                workspaces: workspaces, sources: [workspaces[0].source.id, .make(at: TestWorkspace.start)], store: store
            )
            for row in 0..<rows {
                // Most are alike, as in real logs.
                let isPlain = Int.random(in: 0..<10, using: &random) < 7
                let workspace = workspaces[isPlain ? 0 : .random(in: 0...1, using: &random)]
                let at = TestWorkspace.start + .seconds(Int64(row))
                let source = isPlain ? log.sources[0] : ([nil] + log.sources).randomElement(using: &random) ?? nil
                let request = Request(
                    id: .make(at: at), workspace: workspace.id, source: source,
                    door: isPlain ? .general : .callback, receivedAt: at, arrival: nil, bodySize: 0,
                    verification: VerificationRecord(scheme: "signed", verdict: "verified"))
                let isPublished = !isPlain && Bool.random(using: &random)
                let events = (0..<(isPlain ? 1 : Int.random(in: 0...2, using: &random))).map { _ in
                    let word = words.randomElement(using: &random)
                    return Event(
                        id: .make(at: at), workspace: workspace.id, origin: isPublished ? .published : .received,
                        source: source, request: isPublished ? nil : request.id,
                        type: isPlain ? "push" : types.randomElement(using: &random) ?? "",
                        externalID: Bool.random(using: &random) ? word : nil,
                        outcome: isPlain ? .message : outcomes.randomElement(using: &random) ?? .message, createdAt: at)
                }
                let posts = events.filter { $0.externalID == nil && Bool.random(using: &random) }.map { event in
                    let body = words.randomElement(using: &random) ?? ""
                    return Effect.Post(
                        id: .make(at: at), place: .stream(workspace.stream.id), sender: .source(workspace.source.id),
                        draft: MessageDraft(topic: "t", body: "about \(body)"), event: event.id)
                }
                for event in events { log.words[event.id] = event.externalID }
                for post in posts { log.words[post.event] = String(post.draft.body.dropFirst("about ".count)) }
                let version = try #require(try await store.configurationVersion(of: workspace.id))
                let plan = Plan(
                    workspace: workspace.id, configurationVersion: version, request: isPublished ? nil : request,
                    body: nil, claims: [], events: events, effects: posts.map(Effect.post), answer: "")
                guard case .committed = try await store.commit(plan) else {
                    Issue.record("row \(row) is not committed")
                    continue
                }
                if !isPublished { log.requests.append((request, events.first)) }
                log.events += events
            }
            while try await store.deriveIndexes() {}
            return log
        }

        /// Numbers of events that a query should show, oldest first.
        func expected(_ query: EventQuery) -> [Int64] {
            numbers(of: events) { event in
                guard meets(query.type, event.type) || query.type == "issue.*" && event.type.hasPrefix("issue.") else {
                    return false
                }
                guard meets(query.source, event.source), meets(query.origin, event.origin) else { return false }
                guard meets(query.text, words[event.id]) else { return false }
                guard meets(query.outcome, event.outcome.name), event.workspace == workspaces[0].id else {
                    return false
                }
                return isWithin(event.createdAt, query.since, query.until)
            }
        }

        func expected(_ query: RequestQuery) -> [Int64] {
            numbers(of: requests) { request, first in
                guard meets(query.source, request.source), meets(query.door, request.door) else { return false }
                guard meets(query.text, first.flatMap { words[$0.id] }) else { return false }
                guard meets(query.outcome, first?.outcome.name), request.workspace == workspaces[0].id else {
                    return false
                }
                return isWithin(request.receivedAt, query.since, query.until)
            }
        }

        private func numbers<Row>(of rows: [Row], where isShown: (Row) -> Bool) -> [Int64] {
            rows.indices.filter { isShown(rows[$0]) }.map { Int64($0 + 1) }
        }

        private func meets<Value: Equatable>(_ wanted: Value?, _ value: Value?) -> Bool {
            wanted == nil || wanted == value
        }

        private func isWithin(_ at: Timestamp, _ since: Timestamp?, _ until: Timestamp?) -> Bool {
            if let since, at < since { return false }
            if let until, at >= until { return false }
            return true
        }

        func randomEventQuery(_ random: inout SplitMix) -> EventQuery {
            var query = EventQuery()
            if Bool.random(using: &random) { query.source = sources.randomElement(using: &random) }
            if Bool.random(using: &random) {
                query.type = (Self.types + ["issue.*", "none"]).randomElement(using: &random)
            }
            if Bool.random(using: &random) {
                query.origin = [Event.Origin.received, .published].randomElement(using: &random)
            }
            if Bool.random(using: &random) { query.outcome = Self.outcomes.map(\.name).randomElement(using: &random) }
            if Bool.random(using: &random) { query.text = Self.words.randomElement(using: &random) }
            (query.since, query.until) = randomTimes(&random)
            return query
        }

        func randomRequestQuery(_ random: inout SplitMix) -> RequestQuery {
            var query = RequestQuery()
            if Bool.random(using: &random) { query.source = sources.randomElement(using: &random) }
            if Bool.random(using: &random) {
                query.door = [Request.Door.general, .callback].randomElement(using: &random)
            }
            if Bool.random(using: &random) { query.outcome = Self.outcomes.map(\.name).randomElement(using: &random) }
            if Bool.random(using: &random) { query.text = Self.words.randomElement(using: &random) }
            (query.since, query.until) = randomTimes(&random)
            return query
        }

        private func randomTimes(_ random: inout SplitMix) -> (since: Timestamp?, until: Timestamp?) {
            func moment() -> Timestamp? {
                guard Int.random(in: 0..<3, using: &random) == 0 else { return nil }
                let seconds = Int64.random(in: -5...Int64(events.count), using: &random)
                return TestWorkspace.start + .seconds(seconds)
            }
            return (moment(), moment())
        }
    }

    /// Reads a list to its end, and from its beginning as a follower does.
    private func walk<Element>(
        _ limit: Int, seq: (Element) -> Int64, _ page: (PageRequest) async throws -> Page<Element>
    ) async throws -> (down: [Int64], up: [Int64]) {
        var (down, up): ([Int64], [Int64]) = ([], [])
        var cursor: Int64?
        repeat {
            let found = try await page(PageRequest(.before(cursor), limit: limit))
            down += found.elements.map(seq)
            cursor = found.next
        } while cursor != nil
        while true {
            let found = try await page(PageRequest(.after(up.last ?? 0), limit: limit))
            guard !found.elements.isEmpty else { return (down, up) }
            up += found.elements.map(seq)
        }
    }

    private func checkLists(of store: SQLiteStore, _ log: Log, seed: UInt64) async throws {
        var random = SplitMix(state: seed)
        let workspace = log.workspaces[0].id
        for _ in 0..<60 {
            let limit = Int.random(in: 1...40, using: &random)
            let events = log.randomEventQuery(&random)
            let (down, up) = try await walk(limit, seq: \.seq) { try await store.events(of: workspace, events, $0) }
            #expect(up == log.expected(events), "\(events)")
            #expect(down == up.reversed(), "\(events)")
            let requests = log.randomRequestQuery(&random)
            let (before, after) = try await walk(limit, seq: \.seq) {
                try await store.requests(of: workspace, requests, $0)
            }
            #expect(after == log.expected(requests), "\(requests)")
            #expect(before == after.reversed(), "\(requests)")
        }
    }

    /// With words, lists are read by their kinds when these have few rows, and else by the words.
    @Test(arguments: [0, 20, 2000])
    func `lists show what a look at every row would`(fewRows: Int) async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteStore(path: "\(folder)/martlet.db", fewRows: fewRows)
            let log = try await Log.make(store, rows: 400, seed: UInt64(fewRows))
            try await checkLists(of: store, log, seed: UInt64(fewRows))
            await store.close()
        }
    }

    @Test func `a file from before is brought up to date, and shows the same`() async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteStore(path: "\(folder)/new.db")
            let log = try await Log.make(store, rows: 300, seed: 4)
            await store.close()
            let old = try DatabaseQueue(path: "\(folder)/martlet.db")
            try Schema.migrator.migrate(old, upTo: "0006")
            try await old.writeWithoutTransaction { db in
                try db.execute(sql: "ATTACH '\(folder)/new.db' AS new")
                for table in ["workspace", "request", "event", "message"] {
                    let columns = try db.columns(in: table).map(\.name).joined(separator: ", ")
                    try db.execute(sql: "INSERT INTO main.\(table) (\(columns)) SELECT \(columns) FROM new.\(table)")
                }
                try db.execute(sql: "DETACH new")
            }
            try old.close()
            let migrated = try SQLiteStore(path: "\(folder)/martlet.db")
            while try await migrated.deriveIndexes() {}
            try await checkLists(of: migrated, log, seed: 5)
            await migrated.close()
        }
    }

    @Test func `a sender that makes up types without end gets no more kinds, and is found all the same`() async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteStore(path: "\(folder)/martlet.db")
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            let total = LogKind.limit + 50
            // Before the others, which share two milliseconds: so it is the first since then.
            _ = try await store.commit(workspace.plan(version: version, type: "made.0"))
            // Two times each: the second finds what the first has entered.
            for round in 0..<2 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<total {
                        group.addTask {
                            let at = TestWorkspace.start + .seconds(Int64(round + 1))
                            _ = try await store.commit(workspace.plan(version: version, at: at, type: "made.\(number)"))
                        }
                    }
                    try await group.waitForAll()
                }
            }
            let kinds = try await store.read { try $0.first("SELECT count(*) FROM log_kind") { Int($0.int(0)) } }
            // One for events without a type of their own, and one for requests.
            #expect(kinds == LogKind.limit + 2)
            for number in [0, total / 2, total - 1] {
                var query = EventQuery()
                query.type = "made.\(number)"
                let page = try await store.events(of: workspace.id, query, PageRequest())
                #expect(page.elements.count == (number == 0 ? 3 : 2))
                #expect(page.elements.allSatisfy { $0.event.type == query.type })
            }
            let counts = try await store.eventTypeCounts(of: workspace.id, since: TestWorkspace.start)
            #expect(counts.count == total)
            #expect(counts.allSatisfy { $0.lastAt == TestWorkspace.start + .seconds(2) })
            #expect(counts.allSatisfy { $0.count == ($0.type == "made.0" ? 3 : 2) })
            await store.close()
        }
    }

    @Test func `what a failed transaction entered is entered again`() async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteStore(path: "\(folder)/martlet.db")
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            let good = workspace.plan(version: version, type: "first")
            _ = try await store.commit(good)
            // Its event is new and of a new kind; its request is there already.
            let fresh = workspace.plan(version: version, type: "second")
            let poison = Plan(
                workspace: workspace.id, configurationVersion: version, request: good.request, body: nil, claims: [],
                events: fresh.events, effects: [], answer: "")
            await #expect(throws: StoreError.self) { try await store.commit(poison) }
            _ = try await store.commit(fresh)
            var query = EventQuery()
            query.type = "second"
            let page = try await store.events(of: workspace.id, query, PageRequest())
            #expect(page.elements.map(\.event.id) == fresh.events.map(\.id))
            await store.close()
        }
    }

    @Test func `two processes give the same numbers`() async throws {
        try await TemporaryFolder.with { folder in
            let stores = [
                try SQLiteStore(path: "\(folder)/martlet.db"), try SQLiteStore(path: "\(folder)/martlet.db"),
            ]
            let workspace = try await TestWorkspace.make(stores[0])
            let version = try #require(try await stores[0].configurationVersion(of: workspace.id))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let plan = workspace.plan(version: version, type: "t.\(number % 10)")
                        _ = try await stores[number / 10 % 2].commit(plan)
                    }
                }
                try await group.waitForAll()
            }
            for number in 0..<10 {
                var query = EventQuery()
                query.type = "t.\(number)"
                let page = try await stores[number % 2].events(of: workspace.id, query, PageRequest())
                #expect(page.elements.count == 20)
            }
            #expect(try await stores[0].read { try $0.first("SELECT count(*) FROM log_kind") { $0.int(0) } } == 11)
            for store in stores { await store.close() }
        }
    }

    @Test func `the rows of a kind are found by the index alone`() async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteStore(path: "\(folder)/martlet.db")
            for table in ["request", "event"] {
                let plan = try await store.read { db in
                    try db.rows(
                        "EXPLAIN QUERY PLAN SELECT seq FROM \(table) WHERE kind = 1 AND seq < 9 ORDER BY seq DESC LIMIT 5"
                    ) { $0.text(3) }
                }
                #expect(plan == ["SEARCH \(table) USING COVERING INDEX \(table)_kind (kind=? AND rowid<?)"])
            }
            await store.close()
        }
    }
}
