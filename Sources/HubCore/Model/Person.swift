/// Someone who signs in to the console of one workspace.
package struct Person: Sendable, Identified {
    package static let idPrefix = "usr"

    package enum Role: String, Sendable, CaseIterable {
        /// Changes everything.
        case admin
        /// Reads everything, writes messages, replays events.
        case member
        /// Reads.
        case viewer
    }

    package let id: ID<Person>
    package let workspace: WorkspaceID
    /// Lower case; unique in the workspace.
    package var email: String
    package var name: String
    package var role: Role
    /// As `PasswordHash` encodes it; nil until an invitation is accepted.
    package var passwordHash: String?
    package var isDisabled: Bool
    package let createdAt: Timestamp

    package init(
        id: ID<Person>, workspace: WorkspaceID, email: String, name: String, role: Role, createdAt: Timestamp
    ) {
        self.id = id
        self.workspace = workspace
        self.email = email
        self.name = name
        self.role = role
        self.createdAt = createdAt
        passwordHash = nil
        isDisabled = false
    }
}

/// A sender with a key of its own, owned by a person who hears of its troubles.
package struct Bot: Sendable, Identified {
    package static let idPrefix = "bot"

    package let id: ID<Bot>
    package let workspace: WorkspaceID
    package var name: String
    /// The user name of HTTP Basic at the message API; unique in the instance.
    package let email: String
    package var owner: ID<Person>
    /// Whether a message to a stream that does not exist makes it.
    package var mayCreateStreams: Bool
    /// When set, requests with its key must be signed with this too.
    package var signatureSecret: SealedSecret?
    package var isDisabled: Bool
    package let createdAt: Timestamp

    package init(
        id: ID<Bot>, workspace: WorkspaceID, name: String, email: String, owner: ID<Person>, createdAt: Timestamp
    ) {
        self.id = id
        self.workspace = workspace
        self.name = name
        self.email = email
        self.owner = owner
        self.createdAt = createdAt
        mayCreateStreams = false
        signatureSecret = nil
        isDisabled = false
    }
}

/// What a key, token, session or invitation lets its bearer do. Only a keyed hash of it is stored.
package struct Credential: Sendable, Identified {
    package static let idPrefix = "key"

    package enum Kind: String, Sendable {
        case botKey, token, session, invitation
        /// Exchanged, once, for a ``portalSession``.
        case portalLink
        /// A customer's, who sees their own endpoints.
        case portalSession
    }

    package enum Scope: String, Sendable, CaseIterable {
        case admin, publish, read, endpoints
    }

    /// What a link or session of the portal opens.
    package struct PortalGrant: Sendable, Hashable {
        package let customer: ID<Customer>
        /// Whether what deliveries carried may be read.
        package let showsBodies: Bool

        package init(customer: ID<Customer>, showsBodies: Bool) {
            (self.customer, self.showsBodies) = (customer, showsBodies)
        }
    }

    package let id: ID<Credential>
    package let kind: Kind
    /// Nil for a token that is good for the whole instance.
    package let workspace: WorkspaceID?
    /// The keyed hash by which it is found.
    package let lookupHash: [UInt8]
    package let bot: ID<Bot>?
    package let person: ID<Person>?
    package let portal: PortalGrant?
    /// The token that a session was begun with, and ends with.
    package let parent: ID<Credential>?
    package var scopes: Set<Scope>
    package var label: String
    package let createdAt: Timestamp
    package var expiresAt: Timestamp?

    package init(
        id: ID<Credential>, kind: Kind, workspace: WorkspaceID?, lookupHash: [UInt8], bot: ID<Bot>? = nil,
        person: ID<Person>? = nil, portal: PortalGrant? = nil, parent: ID<Credential>? = nil,
        scopes: Set<Scope> = [], label: String, createdAt: Timestamp, expiresAt: Timestamp? = nil
    ) {
        self.id = id
        self.kind = kind
        self.workspace = workspace
        self.lookupHash = lookupHash
        self.bot = bot
        self.person = person
        self.portal = portal
        self.parent = parent
        self.scopes = scopes
        self.label = label
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    package func isValid(at now: Timestamp) -> Bool {
        expiresAt.map { now < $0 } ?? true
    }
}
