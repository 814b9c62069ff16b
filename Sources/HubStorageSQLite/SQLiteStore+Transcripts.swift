import GRDB
package import HubCore
package import HubStorage

extension Database {
    /// Merges a piece of a conversation into the stored one of the same source and session.
    ///
    /// Entries with an id the transcript has are replaced in place. Others of a whole conversation are matched by
    /// position, so that a longer export of it adds only what is new; others of an addition go to the end.
    ///
    /// - Returns: which transcript it is, and what changed; nil: it said nothing new.
    func merge(_ merge: Effect.Merge, plan: Plan) throws -> (id: ID<Transcript>, change: TranscriptChange?) {
        let now = plan.events.first?.createdAt ?? Timestamp(milliseconds: 0)
        let draft = merge.draft
        let sql = "SELECT \(SQLiteStore.transcriptColumns) FROM transcript t WHERE t.source = ? AND t.session = ?"
        let known = try first(sql, SQLValue(merge.source), .text(draft.session)) { row in
            try SQLiteStore.transcript(row, entries: [])
        }
        guard let known else {
            let made = Transcript(
                id: .make(at: now), seq: 0, workspace: plan.workspace, source: merge.source,
                content: draft.withoutEntries, createdAt: now, updatedAt: now)
            try insert(made)
            try run("INSERT INTO search_stale_transcript (seq) VALUES (?)", .int(lastInsertedRowID))
            let entries = try mergeEntries(of: draft, into: made.id)
            return (
                made.id,
                TranscriptChange(
                    before: nil, after: .init(made, entries: entries.added), newEntries: entries.added,
                    changedEntries: entries.changed)
            )
        }
        let entries = try mergeEntries(of: draft, into: known.id)
        let content = known.content.merging(draft)
        guard content != known.content || entries.added > 0 || entries.changed > 0 else { return (known.id, nil) }
        let merged = Transcript(
            id: known.id, seq: known.seq, workspace: known.workspace, source: known.source, content: content,
            createdAt: known.createdAt, updatedAt: now)
        try update(merged)
        try run("INSERT OR IGNORE INTO search_stale_transcript (seq) VALUES (?)", .int(known.seq))
        return (
            known.id,
            TranscriptChange(
                before: .init(known, entries: entries.before),
                after: .init(merged, entries: entries.before + entries.added), newEntries: entries.added,
                changedEntries: entries.changed)
        )
    }

    private func insert(_ transcript: Transcript) throws {
        let content = transcript.content
        try run(
            """
            INSERT INTO transcript (id, workspace, source, session, title, origin, actor_id, actor_email, labels,
                links, attachments, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            SQLValue(transcript.id), SQLValue(transcript.workspace), SQLValue(transcript.source),
            .text(content.session), SQLValue(content.title), SQLValue(content.origin), SQLValue(content.actorID),
            SQLValue(content.actorEmail), .text(JSON.array(content.labels.map(JSON.string)).text),
            .text(Documents.text(of: content.links)), .text(Documents.text(of: content.attachments)),
            SQLValue(transcript.createdAt), SQLValue(transcript.updatedAt))
    }

    private func update(_ transcript: Transcript) throws {
        let content = transcript.content
        try run(
            """
            UPDATE transcript SET title = ?, origin = ?, actor_id = ?, actor_email = ?, labels = ?, links = ?,
                attachments = ?, updated_at = ? WHERE id = ?
            """,
            SQLValue(content.title), SQLValue(content.origin), SQLValue(content.actorID),
            SQLValue(content.actorEmail), .text(JSON.array(content.labels.map(JSON.string)).text),
            .text(Documents.text(of: content.links)), .text(Documents.text(of: content.attachments)),
            SQLValue(transcript.updatedAt), SQLValue(transcript.id))
    }

    /// - Returns: how many there were, how many came, and how many are others now.
    private func mergeEntries(
        of draft: TranscriptDraft, into id: ID<Transcript>
    ) throws -> (before: Int, added: Int, changed: Int) {
        let known = try rows(
            "SELECT position, external_id FROM transcript_entry WHERE transcript = ?", [SQLValue(id)]
        ) { ($0.int(0), $0.optionalText(1)) }
        var positions = Dictionary(known.compactMap { position, id in id.map { ($0, position) } }) { first, _ in first }
        let old = Set(known.map(\.0))
        var end = (old.max() ?? -1) + 1
        var (added, changed): (Set<Int64>, Set<Int64>) = ([], [])
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
            try put(entry, at: position, of: id)
            if !old.contains(position) {
                added.insert(position)
            } else if changesCount > 0 {
                changed.insert(position)
            }
        }
        return (known.count, added.count, changed.count)
    }

    /// Changes nothing where the same stands already.
    private func put(_ entry: TranscriptDraft.Entry, at position: Int64, of id: ID<Transcript>) throws {
        try run(
            """
            INSERT INTO transcript_entry (transcript, position, external_id, role, content, at, metadata)
            VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (transcript, position) DO UPDATE SET
                external_id = excluded.external_id, role = excluded.role, content = excluded.content,
                at = excluded.at, metadata = excluded.metadata
            WHERE (external_id, role, content, at, metadata)
                IS NOT (excluded.external_id, excluded.role, excluded.content, excluded.at, excluded.metadata)
            """,
            SQLValue(id), .int(position), SQLValue(entry.externalID), .text(entry.role), .text(entry.content),
            SQLValue(entry.at), .text(entry.metadata.text))
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

    static let transcriptColumns = """
        t.seq, t.id, t.workspace, t.source, t.session, t.title, t.origin, t.actor_id, t.actor_email, t.labels,
        t.links, t.attachments, t.created_at, t.updated_at
        """

    static func transcript(_ row: SQLRow, entries: [TranscriptDraft.Entry]) throws -> Transcript {
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
