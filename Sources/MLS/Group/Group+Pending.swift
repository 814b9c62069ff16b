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
    private let resumptionEpochs: Set<UInt64>
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
        var newExtensions: [Extension]?
        for pending in group.pendingProposals {
            switch (pending.proposal, pending.sender) {
            case (.remove(let leaf), _) where leaf != own: removed.insert(leaf)
            case (.update, .member(let leaf)): lastUpdate[leaf] = pending.reference
            case (.groupContextExtensions(let new), _): (lastExtensions, newExtensions) = (pending.reference, new)
            default: break
            }
        }
        let currentRules = try LeafRules(
            operations: group.operations, groupID: group.id, extensions: group.context.extensions,
            policy: group.policy)
        var rules = currentRules
        if let newExtensions {
            rules = try LeafRules(
                operations: group.operations, groupID: group.id, extensions: newExtensions, policy: group.policy)
            let staying = tree.members.filter { !removed.contains($0.index) }
            if !staying.allSatisfy({ rules.areMet(by: $0.leaf) }) { (rules, lastExtensions) = (currentRules, nil) }
        }
        self.rules = rules
        resumptionEpochs = Set(group.resumptionSecrets.map(\.epoch))
        (self.removed, self.lastUpdate, self.lastExtensions) = (removed, lastUpdate, lastExtensions)
        freed = []
        for leaf in removed.compactMap({ group.tree[$0] }) {
            freed.insert(leaf.signatureKey)
            freed.insert(leaf.encryptionKey)
        }
    }

    mutating func takes(_ pending: PendingProposal) -> Bool {
        switch (pending.proposal, pending.sender) {
        case (.add(let keyPackage), _): takes(keyPackage.leafNode, replacing: nil)
        case (.update(let leaf), .member(let index)):
            index != own && !removed.contains(index) && lastUpdate[index] == pending.reference
                && takes(leaf, replacing: tree[index])
        case (.update, _), (.reInit, _), (.externalInit, _): false
        case (.remove(let index), _): index != own && removes.insert(index).inserted
        case (.preSharedKey(let id), _): isKnown(id) && preSharedKeys.insert(id).inserted
        case (.groupContextExtensions, _): lastExtensions == pending.reference
        }
    }

    private func isKnown(_ id: PreSharedKeyID) -> Bool {
        if case .resumption(_, rules.groupID, let epoch) = id.kind, resumptionEpochs.contains(epoch) { return true }
        return rules.policy.preSharedKey(id) != nil
    }

    private mutating func takes(_ leaf: LeafNode, replacing old: LeafNode?) -> Bool {
        guard leaf.isAlive(at: rules.policy.currentTime()), rules.areMet(by: leaf), tree.census.admits(leaf),
            leaf.signatureKey == old?.signatureKey || isFree(leaf.signatureKey, tree.census.hasSignatureKey),
            isFree(leaf.encryptionKey, tree.census.hasEncryptionKey)
        else { return false }
        taken.insert(leaf.signatureKey)
        taken.insert(leaf.encryptionKey)
        return true
    }

    private func isFree(_ key: [UInt8], _ inUse: ([UInt8]) -> Bool) -> Bool {
        !taken.contains(key) && (freed.contains(key) || !inUse(key))
    }
}

extension LeafRules {
    /// ``validateCapabilities(_:)`` where it does not matter which rule is broken.
    fileprivate func areMet(by leaf: LeafNode) -> Bool {
        do {
            try validateCapabilities(leaf)
            return true
        } catch {
            return false
        }
    }
}
