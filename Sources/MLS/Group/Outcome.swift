/// A member as the tree shows it.
public struct Member: Hashable, Sendable {
    /// The place in the tree, which another member may have in another epoch.
    public var index: LeafIndex
    /// All that the member says about itself.
    public var leafNode: LeafNode

    /// Who the member is, as the policy accepted it.
    public var credential: Credential { leafNode.credential }
    /// The key that the member's messages are signed with.
    public var signatureKey: [UInt8] { leafNode.signatureKey }
}

/// A proposal that was sent in this epoch and can be committed.
public struct PendingProposal: Hashable, Sendable {
    /// The hash under which a commit names it.
    public var reference: ProposalReference
    /// What is proposed.
    public var proposal: Proposal
    /// Who proposed it.
    public var sender: Sender
}

/// What a commit changes.
public struct CommitEffects: Sendable {
    /// Who sent the commit.
    public var committer: Sender
    /// The place of the committer in the new tree.
    public var committerIndex: LeafIndex
    /// Those that were added by an Add, as they stand in the new tree; a joiner by external commit is the committer.
    public var added: [Member] = []
    /// Those that are gone, as they stood in the old tree.
    public var removed: [Member] = []
    /// Those that committed Updates replace, as they stand in the new tree; the committer's path is not counted.
    public var updated: [Member] = []
    /// The new group context extensions, when a proposal replaces them.
    public var extensions: [Extension]?
    /// The pre-shared keys that went into the new epoch.
    public var preSharedKeys: [PreSharedKeyID] = []
    /// Whether the committer's leaf and path are renewed.
    public var hasPath = false
    /// Whether we are removed; the group that comes with this can only be read.
    public var removesOwn = false

    /// Whether somebody joined by this commit on their own.
    public var isExternal: Bool { committer == .newMemberCommit }
}

/// A commit of our own that nobody has accepted yet.
///
/// Send ``message``; once the delivery service has accepted it, keep ``group``, send ``welcome`` and publish a new
/// GroupInfo. If it refuses, drop this and go on with ``discarded``.
public struct StagedCommit: Sendable {
    /// The commit, for everybody in the group.
    public var message: MLSMessage
    /// For the members that the commit adds, nil when it adds none.
    public var welcome: MLSMessage?
    /// What the commit changes.
    public var effects: CommitEffects
    /// The next epoch.
    public var group: Group
    /// The present epoch, to go on with when the commit is not accepted: as before but for the key that a commit sent as
    /// a PrivateMessage has used up. Nil for somebody who joins.
    public var discarded: Group?
}

/// A message for the application.
public struct ApplicationMessage: Sendable {
    /// What the sender passed to ``Group/protect(_:authenticatedData:padding:ignoringProposals:)``.
    public var plaintext: [UInt8]
    /// The sender as it stood in the epoch of the message.
    public var sender: Member
    /// The epoch that it was sent in, perhaps a past one.
    public var epoch: UInt64
}

/// What came out of a message.
public struct ProcessedMessage: Sendable {
    /// The three kinds of content.
    public enum Content: Sendable {
        case application(ApplicationMessage)
        /// Kept for the next commit.
        case proposal(PendingProposal)
        /// The next epoch, if ``ProcessedMessage/group`` is kept; look at the effects first.
        case commit(CommitEffects)
    }

    /// What the message was.
    public var content: Content
    /// Who sent the message, authenticated.
    public var sender: Sender
    /// What was sent in the clear with the message.
    public var authenticatedData: [UInt8]
    /// The state after the message: to be stored with whatever the message led to.
    public var group: Group
}
