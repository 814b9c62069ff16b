/// Something that the caller asked for at the wrong time.
public enum Misuse: String, Sendable, CaseIterable {
    /// The client was removed from the group; the state can only be read.
    case notAMember = "not-a-member"
    /// The private key does not belong to the public key beside it.
    case keyMismatch = "key-mismatch"
    /// An empty commit without a path would change nothing.
    case argument
}
