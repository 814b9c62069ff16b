import Crypto

/// The keyed hash functions of RFC 2104 that senders use.
enum MessageAuthentication: Sendable {
    case sha256, sha384, sha512
    /// Broken as a hash, not as an HMAC (RFC 6194 §3.3, RFC 6151 §2.3); some vendors know nothing else.
    case sha1, md5

    func key(_ key: SymmetricKey) -> AuthenticationKey {
        switch self {
        case .sha256: .sha256(HMAC(key: key))
        case .sha384: .sha384(HMAC(key: key))
        case .sha512: .sha512(HMAC(key: key))
        case .sha1: .sha1(HMAC(key: key))
        case .md5: .md5(HMAC(key: key))
        }
    }

    /// The code of a message given in pieces, so that a body need not be copied.
    func code(_ key: SymmetricKey, over message: [[UInt8]]) -> [UInt8] {
        self.key(key).code(over: message)
    }
}

/// A key that is mixed into its function already, for when it is used again: half the work for a short message.
enum AuthenticationKey: Sendable {
    case sha256(HMAC<SHA256>)
    case sha384(HMAC<SHA384>)
    case sha512(HMAC<SHA512>)
    case sha1(HMAC<Insecure.SHA1>)
    case md5(HMAC<Insecure.MD5>)

    /// The code of a message given in pieces.
    func code(over message: [[UInt8]]) -> [UInt8] {
        switch self {
        case .sha256(let begun): Self.code(begun, message)
        case .sha384(let begun): Self.code(begun, message)
        case .sha512(let begun): Self.code(begun, message)
        case .sha1(let begun): Self.code(begun, message)
        case .md5(let begun): Self.code(begun, message)
        }
    }

    private static func code<Hash: HashFunction>(_ begun: HMAC<Hash>, _ message: [[UInt8]]) -> [UInt8] {
        var code = begun
        for piece in message { code.update(data: piece) }
        return code.finalize().withUnsafeBytes { Array($0) }
    }
}
