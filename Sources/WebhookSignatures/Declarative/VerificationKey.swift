import Crypto
import HubCore

/// One secret, parsed and ready to check signatures.
struct VerificationKey: Sendable {
    private enum Material: Sendable {
        case hmac(AuthenticationKey)
        case digest
        case ed25519(Curve25519.Signing.PublicKey)
    }

    /// The position of the secret.
    let index: Int
    /// The key's bytes, for templates that contain them.
    let bytes: [UInt8]
    /// What stands before signatures made with it.
    let prefix: String
    private let material: Material

    init(_ secret: String, index: Int, of description: SignatureDescription) throws(SchemeError) {
        guard !secret.isEmpty else { throw .emptySecret(index: index) }
        self.index = index
        let malformed = SchemeError.malformedSecret(index: index, expected: description.keyForm)
        if let prefix = description.publicKeyPrefix, let key = StandardKey.publicKey(secret) {
            guard let bytes = key else { throw malformed }
            (self.bytes, self.prefix, material) = (bytes, prefix, try Self.ed25519(bytes, or: malformed))
            return
        }
        guard let bytes = Self.decode(secret, description.keyForm), !bytes.isEmpty else { throw malformed }
        (self.bytes, prefix) = (bytes, description.prefix)
        material =
            switch description.algorithm {
            case .hmacSHA256: Self.hmac(.sha256, bytes)
            case .hmacSHA384: Self.hmac(.sha384, bytes)
            case .hmacSHA512: Self.hmac(.sha512, bytes)
            case .hmacSHA1: Self.hmac(.sha1, bytes)
            case .hmacMD5: Self.hmac(.md5, bytes)
            case .sha256: .digest
            case .ed25519: try Self.ed25519(bytes, or: malformed)
            }
    }

    private static func hmac(_ function: MessageAuthentication, _ bytes: [UInt8]) -> Material {
        .hmac(function.key(SymmetricKey(data: bytes)))
    }

    private static func decode(_ secret: String, _ form: SecretForm) -> [UInt8]? {
        switch form {
        case .text: Array(secret.utf8)
        case .base64: Base64.decode(secret)
        case .hex: Hex.decode(secret)
        case .whsec: StandardKey.symmetric(secret)
        case .none, .userAndPassword: nil
        }
    }

    private static func ed25519(_ bytes: [UInt8], or error: SchemeError) throws(SchemeError) -> Material {
        do {
            return .ed25519(try Curve25519.Signing.PublicKey(rawRepresentation: bytes))
        } catch _ {
            throw error
        }
    }

    /// Whether one of the signatures is this key's for the message.
    func matches(anyOf signatures: [[UInt8]], over message: [[UInt8]]) -> Bool {
        let expected: [UInt8]
        switch material {
        case .ed25519(let key):
            let whole = Array(message.joined())
            return signatures.contains { key.isValidSignature($0, for: whole) }
        case .hmac(let key): expected = key.code(over: message)
        case .digest:
            var hash = SHA256()
            for piece in message { hash.update(data: piece) }
            expected = Array(hash.finalize())
        }
        return signatures.contains { equalInConstantTime($0, expected) }
    }
}
