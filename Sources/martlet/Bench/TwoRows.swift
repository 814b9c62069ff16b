import Foundation
import GRDBSQLite
import Synchronization

/// The least that anyone does who stores an event before answering: its body and a row for what is to follow, an index
/// on each, committed in groups with `synchronous=FULL`. Nothing is read, claimed or worded.
///
/// Straight on SQLite, without a layer between: a floor for whoever stores, not a design.
final class TwoRows: Sendable {
    private struct Job {
        let id: [UInt8]
        let body: [UInt8]
        let finish: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var waiting: [Job] = []
        var isAsleep = false
        /// Whether the file cannot be opened.
        var isBroken = false
    }

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let path: String

    init(path: String) {
        self.path = path
        let thread = Thread { [self] in run() }
        thread.stackSize = 1 << 20
        thread.start()
    }

    func store(_ body: [UInt8]) async throws {
        let id = withUnsafeBytes(of: (DispatchTime.now().uptimeNanoseconds.bigEndian, UInt64.random(in: 0 ... .max))) {
            Array($0)
        }
        try await withCheckedThrowingContinuation { continuation in
            let (isAsleep, isBroken) = state.withLock { state in
                if !state.isBroken { state.waiting.append(Job(id: id, body: body, finish: continuation)) }
                defer { state.isAsleep = false }
                return (state.isAsleep, state.isBroken)
            }
            if isBroken { continuation.resume(throwing: Self.failure) }
            if isAsleep { wake.signal() }
        }
    }

    // MARK: On the thread

    private func run() {
        var database: OpaquePointer?
        guard sqlite3_open(path, &database) == SQLITE_OK,
            sqlite3_exec(database, Self.schema, nil, nil, nil) == SQLITE_OK,
            let event = prepare(database, "INSERT INTO event VALUES (?, ?, ?, ?)"),
            let delivery = prepare(database, "INSERT INTO delivery (event, state, due_at) VALUES (?, 'pending', ?)")
        else { return giveUp() }
        while true {
            let group = state.withLock { state in
                defer { state.waiting.removeAll(keepingCapacity: true) }
                state.isAsleep = state.waiting.isEmpty
                return state.waiting
            }
            guard !group.isEmpty else {
                wake.wait()
                continue
            }
            sqlite3_exec(database, "BEGIN IMMEDIATE", nil, nil, nil)
            var isStored = true
            for job in group {
                let hasEvent = insert(event, job.id) { statement in
                    sqlite3_bind_text(statement, 2, "issues.opened", -1, nil)
                    sqlite3_bind_int64(statement, 3, 1)
                    job.body.withUnsafeBytes { bytes in
                        _ = sqlite3_bind_blob(statement, 4, bytes.baseAddress, Int32(bytes.count), nil)
                        sqlite3_step(statement)
                    }
                }
                let hasDelivery = insert(delivery, job.id) { statement in
                    sqlite3_bind_int64(statement, 2, 1)
                    sqlite3_step(statement)
                }
                isStored = isStored && hasEvent && hasDelivery
            }
            isStored = sqlite3_exec(database, "COMMIT", nil, nil, nil) == SQLITE_OK && isStored
            for job in group {
                job.finish.resume(with: isStored ? .success(()) : .failure(Self.failure))
            }
        }
    }

    private static let failure = BenchError("an event was not stored")

    private func giveUp() {
        let waiting = state.withLock { state in
            state.isBroken = true
            return state.waiting
        }
        for job in waiting { job.finish.resume(throwing: Self.failure) }
    }

    private func insert(_ statement: OpaquePointer, _ id: [UInt8], _ more: (OpaquePointer) -> Void) -> Bool {
        id.withUnsafeBytes { bytes in
            sqlite3_bind_blob(statement, 1, bytes.baseAddress, Int32(bytes.count), nil)
            more(statement)
        }
        return sqlite3_reset(statement) == SQLITE_OK
    }

    private func prepare(_ database: OpaquePointer?, _ sql: String) -> OpaquePointer? {
        var statement: OpaquePointer?
        return sqlite3_prepare_v3(database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil) == SQLITE_OK
            ? statement : nil
    }

    private static let schema = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        CREATE TABLE event (id BLOB NOT NULL, type TEXT NOT NULL, created_at INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE UNIQUE INDEX event_id ON event (id);
        CREATE TABLE delivery (
            seq INTEGER PRIMARY KEY, event BLOB NOT NULL, state TEXT NOT NULL, due_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX delivery_due ON delivery (state, due_at);
        """
}
