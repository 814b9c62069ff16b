extension Group {
    /// Joins a group by the Welcome of the member who added us (RFC 9420 §12.4.3.1).
    ///
    /// - Parameters:
    ///   - keyPackage: the one that the Welcome names in ``Welcome/newMembers``. Delete it after the group is stored,
    ///     unless it is one of last resort.
    ///   - ratchetTree: needed when the Welcome does not carry it.
    public static func join(
        welcome: Welcome, with keyPackage: OwnedKeyPackage, ratchetTree: RatchetTree? = nil, policy: GroupPolicy
    ) throws(MLSError) -> Group {
        let suite = keyPackage.keyPackage.cipherSuite
        guard welcome.cipherSuite == suite else { throw .violates(.welcomeSuite) }
        let operations = try suite.operations
        let opened = try open(welcome, with: keyPackage, operations: operations, policy: policy)
        let info = opened.info
        guard info.context.cipherSuite == suite else { throw .violates(.welcomeSuite) }
        let tree = try validatedTree(of: info, ratchetTree: ratchetTree, operations: operations, policy: policy)
        let keys = try treeKeys(keyPackage, in: tree, signer: info.signer, pathSecret: opened.secrets.pathSecret)
        let start = try EpochStart(
            context: info.context, joinerSecret: opened.secrets.joinerSecret, pskSecret: opened.pskSecret,
            leafCount: tree.slots, operations: operations)
        try start.verify(confirmationTag: info.confirmationTag)
        return Group(start: start, tree: tree, keys: keys, signer: keyPackage.signer, policy: policy)
    }

    private struct OpenedWelcome {
        var secrets: GroupSecrets
        var pskSecret: Secret
        var info: GroupInfo
    }

    private static func open(
        _ welcome: Welcome, with keyPackage: OwnedKeyPackage, operations: SuiteOperations, policy: GroupPolicy
    ) throws(MLSError) -> OpenedWelcome {
        let reference = try keyPackage.keyPackage.reference()
        guard let entry = welcome.secrets.first(where: { $0.newMember == reference }) else {
            throw .violates(.welcomeForKeyPackage)
        }
        let plaintext = try operations.decryptWithLabel(
            privateKey: keyPackage.initPrivateKey, label: "Welcome", context: welcome.encryptedGroupInfo,
            kemOutput: entry.secrets.kemOutput, ciphertext: entry.secrets.ciphertext)
        var revealed = plaintext.reveal()
        defer { Secret.wipe(&revealed) }
        let secrets = try GroupSecrets(wholeOf: revealed)
        try validate(secrets.preSharedKeys, operations: operations)
        let pskSecret = try operations.pskSecret(secrets.preSharedKeys, policy: policy)
        let welcomeSecret = KeySchedule.welcomeSecret(
            joinerSecret: secrets.joinerSecret, pskSecret: pskSecret, operations: operations)
        let key = KeySchedule.welcomeKey(welcomeSecret, operations: operations)
        let info = try operations.open(
            key: key.key, nonce: key.nonce, aad: [], ciphertext: welcome.encryptedGroupInfo)
        return OpenedWelcome(secrets: secrets, pskSecret: pskSecret, info: try GroupInfo(wholeOf: info))
    }

    private static func validate(_ ids: [PreSharedKeyID], operations: SuiteOperations) throws(MLSError) {
        var seen: Set<PreSharedKeyID> = []
        for id in ids {
            guard id.nonce.count == operations.hashLength else { throw .violates(.pskNonceLength) }
            guard seen.insert(id).inserted else { throw .violates(.pskDistinct) }
            switch id.kind {
            case .resumption(.reInit, _, _): throw .unsupported(.reInit)
            case .resumption(.branch, _, _): throw .unsupported(.branch)
            case .external, .resumption(.application, _, _): break
            }
        }
    }

    /// The tree of a GroupInfo, from the message or else from the application, with all that §12.4.3.1 asks for.
    static func validatedTree(
        of info: GroupInfo, ratchetTree: RatchetTree?, operations: SuiteOperations, policy: GroupPolicy
    ) throws(MLSError) -> GroupTree {
        try info.extensions.requireDistinctTypes()
        try info.context.extensions.requireDistinctTypes()
        let inline = try info.extensions.decoded(.ratchetTree, as: RatchetTree.self)
        guard let ratchetTree = inline ?? ratchetTree else { throw .violates(.treePresent) }
        var tree = try GroupTree(ratchetTree, operations: operations, limits: policy.limits)
        guard let signer = tree[info.signer],
            operations.verifyWithLabel(
                signer.signatureKey, label: "GroupInfoTBS", content: info.signedContent, signature: info.signature)
        else { throw .violates(.groupInfoSignature) }
        guard tree.treeHash() == info.context.treeHash else { throw .violates(.treeHash) }
        // Nothing is known about the group yet, so its external senders are all new to us.
        var unknown = info.context
        unknown.extensions = []
        try info.context.extensions.validate(replacing: unknown, operations: operations, policy: policy)
        let rules = try LeafRules(
            operations: operations, groupID: info.context.groupID, extensions: info.context.extensions, policy: policy)
        try tree.validate(rules)
        return tree
    }

    /// Finds our leaf, and derives what the path secret of the committer gives us.
    private static func treeKeys(
        _ keyPackage: OwnedKeyPackage, in tree: GroupTree, signer: LeafIndex, pathSecret: Secret?
    ) throws(MLSError) -> TreeKeys {
        let leaf = keyPackage.keyPackage.leafNode
        guard let index = tree.members.first(where: { $0.leaf == leaf })?.index else { throw .violates(.welcomeLeaf) }
        var keys = TreeKeys(leaf: index, leafKey: keyPackage.leafPrivateKey)
        guard let pathSecret else { return keys }
        guard index != signer else { throw .violates(.welcomeLeaf) }
        let ancestor = TreeMath.commonAncestor(index.node, signer.node)
        let steps = tree.filteredDirectPath(of: signer)
        guard let place = steps.firstIndex(where: { $0.node == ancestor }) else { throw .violates(.pathKeysMatch) }
        _ = try keys.derive(from: pathSecret, along: steps[place...], in: tree)
        return keys
    }
}
