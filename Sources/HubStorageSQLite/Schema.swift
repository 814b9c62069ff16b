import GRDB

/// The tables, as numbered steps that only go forward.
///
/// `seq` columns are the order of commits: one connection writes at a time, and the newest row of a table is never
/// deleted, so a number is never given twice. What one plan writes to a table has consecutive numbers; that is how an
/// event finds its messages and a request its events without an index.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001") { db in
            try db.execute(sql: settings)
            try db.execute(sql: happenings)
            try db.execute(sql: derived)
        }
        migrator.registerMigration("0002") { db in try db.execute(sql: outgoing) }
        migrator.registerMigration("0003") { db in try db.execute(sql: records) }
        migrator.registerMigration("0004") { db in try db.execute(sql: portal) }
        migrator.registerMigration("0005") { db in try db.execute(sql: rareOutcomes) }
        migrator.registerMigration("0006") { db in try db.execute(sql: claimsInParts) }
        migrator.registerMigration("0007") { db in try db.execute(sql: kinds) }
        migrator.registerMigration("0008") { db in try db.execute(sql: traces) }
        return migrator
    }

    private static let settings = """
        CREATE TABLE workspace (
            id TEXT PRIMARY KEY, version INTEGER NOT NULL, document TEXT NOT NULL, created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE person (
            id BLOB PRIMARY KEY, workspace TEXT NOT NULL REFERENCES workspace, email TEXT NOT NULL, name TEXT NOT NULL,
            role TEXT NOT NULL, password_hash TEXT, is_disabled INTEGER NOT NULL, created_at INTEGER NOT NULL,
            UNIQUE (workspace, email)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE bot (
            id BLOB PRIMARY KEY, workspace TEXT NOT NULL REFERENCES workspace, name TEXT NOT NULL,
            email TEXT NOT NULL UNIQUE, owner BLOB NOT NULL REFERENCES person,
            may_create_streams INTEGER NOT NULL, is_disabled INTEGER NOT NULL, created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX bot_workspace ON bot (workspace);
        CREATE TABLE source (
            id BLOB PRIMARY KEY, workspace TEXT NOT NULL REFERENCES workspace, name TEXT NOT NULL,
            bot BLOB REFERENCES bot, is_disabled INTEGER NOT NULL, document TEXT NOT NULL,
            created_at INTEGER NOT NULL, UNIQUE (workspace, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE stream (
            id BLOB PRIMARY KEY, workspace TEXT NOT NULL REFERENCES workspace, number INTEGER NOT NULL,
            name TEXT NOT NULL, folded_name TEXT NOT NULL, description TEXT NOT NULL, is_archived INTEGER NOT NULL,
            created_at INTEGER NOT NULL, UNIQUE (workspace, number), UNIQUE (workspace, folded_name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE customer (
            id BLOB PRIMARY KEY, workspace TEXT NOT NULL REFERENCES workspace, reference TEXT NOT NULL,
            name TEXT NOT NULL, created_at INTEGER NOT NULL, UNIQUE (workspace, reference)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE credential (
            id BLOB PRIMARY KEY, kind TEXT NOT NULL, workspace TEXT REFERENCES workspace,
            lookup_hash BLOB NOT NULL UNIQUE, bot BLOB REFERENCES bot, person BLOB REFERENCES person,
            scopes TEXT NOT NULL, label TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX credential_workspace ON credential (workspace, kind);
        -- One row a secret; place says whose it is and is what its sealing is bound to.
        CREATE TABLE secret (
            place TEXT NOT NULL, position INTEGER NOT NULL, workspace TEXT NOT NULL, sealed BLOB, reference TEXT,
            created_at INTEGER NOT NULL, expires_at INTEGER, PRIMARY KEY (place, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX secret_workspace ON secret (workspace);
        CREATE TABLE audit (
            seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, workspace TEXT, actor TEXT NOT NULL, action TEXT NOT NULL,
            subject TEXT NOT NULL, detail TEXT NOT NULL
        ) STRICT;
        CREATE INDEX audit_workspace ON audit (workspace, seq);
        """

    private static let happenings = """
        CREATE TABLE request (
            seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, workspace TEXT NOT NULL, source BLOB,
            door TEXT NOT NULL, received_at INTEGER NOT NULL, arrival TEXT, verification TEXT NOT NULL,
            body_size INTEGER NOT NULL, first_event INTEGER NOT NULL, event_count INTEGER NOT NULL,
            duplicates INTEGER NOT NULL DEFAULT 0, differing_duplicates INTEGER NOT NULL DEFAULT 0, replay_of BLOB
        ) STRICT;
        CREATE INDEX request_workspace ON request (workspace);
        CREATE INDEX request_source ON request (source);
        CREATE INDEX request_replay ON request (replay_of) WHERE replay_of IS NOT NULL;
        CREATE TABLE body (request INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
        CREATE TABLE event (
            seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, workspace TEXT NOT NULL, origin TEXT NOT NULL,
            source BLOB, request BLOB, type TEXT NOT NULL, external_id TEXT, customer BLOB, cause BLOB,
            depth INTEGER NOT NULL, outcome TEXT NOT NULL, reason TEXT, created_at INTEGER NOT NULL,
            first_message INTEGER NOT NULL, message_count INTEGER NOT NULL, transcript BLOB
        ) STRICT;
        CREATE INDEX event_workspace ON event (workspace);
        CREATE INDEX event_source ON event (source);
        -- What published events say; received ones have it in their request.
        CREATE TABLE event_data (event INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
        CREATE TABLE claim (
            seq INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, body_hash BLOB NOT NULL, request BLOB,
            answer TEXT NOT NULL, expires_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE message (
            seq INTEGER PRIMARY KEY, id BLOB NOT NULL, workspace TEXT NOT NULL, stream BLOB, person BLOB,
            topic TEXT NOT NULL, body TEXT NOT NULL, severity TEXT NOT NULL, sender_kind TEXT NOT NULL, sender BLOB,
            thread_keys TEXT, resolved_at INTEGER, event BLOB NOT NULL, created_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX message_topic ON message (stream, topic);
        CREATE INDEX message_stream ON message (stream);
        CREATE INDEX message_person ON message (person) WHERE person IS NOT NULL;
        -- What messages are about and is not over yet.
        CREATE TABLE open_thread (
            sender BLOB NOT NULL, key TEXT NOT NULL, message INTEGER NOT NULL, PRIMARY KEY (sender, key, message)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX open_thread_message ON open_thread (message);
        CREATE TABLE topic (
            stream BLOB NOT NULL, name TEXT NOT NULL, messages INTEGER NOT NULL, last_message INTEGER NOT NULL,
            last_at INTEGER NOT NULL, PRIMARY KEY (stream, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE transcript (
            seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, workspace TEXT NOT NULL, source BLOB NOT NULL,
            session TEXT NOT NULL, title TEXT, origin TEXT, actor_id TEXT, actor_email TEXT, labels TEXT NOT NULL,
            links TEXT NOT NULL, attachments TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
            UNIQUE (source, session)
        ) STRICT;
        CREATE INDEX transcript_workspace ON transcript (workspace);
        CREATE TABLE transcript_entry (
            transcript BLOB NOT NULL, position INTEGER NOT NULL, external_id TEXT, role TEXT NOT NULL,
            content TEXT NOT NULL, at INTEGER, metadata TEXT NOT NULL, PRIMARY KEY (transcript, position)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE refusal (
            seq INTEGER PRIMARY KEY, workspace TEXT, source BLOB, at INTEGER NOT NULL, status INTEGER NOT NULL,
            code TEXT NOT NULL, detail TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, remote_address TEXT,
            header_names TEXT NOT NULL, body BLOB, body_size INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX refusal_source ON refusal (workspace, source);
        """

    private static let rareOutcomes = """
        CREATE INDEX event_rare_outcome ON event (workspace, outcome) WHERE outcome NOT IN ('message', 'outgoing')
        """

    /// What lists of requests and events are narrowed by, as one number: see ``LogKind``.
    private static let kinds = """
        CREATE TABLE log_kind (
            number INTEGER PRIMARY KEY, log TEXT NOT NULL, workspace TEXT NOT NULL, source BLOB NOT NULL,
            way TEXT NOT NULL, outcome TEXT NOT NULL, type TEXT NOT NULL,
            UNIQUE (log, workspace, source, way, outcome, type)
        ) STRICT;
        ALTER TABLE request ADD COLUMN kind INTEGER;
        ALTER TABLE event ADD COLUMN kind INTEGER;
        INSERT INTO log_kind (log, workspace, source, way, outcome, type)
            SELECT DISTINCT 'request', r.workspace, coalesce(r.source, x''), r.door, coalesce(e.outcome, ''), ''
            FROM request r LEFT JOIN event e ON e.seq = r.first_event;
        UPDATE request SET kind = (SELECT number FROM log_kind k WHERE k.log = 'request'
            AND k.workspace = request.workspace AND k.source = coalesce(request.source, x'') AND k.way = request.door
            AND k.outcome = coalesce((SELECT outcome FROM event WHERE seq = request.first_event), ''));
        CREATE TABLE many_types AS
            SELECT workspace FROM event GROUP BY workspace HAVING count(DISTINCT type) > \(LogKind.limit);
        INSERT INTO log_kind (log, workspace, source, way, outcome, type)
            SELECT DISTINCT 'event', workspace, coalesce(source, x''), origin, outcome,
                CASE WHEN workspace IN many_types THEN '' ELSE type END FROM event;
        UPDATE event SET kind = (SELECT number FROM log_kind k WHERE k.log = 'event' AND k.workspace = event.workspace
            AND k.source = coalesce(event.source, x'') AND k.way = event.origin AND k.outcome = event.outcome
            AND k.type = CASE WHEN event.workspace IN many_types THEN '' ELSE event.type END);
        DROP TABLE many_types;
        CREATE INDEX request_kind ON request (kind);
        CREATE INDEX event_kind ON event (kind);
        DROP INDEX request_workspace;
        DROP INDEX request_source;
        DROP INDEX event_workspace;
        DROP INDEX event_source;
        DROP INDEX event_rare_outcome;
        """

    private static let traces = """
        ALTER TABLE event ADD COLUMN trace TEXT;
        -- A session's token.
        ALTER TABLE credential ADD COLUMN parent BLOB;
        CREATE INDEX credential_parent ON credential (parent) WHERE parent IS NOT NULL;
        """

    /// Keys are entered into their index some time after their claims, part by part: see ``RecentClaims``. What is open
    /// of a message is found by its own keys.
    private static let claimsInParts = """
        ALTER TABLE claim RENAME TO claim_before;
        CREATE TABLE claim (
            seq INTEGER PRIMARY KEY, key BLOB NOT NULL, body_hash BLOB NOT NULL, request BLOB, answer TEXT NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;
        INSERT INTO claim SELECT seq, key, body_hash, request, answer, expires_at FROM claim_before;
        CREATE TABLE claim_key (key BLOB PRIMARY KEY, claim INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        INSERT INTO claim_key SELECT key, seq FROM claim_before ORDER BY key;
        DROP TABLE claim_before;
        -- Up to which claim the keys of a part are in the index.
        CREATE TABLE claim_part (part INTEGER PRIMARY KEY, entered INTEGER NOT NULL) STRICT;
        WITH RECURSIVE part (number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM part WHERE number < 255)
        INSERT INTO claim_part SELECT number, (SELECT coalesce(max(seq), 0) FROM claim) FROM part;
        DROP INDEX open_thread_message;
        """

    /// Written after the fact, from where `derived_progress` stands.
    private static let derived = """
        CREATE VIRTUAL TABLE event_search USING fts5(
            type, external_id, reason, content='', columnsize=0, tokenize='unicode61'
        );
        CREATE VIRTUAL TABLE message_search USING fts5(
            topic, body, content='message', content_rowid='seq', columnsize=0, tokenize='unicode61'
        );
        CREATE VIRTUAL TABLE transcript_search USING fts5(title, entries, tokenize='unicode61');
        -- How many events there were in each five minutes.
        CREATE TABLE event_tally (
            workspace TEXT NOT NULL, moment INTEGER NOT NULL, outcome TEXT NOT NULL, count INTEGER NOT NULL,
            PRIMARY KEY (workspace, moment, outcome)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE derived_progress (
            subject TEXT PRIMARY KEY, done INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO derived_progress VALUES ('event', 0), ('message', 0), ('tally', 0);
        CREATE TABLE search_stale_transcript (seq INTEGER PRIMARY KEY) STRICT;
        """
}
