/// A signature key with its public half.
public struct SignatureKeyPair: Sendable {
    /// The suite whose signature scheme the key is for.
    public let cipherSuite: CipherSuite
    let key: SignaturePrivateKey

    /// Makes a fresh key for a suite's signature scheme.
    public init(generatingFor suite: CipherSuite) throws(MLSError) {
        cipherSuite = suite
        key = try suite.operations.generateSignatureKey()
    }

    /// Takes an Ed25519 seed or a big-endian ECDSA scalar, whose leading zeros may be missing.
    public init(cipherSuite: CipherSuite, privateKey: Secret) throws(MLSError) {
        let operations = try cipherSuite.operations
        self.cipherSuite = cipherSuite
        key = try operations.signatureKey(operations.withLeadingZeros(privateKey))
    }

    /// The half that goes into leaves.
    public var publicKey: [UInt8] { key.publicKey }
    /// The half to store.
    public var privateKey: Secret { key.raw }
}

/// Who a client is, and what it supports: what all its leaves have in common.
public struct ClientIdentity: Sendable {
    /// What others are told about who this is.
    public var credential: Credential
    /// The key that the credential is about; its suite is that of the groups.
    public var signer: SignatureKeyPair
    /// What the client supports.
    public var capabilities: Capabilities
    /// Extensions of every leaf; their types are in the capabilities.
    public var leafExtensions: [Extension]

    /// - Parameter capabilities: nil for what this library does: the supported suites, basic and X.509 credentials.
    public init(
        credential: Credential, signer: SignatureKeyPair, capabilities: Capabilities? = nil,
        leafExtensions: [Extension] = []
    ) {
        self.credential = credential
        self.signer = signer
        self.capabilities = capabilities ?? Capabilities(cipherSuites: CipherSuite.supported)
        self.leafExtensions = leafExtensions
    }

    /// A leaf with the source that is given, its key and signature still missing.
    func leaf(_ source: LeafNode.Source) -> LeafNode {
        LeafNode(
            encryptionKey: [], signatureKey: signer.publicKey, credential: credential, capabilities: capabilities,
            source: source, extensions: leafExtensions)
    }
}

/// A key package of our own with its private keys. Both are deleted after the one Welcome that uses them, unless the key
/// package is one of last resort.
public struct OwnedKeyPackage: Sendable {
    /// The half to publish.
    public let keyPackage: KeyPackage
    /// The signature key of the leaf.
    public let signer: SignatureKeyPair
    let initPrivateKey: HPKEPrivateKey
    let leafPrivateKey: HPKEPrivateKey

    /// Makes and signs a key package with fresh keys.
    ///
    /// - Parameter extensions: of the key package; those of its leaf are in `identity`.
    public init(
        for identity: ClientIdentity, lifetime: Lifetime, extensions: [Extension] = []
    ) throws(MLSError) {
        let operations = try identity.signer.cipherSuite.operations
        initPrivateKey = operations.generateKeyPair()
        leafPrivateKey = operations.generateKeyPair()
        signer = identity.signer
        var leaf = identity.leaf(.keyPackage(lifetime))
        leaf.encryptionKey = leafPrivateKey.publicKey
        leaf.signature = try operations.signWithLabel(
            signer.key, label: "LeafNodeTBS", content: leaf.signedContent(in: nil))
        var keyPackage = KeyPackage(
            cipherSuite: signer.cipherSuite, initKey: initPrivateKey.publicKey, leafNode: leaf,
            extensions: extensions)
        keyPackage.signature = try operations.signWithLabel(
            signer.key, label: "KeyPackageTBS", content: keyPackage.signedContent)
        self.keyPackage = keyPackage
    }

    /// Brings a stored key package and its private keys together again; leading zeros of ECDSA and ECDH scalars may be
    /// missing, as some implementations store them.
    ///
    /// - Throws: ``Misuse/keyMismatch`` when one of the keys is not that of the key package.
    public init(
        keyPackage: KeyPackage, initKey: Secret, encryptionKey: Secret, signatureKey: Secret
    ) throws(MLSError) {
        let operations = try keyPackage.cipherSuite.operations
        self.keyPackage = keyPackage
        initPrivateKey = try operations.privateKey(operations.withLeadingZeros(initKey))
        leafPrivateKey = try operations.privateKey(operations.withLeadingZeros(encryptionKey))
        signer = try SignatureKeyPair(cipherSuite: keyPackage.cipherSuite, privateKey: signatureKey)
        guard initPrivateKey.publicKey == keyPackage.initKey,
            leafPrivateKey.publicKey == keyPackage.leafNode.encryptionKey,
            signer.publicKey == keyPackage.leafNode.signatureKey
        else { throw .misuse(.keyMismatch) }
    }

    /// The private key that a Welcome is opened with.
    public var initKey: Secret { initPrivateKey.raw }
    /// The private key of the leaf.
    public var encryptionKey: Secret { leafPrivateKey.raw }

    /// Who the key package is of.
    public var identity: ClientIdentity {
        ClientIdentity(
            credential: keyPackage.leafNode.credential, signer: signer,
            capabilities: keyPackage.leafNode.capabilities, leafExtensions: keyPackage.leafNode.extensions)
    }
}

extension KeyPackage {
    /// The hash under which a Welcome names this key package (RFC 9420 §5.2).
    public func reference() throws(MLSError) -> [UInt8] {
        try cipherSuite.operations.refHash(label: "MLS 1.0 KeyPackage Reference", value: encoding)
    }
}
