import HubCore

/// The key texts of Standard Webhooks 1.0.0.
enum StandardKey {
    static let symmetricPrefix = "whsec_"
    static let privatePrefix = "whsk_"
    static let publicPrefix = "whpk_"

    /// The bytes of a shared secret: base64 after an optional `whsec_`.
    static func symmetric(_ text: String) -> [UInt8]? {
        Base64.decode(text.dropping(prefix: symmetricPrefix) ?? text[...])
    }

    /// - Returns: nil when the text does not begin like a public key; an inner nil when the rest is not base64.
    static func publicKey(_ text: String) -> [UInt8]?? {
        text.dropping(prefix: publicPrefix).map { Base64.decode($0) }
    }
}
