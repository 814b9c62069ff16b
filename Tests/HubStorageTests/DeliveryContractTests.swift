import Foundation
import HubCore
import HubStorage
import HubStorageSQLite
import HubTesting
import Testing

@Suite struct DeliveryContract {
    private let owner: Int64 = 7
    private var start: Timestamp { TestWorkspace.start }

    @Test(arguments: Backend.allCases)
    func `a delivery is committed with its event, and claimed once`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let queue = try await Queue(store)
            let ids = try await queue.deliver(3)
            let lanes = try await store.openLanes()
            #expect(lanes.map(\.endpoint) == [queue.endpoint.id])
            #expect(lanes.first?.dueAt == start)
            let claims = try await withThrowingTaskGroup(of: [ClaimResult].self) { group in
                for owner in 1...8 {
                    group.addTask { try await store.claim([queue.order(2)], by: Int64(owner), at: queue.start) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let claimed = claims.flatMap { $0.deliveries.map(\.id) }
            #expect(claimed.count == 3)
            #expect(Set(claimed) == Set(ids))
            let delivery = try #require(claims.flatMap(\.deliveries).first)
            #expect(delivery.event.type == "order.paid")
            #expect(delivery.content == .json(data: Array(#"{"n":1}"#.utf8)))
        }
    }

    @Test(arguments: Backend.allCases)
    func `an outcome under another lease changes nothing`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let queue = try await Queue(store)
            _ = try await queue.deliver(1)
            let first = try await queue.claimOne(by: 1, at: start)
            // The lease ran out, and somebody else has it.
            let later = start + .seconds(60)
            let second = try await queue.claimOne(by: 2, at: later)
            #expect(first.id == second.id)
            #expect(try await queue.record(first, .delivered, at: later) == nil)
            #expect(try await queue.record(second, .delivered, at: later)?.progress.state == .succeeded)
            #expect(try await queue.record(second, .delivered, at: later) == nil, "an outcome counted twice")
            let story = try #require(try await store.story(of: second.id, in: queue.workspace.id))
            #expect(story.attempts.count == 1)
            #expect(try await store.openLanes().isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a process does not take its own lease for lost, whatever the clock says`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let queue = try await Queue(store)
            _ = try await queue.deliver(1)
            _ = try await queue.claimOne(by: 1, at: start)
            let later = start + .seconds(86400)
            #expect(try await store.claim([queue.order(5)], by: 1, at: later).first?.deliveries.isEmpty == true)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a failure waits its schedule, the last one exhausts`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let queue = try await Queue(store)
            _ = try await queue.deliver(1)
            let schedule = try RetrySchedule(seconds: [10])
            let first = try await queue.claimOne(by: owner, at: start)
            let result = try #require(try await queue.record(first, .refused, schedule, at: start))
            #expect((.seconds(9)...(.seconds(11))).contains(result.progress.dueAt - start))
            let early = try await store.claim([queue.order(5)], by: owner, at: start + .seconds(8))
            #expect(early.first?.deliveries.isEmpty == true)
            #expect(early.first?.nextDue == result.progress.dueAt)
            let second = try await queue.claimOne(by: owner, at: start + .seconds(11))
            let end = try await queue.record(second, .refused, schedule, at: start + .seconds(11))
            #expect(end?.progress.state == .exhausted)
            #expect(end?.health.failuresInRow == 2)
            let story = try #require(try await store.story(of: second.id, in: queue.workspace.id))
            #expect(story.attempts.map(\.number) == [1, 2])
            #expect(story.summary.delivery.last?.failure == .refused)
        }
    }

    @Test(arguments: Backend.allCases)
    func `of each line only the first may go`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let queue = try await Queue(store)
            let a = try await queue.deliver(3, key: "a")
            let b = try await queue.deliver(2, key: "b")
            let order = queue.order(10, isOrdered: true)
            let first = try #require(try await store.claim([order], by: owner, at: start).first)
            #expect(first.deliveries.map(\.id) == [a[0], b[0]])
            #expect(try await store.claim([order], by: owner, at: start).first?.deliveries.isEmpty == true)
            // One that failed holds up those behind it, and nobody else.
            _ = try await queue.record(first.deliveries[0], .refused, at: start)
            _ = try await queue.record(first.deliveries[1], .delivered, at: start)
            let next = try #require(try await store.claim([order], by: owner, at: start).first)
            #expect(next.deliveries.map(\.id) == [b[1]])
            let again = try #require(try await store.claim([order], by: owner, at: start + .seconds(2)).first)
            #expect(again.deliveries.map(\.id) == [a[0]])
        }
    }

    @Test(arguments: Backend.allCases)
    func `leases of a process that is gone are due at once`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let queue = try await Queue(store)
            _ = try await queue.deliver(5)
            _ = try await store.claim([queue.order(5)], by: 1, at: start)
            #expect(try await store.voidLeases(except: 2, at: start) == 5)
            #expect(try await store.claim([queue.order(9)], by: 2, at: start).first?.deliveries.count == 5)
        }
    }

    @Test(arguments: Backend.allCases)
    func `what follows from an attempt is committed with it`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let queue = try await Queue(store)
            _ = try await queue.deliver(1)
            let lease = try await queue.claimOne(by: owner, at: start)
            let workspace = queue.workspace
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            let plan = workspace.plan(version: version, body: "{}")
            let report = queue.report(lease, .refused, .none, at: start)
            _ = try await store.record(report) { $0.progress.state == .exhausted ? plan : nil }
            let request = try #require(plan.request)
            #expect(try await store.story(of: request.id, in: workspace.id) != nil)
        }
    }

    @Test(arguments: Backend.allCases)
    func `an endpoint's health survives, and is forgotten when it is well`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let queue = try await Queue(store)
            _ = try await queue.deliver(6)
            for _ in 0..<5 {
                _ = try await queue.record(try await queue.claimOne(by: owner, at: start), .refused, at: start)
            }
            let health = try #require(try await store.endpointHealth()[queue.endpoint.id])
            #expect(health.failuresInRow == 5)
            guard case .open = health.breaker else {
                Issue.record("the breaker is closed")
                return
            }
            let held = try await queue.list { $0.state = .held }
            #expect(held.count == 6)
            #expect(try await queue.list { $0.state = .pending }.isEmpty)
            let enabled = try await store.changeHealth(of: queue.endpoint.id) { health in
                health = EndpointHealth()
                return nil
            } consequences: { _, _ in
                nil
            }
            #expect(enabled == EndpointHealth())
            #expect(try await store.endpointHealth().isEmpty)
            #expect(try await queue.list { $0.state = .pending }.count == 6)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a recovery restarts what failed, in pieces, and can be ended`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let queue = try await Queue(store)
            _ = try await queue.deliver(5)
            for lease in try await store.claim([queue.order(5)], by: owner, at: start)[0].deliveries {
                _ = try await queue.record(lease, .refused, .none, at: start)
            }
            let selection = DeliverySelection(workspace: queue.workspace.id, states: [.exhausted])
            #expect(try await store.count(selection, limit: 100) == 5)
            let recovery = Recovery(
                id: .make(at: start), selection: selection, total: 5, ratePerSecond: nil, actor: "test",
                createdAt: start)
            try await store.add(recovery)
            let piece = try #require(try await store.advance(recovery, limit: 2, at: start))
            #expect(piece.count == 2)
            #expect(piece.endpoints == [queue.endpoint.id])
            #expect(try await store.advance(recovery, limit: 2, at: start) == nil, "one piece was taken twice")
            let stored = try #require(try await store.recovery(recovery.id, in: queue.workspace.id))
            #expect(stored.done == 2)
            _ = try await store.advance(stored, limit: 2, at: start)
            #expect(try await store.cancel(recovery: recovery.id, in: queue.workspace.id, at: start))
            #expect(try await queue.list { $0.state = .exhausted }.count == 1)
            #expect(try await store.runningRecoveries().isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `what is past its time goes: open ones are given up, attempts and deliveries forgotten`(
        _ backend: Backend
    ) async throws {
        try await backend.withStore { store in
            let queue = try await Queue(store)
            _ = try await queue.deliver(2)
            _ = try await queue.record(try await queue.claimOne(by: owner, at: start), .delivered, at: start)
            while try await store.deriveIndexes() {}
            while try await store.removeExpired(at: start + .seconds(31 * 86400)) {}
            #expect(try await queue.list { $0.state = .discarded }.count == 1)
            let succeeded = try #require(try await queue.list { $0.state = .succeeded }.first)
            let story = try #require(try await store.story(of: succeeded.delivery.id, in: queue.workspace.id))
            #expect(story.attempts.isEmpty)
            #expect(story.content == nil)
            #expect(try await store.openLanes().isEmpty)
            while try await store.removeExpired(at: start + .seconds(91 * 86400)) {}
            // The newest row of a table stays, so that no number is given twice.
            #expect(try await queue.list { _ in }.count <= 1)
        }
    }

    @Test func `with retention the file grows no more once what is kept is there`() async throws {
        try await TemporaryFolder.with { folder in
            let path = "\(folder)/martlet.db"
            var sizes: [Int] = []
            var store = try SQLiteStore(path: path)
            var queue = try await Queue(store)
            for month in 0..<8 {
                let now = start + .seconds(30 * 86400) * month
                for _ in 0..<20 { _ = try await queue.deliver(10, at: now, size: 4096) }
                while true {
                    let order = queue.order(100, at: now)
                    let claimed = try #require(try await store.claim([order], by: owner, at: now).first).deliveries
                    if claimed.isEmpty { break }
                    for delivery in claimed { _ = try await queue.record(delivery, .delivered, at: now) }
                }
                while try await store.deriveIndexes() {}
                while try await store.removeExpired(at: now) {}
                await store.close()
                sizes.append(try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int))
                store = try SQLiteStore(path: path)
                queue.store = store
            }
            await store.close()
            // What is said is kept for one month, what was done for three.
            #expect(sizes[4] > sizes[0])
            #expect(sizes[5...].allSatisfy { $0 <= sizes[4] * 21 / 20 }, "\(sizes)")
        }
    }

    @Test(arguments: Backend.allCases)
    func `a clock that was put back takes due times with it`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let queue = try await Queue(store)
            _ = try await queue.deliver(1)
            try await store.shiftDueTimes(by: .seconds(-3600))
            #expect(try await store.openLanes().first?.dueAt == start - .seconds(3600))
        }
    }
}

/// A workspace with an endpoint, and deliveries for it.
private struct Queue: Sendable {
    var store: any Store
    let workspace: TestWorkspace
    let endpoint: Endpoint
    var start: Timestamp { TestWorkspace.start }

    init(_ store: any Store) async throws {
        self.store = store
        workspace = try await TestWorkspace.make(store)
        endpoint = Endpoint(
            id: .make(at: TestWorkspace.start), workspace: workspace.id, origin: "https://example.test",
            connection: .environment("NONE"), secrets: [], subscription: .init(events: [Glob("*")]),
            createdAt: TestWorkspace.start)
        try await store.apply([.putEndpoint(endpoint)], TestWorkspace.audit(workspace.id))
    }

    func deliver(
        _ count: Int, key: String? = nil, at now: Timestamp = TestWorkspace.start, size: Int = 0
    ) async throws -> [ID<Delivery>] {
        let version = try #require(try await store.configurationVersion(of: workspace.id))
        let event = Event(
            id: .make(at: now), workspace: workspace.id, origin: .published, source: nil, request: nil,
            type: "order.paid", externalID: nil, outcome: .outgoing, createdAt: now)
        let deliveries = (0..<count).map { _ in
            NewDelivery(id: .make(at: now), event: event.id, endpoint: endpoint.id, orderingKey: key)
        }
        var plan = Plan(
            workspace: workspace.id, configurationVersion: version, request: nil, body: nil, claims: [],
            events: [event], effects: deliveries.map { .deliver($0) }, answer: "")
        plan.contents = [
            event.id: EventContent(
                .json(data: size > 0 ? JSON.string(String(repeating: "x", count: size)).bytes : Array(#"{"n":1}"#.utf8))
            )
        ]
        #expect(try await store.commit(plan) == .committed(messageSeqs: []))
        return deliveries.map(\.id)
    }

    func order(
        _ limit: Int, isOrdered: Bool = false, at now: Timestamp = TestWorkspace.start
    ) -> ClaimOrder {
        ClaimOrder(endpoint: endpoint.id, limit: limit, isOrdered: isOrdered, leaseUntil: now + .seconds(25))
    }

    func claimOne(by owner: Int64, at now: Timestamp) async throws -> LeasedDelivery {
        let result = try #require(try await store.claim([order(1)], by: owner, at: now).first)
        return try #require(result.deliveries.first)
    }

    func report(
        _ lease: LeasedDelivery, _ outcome: AttemptOutcome, _ schedule: RetrySchedule, at now: Timestamp
    ) -> AttemptReport {
        AttemptReport(
            delivery: lease.id, lease: lease.lease,
            attempt: Attempt(kind: .delivery, startedAt: now, outcome: outcome, timing: .init(total: 1500)),
            schedule: schedule, endedAt: now)
    }

    func record(
        _ lease: LeasedDelivery, _ outcome: AttemptOutcome, _ schedule: RetrySchedule = .standard, at now: Timestamp
    ) async throws -> AttemptResult? {
        try await store.record(report(lease, outcome, schedule, at: now)) { _ in nil }
    }

    func list(_ change: (inout DeliveryQuery) -> Void) async throws -> [DeliverySummary] {
        var query = DeliveryQuery()
        change(&query)
        return try await store.deliveries(of: workspace.id, query, PageRequest()).elements
    }
}

extension AttemptOutcome {
    fileprivate static let refused = AttemptOutcome(failure: .refused, status: nil)
}
