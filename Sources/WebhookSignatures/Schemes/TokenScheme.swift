import Crypto
import HubCore

/// Secrets that the sender shows as they are.
struct TokenList: Sendable {
    private let digests: [[UInt8]]

    init(_ secrets: [String]) throws(SchemeError) {
        guard !secrets.isEmpty else { throw .missingSecret }
        if let empty = secrets.firstIndex(of: "") { throw .emptySecret(index: empty) }
        digests = secrets.map { Self.digest($0) }
    }

    /// The position of the secret; digests are compared, so that the time does not tell the secret's length either.
    func position(of token: String) throws(Rejection) -> Int {
        let digest = Self.digest(token)
        guard let position = digests.firstIndex(where: { equalInConstantTime($0, digest) }) else {
            throw .signatureMismatch
        }
        return position
    }

    private static func digest(_ text: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(text.utf8)))
    }
}

/// A shared secret in the clear, somewhere in the request.
struct TokenScheme: SignatureScheme {
    enum Place: Sendable {
        /// The whole value of a header.
        case header(String)
        /// `Authorization: Bearer …` (RFC 6750 §2.1).
        case bearer
        /// `Authorization: Basic …` (RFC 7617); the secret is `user:password`.
        case basic
        case queryParameter(String)
        case lastPathPart
    }

    let place: Place
    /// Headers in which the sender repeats its id for the delivery; nothing proves it.
    let idHeaders: [String]
    private let tokens: TokenList

    init(_ place: Place, idHeaders: [String] = [], settings: SchemeSettings) throws(SchemeError) {
        (self.place, self.idHeaders) = (place, idHeaders)
        tokens = try TokenList(settings.secrets)
        if case .basic = place, let index = settings.secrets.firstIndex(where: { !$0.contains(":") }) {
            throw .malformedSecret(index: index, expected: .userAndPassword)
        }
    }

    var sensitiveParts: SensitiveParts {
        switch place {
        case .header(let name): SensitiveParts(headers: [name])
        case .bearer, .basic: SensitiveParts(headers: ["Authorization"])
        case .queryParameter(let name): SensitiveParts(queryParameters: [name])
        case .lastPathPart: SensitiveParts(isLastPathPartSensitive: true)
        }
    }

    func check(_ request: SignedRequest, nowSeconds: Int64) throws(Rejection) -> Evidence {
        let secretIndex = try tokens.position(of: try token(in: request))
        for name in idHeaders {
            if let id = try request.singleHeader(name), !id.isEmpty {
                return Evidence(idempotencyKey: id, secretIndex: secretIndex)
            }
        }
        return Evidence(secretIndex: secretIndex)
    }

    private func token(in request: SignedRequest) throws(Rejection) -> String {
        switch place {
        case .header(let name):
            guard let token = try request.singleHeader(name) else { throw .missingSignature(in: name) }
            return token
        case .bearer:
            return try credentials(of: "Bearer", in: request)
        case .basic:
            guard let bytes = Base64.decode(try credentials(of: "Basic", in: request)),
                let token = String(validating: bytes, as: UTF8.self)
            else { throw .malformedSignature(in: "Authorization") }
            return token
        case .queryParameter(let name):
            let values = FormDecoder.fields(URLText(request.url).query ?? "").all(name)
            guard values.count < 2 else { throw .malformedSignature(in: name) }
            guard let token = values.first else { throw .missingSignature(in: name) }
            return token
        case .lastPathPart:
            guard let part = URLText(request.url).path.utf8.split(separator: UInt8(ascii: "/")).last else {
                throw .missingSignature(in: "path")
            }
            return FormDecoder.percentDecode(part, plusIsBlank: false)
        }
    }

    private func credentials(of scheme: String, in request: SignedRequest) throws(Rejection) -> String {
        guard let value = try request.singleHeader("Authorization") else {
            throw .missingSignature(in: "Authorization")
        }
        let parts = value.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, Substring(parts[0]).equalsIgnoringASCIICase(scheme) else {
            throw .malformedSignature(in: "Authorization")
        }
        return String(Substring(parts[1]))
    }
}

/// Accepts every request; where an allow-list is set, the verifier has judged the address already.
struct OpenScheme: SignatureScheme {
    var sensitiveParts: SensitiveParts { SensitiveParts() }

    func check(_ request: SignedRequest, nowSeconds: Int64) throws(Rejection) -> Evidence { Evidence() }
}
