/// What a leaf is checked against (RFC 9420 §7.3); the rules between leaves are the ``Census``'s.
struct LeafRules {
    let operations: SuiteOperations
    let groupID: [UInt8]
    let policy: GroupPolicy
    private let required: RequiredCapabilities?
    private let groupExtensions: [ExtensionType]

    /// Where a leaf stands, which decides about its source.
    enum Place {
        /// In a key package, before or in an Add.
        case keyPackage
        /// In an Update of the member at this place.
        case update(LeafIndex, replacing: LeafNode)
        /// In the path of a commit; `replacing` is the committer's old leaf, or the one that a joiner removes.
        case commit(LeafIndex, replacing: LeafNode?)
        /// In the tree of a group that is being joined.
        case tree(LeafIndex)
    }

    init(
        operations: SuiteOperations, groupID: [UInt8], extensions: [Extension], policy: GroupPolicy
    ) throws(MLSError) {
        self.operations = operations
        self.groupID = groupID
        self.policy = policy
        required = try extensions.decoded(.requiredCapabilities, as: RequiredCapabilities.self)
        groupExtensions = extensions.map(\.type)
    }

    /// Checks everything that can be told from the leaf alone.
    ///
    /// - Parameter isSending: whether the leaf is in a message of our own, where the lifetime must include the present.
    func validate(_ leaf: LeafNode, at place: Place, isSending: Bool = false) throws(MLSError) {
        try validateOrigin(leaf, at: place, isSending: isSending)
        try validateCapabilities(leaf)
    }

    /// The part of ``validate(_:at:isSending:)`` that does not depend on the group's extensions.
    func validateOrigin(_ leaf: LeafNode, at place: Place, isSending: Bool = false) throws(MLSError) {
        try validateSource(leaf, at: place)
        try operations.checkPublicKey(leaf.encryptionKey)
        try validateLifetime(leaf, isSending: isSending)
        try validateSignature(leaf, at: place)
        try validateCredential(leaf, at: place)
    }

    func validateLifetime(_ leaf: LeafNode, isSending: Bool) throws(MLSError) {
        guard case .keyPackage(let lifetime) = leaf.source else { return }
        guard lifetime.notBefore <= lifetime.notAfter,
            lifetime.notAfter - lifetime.notBefore <= policy.limits.lifetimeSeconds
        else { throw .violates(.lifetimeTotal) }
        // A leaf may have expired between its sending and our reading: refusing it then would leave us behind.
        guard !isSending || lifetime.contains(policy.currentTime()) else { throw .violates(.lifetimeCurrent) }
    }

    /// What a leaf must support in this group; asked again of every member when the group's extensions change.
    func validateCapabilities(_ leaf: LeafNode) throws(MLSError) {
        let capabilities = leaf.capabilities
        // Version and suite are not looked for: the key package states both, no rule demands that capabilities repeat
        // them, and leaves of suite 7 in the wild do not.
        guard capabilities.credentials.contains(leaf.credential.type) else { throw .violates(.leafCredentialListed) }
        if let required, !required.areMet(by: capabilities) { throw .violates(.requiredCapabilities) }
        for type in groupExtensions where !capabilities.supports(type) { throw .violates(.groupExtensionsSupported) }
        try leaf.extensions.requireDistinctTypes()
        for item in leaf.extensions where !capabilities.supports(item.type) {
            throw .violates(.leafExtensionsListed)
        }
    }

    private func validateSource(_ leaf: LeafNode, at place: Place) throws(MLSError) {
        switch (place, leaf.source) {
        case (.keyPackage, .keyPackage), (.tree, _): break
        case (.update(_, let old), .update):
            guard leaf.encryptionKey != old.encryptionKey else { throw .violates(.updateKeyFresh) }
        case (.commit(_, let old), .commit):
            guard leaf.encryptionKey != old?.encryptionKey else { throw .violates(.updateKeyFresh) }
        default: throw .violates(.leafSource)
        }
    }

    private func validateSignature(_ leaf: LeafNode, at place: Place) throws(MLSError) {
        let index: LeafIndex? =
            switch place {
            case .keyPackage: nil
            case .update(let index, _), .commit(let index, _), .tree(let index): index
            }
        let content = leaf.signedContent(in: index.map { LeafNode.Place(groupID: groupID, leaf: $0) })
        guard
            operations.verifyWithLabel(
                leaf.signatureKey, label: "LeafNodeTBS", content: content, signature: leaf.signature)
        else { throw .violates(.leafSignature) }
    }

    private func validateCredential(_ leaf: LeafNode, at place: Place) throws(MLSError) {
        let old: LeafNode? =
            switch place {
            case .keyPackage, .tree: nil
            case .update(_, let old): old
            case .commit(_, let old): old
            }
        // §5.3.1: only what is new is asked about.
        if let old, old.credential == leaf.credential, old.signatureKey == leaf.signatureKey { return }
        let check = CredentialCheck(
            credential: leaf.credential, signatureKey: leaf.signatureKey, role: .member, replaced: old?.credential,
            groupID: groupID)
        guard policy.acceptsCredential(check) else { throw .violates(.credentialAccepted) }
    }

    /// §10.1, but for what depends on the group's extensions.
    func validateOrigin(_ keyPackage: KeyPackage, isSending: Bool) throws(MLSError) {
        guard keyPackage.version == .mls10 else { throw .violates(.keyPackageVersion) }
        guard keyPackage.cipherSuite == operations.suite else { throw .violates(.keyPackageSuite) }
        guard keyPackage.initKey != keyPackage.leafNode.encryptionKey else { throw .violates(.initKeyDistinct) }
        try keyPackage.extensions.requireDistinctTypes()
        try operations.checkPublicKey(keyPackage.initKey)
        try validateOrigin(keyPackage.leafNode, at: .keyPackage, isSending: isSending)
        guard
            operations.verifyWithLabel(
                keyPackage.leafNode.signatureKey, label: "KeyPackageTBS", content: keyPackage.signedContent,
                signature: keyPackage.signature)
        else { throw .violates(.keyPackageSignature) }
    }
}

extension GroupTree {
    /// Everything that a new member checks of a tree but for its hash (§12.4.3.1).
    mutating func validate(_ rules: LeafRules) throws(MLSError) {
        try validateShape()
        try validateParentHashes()
        try census.validate()
        for parent in parents { if let parent { try operations.checkPublicKey(parent.encryptionKey) } }
        for (index, leaf) in members { try rules.validate(leaf, at: .tree(index)) }
    }

    /// §7.1, §12.4.3.1: the lists of unmerged leaves agree with the tree and with each other.
    func validateShape() throws(MLSError) {
        for parent in parents {
            guard let leaves = parent?.unmergedLeaves else { continue }
            guard zip(leaves, leaves.dropFirst()).allSatisfy(<) else { throw .violates(.unmergedLeavesSorted) }
        }
        for place in parents.indices {
            guard let parent = parents[place], !parent.unmergedLeaves.isEmpty else { continue }
            let node = UInt32(truncatingIfNeeded: 2 * place + 1)
            let range = TreeMath.leafRange(under: node)
            for leaf in parent.unmergedLeaves {
                guard range.contains(leaf.rawValue), !isBlank(leaf.node) else { throw .violates(.unmergedLeavesBelow) }
                try validateUnmerged(leaf, below: node)
            }
        }
    }

    private func validateUnmerged(_ leaf: LeafIndex, below node: UInt32) throws(MLSError) {
        // The highest keyed node between the two; the ones below it are checked when its own list is.
        var between: ParentNode?
        var child = leaf.node
        while let above = TreeMath.parent(child, leaves: slots), above != node {
            if let parent = parent(at: above) { between = parent }
            child = above
        }
        guard let list = between?.unmergedLeaves else { return }
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if list[middle] < leaf { low = middle + 1 } else { high = middle }
        }
        guard low < list.count, list[low] == leaf else { throw .violates(.unmergedLeavesComplete) }
    }
}
