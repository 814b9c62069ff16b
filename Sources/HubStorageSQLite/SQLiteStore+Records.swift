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
        return try await read { db in
            var list = ListQuery("\(RecordRows.ticketColumns), \(order)", from: "ticket t", order: order, page)
            let isNarrow = try db.isNarrow(query, in: workspace)
            list.require(query, in: workspace, isNarrow: isNarrow)
            if let status = query.status {
                list.require("\(isNarrow ? "+" : "")t.status = ?", .text(status.rawValue))
            }
            if let words = SearchWords(query.text) {
                list.require("t.seq IN (SELECT rowid FROM ticket_search WHERE ticket_search MATCH ?)", words.value)
            }
            return try list.page(db, seq: \.seq) {
                TicketSummary(seq: $0.int(20), ticket: try RecordRows.ticket($0))
            }
        }
    }

    package func ticketCounts(
        of workspace: WorkspaceID, _ query: TicketQuery
    ) async throws(StoreError) -> [Ticket.Status: Int] {
        try await read { db in
            if query.isOfEverything {
                let sql = "SELECT status, count FROM ticket_tally WHERE workspace = ? AND count > 0"
                let tallies = try db.rows(sql, [SQLValue(workspace)]) { ($0.text(0), Int($0.int(1))) }
                return Dictionary(
                    tallies.compactMap { name, count in Ticket.Status(rawValue: name).map { ($0, count) } },
                    uniquingKeysWith: +)
            }
            var counting = CountQuery()
            counting.require(query, in: workspace, isNarrow: try db.isNarrow(query, in: workspace))
            return try counting.counts(db)
        }
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

extension TicketQuery {
    /// Whether nothing but status and words may filter.
    fileprivate var isOfEverything: Bool {
        assignment == nil && priority == nil && tag == nil && customer == nil && since == nil
    }
}

extension Database {
    /// A tag that fewer tickets have is looked up by itself.
    private static let rareTagLimit: Int64 = 2000

    /// Whether assignee or tag lead to so few tickets that no index of the whole workspace is worth taking.
    fileprivate func isNarrow(_ query: TicketQuery, in workspace: WorkspaceID) throws -> Bool {
        if case .person = query.assignment { return true }
        guard let tag = query.tag else { return false }
        let sql = """
            SELECT count(*) FROM (SELECT 1 FROM ticket_tag WHERE workspace = ? AND tag = ? LIMIT ?)
            """
        let count = try first(sql, SQLValue(workspace), .text(tag.lowercased()), .int(Self.rareTagLimit)) { $0.int(0) }
        return (count ?? 0) < Self.rareTagLimit
    }
}

extension Conditions {
    /// - Parameter isNarrow: then a plus keeps the planner from indexes that hold the whole workspace.
    fileprivate mutating func require(_ query: TicketQuery, in workspace: WorkspaceID, isNarrow: Bool) {
        let plus = isNarrow ? "+" : ""
        require("\(plus)t.workspace = ?", SQLValue(workspace))
        switch query.assignment {
        case .person(let id): require("t.assignee = ?", SQLValue(id))
        case .nobody: require("t.assignee IS NULL")
        case nil: break
        }
        if let priority = query.priority { require("\(plus)t.priority = ?", .text(priority.rawValue)) }
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

/// How many tickets there are of each status, in one pass: a GROUP BY would choose its index for the order of the groups
/// and not for the filter.
private struct CountQuery: Conditions {
    private var conditions: [String] = []
    private var values: [SQLValue] = []

    mutating func require(_ condition: String, _ bound: SQLValue...) {
        conditions.append(condition)
        values += bound
    }

    func counts(_ db: Database) throws -> [Ticket.Status: Int] {
        let statuses = Ticket.Status.allCases
        let columns = statuses.map { "count(*) FILTER (WHERE t.status = '\($0.rawValue)')" }.joined(separator: ", ")
        let sql = "SELECT \(columns) FROM ticket t WHERE \(conditions.joined(separator: " AND "))"
        let counts = try db.rows(sql, values) { row in statuses.indices.map { Int(row.int(Int32($0))) } }.first ?? []
        return Dictionary(uniqueKeysWithValues: zip(statuses, counts).filter { $0.1 > 0 }.map { ($0.0, $0.1) })
    }
}
