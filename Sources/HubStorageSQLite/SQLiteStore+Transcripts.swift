import GRDB
package import HubCore
package import HubStorage

extension Database {
    /// Merges a piece of a conversation into the stored one of the same source and session.
    ///
    /// Entries with an id the transcript has are replaced in place. Others of a whole conversation are matched by
    /// position, so that a longer export of it adds only what is new; others of an addition go to the end.
    func merge(_ draft: TranscriptDraft, source: ID<Source>, plan: Plan) throws -> ID<Transcript> {
        let now = plan.events.first?.createdAt ?? Timestamp(milliseconds: 0)
        let known = try first(
            "SELECT id, seq, labels, links, attachments FROM transcript WHERE source = ? AND session = ?",
            SQLValue(source), .text(draft.session)
        ) { row in
            KnownTranscript(
                id: try row.id(0), seq: row.int(1), labels: row.json(2), links: row.json(3), attachments: row.json(4))
        }
        if let known {
            try update(known, with: draft, at: now)
            try mergeEntries(of: draft, into: known.id)
            try run("INSERT OR IGNORE INTO search_stale_transcript (seq) VALUES (?)", .int(known.seq))
            return known.id
        }
        let id = ID<Transcript>.make(at: now)
        try run(
            """
            INSERT INTO transcript (id, workspace, source, session, title, origin, actor_id, actor_email, labels,
                links, attachments, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            SQLValue(id), SQLValue(plan.workspace), SQLValue(source), .text(draft.session), SQLValue(draft.title),
            SQLValue(draft.origin), SQLValue(draft.actorID), SQLValue(draft.actorEmail),
            .text(JSON.array(draft.labels.map(JSON.string)).text), .text(Documents.text(of: draft.links)),
            .text(Documents.text(of: draft.attachments)), SQLValue(now), SQLValue(now))
        try run("INSERT INTO search_stale_transcript (seq) VALUES (?)", .int(lastInsertedRowID))
        try mergeEntries(of: draft, into: id)
        return id
    }

    private struct KnownTranscript {
        let id: ID<Transcript>
        let seq: Int64
        let labels: JSON
        let links: JSON
        let attachments: JSON
    }

    private func update(_ known: KnownTranscript, with draft: TranscriptDraft, at now: Timestamp) throws {
        try run(
            """
            UPDATE transcript SET title = coalesce(?, title), origin = coalesce(?, origin),
                actor_id = coalesce(?, actor_id), actor_email = coalesce(?, actor_email), labels = ?, links = ?,
                attachments = ?, updated_at = ? WHERE id = ?
            """,
            SQLValue(draft.title), SQLValue(draft.origin), SQLValue(draft.actorID), SQLValue(draft.actorEmail),
            .text(union(known.labels, .array(draft.labels.map(JSON.string)))),
            .text(union(known.links, Documents.json(of: draft.links))),
            .text(union(known.attachments, Documents.json(of: draft.attachments))), SQLValue(now), SQLValue(known.id))
    }

    /// Both lists as one JSON text, without repetitions.
    private func union(_ old: JSON, _ new: JSON) -> String {
        var elements = old.array ?? []
        var seen = Set(elements)
        for element in new.array ?? [] where seen.insert(element).inserted { elements.append(element) }
        return JSON.array(elements).text
    }

    private func mergeEntries(of draft: TranscriptDraft, into id: ID<Transcript>) throws {
        let known = try rows(
            "SELECT position, external_id FROM transcript_entry WHERE transcript = ?", [SQLValue(id)]
        ) { ($0.int(0), $0.optionalText(1)) }
        var positions = Dictionary(known.compactMap { position, id in id.map { ($0, position) } }) { first, _ in first }
        var end = (known.map(\.0).max() ?? -1) + 1
        for (offset, entry) in draft.entries.enumerated() {
            let position: Int64
            if let externalID = entry.externalID, let found = positions[externalID] {
                position = found
            } else if draft.isWhole, entry.externalID == nil {
                position = Int64(offset)
            } else {
                position = end
            }
            if let externalID = entry.externalID { positions[externalID] = position }
            end = max(end, position + 1)
            try run(
                """
                INSERT OR REPLACE INTO transcript_entry
                    (transcript, position, external_id, role, content, at, metadata) VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                SQLValue(id), .int(position), SQLValue(entry.externalID), .text(entry.role), .text(entry.content),
                SQLValue(entry.at), .text(entry.metadata.text))
        }
    }
}

extension SQLiteStore {
    package func transcripts(
        of workspace: WorkspaceID, _ query: TranscriptQuery, _ page: PageRequest
    ) async throws(StoreError) -> Page<Transcript> {
        var list = ListQuery(Self.transcriptColumns, from: "transcript t", order: "t.seq", page)
        list.require("t.workspace = ?", SQLValue(workspace))
        if let source = query.source { list.require("t.source = ?", SQLValue(source)) }
        if let origin = query.origin { list.require("t.origin = ?", .text(origin)) }
        if let since = query.since { list.require("t.updated_at >= ?", SQLValue(since)) }
        if let label = query.label {
            list.require("EXISTS (SELECT 1 FROM json_each(t.labels) WHERE value = ?)", .text(label))
        }
        if let words = SearchWords(query.text) {
            list.require("t.seq IN (SELECT rowid FROM transcript_search WHERE transcript_search MATCH ?)", words.value)
        }
        return try await read { [list] db in
            try list.page(db, seq: \.seq) { try Self.transcript($0, entries: []) }
        }
    }

    package func transcript(_ id: ID<Transcript>, in workspace: WorkspaceID) async throws(StoreError) -> Transcript? {
        try await read { db in
            let entries = try db.rows(
                """
                SELECT external_id, role, content, at, metadata FROM transcript_entry WHERE transcript = ?
                ORDER BY position
                """, [SQLValue(id)]
            ) { row in
                TranscriptDraft.Entry(
                    externalID: row.optionalText(0), role: row.text(1), content: row.text(2),
                    at: row.optionalInt(3).map(Timestamp.init(milliseconds:)), metadata: row.json(4))
            }
            let sql = "SELECT \(Self.transcriptColumns) FROM transcript t WHERE t.id = ? AND t.workspace = ?"
            return try db.first(sql, SQLValue(id), SQLValue(workspace)) { try Self.transcript($0, entries: entries) }
        }
    }

    private static let transcriptColumns = """
        t.seq, t.id, t.workspace, t.source, t.session, t.title, t.origin, t.actor_id, t.actor_email, t.labels,
        t.links, t.attachments, t.created_at, t.updated_at
        """

    private static func transcript(_ row: SQLRow, entries: [TranscriptDraft.Entry]) throws -> Transcript {
        let draft = TranscriptDraft(
            session: row.text(4), title: row.optionalText(5), origin: row.optionalText(6),
            actorID: row.optionalText(7), actorEmail: row.optionalText(8), entries: entries, isWhole: true,
            labels: (row.json(9).array ?? []).compactMap(\.string), links: Documents.references(row.json(10)),
            attachments: Documents.references(row.json(11)))
        return Transcript(
            id: try row.id(1), seq: row.int(0), workspace: WorkspaceID(stored: row.text(2)), source: try row.id(3),
            content: draft, createdAt: row.timestamp(12), updatedAt: row.timestamp(13))
    }
}
