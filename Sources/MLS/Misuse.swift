/// Something that the caller asked for at the wrong time, or with the wrong things in hand.
public enum Misuse: String, Sendable, CaseIterable {
    /// The client was removed from the group; the state can only be read.
    case notAMember = "not-a-member"
    /// A private key does not belong to the public key beside it.
    case keyMismatch = "key-mismatch"
    /// An argument has a form that no call can work with.
    case argument
    /// There are proposals that have to be committed before application data is sent (§12.4).
    case proposalsPending = "proposals-pending"
    /// A commit of our own comes from ``StagedCommit``, not from the wire.
    case ownCommit = "own-commit"
    /// A Welcome, GroupInfo or key package is nothing that a group processes.
    case notAGroupMessage = "not-a-group-message"
    /// No resumption secret of that epoch is kept.
    case unknownEpoch = "unknown-epoch"
}
