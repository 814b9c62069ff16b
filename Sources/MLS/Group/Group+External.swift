extension Group {
    /// Joins a group by a commit of one's own (RFC 9420 §12.4.3.2), as one does after losing the state of a group.
    ///
    /// - Parameters:
    ///   - groupInfo: of the current epoch, with an `external_pub` extension.
    ///   - ratchetTree: needed when the GroupInfo does not carry it.
    public static func joinExternally(
        groupInfo: GroupInfo, as identity: ClientIdentity, ratchetTree: RatchetTree? = nil,
        options: ExternalCommitOptions = ExternalCommitOptions(), policy: GroupPolicy
    ) throws(MLSError) -> StagedCommit {
        let operations = try groupInfo.context.cipherSuite.operations
        guard identity.signer.cipherSuite == groupInfo.context.cipherSuite else { throw .violates(.welcomeSuite) }
        let tree = try validatedTree(
            of: groupInfo, ratchetTree: ratchetTree, operations: operations, policy: policy)
        guard let external = try groupInfo.extensions.decoded(.externalPub, as: ExternalPub.self) else {
            throw .violates(.externalPub)
        }
        try operations.checkPublicKey(external.publicKey)
        let initialization = try operations.sendExternalInit(to: external.publicKey)
        let list = externalProposals(initialization.kemOutput, options, operations: operations)
        try list.validateExternal()
        let applied = try list.apply(to: tree, context: groupInfo.context, policy: policy)

        let draft = try externalDraft(applied, context: groupInfo.context, identity: identity, policy: policy)
        let content = FramedContent(
            groupID: groupInfo.context.groupID, epoch: groupInfo.context.epoch, sender: .newMemberCommit,
            authenticatedData: options.authenticatedData,
            body: .commit(Commit(proposals: list.entries.map { .proposal($0.proposal) }, path: draft.path)))
        return try stageExternal(
            content, draft, groupInfo: groupInfo, initSecret: initialization.initSecret, identity: identity,
            policy: policy)
    }

    /// Joins with the identity of a key package; its keys stay unused.
    public static func joinExternally(
        groupInfo: GroupInfo, with keyPackage: OwnedKeyPackage, ratchetTree: RatchetTree? = nil,
        options: ExternalCommitOptions = ExternalCommitOptions(), policy: GroupPolicy
    ) throws(MLSError) -> StagedCommit {
        try joinExternally(
            groupInfo: groupInfo, as: keyPackage.identity, ratchetTree: ratchetTree, options: options,
            policy: policy)
    }

    private static func externalProposals(
        _ kemOutput: [UInt8], _ options: ExternalCommitOptions, operations: SuiteOperations
    ) -> ProposalList {
        var proposals: [Proposal] = [.externalInit(kemOutput: kemOutput)]
        if let index = options.removing { proposals.append(.remove(index)) }
        for id in options.externalPSKs {
            let nonce = SuiteOperations.randomBytes(operations.hashLength)
            proposals.append(.preSharedKey(PreSharedKeyID(kind: .external(id: id), nonce: nonce)))
        }
        let entries = proposals.map {
            CommittedProposal(proposal: $0, sender: .newMemberCommit, isReference: false)
        }
        return ProposalList(entries: entries, isSending: true)
    }

    private static func externalDraft(
        _ applied: ProposalList.Applied, context: GroupContext, identity: ClientIdentity, policy: GroupPolicy
    ) throws(MLSError) -> CommitDraft {
        guard context.epoch < .max else { throw .exceeds(.epoch) }
        var (applied, context) = (applied, context)
        context.epoch += 1
        let index = try applied.tree.takeFreeLeaf(limits: policy.limits)
        let keys = TreeKeys(leaf: index, keys: [:])
        var draft = CommitDraft(applied: applied, context: context, keys: keys)
        try draft.renewPath(leaf: identity.leaf(.update), signer: identity.signer)
        try draft.applied.validateTree()
        return draft
    }

    private static func stageExternal(
        _ content: FramedContent, _ draft: CommitDraft, groupInfo: GroupInfo, initSecret: Secret,
        identity: ClientIdentity, policy: GroupPolicy
    ) throws(MLSError) -> StagedCommit {
        let operations = draft.applied.tree.operations
        let signature = try operations.sign(
            content, wireFormat: .publicMessage, context: groupInfo.context.encoding, signer: identity.signer.key)
        var commit = AuthenticatedContent(
            wireFormat: .publicMessage, content: content, auth: FramedContentAuthData(signature: signature))
        let interim = operations.interimTranscriptHash(
            confirmed: groupInfo.context.confirmedTranscriptHash, confirmationTag: groupInfo.confirmationTag)
        let start = try EpochStart(
            context: draft.context, interim: interim, commit: commit,
            inputs: .init(
                initSecret: initSecret, commitSecret: draft.commitSecret,
                pskSecret: try operations.pskSecret(draft.applied.preSharedKeys, policy: policy)),
            leafCount: draft.applied.tree.slots, operations: operations)
        commit.auth.confirmationTag = start.confirmationTag
        let message = operations.publicMessage(commit, context: [], membershipKey: nil)
        let group = Group(
            start: start, tree: draft.applied.tree, keys: draft.keys, signer: identity.signer, policy: policy)
        return StagedCommit(
            message: .publicMessage(message), welcome: nil,
            effects: draft.effects(committer: content.sender, index: draft.keys.leaf), group: group,
            discarded: nil)
    }
}

/// Proposals from outside of a group (RFC 9420 §12.1.8).
public enum ExternalProposal {
    /// Proposes to add somebody, as the external sender at a place of the group's `external_senders` extension.
    public static func add(
        _ keyPackage: KeyPackage, groupID: [UInt8], epoch: UInt64, senderIndex: UInt32, signer: SignatureKeyPair
    ) throws(MLSError) -> MLSMessage {
        try message(
            .add(keyPackage), groupID: groupID, epoch: epoch, sender: .external(index: senderIndex), signer: signer)
    }

    /// Proposes to remove a member, as the external sender at a place of the group's `external_senders` extension.
    public static func remove(
        _ leaf: LeafIndex, groupID: [UInt8], epoch: UInt64, senderIndex: UInt32, signer: SignatureKeyPair
    ) throws(MLSError) -> MLSMessage {
        try message(
            .remove(leaf), groupID: groupID, epoch: epoch, sender: .external(index: senderIndex), signer: signer)
    }

    /// Asks a group to be added to it.
    public static func newMemberAdd(
        _ keyPackage: OwnedKeyPackage, groupID: [UInt8], epoch: UInt64
    ) throws(MLSError) -> MLSMessage {
        try message(
            .add(keyPackage.keyPackage), groupID: groupID, epoch: epoch, sender: .newMemberProposal,
            signer: keyPackage.signer)
    }

    package static func message(
        _ proposal: Proposal, groupID: [UInt8], epoch: UInt64, sender: Sender, signer: SignatureKeyPair
    ) throws(MLSError) -> MLSMessage {
        let content = FramedContent(
            groupID: groupID, epoch: epoch, sender: sender, authenticatedData: [], body: .proposal(proposal))
        // §6.1: neither kind of sender has the group's context in its signature.
        let signature = try signer.cipherSuite.operations.sign(
            content, wireFormat: .publicMessage, context: [], signer: signer.key)
        return .publicMessage(
            PublicMessage(
                content: content, auth: FramedContentAuthData(signature: signature), membershipTag: nil))
    }
}
