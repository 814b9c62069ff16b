// What an epoch is computed from besides its key schedule: PSKs and transcript hashes; and the keys of sender data.
extension SuiteOperations {
    /// Key and nonce of the same secret and context, as a Welcome and sender data have them (§12.4.3.1, §6.3.2).
    func contentKey(_ secret: Secret, context: [UInt8]) -> ContentKey {
        ContentKey(
            key: expandWithLabel(secret, label: "key", context: context, length: keyLength),
            nonce: expandWithLabel(secret, label: "nonce", context: context, length: nonceLength).reveal())
    }

    /// Key and nonce that protect the sender data of a PrivateMessage with the given ciphertext (§6.3.2).
    func senderDataKey(_ senderDataSecret: Secret, ciphertext: [UInt8]) -> ContentKey {
        contentKey(senderDataSecret, context: Array(ciphertext.prefix(hashLength)))
    }

    /// `psk_secret` (§8.4).
    ///
    /// - Parameter psks: in the order of the commit or of the GroupSecrets; `id` is the encoded PreSharedKeyID. The
    ///   count is a uint16 in the label, so callers bound it.
    func pskSecret(_ psks: [(id: [UInt8], psk: Secret)]) -> Secret {
        precondition(psks.count <= Int(UInt16.max), "more PSKs than the label can count")
        let zero = Secret.zeros(hashLength)
        var secret = zero
        for (index, entry) in psks.enumerated() {
            var label = Writer(capacity: entry.id.count + 4)
            label.write(raw: entry.id)
            label.write(UInt16(index))
            label.write(UInt16(psks.count))
            let extracted = extract(salt: zero, inputKeyMaterial: entry.psk)
            let input = expandWithLabel(extracted, label: "derived psk", context: label.bytes, length: hashLength)
            secret = extract(salt: input, inputKeyMaterial: secret)
        }
        return secret
    }

    /// `confirmed_transcript_hash` (§8.2).
    ///
    /// - Parameters:
    ///   - interim: the interim transcript hash of the epoch before.
    ///   - input: the encoded ConfirmedTranscriptHashInput of the commit.
    func confirmedTranscriptHash(interim: [UInt8], input: [UInt8]) -> [UInt8] {
        hash(interim + input)
    }

    /// `interim_transcript_hash` (§8.2).
    func interimTranscriptHash(confirmed: [UInt8], confirmationTag: [UInt8]) -> [UInt8] {
        var writer = Writer(capacity: confirmed.count + confirmationTag.count + 1)
        writer.write(raw: confirmed)
        writer.write(vector: confirmationTag)
        return hash(writer.bytes)
    }
}
