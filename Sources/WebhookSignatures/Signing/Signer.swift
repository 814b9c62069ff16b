import Crypto
import HubCore

/// Makes the headers that a receiver verifies.
///
///     let signer = try Signer.standard(keys: [SigningKey(newest), SigningKey(previous)])
///     for (name, value) in try signer.headers(id: "msg_1", timestampSeconds: now, body: body) { … }
public struct Signer: Sendable {
    private enum Method: Sendable {
        case signed(SymmetricKey, prefix: String, isStrict: Bool)
        case standard([SigningKey])
        case body(SymmetricKey, header: String)
    }

    private let method: Method

    private init(_ method: Method) {
        self.method = method
    }

    /// Signs as the scheme `signed` verifies: the body alone.
    public static func signed(secret: String, headerPrefix: String = "X-IW") throws(SchemeError) -> Signer {
        Signer(.signed(try key(secret), prefix: headerPrefix, isStrict: false))
    }

    /// Signs as the scheme `signed-strict` verifies: timestamp, idempotency key and body.
    public static func signedStrict(secret: String, headerPrefix: String = "X-IW") throws(SchemeError) -> Signer {
        Signer(.signed(try key(secret), prefix: headerPrefix, isStrict: true))
    }

    /// Signs as Standard Webhooks 1.0.0 says, with every key: `v1` with shared ones, `v1a` with Ed25519 ones.
    ///
    /// - Parameter keys: the newest first; while rotating, the previous ones too.
    /// - Returns: a signer of the three `webhook-` headers.
    /// - Throws: ``SchemeError/missingSecret`` when there is no key.
    public static func standard(keys: [SigningKey]) throws(SchemeError) -> Signer {
        guard !keys.isEmpty else { throw .missingSecret }
        return Signer(.standard(keys))
    }

    /// One header with `sha256=` and the HMAC-SHA256 of the body in hex, keyed with the secret's text.
    public static func body(secret: String, header: String) throws(SchemeError) -> Signer {
        Signer(.body(try key(secret), header: header))
    }

    private static func key(_ secret: String) throws(SchemeError) -> SymmetricKey {
        guard !secret.isEmpty else { throw .emptySecret(index: 0) }
        return SymmetricKey(data: Array(secret.utf8))
    }

    /// The headers to send with the body.
    ///
    /// - Parameters:
    ///   - id: the same again on each repeat of a delivery; without a full stop, which separates what is signed.
    ///   - timestampSeconds: UNIX time of this attempt.
    ///   - body: as it will be sent.
    /// - Returns: names and values.
    /// - Throws: ``SigningError/cryptography``.
    public func headers(
        id: String, timestampSeconds: Int64, body: [UInt8]
    ) throws(SigningError) -> [(name: String, value: String)] {
        let time = String(timestampSeconds)
        switch method {
        case .body(let key, let header):
            return [(header, Self.hexCode(key, [body]))]
        case .signed(let key, let prefix, let isStrict):
            let message = isStrict ? [Array("\(time).\(id).".utf8), body] : [body]
            return [
                ("\(prefix)-Signature", Self.hexCode(key, message)),
                ("\(prefix)-Timestamp", time),
                ("\(prefix)-Idempotency-Key", id),
            ]
        case .standard(let keys):
            let message = [Array("\(id).\(time).".utf8), body]
            let signatures = try keys.map { key throws(SigningError) in try key.signature(over: message) }
            return [
                ("webhook-id", id),
                ("webhook-timestamp", time),
                ("webhook-signature", signatures.joined(separator: " ")),
            ]
        }
    }

    private static func hexCode(_ key: SymmetricKey, _ message: [[UInt8]]) -> String {
        "sha256=" + Hex.encode(MessageAuthentication.sha256.code(key, over: message))
    }
}
