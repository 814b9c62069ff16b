/// What the members of a tree have and support, counted, so that rules over all members cost no walk over all of them.
package struct Census: Sendable {
    private var encryptionKeys: [[UInt8]: Int] = [:]
    private var signatureKeys: [[UInt8]: Int] = [:]
    private var credentialsInUse: [CredentialType: Int] = [:]
    private var credentialSupport: [CredentialType: Int] = [:]
    /// The number of keys that more than one node has.
    private var repeatedEncryptionKeys = 0
    private var repeatedSignatureKeys = 0
    private(set) var members = 0

    mutating func add(_ leaf: LeafNode) {
        members += 1
        Self.count(leaf.encryptionKey, in: &encryptionKeys, &repeatedEncryptionKeys)
        Self.count(leaf.signatureKey, in: &signatureKeys, &repeatedSignatureKeys)
        credentialsInUse[leaf.credential.type, default: 0] += 1
        for type in Set(leaf.capabilities.credentials) { credentialSupport[type, default: 0] += 1 }
    }

    mutating func remove(_ leaf: LeafNode) {
        members -= 1
        Self.discount(leaf.encryptionKey, in: &encryptionKeys, &repeatedEncryptionKeys)
        Self.discount(leaf.signatureKey, in: &signatureKeys, &repeatedSignatureKeys)
        var none = 0
        Self.discount(leaf.credential.type, in: &credentialsInUse, &none)
        for type in Set(leaf.capabilities.credentials) { Self.discount(type, in: &credentialSupport, &none) }
    }

    mutating func add(_ parent: ParentNode) {
        Self.count(parent.encryptionKey, in: &encryptionKeys, &repeatedEncryptionKeys)
    }

    mutating func remove(_ parent: ParentNode) {
        Self.discount(parent.encryptionKey, in: &encryptionKeys, &repeatedEncryptionKeys)
    }

    func hasEncryptionKey(_ key: [UInt8]) -> Bool { encryptionKeys[key] != nil }
    func hasSignatureKey(_ key: [UInt8]) -> Bool { signatureKeys[key] != nil }

    /// Whether a leaf that joined these members could check all their credentials, and they its own (§7.3).
    func admits(_ leaf: LeafNode) -> Bool {
        credentialSupport[leaf.credential.type] == members
            && credentialsInUse.keys.allSatisfy(leaf.capabilities.credentials.contains)
    }

    /// Checks what must hold among all nodes of a tree that a group uses.
    func validate() throws(MLSError) {
        // §7.3, §12.4.3.1: no key twice, neither among leaves nor between a parent and any other node.
        guard repeatedEncryptionKeys == 0 else { throw .violates(.encryptionKeysUnique) }
        guard repeatedSignatureKeys == 0 else { throw .violates(.signatureKeysUnique) }
        // §7.3: every credential type in use is supported by every member.
        for type in credentialsInUse.keys where credentialSupport[type] != members {
            throw .violates(.credentialTypesSupported)
        }
    }

    private static func count<Key>(_ key: Key, in counts: inout [Key: Int], _ repeated: inout Int) {
        let count = counts[key, default: 0] + 1
        counts[key] = count
        if count == 2 { repeated += 1 }
    }

    private static func discount<Key>(_ key: Key, in counts: inout [Key: Int], _ repeated: inout Int) {
        guard let count = counts[key] else { return }
        counts[key] = count > 1 ? count - 1 : nil
        if count == 2 { repeated -= 1 }
    }
}
