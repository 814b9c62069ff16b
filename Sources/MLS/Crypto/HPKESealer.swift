/// `LabeledExtract` and `LabeledExpand` (RFC 9180 §4).
struct LabelledHKDF: Sendable {
    let hash: SuiteHash
    /// What the labels are bound to: the KEM alone, or the whole HPKE suite.
    let suiteID: [UInt8]

    private static let version = [UInt8]("HPKE-v1".utf8)

    func extract(salt: Secret, label: String, inputKeyMaterial: Secret) -> Secret {
        hash.extract(
            salt: salt, prefix: Self.version + suiteID + Array(label.utf8), inputKeyMaterial: inputKeyMaterial)
    }

    func extract(salt: Secret, label: String, inputKeyMaterial: [UInt8]) -> Secret {
        hash.extract(
            salt: salt, prefix: Self.version + suiteID + Array(label.utf8) + inputKeyMaterial,
            inputKeyMaterial: Secret([]))
    }

    func expand(_ secret: Secret, label: String, info: [UInt8], length: Int) -> Secret {
        let length16 = UInt16(truncatingIfNeeded: length)
        return hash.expand(
            secret, info: length16.encoding + Self.version + suiteID + Array(label.utf8) + info, length: length)
    }
}

/// The sending side of HPKE's base mode (RFC 9180 §5.1.1, §6.1) for one `info` and any number of recipients.
///
/// swift-crypto's sender hashes `info` anew for each recipient. The `info` of a Welcome holds the encrypted GroupInfo, and
/// with it the ratchet tree: hashing that once for each of N new members would cost N² time. Here it is hashed once. What
/// is sealed here is opened with swift-crypto.
struct HPKESealer: Sendable {
    private let hybrid: HybridEncryption
    private let cipher: ContentCipher
    private let kem: LabelledHKDF
    private let hpke: LabelledHKDF
    /// `key_schedule_context` of §5.1, which no recipient has a part in.
    private let context: [UInt8]

    init(hybrid: HybridEncryption, cipher: ContentCipher, hash: SuiteHash, info: [UInt8]) {
        self.hybrid = hybrid
        self.cipher = cipher
        let kemID = hybrid.curve.kemID.encoding
        kem = LabelledHKDF(hash: hash, suiteID: [UInt8]("KEM".utf8) + kemID)
        let suiteID = [UInt8]("HPKE".utf8) + kemID + hash.kdfID.encoding + cipher.aeadID.encoding
        hpke = LabelledHKDF(hash: hash, suiteID: suiteID)
        let none = Secret([])
        let pskIDHash = hpke.extract(salt: none, label: "psk_id_hash", inputKeyMaterial: none)
        let infoHash = hpke.extract(salt: none, label: "info_hash", inputKeyMaterial: info)
        // Mode 0 is base; neither of the two hashes is secret.
        context = [0] + pskIDHash.reveal() + infoHash.reveal()
    }

    /// Encrypts to one recipient with a fresh key.
    ///
    /// - Throws: ``Rule/publicKeyInvalid`` for what is no key of the suite, or one of low order.
    func seal(
        _ plaintext: Secret, to publicKey: [UInt8]
    ) throws(MLSError) -> (kemOutput: [UInt8], ciphertext: [UInt8]) {
        try hybrid.refuseLowOrder(publicKey)
        do {
            let encapsulated = try hybrid.encapsulate(to: publicKey)
            let key = contentKey(encapsulated.sharedPoint, encapsulated.output + publicKey)
            let ciphertext = try cipher.seal(plaintext, key: key.key, nonce: key.nonce)
            return (encapsulated.output, ciphertext)
        } catch {
            throw .violates(.publicKeyInvalid)
        }
    }

    /// Key and first nonce of the context (§4.1, §5.1).
    private func contentKey(_ sharedPoint: Secret, _ kemContext: [UInt8]) -> ContentKey {
        let none = Secret([])
        let extracted = kem.extract(salt: none, label: "eae_prk", inputKeyMaterial: sharedPoint)
        let shared = kem.expand(extracted, label: "shared_secret", info: kemContext, length: kem.hash.length)
        let secret = hpke.extract(salt: shared, label: "secret", inputKeyMaterial: none)
        return ContentKey(
            key: hpke.expand(secret, label: "key", info: context, length: cipher.keyLength),
            nonce: hpke.expand(secret, label: "base_nonce", info: context, length: 12).reveal())
    }
}
