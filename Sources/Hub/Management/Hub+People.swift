package import HubCore
import HubStorage

package struct NewPerson: Sendable {
    package var email: String
    package var name: String
    package var role: Person.Role

    package init(email: String, name: String, role: Person.Role) {
        (self.email, self.name, self.role) = (email, name, role)
    }
}

package struct NewBot: Sendable {
    package var name: String
    package var owner: ID<Person>
    package var mayCreateStreams: Bool
    package var signatureSecret: Secret<String>?

    package init(
        name: String, owner: ID<Person>, mayCreateStreams: Bool = false, signatureSecret: Secret<String>? = nil
    ) {
        self.name = name
        self.owner = owner
        self.mayCreateStreams = mayCreateStreams
        self.signatureSecret = signatureSecret
    }
}

package struct NewToken: Sendable {
    package var label: String
    package var scopes: Set<Credential.Scope>
    /// Whose it is; nil for one that belongs to nobody.
    package var person: ID<Person>?
    package var lifetime: Duration?

    package init(label: String, scopes: Set<Credential.Scope>, person: ID<Person>? = nil, lifetime: Duration? = nil) {
        self.label = label
        self.scopes = scopes
        self.person = person
        self.lifetime = lifetime
    }
}

extension Hub {
    /// How long an invitation can be accepted.
    private static let invitationLifetime = Duration.seconds(7 * 86400)
    private static let sessionLifetime = Duration.seconds(14 * 86400)

    // MARK: People

    /// Makes a person who cannot sign in yet, and an invitation to choose a password.
    package func makePerson(
        _ new: NewPerson, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) -> (person: Person, invitation: Secret<String>) {
        let email = new.email.trimmed().lowercased()
        guard email.utf8.count <= 254, let at = email.firstIndex(of: "@"), at != email.startIndex,
            email.index(after: at) != email.endIndex, !email.contains(where: \.isWhitespace)
        else { throw .invalid(field: "email", reason: "is not an e-mail address") }
        let now = clock.now()
        let person = Person(
            id: .make(at: now), workspace: workspace, email: email, name: new.name.isEmpty ? email : new.name,
            role: new.role, createdAt: now)
        let (invitation, credential) = invitation(for: person.id, in: workspace, now)
        try await apply(
            [.putPerson(person), .putCredential(credential)],
            audit(now, workspace, actor, "person.invite", "\(person.id)", new.role.rawValue))
        return (person, invitation)
    }

    /// A new invitation, for a person who lost the first one or the password.
    package func invite(
        _ id: ID<Person>, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) -> Secret<String> {
        guard try await configuration(of: workspace).person(id) != nil else { throw .notFound(what: "person") }
        let now = clock.now()
        let (invitation, credential) = invitation(for: id, in: workspace, now)
        try await apply([.putCredential(credential)], audit(now, workspace, actor, "person.invite", "\(id)"))
        return invitation
    }

    private func invitation(
        for person: ID<Person>, in workspace: WorkspaceID, _ now: Timestamp
    ) -> (Secret<String>, Credential) {
        let text = Self.newToken("mli")
        let credential = Credential(
            id: .make(at: now), kind: .invitation, workspace: workspace,
            lookupHash: vault.hash(.credential, text.reveal()), person: person, label: "invitation", createdAt: now,
            expiresAt: now + Self.invitationLifetime)
        return (text, credential)
    }

    /// Sets the password that an invitation is for, uses the invitation up and signs the person in.
    ///
    /// - Returns: the session's id, or nil when the invitation is not good (any more).
    package func acceptInvitation(
        _ text: String, name: String?, password: Secret<String>
    ) async throws(SetupError) -> Secret<String>? {
        let now = clock.now()
        guard password.reveal().count >= PasswordHash.minimumLength else {
            throw .invalid(field: "password", reason: "must have at least \(PasswordHash.minimumLength) characters")
        }
        guard let credential = await validCredential(text, .invitation, now), let id = credential.person,
            let workspace = credential.workspace,
            var person = try await configuration(of: workspace).person(id)
        else { return nil }
        guard let hash = try await Self.onThread({ PasswordHash.make(password) }) else {
            throw .unavailable(detail: "no memory")
        }
        person.passwordHash = hash
        if let name, !name.trimmed().isEmpty { person.name = name.trimmed() }
        try await apply(
            [.putPerson(person), .deleteCredential(credential.id)],
            audit(now, workspace, "\(id)", "person.password", "\(id)"))
        return try await startSession(person, now)
    }

    /// - Parameter change: of name, role or whether the person may sign in.
    package func update(
        person id: ID<Person>, in workspace: WorkspaceID, by actor: String,
        _ change: @Sendable (inout Person) -> Void
    ) async throws(SetupError) {
        let configuration = try await configuration(of: workspace)
        guard var person = configuration.person(id) else { throw .notFound(what: "person") }
        change(&person)
        let others = configuration.people.filter { $0.id != id && $0.role == .admin && !$0.isDisabled }
        guard !others.isEmpty || (person.role == .admin && !person.isDisabled) else {
            throw .invalid(field: "role", reason: "the workspace needs an admin")
        }
        let state = person.isDisabled ? "disabled" : person.role.rawValue
        try await apply([.putPerson(person)], audit(clock.now(), workspace, actor, "person.update", "\(id)", state))
    }

    // MARK: Sessions

    /// - Returns: the session's id; nil when address or password are wrong, or the person may not sign in.
    package func signIn(
        email: String, password: Secret<String>, to workspace: WorkspaceID?
    ) async throws(SetupError) -> Secret<String>? {
        let person = try await person(email: email, in: workspace)
        // As slow for an unknown address as for a known one.
        let stored = person?.passwordHash ?? Self.nobodysHash
        let matches = try await Self.onThread { PasswordHash.matches(password, stored) }
        guard matches, let person, person.passwordHash != nil, !person.isDisabled else { return nil }
        return try await startSession(person, clock.now())
    }

    private static let nobodysHash =
        "scrypt$32768$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

    private func person(email: String, in workspace: WorkspaceID?) async throws(SetupError) -> Person? {
        if let workspace { return try await configuration(of: workspace).person(email: email) }
        let workspaces: [Workspace]
        do throws(StoreError) { workspaces = try await store.workspaces() } catch {
            throw .unavailable(detail: error.code)
        }
        for workspace in workspaces {
            if let person = try await configuration(of: workspace.id).person(email: email) { return person }
        }
        return nil
    }

    /// Signs in with a token that belongs to a person and may do all that they may: a session can do no less.
    ///
    /// The session ends with the token.
    package func signIn(token: String) async throws(SetupError) -> Secret<String>? {
        let now = clock.now()
        guard let credential = await validCredential(token, .token, now), credential.scopes.contains(.admin),
            let id = credential.person, let workspace = credential.workspace,
            let person = try await configuration(of: workspace).person(id), !person.isDisabled
        else { return nil }
        return try await startSession(person, now, by: credential)
    }

    private func startSession(
        _ person: Person, _ now: Timestamp, by token: Credential? = nil
    ) async throws(SetupError) -> Secret<String> {
        let text = Self.newToken("mls")
        let lifetime = now + Self.sessionLifetime
        let session = Credential(
            id: .make(at: now), kind: .session, workspace: person.workspace,
            lookupHash: vault.hash(.credential, text.reveal()), person: person.id, parent: token?.id,
            label: "console", createdAt: now, expiresAt: min(lifetime, token?.expiresAt ?? lifetime))
        try await apply(
            [.putCredential(session)],
            audit(now, person.workspace, "\(person.id)", "session.start", "\(session.id)"))
        return text
    }

    /// The person whose session this is.
    package func person(session text: String) async throws(SetupError) -> Person? {
        guard let credential = await validCredential(text, .session, clock.now()), let id = credential.person,
            let workspace = credential.workspace, let person = try await configuration(of: workspace).person(id),
            !person.isDisabled
        else { return nil }
        return person
    }

    package func endSession(_ text: String) async throws(SetupError) {
        guard let credential = await validCredential(text, .session, clock.now()) else { return }
        let actor = credential.person.map { "\($0)" } ?? "hub"
        try await apply(
            [.deleteCredential(credential.id)],
            audit(clock.now(), credential.workspace, actor, "session.end", "\(credential.id)"))
    }

    private func validCredential(_ text: String, _ kind: Credential.Kind, _ now: Timestamp) async -> Credential? {
        do throws(StoreError) {
            let credential = try await credential(text, at: now)
            return credential?.kind == kind ? credential : nil
        } catch {
            ignoring("a credential could not be looked up; it counts as not known", error)
            return nil
        }
    }

    // MARK: Tokens

    package func makeToken(
        _ new: NewToken, in workspace: WorkspaceID?, by actor: String
    ) async throws(SetupError) -> (credential: Credential, secret: Secret<String>) {
        guard !new.scopes.isEmpty else { throw .invalid(field: "scopes", reason: "at least one is needed") }
        let now = clock.now()
        let text = Self.newToken("mlt")
        let credential = Credential(
            id: .make(at: now), kind: .token, workspace: workspace, lookupHash: vault.hash(.credential, text.reveal()),
            person: new.person, scopes: new.scopes, label: new.label, createdAt: now,
            expiresAt: new.lifetime.map { now + $0 })
        let scopes = new.scopes.map(\.rawValue).sorted().joined(separator: " ")
        try await apply(
            [.putCredential(credential)], audit(now, workspace, actor, "token.create", "\(credential.id)", scopes))
        return (credential, text)
    }

    package func revoke(
        _ id: ID<Credential>, in workspace: WorkspaceID?, by actor: String
    ) async throws(SetupError) {
        let known: [Credential]
        do throws(StoreError) {
            known = try await store.credentials(of: workspace, at: clock.now())
        } catch {
            throw .unavailable(detail: error.code)
        }
        guard known.contains(where: { $0.id == id }) else { throw .notFound(what: "token") }
        try await apply([.deleteCredential(id)], audit(clock.now(), workspace, actor, "token.revoke", "\(id)"))
    }

    static func newToken(_ prefix: String) -> Secret<String> {
        Secret("\(prefix)_\(Base64.encode(Vault.randomBytes(32), alphabet: .url))")
    }

    // MARK: Bots

    package func makeBot(
        _ new: NewBot, host: String, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) -> (bot: Bot, key: Secret<String>) {
        guard (1...60).contains(new.name.count) else {
            throw .invalid(field: "name", reason: "must be 1 to 60 characters")
        }
        guard try await configuration(of: workspace).person(new.owner) != nil else {
            throw .invalid(field: "owner", reason: "is no person of this workspace")
        }
        let now = clock.now()
        let id = ID<Bot>.make(at: now)
        let local = new.name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        var bot = Bot(
            id: id, workspace: workspace, name: new.name, email: "\(String(local))-bot@\(workspace).\(host)",
            owner: new.owner, createdAt: now)
        bot.mayCreateStreams = new.mayCreateStreams
        if let secret = new.signatureSecret {
            bot.signatureSecret = try seal(secret, at: SealingPlace.botSecret(id, in: workspace))
        }
        let (key, credential) = botKey(for: bot, now)
        try await apply(
            [.putBot(bot), .putCredential(credential)],
            audit(now, workspace, actor, "bot.create", "\(bot.id)", bot.email))
        return (bot, key)
    }

    /// A new key; the old ones stay good for the overlap.
    package func rotateKey(
        of id: ID<Bot>, overlap: Duration, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) -> Secret<String> {
        guard let bot = try await configuration(of: workspace).bot(id) else { throw .notFound(what: "bot") }
        let now = clock.now()
        let old: [Credential]
        do throws(StoreError) {
            old = try await store.credentials(of: workspace, at: now).filter { $0.bot == id }
        } catch {
            throw .unavailable(detail: error.code)
        }
        let (key, credential) = botKey(for: bot, now)
        let aged = old.map { credential -> ConfigurationChange in
            var credential = credential
            credential.expiresAt = min(credential.expiresAt ?? now + overlap, now + overlap)
            return .putCredential(credential)
        }
        try await apply(
            aged + [.putCredential(credential)], audit(now, workspace, actor, "bot.key.rotate", "\(id)"))
        return key
    }

    package func update(
        bot id: ID<Bot>, in workspace: WorkspaceID, by actor: String, _ change: @Sendable (inout Bot) -> Void
    ) async throws(SetupError) {
        guard var bot = try await configuration(of: workspace).bot(id) else { throw .notFound(what: "bot") }
        change(&bot)
        try await apply([.putBot(bot)], audit(clock.now(), workspace, actor, "bot.update", "\(id)"))
    }

    private func botKey(for bot: Bot, _ now: Timestamp) -> (Secret<String>, Credential) {
        let key = BotKey.make()
        let credential = Credential(
            id: .make(at: now), kind: .botKey, workspace: bot.workspace,
            lookupHash: vault.hash(.credential, key.reveal()), bot: bot.id, label: bot.email, createdAt: now)
        return (key, credential)
    }
}
