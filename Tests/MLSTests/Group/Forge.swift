@testable import MLS

/// Makes messages that no honest client sends: changed after the fact, then signed and tagged as if that were right.
enum Forge {
    /// Changes the content of a PublicMessage, and signs and tags it anew with the keys of a member.
    ///
    /// - Parameters:
    ///   - change: of the content.
    ///   - spoil: of the signature and tags, after they were made.
    static func changed(
        _ message: MLSMessage, by sender: Group, signer: SignaturePrivateKey? = nil,
        _ change: (inout FramedContent) throws -> Void = { _ in }, sign: Bool = true,
        spoil: (inout PublicMessage) -> Void = { _ in }
    ) throws -> MLSMessage {
        guard case .publicMessage(let original) = message else { throw MLSError.misuse(.argument) }
        var content = original.content
        try change(&content)
        var auth = original.auth
        if sign {
            auth.signature = try sender.operations.sign(
                content, wireFormat: .publicMessage, context: sender.context.encoding,
                signer: signer ?? sender.signer.key)
        }
        let signed = AuthenticatedContent(wireFormat: .publicMessage, content: content, auth: auth)
        var forged = sender.operations.publicMessage(
            signed, context: sender.context.encoding, membershipKey: sender.schedule.membershipKey)
        spoil(&forged)
        return .publicMessage(forged)
    }

    /// Changes the commit in a PublicMessage. The confirmation tag stays that of the original.
    static func changedCommit(
        _ message: MLSMessage, by sender: Group, signer: SignaturePrivateKey? = nil,
        _ change: (inout Commit) throws -> Void
    ) throws -> MLSMessage {
        try changed(message, by: sender, signer: signer) { content in
            guard case .commit(var commit) = content.body else { throw MLSError.misuse(.argument) }
            try change(&commit)
            content.body = .commit(commit)
        }
    }

    /// Changes a key package, and signs its leaf and itself anew.
    static func changed(
        _ original: OwnedKeyPackage, leaf changeLeaf: (inout LeafNode) -> Void = { _ in },
        keyPackage change: (inout KeyPackage) -> Void = { _ in }, spoilLeaf: (inout LeafNode) -> Void = { _ in },
        spoil: (inout KeyPackage) -> Void = { _ in }
    ) throws -> KeyPackage {
        let operations = try original.keyPackage.cipherSuite.operations
        var keyPackage = original.keyPackage
        changeLeaf(&keyPackage.leafNode)
        keyPackage.leafNode.signature = try operations.signWithLabel(
            original.signer.key, label: "LeafNodeTBS",
            content: keyPackage.leafNode.signedContent(
                in: LeafNode.Place(groupID: [], leaf: LeafIndex(rawValue: 0))))
        spoilLeaf(&keyPackage.leafNode)
        change(&keyPackage)
        keyPackage.signature = try operations.signWithLabel(
            original.signer.key, label: "KeyPackageTBS", content: keyPackage.signedContent)
        spoil(&keyPackage)
        return keyPackage
    }

    /// Signs a leaf that stands in the tree of a group.
    static func sign(_ leaf: inout LeafNode, at index: LeafIndex, of member: Group) throws {
        leaf.signature = try member.operations.signWithLabel(
            member.signer.key, label: "LeafNodeTBS",
            content: leaf.signedContent(in: LeafNode.Place(groupID: member.id, leaf: index)))
    }

    /// A GroupInfo whose tree was changed, with the tree's new hash, signed by a member.
    static func groupInfo(
        of member: Group, tree change: (inout RatchetTree) throws -> Void = { _ in },
        info changeInfo: (inout GroupInfo) -> Void = { _ in }, spoil: (inout GroupInfo) -> Void = { _ in }
    ) throws -> GroupInfo {
        guard case .groupInfo(var info) = try member.groupInfo() else { throw MLSError.misuse(.argument) }
        var tree = member.ratchetTree
        try change(&tree)
        // A tree whose shape is wrong has no hash; it is refused before the hash counts.
        if var whole = try? GroupTree(tree, operations: member.operations, limits: Limits()) {
            info.context.treeHash = whole.treeHash()
        }
        info.extensions = info.extensions.map { item in
            item.type == .ratchetTree ? Extension(type: .ratchetTree, content: tree.encoding) : item
        }
        changeInfo(&info)
        info.signature = try member.operations.signWithLabel(
            member.signer.key, label: "GroupInfoTBS", content: info.signedContent)
        spoil(&info)
        return info
    }

    /// Opens a Welcome with the keys of the one it invites, changes what is inside, and closes it again.
    static func changed(
        _ welcome: Welcome, for invited: OwnedKeyPackage, by signer: Group,
        secrets changeSecrets: (inout GroupSecrets) -> Void = { _ in },
        info changeInfo: (inout GroupInfo) throws -> Void = { _ in }
    ) throws -> Welcome {
        let operations = signer.operations
        guard
            let place = try welcome.secrets.firstIndex(where: { $0.newMember == (try invited.keyPackage.reference()) })
        else { throw MLSError.misuse(.argument) }
        let sealed = welcome.secrets[place].secrets
        var secrets = try GroupSecrets(
            wholeOf: operations.decryptWithLabel(
                privateKey: invited.initPrivateKey, label: "Welcome", context: welcome.encryptedGroupInfo,
                kemOutput: sealed.kemOutput, ciphertext: sealed.ciphertext
            ).reveal())
        func key(_ secrets: GroupSecrets) -> ContentKey {
            // Whatever PSKs are named, the forged Welcome is closed as if there were none.
            let secret = KeySchedule.welcomeSecret(
                joinerSecret: secrets.joinerSecret, pskSecret: operations.pskSecret([]), operations: operations)
            return KeySchedule.welcomeKey(secret, operations: operations)
        }
        let opening = key(secrets)
        var info = try GroupInfo(
            wholeOf: operations.open(
                key: opening.key, nonce: opening.nonce, aad: [], ciphertext: welcome.encryptedGroupInfo))
        try changeInfo(&info)
        info.signature = try operations.signWithLabel(
            signer.signer.key, label: "GroupInfoTBS", content: info.signedContent)
        changeSecrets(&secrets)
        let closing = key(secrets)
        let encrypted = try operations.seal(
            key: closing.key, nonce: closing.nonce, aad: [], plaintext: info.encoding)
        let again = try operations.encryptWithLabel(
            publicKey: invited.keyPackage.initKey, label: "Welcome", context: encrypted,
            plaintext: Secret(secrets.encoding))
        return Welcome(
            cipherSuite: welcome.cipherSuite,
            secrets: [
                EncryptedGroupSecrets(
                    newMember: try invited.keyPackage.reference(),
                    secrets: HPKECiphertext(kemOutput: again.kemOutput, ciphertext: again.ciphertext))
            ], encryptedGroupInfo: encrypted)
    }
}
