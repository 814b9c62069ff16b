import Crypto
import HubCore

/// A key of Standard Webhooks that signs: shared (`whsec_`) or an Ed25519 pair (`whsk_`).
public struct SigningKey: Sendable {
    private enum Material: Sendable {
        case shared([UInt8])
        case pair(Curve25519.Signing.PrivateKey)
    }

    private let material: Material

    /// How many bytes a shared key may have to count as base64 rather than text.
    private static let sharedLengths = 24...64

    /// Reads a key as people keep it.
    ///
    /// `whsk_` and base64 of the 32-byte seed, alone or followed by the 32-byte public key: an Ed25519 key. Base64 of 24 to
    /// 64 bytes, after `whsec_` or without it: those bytes. Anything else: the text's own UTF-8 bytes, `whsec_` included;
    /// ``receiverText`` is then what the receiver must be given.
    ///
    /// - Throws: ``SchemeError/emptySecret(index:)``, or ``SchemeError/malformedSecret(index:expected:)`` for a `whsk_` key
    ///   that is none or whose halves do not belong together.
    public init(_ text: String) throws(SchemeError) {
        guard !text.isEmpty else { throw .emptySecret(index: 0) }
        if let encoded = text.dropping(prefix: StandardKey.privatePrefix) {
            let malformed = SchemeError.malformedSecret(index: 0, expected: .whsec)
            guard let bytes = Base64.decode(encoded), bytes.count == 32 || bytes.count == 64 else { throw malformed }
            material = .pair(try Self.pair(seed: Array(bytes.prefix(32))))
            guard bytes.count == 32 || Array(bytes.dropFirst(32)) == publicKey else { throw malformed }
        } else if let bytes = StandardKey.symmetric(text), Self.sharedLengths.contains(bytes.count) {
            material = .shared(bytes)
        } else {
            material = .shared(Array(text.utf8))
        }
    }

    /// A shared key of these bytes.
    public init(shared bytes: [UInt8]) throws(SchemeError) {
        guard !bytes.isEmpty else { throw .emptySecret(index: 0) }
        material = .shared(bytes)
    }

    /// An Ed25519 key.
    ///
    /// - Parameter seed: 32 bytes.
    /// - Throws: ``SchemeError/malformedSecret(index:expected:)`` for another number of bytes.
    public init(seed: [UInt8]) throws(SchemeError) {
        material = .pair(try Self.pair(seed: seed))
    }

    private static func pair(seed: [UInt8]) throws(SchemeError) -> Curve25519.Signing.PrivateKey {
        do {
            return try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        } catch _ {
            throw .malformedSecret(index: 0, expected: .whsec)
        }
    }

    /// The 32 bytes of the public key; nil for a shared key.
    public var publicKey: [UInt8]? {
        switch material {
        case .shared: nil
        case .pair(let key): Array(key.publicKey.rawRepresentation)
        }
    }

    /// What the receiver needs to verify: `whpk_…`, or `whsec_…`, which is a secret.
    public var receiverText: String {
        switch material {
        case .shared(let bytes): StandardKey.symmetricPrefix + Base64.encode(bytes)
        case .pair(let key): StandardKey.publicPrefix + Base64.encode(Array(key.publicKey.rawRepresentation))
        }
    }

    /// What the sender keeps: `whsec_…`, or `whsk_…` with seed and public key.
    public var secretText: String {
        switch material {
        case .shared: receiverText
        case .pair(let key):
            StandardKey.privatePrefix
                + Base64.encode(Array(key.rawRepresentation) + Array(key.publicKey.rawRepresentation))
        }
    }

    /// One entry of `webhook-signature`.
    func signature(over message: [[UInt8]]) throws(SigningError) -> String {
        switch material {
        case .shared(let bytes):
            let code = MessageAuthentication.sha256.code(SymmetricKey(data: bytes), over: message)
            return "v1," + Base64.encode(code)
        case .pair(let key):
            do {
                return "v1a," + Base64.encode(Array(try key.signature(for: Array(message.joined()))))
            } catch {
                throw .cryptography
            }
        }
    }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
    /// The public key, or nothing but the kind.
    public var description: String { publicKey == nil ? "SigningKey(shared)" : receiverText }

    /// Empty, so that `dump` shows no secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why nothing could be signed.
public enum SigningError: Error, Sendable, Equatable {
    /// The cryptographic library failed, which it does only when it lacks memory or randomness.
    case cryptography
}
