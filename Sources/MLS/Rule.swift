/// A rule of RFC 9420 that an input can break.
///
/// The raw value is stable; cases are appended, never renamed. Each has a negative test.
public enum Rule: String, Sendable, CaseIterable {
    // Cryptographic objects (§5)
    case publicKeyInvalid = "public-key-invalid"
    case signatureInvalid = "signature-invalid"
    case decryptionFailed = "decryption-failed"
    // Key packages (§10)
    case keyPackageVersion = "key-package-version"
    // Extensions (§13.4)
    case extensionTypesDistinct = "extension-types-distinct"

    /// The section of RFC 9420 that states the rule.
    public var section: String {
        switch self {
        case .publicKeyInvalid: "5.1.1"
        case .signatureInvalid: "5.1.2"
        case .decryptionFailed: "5.1.3"
        case .keyPackageVersion: "10"
        case .extensionTypesDistinct: "13.4"
        }
    }

    /// What must hold, in one sentence.
    public var sentence: String {
        switch self {
        case .publicKeyInvalid: "A public key is a valid point of its group and no low-order one."
        case .signatureInvalid: "A signature verifies under its key and label."
        case .decryptionFailed: "A ciphertext opens under its key."
        case .keyPackageVersion: "A key package's version is that of the message around it."
        case .extensionTypesDistinct: "No list of extensions has a type twice."
        }
    }
}
