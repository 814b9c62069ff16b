import HubCore

/// One line of a batch, read but not judged.
struct BatchLine {
    /// The name in our table; a name we do not have is left as it is.
    let scheme: String
    let request: SignedRequest
    let nowSeconds: Int64

    private let writtenScheme: String
    private let config: JSON.Object

    init(_ line: JSON) throws(LineError) {
        guard let name = line["scheme"]?.string else { throw LineError(field: "scheme") }
        guard let now = line["now"]?.int64 else { throw LineError(field: "now") }
        guard let body = Base64.decode(line["body_base64"]?.string ?? "") else { throw LineError(field: "body_base64") }
        guard let method = line["method"]?.string else { throw LineError(field: "method") }
        guard let url = line["url"]?.string else { throw LineError(field: "url") }
        writtenScheme = name
        scheme = Self.aliases[name] ?? name
        nowSeconds = now
        config = line["config"]?.object ?? JSON.Object()
        request = SignedRequest(
            method: method, url: url, headers: try Self.headers(line["headers"]), body: body,
            remoteAddress: line["remote_address"]?.string)
    }

    private static func headers(_ value: JSON?) throws(LineError) -> [(String, String)] {
        guard let object = value?.object else { throw LineError(field: "headers") }
        var headers: [(String, String)] = []
        for member in object.members {
            for value in member.value.array ?? [member.value] {
                guard let text = value.string else { throw LineError(field: "headers") }
                headers.append((member.key, text))
            }
        }
        return headers
    }

    /// Other names for our schemes.
    private static let aliases = [
        "standard_webhooks": "standard", "standard_webhooks_v1a": "standard", "gitlab_token": "gitlab",
        "basic_auth": "basic", "shared_header": "header_token", "hex_body": "hmac", "base64_body": "hmac",
        "x_hub_signature": "hmac",
    ]
}

// MARK: - Settings

extension BatchLine {
    /// Vendors call their secrets by many names; all of them are secrets to us.
    private static let secretNames: Set<String> = [
        "secret", "secrets", "token", "value", "basic", "public_key", "public_keys", "auth_token", "signing_secret",
        "signing_key", "signature_key", "client_secret", "app_secret", "api_secret", "secret_token", "channel_secret",
        "webhook_key",
    ]

    func settings() throws(SchemeError) -> SchemeSettings {
        var settings = SchemeSettings(secrets: secrets)
        for member in config["shared_keys"]?.object?.members ?? [] {
            settings.namedSecrets[member.key] = member.value.string
        }
        settings.toleranceSeconds = (config["tolerance_seconds"] ?? config["max_age"])?.int64
        settings.header = config["header"]?.string
        settings.timestampHeader = config["timestamp_header"]?.string
        settings.headerPrefix = config["header_prefix"]?.string ?? settings.headerPrefix
        settings.parameter = config["parameter"]?.string
        settings.keyInPath = config["key_in_path"]?.bool ?? false
        settings.publicURL =
            (config["public_url"] ?? config["notification_url"] ?? config["callback_url"] ?? config["webhook_url"])?
            .string
        settings.allowedAddresses = config["allowed_addresses"]?.array?.compactMap(\.string) ?? []
        settings.signature = try signature()
        return settings
    }

    private var secrets: [String] {
        config.members.filter { Self.secretNames.contains($0.key) }.flatMap { member in
            (member.value.array ?? [member.value]).compactMap(\.string)
        }
    }

    /// The description which the line gives in full, or that of a signature over the body by header, prefix and method.
    private func signature() throws(SchemeError) -> SignatureDescription? {
        if let described = config["signature"] { return try SignatureDescription(json: described.text) }
        switch writtenScheme {
        case "hex_body", "base64_body":
            guard let header = config["header"]?.string else { throw .missingSetting(.header) }
            var description = SignatureDescription(
                signature: .header(header), prefix: config["prefix"]?.string ?? "")
            description.encoding = writtenScheme == "hex_body" ? .hex : .base64
            return description
        case "x_hub_signature":
            let method = config["algorithm"]?.string ?? "sha256"
            guard let algorithm = SignatureAlgorithm(rawValue: "hmac-\(method)") else {
                throw .invalidDescription(field: "algorithm", reason: "there is no \(method)")
            }
            var description = SignatureDescription(signature: .header("X-Hub-Signature"), prefix: "\(method)=")
            description.algorithm = algorithm
            return description
        default:
            return nil
        }
    }
}
