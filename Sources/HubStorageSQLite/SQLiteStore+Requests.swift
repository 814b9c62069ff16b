import GRDB
package import HubCore
package import HubStorage

extension SQLiteStore {
    package func requests(
        of workspace: WorkspaceID, _ query: RequestQuery, _ page: PageRequest
    ) async throws(StoreError) -> Page<RequestSummary> {
        var list = ListQuery(
            Self.requestColumns, from: "request r LEFT JOIN event e ON e.seq = r.first_event", order: "r.seq", page)
        var kinds = LogKindFilter(.request, of: workspace, fewRows: fewRows)
        kinds.require(source: query.source)
        kinds.require(way: query.door?.rawValue)
        kinds.require(outcome: query.outcome)
        list.require(kinds, of: "r")
        list.require(since: query.since, until: query.until, of: "r.received_at", in: "request")
        if let words = SearchWords(query.text) {
            list.require(
                words, in: [.events, .messagesOfEvents], of: "r.first_event",
                boundSQL: "SELECT first_event FROM request WHERE seq >= ? AND event_count > 0 ORDER BY seq LIMIT 1")
        }
        return try await read { [list] db in try list.page(db, seq: \.seq, read: Self.requestSummary) }
    }

    package func story(
        of id: ID<Request>, in workspace: WorkspaceID
    ) async throws(StoreError) -> RequestStory? {
        try await read { db in
            let sql = """
                SELECT \(Self.requestColumns) FROM request r LEFT JOIN event e ON e.seq = r.first_event
                WHERE r.id = ? AND r.workspace = ?
                """
            let found = try db.first(sql, SQLValue(id), SQLValue(workspace)) { row in
                (summary: try Self.requestSummary(row), firstEvent: row.int(9))
            }
            guard let (summary, firstEvent) = found else { return nil }
            let events = try db.rows(
                "SELECT \(Self.eventColumns), e.first_message, e.message_count, e.transcript FROM event e WHERE e.seq >= ? AND e.seq < ? ORDER BY e.seq",
                [.int(firstEvent), .int(firstEvent + Int64(summary.eventCount))]
            ) { row in
                (
                    event: try Self.event(row, from: 0), firstMessage: row.int(15), messageCount: row.int(16),
                    transcript: try row.optionalID(17) as ID<Transcript>?
                )
            }
            let messages = try events.filter { $0.messageCount > 0 }.flatMap { event in
                try db.rows(
                    "SELECT \(Self.messageColumns) FROM message m WHERE m.seq >= ? AND m.seq < ? ORDER BY m.seq",
                    [.int(event.firstMessage), .int(event.firstMessage + event.messageCount)], Self.message)
            }
            let body = try db.first("SELECT bytes FROM body WHERE request = ?", .int(summary.seq)) { $0.bytes(0) }
            let replays: [ID<Request>] = try db.rows(
                "SELECT id FROM request WHERE replay_of = ? ORDER BY seq LIMIT 100", [SQLValue(id)]
            ) { try $0.id(0) }
            return RequestStory(
                summary: summary, body: body, events: events.map(\.event), messages: messages,
                transcripts: events.compactMap(\.transcript), replays: replays)
        }
    }

    package func events(
        of workspace: WorkspaceID, _ query: EventQuery, _ page: PageRequest
    ) async throws(StoreError) -> Page<EventSummary> {
        var list = ListQuery(Self.eventColumns, from: "event e", order: "e.seq", page)
        var kinds = LogKindFilter(.event, of: workspace, fewRows: fewRows)
        kinds.require(source: query.source)
        kinds.require(way: query.origin?.rawValue)
        kinds.require(outcome: query.outcome)
        if let type = query.type {
            let pattern = Self.pattern(type)
            kinds.require(type: pattern)
            list.require("e.type GLOB ?", .text(pattern))
        }
        list.require(kinds, of: "e")
        list.require(since: query.since, until: query.until, of: "e.created_at", in: "event")
        if let words = SearchWords(query.text) {
            list.require(words, in: [.events, .messagesOfEvents], of: "e.seq")
        }
        return try await read { [list] db in
            try list.page(db, seq: \.seq) { EventSummary(seq: $0.int(0), event: try Self.event($0, from: 0)) }
        }
    }

    package func event(_ id: ID<Event>, in workspace: WorkspaceID) async throws(StoreError) -> EventSummary? {
        try await read { db in
            let sql = "SELECT \(Self.eventColumns) FROM event e WHERE e.id = ? AND e.workspace = ?"
            return try db.first(sql, SQLValue(id), SQLValue(workspace)) { row in
                EventSummary(seq: row.int(0), event: try Self.event(row, from: 0))
            }
        }
    }

    package func eventCounts(
        of workspace: WorkspaceID, since: Timestamp, step: Duration
    ) async throws(StoreError) -> [EventCount] {
        let width = max(step.milliseconds / EventTally.width, 1) * EventTally.width
        return try await read { db in
            // Counted ahead but for the newest.
            let sql = """
                SELECT moment / ?1 * ?1, outcome, sum(count) FROM (
                    SELECT moment, outcome, count FROM event_tally WHERE workspace = ?2 AND moment >= ?3
                    UNION ALL
                    SELECT created_at, outcome, 1 FROM event WHERE workspace = ?2 AND created_at >= ?3
                        AND seq > (SELECT done FROM derived_progress WHERE subject = 'tally')
                ) GROUP BY 1, 2 ORDER BY 1
                """
            let first = since.milliseconds / EventTally.width * EventTally.width
            return try db.rows(sql, [.int(width), SQLValue(workspace), .int(first)]) { row in
                EventCount(from: row.timestamp(0), outcome: row.text(1), count: Int(row.int(2)))
            }
        }
    }

    package func eventTypeCounts(
        of workspace: WorkspaceID, since: Timestamp
    ) async throws(StoreError) -> [EventTypeCount] {
        try await read { db in
            // Where the kind tells the type, by the index alone.
            let sql = """
                WITH kind AS (SELECT number, type FROM log_kind WHERE log = 'event' AND workspace = ?1),
                    first AS (SELECT \(Self.firstSeq("event", parameter: "?2")) AS seq),
                    counted AS (
                        SELECT type, (SELECT count(*) FROM event WHERE kind = number AND seq >= first.seq) AS count,
                            (SELECT max(seq) FROM event WHERE kind = number) AS last
                        FROM kind, first WHERE type <> ''
                        UNION ALL
                        SELECT e.type, 1, e.seq FROM kind JOIN first JOIN event e ON e.kind = number
                            AND e.seq >= first.seq WHERE kind.type = ''
                    )
                SELECT type, number, (SELECT created_at FROM event WHERE seq = newest) FROM (
                    SELECT type, sum(count) AS number, max(last) AS newest FROM counted WHERE count > 0 GROUP BY type
                )
                """
            return try db.rows(sql, [SQLValue(workspace), Self.idBound(since)]) { row in
                EventTypeCount(type: row.text(0), count: Int(row.int(1)), lastAt: row.timestamp(2))
            }
        }
    }

    package func refusals(
        of workspace: WorkspaceID?, source: ID<Source>?, _ page: PageRequest
    ) async throws(StoreError) -> Page<Refusal> {
        var list = ListQuery(
            """
            seq, workspace, source, at, status, code, detail, method, path, remote_address, header_names, body,
            body_size
            """, from: "refusal", order: "seq", page)
        list.require("workspace IS ?", SQLValue(workspace))
        if let source { list.require("source = ?", SQLValue(source)) }
        return try await read { [list] db in
            try list.page(db, seq: \.seq) { row in
                Refusal(
                    seq: row.int(0), workspace: row.optionalText(1).map(WorkspaceID.init(stored:)),
                    source: try row.optionalID(2), at: row.timestamp(3), status: Int(row.int(4)), code: row.text(5),
                    detail: row.text(6), method: row.text(7), path: row.text(8), remoteAddress: row.optionalText(9),
                    headerNames: (row.json(10).array ?? []).compactMap(\.string), body: row.optionalBytes(11),
                    bodySize: row.int(12))
            }
        }
    }

    // MARK: Rows

    /// Ids begin with the time they were made at, so that their index also finds the first row since a moment.
    static func firstSeq(_ table: String, parameter: String = "?") -> String {
        """
        coalesce((SELECT seq FROM \(table) WHERE id >= \(parameter) ORDER BY id LIMIT 1), \
        (SELECT max(seq) + 1 FROM \(table)), 1)
        """
    }

    static func idBound(_ moment: Timestamp) -> SQLValue {
        let time = UInt64(clamping: moment.milliseconds)
        return .blob((0..<16).map { $0 < 6 ? UInt8(truncatingIfNeeded: time >> UInt64(40 - 8 * $0)) : 0 })
    }

    private static let requestColumns = """
        r.seq, r.id, r.workspace, r.source, r.door, r.received_at, r.arrival, r.verification, r.body_size,
        r.first_event, r.event_count, r.duplicates, r.differing_duplicates, r.replay_of, \(eventColumns)
        """

    private static func requestSummary(_ row: SQLRow) throws -> RequestSummary {
        guard let door = Request.Door(rawValue: row.text(4)) else { throw CorruptRow() }
        let request = Request(
            id: try row.id(1), workspace: WorkspaceID(stored: row.text(2)), source: try row.optionalID(3), door: door,
            receivedAt: row.timestamp(5), arrival: Documents.arrival(row.json(6)), bodySize: row.int(8),
            verification: Documents.verification(row.json(7)), replayOf: try row.optionalID(13))
        return RequestSummary(
            seq: row.int(0), request: request, eventCount: Int(row.int(10)),
            firstEvent: row.isNull(14) ? nil : try event(row, from: 14), duplicates: Int(row.int(11)),
            differingDuplicates: Int(row.int(12)))
    }

    static let eventColumns = """
        e.seq, e.id, e.workspace, e.origin, e.source, e.request, e.type, e.external_id, e.customer, e.cause, e.depth,
        e.outcome, e.reason, e.created_at, e.trace
        """

    static func event(_ row: SQLRow, from column: Int32) throws -> Event {
        guard let origin = Event.Origin(rawValue: row.text(column + 3)) else { throw CorruptRow() }
        return Event(
            id: try row.id(column + 1), workspace: WorkspaceID(stored: row.text(column + 2)), origin: origin,
            source: try row.optionalID(column + 4), request: try row.optionalID(column + 5),
            type: row.text(column + 6), externalID: row.optionalText(column + 7),
            customer: try row.optionalID(column + 8), cause: try row.optionalID(column + 9),
            depth: Int(row.int(column + 10)), trace: row.optionalText(column + 14).flatMap(TraceContext.init(text:)),
            outcome: try outcome(row.text(column + 11), row.optionalText(column + 12)),
            createdAt: row.timestamp(column + 13))
    }

    private static func outcome(_ name: String, _ reason: String?) throws -> Event.Outcome {
        switch name {
        case "message": .message
        case "transcript": .transcript
        case "outgoing": .outgoing
        case "ignored": .ignored(reason: reason ?? "")
        case "unreadable": .unreadable(reason: reason ?? "")
        default: throw CorruptRow()
        }
    }
}
