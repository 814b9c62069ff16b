/// How a secret is written.
public enum SecretForm: String, Sendable, CaseIterable {
    /// The scheme needs none.
    case none
    /// Its characters in UTF-8 are the key.
    case text = "utf8"
    case base64
    case hex
    /// Standard Webhooks: base64 after an optional `whsec_`, or a public key after `whpk_`.
    case whsec
    /// `user:password`; the password may hold colons.
    case userAndPassword = "user:password"

    var phrase: String {
        switch self {
        case .none: "empty"
        case .text: "text"
        case .base64: "base64 of a key of the right length"
        case .hex: "hexadecimal digits of a key of the right length"
        case .whsec: "base64 after an optional whsec_ (or a public key after whpk_)"
        case .userAndPassword: "user:password"
        }
    }
}

/// The settings a scheme may take, by the names under which people write them.
public enum SchemeSetting: String, Sendable, CaseIterable {
    case secrets
    case namedSecrets = "named_secrets"
    case toleranceSeconds = "tolerance_seconds"
    case headerPrefix = "header_prefix"
    case header
    case timestampHeader = "timestamp_header"
    case parameter
    case keyInPath = "key_in_path"
    case publicURL = "public_url"
    case allowedAddresses = "allowed_addresses"
    case signature
}

/// All that a scheme may be told. What a scheme does not use is ignored; ``SchemeInfo/settings`` says what it uses.
public struct SchemeSettings: Sendable {
    /// Any of them may match; put the newest first while rotating.
    public var secrets: [String]
    /// Secrets that the sender names in its request (Twilio's shared keys), by that name.
    public var namedSecrets: [String: String] = [:]
    /// How far a timestamp may lie from now; nil means the scheme's own window.
    ///
    /// It widens or narrows the directions which the scheme bounds, and both where the scheme bounds none.
    public var toleranceSeconds: Int64?
    /// What `signed` and `signed-strict` put before `-Signature`, `-Timestamp` and `-Idempotency-Key`.
    public var headerPrefix = "X-IW"
    /// The header that carries the token or signature, where the sender lets people choose its name.
    public var header: String?
    /// The header that carries the signed time, where the sender lets people choose its name.
    public var timestampHeader: String?
    /// The query parameter that carries the key of `url_key`; nil means `key`.
    public var parameter: String?
    /// Whether `url_key` finds its key in the last part of the path instead of the query.
    public var keyInPath = false
    /// The callback URL exactly as it was given to the sender; nil means the URL of the request.
    public var publicURL: String?
    /// Addresses and ranges (`192.0.2.0/24`, `2001:db8::/32`) from which requests are accepted; empty means all.
    public var allowedAddresses: [String] = []
    /// The declarative description of the scheme `hmac`.
    public var signature: SignatureDescription?

    /// Settings with these secrets and no other; set what else the scheme needs.
    public init(secrets: [String] = []) {
        self.secrets = secrets
    }
}

extension SchemeSettings: CustomStringConvertible, CustomReflectable {
    /// Tells how many secrets there are, never what they are.
    public var description: String { "SchemeSettings(\(secrets.count) secrets)" }

    /// Empty, so that `dump` shows no secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SchemeSettings {
    /// Takes over a setting as people write it in forms, files and on command lines.
    ///
    /// A secret is added to those that are there. A named secret is written `name=secret`; addresses are separated by
    /// commas; a switch is `true` or `false`; a signature is the JSON text of its description.
    ///
    /// - Parameters:
    ///   - setting: which one.
    ///   - text: its value.
    /// - Throws: ``SchemeError/invalidSetting(_:reason:)`` or ``SchemeError/invalidDescription(field:reason:)``.
    public mutating func set(_ setting: SchemeSetting, to text: String) throws(SchemeError) {
        switch setting {
        case .secrets: secrets.append(text)
        case .namedSecrets:
            guard let equals = text.firstIndex(of: "=") else {
                throw .invalidSetting(setting, reason: "must be written name=secret")
            }
            namedSecrets[String(text[..<equals])] = String(text[text.index(after: equals)...])
        case .toleranceSeconds:
            guard let seconds = Int64(text) else { throw .invalidSetting(setting, reason: "must be a whole number") }
            toleranceSeconds = seconds
        case .headerPrefix: headerPrefix = text
        case .header: header = text
        case .timestampHeader: timestampHeader = text
        case .parameter: parameter = text
        case .keyInPath:
            guard let isOn = Bool(text) else { throw .invalidSetting(setting, reason: "must be true or false") }
            keyInPath = isOn
        case .publicURL: publicURL = text
        case .allowedAddresses:
            allowedAddresses = text.split(separator: ",").map { String($0.trimmingBlanks) }
        case .signature: signature = try SignatureDescription(json: text)
        }
    }
}
