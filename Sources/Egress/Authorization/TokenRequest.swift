import HubCore

/// What is asked of a token server, and what its answer is worth.
enum TokenRequest {
    static let timeout = Duration.seconds(10)
    static let answerLimit = 64 * 1024
    /// Of a token of which the server does not say how long it lives.
    static let standardLife = Duration.seconds(300)
    /// A server that says more is believed this much.
    static let longestLife = Duration.seconds(86400)

    struct Token: Sendable {
        let value: Secret<String>
        let life: Duration
    }

    static func request(for client: ClientCredentials) -> OutboundRequest {
        var headers: Fields = [
            "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json",
            "User-Agent": "Martlet-Webhooks/1",
        ]
        var form = [("grant_type", "client_credentials")]
        if let scope = client.scope { form.append(("scope", scope)) }
        if let audience = client.audience { form.append(("audience", audience)) }
        // The one place where the secret is sent.
        let secret = client.secret.reveal()
        switch client.style {
        case .body: form += [("client_id", client.id), ("client_secret", secret)]
        case .basic:
            let pair = "\(encoded(client.id)):\(encoded(secret))"
            headers.fields.append(.init(name: "Authorization", value: "Basic \(Base64.encode(Array(pair.utf8)))"))
        }
        let body = form.map { "\($0.0)=\(encoded($0.1))" }.joined(separator: "&")
        return OutboundRequest(
            method: "POST", url: client.tokenURL, headers: headers, body: Array(body.utf8), timeout: timeout,
            captureLimit: answerLimit)
    }

    /// RFC 6749 §5.1.
    ///
    /// - Throws: ``AttemptFailure/request`` whatever is wrong, so that nothing of the server's network shows;
    ///   ``AttemptFailure/cancelled``.
    static func token(in exchange: Exchange) throws(AttemptFailure) -> Token {
        if exchange.failure == .cancelled { throw .cancelled }
        guard exchange.failure == nil, let answer = exchange.answer, !answer.isCut,
            let json = try? JSON.parse(answer.body), let value = json["access_token"]?.string,
            RequestAuthorization.isToken(value),
            json["token_type"]?.string.map({ $0.equalsIgnoringASCIICase("bearer") }) ?? true
        else { throw .request }
        return Token(value: Secret(value), life: life(json["expires_in"]))
    }

    /// Some servers write the number as a text.
    private static func life(_ json: JSON?) -> Duration {
        guard let seconds = json?.int64 ?? json?.string.flatMap({ Int64($0) }) else { return standardLife }
        return .seconds(max(0, min(seconds, longestLife.components.seconds)))
    }

    /// `application/x-www-form-urlencoded`.
    static func encoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                bytes += Hex.encode([byte]).uppercased().utf8
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
