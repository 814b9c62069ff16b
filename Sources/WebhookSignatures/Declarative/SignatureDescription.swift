/// Where a value stands in a request.
public enum ValueSource: Sendable, Hashable {
    /// A header, its name in any case; it may stand there once.
    case header(String)
    /// A part of the signature's own header, written `name=value`.
    case part(String)
    /// A string or whole number in a JSON body, by JSON Pointer (RFC 6901).
    case json(String)
    /// A field of a form body, `application/x-www-form-urlencoded` or `multipart/form-data`; the last of that name.
    case form(String)
}

/// How a signature or digest is made.
public enum SignatureAlgorithm: String, Sendable, CaseIterable {
    case hmacSHA256 = "hmac-sha256"
    case hmacSHA384 = "hmac-sha384"
    case hmacSHA512 = "hmac-sha512"
    case hmacSHA1 = "hmac-sha1"
    case hmacMD5 = "hmac-md5"
    /// A plain digest; the template must contain `{secret}`.
    case sha256
    case ed25519
}

/// How a signature is written.
public enum SignatureEncoding: String, Sendable, CaseIterable {
    /// Lower case only, as every vendor writes it.
    case hex
    /// RFC 4648 §4 with padding.
    case base64
}

/// A signature scheme in a few words: what is signed, how, and where the request carries it.
///
///     var slack = SignatureDescription(
///         signature: .header("X-Slack-Signature"), prefix: "v0=", template: "v0:{timestamp}:{body}")
///     slack.timestamp = .init(.header("X-Slack-Request-Timestamp"), pastSeconds: 300, futureSeconds: 300)
///
/// The template is text with variables in braces (`{{` and `}}` stand for braces): `method`, `url`, `url_unescaped`,
/// `path`, `query`, `query_sorted`, `form_sorted`, `header:NAME`, `json:POINTER`, `form:NAME`, `timestamp`, `id`,
/// `secret` and `body`. Values are signed as they stand in the request, the timestamp too.
public struct SignatureDescription: Sendable, Hashable {
    /// When a sender was signing and how far that may lie from now.
    public struct Timestamp: Sendable, Hashable {
        /// How a point in time is written.
        public enum Unit: String, Sendable, CaseIterable {
            case seconds, milliseconds, rfc3339
        }

        /// Where it stands.
        public var source: ValueSource
        /// How it is written.
        public var unit: Unit
        /// The greatest age; nil means any.
        public var pastSeconds: Int64?
        /// The farthest point in the future; nil means any.
        public var futureSeconds: Int64?
        /// Whether a request without it is refused. One that the template names is always required.
        public var isRequired: Bool

        /// Makes a rule; see the properties.
        public init(
            _ source: ValueSource, unit: Unit = .seconds, pastSeconds: Int64? = nil, futureSeconds: Int64? = nil,
            isRequired: Bool = true
        ) {
            self.source = source
            self.unit = unit
            self.pastSeconds = pastSeconds
            self.futureSeconds = futureSeconds
            self.isRequired = isRequired
        }
    }

    /// Where the signature, or the list of signatures, stands.
    public var signature: ValueSource
    /// What stands before each signature, for example `sha256=`.
    public var prefix = ""
    /// Whether an entry of the list without the prefix is a signature too.
    public var isPrefixOptional = false
    /// What stands before each signature made with a `whpk_` key; only with `keyForm` ``SecretForm/whsec``.
    public var publicKeyPrefix: String?
    /// What separates the parts of the header; nil when it is one signature.
    public var listSeparator: String?
    /// How it is made.
    public var algorithm = SignatureAlgorithm.hmacSHA256
    /// ``SecretForm/text``, ``SecretForm/base64``, ``SecretForm/hex`` or ``SecretForm/whsec``.
    public var keyForm = SecretForm.text
    /// How it is written.
    public var encoding = SignatureEncoding.hex
    /// What is signed. Several templates mean that any of them may be what the sender signed.
    public var templates: [String]
    /// When the sender signed; nil when it does not say.
    public var timestamp: Timestamp?
    /// Where the sender's id for the delivery stands: the first that is there counts.
    public var id: [ValueSource] = []
    /// Whether a request without an id is refused. One that the template names is always required.
    public var isIDRequired = false
    /// Whether the sender never signs an empty body.
    public var refusesEmptyBody = false
    /// A header that must have a certain value for the description to apply, where a vendor has several.
    public var condition: HeaderCondition?

    /// Describes an HMAC-SHA256 in hex; change the properties for anything else.
    public init(signature: ValueSource, prefix: String = "", template: String = "{body}") {
        self.signature = signature
        self.prefix = prefix
        templates = [template]
    }

    /// A header that says which of a vendor's signatures a request carries.
    public struct HeaderCondition: Sendable, Hashable {
        /// In any case.
        public var header: String
        /// Exactly so.
        public var value: String

        /// Makes a condition.
        public init(header: String, value: String) {
            self.header = header
            self.value = value
        }
    }
}
