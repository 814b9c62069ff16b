extension Schema {
    /// Endpoints and what is on its way to them.
    ///
    /// `due_at` is set as long as a delivery is open: when it may be taken, or, while somebody has it, when that one
    /// must be gone. The indexes over it hold open deliveries only, so that those that are done cost nothing.
    static let outgoing = """
        CREATE TABLE endpoint (
            id BLOB PRIMARY KEY, workspace TEXT NOT NULL REFERENCES workspace, customer BLOB REFERENCES customer,
            name TEXT NOT NULL, origin TEXT NOT NULL, is_paused INTEGER NOT NULL, document TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX endpoint_workspace ON endpoint (workspace);
        CREATE TABLE endpoint_health (
            endpoint BLOB PRIMARY KEY, failures_in_row INTEGER NOT NULL, breaker_probe INTEGER,
            breaker_next_at INTEGER, breaker_set_at INTEGER, slow_until INTEGER, slow_set_at INTEGER,
            overloads_in_row INTEGER NOT NULL, allowance INTEGER, disabled TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE event_type (
            workspace TEXT NOT NULL REFERENCES workspace, name TEXT NOT NULL, document TEXT NOT NULL,
            created_at INTEGER NOT NULL, PRIMARY KEY (workspace, name)
        ) STRICT, WITHOUT ROWID;
        -- Nil: JSON.
        ALTER TABLE event_data ADD COLUMN content_type TEXT;
        -- Channels and metadata, where there are any.
        ALTER TABLE event_data ADD COLUMN attributes TEXT;
        CREATE TABLE delivery (
            seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, workspace TEXT NOT NULL, event INTEGER NOT NULL,
            endpoint BLOB NOT NULL, kind TEXT NOT NULL, ordering_key TEXT, state TEXT NOT NULL,
            attempts INTEGER NOT NULL, failures INTEGER NOT NULL, due_at INTEGER, lease_owner INTEGER,
            lease_token INTEGER, last_at INTEGER, last_failure TEXT, last_status INTEGER, last_took INTEGER,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX delivery_open ON delivery (endpoint, due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX delivery_line ON delivery (endpoint, ordering_key)
            WHERE due_at IS NOT NULL AND ordering_key IS NOT NULL;
        CREATE INDEX delivery_exhausted ON delivery (workspace) WHERE state = 'exhausted';
        CREATE INDEX delivery_endpoint ON delivery (endpoint);
        CREATE INDEX delivery_event ON delivery (event);
        CREATE INDEX delivery_workspace ON delivery (workspace);
        CREATE TABLE attempt (
            delivery INTEGER NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, started_at INTEGER NOT NULL,
            failure TEXT, status INTEGER, retry_after INTEGER, resolving INTEGER, connecting INTEGER, waiting INTEGER,
            receiving INTEGER, total INTEGER NOT NULL, address TEXT, headers TEXT, body BLOB, is_cut INTEGER NOT NULL,
            PRIMARY KEY (delivery, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE recovery (
            seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, workspace TEXT NOT NULL, selection TEXT NOT NULL,
            total INTEGER NOT NULL, done INTEGER NOT NULL, cursor INTEGER NOT NULL, rate_per_second INTEGER,
            state TEXT NOT NULL, actor TEXT NOT NULL, created_at INTEGER NOT NULL, ended_at INTEGER
        ) STRICT;
        CREATE TABLE fan_out (seq INTEGER PRIMARY KEY, event INTEGER NOT NULL, cursor BLOB) STRICT;
        """

    /// Links and sessions of customers; they stand with the other credentials.
    static let portal = """
        ALTER TABLE credential ADD COLUMN customer BLOB REFERENCES customer;
        ALTER TABLE credential ADD COLUMN shows_bodies INTEGER NOT NULL DEFAULT 0;
        """
}
