package import HubCore

/// What is said of a check, to people and programs.
extension DeliveryCheck {
    /// One sentence for each thing that there is to say, the verdict first.
    package var sentences: [String] {
        var sentences = [verdict]
        if let text = Self.sentence(of: plain, in: "X-Webhook-Signature") { sentences.append(text) }
        if let text = Self.sentence(of: standard, in: "webhook-signature") { sentences.append(text) }
        if standard != .absent, let text = age.sentence { sentences.append(text) }
        return sentences
    }

    private var verdict: String {
        if isGenuine { return "Genuine." }
        switch (plain, standard) {
        case (.absent, .absent): return "Not signed: there is neither X-Webhook-Signature nor webhook-signature."
        case (_, .right): return "Signed by the hub, but not now: a receiver must refuse it."
        case (.right, _): return "Not to be trusted: one signature is right, the other is not."
        default: return "Not genuine, or changed on the way."
        }
    }

    private static func sentence(of finding: Finding, in header: String) -> String? {
        switch finding {
        case .absent: nil
        case .right(let secret): "\(header) is right, with secret \(secret + 1)."
        case .wrong(let problem): "\(header) is wrong: \(problem)."
        }
    }

    package var json: JSON {
        [
            "genuine": .bool(isGenuine), "x_webhook_signature": Self.json(plain),
            "webhook_signature": Self.json(standard),
            "timestamp": JSON(age.code), "reasons": .array(sentences.map(JSON.string)),
        ]
    }

    private static func json(_ finding: Finding) -> JSON {
        switch finding {
        case .absent: "absent"
        case .right: "right"
        case .wrong(let problem): .string(problem.code)
        }
    }

    /// Reads headers as people copy them: a line each, `Name: value`, with or without the marks of curl.
    package static func headers(in text: String) -> Fields {
        var fields = Fields()
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.drop { $0 == "<" || $0 == ">" || $0.isWhitespace }
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = String(line[..<colon].trimmingBlanks)
            let value = String(line[line.index(after: colon)...].trimmingBlanks)
            if HeaderRules.isSafe(.init(name: name, value: value)) {
                fields.fields.append(.init(name: name, value: value))
            }
        }
        return fields
    }
}

extension DeliveryCheck.Problem: CustomStringConvertible {
    /// Stable.
    package var code: String {
        switch self {
        case .malformed: "check.malformed"
        case .body: "check.body-changed"
        case .secret: "check.secret-misread"
        case .withoutTimestamp: "check.without-timestamp"
        case .needsPublicKey: "check.needs-public-key"
        case .needsSharedSecret: "check.needs-shared-secret"
        case .missing: "check.missing-header"
        case .mismatch: "check.mismatch"
        }
    }

    /// For people; holds nothing of secret or body.
    package var description: String {
        switch self {
        case .malformed: "it has another form than the hub gives it (sha256= and 64 hex digits; v1, or v1a, and base64)"
        case .body(let change): "it was made for another body: \(change.words)"
        case .secret(let reading): reading.words
        case .withoutTimestamp:
            "it covers the body alone; webhook-id, webhook-timestamp and full stops belong before it"
        case .needsPublicKey: "it was made with an Ed25519 key; give the endpoint's public key (whpk_…)"
        case .needsSharedSecret: "it was made with a shared secret, and the key that was given is of an Ed25519 pair"
        case .missing(let header): "\(header), which it covers, is missing"
        case .mismatch(let isBodySuspect):
            isBodySuspect
                ? "the secret is another one, or the body was parsed and written again: it does not begin as the hub writes it"
                : "the secret is another one, or something of body, id or timestamp was changed"
        }
    }
}

extension DeliveryCheck.BodyChange {
    var words: String {
        switch self {
        case .compactJSON: "the same JSON without blanks. Something parsed it and wrote it again; take the raw bytes"
        case .withoutLineBreak: "one without the line break at its end, which an editor or a shell has added"
        case .withLineBreak: "one with a line break at its end, which was lost"
        case .lineFeeds: "one whose lines end with a line feed alone"
        case .carriageReturns: "one whose lines end with carriage return and line feed"
        case .empty: "an empty one"
        }
    }
}

extension DeliveryCheck.SecretReading {
    var words: String {
        switch self {
        case .trimmed: "there are blanks, line breaks or quotes around the secret"
        case .withPrefix: "the secret lacks whsec_ at its beginning"
        case .withoutPrefix: "whsec_ was taken off the secret's text before it signed"
        case .asText: "it was keyed with the secret's text; the bytes that it encodes (base64) are the key here"
        case .decoded: "it was keyed with the bytes that the secret encodes; the text as shown is the key here"
        }
    }
}

extension DeliveryCheck.Age {
    var sentence: String? {
        switch self {
        case .absent, .fresh: nil
        case .unreadable: "webhook-timestamp is no UNIX time in seconds."
        case .milliseconds: "webhook-timestamp is in milliseconds; seconds are meant."
        case .stale(let seconds):
            "webhook-timestamp is \(seconds) s old: a repetition of an old request, or one of the clocks is wrong."
        case .future(let seconds): "webhook-timestamp lies \(seconds) s in the future: one of the clocks is wrong."
        }
    }

    /// Stable.
    package var code: String {
        switch self {
        case .absent: "timestamp.missing"
        case .unreadable, .milliseconds: "timestamp.unreadable"
        case .fresh: "timestamp.fresh"
        case .stale: "timestamp.stale"
        case .future: "timestamp.future"
        }
    }
}
