package import HubCore
import HubStorage

/// Who calls with a token, and what that lets them do at this moment.
package struct Caller: Sendable {
    package let credential: ID<Credential>
    /// Nil: the token is good for the whole instance.
    package let workspace: WorkspaceID?
    /// Whose token it is; nil for one that belongs to nobody.
    package let person: Person?
    private let scopes: Set<Credential.Scope>

    init(_ credential: Credential, person: Person?) {
        self.credential = credential.id
        workspace = credential.workspace
        self.person = person
        scopes = person.map { $0.role.granted(credential.scopes) } ?? credential.scopes
    }

    /// How the audit log names the caller.
    package var actor: String { "\(credential)" }

    package var isAdmin: Bool { scopes.contains(.admin) }

    package func may(_ scope: Credential.Scope) -> Bool {
        isAdmin || scopes.contains(scope)
    }

    /// Which messages the caller may read: everything for admins, for others what is said in streams or to them.
    package var audience: MessageAudience {
        if isAdmin { return .all }
        return person.map { .person($0.id) } ?? .streamsOnly
    }
}

extension Person.Role {
    /// What is left of a token's scopes in the hands of such a person: a token never does more than its owner may.
    fileprivate func granted(_ scopes: Set<Credential.Scope>) -> Set<Credential.Scope> {
        let limit: Set<Credential.Scope> =
            switch self {
            case .admin: Set(Credential.Scope.allCases)
            case .member: [.read, .publish]
            case .viewer: [.read]
            }
        return scopes.contains(.admin) ? limit : scopes.intersection(limit)
    }
}

extension Hub {
    /// - Returns: nil when there is no such token (any more), or its owner may not use the hub.
    package func caller(token: String) async throws(SetupError) -> Caller? {
        let found: Credential?
        do throws(StoreError) {
            found = try await credential(token, at: clock.now())
        } catch {
            throw .unavailable(detail: error.code)
        }
        guard let credential = found, credential.kind == .token else { return nil }
        guard let id = credential.person else { return Caller(credential, person: nil) }
        guard let workspace = credential.workspace, let person = try await configuration(of: workspace).person(id),
            !person.isDisabled
        else { return nil }
        return Caller(credential, person: person)
    }
}
