import HubCore

/// A ``SignatureDescription`` with its templates and places parsed.
struct CompiledDescription: Sendable {
    let description: SignatureDescription
    let signature: CompiledSource
    let templates: [SignatureTemplate]
    let timestamp: CompiledSource?
    let ids: [CompiledSource]
    let signsTimestamp: Bool
    let signsID: Bool

    init(_ description: SignatureDescription) throws(SchemeError) {
        self.description = description
        signature = try CompiledSource(description.signature, field: "signature")
        templates = try description.templates.map { text throws(SchemeError) in try SignatureTemplate(text) }
        timestamp = try description.timestamp.map { rule throws(SchemeError) in
            try CompiledSource(rule.source, field: "timestamp")
        }
        ids = try description.id.map { source throws(SchemeError) in try CompiledSource(source, field: "id") }
        signsTimestamp = templates.contains { $0.uses(.timestamp) }
        signsID = templates.contains { $0.uses(.id) }
        try validate()
    }

    private func validate() throws(SchemeError) {
        if case .part = signature {
            throw .invalidDescription(field: "signature", reason: "cannot be a part of itself")
        }
        if description.listSeparator?.isEmpty == true {
            throw .invalidDescription(field: "list_separator", reason: "must not be empty")
        }
        guard !templates.isEmpty else { throw .invalidDescription(field: "template", reason: "is missing") }
        if signsTimestamp, timestamp == nil {
            throw .invalidDescription(field: "timestamp", reason: "the template uses it, and it is not described")
        }
        if signsID, ids.isEmpty {
            throw .invalidDescription(field: "id", reason: "the template uses it, and it is not described")
        }
        if description.algorithm == .sha256, !templates.allSatisfy({ $0.uses(.secret) }) {
            throw .invalidDescription(field: "template", reason: "a plain digest must contain {secret}")
        }
        if description.keyForm == .none || description.keyForm == .userAndPassword {
            throw .invalidDescription(field: "key_encoding", reason: "must be utf8, base64, hex or whsec")
        }
    }

}

/// Checks requests against one ``SignatureDescription``.
struct DeclarativeScheme: SignatureScheme {
    let sensitiveParts: SensitiveParts
    private let compiled: CompiledDescription
    private let timestampRule: SignatureDescription.Timestamp?
    private let publicURL: String?
    private let keys: [VerificationKey]

    /// More signatures than anybody sends; a public key has to check each of them.
    private static let signatureLimit = 16

    init(_ description: SignatureDescription, settings: SchemeSettings) throws(SchemeError) {
        compiled = try CompiledDescription(description)
        timestampRule = description.timestamp?.tolerating(settings.toleranceSeconds)
        publicURL = settings.publicURL
        guard !settings.secrets.isEmpty else { throw .missingSecret }
        keys = try settings.secrets.enumerated().map { secret throws(SchemeError) in
            try VerificationKey(secret.element, index: secret.offset, of: description)
        }
        sensitiveParts = if case .header(let name) = compiled.signature { .init(headers: [name]) } else { .init() }
    }

    /// Whether a request carries this description's signature rather than another one of the same vendor.
    func applies(to request: SignedRequest) -> Bool {
        let description = compiled.description
        if let condition = description.condition, request.header(condition.header) != condition.value { return false }
        if case .header(let name) = compiled.signature {
            guard let value = request.header(name) else { return false }
            return description.listSeparator != nil || value.dropping(prefix: description.prefix) != nil
        }
        var values = RequestValues(request)
        // A value that cannot be read is not there; ``check(_:nowSeconds:)`` tells why.
        return ((try? values.text(compiled.signature)) ?? nil) != nil
    }

    func check(_ request: SignedRequest, nowSeconds: Int64) throws(Rejection) -> Evidence {
        var values = RequestValues(request)
        try readSignature(&values)
        if compiled.description.refusesEmptyBody, request.body.isEmpty { throw .emptyBody }

        var message = SignedMessage(request: request, url: publicURL ?? request.url)
        var time = compiled.signsTimestamp ? try timestamp(&values) : nil
        message.timestamp = time?.text
        var id = compiled.signsID ? try self.id(&values) : nil
        message.id = id?.text
        let match = try matchingKey(message, &values)

        if !compiled.signsTimestamp { time = try timestamp(&values) }
        if let time { try timestampRule?.check(time.seconds, nowSeconds: nowSeconds) }
        if !compiled.signsID { id = try self.id(&values) }
        return Evidence(
            timestampSeconds: time?.seconds, idempotencyKey: id?.text,
            isIdempotencyKeySigned: id.map { compiled.signsID || match.template.covers($0.source) } ?? false,
            secretIndex: match.secretIndex)
    }

    // MARK: Steps

    private func readSignature(_ values: inout RequestValues) throws(Rejection) {
        let text: String?
        if case .header(let name) = compiled.signature {
            text = try values.request.singleHeader(name)
        } else {
            text = try values.text(compiled.signature)
        }
        guard let text else { throw .missingSignature(in: compiled.signature.name) }
        guard let separator = compiled.description.listSeparator else {
            values.signatureParts = [text[...]]
            return
        }
        let parts = text.utf8.split(separator: separator.utf8, maxSplits: Self.signatureLimit)
        guard parts.count <= Self.signatureLimit else { throw .malformedSignature(in: compiled.signature.name) }
        values.signatureParts = parts.map { Substring($0) }
    }

    private func timestamp(_ values: inout RequestValues) throws(Rejection) -> (text: String, seconds: Int64)? {
        guard let rule = timestampRule, let source = compiled.timestamp else { return nil }
        guard let text = try values.text(source) else {
            guard !rule.isRequired, !compiled.signsTimestamp else { throw .missingTimestamp }
            return nil
        }
        guard let seconds = rule.seconds(of: text) else { throw .unreadableTimestamp }
        return (text, seconds)
    }

    private func id(_ values: inout RequestValues) throws(Rejection) -> (text: String, source: CompiledSource)? {
        for source in compiled.ids {
            if let text = try values.text(source) { return (text, source) }
        }
        guard !compiled.description.isIDRequired, !compiled.signsID else { throw .missingIdempotencyKey }
        return nil
    }

    private func matchingKey(
        _ message: SignedMessage, _ values: inout RequestValues
    ) throws(Rejection) -> (template: SignatureTemplate, secretIndex: Int) {
        var isWellFormed = false
        for key in keys {
            let signatures = values.signatureParts.compactMap { signature($0, prefix: key.prefix) }
            if signatures.isEmpty { continue }
            isWellFormed = true
            for template in compiled.templates {
                let pieces = try template.pieces(of: message, secret: key.bytes, &values)
                if key.matches(anyOf: signatures, over: pieces) { return (template, key.index) }
            }
        }
        throw isWellFormed ? .signatureMismatch : .malformedSignature(in: compiled.signature.name)
    }

    /// The bytes of a signature; nil when the part is none, or is not in the one form in which senders write it.
    private func signature(_ part: Substring, prefix: String) -> [UInt8]? {
        guard let text = part.dropping(prefix: prefix) ?? (compiled.description.isPrefixOptional ? part : nil),
            !text.isEmpty
        else { return nil }
        switch compiled.description.encoding {
        case .hex: return Hex.decode(String(text), allowsUpperCase: false)
        case .base64: return Base64.decode(text)
        }
    }
}

/// Several descriptions of one vendor; a request is judged by the first whose signature it carries, and by that alone.
///
/// There is no second try with a weaker one: a request with a wrong new signature and a right old one is refused.
struct AlternativeSchemes: SignatureScheme {
    /// The newest first; at least one.
    let schemes: [DeclarativeScheme]

    var sensitiveParts: SensitiveParts {
        SensitiveParts(headers: schemes.flatMap(\.sensitiveParts.headers))
    }

    func check(_ request: SignedRequest, nowSeconds: Int64) throws(Rejection) -> Evidence {
        let scheme = schemes.first { $0.applies(to: request) } ?? schemes[0]
        return try scheme.check(request, nowSeconds: nowSeconds)
    }
}
