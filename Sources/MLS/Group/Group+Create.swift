extension Group {
    /// Founds a group with one member (RFC 9420 §11).
    ///
    /// - Parameter id: unique among all groups that members may be in; a random value of the hash's length will do.
    public static func create(
        id: [UInt8], as identity: ClientIdentity, extensions: [Extension] = [], policy: GroupPolicy
    ) throws(MLSError) -> Group {
        let lifetime = Lifetime(
            startingAt: policy.currentTime(), seconds: min(policy.limits.lifetimeSeconds, Lifetime.usualSeconds))
        let keyPackage = try OwnedKeyPackage(for: identity, lifetime: lifetime)
        return try create(id: id, with: keyPackage, extensions: extensions, policy: policy)
    }

    /// Founds a group whose one member has the leaf of a key package.
    public static func create(
        id: [UInt8], with keyPackage: OwnedKeyPackage, extensions: [Extension] = [], policy: GroupPolicy
    ) throws(MLSError) -> Group {
        let suite = keyPackage.keyPackage.cipherSuite
        let operations = try suite.operations
        let leaf = keyPackage.keyPackage.leafNode
        var tree = GroupTree(leaf, operations: operations)
        var context = GroupContext(
            cipherSuite: suite, groupID: id, epoch: 0, treeHash: tree.treeHash(), confirmedTranscriptHash: [],
            extensions: [])
        try extensions.validate(replacing: context, operations: operations, policy: policy)
        context.extensions = extensions
        let rules = try LeafRules(operations: operations, groupID: id, extensions: extensions, policy: policy)
        try rules.validateOrigin(keyPackage.keyPackage, isSending: true)
        try rules.validateCapabilities(leaf)
        try tree.census.validate()
        return Group(
            start: try EpochStart(creating: context, operations: operations), tree: tree,
            keys: TreeKeys(leaf: LeafIndex(rawValue: 0), leafKey: keyPackage.leafPrivateKey),
            signer: keyPackage.signer, policy: policy)
    }
}
