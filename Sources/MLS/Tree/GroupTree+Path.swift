// Making and applying update paths: TreeKEM (RFC 9420 §7.4 to §7.6).

/// A committer's path as far as it depends on the tree alone; the secrets are encrypted once the tree's hash is known.
struct NewPath {
    var steps: [GroupTree.PathStep]
    /// One for each step.
    var pathSecrets: [Secret]
    var publicKeys: [[UInt8]]
    var leafNode: LeafNode
    var keys: TreeKeys
    var commitSecret: Secret
}

extension GroupTree {
    /// Replaces the keys from a leaf to the root with fresh ones (§7.5, steps 1 to 4).
    ///
    /// - Parameters:
    ///   - leaf: the new leaf without key, source and signature.
    mutating func renewPath(
        of index: LeafIndex, leaf: LeafNode, groupID: [UInt8], signer: SignaturePrivateKey
    ) throws(MLSError) -> NewPath {
        let leafKey = operations.generateKeyPair()
        blankDirectPath(of: index)
        let steps = filteredDirectPath(of: index)
        var keys = TreeKeys(leaf: index, leafKey: leafKey)
        var (pathSecrets, publicKeys): ([Secret], [[UInt8]]) = ([], [])
        var secret = Secret.random(operations.hashLength)
        for step in steps {
            let key = try operations.nodeKeyPair(secret)
            keys.set(key, at: step.node)
            pathSecrets.append(secret)
            publicKeys.append(key.publicKey)
            secret = operations.deriveSecret(secret, label: "path")
        }
        var leaf = leaf
        leaf.encryptionKey = leafKey.publicKey
        leaf.source = .commit(parentHash: setPath(steps, keys: publicKeys))
        leaf.signature = try operations.signWithLabel(
            signer, label: "LeafNodeTBS",
            content: leaf.signedContent(in: LeafNode.Place(groupID: groupID, leaf: index)))
        setLeaf(leaf, at: index)
        return NewPath(
            steps: steps, pathSecrets: pathSecrets, publicKeys: publicKeys, leafNode: leaf, keys: keys,
            commitSecret: secret)
    }

    /// Encrypts each path secret to everybody below the node who is not on the path (§7.5, §7.6).
    ///
    /// - Parameters:
    ///   - context: the encoded provisional GroupContext.
    ///   - added: the members that the same commit adds; they learn the secrets from the Welcome.
    func encrypt(_ path: NewPath, context: [UInt8], added: Set<LeafIndex>) throws(MLSError) -> UpdatePath {
        let sealer = operations.labelledSealer(label: "UpdatePathNode", context: context)
        var nodes: [UpdatePathNode] = []
        for (index, step) in path.steps.enumerated() {
            var ciphertexts: [HPKECiphertext] = []
            for node in resolution(of: step.copathChild, excluding: added) {
                guard let key = encryptionKey(at: node) else { continue }
                let sealed = try sealer.seal(path.pathSecrets[index], to: key)
                ciphertexts.append(HPKECiphertext(kemOutput: sealed.kemOutput, ciphertext: sealed.ciphertext))
            }
            nodes.append(UpdatePathNode(encryptionKey: path.publicKeys[index], encryptedPathSecrets: ciphertexts))
        }
        return UpdatePath(leafNode: path.leafNode, nodes: nodes)
    }

    /// Takes over the public half of somebody's path (§7.5, §12.4.2); the leaf itself has been validated.
    ///
    /// - Returns: the nodes of the path.
    mutating func merge(
        _ path: UpdatePath, from index: LeafIndex, added: Set<LeafIndex>
    ) throws(MLSError) -> [PathStep] {
        // The nodes beside a path do not depend on those on it, so this comes before anything changes.
        let steps = filteredDirectPath(of: index)
        guard path.nodes.count == steps.count else { throw .violates(.pathLength) }
        for (step, node) in zip(steps, path.nodes) {
            guard node.encryptedPathSecrets.count == resolution(of: step.copathChild, excluding: added).count else {
                throw .violates(.pathSecretCount)
            }
        }
        try validateKeys(of: path)
        blankDirectPath(of: index)
        let parentHash = setPath(steps, keys: path.nodes.map(\.encryptionKey))
        // §7.9.2.
        guard case .commit(parentHash) = path.leafNode.source else { throw .violates(.commitParentHash) }
        setLeaf(path.leafNode, at: index)
        return steps
    }

    /// §12.4.2: no key of the path is in the tree already, nor twice in the path.
    private func validateKeys(of path: UpdatePath) throws(MLSError) {
        guard !census.hasEncryptionKey(path.leafNode.encryptionKey) else { throw .violates(.pathKeysNew) }
        var seen: Set<[UInt8]> = [path.leafNode.encryptionKey]
        for node in path.nodes {
            try operations.checkPublicKey(node.encryptionKey)
            guard !census.hasEncryptionKey(node.encryptionKey), seen.insert(node.encryptionKey).inserted else {
                throw .violates(.pathKeysNew)
            }
        }
    }

    /// Finds the path secret that a member can decrypt, and derives what follows from it (§7.5).
    ///
    /// - Parameters:
    ///   - keys: the member's keys in this tree; gains those of the path.
    ///   - steps: what ``merge(_:from:added:)`` gave.
    /// - Returns: the commit secret.
    func decrypt(
        _ path: UpdatePath, along steps: [PathStep], context: [UInt8], added: Set<LeafIndex>,
        keys: inout TreeKeys
    ) throws(MLSError) -> Secret {
        let place = steps.firstIndex {
            TreeMath.leafRange(under: $0.copathChild).contains(keys.leaf.rawValue)
        }
        guard let place else { throw .violates(.pathSecretForEveryMember) }
        let resolution = resolution(of: steps[place].copathChild, excluding: added)
        for (node, sealed) in zip(resolution, path.nodes[place].encryptedPathSecrets) {
            guard let key = keys.keys[node] else { continue }
            let secret = try operations.decryptWithLabel(
                privateKey: key, label: "UpdatePathNode", context: context, kemOutput: sealed.kemOutput,
                ciphertext: sealed.ciphertext)
            return try keys.derive(from: secret, along: steps[place...], in: self)
        }
        throw .violates(.pathSecretForEveryMember)
    }
}
