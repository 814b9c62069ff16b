import GRDB
import HubStorage
import HubTesting
import Testing

@testable import HubStorageSQLite

@Suite struct SQLiteTroubleTests {
    @Test func `a database that has become read-only refuses, says so, and takes again once it may be written`()
        async throws
    {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteStore(path: "\(folder)/martlet.db")
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            _ = try await store.commit(workspace.plan(version: version, key: "before"))
            #expect(await store.health().trouble == nil)

            try setReadOnly(true, store)
            await #expect(throws: StoreError.self) {
                try await store.commit(workspace.plan(version: version, key: "refused"))
            }
            #expect(await store.health().trouble?.contains("readonly") == true)

            try setReadOnly(false, store)
            #expect(await store.health().trouble == nil)
            let again = try await store.commit(workspace.plan(version: version, key: "refused"))
            #expect(again == .committed(messageSeqs: [2]), "what was refused had left something")
            await store.close()
        }
    }

    private func setReadOnly(_ isReadOnly: Bool, _ store: SQLiteStore) throws {
        try store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = \(isReadOnly ? 1 : 0)") }
    }

    /// SQLite's own checkpoints are switched off: what takes their place must keep the log from growing.
    @Test(arguments: [false, true])
    func `the write-ahead log stays small however much is written, also under readers`(isRead: Bool) async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteStore(path: "\(folder)/martlet.db")
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            let body = String(repeating: "b", count: 20_000)
            // Readers that overlap: there is no moment at which nobody reads.
            let readers = Task {
                await withDiscardingTaskGroup { group in
                    for _ in 0..<(isRead ? 2 : 0) {
                        group.addTask {
                            while !Task.isCancelled {
                                _ = try? await store.requests(of: workspace.id, RequestQuery(), PageRequest(limit: 100))
                            }
                        }
                    }
                }
            }
            var largest = 0
            for round in 0..<40 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<100 {
                        group.addTask {
                            let plan = workspace.plan(version: version, key: "\(round)/\(number)", body: body)
                            _ = try await store.commit(plan)
                        }
                    }
                    try await group.waitForAll()
                }
                // On a machine that does everything at once the copy would else never have its turn.
                try await Task.sleep(for: .milliseconds(10))
                largest = max(largest, try TemporaryFolder.size(of: "\(folder)/martlet.db-wal"))
            }
            readers.cancel()
            // Of more than a hundred megabytes that went through it.
            #expect(largest < 96 << 20, "\(largest)")
            #expect(try TemporaryFolder.size(of: "\(folder)/martlet.db") > 60 << 20)
            await store.close()
        }
    }
}
