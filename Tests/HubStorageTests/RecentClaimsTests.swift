import GRDB
import HubCore
import HubStorage
import HubTesting
import Testing

@testable import HubStorageSQLite

/// Keys are taken once, wherever they are: in memory, in the index, or on their way from the one to the other.
@Suite struct RecentClaimsTests {
    private func key(_ number: Int) -> String {
        // Spread over several parts, as hashes are over all.
        let spread = UInt64(bitPattern: Int64(number)) &* 0x9E37_79B9_7F4A_7C15
        return Hex.encode(withUnsafeBytes(of: spread.bigEndian) { Array($0) })
    }

    /// Commits a plan for each key, and returns the keys of those that were taken already.
    private func claim(_ numbers: Range<Int>, _ stores: [SQLiteStore], _ workspace: TestWorkspace) async throws -> [Int]
    {
        let version = try #require(try await stores[0].configurationVersion(of: workspace.id))
        return try await withThrowingTaskGroup(of: Int?.self) { group in
            for number in numbers {
                group.addTask {
                    let plan = workspace.plan(version: version, key: key(number))
                    let outcome = try await stores[number % stores.count].commit(plan)
                    if case .duplicate = outcome { return number }
                    return nil
                }
            }
            return try await group.reduce(into: []) { if let number = $1 { $0.append(number) } }.sorted()
        }
    }

    private func indexedKeys(_ store: SQLiteStore) async throws -> Int {
        try await store.read { try $0.first("SELECT count(*) FROM claim_key") { Int($0.int(0)) } ?? 0 }
    }

    @Test func `keys go into the index part by part when there are too many, and none is taken twice`() async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteStore(path: "\(folder)/martlet.db", recentClaims: RecentClaims(limit: 100))
            let workspace = try await TestWorkspace.make(store)
            for first in stride(from: 0, to: 2000, by: 20) {
                #expect(try await claim(first..<first + 20, [store], workspace).isEmpty)
            }
            let indexed = try await indexedKeys(store)
            #expect((200..<2000).contains(indexed), "neither none nor all of 2000 keys, but \(indexed)")
            #expect(try await claim(0..<2000, [store], workspace) == Array(0..<2000))
            await store.close()
        }
    }

    @Test func `two processes see each other's keys, whoever enters them`() async throws {
        try await TemporaryFolder.with { folder in
            let path = "\(folder)/martlet.db"
            let stores = [
                try SQLiteStore(path: path, recentClaims: RecentClaims(limit: 50)),
                try SQLiteStore(path: path, recentClaims: RecentClaims(limit: 1000)),
            ]
            let workspace = try await TestWorkspace.make(stores[0])
            #expect(try await claim(0..<600, stores, workspace).isEmpty)
            // Each with the other one.
            #expect(try await claim(0..<600, stores.reversed(), workspace) == Array(0..<600))
            while try await stores[1].deriveIndexes() {}
            #expect(try await claim(0..<600, stores, workspace) == Array(0..<600))
            for store in stores { await store.close() }
        }
    }

    @Test(arguments: [false, true])
    func `keys are known again after a restart, whether they had been entered or not`(isEntered: Bool) async throws {
        try await TemporaryFolder.with { folder in
            let path = "\(folder)/martlet.db"
            let first = try SQLiteStore(path: path)
            let workspace = try await TestWorkspace.make(first)
            #expect(try await claim(0..<300, [first], workspace).isEmpty)
            if isEntered { while try await first.deriveIndexes() {} }
            #expect(try await indexedKeys(first) == (isEntered ? 300 : 0))
            #expect(try await claim(300..<330, [first], workspace).isEmpty)
            await first.close()

            let second = try SQLiteStore(path: path)
            #expect(try await claim(0..<330, [second], workspace) == Array(0..<330))
            #expect(try await claim(330..<340, [second], workspace).isEmpty)
            await second.close()
        }
    }

    @Test func `what a failed transaction took is free, though others of its group are committed`() async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteStore(path: "\(folder)/martlet.db", recentClaims: RecentClaims(limit: 10))
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            let good = workspace.plan(version: version)
            _ = try await store.commit(good)
            // The same request id a second time fails, after its claim was taken.
            let poison = Plan(
                workspace: workspace.id, configurationVersion: version, request: good.request, body: nil,
                claims: workspace.plan(version: version, key: "poison").claims, events: [], effects: [], answer: "")
            await withDiscardingTaskGroup { group in
                for number in 0..<60 {
                    group.addTask {
                        let plan = number % 20 == 7 ? poison : workspace.plan(version: version, key: key(number))
                        _ = try? await store.commit(plan)
                    }
                }
            }
            let again = workspace.plan(version: version, key: "poison")
            guard case .committed = try await store.commit(again) else {
                Issue.record("the key of a plan that failed counts as taken")
                return
            }
            let taken = (0..<60).filter { $0 % 20 != 7 }
            #expect(try await claim(0..<60, [store], workspace) == taken)
            await store.close()
        }
    }

    @Test func `keys of claims that are over leave the index in the end, and can be taken again`() async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteStore(path: "\(folder)/martlet.db")
            let workspace = try await TestWorkspace.make(store)
            #expect(try await claim(0..<3000, [store], workspace).isEmpty)
            while try await store.deriveIndexes() {}
            #expect(try await indexedKeys(store) == 3000)
            let later = TestWorkspace.start + .seconds(8 * 86400)
            while try await store.removeExpired(at: later) {}
            // The newest row of a table stays, so that no number is given twice.
            #expect(try await store.read { try $0.first("SELECT count(*) FROM claim") { $0.int(0) } } == 1)
            #expect(try await indexedKeys(store) < 1000)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            for number in [0, 1500, 2999] {
                let plan = workspace.plan(version: version, key: key(number), at: later)
                guard case .committed = try await store.commit(plan) else {
                    Issue.record("key \(number) counts as taken though its claim is over")
                    continue
                }
            }
            await store.close()
        }
    }

    @Test func `finding a key in the index reads no other rows`() async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteStore(path: "\(folder)/martlet.db")
            let plan = try await store.read { db in
                try db.rows(
                    """
                    EXPLAIN QUERY PLAN SELECT c.answer FROM claim_key k
                    JOIN claim c ON c.seq = k.claim AND c.key = k.key WHERE k.key = x'00'
                    """
                ) { $0.text(3) }
            }
            #expect(plan.count == 2)
            #expect(plan.allSatisfy { $0.hasPrefix("SEARCH") })
            await store.close()
        }
    }
}
