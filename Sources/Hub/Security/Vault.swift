import Crypto
import Foundation
package import HubCore

/// Why a secret could not be sealed or opened.
package enum VaultError: Error, Equatable, Sendable {
    /// The key is not 32 bytes, in hexadecimal or base64.
    case malformedKey
    /// Sealed under a key that this process does not have.
    case unknownKey
    /// Changed since it was sealed, or moved from another place.
    case damaged
    /// An environment variable or file that a secret refers to is not there or empty.
    case missingReference(name: String)

    /// Stable. Append, never rename.
    package var code: String {
        switch self {
        case .malformedKey: "vault.malformed-key"
        case .unknownKey: "vault.unknown-key"
        case .damaged: "vault.damaged"
        case .missingReference: "vault.missing-reference"
        }
    }
}

/// Seals secrets at rest and makes the keyed hashes by which credentials are found.
///
/// Every use has a key of its own, derived from the master key (HKDF-SHA256).
package struct Vault: Sendable {
    /// What a keyed hash is for; hashes of different purposes never meet.
    package enum Purpose: Int, Sendable, CaseIterable {
        case credential, idempotency, redaction
    }

    /// In bytes.
    package static let keyLength = 32
    private static let keyIDLength = 8

    private let sealingKey: SymmetricKey
    private let keyID: [UInt8]
    /// With the key already mixed in, which is half the work for a short text.
    private let hashers: [HMAC<SHA256>]

    /// - Parameter masterKey: 32 bytes.
    package init(masterKey: Secret<[UInt8]>) throws(VaultError) {
        let bytes = masterKey.reveal()
        guard bytes.count == Self.keyLength else { throw .malformedKey }
        let master = SymmetricKey(data: bytes)
        func derive(_ purpose: String, _ length: Int = 32) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: master, info: Array("martlet.\(purpose)".utf8), outputByteCount: length)
        }
        sealingKey = derive("sealing")
        keyID = derive("key-id", Self.keyIDLength).withUnsafeBytes { Array($0) }
        hashers = Purpose.allCases.map { HMAC<SHA256>(key: derive("hash.\($0)")) }
    }

    /// Reads a key as people write it: 64 hexadecimal digits or base64, blanks at the ends ignored.
    package static func key(_ text: String) throws(VaultError) -> Secret<[UInt8]> {
        let text = text.trimmed()
        guard let bytes = Hex.decode(text) ?? Base64.decode(text), bytes.count == keyLength else {
            throw .malformedKey
        }
        return Secret(bytes)
    }

    package static func randomBytes(_ count: Int) -> [UInt8] {
        SymmetricKey(size: SymmetricKeySize(bitCount: count * 8)).withUnsafeBytes { Array($0) }
    }

    /// The id that records sealed by this vault name.
    package var sealingKeyID: [UInt8] { keyID }

    /// - Parameter place: where it will lie, as ``SealingPlace`` writes it; needed again to open it.
    package func seal(_ secret: Secret<String>, at place: String) throws(VaultError) -> [UInt8] {
        let additional = keyID + Array(place.utf8)
        guard
            let box = try? AES.GCM.seal(Array(secret.reveal().utf8), using: sealingKey, authenticating: additional),
            let combined = box.combined
        else { throw .damaged }
        return keyID + Array(combined)
    }

    package func open(_ sealed: [UInt8], at place: String) throws(VaultError) -> Secret<String> {
        guard sealed.count > Self.keyIDLength else { throw .damaged }
        guard Array(sealed.prefix(Self.keyIDLength)) == keyID else { throw .unknownKey }
        let additional = keyID + Array(place.utf8)
        // Which of the ways it failed in would only help a forger.
        guard let box = try? AES.GCM.SealedBox(combined: sealed.dropFirst(Self.keyIDLength)),
            let bytes = try? AES.GCM.open(box, using: sealingKey, authenticating: additional)
        else { throw .damaged }
        return Secret(String(decoding: bytes, as: UTF8.self))
    }

    /// Opens a sealed secret, or fetches it from where it refers to.
    package func open(_ secret: SealedSecret, at place: String) throws(VaultError) -> Secret<String> {
        switch secret {
        case .sealed(let bytes):
            return try open(bytes, at: place)
        case .environment(let name):
            guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
                throw .missingReference(name: name)
            }
            return Secret(value)
        case .file(let path):
            guard let value = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw .missingReference(name: path)
            }
            let text =
                value.hasSuffix("\r\n") ? value.dropLast() : value.hasSuffix("\n") ? value.dropLast() : value[...]
            guard !text.isEmpty else { throw .missingReference(name: path) }
            return Secret(String(text))
        }
    }

    /// - Returns: 32 bytes of HMAC-SHA256 under the purpose's key.
    package func hash(_ purpose: Purpose, _ bytes: [UInt8]) -> [UInt8] {
        var hasher = hashers[purpose.rawValue]
        hasher.update(data: bytes)
        return Array(hasher.finalize())
    }

    package func hash(_ purpose: Purpose, _ text: String) -> [UInt8] {
        hash(purpose, Array(text.utf8))
    }
}
