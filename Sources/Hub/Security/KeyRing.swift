import Crypto
import HubCore
import Synchronization

/// What one master key makes of a secret.
struct SealingKey: Sendable {
    /// The first bytes of everything that is sealed with it.
    let id: [UInt8]
    private let key: SymmetricKey

    static let idLength = 8

    /// - Parameter masterKey: 32 bytes.
    init(_ masterKey: Secret<[UInt8]>) throws(VaultError) {
        let bytes = masterKey.reveal()
        guard bytes.count == Vault.keyLength else { throw .malformedKey }
        let master = SymmetricKey(data: bytes)
        key = Self.derive("sealing", from: master)
        id = Self.derive("key-id", from: master, length: Self.idLength).withUnsafeBytes { Array($0) }
    }

    static func derive(_ purpose: String, from root: SymmetricKey, length: Int = 32) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: root, info: Array("martlet.\(purpose)".utf8), outputByteCount: length)
    }

    func seal(_ secret: Secret<String>, at place: String) throws(VaultError) -> [UInt8] {
        let additional = id + Array(place.utf8)
        guard let box = try? AES.GCM.seal(Array(secret.reveal().utf8), using: key, authenticating: additional),
            let combined = box.combined
        else { throw .damaged }
        return id + Array(combined)
    }

    func open(_ sealed: [UInt8], at place: String) throws(VaultError) -> Secret<String> {
        let additional = id + Array(place.utf8)
        // Which of the ways it failed in would only help a forger.
        guard let box = try? AES.GCM.SealedBox(combined: sealed.dropFirst(Self.idLength)),
            let bytes = try? AES.GCM.open(box, using: key, authenticating: additional)
        else { throw .damaged }
        return Secret(String(decoding: bytes, as: UTF8.self))
    }
}

/// The sealing key in use; looks for another when a record names one that another process has rotated to.
final class KeyRing: Sendable {
    private let newest: Mutex<SealingKey>
    private let reload: @Sendable () -> [Secret<[UInt8]>]

    init(_ key: SealingKey, _ reload: @escaping @Sendable () -> [Secret<[UInt8]>]) {
        newest = Mutex(key)
        self.reload = reload
    }

    var current: SealingKey { newest.withLock { $0 } }

    /// The key of this id; from then on it is the current one.
    func key(_ id: [UInt8]) -> SealingKey? {
        let current = current
        if current.id == id { return current }
        // A malformed key is none of those that are looked for.
        guard let found = reload().lazy.compactMap({ try? SealingKey($0) }).first(where: { $0.id == id }) else {
            return nil
        }
        newest.withLock { $0 = found }
        return found
    }

    func open(_ sealed: [UInt8], at place: String) throws(VaultError) -> Secret<String> {
        guard sealed.count > SealingKey.idLength else { throw .damaged }
        guard let key = key(Array(sealed.prefix(SealingKey.idLength))) else { throw .unknownKey }
        return try key.open(sealed, at: place)
    }
}
