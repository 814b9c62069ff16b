import GRDB
import GRDBSQLite
import Synchronization

/// Brings what is committed from the write-ahead log into the file, beside the thread that writes.
///
/// A connection of its own copies most of the log while commits go on. The little that came meanwhile is left to the
/// writing connection, between two commits: only a log that is copied whole is written from its beginning again.
final class Checkpointer: Sendable {
    private enum Phase: UInt8, AtomicRepresentable {
        case resting, copying, copied
    }

    /// From how many pages of log on it is copied.
    private static let pageLimit = 2000
    /// How many pages may be left to the writing connection.
    private static let restLimit = 100
    private static let passLimit = 4

    private let queue: DatabaseQueue
    private let phase = Atomic(Phase.resting)
    private let logPages = Atomic(0)

    init(path: String, _ configuration: Configuration) throws {
        queue = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Takes the place of SQLite's own checkpoints, which hold up the commit that reaches their limit.
    func follow(_ writer: Database) {
        // SQLite calls back on this connection's commits only, and this object outlives the connection.
        sqlite3_wal_hook(
            writer.sqliteConnection,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                let checkpointer = Unmanaged<Checkpointer>.fromOpaque(context).takeUnretainedValue()
                checkpointer.logPages.store(Int(pages), ordering: .relaxed)
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Whether ``advance(_:)`` has something to do.
    var isDue: Bool {
        switch phase.load(ordering: .acquiring) {
        case .resting: logPages.load(ordering: .relaxed) >= Self.pageLimit
        case .copying: false
        case .copied: true
        }
    }

    /// The next step, on the writing connection and between two commits.
    func advance(_ writer: Database) {
        switch phase.load(ordering: .acquiring) {
        case .resting:
            phase.store(.copying, ordering: .releasing)
            queue.asyncWriteWithoutTransaction { [self] db in copy(db) }
        case .copying:
            break
        case .copied:
            // What fails is tried again after the next commit; the log is complete without it.
            _ = try? writer.checkpoint(.passive)
            phase.store(.resting, ordering: .releasing)
        }
    }

    private func copy(_ db: Database) {
        for _ in 0..<Self.passLimit {
            // As above.
            guard let log = try? db.checkpoint(.passive) else { break }
            if log.walFrameCount - log.checkpointedFrameCount <= Self.restLimit { break }
        }
        phase.store(.copied, ordering: .releasing)
    }

    /// Waits for a copy that is under way.
    func close() {
        // Whoever closes last does what is left.
        try? queue.close()
    }
}
