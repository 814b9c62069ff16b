import GRDB
package import HubCore
package import HubStorage

extension SQLiteStore {
    package func deliveries(
        of workspace: WorkspaceID, _ query: DeliveryQuery, _ page: PageRequest
    ) async throws(StoreError) -> Page<DeliverySummary> {
        var list = ListQuery(
            Self.deliveryColumns, from: "delivery d JOIN event e ON e.seq = d.event", order: "d.seq", page)
        if let event = query.event {
            list.require("d.event = (SELECT seq FROM event WHERE id = ?)", SQLValue(event))
            list.require("+d.workspace = ?", SQLValue(workspace))
        } else if let endpoint = query.endpoint {
            list.require("d.endpoint = ? AND +d.workspace = ?", SQLValue(endpoint), SQLValue(workspace))
        } else {
            list.require("d.workspace = ?", SQLValue(workspace))
        }
        if let customer = query.customer {
            list.require("d.endpoint IN (SELECT id FROM endpoint WHERE customer = ?)", SQLValue(customer))
        }
        switch query.state {
        case nil: break
        case .held: list.require("d.state = 'pending' AND d.endpoint IN (\(Self.restingEndpoints))")
        case .pending: list.require("d.state = 'pending' AND d.endpoint NOT IN (\(Self.restingEndpoints))")
        case .exhausted: list.require("d.state = 'exhausted'")
        case let state?: list.require("d.state = ?", .text(state.rawValue))
        }
        if let type = query.type { list.require("e.type GLOB ?", .text(Self.pattern(type))) }
        if let failure = query.failure { list.require("d.last_failure = ?", .text(failure.rawValue)) }
        if let status = query.status { list.require("d.last_status = ?", .int(Int64(status))) }
        if let since = query.since { list.require("d.created_at >= ?", SQLValue(since)) }
        if let until = query.until { list.require("d.created_at < ?", SQLValue(until)) }
        return try await read { [list] db in try list.page(db, seq: \.seq, read: Self.deliverySummary) }
    }

    package func story(
        of delivery: ID<Delivery>, in workspace: WorkspaceID
    ) async throws(StoreError) -> DeliveryStory? {
        try await read { db in
            let sql = """
                SELECT \(Self.deliveryColumns), x.bytes, x.content_type, x.attributes, \(Self.eventColumns)
                FROM delivery d JOIN event e ON e.seq = d.event LEFT JOIN event_data x ON x.event = d.event
                WHERE d.id = ? AND d.workspace = ?
                """
            let found = try db.first(sql, SQLValue(delivery), SQLValue(workspace)) { row in
                (
                    summary: try Self.deliverySummary(row), content: Documents.content(row, from: 17),
                    event: try Self.event(row, from: 20)
                )
            }
            guard let found else { return nil }
            let attempts = try db.rows(
                """
                SELECT number, kind, started_at, failure, status, retry_after, resolving, connecting, waiting,
                    receiving, total, address, headers, body, is_cut
                FROM attempt WHERE delivery = ? ORDER BY number LIMIT 200
                """, [.int(found.summary.seq)]
            ) { (number: Int($0.int(0)), attempt: Self.attempt($0)) }
            return DeliveryStory(
                summary: found.summary, event: found.event, content: found.content, attempts: attempts)
        }
    }

    package func content(of event: ID<Event>, in workspace: WorkspaceID) async throws(StoreError) -> EventContent? {
        try await read { db in
            let sql = """
                SELECT d.bytes, d.content_type, d.attributes FROM event e JOIN event_data d ON d.event = e.seq
                WHERE e.id = ? AND e.workspace = ?
                """
            return try db.first(sql, SQLValue(event), SQLValue(workspace)) { Documents.content($0, from: 0) } ?? nil
        }
    }

    /// Those that get nothing at the moment, or only a probe.
    private static let restingEndpoints = """
        SELECT id FROM endpoint WHERE is_paused
        UNION ALL SELECT endpoint FROM endpoint_health WHERE disabled IS NOT NULL OR breaker_probe IS NOT NULL
        """

    /// Seventeen.
    private static let deliveryColumns = """
        d.seq, d.id, d.workspace, e.id, d.endpoint, d.kind, d.ordering_key,
        CASE WHEN d.state = 'pending' AND d.endpoint IN (\(restingEndpoints)) THEN 'held' ELSE d.state END,
        d.attempts, d.failures, coalesce(d.due_at, 0), d.last_at, d.last_failure, d.last_status, d.last_took,
        d.created_at, e.type
        """

    private static func deliverySummary(_ row: SQLRow) throws -> DeliverySummary {
        guard let state = DeliveryState(rawValue: row.text(7)) else { throw CorruptRow() }
        let last = row.optionalInt(11).map { at in
            Delivery.Last(
                at: Timestamp(milliseconds: at),
                failure: row.optionalText(12).flatMap(AttemptFailure.init(rawValue:)),
                status: row.optionalInt(13).map { Int($0) }, took: .microseconds(row.int(14)))
        }
        let delivery = Delivery(
            id: try row.id(1), workspace: WorkspaceID(stored: row.text(2)), event: try row.id(3),
            endpoint: try row.id(4), kind: Delivery.Kind(rawValue: row.text(5)) ?? .event,
            orderingKey: row.optionalText(6),
            progress: DeliveryProgress(
                state: state, attempts: Int(row.int(8)), failures: Int(row.int(9)), dueAt: row.timestamp(10)),
            last: last, createdAt: row.timestamp(15))
        return DeliverySummary(seq: row.int(0), delivery: delivery, eventType: row.text(16))
    }

    private static func attempt(_ row: SQLRow) -> Attempt {
        let outcome = AttemptOutcome(
            failure: row.optionalText(3).flatMap(AttemptFailure.init(rawValue:)),
            status: row.optionalInt(4).map { Int($0) }, retryAfter: row.optionalInt(5).map { .milliseconds($0) })
        let answer = row.optionalText(12).map { _ in
            Attempt.Answer(headers: Documents.headers(row.json(12)), body: row.bytes(13), isCut: row.bool(14))
        }
        return Attempt(
            kind: EndpointHealth.AttemptKind(rawValue: row.text(1)) ?? .delivery, startedAt: row.timestamp(2),
            outcome: outcome,
            timing: Attempt.Timing(
                resolving: row.optionalInt(6), connecting: row.optionalInt(7), waiting: row.optionalInt(8),
                receiving: row.optionalInt(9), total: row.int(10)), address: row.optionalText(11), answer: answer)
    }

    /// A glob of ours as SQLite reads it: `[` begins a set there and nothing here.
    static func pattern(_ glob: String) -> String { glob.replacing("[", with: "[[]") }
}

extension Documents {
    static func attributes(of content: EventContent) -> String? {
        guard !content.channels.isEmpty || content.metadata != nil else { return nil }
        var document = JSON.Object()
        if !content.channels.isEmpty { document["channels"] = .array(content.channels.map(JSON.string)) }
        document["metadata"] = content.metadata
        return JSON.object(document).text
    }

    /// From bytes, content type and attributes; nil where there are no bytes.
    static func content(_ row: SQLRow, from column: Int32) -> EventContent? {
        guard let bytes = row.optionalBytes(column) else { return nil }
        let attributes: JSON? = row.isNull(column + 2) ? nil : row.json(column + 2)
        return EventContent(
            row.optionalText(column + 1).map { .raw(bytes, contentType: $0) } ?? .json(data: bytes),
            channels: attributes?["channels"]?.array?.compactMap(\.string) ?? [], metadata: attributes?["metadata"])
    }

    static func utf8(of headers: Fields) -> [UInt8] {
        JSON.array(headers.fields.map { [.string($0.name), .string($0.value)] }).bytes
    }

    static func headers(_ document: JSON) -> Fields {
        Fields(
            (document.array ?? []).compactMap { pair -> (String, String)? in
                guard let pair = pair.array, pair.count == 2, let name = pair[0].string, let value = pair[1].string
                else { return nil }
                return (name, value)
            })
    }

}
