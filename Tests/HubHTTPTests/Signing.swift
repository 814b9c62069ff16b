import Crypto
import HTTPTypes
import HubCore

typealias HTTPMethod = HTTPRequest.Method

enum Signing {
    /// As a sender of scheme `signed` computes it.
    static func sha256(_ body: [UInt8], _ secret: String) -> String {
        Hex.encode(HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array(secret.utf8))))
    }
}
