import GRDB
package import HubCore
package import HubStorage

extension SQLiteStore {
    package func workspaces() async throws(StoreError) -> [Workspace] {
        try await read { db in
            try db.rows("SELECT id, document, created_at FROM workspace ORDER BY id") { row in
                Documents.workspace(
                    id: WorkspaceID(stored: row.text(0)), row.json(1), createdAt: row.timestamp(2))
            }
        }
    }

    package func configurationVersion(of workspace: WorkspaceID) async throws(StoreError) -> Int64? {
        try await read { try $0.configurationVersion(of: workspace) }
    }

    package func configuration(of id: WorkspaceID) async throws(StoreError) -> WorkspaceConfiguration? {
        try await read { db in
            let sql = "SELECT version, document, created_at FROM workspace WHERE id = ?"
            let found = try db.first(sql, SQLValue(id)) { row in
                (row.int(0), Documents.workspace(id: id, row.json(1), createdAt: row.timestamp(2)))
            }
            guard let (version, workspace) = found else { return nil }
            let secrets = try db.secrets(of: id)
            return WorkspaceConfiguration(
                version: version, workspace: workspace, people: try db.people(of: id),
                bots: try db.bots(of: id, secrets), sources: try db.sources(of: id, secrets),
                streams: try db.streams(of: id), secrets: secrets[SealingPlace.workspaceSecret(id)] ?? [],
                endpoints: try db.endpoints(of: id, secrets), eventTypes: try db.eventTypes(of: id))
        }
    }

    package func apply(
        _ changes: [ConfigurationChange], _ entry: AuditEntry, telling plan: Plan?
    ) async throws(StoreError) -> Bool {
        try await write { [logKinds] db in
            if let plan {
                let version = try db.configurationVersion(of: plan.workspace)
                guard version == plan.configurationVersion else { return false }
            }
            for change in changes { try db.apply(change) }
            if let plan { _ = try db.insert(plan, logKinds) }
            if let workspace = entry.workspace, changes.contains(where: \.changesConfiguration) {
                try db.raiseConfigurationVersion(of: workspace)
            }
            try db.insert(entry)
            return true
        }
    }

    package func customers(of workspace: WorkspaceID) async throws(StoreError) -> [Customer] {
        try await read { db in
            let sql = "SELECT id, reference, name, created_at FROM customer WHERE workspace = ? ORDER BY reference"
            return try db.rows(sql, [SQLValue(workspace)]) { row in
                Customer(
                    id: try row.id(0), workspace: workspace, reference: row.text(1), name: row.text(2),
                    createdAt: row.timestamp(3))
            }
        }
    }

    package func auditEntries(
        of workspace: WorkspaceID, _ page: PageRequest
    ) async throws(StoreError) -> Page<AuditEntry> {
        var list = ListQuery("seq, at, actor, action, subject, detail", from: "audit", order: "seq", page)
        list.require("workspace = ?", SQLValue(workspace))
        let found = try await read { [list] db in
            try list.page(db, seq: \.0) { row in
                (
                    row.int(0),
                    AuditEntry(
                        at: row.timestamp(1), workspace: workspace, actor: row.text(2), action: row.text(3),
                        subject: row.text(4), detail: row.text(5))
                )
            }
        }
        return Page(found.elements.map(\.1), next: found.next)
    }

    // MARK: Credentials

    package func credential(lookupHash: [UInt8]) async throws(StoreError) -> Credential? {
        try await read { db in
            let sql = "SELECT \(Self.credentialColumns) FROM credential WHERE lookup_hash = ?"
            return try db.first(sql, .blob(lookupHash), read: Self.credential)
        }
    }

    package func credentials(of workspace: WorkspaceID?, at now: Timestamp) async throws(StoreError) -> [Credential] {
        try await read { db in
            let sql = """
                SELECT \(Self.credentialColumns) FROM credential
                WHERE workspace IS ? AND kind <> 'session' AND (expires_at IS NULL OR expires_at > ?) ORDER BY id
                """
            return try db.rows(sql, [SQLValue(workspace), SQLValue(now)], Self.credential)
        }
    }

    private static let credentialColumns = """
        id, kind, workspace, lookup_hash, bot, person, scopes, label, created_at, expires_at, customer, shows_bodies,
        parent
        """

    private static func credential(_ row: SQLRow) throws -> Credential {
        guard let kind = Credential.Kind(rawValue: row.text(1)) else { throw CorruptRow() }
        return Credential(
            id: try row.id(0), kind: kind, workspace: row.optionalText(2).map(WorkspaceID.init(stored:)),
            lookupHash: row.bytes(3), bot: try row.optionalID(4), person: try row.optionalID(5),
            portal: try row.optionalID(10).map { .init(customer: $0, showsBodies: row.bool(11)) },
            parent: try row.optionalID(12),
            scopes: Set(row.text(6).split(separator: " ").compactMap { Credential.Scope(rawValue: String($0)) }),
            label: row.text(7), createdAt: row.timestamp(8),
            expiresAt: row.optionalInt(9).map(Timestamp.init(milliseconds:)))
    }
}

// MARK: - Changing

extension Database {
    func raiseConfigurationVersion(of workspace: WorkspaceID) throws {
        try run("UPDATE workspace SET version = version + 1 WHERE id = ?", SQLValue(workspace))
    }

    fileprivate func apply(_ change: ConfigurationChange) throws {
        switch change {
        case .createWorkspace(let workspace, let secrets):
            try run(
                "INSERT INTO workspace (id, version, document, created_at) VALUES (?, 1, ?, ?)",
                SQLValue(workspace.id), .text(Documents.text(of: workspace)), SQLValue(workspace.createdAt))
            try set(secrets, at: SealingPlace.workspaceSecret(workspace.id), of: workspace.id)
        case .updateWorkspace(let workspace):
            try run(
                "UPDATE workspace SET document = ? WHERE id = ?", .text(Documents.text(of: workspace)),
                SQLValue(workspace.id))
        case .setWorkspaceSecrets(let workspace, let secrets):
            try set(secrets, at: SealingPlace.workspaceSecret(workspace), of: workspace)
        case .putPerson(let person): try put(person)
        case .putBot(let bot): try put(bot)
        case .putSource(let source): try put(source)
        case .deleteSource(let id):
            try run("DELETE FROM secret WHERE place GLOB '*/source/' || ? || '/secret'", .text(id.description))
            try run("DELETE FROM source WHERE id = ?", SQLValue(id))
        case .putStream(let stream): try put(stream)
        case .putCustomer(let customer): try put(customer)
        case .deleteCustomer(let id): try run("DELETE FROM customer WHERE id = ?", SQLValue(id))
        case .putEndpoint(let endpoint): try put(endpoint)
        case .deleteEndpoint(let id):
            try run("DELETE FROM secret WHERE place GLOB '*/endpoint/' || ? || '/*'", .text(id.description))
            try run("DELETE FROM endpoint_health WHERE endpoint = ?", SQLValue(id))
            try run("DELETE FROM endpoint WHERE id = ?", SQLValue(id))
        case .putEventType(let type): try put(type)
        case .deleteEventType(let workspace, let name):
            try run("DELETE FROM event_type WHERE workspace = ? AND name = ?", SQLValue(workspace), .text(name))
        case .putCredential(let credential): try put(credential)
        case .deleteCredential(let id):
            try run("DELETE FROM credential WHERE id = ?1 OR parent = ?1", SQLValue(id))
        case .keep(let change):
            if let obstacle = try obstacle(to: change) { throw obstacle }
            try keep(change)
        case .takeCredential(let id):
            try run("DELETE FROM credential WHERE id = ?", SQLValue(id))
            guard changesCount == 1 else { throw StoreError.notFound(what: "credential") }
        }
    }

    private func put(_ person: Person) throws {
        try run(
            """
            INSERT INTO person (id, workspace, email, name, role, password_hash, is_disabled, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET email = excluded.email,
                name = excluded.name, role = excluded.role, password_hash = excluded.password_hash,
                is_disabled = excluded.is_disabled
            """,
            SQLValue(person.id), SQLValue(person.workspace), .text(person.email), .text(person.name),
            .text(person.role.rawValue), SQLValue(person.passwordHash), SQLValue(person.isDisabled),
            SQLValue(person.createdAt))
    }

    private func put(_ bot: Bot) throws {
        try run(
            """
            INSERT INTO bot (id, workspace, name, email, owner, may_create_streams, is_disabled, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,
                owner = excluded.owner, may_create_streams = excluded.may_create_streams,
                is_disabled = excluded.is_disabled
            """,
            SQLValue(bot.id), SQLValue(bot.workspace), .text(bot.name), .text(bot.email), SQLValue(bot.owner),
            SQLValue(bot.mayCreateStreams), SQLValue(bot.isDisabled), SQLValue(bot.createdAt))
        let secrets = bot.signatureSecret.map { [StoredSecret(secret: $0, createdAt: bot.createdAt)] } ?? []
        try set(secrets, at: SealingPlace.botSecret(bot.id, in: bot.workspace), of: bot.workspace)
    }

    private func put(_ source: Source) throws {
        try run(
            """
            INSERT INTO source (id, workspace, name, bot, is_disabled, document, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET is_disabled = excluded.is_disabled,
                document = excluded.document
            """,
            SQLValue(source.id), SQLValue(source.workspace), .text(source.name), SQLValue(source.bot),
            SQLValue(source.isDisabled), .text(Documents.text(of: source)), SQLValue(source.createdAt))
        let place = SealingPlace.sourceSecret(source.id, in: source.workspace)
        try set(source.verification.secrets, at: place, of: source.workspace)
    }

    func put(_ stream: Stream) throws {
        try run(
            """
            INSERT INTO stream (id, workspace, number, name, folded_name, description, is_archived, created_at)
            VALUES (?1, ?2, (SELECT coalesce(max(number), 0) + 1 FROM stream WHERE workspace = ?2), ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, folded_name = excluded.folded_name,
                description = excluded.description, is_archived = excluded.is_archived
            """,
            SQLValue(stream.id), SQLValue(stream.workspace), .text(stream.name),
            .text(Stream.foldedName(stream.name)), .text(stream.description), SQLValue(stream.isArchived),
            SQLValue(stream.createdAt))
    }

    private func put(_ customer: Customer) throws {
        try run(
            """
            INSERT INTO customer (id, workspace, reference, name, created_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET reference = excluded.reference, name = excluded.name
            """,
            SQLValue(customer.id), SQLValue(customer.workspace), .text(customer.reference), .text(customer.name),
            SQLValue(customer.createdAt))
    }

    private func put(_ credential: Credential) throws {
        try run(
            """
            INSERT INTO credential (id, kind, workspace, lookup_hash, bot, person, scopes, label, created_at, expires_at,
                customer, shows_bodies, parent)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET scopes = excluded.scopes,
                label = excluded.label, expires_at = excluded.expires_at
            """,
            SQLValue(credential.id), .text(credential.kind.rawValue), SQLValue(credential.workspace),
            .blob(credential.lookupHash), SQLValue(credential.bot), SQLValue(credential.person),
            .text(credential.scopes.map(\.rawValue).sorted().joined(separator: " ")), .text(credential.label),
            SQLValue(credential.createdAt), SQLValue(credential.expiresAt), SQLValue(credential.portal?.customer),
            SQLValue(credential.portal?.showsBodies ?? false), SQLValue(credential.parent))
    }

    /// The id of the master key that the instance's own secrets are sealed with; nil before there are any.
    private func currentSealingKey() throws -> [UInt8]? {
        try first("SELECT substr(sealed, 1, 8) FROM secret WHERE workspace = '' AND sealed IS NOT NULL") { $0.bytes(0) }
    }

    func set(_ secrets: [StoredSecret], at place: String, of workspace: WorkspaceID) throws {
        // A process that still has the last master key must not seal anything with it: the next start would be refused.
        let current = try currentSealingKey()
        try run("DELETE FROM secret WHERE place = ?", .text(place))
        for (position, secret) in secrets.enumerated() {
            let sealed: [UInt8]?
            let reference: String?
            switch secret.secret {
            case .sealed(let bytes):
                if let current, !bytes.starts(with: current) { throw StoreError.staleKey }
                (sealed, reference) = (bytes, nil)
            case .environment(let name): (sealed, reference) = (nil, "env:\(name)")
            case .file(let path): (sealed, reference) = (nil, "file:\(path)")
            }
            try run(
                """
                INSERT INTO secret (place, position, workspace, sealed, reference, created_at, expires_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                .text(place), .int(Int64(position)), SQLValue(workspace), SQLValue(sealed), SQLValue(reference),
                SQLValue(secret.createdAt), SQLValue(secret.expiresAt))
        }
    }
}

// MARK: - Reading a snapshot

extension Database {
    /// By place.
    fileprivate func secrets(of workspace: WorkspaceID) throws -> [String: [StoredSecret]] {
        let sql = """
            SELECT place, sealed, reference, created_at, expires_at FROM secret WHERE workspace = ?
            ORDER BY place, position
            """
        let found = try rows(sql, [SQLValue(workspace)]) { row in
            let secret = StoredSecret(
                secret: Self.sealedSecret(row.optionalBytes(1), row.optionalText(2)), createdAt: row.timestamp(3),
                expiresAt: row.optionalInt(4).map(Timestamp.init(milliseconds:)))
            return (row.text(0), secret)
        }
        return Dictionary(grouping: found, by: \.0).mapValues { $0.map(\.1) }
    }

    private static func sealedSecret(_ sealed: [UInt8]?, _ reference: String?) -> SealedSecret {
        if let sealed { return .sealed(sealed) }
        let text = reference ?? ""
        return text.hasPrefix("env:") ? .environment(String(text.dropFirst(4))) : .file(String(text.dropFirst(5)))
    }

    fileprivate func people(of workspace: WorkspaceID) throws -> [Person] {
        let sql = """
            SELECT id, email, name, role, password_hash, is_disabled, created_at FROM person WHERE workspace = ?
            ORDER BY id
            """
        return try rows(sql, [SQLValue(workspace)]) { row in
            guard let role = Person.Role(rawValue: row.text(3)) else { throw CorruptRow() }
            var person = Person(
                id: try row.id(0), workspace: workspace, email: row.text(1), name: row.text(2), role: role,
                createdAt: row.timestamp(6))
            person.passwordHash = row.optionalText(4)
            person.isDisabled = row.bool(5)
            return person
        }
    }

    fileprivate func bots(of workspace: WorkspaceID, _ secrets: [String: [StoredSecret]]) throws -> [Bot] {
        let sql = """
            SELECT id, name, email, owner, may_create_streams, is_disabled, created_at FROM bot WHERE workspace = ?
            ORDER BY id
            """
        return try rows(sql, [SQLValue(workspace)]) { row in
            var bot = Bot(
                id: try row.id(0), workspace: workspace, name: row.text(1), email: row.text(2), owner: try row.id(3),
                createdAt: row.timestamp(6))
            bot.mayCreateStreams = row.bool(4)
            bot.isDisabled = row.bool(5)
            bot.signatureSecret = secrets[SealingPlace.botSecret(bot.id, in: workspace)]?.first?.secret
            return bot
        }
    }

    fileprivate func sources(
        of workspace: WorkspaceID, _ secrets: [String: [StoredSecret]]
    ) throws -> [Source] {
        let sql =
            "SELECT id, name, bot, is_disabled, document, created_at FROM source WHERE workspace = ? ORDER BY name"
        return try rows(sql, [SQLValue(workspace)]) { row in
            let id: ID<Source> = try row.id(0)
            let document = row.json(4)
            guard let storage = Source.StoragePolicy(rawValue: document["storage"]?.string ?? "") else {
                throw CorruptRow()
            }
            let own = secrets[SealingPlace.sourceSecret(id, in: workspace)] ?? []
            var source = Source(
                id: id, workspace: workspace, name: row.text(1), integration: document["integration"]?.string ?? "",
                verification: Documents.verification(ofSource: document, secrets: own), storage: storage,
                options: Documents.options(document), bot: try row.optionalID(2), createdAt: row.timestamp(5))
            source.isDisabled = row.bool(3)
            return source
        }
    }

    fileprivate func streams(of workspace: WorkspaceID) throws -> [Stream] {
        let sql = """
            SELECT id, number, name, description, is_archived, created_at FROM stream WHERE workspace = ?
            ORDER BY number
            """
        return try rows(sql, [SQLValue(workspace)]) { row in
            var stream = Stream(
                id: try row.id(0), workspace: workspace, number: row.int(1), name: row.text(2),
                description: row.text(3), createdAt: row.timestamp(5))
            stream.isArchived = row.bool(4)
            return stream
        }
    }
}
