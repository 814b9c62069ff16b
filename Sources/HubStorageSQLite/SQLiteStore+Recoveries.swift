import GRDB
package import HubCore
package import HubStorage

extension SQLiteStore {
    package func add(_ recovery: Recovery) async throws(StoreError) {
        try await write { db in
            try db.run(
                """
                INSERT INTO recovery (id, workspace, selection, total, done, cursor, rate_per_second, state, actor,
                    created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                SQLValue(recovery.id), SQLValue(recovery.selection.workspace),
                .text(Documents.text(of: recovery.selection)), .int(Int64(recovery.total)), .int(Int64(recovery.done)),
                .int(recovery.cursor), SQLValue(recovery.ratePerSecond.map { Int64($0) }),
                .text(recovery.state.rawValue), .text(recovery.actor), SQLValue(recovery.createdAt))
        }
    }

    package func recoveries(of workspace: WorkspaceID) async throws(StoreError) -> [Recovery] {
        try await recoveries("workspace = ? ORDER BY seq DESC LIMIT 50", [SQLValue(workspace)])
    }

    package func recovery(
        _ id: ID<Recovery>, in workspace: WorkspaceID
    ) async throws(StoreError) -> Recovery? {
        try await recoveries("id = ? AND workspace = ?", [SQLValue(id), SQLValue(workspace)]).first
    }

    package func runningRecoveries() async throws(StoreError) -> [Recovery] {
        try await recoveries("state = 'running' ORDER BY seq", [])
    }

    package func advance(
        _ recovery: Recovery, limit: Int, at now: Timestamp
    ) async throws(StoreError) -> DeliveryPiece? {
        try await write { db in
            let isCurrent = try db.first(
                "SELECT 1 FROM recovery WHERE id = ? AND state = 'running' AND cursor = ?", SQLValue(recovery.id),
                .int(recovery.cursor)
            ) { _ in true }
            guard isCurrent == true else { return nil }
            let piece = try db.restart(recovery.selection, from: recovery.cursor, limit: limit, at: now)
            try db.run(
                "UPDATE recovery SET done = done + ?, cursor = ?, state = ?, ended_at = ? WHERE id = ?",
                .int(Int64(piece.count)), .int(piece.cursor ?? recovery.cursor),
                .text(piece.cursor == nil ? "finished" : "running"), piece.cursor == nil ? SQLValue(now) : .null,
                SQLValue(recovery.id))
            return piece
        }
    }

    package func cancel(
        recovery id: ID<Recovery>, in workspace: WorkspaceID, at now: Timestamp
    ) async throws(StoreError) -> Bool {
        try await write { db in
            try db.run(
                """
                UPDATE recovery SET state = 'cancelled', ended_at = ?
                WHERE id = ? AND workspace = ? AND state = 'running'
                """, SQLValue(now), SQLValue(id), SQLValue(workspace))
            return db.changesCount > 0
        }
    }

    private func recoveries(_ condition: String, _ values: [SQLValue]) async throws(StoreError) -> [Recovery] {
        try await read { db in
            let sql = """
                SELECT id, workspace, selection, total, done, cursor, rate_per_second, state, actor, created_at, ended_at
                FROM recovery WHERE \(condition)
                """
            return try db.rows(sql, values) { row in
                guard let state = Recovery.State(rawValue: row.text(7)) else { throw CorruptRow() }
                return Recovery(
                    id: try row.id(0),
                    selection: Documents.selection(row.json(2), of: WorkspaceID(stored: row.text(1))),
                    total: Int(row.int(3)), done: Int(row.int(4)), cursor: row.int(5),
                    ratePerSecond: row.optionalInt(6).map { Int($0) }, state: state, actor: row.text(8),
                    createdAt: row.timestamp(9), endedAt: row.optionalInt(10).map(Timestamp.init(milliseconds:)))
            }
        }
    }
}

extension Documents {
    static func text(of selection: DeliverySelection) -> String {
        var document = JSON.Object()
        document["states"] = .array(selection.states.map { .string($0.rawValue) })
        document["endpoint"] = selection.endpoint.map { .string("\($0)") }
        document["delivery"] = selection.delivery.map { .string("\($0)") }
        document["type"] = selection.type.map(JSON.string)
        document["failure"] = selection.failure.map { .string($0.rawValue) }
        document["since"] = selection.since.map { JSON($0.milliseconds) }
        document["until"] = selection.until.map { JSON($0.milliseconds) }
        return JSON.object(document).text
    }

    static func selection(_ document: JSON, of workspace: WorkspaceID) -> DeliverySelection {
        var selection = DeliverySelection(
            workspace: workspace,
            states: Set((document["states"]?.array ?? []).compactMap { $0.string.flatMap(DeliveryState.init) }))
        selection.endpoint = document["endpoint"]?.string.flatMap { ID($0) }
        selection.delivery = document["delivery"]?.string.flatMap { ID($0) }
        selection.type = document["type"]?.string
        selection.failure = document["failure"]?.string.flatMap(AttemptFailure.init(rawValue:))
        selection.since = document["since"]?.int64.map(Timestamp.init(milliseconds:))
        selection.until = document["until"]?.int64.map(Timestamp.init(milliseconds:))
        return selection
    }
}
