import Crypto
import Testing

@testable import WebhookSignatures

/// HMAC as RFC 2104 §2 has it is the library's, whatever the lengths and however the message is cut.
@Suite struct PreparedHMACTests {
    private static let keyLengths = [0, 1, 20, 32, 63, 64, 65, 127, 128, 129, 200]
    private static let messages: [[[UInt8]]] = [
        [], [[]], [bytes(1)], [bytes(55)], [bytes(56)], [bytes(64)], [bytes(16), bytes(1000)],
        [[], bytes(3), [], bytes(200), bytes(1)],
    ]

    private static func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ count) }
    }

    private func check<Function: HashFunction>(_ authentication: MessageAuthentication, _: Function.Type) {
        for length in Self.keyLengths {
            let key = SymmetricKey(data: Self.bytes(length))
            let prepared = authentication.key(key)
            for message in Self.messages {
                let expected = HMAC<Function>.authenticationCode(for: Array(message.joined()), using: key)
                // Twice: a code must leave the prepared key as it was.
                for _ in 0..<2 { #expect(prepared.code(over: message) == Array(expected), "\(length) \(message)") }
            }
        }
    }

    @Test func `codes are those of the library`() {
        check(.sha256, SHA256.self)
        check(.sha384, SHA384.self)
        check(.sha512, SHA512.self)
        check(.sha1, Insecure.SHA1.self)
        check(.md5, Insecure.MD5.self)
    }
}
