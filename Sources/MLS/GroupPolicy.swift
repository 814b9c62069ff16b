/// What only the application can know or decide. Nothing here has a default that accepts.
public struct GroupPolicy: Sendable {
    /// Bounds for what others send.
    public var limits: Limits
    /// Whether a credential is true for its signature key and welcome in this role (RFC 9420 §5.3.1).
    ///
    /// Asked whenever a credential is new to the group: on joining for each member, then for each one added or changed.
    /// An `x509` credential is not looked into by this library: whether the chain is valid and its key is the given one
    /// is for this closure to say.
    public var acceptsCredential: @Sendable (_ check: CredentialCheck) -> Bool
    /// Seconds since 1970.
    public var currentTime: @Sendable () -> UInt64
    /// The pre-shared key of this name, nil when there is none. Resumption secrets of this group's own recent epochs
    /// are known without asking.
    public var preSharedKey: @Sendable (_ id: PreSharedKeyID) -> Secret?

    /// All but the limits has to be said.
    public init(
        limits: Limits = Limits(), acceptsCredential: @escaping @Sendable (_ check: CredentialCheck) -> Bool,
        currentTime: @escaping @Sendable () -> UInt64,
        preSharedKey: @escaping @Sendable (_ id: PreSharedKeyID) -> Secret?
    ) {
        self.limits = limits
        self.acceptsCredential = acceptsCredential
        self.currentTime = currentTime
        self.preSharedKey = preSharedKey
    }
}

/// A credential that the application is asked about.
public struct CredentialCheck: Sendable {
    /// What the credential is shown for.
    public enum Role: Hashable, Sendable {
        case member
        /// An entry of the group's `external_senders`.
        case externalSender
    }

    /// What is shown.
    public var credential: Credential
    /// The key that the credential is shown for.
    public var signatureKey: [UInt8]
    /// What it is shown for.
    public var role: Role
    /// The credential of the same member that this one takes the place of.
    public var replaced: Credential?
    /// The group in which it is shown; for a new group not yet one of ours.
    public var groupID: [UInt8]
}
