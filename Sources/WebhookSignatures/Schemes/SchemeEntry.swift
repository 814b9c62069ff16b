/// A line of the table of schemes: what it is, and how a source's settings make it.
///
/// A scheme with code of its own is a file with one `static let` of this type, and a name in ``all``.
struct SchemeEntry: Sendable {
    let info: SchemeInfo
    let make: @Sendable (_ settings: SchemeSettings) throws(SchemeError) -> any SignatureScheme

    static let all: [SchemeEntry] = (general + presets + [twilio]).sorted { $0.info.name < $1.info.name }

    static func named(_ name: String) -> SchemeEntry? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.info.name, $0) })
}

// MARK: - Schemes that belong to no vendor

extension SchemeEntry {
    static let general: [SchemeEntry] = [
        SchemeEntry(
            own: "signed", "Signed", "HMAC-SHA256 of the body, hex, with a timestamp and an idempotency key beside it."
        ) { .signed(headerPrefix: $0) },
        SchemeEntry(
            own: "signed-strict", "Signed, strict",
            "HMAC-SHA256 of `{timestamp}.{id}.{body}`, hex: timestamp and idempotency key are signed too."
        ) { .signedStrict(headerPrefix: $0) },
        SchemeEntry(
            token: "bearer", "Bearer token", "A token in `Authorization: Bearer`.", headers: ["Authorization"]
        ) { settings throws(SchemeError) in try TokenScheme(.bearer, settings: settings) },
        SchemeEntry(
            token: "basic", "HTTP Basic", "User and password in `Authorization: Basic`.", form: .userAndPassword,
            headers: ["Authorization"]
        ) { settings throws(SchemeError) in try TokenScheme(.basic, settings: settings) },
        SchemeEntry(
            token: "header_token", "Token in a header", "A token that is the whole value of a header of choice.",
            settings: [.header]
        ) { settings throws(SchemeError) in
            guard let header = settings.header, !header.isEmpty else { throw .missingSetting(.header) }
            return try TokenScheme(.header(header), settings: settings)
        },
        SchemeEntry(
            token: "url_key", "Key in the URL", "A key in the query or at the end of the path.",
            settings: [.parameter, .keyInPath]
        ) { settings throws(SchemeError) in
            try TokenScheme(
                settings.keyInPath ? .lastPathPart : .queryParameter(settings.parameter ?? "key"), settings: settings)
        },
        SchemeEntry(
            token: "gitlab", "GitLab secret token", "The token in `X-Gitlab-Token`.",
            headers: ["X-Gitlab-Token", "Idempotency-Key"]
        ) { settings throws(SchemeError) in
            try TokenScheme(.header("X-Gitlab-Token"), idHeaders: ["Idempotency-Key"], settings: settings)
        },
        SchemeEntry(
            open: "ip_allow_list", "Address list", "The sender's address is on a list.", isAuthenticated: true
        ) { settings throws(SchemeError) in
            guard !settings.allowedAddresses.isEmpty else { throw .missingSetting(.allowedAddresses) }
            return OpenScheme()
        },
        SchemeEntry(open: "none", "None", "Nothing is checked.", isAuthenticated: false) { _ in OpenScheme() },
        SchemeEntry(
            info: SchemeInfo(
                name: "hmac", title: "Described signature",
                summary: "Whatever the description says: place, form, algorithm, signed text, timestamp, id.",
                secretForm: .text, settings: [.secrets, .signature, .toleranceSeconds, .publicURL], headers: [],
                toleranceSeconds: nil, isAuthenticated: true)
        ) { settings throws(SchemeError) in
            guard let description = settings.signature else { throw .missingSetting(.signature) }
            return try DeclarativeScheme(description, settings: settings)
        },
    ]

    static let twilio = SchemeEntry(
        info: SchemeInfo(
            name: "twilio", title: "Twilio",
            summary: "HMAC-SHA1 of `{url}{form_sorted}`, base64; other bodies by their hash in the URL; shared keys.",
            secretForm: .text, settings: [.secrets, .namedSecrets],
            headers: ["X-Twilio-Signature", "I-Twilio-Idempotency-Token"], toleranceSeconds: nil, isAuthenticated: true)
    ) { settings throws(SchemeError) in try TwilioScheme(settings: settings) }

    private init(
        own name: String, _ title: String, _ summary: String,
        _ describe: @escaping @Sendable (_ headerPrefix: String) -> SignatureDescription
    ) {
        let usual = describe(SchemeSettings().headerPrefix)
        info = SchemeInfo(
            name: name, title: title, summary: summary, secretForm: .text,
            settings: [.secrets, .toleranceSeconds, .headerPrefix], headers: usual.headerNames,
            toleranceSeconds: usual.timestamp?.pastSeconds, isAuthenticated: true)
        make = { settings throws(SchemeError) in
            guard !settings.headerPrefix.isEmpty else {
                throw .invalidSetting(.headerPrefix, reason: "must not be empty")
            }
            return try DeclarativeScheme(describe(settings.headerPrefix), settings: settings)
        }
    }

    private init(
        token name: String, _ title: String, _ summary: String, form: SecretForm = .text,
        settings: [SchemeSetting] = [], headers: [String] = [],
        make: @escaping @Sendable (SchemeSettings) throws(SchemeError) -> any SignatureScheme
    ) {
        info = SchemeInfo(
            name: name, title: title, summary: summary, secretForm: form, settings: [.secrets] + settings,
            headers: headers, toleranceSeconds: nil, isAuthenticated: true)
        self.make = make
    }

    private init(
        open name: String, _ title: String, _ summary: String, isAuthenticated: Bool,
        make: @escaping @Sendable (SchemeSettings) throws(SchemeError) -> any SignatureScheme
    ) {
        info = SchemeInfo(
            name: name, title: title, summary: summary, secretForm: .none, settings: [], headers: [],
            toleranceSeconds: nil, isAuthenticated: isAuthenticated)
        self.make = make
    }
}

extension SignatureDescription {
    /// Signs the body alone; the timestamp and the key stand beside the signature.
    static func signed(headerPrefix: String) -> SignatureDescription {
        var description = header("\(headerPrefix)-Signature", "sha256=")
            .timed(.header("\(headerPrefix)-Timestamp"), past: 300, future: 300)
            .identified(.header("\(headerPrefix)-Idempotency-Key"))
        description.isIDRequired = true
        return description
    }

    static func signedStrict(headerPrefix: String) -> SignatureDescription {
        signed(headerPrefix: headerPrefix).signing("{timestamp}.{id}.{body}")
    }
}
