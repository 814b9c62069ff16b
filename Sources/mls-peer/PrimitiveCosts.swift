import Crypto
import FoundationEssentials
import MLS

/// What one HPKE seal and one verification of a signature cost with swift-crypto alone, in microseconds.
struct PrimitiveCosts {
    let seal: Double
    let verify: Double

    private static let rounds = 200
    private static let message = Data(repeating: 0x61, count: 300)

    init(_ suite: CipherSuite) throws {
        let message = Self.message
        switch suite {
        case .p256AES128SHA256P256:
            let recipient = P256.KeyAgreement.PrivateKey().publicKey
            seal = try Self.seal(
                HPKE.Ciphersuite(kem: .P256_HKDF_SHA256, kdf: .HKDF_SHA256, aead: .AES_GCM_128), recipient)
            let signer = P256.Signing.PrivateKey()
            let signature = try signer.signature(for: message)
            verify = Bench.median(of: Self.rounds) {
                precondition(signer.publicKey.isValidSignature(signature, for: message), "a good signature is refused")
            }
        case .x25519AES128SHA256Ed25519:
            let recipient = Curve25519.KeyAgreement.PrivateKey().publicKey
            seal = try Self.seal(
                HPKE.Ciphersuite(kem: .Curve25519_HKDF_SHA256, kdf: .HKDF_SHA256, aead: .AES_GCM_128), recipient)
            let signer = Curve25519.Signing.PrivateKey()
            let signature = try signer.signature(for: message)
            verify = Bench.median(of: Self.rounds) {
                precondition(signer.publicKey.isValidSignature(signature, for: message), "a good signature is refused")
            }
        default: throw MLSError.unsupported(.cipherSuite)
        }
    }

    private static func seal(
        _ suite: HPKE.Ciphersuite, _ recipient: some HPKEDiffieHellmanPublicKey
    ) throws -> Double {
        let secret = Data(repeating: 7, count: 32)
        return try Bench.median(of: rounds) {
            var sender = try HPKE.Sender(recipientKey: recipient, ciphersuite: suite, info: message)
            _ = try sender.seal(secret)
        }
    }
}
