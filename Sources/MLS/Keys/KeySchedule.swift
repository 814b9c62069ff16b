/// A key and nonce for one use of the suite's AEAD.
struct ContentKey: Sendable {
    let key: Secret
    let nonce: [UInt8]
}

/// The secrets of one epoch that outlive their derivation (RFC 9420 §8).
///
/// The commit, joiner, PSK and epoch secrets exist only while the schedule is being computed; the encryption secret leaves
/// it through ``takeEncryptionSecret()``, as §9.2 demands.
struct KeySchedule: Sendable {
    let operations: SuiteOperations
    let senderDataSecret: Secret
    let exporterSecret: Secret
    let confirmationKey: Secret
    let membershipKey: Secret
    let resumptionPSK: Secret
    let epochAuthenticator: Secret
    /// Enters the key schedule of the next epoch.
    let initSecret: Secret
    /// The key pair that external commits encrypt to; its public half is `external_pub`.
    let externalKey: HPKEPrivateKey
    private var encryptionSecret: Secret?

    /// Derives the epoch's secrets from `joiner_secret` and `psk_secret`.
    ///
    /// - Parameter context: the encoded GroupContext of the epoch.
    init(joinerSecret: Secret, pskSecret: Secret, context: [UInt8], operations: SuiteOperations) throws(MLSError) {
        let member = operations.extract(salt: joinerSecret, inputKeyMaterial: pskSecret)
        let epoch = operations.expandWithLabel(
            member, label: "epoch", context: context, length: operations.hashLength)
        try self.init(epochSecret: epoch, operations: operations)
    }

    /// Derives the epoch's secrets from `epoch_secret`, which is random when a group is created (§11).
    init(epochSecret: Secret, operations: SuiteOperations) throws(MLSError) {
        self.operations = operations
        senderDataSecret = operations.deriveSecret(epochSecret, label: "sender data")
        encryptionSecret = operations.deriveSecret(epochSecret, label: "encryption")
        exporterSecret = operations.deriveSecret(epochSecret, label: "exporter")
        externalKey = try operations.deriveKeyPair(operations.deriveSecret(epochSecret, label: "external"))
        confirmationKey = operations.deriveSecret(epochSecret, label: "confirm")
        membershipKey = operations.deriveSecret(epochSecret, label: "membership")
        resumptionPSK = operations.deriveSecret(epochSecret, label: "resumption")
        epochAuthenticator = operations.deriveSecret(epochSecret, label: "authentication")
        initSecret = operations.deriveSecret(epochSecret, label: "init")
    }

    static func joinerSecret(
        initSecret: Secret, commitSecret: Secret, context: [UInt8], operations: SuiteOperations
    ) -> Secret {
        let extracted = operations.extract(salt: initSecret, inputKeyMaterial: commitSecret)
        return operations.expandWithLabel(
            extracted, label: "joiner", context: context, length: operations.hashLength)
    }

    static func welcomeSecret(joinerSecret: Secret, pskSecret: Secret, operations: SuiteOperations) -> Secret {
        operations.deriveSecret(
            operations.extract(salt: joinerSecret, inputKeyMaterial: pskSecret), label: "welcome")
    }

    /// Key and nonce of the encrypted GroupInfo in a Welcome (§12.4.3.1).
    static func welcomeKey(_ welcomeSecret: Secret, operations: SuiteOperations) -> ContentKey {
        operations.contentKey(welcomeSecret, context: [])
    }

    /// Hands out the encryption secret, from which the secret tree grows, and forgets it. The second time gives nil.
    mutating func takeEncryptionSecret() -> Secret? {
        defer { encryptionSecret = nil }
        return encryptionSecret
    }

    /// Whether the encryption secret is still here, against §9.2.
    var holdsEncryptionSecret: Bool { encryptionSecret != nil }

    /// `MLS-Exporter` (§8.5).
    ///
    /// - Throws: ``MLSError/exceeds(_:)`` when `length` is negative or more than HKDF can give.
    func export(label: String, context: [UInt8], length: Int) throws(MLSError) -> Secret {
        guard length >= 0, length <= operations.longestExpansion else { throw .exceeds(.exportBytes) }
        return operations.expandWithLabel(
            operations.deriveSecret(exporterSecret, label: label), label: "exported",
            context: operations.hash(context), length: length)
    }

    /// The confirmation tag of the commit that began this epoch (§6.1).
    func confirmationTag(_ confirmedTranscriptHash: [UInt8]) -> [UInt8] {
        operations.mac(confirmationKey, confirmedTranscriptHash)
    }

    /// Checks a confirmation tag in constant time (§6.1).
    func isValidConfirmationTag(_ tag: [UInt8], _ confirmedTranscriptHash: [UInt8]) -> Bool {
        operations.isValidMAC(tag, key: confirmationKey, message: confirmedTranscriptHash)
    }
}

// MARK: - Snapshot

extension KeySchedule: TLSEncodable {
    /// Writes all secrets in the open; the encryption secret must have been taken out before.
    package func encode(to writer: inout Writer) {
        precondition(encryptionSecret == nil, "the encryption secret belongs into the secret tree before it is stored")
        for secret in [
            senderDataSecret, exporterSecret, confirmationKey, membershipKey, resumptionPSK, epochAuthenticator,
            initSecret, externalKey.raw,
        ] { writer.write(secret) }
    }

    init(from reader: inout Reader, operations: SuiteOperations) throws(MLSError) {
        func secret(_ reader: inout Reader) throws(MLSError) -> Secret {
            let secret = try reader.read(Secret.self)
            guard secret.count == operations.hashLength else { throw .malformed(.snapshot) }
            return secret
        }
        self.operations = operations
        senderDataSecret = try secret(&reader)
        exporterSecret = try secret(&reader)
        confirmationKey = try secret(&reader)
        membershipKey = try secret(&reader)
        resumptionPSK = try secret(&reader)
        epochAuthenticator = try secret(&reader)
        initSecret = try secret(&reader)
        externalKey = try operations.privateKey(reader.read(Secret.self))
        encryptionSecret = nil
    }
}
