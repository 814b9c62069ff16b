package import HubCore
package import HubStorage

/// Why a change of what people set up was refused.
package enum SetupError: Error, Sendable, Equatable {
    case invalid(field: String, reason: String)
    case conflict(what: String)
    case notFound(what: String)
    case unavailable(detail: String)

    /// Stable: returned by the API. Append, never rename.
    package var code: String {
        switch self {
        case .invalid: "invalid_request"
        case .conflict: "conflict"
        case .notFound: "not_found"
        case .unavailable: "unavailable"
        }
    }
}

extension SetupError {
    package init(_ error: StoreError) {
        switch error {
        case .conflict(let what): self = .conflict(what: what)
        case .notFound(let what): self = .notFound(what: what)
        case .invalid(let detail): self = .invalid(field: "body", reason: detail)
        case .staleKey, .unavailable, .overloaded, .cancelled, .incompatible: self = .unavailable(detail: error.code)
        }
    }
}

extension SetupError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalid(let field, let reason): "\(field): \(reason)"
        case .conflict(let what): "there is such a \(what) already"
        case .notFound(let what): "there is no such \(what)"
        case .unavailable(let detail): "the store did not take it (\(detail)); try again"
        }
    }
}

/// What a first run makes.
package struct FirstSetup: Sendable {
    package let workspace: WorkspaceID
    package let adminToken: Secret<String>
    package let invitation: Secret<String>
    package let source: Source
    package let sourceSecret: Secret<String>
    package let bot: Bot
    package let botKey: Secret<String>
}

extension Hub {
    func apply(_ changes: [ConfigurationChange], _ entry: AuditEntry) async throws(SetupError) {
        do throws(StoreError) {
            try await store.apply(changes, entry)
            credentials.removeAll()
        } catch {
            if error == .staleKey { await vault.reload(from: store) }
            throw SetupError(error)
        }
    }

    /// Applies changes, and tells subscribers of them in the same commit; where nobody subscribes, nothing is told.
    private func apply(
        _ changes: [ConfigurationChange], _ entry: AuditEntry, telling type: BuiltInEventType,
        in workspace: WorkspaceID, _ happening: (RecordActor) -> Happening
    ) async throws(SetupError) {
        for _ in 0..<3 {
            let configuration = try await configuration(of: workspace)
            guard Planner(configuration: configuration, sender: .hub).isWanted(type) else {
                return try await apply(changes, entry)
            }
            let actor = try await actor(entry.actor, configuration)
            let plan = Plan.internal([happening(actor)], nil, in: configuration, at: entry.at)
            do throws(StoreError) {
                let isApplied = try await sending(plan) { plan throws(StoreError) in
                    try await store.apply(changes, entry, telling: plan)
                } isCommitted: {
                    $0
                }
                credentials.removeAll()
                if isApplied { return }
            } catch {
                if error == .staleKey { await vault.reload(from: store) }
                throw SetupError(error)
            }
        }
        throw .unavailable(detail: "the configuration kept changing")
    }

    /// Whoever the audit log names so.
    private func actor(
        _ name: String, _ configuration: WorkspaceConfiguration
    ) async throws(SetupError) -> RecordActor {
        if let person = ID<Person>(name).flatMap(configuration.person) { return RecordActor(person) }
        guard let id = ID<Credential>(name) else {
            return name == "hub" ? .hub : RecordActor(kind: .system, id: nil, name: name)
        }
        let known: [Credential]
        do throws(StoreError) {
            known = try await store.credentials(of: configuration.workspace.id, at: clock.now())
        } catch {
            throw SetupError(error)
        }
        let owner = known.first { $0.id == id }?.person.flatMap(configuration.person)
        return owner.map { RecordActor($0) } ?? RecordActor(kind: .token, id: name, name: "API token")
    }

    package func configuration(of workspace: WorkspaceID) async throws(SetupError) -> WorkspaceConfiguration {
        let runtime: WorkspaceRuntime?
        do throws(StoreError) {
            runtime = try await runtimes.refreshed(workspace)
        } catch {
            throw .unavailable(detail: error.code)
        }
        guard let runtime else { throw .notFound(what: "workspace") }
        return runtime.configuration
    }

    // MARK: Workspaces

    /// Makes an empty workspace with its signing secret.
    ///
    /// - Returns: the secret, to be shown once.
    package func makeWorkspace(
        _ id: WorkspaceID, name: String, by actor: String
    ) async throws(SetupError) -> Secret<String> {
        let now = clock.now()
        let (secret, sealed) = try newSecret(at: SealingPlace.workspaceSecret(id), now: now)
        let workspace = Workspace(id: id, name: name.isEmpty ? id.slug : name, createdAt: now)
        try await apply(
            [.createWorkspace(workspace, secrets: [sealed])],
            audit(now, id, actor, "workspace.create", id.slug))
        return secret
    }

    /// A new secret for the workspace; the old ones stay good for the overlap.
    package func rotateWorkspaceSecret(
        _ id: WorkspaceID, overlap: Duration, by actor: String
    ) async throws(SetupError) -> Secret<String> {
        let configuration = try await configuration(of: id)
        let now = clock.now()
        let (secret, sealed) = try newSecret(at: SealingPlace.workspaceSecret(id), now: now)
        try await apply(
            [.setWorkspaceSecrets(id, [sealed] + Self.aged(configuration.secrets, until: now + overlap, now: now))],
            audit(now, id, actor, "workspace.secret.rotate", id.slug))
        return secret
    }

    package func setRetention(
        _ retention: Retention, of id: WorkspaceID, by actor: String
    ) async throws(SetupError) {
        guard (1...3650).contains(retention.bodiesDays), (1...3650).contains(retention.metadataDays) else {
            throw .invalid(field: "retention", reason: "must be 1 to 3650 days")
        }
        guard retention.bodiesDays <= retention.metadataDays else {
            throw .invalid(field: "retention.bodies_days", reason: "must not be more than metadata_days")
        }
        var workspace = try await configuration(of: id).workspace
        workspace.retention = retention
        try await apply(
            [.updateWorkspace(workspace)],
            audit(
                clock.now(), id, actor, "workspace.retention", id.slug,
                "bodies \(retention.bodiesDays) d, metadata \(retention.metadataDays) d"))
    }

    package func rename(
        workspace id: WorkspaceID, to name: String, by actor: String
    ) async throws(SetupError) {
        guard (1...60).contains(name.count) else { throw .invalid(field: "name", reason: "must be 1 to 60 characters") }
        var workspace = try await configuration(of: id).workspace
        workspace.name = name
        try await apply([.updateWorkspace(workspace)], audit(clock.now(), id, actor, "workspace.rename", id.slug, name))
    }

    /// Sets where the hub says what the admins should know.
    ///
    /// - Parameter stream: its name, number or id; nil: to each of them directly.
    package func setAlerts(
        to stream: String?, of id: WorkspaceID, by actor: String
    ) async throws(SetupError) {
        let configuration = try await configuration(of: id)
        var workspace = configuration.workspace
        let found = stream.flatMap { configuration.stream(matching: $0) }
        if let stream, found == nil {
            throw .invalid(field: "alerts_stream", reason: "there is no stream “\(stream)”, or it is archived")
        }
        workspace.alertsStream = found?.id
        try await apply(
            [.updateWorkspace(workspace)],
            audit(clock.now(), id, actor, "workspace.alerts", id.slug, found?.name ?? "each admin"))
    }

    /// The first run: a workspace, its admin with token and invitation, a stream, a source and a bot.
    package func setUpFirstWorkspace(_ id: WorkspaceID, publicHost: String) async throws(SetupError) -> FirstSetup {
        let actor = "command line"
        _ = try await makeWorkspace(id, name: id.slug, by: actor)
        let admin = try await makePerson(
            NewPerson(email: "admin@\(publicHost)", name: "Admin", role: .admin), in: id, by: actor)
        let token = try await makeToken(
            NewToken(label: "first run", scopes: Set(Credential.Scope.allCases), person: admin.person.id), in: id,
            by: actor)
        _ = try await makeStream(name: "general", description: "Where first messages arrive", in: id, by: actor)
        var options = Source.Options()
        options.stream = "general"
        options.allowedConversations = ["local:*"]
        let source = try await makeSource(
            NewSource(name: "inbox", integration: "martlet", scheme: "signed", options: options), in: id, by: actor)
        let bot = try await makeBot(
            NewBot(name: "Hooks", owner: admin.person.id, mayCreateStreams: true), host: publicHost, in: id, by: actor)
        return FirstSetup(
            workspace: id, adminToken: token.secret, invitation: admin.invitation, source: source.source,
            sourceSecret: source.secrets.first ?? Secret(""), bot: bot.bot, botKey: bot.key)
    }

    // MARK: Streams

    package func makeStream(
        name: String, description: String, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) -> HubCore.Stream {
        let name = name.trimmed()
        try check(streamName: name)
        let now = clock.now()
        let stream = Stream(
            id: .make(at: now), workspace: workspace, number: 0, name: name, description: description, createdAt: now)
        try await apply(
            [.putStream(stream)], audit(now, workspace, actor, "stream.create", "\(stream.id)", name),
            telling: .conversationCreated, in: workspace
        ) { Happening(madeBy: $0, stream) }
        return try await configuration(of: workspace).stream(stream.id) ?? stream
    }

    private func check(streamName name: String) throws(SetupError) {
        guard (1...Stream.nameLimit).contains(name.count), Int64(name) == nil, !name.contains("/") else {
            throw .invalid(
                field: "name", reason: "must be 1 to \(Stream.nameLimit) characters, no slash, and not only digits")
        }
    }

    /// - Parameter change: of name or description.
    package func update(
        stream id: ID<HubCore.Stream>, in workspace: WorkspaceID, by actor: String,
        _ change: @Sendable (inout HubCore.Stream) -> Void
    ) async throws(SetupError) {
        guard var stream = try await configuration(of: workspace).stream(id) else { throw .notFound(what: "stream") }
        change(&stream)
        stream.name = stream.name.trimmed()
        try check(streamName: stream.name)
        try await apply(
            [.putStream(stream)], audit(clock.now(), workspace, actor, "stream.update", "\(id)", stream.name))
    }

    package func setArchived(
        _ isArchived: Bool, stream id: ID<HubCore.Stream>, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) {
        guard var stream = try await configuration(of: workspace).stream(id) else { throw .notFound(what: "stream") }
        let isNew = stream.isArchived != isArchived
        stream.isArchived = isArchived
        let entry = audit(clock.now(), workspace, actor, isArchived ? "stream.archive" : "stream.restore", "\(id)")
        guard isNew, isArchived else { return try await apply([.putStream(stream)], entry) }
        let archived = stream
        try await apply([.putStream(archived)], entry, telling: .conversationArchived, in: workspace) {
            Happening(archivedBy: $0, archived)
        }
    }

    // MARK: Parts

    func audit(
        _ at: Timestamp, _ workspace: WorkspaceID?, _ actor: String, _ action: String, _ subject: String,
        _ detail: String = ""
    ) -> AuditEntry {
        AuditEntry(at: at, workspace: workspace, actor: actor, action: action, subject: subject, detail: detail)
    }

    /// A new random secret (32 bytes, shown as `whsec_` and base64) and how it is stored.
    func newSecret(
        at place: String, now: Timestamp
    ) throws(SetupError) -> (shown: Secret<String>, stored: StoredSecret) {
        let shown = Secret("whsec_" + Base64.encode(Vault.randomBytes(32)))
        return (shown, StoredSecret(secret: try seal(shown, at: place), createdAt: now))
    }

    func seal(_ secret: Secret<String>, at place: String) throws(SetupError) -> SealedSecret {
        do throws(VaultError) {
            return .sealed(try vault.seal(secret, at: place))
        } catch {
            throw .unavailable(detail: error.code)
        }
    }

    /// Those still good, ending at the latest when the overlap does.
    static func aged(_ secrets: [StoredSecret], until end: Timestamp, now: Timestamp) -> [StoredSecret] {
        guard end > now else { return [] }
        return secrets.filter { $0.expiresAt.map { now < $0 } ?? true }.map { secret in
            StoredSecret(
                secret: secret.secret, createdAt: secret.createdAt, expiresAt: min(secret.expiresAt ?? end, end))
        }
    }
}
