package import HubCore
import HubStorage

/// A customer's visit to the portal.
package struct PortalSession: Sendable {
    /// Part of the portal's addresses; it opens nothing.
    package let id: ID<Credential>
    package let customer: Customer
    /// Whether what deliveries carried may be read.
    package let showsBodies: Bool
    package let startedAt: Timestamp
    package let endsAt: Timestamp

    init?(_ credential: Credential, _ customers: [Customer]) {
        guard credential.kind == .portalSession, let grant = credential.portal, let endsAt = credential.expiresAt,
            let customer = customers.first(where: { $0.id == grant.customer })
        else { return nil }
        (id, self.customer, showsBodies) = (credential.id, customer, grant.showsBodies)
        (startedAt, self.endsAt) = (credential.createdAt, endsAt)
    }

    /// How the audit log names the customer.
    package var actor: String { "\(customer.id)" }
}

/// A link that opens the portal once.
package struct PortalLink: Sendable {
    package let secret: Secret<String>
    package let expiresAt: Timestamp

    /// Below the hub's public address.
    package var path: String { Self.path(secret) }

    package static func path(_ secret: Secret<String>) -> String { "/portal/enter/\(secret.reveal())" }
}

extension Hub {
    /// How long a link can be exchanged.
    package static let portalLinkLifetime = Duration.seconds(600)
    package static let portalSessionLifetime = Duration.seconds(86400)

    /// - Parameter name: id or reference of the customer whose endpoints the portal shows.
    package func makePortalLink(
        forCustomer name: String, showsBodies: Bool = false, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) -> PortalLink {
        let customer = try await knownCustomer(name, in: workspace)
        let now = clock.now()
        let text = Self.newToken("mll")
        let credential = Credential(
            id: .make(at: now), kind: .portalLink, workspace: workspace,
            lookupHash: vault.hash(.credential, text.reveal()),
            portal: .init(customer: customer.id, showsBodies: showsBodies), label: "portal link",
            createdAt: now, expiresAt: now + Self.portalLinkLifetime)
        try await apply(
            [.putCredential(credential)],
            audit(
                now, workspace, actor, "portal.link", "\(customer.id)", showsBodies ? "with bodies" : "without bodies"))
        return PortalLink(secret: text, expiresAt: now + Self.portalLinkLifetime)
    }

    /// Uses a link up.
    ///
    /// - Returns: the session and its secret, for a cookie; nil when the link is not good (any more).
    package func enterPortal(
        link text: String
    ) async throws(SetupError) -> (session: PortalSession, secret: Secret<String>)? {
        let now = clock.now()
        guard let link = try await portalCredential(text, .portalLink, now), let workspace = link.workspace,
            let grant = link.portal
        else { return nil }
        let secret = Self.newToken("mlp")
        let credential = Credential(
            id: .make(at: now), kind: .portalSession, workspace: workspace,
            lookupHash: vault.hash(.credential, secret.reveal()), portal: grant, label: "portal", createdAt: now,
            expiresAt: now + Self.portalSessionLifetime)
        guard let session = PortalSession(credential, try await customers(of: workspace)) else { return nil }
        do throws(SetupError) {
            try await apply(
                [.takeCredential(link.id), .putCredential(credential)],
                audit(now, workspace, session.actor, "portal.enter", "\(credential.id)"))
        } catch {
            // Somebody else was first.
            if case .notFound = error { return nil }
            throw error
        }
        return (session, secret)
    }

    /// The session whose secret a cookie holds, and its workspace.
    ///
    /// - Parameter id: as the address names it; the secret of another session does not open it.
    package func portalSession(
        _ id: ID<Credential>, secret text: String
    ) async throws(SetupError) -> (session: PortalSession, workspace: WorkspaceID)? {
        guard let credential = try await portalCredential(text, .portalSession, clock.now()), credential.id == id,
            let workspace = credential.workspace,
            let session = PortalSession(credential, try await customers(of: workspace))
        else { return nil }
        return (session, workspace)
    }

    /// Those that are good now, the newest first.
    ///
    /// - Parameter customer: nil: of all of them.
    package func portalSessions(
        of customer: ID<Customer>? = nil, in workspace: WorkspaceID
    ) async throws(SetupError) -> [PortalSession] {
        let customers = try await customers(of: workspace)
        return try await portalCredentials(in: workspace).compactMap { PortalSession($0, customers) }
            .filter { customer == nil || $0.customer.id == customer }.sorted { $0.startedAt > $1.startedAt }
    }

    /// Ends one session.
    package func revoke(
        portalSession id: ID<Credential>, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) {
        guard try await portalCredentials(in: workspace).contains(where: { $0.id == id }) else {
            throw .notFound(what: "portal session")
        }
        try await apply(
            [.deleteCredential(id)], audit(clock.now(), workspace, actor, "portal.revoke", "\(id)"))
    }

    /// Ends all sessions of a customer, and the links that were not used yet.
    ///
    /// - Returns: how many sessions there were.
    package func revokePortal(
        ofCustomer name: String, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) -> Int {
        let customer = try await knownCustomer(name, in: workspace)
        let credentials = try await portalCredentials(in: workspace).filter { $0.portal?.customer == customer.id }
        let sessions = credentials.count { $0.kind == .portalSession }
        try await apply(
            credentials.map { .deleteCredential($0.id) },
            audit(clock.now(), workspace, actor, "portal.revoke", "\(customer.id)", "\(sessions) sessions"))
        return sessions
    }

    // MARK: Parts

    private func portalCredential(
        _ text: String, _ kind: Credential.Kind, _ now: Timestamp
    ) async throws(SetupError) -> Credential? {
        do throws(StoreError) {
            let found = try await credential(text, at: now)
            return found?.kind == kind ? found : nil
        } catch {
            throw SetupError(error)
        }
    }

    func portalCredentials(in workspace: WorkspaceID) async throws(SetupError) -> [Credential] {
        do throws(StoreError) {
            return try await store.credentials(of: workspace, at: clock.now()).filter { $0.portal != nil }
        } catch {
            throw SetupError(error)
        }
    }
}
