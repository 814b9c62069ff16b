import Crypto
import Foundation
package import HubCore
package import HubStorage
import WebhookSignatures

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
/// Every use has a key of its own (HKDF-SHA256). The sealing key comes from the master key and changes with it; the keys
/// of the hashes come from a random root that is stored sealed, so that tokens and bot keys outlive a rotation.
package struct Vault: Sendable {
    /// What a keyed hash is for; hashes of different purposes never meet.
    package enum Purpose: Int, Sendable, CaseIterable {
        case credential, idempotency, redaction, form
    }

    /// In bytes.
    package static let keyLength = 32

    private let ring: KeyRing
    /// With the key already mixed in, which is half the work for a short text.
    private let hashKeys: [AuthenticationKey]

    /// A vault of one master key for everything; ``open(masterKey:store:reload:)`` makes the one that lasts.
    ///
    /// - Parameter masterKey: 32 bytes.
    package init(masterKey: Secret<[UInt8]>) throws(VaultError) {
        self.init(ring: KeyRing(try SealingKey(masterKey)) { [] }, hashRoot: masterKey)
    }

    private init(ring: KeyRing, hashRoot: Secret<[UInt8]>) {
        self.ring = ring
        let root = SymmetricKey(data: hashRoot.reveal())
        hashKeys = Purpose.allCases.map {
            MessageAuthentication.sha256.key(SealingKey.derive("hash.\($0)", from: root))
        }
    }

    /// The vault of a store: makes the root of its hashes the first time, and refuses a store that is sealed with
    /// another master key.
    ///
    /// - Parameter reload: finds the master keys that there are now, for when another process has rotated them.
    /// - Throws: ``VaultError/unknownKey``, or ``StoreError``.
    package static func open(
        masterKey: Secret<[UInt8]>, store: any Store, reload: @escaping @Sendable () -> [Secret<[UInt8]>] = { [] }
    ) async throws -> Vault {
        let ring = KeyRing(try SealingKey(masterKey), reload)
        guard try await store.sealingKeyIDs().isSubset(of: [ring.current.id]) else { throw VaultError.unknownKey }
        let fresh = try ring.current.seal(Secret(Hex.encode(randomBytes(keyLength))), at: SealingPlace.hashRoot)
        let sealed = try await store.instanceSecret(at: SealingPlace.hashRoot, orStore: fresh)
        let root = try ring.open(sealed, at: SealingPlace.hashRoot)
        return Vault(ring: ring, hashRoot: try key(root.reveal()))
    }

    /// Takes up the master key that the store is sealed with now, after another process has rotated it.
    package func reload(from store: any Store) async {
        // What cannot be read now is noticed by the next call that needs it.
        for id in (try? await store.sealingKeyIDs()) ?? [] { _ = ring.key(id) }
    }

    /// Reads a key as people write it: 64 hexadecimal digits or base64, blanks at the ends ignored.
    package static func key(_ text: String) throws(VaultError) -> Secret<[UInt8]> {
        let text = text.trimmed()
        guard let bytes = Hex.decode(text) ?? Base64.decode(text), bytes.count == keyLength else {
            throw .malformedKey
        }
        return Secret(bytes)
    }

    /// SHA-256: tells things apart, and needs no key where nobody gains by guessing.
    static func digest(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

    package static func randomBytes(_ count: Int) -> [UInt8] {
        SymmetricKey(size: SymmetricKeySize(bitCount: count * 8)).withUnsafeBytes { Array($0) }
    }

    /// The id that records sealed by this vault name.
    package var sealingKeyID: [UInt8] { ring.current.id }

    /// - Parameter place: where it will lie, as ``SealingPlace`` writes it; needed again to open it.
    package func seal(_ secret: Secret<String>, at place: String) throws(VaultError) -> [UInt8] {
        try ring.current.seal(secret, at: place)
    }

    package func open(_ sealed: [UInt8], at place: String) throws(VaultError) -> Secret<String> {
        try ring.open(sealed, at: place)
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
            guard let value = Self.smallFile(path) else { throw .missingReference(name: path) }
            let text =
                value.hasSuffix("\r\n") ? value.dropLast() : value.hasSuffix("\n") ? value.dropLast() : value[...]
            guard !text.isEmpty else { throw .missingReference(name: path) }
            return Secret(String(text))
        }
    }

    /// - Parameter bytes: in parts, which are hashed as if they were one.
    /// - Returns: 32 bytes of HMAC-SHA256 under the purpose's key.
    package func hash(_ purpose: Purpose, _ bytes: [UInt8]...) -> [UInt8] {
        hashKeys[purpose.rawValue].code(over: bytes)
    }

    package func hash(_ purpose: Purpose, _ text: String) -> [UInt8] {
        hash(purpose, Array(text.utf8))
    }

    /// A plain file of at most 64 KiB: whoever may name a path must not be able to name an endless one.
    private static func smallFile(_ path: String) -> String? {
        let attributes = try? FileManager.default.attributesOfItem(  // Not there or not ours to read: no secret.
            atPath: URL(filePath: path).resolvingSymlinksInPath().path)
        guard let attributes, attributes[.type] as? FileAttributeType == .typeRegular,
            let size = attributes[.size] as? Int, size <= 64 << 10
        else { return nil }
        return try? String(contentsOfFile: path, encoding: .utf8)  // As above.
    }
}
