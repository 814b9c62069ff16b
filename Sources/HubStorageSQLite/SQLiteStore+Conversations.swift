import GRDB
package import HubCore
package import HubStorage

extension SQLiteStore {
    package func messages(
        of workspace: WorkspaceID, _ query: MessageQuery, _ page: PageRequest
    ) async throws(StoreError) -> Page<Message> {
        var list = ListQuery(Self.messageColumns, from: "message m", order: "m.seq", page)
        list.require("+m.workspace = ?", SQLValue(workspace))
        switch query.audience {
        case .all: break
        case .streamsOnly: list.require("m.person IS NULL")
        case .person(let reader):
            list.require(
                "(m.person IS NULL OR m.person = ? OR (m.sender_kind = 'person' AND m.sender = ?))", SQLValue(reader),
                SQLValue(reader))
        }
        if let stream = query.stream { list.require("m.stream = ?", SQLValue(stream)) }
        if let topic = query.topic { list.require("m.topic = ?", .text(topic)) }
        if let person = query.direct { list.require("m.person = ?", SQLValue(person)) }
        if let event = query.event {
            list.require(
                """
                m.seq >= (SELECT first_message FROM event WHERE id = ?) AND m.event = ?
                AND m.seq < (SELECT first_message + message_count FROM event WHERE id = ?)
                """, SQLValue(event), SQLValue(event), SQLValue(event))
        }
        if let since = query.since { list.require("m.created_at >= ?", SQLValue(since)) }
        if let words = SearchWords(query.text) {
            list.require(words, in: [.messages], of: "m.seq")
        }
        return try await read { [list] db in try list.page(db, seq: \.seq, read: Self.message) }
    }

    package func topics(of stream: ID<Stream>, limit: Int) async throws(StoreError) -> [TopicSummary] {
        try await read { db in
            let sql = """
                SELECT name, messages, last_message, last_at FROM topic WHERE stream = ?
                ORDER BY last_message DESC LIMIT ?
                """
            return try db.rows(sql, [SQLValue(stream), .int(Int64(limit))]) { row in
                TopicSummary(
                    topic: row.text(0), messages: Int(row.int(1)), lastMessageSeq: row.int(2),
                    lastMessageAt: row.timestamp(3))
            }
        }
    }

    static let messageColumns = """
        m.seq, m.id, m.workspace, m.stream, m.person, m.topic, m.body, m.severity, m.sender_kind, m.sender,
        m.thread_keys, m.resolved_at, m.event, m.created_at
        """

    static func message(_ row: SQLRow) throws -> Message {
        let place: Message.Place
        if let stream: ID<Stream> = try row.optionalID(3) {
            place = .stream(stream)
        } else {
            place = .direct(try row.id(4))
        }
        let draft = MessageDraft(
            topic: row.text(5), body: row.text(6), severity: Severity(rawValue: row.text(7)) ?? .info,
            threadKeys: (row.json(10).array ?? []).compactMap(\.string))
        return Message(
            id: try row.id(1), seq: row.int(0), workspace: WorkspaceID(stored: row.text(2)), place: place,
            sender: try Documents.sender(row, kind: 8, id: 9), draft: draft, event: try row.id(12),
            createdAt: row.timestamp(13), resolvedAt: row.optionalInt(11).map(Timestamp.init(milliseconds:)))
    }
}
