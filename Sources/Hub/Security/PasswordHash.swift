import Crypto
import CryptoExtras
import Foundation
package import HubCore

/// Passwords, stored so that guessing them is slow: scrypt with N=2¹⁵, r=8, p=1 (32 MiB each).
package enum PasswordHash {
    /// In characters.
    package static let minimumLength = 10
    private static let rounds = 1 << 15

    /// Takes about 0.1 s of a core; not for a thread that others wait on.
    ///
    /// - Returns: `scrypt$<rounds>$<salt>$<hash>`, or nil when there is no memory for it.
    package static func make(_ password: Secret<String>) -> String? {
        let salt = Vault.randomBytes(16)
        guard let hash = derive(password, salt: salt, rounds: rounds) else { return nil }
        return "scrypt$\(rounds)$\(Base64.encode(salt))$\(Base64.encode(hash))"
    }

    package static func matches(_ password: Secret<String>, _ stored: String) -> Bool {
        let parts = stored.split(separator: "$")
        guard parts.count == 4, parts[0] == "scrypt", let rounds = Int(parts[1]), (2...(1 << 20)).contains(rounds),
            let salt = Base64.decode(parts[2]), let expected = Base64.decode(parts[3]),
            let hash = derive(password, salt: salt, rounds: rounds)
        else { return false }
        return isEqual(hash, expected)
    }

    private static func derive(_ password: Secret<String>, salt: [UInt8], rounds: Int) -> [UInt8]? {
        let key = try? KDF.Scrypt.deriveKey(
            from: Array(password.reveal().utf8), salt: salt, outputByteCount: 32, rounds: rounds, blockSize: 8,
            parallelism: 1, maxMemory: 256 << 20)
        return key?.withUnsafeBytes { Array($0) }
    }

    /// In time that depends on the length only.
    private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
