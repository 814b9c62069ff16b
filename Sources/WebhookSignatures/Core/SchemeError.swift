/// Why a ``Verifier`` or ``Signer`` could not be made from its settings.
public enum SchemeError: Error, Sendable, Equatable {
    case unknownScheme(String)
    /// The scheme needs at least one secret.
    case missingSecret
    /// - Parameter index: position in ``SchemeSettings/secrets``.
    case emptySecret(index: Int)
    /// The secret has not the form the scheme prescribes.
    ///
    /// - Parameter index: position in ``SchemeSettings/secrets``.
    case malformedSecret(index: Int, expected: SecretForm)
    case missingSetting(SchemeSetting)
    case invalidSetting(SchemeSetting, reason: String)
    /// - Parameter field: the field of the declarative description, for example `timestamp.unit`.
    case invalidDescription(field: String, reason: String)

    /// Stable, without values.
    public var code: String {
        switch self {
        case .unknownScheme: "scheme.unknown"
        case .missingSecret: "scheme.missing-secret"
        case .emptySecret: "scheme.empty-secret"
        case .malformedSecret: "scheme.malformed-secret"
        case .missingSetting: "scheme.missing-setting"
        case .invalidSetting: "scheme.invalid-setting"
        case .invalidDescription: "scheme.invalid-description"
        }
    }
}

extension SchemeError: CustomStringConvertible {
    /// One sentence for people; it never holds a secret.
    public var description: String {
        switch self {
        case .unknownScheme(let name): "there is no scheme \"\(name)\""
        case .missingSecret: "the scheme needs a secret"
        case .emptySecret(let index): "secret \(index + 1) is empty"
        case .malformedSecret(let index, let expected): "secret \(index + 1) is not \(expected.phrase)"
        case .missingSetting(let setting): "\(setting.rawValue) must be set"
        case .invalidSetting(let setting, let reason): "\(setting.rawValue): \(reason)"
        case .invalidDescription(let field, let reason): "description, \(field): \(reason)"
        }
    }
}
