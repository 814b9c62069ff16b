import Crypto
import FoundationEssentials

// The one file in which bytes pass through `Data`: swift-crypto's HPKE, AEADs and signatures are written in its terms.
// `Data` is not wiped when it is freed. Secrets therefore leave it in the statement that makes it, and enter it never:
// private keys and symmetric keys are made from `Secret` directly.

/// The key encapsulation, and with it the curve, of a suite.
enum Curve: Sendable {
    case x25519, p256, p384, p521

    /// The identifier of the KEM (RFC 9180 §7.1).
    var kemID: UInt16 {
        switch self {
        case .p256: 0x0010
        case .p384: 0x0011
        case .p521: 0x0012
        case .x25519: 0x0020
        }
    }

    /// The bytes of a private key.
    var privateKeyLength: Int {
        switch self {
        case .x25519, .p256: 32
        case .p384: 48
        case .p521: 66
        }
    }

    /// The bytes of a public key: raw, or an uncompressed point.
    var publicKeyLength: Int {
        self == .x25519 ? 32 : 2 * privateKeyLength + 1
    }
}

/// A private key for HPKE, ready to use, and the public key that belongs to it.
struct HPKEPrivateKey: Sendable {
    /// The key as RFC 9180 §7.1.2 serialises it.
    let raw: Secret
    let publicKey: [UInt8]
    private let parsed: Parsed

    private enum Parsed: Sendable {
        case x25519(Curve25519.KeyAgreement.PrivateKey)
        case p256(P256.KeyAgreement.PrivateKey)
        case p384(P384.KeyAgreement.PrivateKey)
        case p521(P521.KeyAgreement.PrivateKey)
    }

    /// Gives nil when `raw` is no private key of the curve: of a wrong length, zero, or not below the order.
    init?(_ raw: Secret, curve: Curve) {
        // swift-crypto's error says only that it is none.
        switch curve {
        case .x25519:
            guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: raw.key) else { return nil }
            (parsed, publicKey) = (.x25519(key), [UInt8](key.publicKey.rawRepresentation))
        case .p256:
            guard let key = try? P256.KeyAgreement.PrivateKey(rawRepresentation: raw.key) else { return nil }
            (parsed, publicKey) = (.p256(key), [UInt8](key.publicKey.x963Representation))
        case .p384:
            guard let key = try? P384.KeyAgreement.PrivateKey(rawRepresentation: raw.key) else { return nil }
            (parsed, publicKey) = (.p384(key), [UInt8](key.publicKey.x963Representation))
        case .p521:
            guard let key = try? P521.KeyAgreement.PrivateKey(rawRepresentation: raw.key) else { return nil }
            (parsed, publicKey) = (.p521(key), [UInt8](key.publicKey.x963Representation))
        }
        self.raw = raw
    }

    /// Sets up the receiving side of RFC 9180 §5.1.1. The caller has refused low-order points in `kemOutput`.
    fileprivate func recipient(_ suite: HPKE.Ciphersuite, info: [UInt8], kemOutput: [UInt8]) throws -> HPKE.Recipient {
        let (info, kemOutput) = (Data(info), Data(kemOutput))
        return switch parsed {
        case .x25519(let key):
            try HPKE.Recipient(privateKey: key, ciphersuite: suite, info: info, encapsulatedKey: kemOutput)
        case .p256(let key):
            try HPKE.Recipient(privateKey: key, ciphersuite: suite, info: info, encapsulatedKey: kemOutput)
        case .p384(let key):
            try HPKE.Recipient(privateKey: key, ciphersuite: suite, info: info, encapsulatedKey: kemOutput)
        case .p521(let key):
            try HPKE.Recipient(privateKey: key, ciphersuite: suite, info: info, encapsulatedKey: kemOutput)
        }
    }
}

/// Hybrid public key encryption in base mode (RFC 9180 §6.1) with the parameters of one suite.
struct HybridEncryption: Sendable {
    let curve: Curve
    private let suite: HPKE.Ciphersuite

    init(curve: Curve, cipher: ContentCipher) {
        self.curve = curve
        let aead: HPKE.AEAD =
            switch cipher {
            case .aes128: .AES_GCM_128
            case .aes256: .AES_GCM_256
            case .chaCha: .chaChaPoly
            }
        suite =
            switch curve {
            case .x25519: HPKE.Ciphersuite(kem: .Curve25519_HKDF_SHA256, kdf: .HKDF_SHA256, aead: aead)
            case .p256: HPKE.Ciphersuite(kem: .P256_HKDF_SHA256, kdf: .HKDF_SHA256, aead: aead)
            case .p384: HPKE.Ciphersuite(kem: .P384_HKDF_SHA384, kdf: .HKDF_SHA384, aead: aead)
            case .p521: HPKE.Ciphersuite(kem: .P521_HKDF_SHA512, kdf: .HKDF_SHA512, aead: aead)
            }
    }

    /// Whether `key` is a point of the curve in the form of the suite.
    func isWellFormed(_ key: [UInt8]) -> Bool {
        guard key.count == curve.publicKeyLength else { return false }
        // swift-crypto's error says only that it is none.
        return switch curve {
        case .x25519: true
        case .p256: (try? P256.KeyAgreement.PublicKey(x963Representation: key)) != nil
        case .p384: (try? P384.KeyAgreement.PublicKey(x963Representation: key)) != nil
        case .p521: (try? P521.KeyAgreement.PublicKey(x963Representation: key)) != nil
        }
    }

    /// Refuses an X25519 point of low order, which swift-crypto accepts on purpose (RFC 9180 §7.1.4).
    func refuseLowOrder(_ key: [UInt8]) throws(MLSError) {
        if curve == .x25519, LowOrderPoint.isOne(key) { throw .violates(.publicKeyInvalid) }
    }

    /// The sending half of the key encapsulation (RFC 9180 §4.1): a fresh key pair's public key, and the shared point.
    func encapsulate(to publicKey: [UInt8]) throws -> (output: [UInt8], sharedPoint: Secret) {
        switch curve {
        case .x25519:
            let key = Curve25519.KeyAgreement.PrivateKey()
            let other = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: publicKey)
            let point = try key.sharedSecretFromKeyAgreement(with: other)
            return ([UInt8](key.publicKey.rawRepresentation), Secret(SymmetricKey(data: point)))
        case .p256:
            let key = P256.KeyAgreement.PrivateKey()
            let other = try P256.KeyAgreement.PublicKey(x963Representation: publicKey)
            let point = try key.sharedSecretFromKeyAgreement(with: other)
            return ([UInt8](key.publicKey.x963Representation), Secret(SymmetricKey(data: point)))
        case .p384:
            let key = P384.KeyAgreement.PrivateKey()
            let other = try P384.KeyAgreement.PublicKey(x963Representation: publicKey)
            let point = try key.sharedSecretFromKeyAgreement(with: other)
            return ([UInt8](key.publicKey.x963Representation), Secret(SymmetricKey(data: point)))
        case .p521:
            let key = P521.KeyAgreement.PrivateKey()
            let other = try P521.KeyAgreement.PublicKey(x963Representation: publicKey)
            let point = try key.sharedSecretFromKeyAgreement(with: other)
            return ([UInt8](key.publicKey.x963Representation), Secret(SymmetricKey(data: point)))
        }
    }

    func open(_ ciphertext: [UInt8], from output: [UInt8], with key: HPKEPrivateKey, info: [UInt8]) throws -> Secret {
        var recipient = try key.recipient(suite, info: info, kemOutput: output)
        return try Secret(SymmetricKey(data: recipient.open(ciphertext)))
    }

    func sendExport(to publicKey: [UInt8], context: [UInt8], count: Int) throws -> (output: [UInt8], secret: Secret) {
        let sender = try sender(to: publicKey, info: [])
        let secret = try sender.exportSecret(context: context, outputByteCount: count)
        return ([UInt8](sender.encapsulatedKey), Secret(secret))
    }

    func receiveExport(
        from output: [UInt8], with key: HPKEPrivateKey, context: [UInt8], count: Int
    ) throws -> Secret {
        let recipient = try key.recipient(suite, info: [], kemOutput: output)
        return Secret(try recipient.exportSecret(context: context, outputByteCount: count))
    }

    private func sender(to publicKey: [UInt8], info: [UInt8]) throws -> HPKE.Sender {
        let info = Data(info)
        switch curve {
        case .x25519:
            let key = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: publicKey)
            return try HPKE.Sender(recipientKey: key, ciphersuite: suite, info: info)
        case .p256:
            let key = try P256.KeyAgreement.PublicKey(x963Representation: publicKey)
            return try HPKE.Sender(recipientKey: key, ciphersuite: suite, info: info)
        case .p384:
            let key = try P384.KeyAgreement.PublicKey(x963Representation: publicKey)
            return try HPKE.Sender(recipientKey: key, ciphersuite: suite, info: info)
        case .p521:
            let key = try P521.KeyAgreement.PublicKey(x963Representation: publicKey)
            return try HPKE.Sender(recipientKey: key, ciphersuite: suite, info: info)
        }
    }
}

/// A private key for signatures, ready to use, and the public key that belongs to it.
struct SignaturePrivateKey: Sendable {
    /// The seed (Ed25519) or the scalar, big-endian (ECDSA).
    let raw: Secret
    let publicKey: [UInt8]
    private let parsed: Parsed

    private enum Parsed: Sendable {
        case ed25519(Curve25519.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
        case p521(P521.Signing.PrivateKey)
    }

    /// Gives nil when `raw` is no private key of the curve: of a wrong length, zero, or not below the order.
    init?(_ raw: Secret, curve: Curve) {
        // swift-crypto's error says only that it is none.
        switch curve {
        case .x25519:
            guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: raw.key) else { return nil }
            (parsed, publicKey) = (.ed25519(key), [UInt8](key.publicKey.rawRepresentation))
        case .p256:
            guard let key = try? P256.Signing.PrivateKey(rawRepresentation: raw.key) else { return nil }
            (parsed, publicKey) = (.p256(key), [UInt8](key.publicKey.x963Representation))
        case .p384:
            guard let key = try? P384.Signing.PrivateKey(rawRepresentation: raw.key) else { return nil }
            (parsed, publicKey) = (.p384(key), [UInt8](key.publicKey.x963Representation))
        case .p521:
            guard let key = try? P521.Signing.PrivateKey(rawRepresentation: raw.key) else { return nil }
            (parsed, publicKey) = (.p521(key), [UInt8](key.publicKey.x963Representation))
        }
        self.raw = raw
    }

    /// Ed25519 as `R || S`, ECDSA in DER, as RFC 9420 §5.1.2 asks.
    func signature(for message: [UInt8]) throws -> [UInt8] {
        switch parsed {
        case .ed25519(let key): [UInt8](try key.signature(for: message))
        case .p256(let key): [UInt8](try key.signature(for: message).derRepresentation)
        case .p384(let key): [UInt8](try key.signature(for: message).derRepresentation)
        case .p521(let key): [UInt8](try key.signature(for: message).derRepresentation)
        }
    }
}

// A reflection would show what swift-crypto's types hold.
extension HPKEPrivateKey: CustomStringConvertible, CustomReflectable {
    var description: String { "<redacted>" }
    var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKey]) }
}

extension SignaturePrivateKey: CustomStringConvertible, CustomReflectable {
    var description: String { "<redacted>" }
    var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKey]) }
}

/// The public half of the signature scheme that goes with a curve: Ed25519 with X25519, else ECDSA.
enum SignatureScheme {
    /// Whether `key` is a public key of the scheme.
    static func isWellFormed(_ key: [UInt8], curve: Curve) -> Bool {
        guard key.count == curve.publicKeyLength else { return false }
        // swift-crypto's error says only that it is none.
        return switch curve {
        case .x25519: (try? Curve25519.Signing.PublicKey(rawRepresentation: key)) != nil
        case .p256: (try? P256.Signing.PublicKey(x963Representation: key)) != nil
        case .p384: (try? P384.Signing.PublicKey(x963Representation: key)) != nil
        case .p521: (try? P521.Signing.PublicKey(x963Representation: key)) != nil
        }
    }

    /// Whether the signature holds; throws when key or signature do not even parse.
    static func verify(_ signature: [UInt8], of message: [UInt8], by key: [UInt8], curve: Curve) throws -> Bool {
        switch curve {
        case .x25519:
            let key = try Curve25519.Signing.PublicKey(rawRepresentation: key)
            return key.isValidSignature(signature, for: message)
        case .p256:
            let key = try P256.Signing.PublicKey(x963Representation: key)
            return key.isValidSignature(try P256.Signing.ECDSASignature(derRepresentation: signature), for: message)
        case .p384:
            let key = try P384.Signing.PublicKey(x963Representation: key)
            return key.isValidSignature(try P384.Signing.ECDSASignature(derRepresentation: signature), for: message)
        case .p521:
            let key = try P521.Signing.PublicKey(x963Representation: key)
            return key.isValidSignature(try P521.Signing.ECDSASignature(derRepresentation: signature), for: message)
        }
    }
}

/// The AEAD of a suite; nonces have 12 and tags 16 bytes in all of them.
enum ContentCipher: Sendable {
    case aes128, aes256, chaCha

    static let tagLength = 16

    /// The bytes of a key.
    var keyLength: Int { self == .aes128 ? 16 : 32 }

    /// The identifier of the AEAD (RFC 9180 §7.3).
    var aeadID: UInt16 {
        switch self {
        case .aes128: 1
        case .aes256: 2
        case .chaCha: 3
        }
    }

    /// Seals a secret without a copy of it in the open.
    func seal(_ plaintext: Secret, key: Secret, nonce: [UInt8]) throws -> [UInt8] {
        try unsafe plaintext.key.withUnsafeBytes { buffer in
            unsafe try seal(buffer, key: key, nonce: nonce, aad: [])
        }
    }

    func seal(_ plaintext: some DataProtocol, key: Secret, nonce: [UInt8], aad: [UInt8]) throws -> [UInt8] {
        switch self {
        case .aes128, .aes256:
            let box = try AES.GCM.seal(
                plaintext, using: key.key, nonce: AES.GCM.Nonce(data: nonce), authenticating: aad)
            return [UInt8](box.ciphertext) + [UInt8](box.tag)
        case .chaCha:
            let box = try ChaChaPoly.seal(
                plaintext, using: key.key, nonce: ChaChaPoly.Nonce(data: nonce), authenticating: aad)
            return [UInt8](box.ciphertext) + [UInt8](box.tag)
        }
    }

    /// Opens `ciphertext || tag`; there are at least as many bytes as a tag has.
    func open(_ sealed: [UInt8], key: Secret, nonce: [UInt8], aad: [UInt8]) throws -> [UInt8] {
        let (ciphertext, tag) = (sealed.dropLast(Self.tagLength), sealed.suffix(Self.tagLength))
        switch self {
        case .aes128, .aes256:
            let box = try AES.GCM.SealedBox(nonce: AES.GCM.Nonce(data: nonce), ciphertext: ciphertext, tag: tag)
            return [UInt8](try AES.GCM.open(box, using: key.key, authenticating: aad))
        case .chaCha:
            let box = try ChaChaPoly.SealedBox(
                nonce: ChaChaPoly.Nonce(data: nonce), ciphertext: ciphertext, tag: tag)
            return [UInt8](try ChaChaPoly.open(box, using: key.key, authenticating: aad))
        }
    }
}

/// The hash of a suite with HMAC (RFC 2104) and HKDF (RFC 5869) over it.
enum SuiteHash: Sendable {
    case sha256, sha384, sha512

    /// The bytes of a digest, which are those of `KDF.Nh` too.
    var length: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// The identifier of the KDF (RFC 9180 §7.2).
    var kdfID: UInt16 {
        switch self {
        case .sha256: 1
        case .sha384: 2
        case .sha512: 3
        }
    }

    func digest(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: [UInt8](SHA256.hash(data: bytes))
        case .sha384: [UInt8](SHA384.hash(data: bytes))
        case .sha512: [UInt8](SHA512.hash(data: bytes))
        }
    }

    func mac(_ key: Secret, _ message: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: [UInt8](HMAC<SHA256>.authenticationCode(for: message, using: key.key))
        case .sha384: [UInt8](HMAC<SHA384>.authenticationCode(for: message, using: key.key))
        case .sha512: [UInt8](HMAC<SHA512>.authenticationCode(for: message, using: key.key))
        }
    }

    /// Compares in a time that depends on the lengths alone; a tag of another length is refused.
    func isValid(_ tag: [UInt8], _ key: Secret, _ message: [UInt8]) -> Bool {
        switch self {
        case .sha256: HMAC<SHA256>.isValidAuthenticationCode(tag, authenticating: message, using: key.key)
        case .sha384: HMAC<SHA384>.isValidAuthenticationCode(tag, authenticating: message, using: key.key)
        case .sha512: HMAC<SHA512>.isValidAuthenticationCode(tag, authenticating: message, using: key.key)
        }
    }

    /// HKDF-Extract over `prefix || inputKeyMaterial`, without ever joining the two.
    func extract(salt: Secret, prefix: [UInt8], inputKeyMaterial: Secret) -> Secret {
        switch self {
        case .sha256: Self.extract(SHA256.self, salt, prefix, inputKeyMaterial)
        case .sha384: Self.extract(SHA384.self, salt, prefix, inputKeyMaterial)
        case .sha512: Self.extract(SHA512.self, salt, prefix, inputKeyMaterial)
        }
    }

    private static func extract<H: HashFunction>(
        _: H.Type, _ salt: Secret, _ prefix: [UInt8], _ inputKeyMaterial: Secret
    ) -> Secret {
        var code = HMAC<H>(key: salt.key)
        code.update(data: prefix)
        unsafe inputKeyMaterial.key.withUnsafeBytes { buffer in unsafe code.update(data: buffer) }
        return Secret(SymmetricKey(data: code.finalize()))
    }

    /// HKDF-Expand to 1 ... 255 times ``length`` bytes.
    func expand(_ secret: Secret, info: [UInt8], length: Int) -> Secret {
        switch self {
        case .sha256:
            Secret(HKDF<SHA256>.expand(pseudoRandomKey: secret.key, info: info, outputByteCount: length))
        case .sha384:
            Secret(HKDF<SHA384>.expand(pseudoRandomKey: secret.key, info: info, outputByteCount: length))
        case .sha512:
            Secret(HKDF<SHA512>.expand(pseudoRandomKey: secret.key, info: info, outputByteCount: length))
        }
    }
}
