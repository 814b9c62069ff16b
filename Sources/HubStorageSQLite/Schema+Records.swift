extension Schema {
    /// Tickets, surveys, and what people said and answered there.
    ///
    /// Records are deleted by people. A number is never given twice all the same: the newest row of `ticket` may go, and
    /// AUTOINCREMENT remembers it. `activity` counts the changes of a workspace's tickets, so that those which something
    /// happened to last come first.
    static let records = """
        CREATE TABLE ticket (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, workspace TEXT NOT NULL,
            number INTEGER NOT NULL, subject TEXT NOT NULL, status TEXT NOT NULL, priority TEXT NOT NULL,
            channel TEXT NOT NULL, requester_name TEXT, requester_email TEXT, requester_phone TEXT, assignee BLOB,
            customer BLOB, tags TEXT NOT NULL, fields TEXT NOT NULL, follow_up_of BLOB, created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL, resolved_at INTEGER, closed_at INTEGER, version INTEGER NOT NULL,
            activity INTEGER NOT NULL, UNIQUE (workspace, number)
        ) STRICT;
        CREATE INDEX ticket_workspace ON ticket (workspace);
        CREATE INDEX ticket_status ON ticket (workspace, status);
        CREATE INDEX ticket_activity ON ticket (workspace, activity);
        CREATE INDEX ticket_status_activity ON ticket (workspace, status, activity);
        CREATE INDEX ticket_assignee ON ticket (assignee, activity) WHERE assignee IS NOT NULL;
        CREATE INDEX ticket_customer ON ticket (customer) WHERE customer IS NOT NULL;
        -- Tags stand here a second time, to be found by.
        CREATE TABLE ticket_tag (
            workspace TEXT NOT NULL, tag TEXT NOT NULL, ticket INTEGER NOT NULL, PRIMARY KEY (workspace, tag, ticket)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX ticket_tag_ticket ON ticket_tag (ticket);
        CREATE TABLE ticket_number (workspace TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE ticket_message (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, workspace TEXT NOT NULL,
            ticket BLOB NOT NULL, direction TEXT NOT NULL, channel TEXT NOT NULL, sender TEXT, recipient TEXT,
            subject TEXT, text TEXT NOT NULL, attachments TEXT NOT NULL, author TEXT NOT NULL, external_id TEXT,
            status TEXT NOT NULL, status_detail TEXT, created_at INTEGER NOT NULL, version INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX ticket_message_ticket ON ticket_message (ticket);
        CREATE UNIQUE INDEX ticket_message_external ON ticket_message (workspace, channel, external_id)
            WHERE external_id IS NOT NULL;
        CREATE TABLE survey (
            seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, workspace TEXT NOT NULL, name TEXT NOT NULL,
            state TEXT NOT NULL, key TEXT NOT NULL UNIQUE, introduction TEXT NOT NULL, thanks TEXT NOT NULL,
            questions TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, published_at INTEGER,
            closed_at INTEGER, version INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX survey_workspace ON survey (workspace);
        CREATE TABLE survey_response (
            seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, workspace TEXT NOT NULL, survey BLOB NOT NULL,
            ticket BLOB, customer BLOB, respondent_name TEXT, respondent_email TEXT, answers TEXT NOT NULL,
            score INTEGER, language TEXT, started_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
            completed_at INTEGER, version INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX survey_response_survey ON survey_response (survey);
        CREATE INDEX survey_response_complete ON survey_response (survey) WHERE completed_at IS NOT NULL;
        -- Written after the fact, from the tickets that are noted as stale.
        CREATE VIRTUAL TABLE ticket_search USING fts5(subject, requester, messages, tokenize='unicode61');
        CREATE TABLE search_stale_ticket (seq INTEGER PRIMARY KEY) STRICT;
        """
}
