extension Group {
    /// The pending proposals that this member can commit together, in the order in which they came (RFC 9420 §12.2).
    ///
    /// What cannot be committed is left out instead of spoiling the commit, since anybody in the group may send it.
    func coverablePending() throws(MLSError) -> (entries: [CommittedProposal], covered: [ProposalOrReference]) {
        var selection = try PendingSelection(self)
        var (entries, covered): ([CommittedProposal], [ProposalOrReference]) = ([], [])
        for pending in pendingProposals where selection.takes(pending) {
            entries.append(
                CommittedProposal(proposal: pending.proposal, sender: pending.sender, isReference: true))
            covered.append(.reference(pending.reference))
        }
        return (entries, covered)
    }
}

/// Chooses among pending proposals: Removes go before Updates, later Updates and extensions before earlier ones.
private struct PendingSelection {
    private let own: LeafIndex
    private let tree: GroupTree
    private let rules: LeafRules
    private let removed: Set<LeafIndex>
    private let lastUpdate: [LeafIndex: ProposalReference]
    private let lastExtensions: ProposalReference?
    /// Keys that become free by Removes, and keys that Adds have taken.
    private var freed: Set<[UInt8]>
    private var taken: Set<[UInt8]> = []
    private var removes: Set<LeafIndex> = []
    private var preSharedKeys: Set<PreSharedKeyID> = []

    init(_ group: Group) throws(MLSError) {
        own = group.ownLeafIndex
        tree = group.tree
        var removed: Set<LeafIndex> = []
        var lastUpdate: [LeafIndex: ProposalReference] = [:]
        var lastExtensions: ProposalReference?
        var extensions = group.context.extensions
        for pending in group.pendingProposals {
            switch (pending.proposal, pending.sender) {
            case (.remove(let leaf), _) where leaf != own: removed.insert(leaf)
            case (.update, .member(let leaf)): lastUpdate[leaf] = pending.reference
            case (.groupContextExtensions(let new), _): (lastExtensions, extensions) = (pending.reference, new)
            default: break
            }
        }
        (self.removed, self.lastUpdate, self.lastExtensions) = (removed, lastUpdate, lastExtensions)
        freed = []
        for leaf in removed.compactMap({ group.tree[$0] }) {
            freed.insert(leaf.signatureKey)
            freed.insert(leaf.encryptionKey)
        }
        rules = try LeafRules(
            operations: group.operations, groupID: group.id, extensions: extensions, policy: group.policy)
    }

    mutating func takes(_ pending: PendingProposal) -> Bool {
        switch (pending.proposal, pending.sender) {
        case (.add(let keyPackage), _): takes(keyPackage.leafNode)
        case (.update(let leaf), .member(let index)):
            index != own && !removed.contains(index) && lastUpdate[index] == pending.reference && supports(leaf)
        case (.update, _), (.reInit, _), (.externalInit, _): false
        case (.remove(let index), _): index != own && removes.insert(index).inserted
        case (.preSharedKey(let id), _):
            rules.policy.preSharedKey(id) != nil || isOwnResumption(id) ? preSharedKeys.insert(id).inserted : false
        case (.groupContextExtensions, _): lastExtensions == pending.reference
        }
    }

    private func isOwnResumption(_ id: PreSharedKeyID) -> Bool {
        if case .resumption(_, rules.groupID, _) = id.kind { return true }
        return false
    }

    private mutating func takes(_ leaf: LeafNode) -> Bool {
        guard leaf.isAlive(at: rules.policy.currentTime()), supports(leaf),
            isFree(leaf.signatureKey, inUse: tree.census.hasSignatureKey),
            isFree(leaf.encryptionKey, inUse: tree.census.hasEncryptionKey)
        else { return false }
        taken.insert(leaf.signatureKey)
        taken.insert(leaf.encryptionKey)
        return true
    }

    private func isFree(_ key: [UInt8], inUse: ([UInt8]) -> Bool) -> Bool {
        !taken.contains(key) && (freed.contains(key) || !inUse(key))
    }

    private func supports(_ leaf: LeafNode) -> Bool {
        do {
            try rules.validateCapabilities(leaf)
            return true
        } catch {
            // Which rule it breaks matters to its sender only.
            return false
        }
    }
}
