import Foundation
import GRDB
import HubCore
package import HubStorage
import Synchronization

/// The embedded default: one SQLite file (WAL, `synchronous=FULL`), written by one thread, read by a pool.
package final class SQLiteStore: Store {
    let pool: DatabasePool
    let writer: Writer
    let recentClaims: RecentClaims
    let logKinds = LogKinds()
    /// Up to how many rows of a list are looked at one by one, for words in them.
    let fewRows: Int
    private let checkpointer: Checkpointer
    private let followers: CommitFollowers
    private let followersOfOthers: CommitFollowers
    /// How far ``removeExpired(at:)`` has looked for claims that are over.
    let claimsLookedThrough = Atomic<Int64>(0)
    /// Up to which key it has looked for those in their index that are of no more use.
    let claimKeysSwept = Mutex<[UInt8]>([])
    private let path: String

    private static let fewRows = 2000

    /// How long a statement waits for another process.
    static let busyMilliseconds: Int32 = 5000

    /// Opens the file, made when it is not there, and brings its schema up to date.
    ///
    /// A copy of an older schema's file is left beside it (`….before-0002`).
    ///
    /// - Throws: ``StoreError/incompatible(detail:)`` for a file of a newer version, ``StoreError/unavailable(detail:)``
    ///   when it cannot be opened or made durable.
    package convenience init(path: String) throws(StoreError) {
        try self.init(path: path, fewRows: Self.fewRows)
    }

    init(
        path: String, recentClaims: RecentClaims = RecentClaims(limit: RecentClaims.limit),
        fewRows: Int = SQLiteStore.fewRows
    ) throws(StoreError) {
        self.path = path
        self.fewRows = fewRows
        self.recentClaims = recentClaims
        do {
            let isNew = !FileManager.default.fileExists(atPath: path)
            var configuration = Configuration()
            configuration.busyMode = .timeout(TimeInterval(Self.busyMilliseconds) / 1000)
            configuration.maximumReaderCount = 4
            configuration.prepareDatabase { db in
                if isNew, !db.configuration.readonly { try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
                try db.execute(sql: "PRAGMA cache_size = -8000")
                try db.execute(sql: "PRAGMA secure_delete = ON")
            }
            pool = try DatabasePool(path: path, configuration: configuration)
            try Self.migrate(pool, path: path)
            // Claimed keys are entered all over their index, which soon is larger than what a reader needs to see.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA cache_size = -32000") }
            try Self.demandFullSync(pool)
            let checkpointer = try Checkpointer(path: path, configuration)
            pool.writeWithoutTransaction { checkpointer.follow($0) }
            self.checkpointer = checkpointer
        } catch {
            throw Self.translate(error)
        }
        let (followers, followersOfOthers) = (CommitFollowers(), CommitFollowers())
        (self.followers, self.followersOfOthers) = (followers, followersOfOthers)
        writer = Writer(pool: pool, checkpointer: checkpointer, recentClaims: recentClaims, logKinds: logKinds) {
            isOthers in
            followers.notify()
            if isOthers { followersOfOthers.notify() }
        }
    }

    private static func migrate(_ pool: DatabasePool, path: String) throws {
        let migrator = Schema.migrator
        let (applied, isNewer) = try pool.read { db in
            (try migrator.appliedIdentifiers(db), try migrator.hasBeenSuperseded(db))
        }
        guard !isNewer else {
            throw StoreError.incompatible(detail: "\(path) was written by a newer version of Martlet")
        }
        guard let next = migrator.migrations.first(where: { !applied.contains($0) }) else { return }
        if !applied.isEmpty {
            let copy = try DatabaseQueue(path: "\(path).before-\(next)")
            try pool.backup(to: copy)
            try copy.close()
        }
        try migrator.migrate(pool)
    }

    /// GRDB sets `synchronous` to NORMAL when it opens a WAL file, after `prepareDatabase`.
    private static func demandFullSync(_ pool: DatabasePool) throws {
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2 else {
                throw StoreError.unavailable(detail: "SQLite refuses synchronous=FULL")
            }
        }
    }

    // MARK: Reading and writing

    func read<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await pool.read(work)
        } catch {
            throw Self.translate(error)
        }
    }

    func write<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await writer.perform(work)
        } catch {
            throw Self.translate(error)
        }
    }

    package func commits() -> AsyncStream<Void> { followers.follow() }

    package func commitsOfOthers() -> AsyncStream<Void> { followersOfOthers.follow() }

    package func health() async -> StoreHealth {
        if let trouble = writer.trouble {
            // Find out whether it has passed: nothing else might write for a while.
            do {
                try await writer.perform { db in
                    // There and back: SQLite writes no page for a value that stays as it is.
                    try db.run("UPDATE derived_progress SET done = done + 1 WHERE subject = 'event'")
                    try db.run("UPDATE derived_progress SET done = done - 1 WHERE subject = 'event'")
                }
            } catch {
                return StoreHealth(trouble: trouble)
            }
        }
        return StoreHealth(trouble: nil)
    }

    package func statistics() async throws(StoreError) -> StoreStatistics {
        let counts = writer.counts
        let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int64
        return StoreStatistics(commits: counts.commits, committedJobs: counts.jobs, fileBytes: size ?? 0)
    }

    package var waitingJobs: Int { writer.waitingJobs }

    package func close() async {
        await writer.close()
        checkpointer.close()
        // The connection that closes last only reads and could not do it. Others may be at work: then it is theirs.
        _ = try? await pool.writeWithoutTransaction { try $0.checkpoint(.passive) }
        // Readers that are still at work keep it open until the process ends with them.
        try? pool.close()
    }

    static func translate(_ error: any Error) -> StoreError {
        switch error {
        case let error as StoreError: return error
        case is CancellationError: return .cancelled
        case let error as DatabaseError where error.resultCode.primaryResultCode == .SQLITE_CONSTRAINT:
            return .conflict(what: conflictingTable(error.message ?? ""))
        case let error as DatabaseError where error.resultCode.primaryResultCode == .SQLITE_TOOBIG:
            return .invalid(detail: "larger than a row may be")
        case let error as DatabaseError:
            return .unavailable(detail: error.message ?? error.resultCode.description)
        default: return .unavailable(detail: String(describing: type(of: error)))
        }
    }

    /// From `UNIQUE constraint failed: source.workspace, source.name`: the source.
    private static func conflictingTable(_ message: String) -> String {
        let columns = message.split(separator: ": ").last ?? ""
        return String(columns.split(separator: ".").first ?? "row")
    }
}

/// Those who want to know when something was committed.
private final class CommitFollowers: Sendable {
    private let continuations = Mutex<[UUID: AsyncStream<Void>.Continuation]>([:])

    func follow() -> AsyncStream<Void> {
        let key = UUID()
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        continuations.withLock { $0[key] = continuation }
        continuation.onTermination = { [weak self] _ in
            self?.continuations.withLock { $0[key] = nil }
        }
        return stream
    }

    func notify() {
        continuations.withLock { continuations in
            for continuation in continuations.values { continuation.yield() }
        }
    }
}
