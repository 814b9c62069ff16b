package import HubCore
import HubStorage
import Integrations
import WebhookSignatures

/// A source as people ask for it.
package struct NewSource: Sendable {
    /// A secret as it is given: the text itself, or where to find it.
    package enum GivenSecret: Sendable {
        case text(Secret<String>)
        case environment(String)
        case file(String)
    }

    package var name: String
    package var integration: String
    /// Nil: the integration's own.
    package var scheme: String?
    /// Nil: one is made where the scheme needs one.
    package var secrets: [GivenSecret]?
    package var toleranceSeconds: Int64?
    package var idempotencyTTLSeconds: Int64?
    package var headerPrefix: String?
    package var settings: JSON.Object
    package var storage: Source.StoragePolicy
    package var options: Source.Options

    package init(
        name: String, integration: String, scheme: String? = nil, storage: Source.StoragePolicy = .full,
        options: Source.Options = .init()
    ) {
        self.name = name
        self.integration = integration
        self.scheme = scheme
        self.storage = storage
        self.options = options
        secrets = nil
        toleranceSeconds = nil
        idempotencyTTLSeconds = nil
        headerPrefix = nil
        settings = JSON.Object()
    }
}

extension Source {
    /// Where requests for it go, below the hub's public address.
    package var urlPath: String { "/webhooks/v1/\(workspace)/\(name)" }
}

extension Hub {
    private static let bodyLimits = 1024...(25 << 20)

    /// - Returns: the source, and those of its secrets that were made here, to be shown once.
    package func makeSource(
        _ new: NewSource, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) -> (source: Source, secrets: [Secret<String>]) {
        guard WorkspaceID(new.name) != nil else {
            throw .invalid(
                field: "name", reason: "must be 1 to 40 of a-z, 0-9, _ and -, beginning with a letter or digit")
        }
        guard let integration = Catalog.integration(slug: new.integration) else {
            throw .invalid(field: "integration", reason: "there is none called \"\(new.integration)\"")
        }
        let configuration = try await configuration(of: workspace)
        let now = clock.now()
        let id = ID<Source>.make(at: now)
        let scheme = new.scheme ?? integration.descriptor.defaultScheme
        let (stored, shown) = try secrets(new, scheme, at: SealingPlace.sourceSecret(id, in: workspace), now)
        var verification = Source.Verification(scheme: scheme, secrets: stored, settings: new.settings)
        if let tolerance = new.toleranceSeconds { verification.toleranceSeconds = tolerance }
        if let ttl = new.idempotencyTTLSeconds { verification.idempotencyTTLSeconds = ttl }
        if let prefix = new.headerPrefix { verification.headerPrefix = prefix }
        let source = Source(
            id: id, workspace: workspace, name: new.name, integration: new.integration, verification: verification,
            storage: new.storage, options: new.options, createdAt: now)
        try check(source, configuration)
        try await apply(
            [.putSource(source)],
            audit(now, workspace, actor, "source.create", "\(id)", "\(new.name), \(new.integration), \(scheme)"))
        return (source, shown)
    }

    /// Changes a source; its id, name and workspace stay.
    package func update(
        source id: ID<Source>, in workspace: WorkspaceID, by actor: String,
        _ change: @Sendable (inout Source) throws(SetupError) -> Void
    ) async throws(SetupError) {
        let configuration = try await configuration(of: workspace)
        guard var source = configuration.source(id) else { throw .notFound(what: "source") }
        try change(&source)
        try check(source, configuration)
        try await apply(
            [.putSource(source)],
            audit(clock.now(), workspace, actor, "source.update", "\(id)", source.isDisabled ? "disabled" : ""))
    }

    package func deleteSource(
        _ id: ID<Source>, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) {
        guard let source = try await configuration(of: workspace).source(id) else { throw .notFound(what: "source") }
        try await apply(
            [.deleteSource(id)], audit(clock.now(), workspace, actor, "source.delete", "\(id)", source.name))
    }

    /// A new secret, given or made; the old ones stay good for the overlap.
    package func rotateSecret(
        of id: ID<Source>, to given: NewSource.GivenSecret?, overlap: Duration, in workspace: WorkspaceID,
        by actor: String
    ) async throws(SetupError) -> Secret<String>? {
        let configuration = try await configuration(of: workspace)
        guard var source = configuration.source(id) else { throw .notFound(what: "source") }
        let now = clock.now()
        let place = SealingPlace.sourceSecret(id, in: workspace)
        let shown: Secret<String>?
        let fresh: StoredSecret
        if let given {
            (shown, fresh) = (nil, StoredSecret(secret: try sealed(given, at: place), createdAt: now))
        } else {
            (shown, fresh) = try newSecret(at: place, now: now)
        }
        let old = Self.aged(source.verification.secrets, until: now + overlap, now: now)
        source.verification.secrets = [fresh] + old
        try check(source, configuration)
        try await apply([.putSource(source)], audit(now, workspace, actor, "source.secret.rotate", "\(id)"))
        return shown
    }

    /// The secret of a source in the open, for a signed test request that the hub sends to itself.
    func newestSecret(of source: Source, at now: Timestamp) throws(SetupError) -> Secret<String>? {
        guard let secret = source.verification.secrets.first(where: { $0.expiresAt.map { now < $0 } ?? true }) else {
            return nil
        }
        do throws(VaultError) {
            return try vault.open(secret.secret, at: SealingPlace.sourceSecret(source.id, in: source.workspace))
        } catch {
            throw .unavailable(detail: error.code)
        }
    }

    // MARK: Checking

    private func check(_ source: Source, _ configuration: WorkspaceConfiguration) throws(SetupError) {
        let options = source.options
        guard Self.bodyLimits.contains(options.maxBodyBytes) else {
            throw .invalid(field: "options.max_body_bytes", reason: "must be 1024 to \(Self.bodyLimits.upperBound)")
        }
        guard (0...86400 * 30).contains(source.verification.toleranceSeconds) else {
            throw .invalid(field: "verification.tolerance_seconds", reason: "must be 0 to 2592000")
        }
        guard (60...86400 * 90).contains(source.verification.idempotencyTTLSeconds) else {
            throw .invalid(field: "verification.idempotency_ttl_seconds", reason: "must be 60 to 7776000")
        }
        for (field, text) in [
            ("conversation_pointer", options.conversationPointer), ("topic_pointer", options.topicPointer),
        ] {
            guard let text, JSONPointer(text) == nil else { continue }
            throw .invalid(field: "options.\(field)", reason: "is not a JSON pointer (/like/this)")
        }
        guard let prepared = PreparedSource(source, in: configuration, vault: vault, now: clock.now()) else {
            throw .invalid(field: "integration", reason: "there is none called \"\(source.integration)\"")
        }
        // A secret that lies outside may come later; everything else must be right now.
        if prepared.verifier == nil, source.verification.secrets.allSatisfy(\.secret.isSealed),
            !isAwaitingSecret(source)
        {
            throw .invalid(field: "verification", reason: prepared.problem ?? "cannot work")
        }
    }

    /// A vendor that gives out the secret itself needs the URL first.
    private func isAwaitingSecret(_ source: Source) -> Bool {
        source.verification.secrets.isEmpty && SchemeInfo.named(source.verification.scheme) != nil
    }

    private func secrets(
        _ new: NewSource, _ scheme: String, at place: String, _ now: Timestamp
    ) throws(SetupError) -> (stored: [StoredSecret], shown: [Secret<String>]) {
        guard let given = new.secrets else {
            guard let form = SchemeInfo.named(scheme)?.secretForm else {
                throw .invalid(field: "verification.scheme", reason: "there is none called \"\(scheme)\"")
            }
            switch form {
            case .text, .whsec:
                let (shown, stored) = try newSecret(at: place, now: now)
                return ([stored], [shown])
            case .none, .base64, .hex, .userAndPassword:
                return ([], [])
            }
        }
        var stored: [StoredSecret] = []
        for secret in given {
            stored.append(StoredSecret(secret: try sealed(secret, at: place), createdAt: now))
        }
        return (stored, [])
    }

    private func sealed(_ given: NewSource.GivenSecret, at place: String) throws(SetupError) -> SealedSecret {
        switch given {
        case .text(let secret): return try seal(secret, at: place)
        case .environment(let name):
            // The hub's own settings are nobody's webhook secrets.
            guard !name.isEmpty, !name.hasPrefix("MARTLET_") else {
                throw .invalid(field: "verification.secrets", reason: "env must not name a setting of the hub itself")
            }
            return .environment(name)
        case .file(let path):
            guard path.hasPrefix("/") else {
                throw .invalid(field: "verification.secrets", reason: "file must be an absolute path")
            }
            return .file(path)
        }
    }
}

extension SealedSecret {
    fileprivate var isSealed: Bool {
        if case .sealed = self { true } else { false }
    }
}
