extension Group {
    /// Prepares a commit and the epoch after it (RFC 9420 §12.4.1). Nothing changes until the result's group is kept.
    ///
    /// Pending proposals that this member cannot commit together are left out: its own Updates and its own removal, all
    /// but the last Update and any Update beside a Remove of the same leaf, a second Add of the same client.
    ///
    /// - Throws: ``MLSError/violates(_:)`` when the list of proposals or the tree after it would be invalid.
    public func commit(_ options: CommitOptions = CommitOptions()) throws(MLSError) -> StagedCommit {
        guard isMember else { throw .misuse(.notAMember) }
        let newSigner = try signer(for: options.leafUpdate)
        var (entries, covered) = options.includesPending ? try coverablePending() : ([], [])
        for request in options.proposals {
            if case .update = request { throw .misuse(.argument) }
            let proposal = try proposal(for: request).proposal
            entries.append(CommittedProposal(proposal: proposal, sender: .member(ownLeafIndex), isReference: false))
            covered.append(.proposal(proposal))
        }
        let list = ProposalList(entries: entries, isSending: true)
        try list.validate(committer: ownLeafIndex)
        let applied = try list.apply(to: tree, context: context, policy: policy)

        let hasPath = options.forcesPath || options.leafUpdate != nil || list.requiresPath
        var draft = CommitDraft(applied: applied, context: try nextContext(applied.extensions), keys: keys)
        if hasPath {
            guard let leaf = tree[ownLeafIndex]?.changed(by: options.leafUpdate, signer: newSigner) else {
                throw .misuse(.notAMember)
            }
            try draft.renewPath(leaf: leaf, signer: newSigner)
        } else {
            draft.finishWithoutPath()
        }
        try draft.applied.validateTree()

        let content = FramedContent(
            groupID: id, epoch: epoch, sender: .member(ownLeafIndex), authenticatedData: options.authenticatedData,
            body: .commit(Commit(proposals: covered, path: draft.path)))
        return try stage(content, draft, options: options, newSigner: newSigner)
    }

    private func stage(
        _ content: FramedContent, _ draft: CommitDraft, options: CommitOptions, newSigner: SignatureKeyPair
    ) throws(MLSError) -> StagedCommit {
        let format = options.protection == .publicMessage ? WireFormat.publicMessage : .privateMessage
        let signature = try operations.sign(
            content, wireFormat: format, context: context.encoding, signer: signer.key)
        var commit = AuthenticatedContent(
            wireFormat: format, content: content, auth: FramedContentAuthData(signature: signature))
        let pskSecret = try pskSecret(draft.applied.preSharedKeys)
        let start = try EpochStart(
            context: draft.context, interim: interimTranscriptHash, commit: commit,
            inputs: .init(
                initSecret: schedule.initSecret, commitSecret: draft.commitSecret, pskSecret: pskSecret),
            leafCount: draft.applied.tree.slots, operations: operations)
        commit.auth.confirmationTag = start.confirmationTag

        var current = self
        let message = try current.protect(commit, padding: nil)
        let next = current.advanced(to: start, tree: draft.applied.tree, keys: draft.keys, signer: newSigner)
        let welcome = try next.welcome(
            draft, joinerSecret: start.joinerSecret, pskSecret: pskSecret, options: options)
        return StagedCommit(
            message: message, welcome: welcome.map { .welcome($0) },
            effects: draft.effects(committer: content.sender, index: ownLeafIndex), group: next, discarded: current)
    }

    /// The context of the next epoch, still with this one's tree and confirmed transcript hash (§12.4.1).
    func nextContext(_ extensions: [Extension]) throws(MLSError) -> GroupContext {
        guard context.epoch < .max else { throw .exceeds(.epoch) }
        var next = context
        next.epoch += 1
        next.extensions = extensions
        return next
    }

    /// The signature key after a change of the own leaf.
    func signer(for update: LeafUpdate?) throws(MLSError) -> SignatureKeyPair {
        guard let new = update?.signer else { return signer }
        guard new.cipherSuite == cipherSuite else { throw .misuse(.keyMismatch) }
        return new
    }

    /// The Welcome for those whom a commit adds (§12.4.3.1); to be asked of the new epoch's group.
    private func welcome(
        _ draft: CommitDraft, joinerSecret: Secret, pskSecret: Secret, options: CommitOptions
    ) throws(MLSError) -> Welcome? {
        guard !draft.applied.added.isEmpty else { return nil }
        let info = try signedGroupInfo(options.groupInfoExtensions, inlinesTree: options.inlinesTree)
        let secret = KeySchedule.welcomeSecret(
            joinerSecret: joinerSecret, pskSecret: pskSecret, operations: operations)
        let key = KeySchedule.welcomeKey(secret, operations: operations)
        let encryptedInfo = try operations.seal(key: key.key, nonce: key.nonce, aad: [], plaintext: info.encoding)
        let sealer = operations.labelledSealer(label: "Welcome", context: encryptedInfo)
        var secrets: [EncryptedGroupSecrets] = []
        for (index, keyPackage) in draft.applied.added {
            let ancestor = TreeMath.commonAncestor(index.node, ownLeafIndex.node)
            let content = GroupSecrets(
                joinerSecret: joinerSecret, pathSecret: draft.pathSecret(at: ancestor),
                preSharedKeys: draft.applied.preSharedKeys)
            var plaintext = content.encoding
            let sealed = try sealer.seal(Secret(wiping: &plaintext), to: keyPackage.initKey)
            secrets.append(
                EncryptedGroupSecrets(
                    newMember: try keyPackage.reference(),
                    secrets: HPKECiphertext(kemOutput: sealed.kemOutput, ciphertext: sealed.ciphertext)))
        }
        return Welcome(cipherSuite: cipherSuite, secrets: secrets, encryptedGroupInfo: encryptedInfo)
    }
}

/// A commit of our own while it is being made.
struct CommitDraft {
    var applied: ProposalList.Applied
    /// With the new tree hash once the tree is final; the confirmed transcript hash is the old one.
    var context: GroupContext
    var keys: TreeKeys
    private(set) var path: UpdatePath?
    private(set) var commitSecret: Secret
    private var newPath: NewPath?

    init(applied: ProposalList.Applied, context: GroupContext, keys: TreeKeys) {
        self.applied = applied
        self.context = context
        self.keys = keys
        commitSecret = Secret.zeros(applied.tree.operations.hashLength)
    }

    /// Renews the path of our leaf, and encrypts it to the others (§7.5).
    mutating func renewPath(leaf: LeafNode, signer: SignatureKeyPair) throws(MLSError) {
        try applied.rules.validateCapabilities(leaf)
        let new = try applied.tree.renewPath(
            of: keys.leaf, leaf: leaf, groupID: context.groupID, signer: signer.key)
        context.treeHash = applied.tree.treeHash()
        path = try applied.tree.encrypt(new, context: context.encoding, added: applied.addedLeaves)
        keys = new.keys
        commitSecret = new.commitSecret
        newPath = new
    }

    mutating func finishWithoutPath() {
        context.treeHash = applied.tree.treeHash()
        keys.prune(for: applied.tree)
    }

    /// The path secret of a node, nil when there is no path.
    func pathSecret(at node: UInt32) -> Secret? {
        guard let newPath, let place = newPath.steps.firstIndex(where: { $0.node == node }) else { return nil }
        return newPath.pathSecrets[place]
    }

    func effects(committer: Sender, index: LeafIndex) -> CommitEffects {
        applied.effects(committer: committer, index: index, hasPath: path != nil)
    }
}

extension ProposalList.Applied {
    func effects(committer: Sender, index: LeafIndex, hasPath: Bool) -> CommitEffects {
        var effects = CommitEffects(committer: committer, committerIndex: index)
        effects.added = added.map { Member(index: $0.index, leafNode: $0.keyPackage.leafNode) }
        effects.removed = removed
        effects.updated = updated.compactMap { index in tree[index].map { Member(index: index, leafNode: $0) } }
        effects.extensions = replacesExtensions ? extensions : nil
        effects.preSharedKeys = preSharedKeys
        effects.hasPath = hasPath
        return effects
    }
}

extension LeafNode {
    /// Whether a leaf from a key package may be used now; any other may.
    func isAlive(at time: UInt64) -> Bool {
        guard case .keyPackage(let lifetime) = source else { return true }
        return lifetime.contains(time)
    }

    /// This leaf with what its owner wants changed.
    func changed(by update: LeafUpdate?, signer: SignatureKeyPair) -> LeafNode {
        var leaf = self
        leaf.signatureKey = signer.publicKey
        if let credential = update?.credential { leaf.credential = credential }
        if let capabilities = update?.capabilities { leaf.capabilities = capabilities }
        if let extensions = update?.extensions { leaf.extensions = extensions }
        return leaf
    }
}
