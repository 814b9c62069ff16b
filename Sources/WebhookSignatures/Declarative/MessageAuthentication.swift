import Crypto

/// The keyed hash functions of RFC 2104 that senders use.
enum MessageAuthentication: Sendable {
    case sha256, sha384, sha512
    /// Broken as a hash, not as an HMAC (RFC 6194 §3.3, RFC 6151 §2.3); some vendors know nothing else.
    case sha1, md5

    /// The code of a message given in pieces, so that a body need not be copied.
    func code(_ key: SymmetricKey, over message: [[UInt8]]) -> [UInt8] {
        switch self {
        case .sha256: Self.code(SHA256.self, key, message)
        case .sha384: Self.code(SHA384.self, key, message)
        case .sha512: Self.code(SHA512.self, key, message)
        case .sha1: Self.code(Insecure.SHA1.self, key, message)
        case .md5: Self.code(Insecure.MD5.self, key, message)
        }
    }

    private static func code<Hash: HashFunction>(_: Hash.Type, _ key: SymmetricKey, _ message: [[UInt8]]) -> [UInt8] {
        var code = HMAC<Hash>(key: key)
        for piece in message { code.update(data: piece) }
        return Array(code.finalize())
    }
}
