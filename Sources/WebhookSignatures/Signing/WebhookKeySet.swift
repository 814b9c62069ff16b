import Crypto
package import HubCore

/// The public keys of Ed25519 pairs as receivers fetch them (RFC 7517, RFC 8037).
package enum WebhookKeySet {
    package static let contentType = "application/jwk-set+json"

    /// - Parameter publicKeys: 32 bytes each; one that comes twice stands there once.
    package static func json(_ publicKeys: [[UInt8]]) -> JSON {
        var seen: Set<[UInt8]> = []
        return ["keys": .array(publicKeys.filter { seen.insert($0).inserted }.map(key))]
    }

    private static func key(_ bytes: [UInt8]) -> JSON {
        [
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": .string(thumbprint(bytes)),
            "x": .string(Base64.encode(bytes, alphabet: .url)),
        ]
    }

    /// RFC 7638 §3 with the members that RFC 8037 §2 demands, in the order of their names.
    package static func thumbprint(_ publicKey: [UInt8]) -> String {
        let text = #"{"crv":"Ed25519","kty":"OKP","x":"\#(Base64.encode(publicKey, alphabet: .url))"}"#
        return Base64.encode(Array(SHA256.hash(data: Array(text.utf8))), alphabet: .url)
    }
}
