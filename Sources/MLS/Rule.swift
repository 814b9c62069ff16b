/// A rule of RFC 9420 that an input can break.
///
/// The raw value is stable; cases are appended, never renamed. Each has a negative test.
public enum Rule: String, Sendable, CaseIterable {
    // Cryptographic objects (§5)
    case publicKeyInvalid = "public-key-invalid"
    case signatureInvalid = "signature-invalid"
    case decryptionFailed = "decryption-failed"

    // Secret tree (§9)
    case secretTreeLeaf = "secret-tree-leaf"
    case generationConsumed = "generation-consumed"

    /// The section of RFC 9420 that states the rule.
    public var section: String {
        switch self {
        case .publicKeyInvalid: "5.1.1"
        case .signatureInvalid: "5.1.2"
        case .decryptionFailed: "5.1.3"
        case .secretTreeLeaf: "9"
        case .generationConsumed: "9.2"
        }
    }

    /// What must hold, in one sentence.
    public var sentence: String {
        switch self {
        case .publicKeyInvalid: "A public key is a valid point of its group and no low-order one."
        case .signatureInvalid: "A signature verifies under its key and label."
        case .decryptionFailed: "A ciphertext opens under its key."
        case .secretTreeLeaf: "A sender is a leaf of the secret tree."
        case .generationConsumed: "A key of a ratchet is used once, and deleted then."
        }
    }
}
