extension Group {
    /// Follows somebody's commit into the next epoch (RFC 9420 §12.4.2). Sender and signature have been verified.
    func following(
        _ commit: Commit, in content: AuthenticatedContent
    ) throws(MLSError) -> (effects: CommitEffects, group: Group) {
        let sender = content.content.sender
        if sender == .member(ownLeafIndex) { throw .misuse(.ownCommit) }
        guard commit.proposals.count <= policy.limits.committedProposals else {
            throw .exceeds(.committedProposals)
        }
        let list = ProposalList(entries: try resolve(commit, from: sender), isSending: false)
        if case .member(let committer) = sender {
            try list.validate(committer: committer)
        } else {
            try list.validateExternal()
        }
        guard commit.path != nil || !list.requiresPath else { throw .violates(.pathRequired) }
        var applied = try list.apply(to: tree, context: context, policy: policy)
        var nextContext = try nextContext(applied.extensions)
        let index = try committerIndex(sender, &applied)
        let steps = try commit.path.map { path throws(MLSError) in
            try merge(path, from: index, sender: sender, into: &applied)
        }
        try applied.validateTree()
        nextContext.treeHash = applied.tree.treeHash()
        var effects = applied.effects(committer: sender, index: index, hasPath: commit.path != nil)
        if applied.removed.contains(where: { $0.index == ownLeafIndex }) {
            effects.removesOwn = true
            return (effects, afterRemoval)
        }

        let pskSecret = try pskSecret(applied.preSharedKeys)
        var (keys, signer) = try ownKeys(in: applied.tree)
        var commitSecret = Secret.zeros(operations.hashLength)
        if let path = commit.path, let steps {
            commitSecret = try applied.tree.decrypt(
                path, along: steps, context: nextContext.encoding, added: applied.addedLeaves, keys: &keys)
        }
        keys.prune(for: applied.tree)
        let start = try EpochStart(
            context: nextContext, interim: interimTranscriptHash, commit: content,
            inputs: .init(
                initSecret: try initSecret(kemOutput: applied.kemOutput), commitSecret: commitSecret,
                pskSecret: pskSecret),
            leafCount: applied.tree.slots, operations: operations)
        try start.verify(confirmationTag: content.auth.confirmationTag ?? [])
        return (effects, advanced(to: start, tree: applied.tree, keys: keys, signer: signer))
    }

    /// Finds the proposals that a commit names (§12.4).
    private func resolve(_ commit: Commit, from sender: Sender) throws(MLSError) -> [CommittedProposal] {
        var known: [ProposalReference: PendingProposal] = [:]
        for pending in pendingProposals { known[pending.reference] = pending }
        var entries: [CommittedProposal] = []
        for item in commit.proposals {
            switch item {
            case .proposal(let proposal):
                entries.append(CommittedProposal(proposal: proposal, sender: sender, isReference: false))
            case .reference(let reference):
                // §12.4.3.2.
                guard sender != .newMemberCommit else { throw .violates(.externalCommitByValue) }
                guard let pending = known[reference] else { throw .violates(.proposalKnown) }
                entries.append(
                    CommittedProposal(proposal: pending.proposal, sender: pending.sender, isReference: true))
            }
        }
        return entries
    }

    /// Our keys that the tree after proposals and path still has; an Update of ours may be among the proposals.
    private func ownKeys(in tree: GroupTree) throws(MLSError) -> (TreeKeys, SignatureKeyPair) {
        var keys = keys
        keys.prune(for: tree)
        if keys.leafKey != nil { return (keys, signer) }
        guard let leaf = tree[ownLeafIndex],
            let update = pendingUpdates.first(where: { $0.leafKey.publicKey == leaf.encryptionKey })
        else { throw .misuse(.keyMismatch) }
        keys.set(update.leafKey, at: ownLeafIndex.node)
        return (keys, update.signer)
    }

    private func committerIndex(
        _ sender: Sender, _ applied: inout ProposalList.Applied
    ) throws(MLSError) -> LeafIndex {
        if case .member(let index) = sender { return index }
        return try applied.tree.takeFreeLeaf(limits: policy.limits)
    }

    /// Validates a path and takes over its public half.
    private func merge(
        _ path: UpdatePath, from index: LeafIndex, sender: Sender, into applied: inout ProposalList.Applied
    ) throws(MLSError) -> [GroupTree.PathStep] {
        // §12.2: a joiner who removes its old self is held to the same as somebody who updates that leaf.
        let replaced = sender == .newMemberCommit ? applied.removed.first?.leafNode : tree[index]
        let rules = applied.rules
        try rules.validate(path.leafNode, at: .commit(index, replacing: replaced))
        return try applied.tree.merge(path, from: index, added: applied.addedLeaves)
    }

    private func initSecret(kemOutput: [UInt8]?) throws(MLSError) -> Secret {
        guard let kemOutput else { return schedule.initSecret }
        return try operations.receiveExternalInit(kemOutput, externalPrivateKey: schedule.externalKey)
    }

    /// The end of our membership: the next epoch's secrets are not for us. The confirmation tag of the commit that removes
    /// us cannot be checked for the same reason; everything else about it has been.
    private var afterRemoval: Group {
        var last = self
        last.isMember = false
        last.pendingProposals = []
        last.pendingUpdates = []
        return last
    }
}
