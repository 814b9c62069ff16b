import Crypto
package import HubCore

/// Makes the headers of outgoing webhooks; prepared once for an endpoint, used for each attempt.
package struct DeliverySigner: Sendable {
    /// HMAC keys over the secrets' texts, for the header that needs no library to check.
    private let bodyKeys: [SymmetricKey]
    private let standardKeys: [SigningKey]

    /// - Parameter secrets: as shown to people, the newest first; each signs. Those of an Ed25519 pair (`whsk_`) sign
    ///   `webhook-signature` only, since nobody but us holds them. Empty: nothing is signed.
    package init(secrets: [Secret<String>]) throws(SchemeError) {
        var (bodyKeys, standardKeys): ([SymmetricKey], [SigningKey]) = ([], [])
        for (index, secret) in secrets.enumerated() {
            let text = secret.reveal()
            do throws(SchemeError) {
                let key = try SigningKey(text)
                standardKeys.append(key)
                if key.publicKey == nil { bodyKeys.append(SymmetricKey(data: Array(text.utf8))) }
            } catch {
                switch error {
                case .emptySecret: throw .emptySecret(index: index)
                case .malformedSecret(_, let expected): throw .malformedSecret(index: index, expected: expected)
                default: throw error
                }
            }
        }
        (self.bodyKeys, self.standardKeys) = (bodyKeys, standardKeys)
    }

    /// The public halves of the Ed25519 pairs that sign, 32 bytes each.
    package var publicKeys: [[UInt8]] { standardKeys.compactMap(\.publicKey) }

    /// One attempt at one delivery.
    package struct Attempt: Sendable {
        package let eventID: String
        package let eventType: String
        /// The delivery's UUID, the same on each repetition.
        package let delivery: UUIDv7
        /// UNIX time of this attempt.
        package let timestampSeconds: Int64
        package let contentType: String

        package init(
            eventID: String, eventType: String, delivery: UUIDv7, timestampSeconds: Int64,
            contentType: String = "application/json"
        ) {
            self.eventID = eventID
            self.eventType = eventType
            self.delivery = delivery
            self.timestampSeconds = timestampSeconds
            self.contentType = contentType
        }
    }

    package static let userAgent = "Martlet-Webhooks/1"

    /// The headers to send with a body, the endpoint's own included.
    ///
    /// While several secrets are valid there is one `X-Webhook-Signature` for each, the newest first, so that a
    /// receiver which compares the first with its own secret's is right as soon as it has the new one.
    ///
    /// - Parameters:
    ///   - body: as it will be sent.
    ///   - custom: the endpoint's own, checked by ``HeaderRules/check(_:)``; a `Content-Type` or `User-Agent` among them
    ///     replaces ours.
    package func headers(for attempt: Attempt, body: [UInt8], custom: Fields = [:]) throws(SigningError) -> Fields {
        let time = String(attempt.timestampSeconds)
        var fields = Fields([
            ("Content-Type", attempt.contentType), ("User-Agent", Self.userAgent),
            ("X-Webhook-Event", attempt.eventType), ("X-Webhook-Delivery", attempt.delivery.uuidString),
        ])
        fields.fields.removeAll { field in custom.header(field.name) != nil }
        for key in bodyKeys {
            let code = "sha256=" + Hex.encode(MessageAuthentication.sha256.code(key, over: [body]))
            fields.fields.append(.init(name: "X-Webhook-Signature", value: code))
        }
        fields.fields.append(.init(name: "webhook-id", value: attempt.eventID))
        fields.fields.append(.init(name: "webhook-timestamp", value: time))
        if !standardKeys.isEmpty {
            let message = [Array("\(attempt.eventID).\(time).".utf8), body]
            var signatures: [String] = []
            for key in standardKeys { signatures.append(try key.signature(over: message)) }
            fields.fields.append(.init(name: "webhook-signature", value: signatures.joined(separator: " ")))
        }
        fields.fields += custom.fields
        return fields
    }
}
