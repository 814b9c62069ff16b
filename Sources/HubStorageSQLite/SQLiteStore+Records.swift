import GRDB
package import HubCore
package import HubStorage

extension SQLiteStore {
    package func takeTicketNumber(of workspace: WorkspaceID) async throws(StoreError) -> Int64 {
        try await write { db in
            let sql = """
                INSERT INTO ticket_number (workspace, last) VALUES (?, 1)
                ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last
                """
            guard let number = try db.first(sql, SQLValue(workspace), read: { $0.int(0) }) else { throw CorruptRow() }
            return number
        }
    }

    // MARK: Tickets

    package func tickets(
        of workspace: WorkspaceID, _ query: TicketQuery, _ page: PageRequest
    ) async throws(StoreError) -> Page<TicketSummary> {
        let order = query.order == .created ? "t.seq" : "t.activity"
        var list = ListQuery("\(RecordRows.ticketColumns), \(order)", from: "ticket t", order: order, page)
        list.require(query, in: workspace)
        if let status = query.status { list.require("t.status = ?", .text(status.rawValue)) }
        if let words = SearchWords(query.text) {
            list.require("t.seq IN (SELECT rowid FROM ticket_search WHERE ticket_search MATCH ?)", words.value)
        }
        return try await read { [list] db in
            try list.page(db, seq: \.seq) { TicketSummary(seq: $0.int(20), ticket: try RecordRows.ticket($0)) }
        }
    }

    package func ticketCounts(
        of workspace: WorkspaceID, _ query: TicketQuery
    ) async throws(StoreError) -> [Ticket.Status: Int] {
        var counting = CountQuery("t.status", from: "ticket t")
        counting.require(query, in: workspace)
        let counts = try await read { [counting] db in try counting.counts(db) }
        return Dictionary(
            counts.compactMap { name, count in Ticket.Status(rawValue: name).map { ($0, count) } },
            uniquingKeysWith: +)
    }

    package func ticket(_ id: ID<Ticket>, in workspace: WorkspaceID) async throws(StoreError) -> Ticket? {
        try await read { db in
            let sql = "SELECT \(RecordRows.ticketColumns) FROM ticket t WHERE t.id = ? AND t.workspace = ?"
            return try db.first(sql, SQLValue(id), SQLValue(workspace), read: RecordRows.ticket)
        }
    }

    package func ticket(number: Int64, in workspace: WorkspaceID) async throws(StoreError) -> Ticket? {
        try await read { db in
            let sql = "SELECT \(RecordRows.ticketColumns) FROM ticket t WHERE t.workspace = ? AND t.number = ?"
            return try db.first(sql, SQLValue(workspace), .int(number), read: RecordRows.ticket)
        }
    }

    // MARK: Messages

    package func messages(
        of ticket: ID<Ticket>, in workspace: WorkspaceID, _ page: PageRequest
    ) async throws(StoreError) -> Page<TicketMessageSummary> {
        var list = ListQuery("\(RecordRows.messageColumns), m.seq", from: "ticket_message m", order: "m.seq", page)
        list.require("m.ticket = ?", SQLValue(ticket))
        list.require("m.workspace = ?", SQLValue(workspace))
        return try await read { [list] db in
            try list.page(db, seq: \.seq) { TicketMessageSummary(seq: $0.int(16), message: try RecordRows.message($0)) }
        }
    }

    package func message(
        _ id: ID<TicketMessage>, in workspace: WorkspaceID
    ) async throws(StoreError) -> TicketMessage? {
        try await read { db in
            let sql = "SELECT \(RecordRows.messageColumns) FROM ticket_message m WHERE m.id = ? AND m.workspace = ?"
            return try db.first(sql, SQLValue(id), SQLValue(workspace), read: RecordRows.message)
        }
    }

    package func message(
        externalID: String, channel: String, in workspace: WorkspaceID
    ) async throws(StoreError) -> TicketMessage? {
        try await read { db in
            let sql = """
                SELECT \(RecordRows.messageColumns) FROM ticket_message m
                WHERE m.workspace = ? AND m.channel = ? AND m.external_id = ?
                """
            return try db.first(
                sql, SQLValue(workspace), .text(channel), .text(externalID), read: RecordRows.message)
        }
    }

    // MARK: Surveys

    package func surveys(
        of workspace: WorkspaceID, _ page: PageRequest
    ) async throws(StoreError) -> Page<SurveySummary> {
        let responses = "SELECT count(*) FROM survey_response r WHERE r.survey = s.id AND r.completed_at IS NOT NULL"
        var list = ListQuery(
            "\(RecordRows.surveyColumns), s.seq, (\(responses))", from: "survey s", order: "s.seq", page)
        list.require("s.workspace = ?", SQLValue(workspace))
        return try await read { [list] db in
            try list.page(db, seq: \.seq) { row in
                SurveySummary(seq: row.int(13), survey: try RecordRows.survey(row), responses: Int(row.int(14)))
            }
        }
    }

    package func survey(_ id: ID<Survey>, in workspace: WorkspaceID) async throws(StoreError) -> Survey? {
        try await read { db in
            let sql = "SELECT \(RecordRows.surveyColumns) FROM survey s WHERE s.id = ? AND s.workspace = ?"
            return try db.first(sql, SQLValue(id), SQLValue(workspace), read: RecordRows.survey)
        }
    }

    package func survey(key: String) async throws(StoreError) -> Survey? {
        try await read { db in
            let sql = "SELECT \(RecordRows.surveyColumns) FROM survey s WHERE s.key = ?"
            return try db.first(sql, .text(key), read: RecordRows.survey)
        }
    }

    // MARK: Responses

    package func responses(
        to survey: ID<Survey>, in workspace: WorkspaceID, _ query: ResponseQuery, _ page: PageRequest
    ) async throws(StoreError) -> Page<SurveyResponseSummary> {
        var list = ListQuery("\(RecordRows.responseColumns), r.seq", from: "survey_response r", order: "r.seq", page)
        list.require("r.survey = ?", SQLValue(survey))
        list.require("r.workspace = ?", SQLValue(workspace))
        switch query.isComplete {
        case true?: list.require("r.completed_at IS NOT NULL")
        case false?: list.require("r.completed_at IS NULL")
        case nil: break
        }
        if let customer = query.customer { list.require("r.customer = ?", SQLValue(customer)) }
        if let since = query.since { list.require("r.updated_at >= ?", SQLValue(since)) }
        return try await read { [list] db in
            try list.page(db, seq: \.seq) {
                SurveyResponseSummary(seq: $0.int(14), response: try RecordRows.response($0))
            }
        }
    }

    package func response(
        _ id: ID<SurveyResponse>, in workspace: WorkspaceID
    ) async throws(StoreError) -> SurveyResponse? {
        try await read { db in
            let sql = "SELECT \(RecordRows.responseColumns) FROM survey_response r WHERE r.id = ? AND r.workspace = ?"
            return try db.first(sql, SQLValue(id), SQLValue(workspace), read: RecordRows.response)
        }
    }

    package func tally(of survey: Survey) async throws(StoreError) -> SurveyTally {
        // Texts are as many as people; only what can be chosen is counted by value.
        let counted = JSON.array(survey.questions.filter { $0.kind != .text }.map { .string($0.key) }).text
        return try await read { db in
            var tally = SurveyTally()
            let id = SQLValue(survey.id)
            let isComplete =
                "SELECT completed_at IS NOT NULL, count(*) FROM survey_response WHERE survey = ? GROUP BY 1"
            for (isComplete, count) in try db.rows(isComplete, [id], { ($0.bool(0), Int($0.int(1))) }) {
                if isComplete { tally.completed = count } else { tally.partial = count }
            }
            let answered = """
                SELECT a.key, count(*) FROM survey_response r, json_each(r.answers) a
                WHERE r.survey = ? AND r.completed_at IS NOT NULL GROUP BY 1
                """
            for (key, count) in try db.rows(answered, [id], { ($0.text(0), Int($0.int(1))) }) {
                tally.answered[key] = count
            }
            let values = """
                SELECT a.key, CAST(v.value AS TEXT), count(*) FROM survey_response r, json_each(r.answers) a,
                    json_each(CASE a.type WHEN 'array' THEN a.value ELSE json_array(a.value) END) v
                WHERE r.survey = ? AND r.completed_at IS NOT NULL AND a.key IN (SELECT value FROM json_each(?))
                GROUP BY 1, 2
                """
            for (key, value, count) in try db.rows(
                values, [id, .text(counted)], { ($0.text(0), $0.text(1), Int($0.int(2))) })
            {
                tally.counts[key, default: [:]][value] = count
            }
            return tally
        }
    }
}

/// What filters tickets besides their status and words.
private protocol Conditions {
    mutating func require(_ condition: String, _ bound: SQLValue...)
}

extension Conditions {
    fileprivate mutating func require(_ query: TicketQuery, in workspace: WorkspaceID) {
        require("t.workspace = ?", SQLValue(workspace))
        switch query.assignment {
        case .person(let id): require("t.assignee = ?", SQLValue(id))
        case .nobody: require("t.assignee IS NULL")
        case nil: break
        }
        if let priority = query.priority { require("t.priority = ?", .text(priority.rawValue)) }
        if let customer = query.customer { require("t.customer = ?", SQLValue(customer)) }
        if let since = query.since { require("t.updated_at >= ?", SQLValue(since)) }
        if let tag = query.tag {
            require(
                "t.seq IN (SELECT ticket FROM ticket_tag WHERE workspace = ? AND tag = ?)", SQLValue(workspace),
                .text(tag.lowercased()))
        }
    }
}

extension ListQuery: Conditions {}

/// How many rows there are of each value of a column.
private struct CountQuery: Conditions {
    private let column: String
    private let table: String
    private var conditions: [String] = []
    private var values: [SQLValue] = []

    init(_ column: String, from table: String) {
        (self.column, self.table) = (column, table)
    }

    mutating func require(_ condition: String, _ bound: SQLValue...) {
        conditions.append(condition)
        values += bound
    }

    func counts(_ db: Database) throws -> [(String, Int)] {
        try db.rows(
            "SELECT \(column), count(*) FROM \(table) WHERE \(conditions.joined(separator: " AND ")) GROUP BY 1", values
        ) { ($0.text(0), Int($0.int(1))) }
    }
}
