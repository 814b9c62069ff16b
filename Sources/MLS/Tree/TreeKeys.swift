/// The private keys that one member has in the ratchet tree (RFC 9420 §4.2): that of its leaf, and those above that it
/// was given.
package struct TreeKeys: Sendable {
    let leaf: LeafIndex
    /// By node index.
    private(set) var keys: [UInt32: HPKEPrivateKey]

    init(leaf: LeafIndex, leafKey: HPKEPrivateKey) {
        self.leaf = leaf
        keys = [leaf.node: leafKey]
    }

    init(leaf: LeafIndex, keys: [UInt32: HPKEPrivateKey]) {
        self.leaf = leaf
        self.keys = keys
    }

    var leafKey: HPKEPrivateKey? { keys[leaf.node] }

    mutating func set(_ key: HPKEPrivateKey, at node: UInt32) { keys[node] = key }

    /// Deletes every key whose public half the tree no longer has in that place (§7.5).
    mutating func prune(for tree: GroupTree) {
        keys = keys.filter { node, key in tree.encryptionKey(at: node) == key.publicKey }
    }

    /// Derives and keeps the keys from a path secret upwards (§7.4).
    ///
    /// - Parameters:
    ///   - steps: the nodes that the secret and its successors belong to, the lowest first.
    /// - Returns: the secret one step above the last node: the commit secret.
    /// - Throws: ``Rule/pathKeysMatch`` when a derived public key is not the one in the tree.
    mutating func derive(
        from pathSecret: Secret, along steps: some Collection<GroupTree.PathStep>, in tree: GroupTree
    ) throws(MLSError) -> Secret {
        var secret = pathSecret
        for step in steps {
            let key = try tree.operations.nodeKeyPair(secret)
            guard tree.encryptionKey(at: step.node) == key.publicKey else { throw .violates(.pathKeysMatch) }
            keys[step.node] = key
            secret = tree.operations.deriveSecret(secret, label: "path")
        }
        return secret
    }
}

extension SuiteOperations {
    /// The key pair of a node from its path secret (§7.4).
    func nodeKeyPair(_ pathSecret: Secret) throws(MLSError) -> HPKEPrivateKey {
        try deriveKeyPair(deriveSecret(pathSecret, label: "node"))
    }
}
