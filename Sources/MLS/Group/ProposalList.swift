/// A proposal that a commit covers.
struct CommittedProposal {
    var proposal: Proposal
    /// The committer, for one that is covered by value.
    var sender: Sender
    /// Whether it was received before, and its signatures checked then.
    var isReference: Bool
}

/// The proposals that one commit covers, in its order (RFC 9420 §12.2, §12.3).
struct ProposalList {
    var entries: [CommittedProposal]
    /// Whether we send the commit ourselves.
    var isSending: Bool

    /// What the proposals make of a tree and a group context.
    struct Applied {
        var tree: GroupTree
        var extensions: [Extension]
        var rules: LeafRules
        var added: [(index: LeafIndex, keyPackage: KeyPackage)] = []
        var removed: [Member] = []
        var updated: [LeafIndex] = []
        var preSharedKeys: [PreSharedKeyID] = []
        var kemOutput: [UInt8]?
        var replacesExtensions = false

        var addedLeaves: Set<LeafIndex> { Set(added.map(\.index)) }
    }

    /// §12.4.
    var requiresPath: Bool { entries.isEmpty || entries.contains { $0.proposal.requiresPath } }

    /// The rules of §12.2 for a member's commit that can be told from the list alone.
    func validate(committer: LeafIndex) throws(MLSError) {
        var changed: Set<LeafIndex> = []
        var addedKeys: Set<[UInt8]> = []
        var replacesExtensions = false
        for entry in entries {
            switch entry.proposal {
            case .add(let keyPackage):
                guard addedKeys.insert(keyPackage.leafNode.signatureKey).inserted else {
                    throw .violates(.addsDistinct)
                }
            case .update:
                guard case .member(let leaf) = entry.sender, leaf != committer else {
                    throw .violates(.updateByCommitter)
                }
                guard changed.insert(leaf).inserted else { throw .violates(.oneChangePerLeaf) }
            case .remove(let leaf):
                guard leaf != committer else { throw .violates(.removesCommitter) }
                guard changed.insert(leaf).inserted else { throw .violates(.oneChangePerLeaf) }
            case .preSharedKey: break
            case .reInit: throw .unsupported(.reInit)
            case .externalInit: throw .violates(.externalInitByMember)
            case .groupContextExtensions:
                guard !replacesExtensions else { throw .violates(.oneExtensionsProposal) }
                replacesExtensions = true
            }
        }
        try validatePreSharedKeys()
    }

    /// The rules of §12.2 for an external commit that can be told from the list alone.
    func validateExternal() throws(MLSError) {
        var (inits, removes) = (0, 0)
        for entry in entries {
            switch entry.proposal {
            case .externalInit: inits += 1
            case .remove: removes += 1
            case .preSharedKey: break
            default: throw .violates(.externalOtherProposals)
            }
        }
        guard inits == 1 else { throw .violates(.externalInitOnce) }
        guard removes <= 1 else { throw .violates(.externalRemoveOnce) }
        try validatePreSharedKeys()
    }

    private func validatePreSharedKeys() throws(MLSError) {
        var seen: Set<PreSharedKeyID> = []
        for case .preSharedKey(let id) in entries.lazy.map(\.proposal) where !seen.insert(id).inserted {
            throw .violates(.pskDistinct)
        }
    }

    /// Applies the proposals in the order of §12.3; the tree is complete but for a path.
    func apply(to tree: GroupTree, context: GroupContext, policy: GroupPolicy) throws(MLSError) -> Applied {
        let extensions = try newExtensions(context: context, policy: policy)
        let rules = try LeafRules(
            operations: tree.operations, groupID: context.groupID, extensions: extensions ?? context.extensions,
            policy: policy)
        var applied = Applied(tree: tree, extensions: extensions ?? context.extensions, rules: rules)
        applied.replacesExtensions = extensions != nil
        try applyUpdates(to: &applied)
        try applyRemoves(to: &applied)
        try applyAdds(to: &applied)
        for entry in entries {
            if case .preSharedKey(let id) = entry.proposal {
                try rules.validate(id)
                applied.preSharedKeys.append(id)
            }
            if case .externalInit(let kemOutput) = entry.proposal { applied.kemOutput = kemOutput }
        }
        return applied
    }

    private func newExtensions(context: GroupContext, policy: GroupPolicy) throws(MLSError) -> [Extension]? {
        for case .groupContextExtensions(let extensions) in entries.lazy.map(\.proposal) {
            let operations = try context.cipherSuite.operations
            try extensions.validate(replacing: context, operations: operations, policy: policy)
            return extensions
        }
        return nil
    }

    private func applyUpdates(to applied: inout Applied) throws(MLSError) {
        for entry in entries {
            guard case .update(let leaf) = entry.proposal, case .member(let index) = entry.sender else { continue }
            guard let old = applied.tree[index] else { throw .violates(.senderIsMember) }
            if !entry.isReference { try applied.rules.validateOrigin(leaf, at: .update(index, replacing: old)) }
            try applied.rules.validateCapabilities(leaf)
            applied.tree.update(index, to: leaf)
            applied.updated.append(index)
        }
    }

    private func applyRemoves(to applied: inout Applied) throws(MLSError) {
        for case .remove(let index) in entries.lazy.map(\.proposal) {
            guard let leaf = applied.tree[index] else { throw .violates(.removeTarget) }
            applied.removed.append(Member(index: index, leafNode: leaf))
            applied.tree.remove(index)
        }
        // Once, when all are gone: the right half may hold one that is removed later in the list.
        if !applied.removed.isEmpty { applied.tree.truncate() }
    }

    private func applyAdds(to applied: inout Applied) throws(MLSError) {
        for entry in entries {
            guard case .add(let keyPackage) = entry.proposal else { continue }
            if entry.isReference {
                try applied.rules.validateLifetime(keyPackage.leafNode, isSending: isSending)
            } else {
                try applied.rules.validateOrigin(keyPackage, isSending: isSending)
            }
            try applied.rules.validateCapabilities(keyPackage.leafNode)
            guard !applied.tree.census.hasSignatureKey(keyPackage.leafNode.signatureKey) else {
                throw .violates(.addedIsMember)
            }
            let index = try applied.tree.add(keyPackage.leafNode, limits: applied.rules.policy.limits)
            applied.added.append((index, keyPackage))
        }
    }
}

extension ProposalList.Applied {
    /// §12.2, last rule: the tree that the commit leaves behind is valid. To be asked when the path is in it.
    func validateTree() throws(MLSError) {
        try tree.census.validate()
        guard replacesExtensions else { return }
        for (_, leaf) in tree.members {
            do { try rules.validateCapabilities(leaf) } catch {
                // §12.1.7 states for everybody what §7.3 states for one leaf.
                throw error == .violates(.requiredCapabilities) ? .violates(.groupRequirementsMet) : error
            }
        }
    }
}

extension LeafRules {
    /// §12.1.4.
    func validate(_ id: PreSharedKeyID) throws(MLSError) {
        guard id.nonce.count == operations.hashLength else { throw .violates(.pskNonceLength) }
        guard case .resumption(let usage, _, _) = id.kind, usage != .application else { return }
        throw .violates(.pskUsage)
    }

    /// What makes a single proposal invalid whatever else is committed with it (§12.1).
    func validate(
        _ proposal: Proposal, from sender: Sender, tree: GroupTree, context: GroupContext, isSending: Bool
    ) throws(MLSError) {
        switch proposal {
        case .add(let keyPackage): try validateOrigin(keyPackage, isSending: isSending)
        case .update(let leaf):
            guard case .member(let index) = sender, let old = tree[index] else { throw .violates(.senderContent) }
            try validateOrigin(leaf, at: .update(index, replacing: old))
        case .remove(let index):
            guard tree[index] != nil else { throw .violates(.removeTarget) }
        case .preSharedKey(let id): try validate(id)
        case .reInit: throw .unsupported(.reInit)
        case .externalInit: throw .violates(.externalInitByMember)
        case .groupContextExtensions(let extensions):
            try extensions.validate(replacing: context, operations: operations, policy: policy)
        }
    }
}

extension [Extension] {
    /// The group context extensions of a new epoch, or of the first (§12.1.7, §12.1.8.1, §13.4).
    ///
    /// - Parameter context: that of the epoch before; its own external senders are not asked about again.
    func validate(
        replacing context: GroupContext, operations: SuiteOperations, policy: GroupPolicy
    ) throws(MLSError) {
        try requireDistinctTypes()
        _ = try decoded(.requiredCapabilities, as: RequiredCapabilities.self)
        guard let list = try decoded(.externalSenders, as: ExternalSenderList.self) else { return }
        let known = try context.extensions.decoded(.externalSenders, as: ExternalSenderList.self)?.senders ?? []
        for sender in list.senders where !known.contains(sender) {
            try operations.checkSignatureKey(sender.signatureKey)
            let check = CredentialCheck(
                credential: sender.credential, signatureKey: sender.signatureKey, role: .externalSender,
                replaced: nil, groupID: context.groupID)
            guard policy.acceptsCredential(check) else { throw .violates(.credentialAccepted) }
        }
    }
}
