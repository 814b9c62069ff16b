import Crypto
import HubCore

/// Twilio's signature over the URL and the form, or over a URL that carries the hash of the body.
///
/// https://www.twilio.com/docs/usage/security, and `request_validator.py` of twilio-python 9.13.
struct TwilioScheme: SignatureScheme {
    private let authTokens: [SymmetricKey]
    private let sharedKeys: [String: SymmetricKey]

    private static let signatureHeader = "X-Twilio-Signature"
    private static let settingsHeader = "X-Twilio-Webhooks-Signature-Settings"
    private static let idHeader = "I-Twilio-Idempotency-Token"
    private static let bodyHashParameter = "bodySHA256"

    init(settings: SchemeSettings) throws(SchemeError) {
        guard !settings.secrets.isEmpty || !settings.namedSecrets.isEmpty else { throw .missingSecret }
        if let empty = settings.secrets.firstIndex(of: "") { throw .emptySecret(index: empty) }
        if let empty = settings.namedSecrets.first(where: { $0.value.isEmpty }) {
            throw .invalidSetting(.namedSecrets, reason: "the secret \"\(empty.key)\" is empty")
        }
        authTokens = settings.secrets.map { SymmetricKey(data: Array($0.utf8)) }
        sharedKeys = settings.namedSecrets.mapValues { SymmetricKey(data: Array($0.utf8)) }
    }

    var sensitiveParts: SensitiveParts { SensitiveParts(headers: [Self.signatureHeader]) }

    func check(_ request: SignedRequest, nowSeconds: Int64) throws(Rejection) -> Evidence {
        guard let text = try request.singleHeader(Self.signatureHeader) else {
            throw .missingSignature(in: Self.signatureHeader)
        }
        guard let signature = Base64.decode(text), !signature.isEmpty else {
            throw .malformedSignature(in: Self.signatureHeader)
        }
        let choice = try keyChoice(for: request)
        let parameters = try signedParameters(of: request)
        let match = choice.keys.firstIndex { key in
            // Twilio's own signer is not consistent about the port, so its library accepts either form.
            Self.urls(request.url).contains { url in
                equalInConstantTime(choice.function.code(key, over: [Array(url.utf8), parameters]), signature)
            }
        }
        guard let match else { throw .signatureMismatch }
        return Evidence(
            idempotencyKey: try request.singleHeader(Self.idHeader), secretIndex: choice.isShared ? nil : match)
    }

    // MARK: Keys

    private struct KeyChoice {
        let keys: [SymmetricKey]
        let function: MessageAuthentication
        let isShared: Bool
    }

    /// The account's tokens with SHA-1, or the one shared key that the request names with the function it names.
    private func keyChoice(for request: SignedRequest) throws(Rejection) -> KeyChoice {
        guard let text = try request.singleHeader(Self.settingsHeader) else {
            return KeyChoice(keys: authTokens, function: .sha1, isShared: false)
        }
        var settings: [String: String] = [:]
        for pair in text.utf8.split(separator: UInt8(ascii: ",")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw .malformedSignature(in: Self.settingsHeader) }
            let name = String(Substring(parts[0]).trimmingBlanks)
            settings[name] = String(Substring(parts[1]).trimmingBlanks)
        }
        guard let name = settings["key"], let function = Self.functions[settings["algorithm"] ?? ""] else {
            throw .malformedSignature(in: Self.settingsHeader)
        }
        return KeyChoice(keys: sharedKeys[name].map { [$0] } ?? [], function: function, isShared: true)
    }

    private static let functions: [String: MessageAuthentication] = ["HMAC_SHA1": .sha1, "HMAC_SHA256": .sha256]

    // MARK: Message

    /// What follows the URL: nothing when the URL vouches for the body, otherwise the sorted form.
    private func signedParameters(of request: SignedRequest) throws(Rejection) -> [UInt8] {
        var values = RequestValues(request)
        let contentType = HeaderValue(request.header("Content-Type") ?? "").value
        if request.body.isEmpty || contentType == "application/x-www-form-urlencoded" {
            return values.formFields().sortedConcatenation
        }
        let hash = FormDecoder.fields(URLText(request.url).query ?? "")[Self.bodyHashParameter]
        let expected = Hex.encode(SHA256.hash(data: request.body))
        guard let hash, equalInConstantTime(Array(hash.utf8), Array(expected.utf8)) else { throw .bodyHashMismatch }
        return []
    }

    /// The URL with its port, the scheme's own if there is none, and without.
    private static func urls(_ url: String) -> [String] {
        guard let (scheme, authority) = URLText(url).origin else { return [url] }
        let rest = url[authority.endIndex...]
        let hostStart = authority.lastIndex(of: "@").map { authority.index(after: $0) } ?? authority.startIndex
        let host = authority[hostStart...]
        // A colon inside brackets belongs to an IPv6 address.
        let colon = host.lastIndex(of: ":").flatMap { host[$0...].contains("]") ? nil : $0 }
        let bare = "\(scheme)://\(authority[..<(colon ?? authority.endIndex)])\(rest)"
        if colon != nil { return [url, bare] }
        let port = scheme.equalsIgnoringASCIICase("http") ? 80 : 443
        return [url, "\(scheme)://\(authority):\(port)\(rest)"]
    }
}
