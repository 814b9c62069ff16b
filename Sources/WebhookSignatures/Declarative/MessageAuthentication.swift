package import Crypto
import FoundationEssentials

/// The keyed hash functions of RFC 2104 that senders use.
package enum MessageAuthentication: Sendable {
    case sha256, sha384, sha512
    /// Broken as a hash, not as an HMAC (RFC 6194 §3.3, RFC 6151 §2.3); some vendors know nothing else.
    case sha1, md5

    package func key(_ key: SymmetricKey) -> AuthenticationKey {
        switch self {
        case .sha256: .sha256(PreparedHMAC(key))
        case .sha384: .sha384(PreparedHMAC(key))
        case .sha512: .sha512(PreparedHMAC(key))
        case .sha1: .sha1(PreparedHMAC(key))
        case .md5: .md5(PreparedHMAC(key))
        }
    }

    /// The code of a message given in pieces, so that a body need not be copied.
    func code(_ key: SymmetricKey, over message: [[UInt8]]) -> [UInt8] {
        self.key(key).code(over: message)
    }
}

/// A key that is mixed into its function already, for when it is used again: half the work for a short message.
package enum AuthenticationKey: Sendable {
    case sha256(PreparedHMAC<SHA256>)
    case sha384(PreparedHMAC<SHA384>)
    case sha512(PreparedHMAC<SHA512>)
    case sha1(PreparedHMAC<Insecure.SHA1>)
    case md5(PreparedHMAC<Insecure.MD5>)

    /// The code of a message given in pieces.
    package func code(over message: [[UInt8]]) -> [UInt8] {
        switch self {
        case .sha256(let key): key.code(over: message)
        case .sha384(let key): key.code(over: message)
        case .sha512(let key): key.code(over: message)
        case .sha1(let key): key.code(over: message)
        case .md5(let key): key.code(over: message)
        }
    }
}

/// HMAC (RFC 2104 §2): the hash of the key and the hash of the key and the message, with the key in both already.
///
/// The hash functions are swift-crypto's. Its own `HMAC` takes messages through `DataProtocol` alone, which costs more
/// than the hashing where they are short; the functions take plain memory.
package struct PreparedHMAC<Function: HashFunction>: Sendable {
    private let inner: Function
    private let outer: Function

    package init(_ key: SymmetricKey) {
        // §2: a key that is longer than a block is hashed first; a shorter one is filled up with zeros.
        var block = key.withUnsafeBytes { Array($0) }
        if block.count > Function.blockByteCount { block = Array(Function.hash(data: block)) }
        block += Array(repeating: 0, count: Function.blockByteCount - block.count)
        inner = Self.begun(with: block.map { $0 ^ 0x36 })
        outer = Self.begun(with: block.map { $0 ^ 0x5C })
    }

    private static func begun(with block: [UInt8]) -> Function {
        var function = Function()
        block.withUnsafeBytes { function.update(bufferPointer: $0) }
        return function
    }

    func code(over message: [[UInt8]]) -> [UInt8] {
        var (inner, outer) = (inner, outer)
        for piece in message { piece.withUnsafeBytes { inner.update(bufferPointer: $0) } }
        inner.finalize().withUnsafeBytes { outer.update(bufferPointer: $0) }
        return outer.finalize().withUnsafeBytes { Array($0) }
    }
}
