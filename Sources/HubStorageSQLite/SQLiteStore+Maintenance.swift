import Foundation
import GRDB
package import HubCore
package import HubStorage
import Synchronization

extension SQLiteStore {
    /// How many rows one writer job touches at most.
    private static let piece = 500

    package func removeExpired(at now: Timestamp) async throws(StoreError) -> Bool {
        var removed = 0
        for workspace in try await workspaces() {
            removed += try await removeExpired(of: workspace, at: now)
        }
        removed += try await removeExpiredClaims(at: now)
        try await write { db in
            try db.run(
                """
                DELETE FROM credential
                WHERE kind IN ('session', 'invitation', 'portalLink', 'portalSession') AND expires_at <= ?
                """, SQLValue(now))
        }
        if removed > 0 {
            try await write { try $0.run("PRAGMA incremental_vacuum(200)") }
        }
        return removed > 0
    }

    /// Each source's claims last as long as it says, so that any of them may be over: they are looked for beside the
    /// writer.
    private func removeExpiredClaims(at now: Timestamp) async throws(StoreError) -> Int {
        let after = claimsLookedThrough.load(ordering: .relaxed)
        let expired = try await read { db in
            try db.rows(
                """
                SELECT seq FROM claim WHERE seq > ? AND expires_at <= ? AND seq < (SELECT max(seq) FROM claim)
                ORDER BY seq LIMIT ?
                """, [.int(after), SQLValue(now), .int(Int64(Self.piece))]
            ) { $0.int(0) }
        }
        claimsLookedThrough.store(expired.count < Self.piece ? 0 : expired.last ?? 0, ordering: .relaxed)
        guard !expired.isEmpty else { return 0 }
        try await write { db in
            for seq in expired { try db.run("DELETE FROM claim WHERE seq = ?", .int(seq)) }
        }
        try await sweepClaimKeys()
        return expired.count
    }

    /// Takes keys out of the index whose claims have been removed, a stretch of it at a time and round again: a claim
    /// that goes would else cost a look at a page of its own. Four keys are looked at for each claim that has gone, so
    /// that a quarter of the index at most is of no more use.
    private func sweepClaimKeys() async throws(StoreError) {
        let start = claimKeysSwept.withLock { $0 }
        let limit = 4 * Self.piece
        let keys = try await read { db in
            try db.rows(
                """
                SELECT k.key, c.seq IS NULL FROM claim_key k LEFT JOIN claim c ON c.seq = k.claim WHERE k.key > ?
                ORDER BY k.key LIMIT ?
                """, [.blob(start), .int(Int64(limit))]
            ) { (bytes: $0.bytes(0), isGone: $0.bool(1)) }
        }
        let next = keys.count < limit ? [] : keys.last?.bytes ?? []
        claimKeysSwept.withLock { $0 = next }
        let gone = keys.filter(\.isGone).map(\.bytes)
        for first in stride(from: 0, to: gone.count, by: Self.piece) {
            try await write { db in
                for key in gone[first..<min(first + Self.piece, gone.count)] {
                    // It may have been taken again in the meantime.
                    try db.run(
                        """
                        DELETE FROM claim_key WHERE key = ? AND NOT EXISTS (SELECT 1 FROM claim WHERE seq = claim)
                        """, .blob(key))
                }
            }
        }
    }

    /// Numbers come with time: the index of ids tells where what is over ends, without a look at every row. Those of one
    /// millisecond are in no order, which is why each row's own time counts as well.
    private func removeExpired(of workspace: Workspace, at now: Timestamp) async throws(StoreError) -> Int {
        let bodiesEnd = now - .seconds(86400 * Int64(workspace.retention.bodiesDays))
        let metadataEnd = now - .seconds(86400 * Int64(workspace.retention.metadataDays))
        let id = SQLValue(workspace.id)
        return try await write { db in
            var removed = try db.removeExpiredDeliveries(
                of: workspace.id, bodiesEnd: bodiesEnd, metadataEnd: metadataEnd, limit: Self.piece)
            try db.run(
                """
                DELETE FROM body WHERE request IN (SELECT b.request FROM body b JOIN request r ON r.seq = b.request
                    WHERE b.request < \(Self.firstSeq("request", parameter: "?2")) AND r.workspace = ?1
                    AND r.received_at < ?3 ORDER BY b.request LIMIT ?4)
                """, id, Self.idBound(bodiesEnd), SQLValue(bodiesEnd), .int(Int64(Self.piece)))
            removed += db.changesCount
            try db.run(
                """
                DELETE FROM event_data WHERE event IN (SELECT d.event FROM event_data d JOIN event e ON e.seq = d.event
                    WHERE d.event < \(Self.firstSeq("event", parameter: "?2")) AND e.workspace = ?1
                    AND e.created_at < ?3 ORDER BY d.event LIMIT ?4)
                """, id, Self.idBound(bodiesEnd), SQLValue(bodiesEnd), .int(Int64(Self.piece)))
            removed += db.changesCount
            try db.run(
                """
                DELETE FROM request WHERE seq IN (SELECT seq FROM request WHERE kind IN (\(LogKind.ofWorkspace(.request))) AND seq < \(Self.firstSeq("request", parameter: "?2")) AND received_at < ?3
                    AND seq < (SELECT max(seq) FROM request) LIMIT ?4)
                """, id, Self.idBound(metadataEnd), SQLValue(metadataEnd), .int(Int64(Self.piece)))
            removed += db.changesCount
            let expired = try db.rows(
                """
                SELECT seq, type, external_id, reason FROM event WHERE kind IN (\(LogKind.ofWorkspace(.event))) AND seq < \(Self.firstSeq("event", parameter: "?2")) AND created_at < ?3
                    AND seq < (SELECT max(seq) FROM event)
                    AND seq <= (SELECT min(done) FROM derived_progress WHERE subject IN ('event', 'tally'))
                LIMIT ?4
                """, [id, Self.idBound(metadataEnd), SQLValue(metadataEnd), .int(Int64(Self.piece))]
            ) { ($0.int(0), $0.text(1), $0.optionalText(2), $0.optionalText(3)) }
            for (seq, type, externalID, reason) in expired {
                try db.run(
                    """
                    INSERT INTO event_search (event_search, rowid, type, external_id, reason)
                    VALUES ('delete', ?, ?, ?, ?)
                    """, .int(seq), .text(type), SQLValue(externalID), SQLValue(reason))
                try db.run("DELETE FROM event_data WHERE event = ?", .int(seq))
                try db.run("DELETE FROM event WHERE seq = ?", .int(seq))
            }
            try db.run(
                "DELETE FROM event_tally WHERE workspace = ? AND moment < ?", id, SQLValue(metadataEnd))
            return removed + expired.count
        }
    }

    package func deriveIndexes() async throws(StoreError) -> Bool {
        try await write { [recentClaims] db in
            let claims = try recentClaims.enter(db, keys: Self.piece)
            let events = try db.advance(
                "event", over: "event", by: Self.piece,
                """
                INSERT INTO event_search (rowid, type, external_id, reason) SELECT seq, type, external_id, reason
                FROM event WHERE seq > ? AND seq <= ?
                """)
            let messages = try db.advance(
                "message", over: "message", by: Self.piece,
                """
                INSERT INTO message_search (rowid, topic, body) SELECT seq, topic, body FROM message
                WHERE seq > ? AND seq <= ?
                """)
            let tally = try db.advance("tally", over: "event", by: Self.piece, EventTally.advance)
            let transcripts = try db.indexStaleTranscripts(limit: 20)
            let tickets = try db.indexStaleTickets(limit: 20)
            return claims || events || messages || tally || transcripts || tickets
        }
    }

    package func backUp(
        to path: String, progress: @escaping @Sendable (Double) -> Void
    ) async throws(StoreError) {
        do {
            let pool = pool
            // GRDB copies page by page on the calling thread; a thread of its own keeps the pool of tasks free.
            try await onThread {
                let copy = try DatabaseQueue(path: path)
                try pool.backup(to: copy, pagesPerStep: 1000) { step in
                    let total = max(step.totalPageCount, 1)
                    progress(Double(step.completedPageCount) / Double(total))
                }
                try copy.close()
            }
        } catch {
            throw Self.translate(error)
        }
    }

    package func reseal(
        _ seal: @escaping @Sendable (_ sealed: [UInt8], _ place: String) throws -> [UInt8]
    ) async throws(StoreError) -> Int {
        try await write { db in
            let found = try db.rows(
                "SELECT place, position, sealed FROM secret WHERE sealed IS NOT NULL"
            ) { ($0.text(0), $0.int(1), $0.bytes(2)) }
            for (place, position, sealed) in found {
                try db.run(
                    "UPDATE secret SET sealed = ? WHERE place = ? AND position = ?", .blob(try seal(sealed, place)),
                    .text(place), .int(position))
            }
            // Snapshots made before hold secrets under the old key.
            try db.run("UPDATE workspace SET version = version + 1")
            return found.count
        }
    }

    package func sealingKeyIDs() async throws(StoreError) -> Set<[UInt8]> {
        try await read { db in
            Set(
                try db.rows("SELECT DISTINCT substr(sealed, 1, 8) FROM secret WHERE sealed IS NOT NULL") { $0.bytes(0) }
            )
        }
    }

    package func instanceSecret(at place: String, orStore fresh: [UInt8]) async throws(StoreError) -> [UInt8] {
        let sql = "SELECT sealed FROM secret WHERE place = ? AND position = 0"
        if let known = try await read({ try $0.first(sql, .text(place)) { $0.bytes(0) } }) { return known }
        return try await write { db in
            // Two processes may start at once: the first one's stays.
            try db.run(
                """
                INSERT OR IGNORE INTO secret (place, position, workspace, sealed, created_at)
                VALUES (?, 0, '', ?, unixepoch() * 1000)
                """, .text(place), .blob(fresh))
            return try db.first(sql, .text(place)) { $0.bytes(0) } ?? fresh
        }
    }

    package func inspect() async throws(StoreError) -> StoreInspection {
        let problems = try await read { db in
            try db.rows("PRAGMA integrity_check(20)") { $0.text(0) }.filter { $0 != "ok" }
        }
        let synchronous = try await write { try $0.first("PRAGMA synchronous") { $0.int(0) } }
        return StoreInspection(problems: problems, isDurable: synchronous == 2)
    }

    private func onThread(_ work: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
        }
    }
}

extension Database {
    /// Gives up what can be sent no more since what it says is not kept, forgets attempts with what was said in them,
    /// and in the end the deliveries themselves.
    fileprivate func removeExpiredDeliveries(
        of workspace: WorkspaceID, bodiesEnd: Timestamp, metadataEnd: Timestamp, limit: Int
    ) throws -> Int {
        var removed = 0
        let values = [SQLValue(workspace), SQLValue(bodiesEnd), .int(Int64(limit))]
        for sql in [
            // Numbers come with time, so that the index of open ones tells without a look at each row.
            """
            UPDATE delivery SET state = 'discarded', due_at = NULL WHERE seq IN (
                SELECT seq FROM delivery INDEXED BY delivery_open WHERE due_at IS NOT NULL
                    AND seq < \(SQLiteStore.firstSeq("delivery", parameter: "?4")) AND state = 'pending'
                    AND workspace = ?1 AND created_at < ?2 LIMIT ?3)
            """,
            """
            DELETE FROM attempt WHERE (delivery, number) IN (
                SELECT a.delivery, a.number FROM attempt a JOIN delivery d ON d.seq = a.delivery
                WHERE a.delivery < \(SQLiteStore.firstSeq("delivery", parameter: "?4")) AND d.workspace = ?1
                    AND a.started_at < ?2 ORDER BY a.delivery LIMIT ?3)
            """,
        ] {
            try run(sql, values[0], values[1], values[2], SQLiteStore.idBound(bodiesEnd))
            removed += changesCount
        }
        try run(
            """
            DELETE FROM delivery WHERE seq IN (SELECT seq FROM delivery WHERE workspace = ?1
                AND seq < \(SQLiteStore.firstSeq("delivery", parameter: "?2")) AND created_at < ?3
                AND due_at IS NULL AND seq < (SELECT max(seq) FROM delivery) ORDER BY seq LIMIT ?4)
            """, SQLValue(workspace), SQLiteStore.idBound(metadataEnd), SQLValue(metadataEnd), .int(Int64(limit)))
        removed += changesCount
        try run(
            "DELETE FROM recovery WHERE workspace = ? AND created_at < ? AND state <> 'running'", SQLValue(workspace),
            SQLValue(metadataEnd))
        return removed
    }

    /// Runs `insert` over the next rows of a table, those after its first `?` up to its second, and remembers how far
    /// it came.
    fileprivate func advance(_ subject: String, over table: String, by limit: Int, _ insert: String) throws -> Bool {
        let done = try first("SELECT done FROM derived_progress WHERE subject = ?", .text(subject)) { $0.int(0) } ?? 0
        let last = try first(
            "SELECT max(seq) FROM (SELECT seq FROM \(table) WHERE seq > ? ORDER BY seq LIMIT ?)", .int(done),
            .int(Int64(limit))
        ) { $0.optionalInt(0) }
        guard let last = last ?? nil else { return false }
        try run(insert, .int(done), .int(last))
        try run("UPDATE derived_progress SET done = ? WHERE subject = ?", .int(last), .text(subject))
        return true
    }

    fileprivate func indexStaleTranscripts(limit: Int) throws -> Bool {
        let stale = try rows("SELECT seq FROM search_stale_transcript LIMIT ?", [.int(Int64(limit))]) { $0.int(0) }
        for seq in stale {
            try run("DELETE FROM transcript_search WHERE rowid = ?", .int(seq))
            try run(
                """
                INSERT INTO transcript_search (rowid, title, entries)
                SELECT t.seq, t.title, (SELECT group_concat(content, char(10)) FROM transcript_entry
                    WHERE transcript = t.id) FROM transcript t WHERE t.seq = ?
                """, .int(seq))
            try run("DELETE FROM search_stale_transcript WHERE seq = ?", .int(seq))
        }
        return !stale.isEmpty
    }
}

/// Events counted ahead, so that a chart over a busy day does not count them all again.
enum EventTally {
    /// In milliseconds: five minutes.
    static let width: Int64 = 300_000

    static let advance = """
        INSERT INTO event_tally (workspace, moment, outcome, count)
        SELECT workspace, created_at / \(width) * \(width), outcome, count(*) FROM event WHERE seq > ? AND seq <= ?
        GROUP BY 1, 2, 3 ON CONFLICT DO UPDATE SET count = count + excluded.count
        """
}
