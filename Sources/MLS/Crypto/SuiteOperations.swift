/// A cipher suite with its primitives and the labelled constructions of RFC 9420 §5 and §8 over them.
struct SuiteOperations: Sendable {
    let suite: CipherSuite
    private let curve: Curve
    private let cipher: ContentCipher
    private let hashFunction: SuiteHash
    private let hybrid: HybridEncryption

    /// - Throws: ``MLSError/unsupported(_:)`` for a suite without primitives here.
    init(_ suite: CipherSuite) throws(MLSError) {
        switch suite {
        case .x25519AES128SHA256Ed25519: (curve, cipher, hashFunction) = (.x25519, .aes128, .sha256)
        case .p256AES128SHA256P256: (curve, cipher, hashFunction) = (.p256, .aes128, .sha256)
        case .x25519ChaChaSHA256Ed25519: (curve, cipher, hashFunction) = (.x25519, .chaCha, .sha256)
        case .p521AES256SHA512P521: (curve, cipher, hashFunction) = (.p521, .aes256, .sha512)
        case .p384AES256SHA384P384: (curve, cipher, hashFunction) = (.p384, .aes256, .sha384)
        default: throw .unsupported(.cipherSuite)
        }
        self.suite = suite
        hybrid = HybridEncryption(curve: curve, cipher: cipher)
    }

    /// `KDF.Nh`: the bytes of a hash, and of every secret of the key schedule.
    var hashLength: Int { hashFunction.length }
    /// `AEAD.Nk`: the bytes of a content key.
    var keyLength: Int { cipher.keyLength }
    /// `AEAD.Nn`: the bytes of a nonce.
    var nonceLength: Int { 12 }
    /// The bytes by which a ciphertext is longer than its plaintext.
    var tagLength: Int { ContentCipher.tagLength }
    /// The most bytes that one HKDF-Expand gives (RFC 5869 §2.3).
    var longestExpansion: Int { 255 * hashLength }

    /// `count` bytes from the system's random number generator.
    static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

// MARK: - Hashes and derivations

extension SuiteOperations {
    func hash(_ bytes: [UInt8]) -> [UInt8] {
        hashFunction.digest(bytes)
    }

    /// `RefHash` (§5.2); `label` is the whole label, with its "MLS 1.0 ".
    func refHash(label: String, value: [UInt8]) -> [UInt8] {
        var writer = Writer(capacity: value.count + label.utf8.count + 6)
        writer.write(vector: label.utf8)
        writer.write(vector: value)
        return hash(writer.bytes)
    }

    func mac(_ key: Secret, _ message: [UInt8]) -> [UInt8] {
        hashFunction.mac(key, message)
    }

    /// Compares in constant time; a tag of any other length is refused.
    func isValidMAC(_ tag: [UInt8], key: Secret, message: [UInt8]) -> Bool {
        hashFunction.isValid(tag, key, message)
    }

    /// `KDF.Extract`.
    func extract(salt: Secret, inputKeyMaterial: Secret) -> Secret {
        hashFunction.extract(salt: salt, prefix: [], inputKeyMaterial: inputKeyMaterial)
    }

    /// `ExpandWithLabel` (§8).
    ///
    /// - Parameters:
    ///   - label: without the "MLS 1.0 " that is put before it.
    ///   - length: 0 up to ``longestExpansion``; a caller that takes it from outside checks it first.
    func expandWithLabel(_ secret: Secret, label: String, context: [UInt8] = [], length: Int) -> Secret {
        precondition((0...longestExpansion).contains(length), "HKDF cannot expand to that many bytes")
        guard length > 0 else { return Secret([]) }
        var info = Writer(capacity: context.count + label.utf8.count + 16)
        info.write(UInt16(length))
        Self.write(label: label, and: context, to: &info)
        return hashFunction.expand(secret, info: info.bytes, length: length)
    }

    /// `DeriveSecret` (§8).
    func deriveSecret(_ secret: Secret, label: String) -> Secret {
        expandWithLabel(secret, label: label, length: hashLength)
    }

    /// `DeriveTreeSecret` (§9.1).
    func deriveTreeSecret(_ secret: Secret, label: String, generation: UInt32, length: Int) -> Secret {
        expandWithLabel(secret, label: label, context: generation.encoding, length: length)
    }

    /// The common form of SignContent, EncryptContext and the end of KDFLabel: a prefixed label, then content.
    private static func write(label: String, and content: [UInt8], to writer: inout Writer) {
        writer.writeVector { inner in
            inner.write(raw: "MLS 1.0 ".utf8)
            inner.write(raw: label.utf8)
        }
        writer.write(vector: content)
    }

    private static func labelled(_ label: String, _ content: [UInt8]) -> [UInt8] {
        var writer = Writer(capacity: content.count + label.utf8.count + 16)
        write(label: label, and: content, to: &writer)
        return writer.bytes
    }
}

// MARK: - Symmetric encryption

extension SuiteOperations {
    /// Encrypts with the suite's AEAD.
    ///
    /// - Returns: the ciphertext with the tag behind it.
    /// - Throws: ``MLSError/misuse(_:)`` when key or nonce have a wrong length.
    func seal(key: Secret, nonce: [UInt8], aad: [UInt8], plaintext: [UInt8]) throws(MLSError) -> [UInt8] {
        guard key.count == keyLength, nonce.count == nonceLength else { throw .misuse(.argument) }
        do { return try cipher.seal(plaintext, key: key, nonce: nonce, aad: aad) } catch { throw .misuse(.argument) }
    }

    /// Decrypts what ``seal(key:nonce:aad:plaintext:)`` gave.
    ///
    /// - Throws: ``MLSError/violates(_:)`` with ``Rule/decryptionFailed`` when anything does not fit.
    func open(key: Secret, nonce: [UInt8], aad: [UInt8], ciphertext: [UInt8]) throws(MLSError) -> [UInt8] {
        guard key.count == keyLength, nonce.count == nonceLength, ciphertext.count >= tagLength else {
            throw .violates(.decryptionFailed)
        }
        do { return try cipher.open(ciphertext, key: key, nonce: nonce, aad: aad) } catch {
            throw .violates(.decryptionFailed)
        }
    }
}

// MARK: - Public key encryption

extension SuiteOperations {
    /// A fresh HPKE key pair.
    func generateKeyPair() -> HPKEPrivateKey {
        while true {
            // A random scalar misses the range of a NIST curve with a probability below 2^-32.
            if let key = HPKEPrivateKey(randomPrivateKey(), curve: curve) { return key }
        }
    }

    /// `DeriveKeyPair` of RFC 9180 §7.1.3, which swift-crypto lacks.
    ///
    /// - Throws: ``MLSError/violates(_:)`` in the case that no candidate is a key, which nobody will ever see.
    func deriveKeyPair(_ inputKeyMaterial: Secret) throws(MLSError) -> HPKEPrivateKey {
        let kem = LabelledHKDF(hash: hashFunction, suiteID: [UInt8]("KEM".utf8) + curve.kemID.encoding)
        let root = kem.extract(salt: Secret([]), label: "dkp_prk", inputKeyMaterial: inputKeyMaterial)
        let length = curve.privateKeyLength
        if curve == .x25519 {
            let raw = kem.expand(root, label: "sk", info: [], length: length)
            guard let key = HPKEPrivateKey(raw, curve: curve) else { throw .misuse(.argument) }
            return key
        }
        for counter in UInt8.min...UInt8.max {
            let candidate = kem.expand(root, label: "candidate", info: [counter], length: length)
            if let key = HPKEPrivateKey(masked(candidate), curve: curve) { return key }
        }
        throw .misuse(.argument)
    }

    /// Reads a private key in the form of RFC 9180 §7.1.2.
    ///
    /// - Throws: ``MLSError/misuse(_:)`` when it is none of this suite.
    func privateKey(_ raw: Secret) throws(MLSError) -> HPKEPrivateKey {
        guard let key = HPKEPrivateKey(raw, curve: curve) else { throw .misuse(.argument) }
        return key
    }

    /// A scalar of a NIST curve in its full length; other lengths than shorter ones stay for others to refuse.
    func withLeadingZeros(_ scalar: Secret) -> Secret {
        guard curve != .x25519, scalar.count > 0, scalar.count < curve.privateKeyLength else { return scalar }
        var bytes = [UInt8](repeating: 0, count: curve.privateKeyLength - scalar.count) + scalar.reveal()
        return Secret(wiping: &bytes)
    }

    /// Refuses what is no HPKE public key of the suite (§5.1.1), and X25519 points of low order.
    ///
    /// swift-crypto accepts the latter on purpose; RFC 9180 §7.1.4 wants the all-zero shared secret they lead to refused.
    func checkPublicKey(_ key: [UInt8]) throws(MLSError) {
        guard hybrid.isWellFormed(key) else { throw .violates(.publicKeyInvalid) }
        try refuseLowOrder(key)
    }

    private func refuseLowOrder(_ key: [UInt8]) throws(MLSError) {
        try hybrid.refuseLowOrder(key)
    }

    /// `EncryptWithLabel` (§5.1.3).
    func encryptWithLabel(
        publicKey: [UInt8], label: String, context: [UInt8], plaintext: Secret
    ) throws(MLSError) -> (kemOutput: [UInt8], ciphertext: [UInt8]) {
        try labelledSealer(label: label, context: context).seal(plaintext, to: publicKey)
    }

    /// `EncryptWithLabel` (§5.1.3) to many recipients with one context.
    func labelledSealer(label: String, context: [UInt8]) -> HPKESealer {
        HPKESealer(hybrid: hybrid, cipher: cipher, hash: hashFunction, info: Self.labelled(label, context))
    }

    /// `DecryptWithLabel` (§5.1.3).
    func decryptWithLabel(
        privateKey: HPKEPrivateKey, label: String, context: [UInt8], kemOutput: [UInt8], ciphertext: [UInt8]
    ) throws(MLSError) -> Secret {
        try refuseLowOrder(kemOutput)
        do {
            let info = Self.labelled(label, context)
            return try hybrid.open(ciphertext, from: kemOutput, with: privateKey, info: info)
        } catch {
            throw .violates(.decryptionFailed)
        }
    }

    private static let externalInitLabel = [UInt8]("MLS 1.0 external init secret".utf8)

    /// The joiner's side of external initialization (§8.3).
    func sendExternalInit(
        to externalPublicKey: [UInt8]
    ) throws(MLSError) -> (kemOutput: [UInt8], initSecret: Secret) {
        try refuseLowOrder(externalPublicKey)
        do {
            let sent = try hybrid.sendExport(
                to: externalPublicKey, context: Self.externalInitLabel, count: hashLength)
            return (sent.output, sent.secret)
        } catch {
            throw .violates(.publicKeyInvalid)
        }
    }

    /// The members' side of external initialization (§8.3).
    func receiveExternalInit(
        _ kemOutput: [UInt8], externalPrivateKey: HPKEPrivateKey
    ) throws(MLSError) -> Secret {
        try refuseLowOrder(kemOutput)
        do {
            return try hybrid.receiveExport(
                from: kemOutput, with: externalPrivateKey, context: Self.externalInitLabel, count: hashLength)
        } catch {
            throw .violates(.decryptionFailed)
        }
    }

    private func randomPrivateKey() -> Secret {
        masked(Secret.random(curve.privateKeyLength))
    }

    /// Clears the bits above the order of P-521 (RFC 9180 §7.1.3: bitmask 0x01); other curves use every bit.
    private func masked(_ scalar: Secret) -> Secret {
        guard curve == .p521 else { return scalar }
        var bytes = scalar.reveal()
        bytes[0] &= 0x01
        return Secret(wiping: &bytes)
    }
}

// MARK: - Signatures

extension SuiteOperations {
    func generateSignatureKey() -> SignaturePrivateKey {
        while true {
            if let key = SignaturePrivateKey(randomPrivateKey(), curve: curve) { return key }
        }
    }

    /// Reads a seed (Ed25519) or a big-endian scalar (ECDSA).
    ///
    /// - Throws: ``MLSError/misuse(_:)`` when it is none of this suite.
    func signatureKey(_ raw: Secret) throws(MLSError) -> SignaturePrivateKey {
        guard let key = SignaturePrivateKey(raw, curve: curve) else { throw .misuse(.argument) }
        return key
    }

    /// Refuses what is no signature public key of the suite (§5.1.1).
    func checkSignatureKey(_ publicKey: [UInt8]) throws(MLSError) {
        guard SignatureScheme.isWellFormed(publicKey, curve: curve) else { throw .violates(.publicKeyInvalid) }
    }

    /// `SignWithLabel` (§5.1.2); `label` is without the "MLS 1.0 " that is put before it.
    func signWithLabel(
        _ key: SignaturePrivateKey, label: String, content: [UInt8]
    ) throws(MLSError) -> [UInt8] {
        do { return try key.signature(for: Self.labelled(label, content)) } catch { throw .misuse(.argument) }
    }

    /// `VerifyWithLabel` (§5.1.2). A key or a signature that does not parse counts as one that does not hold.
    func verifyWithLabel(_ publicKey: [UInt8], label: String, content: [UInt8], signature: [UInt8]) -> Bool {
        let message = Self.labelled(label, content)
        // Whether it cannot be read or does not fit is all the same: nothing was signed.
        return (try? SignatureScheme.verify(signature, of: message, by: publicKey, curve: curve)) ?? false
    }
}
