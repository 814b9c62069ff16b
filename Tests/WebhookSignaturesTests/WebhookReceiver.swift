import Crypto
import Foundation

enum WebhookReceiver {
    /// - Parameter signatures: the header `X-Webhook-Signature`.
    static func verifyPlain(secret: String, signatures: String, body: Data) -> Bool {
        let key = SymmetricKey(data: Data(secret.utf8))
        return signatures.split(separator: ",").contains { one in
            let text = one.trimmingCharacters(in: .whitespaces)
            guard text.hasPrefix("sha256="), let code = bytes(hex: text.dropFirst(7)) else { return false }
            return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: body, using: key)
        }
    }

    /// - Parameters:
    ///   - secret: `whsec_…`.
    ///   - id, timestamp, signatures: the headers `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    static func verifyStandard(
        secret: String, id: String, timestamp: String, signatures: String, body: Data
    ) -> Bool {
        let encoded = secret.hasPrefix("whsec_") ? String(secret.dropFirst(6)) : secret
        guard let seconds = Int(timestamp), abs(Date().timeIntervalSince1970 - Double(seconds)) <= 300,
            let key = Data(base64Encoded: encoded)
        else { return false }
        let message = Data("\(id).\(timestamp).".utf8) + body
        return signatures.split(separator: " ").contains { one in
            guard one.hasPrefix("v1,"), let code = Data(base64Encoded: String(one.dropFirst(3))) else { return false }
            return HMAC<SHA256>.isValidAuthenticationCode(
                code, authenticating: message, using: SymmetricKey(data: key))
        }
    }

    private static func bytes(hex text: Substring) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == text.count, digits.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
