/// How a proposal or commit is sent.
public enum HandshakeProtection: Sendable {
    /// Signed, and readable by everybody on the way; a delivery service may need that.
    case publicMessage
    /// Signed and encrypted.
    case privateMessage
}

/// What to change about the own leaf when its key is renewed; nil keeps what is there.
public struct LeafUpdate: Sendable {
    /// A new credential, of a type that all members support.
    public var credential: Credential?
    /// A new signature key, of the group's suite.
    public var signer: SignatureKeyPair?
    /// New capabilities, which still meet what the group requires.
    public var capabilities: Capabilities?
    /// New leaf extensions, in place of all present ones.
    public var extensions: [Extension]?

    /// Changes nothing but what is given.
    public init(
        credential: Credential? = nil, signer: SignatureKeyPair? = nil, capabilities: Capabilities? = nil,
        extensions: [Extension]? = nil
    ) {
        self.credential = credential
        self.signer = signer
        self.capabilities = capabilities
        self.extensions = extensions
    }
}

/// A change to propose.
public enum ProposalRequest: Sendable {
    case add(KeyPackage)
    /// A fresh key for the own leaf; another member has to commit it.
    case update(LeafUpdate = LeafUpdate())
    case remove(LeafIndex)
    case externalPSK(id: [UInt8])
    /// The resumption secret of an earlier epoch of this group.
    case resumptionPSK(epoch: UInt64)
    case groupContextExtensions([Extension])
    /// Refused with ``MLSError/unsupported(_:)``.
    case reInit(ReInit)
}

/// What a commit covers, and how it is sent.
public struct CommitOptions: Sendable {
    /// Covered by value, in this order, behind the pending ones.
    public var proposals: [ProposalRequest] = []
    /// Whether to cover the pending proposals that can be covered.
    public var includesPending = true
    /// Whether to renew the own keys even if nothing demands it.
    public var forcesPath = false
    /// What to change about the own leaf; makes for a path.
    public var leafUpdate: LeafUpdate?
    /// Whether the Welcome and the GroupInfo carry the ratchet tree.
    public var inlinesTree = true
    /// Whether everybody on the way can read the commit.
    public var protection = HandshakeProtection.publicMessage
    /// Sent in the clear with the commit, and authenticated.
    public var authenticatedData: [UInt8] = []
    /// Additional extensions of the Welcome's GroupInfo and of the published one.
    public var groupInfoExtensions: [Extension] = []

    /// Covers the pending proposals, with a path if they demand one.
    public init() {}

    /// Covers these proposals behind the pending ones.
    public init(proposals: [ProposalRequest]) { self.proposals = proposals }
}

/// How to join by an external commit.
public struct ExternalCommitOptions: Sendable {
    /// The own old leaf, to be removed in the same step.
    public var removing: LeafIndex?
    /// Names of pre-shared keys to mix in, which the members must know too.
    public var externalPSKs: [[UInt8]] = []
    /// Whether the new GroupInfo carries the ratchet tree.
    public var inlinesTree = true
    /// Sent in the clear with the commit, and authenticated.
    public var authenticatedData: [UInt8] = []

    /// Joins, and removes the old leaf if there is one.
    public init(removing: LeafIndex? = nil) { self.removing = removing }
}
