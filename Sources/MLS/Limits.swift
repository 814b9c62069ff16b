/// Bounds for everything that a stranger or another member controls.
public struct Limits: Hashable, Sendable {
    /// The longest message that is decoded, in bytes. Above 2^28 it counts as 2^28.
    public var messageBytes = 16 << 20
    /// The most leaves that a ratchet tree may have, blank ones included. Above 2^17 it counts as 2^17.
    public var treeLeaves = 1 << 17
    /// How far ahead of the last message of a sender a generation may lie.
    public var forwardDistance: UInt32 = 1000
    /// How many keys of messages that have not come yet are kept for each sender and kind of content.
    public var skippedKeys = 1000
    /// How many past epochs can still decrypt application messages.
    public var pastEpochs = 3
    /// How many epochs' resumption secrets are kept, the current one included.
    public var resumptionSecrets = 8
    /// How many proposals are kept for the next commit.
    public var pendingProposals = 4096
    /// How many proposals a commit may cover.
    public var committedProposals = 1 << 14
    /// The longest lifetime of a key package that is accepted, in seconds; 84 days and an hour unless set.
    public var lifetimeSeconds: UInt64 = Lifetime.usualSeconds
    /// The longest secret that ``Group/export(label:context:length:)`` gives, in bytes.
    public var exportBytes = 1 << 13

    /// The bounds that stand beside each member.
    public init() {}

    /// No tree has more leaves, whatever ``treeLeaves`` says.
    static let mostLeaves = 1 << 17

    /// Refuses a tree of so many leaves.
    func admit(leafCount: Int) throws(MLSError) {
        guard leafCount <= min(treeLeaves, Self.mostLeaves) else { throw .exceeds(.treeLeaves) }
    }

    /// Refuses to look at more bytes than allowed. Vectors of the RFC end at 2^30 bytes, and what is made of a message to
    /// sign or encrypt it is longer than the message.
    func admit(_ bytes: [UInt8]) throws(MLSError) {
        guard bytes.count <= min(messageBytes, 1 << 28) else { throw .exceeds(.messageBytes) }
    }
}
