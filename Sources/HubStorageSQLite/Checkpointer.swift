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

    private struct Log {
        var pages = 0
        /// At how many pages it is copied next.
        var due = Checkpointer.pageLimit
    }

    /// How many pages of log are copied at once.
    private static let pageLimit = 2000
    /// How many pages may be left to the writing connection.
    private static let restLimit = 100
    private static let passLimit = 4
    /// From how many pages on the writing connection waits for those who read, whom the log cannot begin anew under.
    private static let patience = 16_000

    private let queue: DatabaseQueue
    private let phase = Atomic(Phase.resting)
    private let log = Mutex(Log())

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
                checkpointer.note(pages: Int(pages))
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func note(pages: Int) {
        log.withLock { log in
            // It has begun anew.
            if pages < log.pages { log.due = Self.pageLimit }
            log.pages = pages
        }
    }

    /// Whether ``advance(_:)`` has something to do.
    var isDue: Bool {
        switch phase.load(ordering: .acquiring) {
        case .resting: log.withLock { $0.pages >= $0.due }
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
            // What fails is tried again when the log has grown; it is complete without it.
            let pages = log.withLock { $0.pages }
            if pages >= Self.patience { restart(writer) } else { _ = try? writer.checkpoint(.passive) }
            log.withLock { $0.due = pages + Self.pageLimit }
            phase.store(.resting, ordering: .releasing)
        }
    }

    /// Waits a moment until nobody reads from the log any more; with readers that always overlap it would never end.
    private func restart(_ writer: Database) {
        sqlite3_busy_timeout(writer.sqliteConnection, 100)
        _ = try? writer.checkpoint(.restart)  // As above.
        sqlite3_busy_timeout(writer.sqliteConnection, SQLiteStore.busyMilliseconds)
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
