import GRDB
import HubCore
package import HubStorage

extension SQLiteStore {
    package func announce() -> Announcement { writer.announce() }

    package func commit(
        _ plan: Plan, _ announcement: Announcement?,
        then finish: @escaping @Sendable (Result<CommitOutcome, StoreError>) -> Void
    ) {
        let rows = PlanRows(plan)
        writer.submit(announcement) { [recentClaims, logKinds] db in
            try db.commit(rows, recentClaims, logKinds)
        } then: { result in
            finish(result.mapError(Self.translate).flatMap { $0 })
        }
    }

    package func record(_ refusals: [Refusal]) async throws(StoreError) {
        try await write { db in
            for refusal in refusals { try db.insert(refusal) }
        }
    }
}

extension Database {
    /// - Returns: an obstacle as a value and no throw: the others of the group are committed with it all the same.
    fileprivate func commit(
        _ rows: PlanRows, _ recentClaims: RecentClaims, _ kinds: LogKinds
    ) throws -> Result<CommitOutcome, StoreError> {
        let plan = rows.plan
        guard try configurationVersion(of: plan.workspace) == plan.configurationVersion else {
            return .success(.stale)
        }
        if let obstacle = try obstacle(to: plan) { return .failure(obstacle) }
        if let answer = try claim(rows, recentClaims) { return .success(.duplicate(answer: answer)) }
        return .success(.committed(messageSeqs: try insert(rows, kinds)))
    }

    func configurationVersion(of workspace: WorkspaceID) throws -> Int64? {
        try first("SELECT version FROM workspace WHERE id = ?", SQLValue(workspace)) { $0.int(0) }
    }

    // MARK: Idempotency

    /// Takes the claims of a plan, all of them or none.
    ///
    /// - Returns: when one is taken already, what its owner was told; the repetition is counted.
    fileprivate func claim(_ rows: PlanRows, _ recent: RecentClaims) throws -> String? {
        let plan = rows.plan
        let now = plan.request?.receivedAt ?? plan.events.first?.createdAt ?? Timestamp(milliseconds: 0)
        for (claim, row) in zip(plan.claims, rows.claims) {
            guard let earlier = try earlierClaim(row.key, recent), now < earlier.expiresAt else { continue }
            try run(
                """
                UPDATE request SET duplicates = duplicates + 1, differing_duplicates = differing_duplicates + ?
                WHERE id = ?
                """, .int(earlier.bodyHash == claim.bodyHash ? 0 : 1), .blob(earlier.request))
            return earlier.answer
        }
        for (key, row) in rows.claims {
            try run(PlanRows.insertClaim, row, of: rows.values)
            recent.take(key, lastInsertedRowID)
        }
        return nil
    }

    private struct EarlierClaim {
        let answer: String
        let bodyHash: [UInt8]
        let request: [UInt8]
        let expiresAt: Timestamp
    }

    /// The newest claim with this key, which may be over; nil: there is none, or it has been removed.
    private func earlierClaim(_ key: ClaimKey, _ recent: RecentClaims) throws -> EarlierClaim? {
        let columns = "SELECT c.answer, c.body_hash, c.request, c.expires_at FROM"
        func read(_ row: SQLRow) -> EarlierClaim {
            EarlierClaim(
                answer: row.text(0), bodyHash: row.bytes(1), request: row.bytes(2), expiresAt: row.timestamp(3))
        }
        if let seq = recent.seq(of: key) {
            return try first("\(columns) claim c WHERE c.seq = ?", .int(seq), read: read)
        }
        return try first(
            "\(columns) claim_key k JOIN claim c ON c.seq = k.claim AND c.key = k.key WHERE k.key = ?",
            .blob(key.bytes), read: read)
    }

    // MARK: What happened

    func insert(_ plan: Plan, _ kinds: LogKinds) throws -> [Int64] { try insert(PlanRows(plan), kinds) }

    private func insert(_ rows: PlanRows, _ kinds: LogKinds) throws -> [Int64] {
        let plan = rows.plan
        var messages: [ID<Event>: (first: Int64, count: Int64)] = [:]
        var transcripts: [ID<Event>: ID<Transcript>] = [:]
        var seqs: [Int64] = []
        var followers: [Plan] = []
        for (effect, row) in zip(plan.effects, rows.posts) {
            switch effect {
            case .post(let post):
                guard let row else { continue }
                let seq = try insert(post, row, of: rows)
                let first = messages[post.event]?.first ?? seq
                messages[post.event] = (first, seq - first + 1)
                seqs.append(seq)
            case .mergeTranscript(let merge):
                let merged = try self.merge(merge, plan: plan)
                transcripts[merge.event] = merged.id
                if let change = merged.change, let follower = merge.consequences?(change) { followers.append(follower) }
            case .keep(let change):
                try keep(change)
            case .deliver, .fanOut:
                break  // These name their event by its number.
            }
        }
        var firstEvent: Int64 = 0
        var eventSeqs: [ID<Event>: (seq: Int64, at: Timestamp)] = [:]
        for (index, (event, row)) in zip(plan.events, rows.events).enumerated() {
            let message = messages[event.id]
            try run(
                PlanRows.insertEvent, row, of: rows.values, .int(message?.first ?? 0), .int(message?.count ?? 0),
                SQLValue(transcripts[event.id]), .int(try kinds.number(of: rows.eventKinds[index], self)))
            let seq = lastInsertedRowID
            if firstEvent == 0 { firstEvent = seq }
            eventSeqs[event.id] = (seq, event.createdAt)
            if let content = plan.contents[event.id] { try insert(content, of: seq) }
        }
        for effect in plan.effects {
            switch effect {
            case .deliver(let delivery):
                guard let event = eventSeqs[delivery.event] else { continue }
                try insert(delivery, of: event.seq, plan.workspace, at: event.at)
            case .fanOut(let event):
                guard let event = eventSeqs[event] else { continue }
                try run("INSERT INTO fan_out (event) VALUES (?)", .int(event.seq))
            case .post, .mergeTranscript, .keep:
                break
            }
        }
        for follower in followers { _ = try insert(follower, kinds) }
        if let request = plan.request, let row = rows.request, let kind = rows.requestKind {
            let own = plan.events.count { $0.request == request.id }
            try run(
                PlanRows.insertRequest, row, of: rows.values, .int(firstEvent), .int(Int64(own)),
                .int(try kinds.number(of: kind, self)))
            let seq = lastInsertedRowID
            if let body = plan.body, !body.isEmpty {
                try run("INSERT INTO body (request, bytes) VALUES (?, ?)", .int(seq), blob: body)
            }
        }
        return seqs
    }

    // MARK: Messages

    private func insert(_ post: Effect.Post, _ row: RowValues.Row, of rows: PlanRows) throws -> Int64 {
        let plan = rows.plan
        let at = plan.time(of: post)
        let stream: ID<Stream>? =
            switch post.place {
            case .stream(let id): id
            case .streamNamed(let name):
                try findOrMakeStream(name, post.newStream ?? .make(at: at), plan.workspace, at: at)
            case .direct: nil
            }
        let sender = SQLValue(Documents.columns(of: post.sender).id)
        if post.draft.resolvesThread {
            for key in post.draft.threadKeys { try closeThread(key, sender: sender, at: at) }
        }
        try run(PlanRows.insertMessage, row, of: rows.values, SQLValue(stream))
        let seq = lastInsertedRowID
        if !post.draft.resolvesThread {
            for key in post.draft.threadKeys {
                try run(
                    "INSERT OR IGNORE INTO open_thread (sender, key, message) VALUES (?, ?, ?)", sender, .text(key),
                    .int(seq))
            }
        }
        if let stream {
            try run(
                """
                INSERT INTO topic (stream, name, messages, last_message, last_at) VALUES (?, ?, 1, ?, ?)
                ON CONFLICT DO UPDATE SET messages = messages + 1, last_message = excluded.last_message,
                    last_at = excluded.last_at
                """, SQLValue(stream), .text(post.draft.topic), .int(seq), SQLValue(at))
        }
        return seq
    }

    /// A message about several things is over when each of them is.
    private func closeThread(_ key: String, sender: SQLValue, at now: Timestamp) throws {
        let messages = try rows(
            """
            SELECT m.seq, m.thread_keys FROM open_thread t JOIN message m ON m.seq = t.message
            WHERE t.sender = ? AND t.key = ?
            """, [sender, .text(key)]
        ) { (seq: $0.int(0), keys: ($0.json(1).array ?? []).compactMap(\.string)) }
        try run("DELETE FROM open_thread WHERE sender = ? AND key = ?", sender, .text(key))
        for message in messages {
            let isOpen = try message.keys.contains { key in
                try first(
                    "SELECT 1 FROM open_thread WHERE sender = ? AND key = ? AND message = ?", sender, .text(key),
                    .int(message.seq)
                ) { _ in true } ?? false
            }
            if isOpen { continue }
            try run("UPDATE message SET resolved_at = ? WHERE seq = ?", SQLValue(now), .int(message.seq))
        }
    }

    private func findOrMakeStream(
        _ name: String, _ id: ID<Stream>, _ workspace: WorkspaceID, at now: Timestamp
    ) throws -> ID<Stream> {
        let folded = Stream.foldedName(name)
        let sql = "SELECT id FROM stream WHERE workspace = ? AND folded_name = ?"
        if let known: ID<Stream> = try first(sql, SQLValue(workspace), .text(folded), read: { try $0.id(0) }) {
            return known
        }
        let stream = Stream(id: id, workspace: workspace, number: 0, name: name.trimmed(), createdAt: now)
        try put(stream)
        // The planner sees the new stream only in the next configuration.
        try raiseConfigurationVersion(of: workspace)
        return stream.id
    }

    // MARK: Refusals

    fileprivate func insert(_ refusal: Refusal) throws {
        try run(
            """
            INSERT INTO refusal (workspace, source, at, status, code, detail, method, path, remote_address,
                header_names, body, body_size) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            SQLValue(refusal.workspace), SQLValue(refusal.source), SQLValue(refusal.at), .int(Int64(refusal.status)),
            .text(refusal.code), .text(refusal.detail), .text(refusal.method), .text(refusal.path),
            SQLValue(refusal.remoteAddress), .text(JSON.array(refusal.headerNames.map(JSON.string)).text),
            SQLValue(refusal.body), .int(refusal.bodySize))
        try run(
            """
            DELETE FROM refusal WHERE workspace IS ?1 AND source IS ?2 AND seq <= (
                SELECT seq FROM refusal WHERE workspace IS ?1 AND source IS ?2 ORDER BY seq DESC LIMIT 1 OFFSET ?3)
            """, SQLValue(refusal.workspace), SQLValue(refusal.source), .int(Int64(Refusal.ringSize)))
    }
}
