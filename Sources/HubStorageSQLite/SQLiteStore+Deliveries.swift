import GRDB
package import HubCore
package import HubStorage

extension SQLiteStore {
    package func openLanes() async throws(StoreError) -> [OpenLane] {
        try await read { db in
            // One step in the index for each endpoint, however much waits for it.
            let sql = """
                WITH RECURSIVE lane (endpoint) AS (
                    SELECT min(endpoint) FROM delivery WHERE due_at IS NOT NULL
                    UNION ALL
                    SELECT (SELECT min(endpoint) FROM delivery WHERE due_at IS NOT NULL AND endpoint > lane.endpoint)
                    FROM lane WHERE lane.endpoint IS NOT NULL
                )
                SELECT lane.endpoint, e.workspace,
                    (SELECT min(due_at) FROM delivery WHERE endpoint = lane.endpoint AND due_at IS NOT NULL)
                FROM lane JOIN endpoint e ON e.id = lane.endpoint
                """
            return try db.rows(sql) { row in
                OpenLane(
                    endpoint: try row.id(0), workspace: WorkspaceID(stored: row.text(1)), dueAt: row.timestamp(2))
            }
        }
    }

    package func claim(
        _ orders: [ClaimOrder], by owner: Int64, at now: Timestamp
    ) async throws(StoreError) -> [ClaimResult] {
        try await write { db in try orders.map { try db.claim($0, by: owner, at: now) } }
    }

    package func record(
        _ report: AttemptReport, consequences: @escaping @Sendable (AttemptResult) -> Plan?
    ) async throws(StoreError) -> AttemptResult? {
        try await write { [logKinds] db in
            guard let result = try db.record(report) else { return nil }
            if let plan = consequences(result) { _ = try db.insert(plan, logKinds) }
            return result
        }
    }

    package func voidLeases(except owner: Int64, at now: Timestamp) async throws(StoreError) -> Int {
        try await write { db in
            try db.run(
                """
                UPDATE delivery SET state = 'pending', due_at = ?, lease_owner = NULL, lease_token = NULL
                WHERE due_at IS NOT NULL AND state = 'leased' AND lease_owner <> ?
                """, SQLValue(now), .int(owner))
            return db.changesCount
        }
    }

    package func shiftDueTimes(by shift: Duration) async throws(StoreError) {
        try await write { db in
            try db.run(
                "UPDATE delivery SET due_at = due_at + ? WHERE due_at IS NOT NULL AND state = 'pending'",
                .int(shift.milliseconds))
        }
    }

    // MARK: Fan-outs

    package func fanOut(_ event: ID<Event>, in workspace: WorkspaceID) async throws(StoreError) -> Bool {
        try await write { db in
            try db.run(
                """
                INSERT INTO fan_out (event) SELECT e.seq FROM event e JOIN event_data d ON d.event = e.seq
                WHERE e.id = ? AND e.workspace = ?
                """, SQLValue(event), SQLValue(workspace))
            return db.changesCount > 0
        }
    }

    package func openFanOuts(limit: Int) async throws(StoreError) -> [FanOut] {
        try await read { db in
            let sql = """
                SELECT f.seq, f.cursor, d.bytes, d.content_type, d.attributes, \(Self.eventColumns)
                FROM fan_out f JOIN event e ON e.seq = f.event LEFT JOIN event_data d ON d.event = f.event
                ORDER BY f.seq LIMIT ?
                """
            return try db.rows(sql, [.int(Int64(limit))]) { row in
                FanOut(
                    seq: row.int(0), event: try Self.event(row, from: 5), content: Documents.content(row, from: 2),
                    cursor: try row.optionalID(1))
            }
        }
    }

    package func expand(
        _ fanOut: FanOut, _ deliveries: [NewDelivery], cursor: ID<Endpoint>?, at now: Timestamp
    ) async throws(StoreError) {
        try await write { db in
            // Another process may have come first.
            let isCurrent = try db.first(
                "SELECT 1 FROM fan_out WHERE seq = ? AND cursor IS ?", .int(fanOut.seq), SQLValue(fanOut.cursor)
            ) { _ in true }
            guard isCurrent == true,
                let event = try db.first(
                    "SELECT event FROM fan_out WHERE seq = ?", .int(fanOut.seq), read: { $0.int(0) })
            else { return }
            for delivery in deliveries {
                try db.insert(delivery, of: event, fanOut.event.workspace, at: now)
            }
            if let cursor {
                try db.run("UPDATE fan_out SET cursor = ? WHERE seq = ?", SQLValue(cursor), .int(fanOut.seq))
            } else {
                try db.run("DELETE FROM fan_out WHERE seq = ?", .int(fanOut.seq))
            }
        }
    }

    // MARK: By hand

    package func restart(
        _ selection: DeliverySelection, from cursor: Int64, limit: Int, at now: Timestamp
    ) async throws(StoreError) -> DeliveryPiece {
        try await write { try $0.restart(selection, from: cursor, limit: limit, at: now) }
    }

    package func discard(
        _ selection: DeliverySelection, from cursor: Int64, limit: Int, at now: Timestamp
    ) async throws(StoreError) -> DeliveryPiece {
        try await write { db in
            let piece = try db.select(selection, from: cursor, limit: limit, "d.state = 'pending'")
            for row in piece.rows {
                try db.run(
                    "UPDATE delivery SET state = 'discarded', due_at = NULL WHERE seq = ? AND state = 'pending'",
                    .int(row.seq))
            }
            return piece.result
        }
    }

    package func discardOrphans() async throws(StoreError) -> Bool {
        try await write { db in
            try db.run(
                """
                UPDATE delivery SET state = 'discarded', due_at = NULL WHERE seq IN (
                    SELECT seq FROM delivery WHERE due_at IS NOT NULL AND state = 'pending'
                        AND endpoint NOT IN (SELECT id FROM endpoint) LIMIT 500)
                """)
            return db.changesCount == 500
        }
    }

    package func count(_ selection: DeliverySelection, limit: Int) async throws(StoreError) -> Int {
        try await read { db in
            let (condition, values) = Database.condition(of: selection)
            let sql = """
                SELECT count(*) FROM (SELECT 1 FROM delivery d JOIN event e ON e.seq = d.event WHERE \(condition)
                LIMIT ?)
                """
            return try db.rows(sql, values + [.int(Int64(limit))]) { Int($0.int(0)) }.first ?? 0
        }
    }
}

extension Database {
    // MARK: Adding

    func insert(_ content: EventContent, of event: Int64) throws {
        let bytes: [UInt8]
        var contentType: String?
        switch content.body {
        case .json(let data): bytes = data
        case .raw(let data, let type): (bytes, contentType) = (data, type)
        }
        try run(
            "INSERT INTO event_data (event, bytes, content_type, attributes) VALUES (?, ?, ?, ?)", .int(event),
            .blob(bytes), SQLValue(contentType), SQLValue(Documents.attributes(of: content)))
    }

    func insert(_ delivery: NewDelivery, of event: Int64, _ workspace: WorkspaceID, at now: Timestamp) throws {
        try run(
            """
            INSERT INTO delivery (id, workspace, event, endpoint, kind, ordering_key, state, attempts, failures, due_at,
                lease_owner, lease_token, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?)
            """,
            SQLValue(delivery.id), SQLValue(workspace), .int(event), SQLValue(delivery.endpoint),
            .text(delivery.kind.rawValue), SQLValue(delivery.orderingKey),
            .text(delivery.lease == nil ? "pending" : "leased"), SQLValue(delivery.lease?.until ?? now),
            SQLValue(delivery.lease?.owner), SQLValue(delivery.lease?.token), SQLValue(now))
    }

    // MARK: Taking

    fileprivate func claim(_ order: ClaimOrder, by owner: Int64, at now: Timestamp) throws -> ClaimResult {
        let seqs: [Int64]
        let nextDue: Timestamp?
        if order.isOrdered {
            let heads = try heads(of: order.endpoint).filter { !$0.isLeased || $0.owner != owner }
            let due = heads.filter { $0.dueAt <= now }.sorted { $0.seq < $1.seq }.prefix(order.limit)
            seqs = due.map(\.seq)
            nextDue = heads.filter { head in !due.contains { $0.seq == head.seq } }.map(\.dueAt).min()
        } else {
            // One more than is wanted says when the next is due.
            let sql = """
                SELECT seq, due_at FROM delivery INDEXED BY delivery_open
                WHERE endpoint = ? AND due_at IS NOT NULL AND (state = 'pending' OR lease_owner <> ?)
                ORDER BY due_at, seq LIMIT ?
                """
            let first = try rows(sql, [SQLValue(order.endpoint), .int(owner), .int(Int64(order.limit + 1))]) {
                (seq: $0.int(0), dueAt: $0.timestamp(1))
            }
            let due = first.prefix(order.limit).prefix { $0.dueAt <= now }
            seqs = due.map(\.seq)
            nextDue = first.dropFirst(due.count).first?.dueAt
        }
        let deliveries = try seqs.map { seq in
            let lease = Lease(owner: owner, token: Int64.random(in: 1 ... .max), until: order.leaseUntil)
            try run(
                "UPDATE delivery SET state = 'leased', due_at = ?, lease_owner = ?, lease_token = ? WHERE seq = ?",
                SQLValue(lease.until), .int(lease.owner), .int(lease.token), .int(seq))
            return try leased(seq, order.endpoint, lease)
        }
        return ClaimResult(endpoint: order.endpoint, deliveries: deliveries.compactMap(\.self), nextDue: nextDue)
    }

    /// The first open delivery of each line.
    private func heads(
        of endpoint: ID<Endpoint>
    ) throws -> [(seq: Int64, dueAt: Timestamp, isLeased: Bool, owner: Int64)] {
        let sql = """
            WITH RECURSIVE line (key) AS (
                SELECT min(ordering_key) FROM delivery
                WHERE endpoint = ?1 AND due_at IS NOT NULL AND ordering_key IS NOT NULL
                UNION ALL
                SELECT (SELECT min(ordering_key) FROM delivery WHERE endpoint = ?1 AND due_at IS NOT NULL
                    AND ordering_key IS NOT NULL AND ordering_key > line.key)
                FROM line WHERE line.key IS NOT NULL LIMIT 10000
            )
            SELECT d.seq, d.due_at, d.state, d.lease_owner FROM line JOIN delivery d ON d.seq = (
                SELECT min(seq) FROM delivery
                WHERE endpoint = ?1 AND due_at IS NOT NULL AND ordering_key IS NOT NULL AND ordering_key = line.key)
            UNION ALL
            -- From before the endpoint wanted any order.
            SELECT seq, due_at, state, lease_owner FROM delivery
            WHERE endpoint = ?1 AND due_at IS NOT NULL AND ordering_key IS NULL LIMIT 10500
            """
        return try rows(sql, [SQLValue(endpoint)]) { row in
            (seq: row.int(0), dueAt: row.timestamp(1), isLeased: row.text(2) == "leased", owner: row.int(3))
        }
    }

    private func leased(_ seq: Int64, _ endpoint: ID<Endpoint>, _ lease: Lease) throws -> LeasedDelivery? {
        let sql = """
            SELECT q.id, q.kind, d.bytes, d.content_type, d.attributes, \(SQLiteStore.eventColumns)
            FROM delivery q JOIN event e ON e.seq = q.event LEFT JOIN event_data d ON d.event = q.event
            WHERE q.seq = ?
            """
        return try first(sql, .int(seq)) { row in
            LeasedDelivery(
                id: try row.id(0), endpoint: endpoint, kind: Delivery.Kind(rawValue: row.text(1)) ?? .event,
                lease: lease, event: try SQLiteStore.event(row, from: 5),
                content: Documents.content(row, from: 2)?.body)
        }
    }

    // MARK: Outcomes

    fileprivate func record(_ report: AttemptReport) throws -> AttemptResult? {
        let sql = """
            SELECT seq, endpoint, attempts, failures, due_at FROM delivery
            WHERE id = ? AND state = 'leased' AND lease_token = ?
            """
        let found = try first(sql, SQLValue(report.delivery), .int(report.lease.token)) { row in
            (
                seq: row.int(0), endpoint: try row.id(1) as ID<Endpoint>,
                progress: DeliveryProgress(
                    state: .leased, attempts: Int(row.int(2)), failures: Int(row.int(3)), dueAt: row.timestamp(4))
            )
        }
        guard let found else { return nil }
        let attempt = report.attempt
        var random = SystemRandomNumberGenerator()
        var progress = found.progress
        try progress.record(attempt.outcome, schedule: report.schedule, at: report.endedAt, using: &random)
        let isOpen = !progress.state.isFinished
        if attempt.outcome.isCancelled {
            try run(
                "UPDATE delivery SET state = ?, due_at = ?, lease_owner = NULL, lease_token = NULL WHERE seq = ?",
                .text(progress.state.rawValue), SQLValue(progress.dueAt), .int(found.seq))
        } else {
            try run(
                """
                UPDATE delivery SET state = ?, attempts = ?, failures = ?, due_at = ?, lease_owner = NULL,
                    lease_token = NULL, last_at = ?, last_failure = ?, last_status = ?, last_took = ? WHERE seq = ?
                """,
                .text(progress.state.rawValue), .int(Int64(progress.attempts)), .int(Int64(progress.failures)),
                isOpen ? SQLValue(progress.dueAt) : .null, SQLValue(attempt.startedAt),
                SQLValue(attempt.outcome.failure?.rawValue), SQLValue(attempt.outcome.status.map { Int64($0) }),
                .int(attempt.timing.total), .int(found.seq))
            try insert(attempt, number: progress.attempts, of: found.seq)
        }
        let before = try health(of: found.endpoint)
        var health = before ?? EndpointHealth()
        let change = health.record(
            attempt.outcome, attempt.kind, schedule: report.schedule, at: report.endedAt, using: &random)
        try put(health, of: found.endpoint, before: before)
        return AttemptResult(
            progress: progress, health: health, change: change,
            open: change == nil ? 0 : try openDeliveries(of: found.endpoint))
    }

    private func insert(_ attempt: Attempt, number: Int, of delivery: Int64) throws {
        let timing = attempt.timing
        try run(
            """
            INSERT OR REPLACE INTO attempt (delivery, number, kind, started_at, failure, status, retry_after, resolving,
                connecting, waiting, receiving, total, address, headers, body, is_cut)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .int(delivery), .int(Int64(number)), .text(attempt.kind.rawValue), SQLValue(attempt.startedAt),
            SQLValue(attempt.outcome.failure?.rawValue), SQLValue(attempt.outcome.status.map { Int64($0) }),
            SQLValue(attempt.outcome.retryAfter.map(\.milliseconds)), SQLValue(timing.resolving),
            SQLValue(timing.connecting), SQLValue(timing.waiting), SQLValue(timing.receiving), .int(timing.total),
            SQLValue(attempt.address), attempt.answer.map { .utf8(Documents.utf8(of: $0.headers)) } ?? .null,
            SQLValue(attempt.answer?.body), SQLValue(attempt.answer?.isCut ?? false))
    }

    // MARK: Selections

    func restart(
        _ selection: DeliverySelection, from cursor: Int64, limit: Int, at now: Timestamp
    ) throws -> DeliveryPiece {
        // Without what it says there is nothing to send.
        let piece = try select(
            selection, from: cursor, limit: limit,
            "d.state <> 'leased' AND EXISTS (SELECT 1 FROM event_data WHERE event = d.event)")
        for row in piece.rows {
            try run(
                "UPDATE delivery SET state = 'pending', failures = 0, due_at = ? WHERE seq = ?", SQLValue(now),
                .int(row.seq))
        }
        return piece.result
    }

    fileprivate typealias SelectedPiece = (rows: [(seq: Int64, endpoint: ID<Endpoint>)], result: DeliveryPiece)

    fileprivate func select(
        _ selection: DeliverySelection, from cursor: Int64, limit: Int, _ more: String
    ) throws -> SelectedPiece {
        let (condition, values) = Self.condition(of: selection)
        let sql = """
            SELECT d.seq, d.endpoint FROM delivery d JOIN event e ON e.seq = d.event
            WHERE d.seq > ? AND \(condition) AND \(more) ORDER BY d.seq LIMIT ?
            """
        let limit = min(max(limit, 1), 500)
        let found = try rows(sql, [.int(cursor)] + values + [.int(Int64(limit))]) { row in
            (seq: row.int(0), endpoint: try row.id(1) as ID<Endpoint>)
        }
        let piece = DeliveryPiece(
            count: found.count, cursor: found.count < limit ? nil : found.last?.seq,
            endpoints: Set(found.map(\.endpoint)))
        return (found, piece)
    }

    fileprivate static func condition(of selection: DeliverySelection) -> (sql: String, values: [SQLValue]) {
        var conditions = ["\(selection.endpoint == nil ? "" : "+")d.workspace = ?", "d.kind = 'event'"]
        var values = [SQLValue(selection.workspace)]
        func require(_ condition: String, _ value: SQLValue) {
            conditions.append(condition)
            values.append(value)
        }
        // What is held is pending to the store.
        let states = Set(selection.states.map { $0 == .held ? DeliveryState.pending : $0 })
        if states == [.exhausted] {
            conditions.append("d.state = 'exhausted'")
        } else {
            require(
                "d.state IN (SELECT value FROM json_each(?))",
                .text(JSON.array(states.map { .string($0.rawValue) }).text))
        }
        if let endpoint = selection.endpoint { require("d.endpoint = ?", SQLValue(endpoint)) }
        if let delivery = selection.delivery { require("d.id = ?", SQLValue(delivery)) }
        if let failure = selection.failure { require("d.last_failure = ?", .text(failure.rawValue)) }
        if let type = selection.type { require("e.type GLOB ?", .text(SQLiteStore.pattern(type))) }
        if let since = selection.since { require("d.created_at >= ?", SQLValue(since)) }
        if let until = selection.until { require("d.created_at < ?", SQLValue(until)) }
        return (conditions.joined(separator: " AND "), values)
    }
}
