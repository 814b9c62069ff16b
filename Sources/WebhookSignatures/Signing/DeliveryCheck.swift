import Crypto
package import HubCore

/// Says of a delivery as somebody got it which signature is right, and of one that is not what is wrong with it.
///
/// Wrong ones are tried again with what usually goes wrong between a sender and a receiver: another reading of the
/// secret, a body that was parsed and written again. What fits then is told as found, not as guessed.
package struct DeliveryCheck: Sendable {
    /// What is to be said of one header.
    package enum Finding: Sendable, Hashable {
        case absent
        /// - Parameter secret: which of the given ones, 0-based.
        case right(secret: Int)
        case wrong(Problem)
    }

    package enum Problem: Sendable, Hashable {
        /// The header has another form than the hub gives it.
        case malformed
        /// It is right for another body than the one that was given.
        case body(BodyChange)
        /// It is right for another reading of the secret.
        case secret(SecretReading)
        /// It covers the body alone, without id and timestamp.
        case withoutTimestamp
        /// Signed with an Ed25519 key; its public half is needed to check it.
        case needsPublicKey
        /// Only shared secrets sign this, and a key of an Ed25519 pair was given.
        case needsSharedSecret
        /// A header that the signature covers is not there.
        case missing(String)
        /// Nothing that was tried fits; with this body, it is likely that it was written again.
        case mismatch(isBodySuspect: Bool)
    }

    /// How the signed body differs from the given one.
    package enum BodyChange: String, Sendable, Hashable, CaseIterable {
        /// It is the same JSON without blanks: the given one was parsed and written again.
        case compactJSON = "compact-json"
        case withoutLineBreak = "without-line-break"
        case withLineBreak = "with-line-break"
        case lineFeeds = "line-feeds"
        case carriageReturns = "carriage-returns"
        case empty
    }

    /// How the key was made of the secret.
    package enum SecretReading: String, Sendable, Hashable, CaseIterable {
        /// Blanks, line breaks or quotes around the text belong to it no more.
        case trimmed
        case withPrefix = "with-prefix"
        case withoutPrefix = "without-prefix"
        /// The text's bytes, where the bytes that it encodes are meant.
        case asText = "as-text"
        /// The bytes that it encodes, where the text's are meant.
        case decoded
    }

    /// What is to be said of `webhook-timestamp`.
    package enum Age: Sendable, Hashable {
        case absent
        case unreadable
        /// Thirteen digits.
        case milliseconds
        case fresh
        case stale(seconds: Int64)
        case future(seconds: Int64)
    }

    /// `X-Webhook-Signature`.
    package let plain: Finding
    /// `webhook-signature`.
    package let standard: Finding
    package let age: Age

    /// Whether a receiver may take it: by `webhook-signature` and its time where that is there, else by
    /// `X-Webhook-Signature`.
    package var isGenuine: Bool {
        if case .right = standard { return age == .fresh }
        if case .right = plain { return standard == .absent }
        return false
    }

    /// - Parameters:
    ///   - headers: as they came; others than the hub's do not matter.
    ///   - secrets: as shown, or `whpk_…` for the public half of a pair.
    ///   - nowSeconds: UNIX time to judge at.
    package init(
        headers: Fields, body: [UInt8], secrets: [Secret<String>], nowSeconds: Int64, toleranceSeconds: Int64 = 300
    ) {
        let texts = secrets.map { $0.reveal() }.filter { !$0.isEmpty }
        plain = PlainCheck(body: body, secrets: texts).finding(headers)
        standard = StandardCheck(headers: headers, body: body, secrets: texts).finding(headers)
        age = Self.age(headers.header("webhook-timestamp"), nowSeconds, toleranceSeconds)
    }

    private static func age(_ text: String?, _ now: Int64, _ tolerance: Int64) -> Age {
        guard let text else { return .absent }
        guard text.utf8.count <= 15, let seconds = Int64(text), seconds >= 0, text.utf8.first != UInt8(ascii: "+")
        else {
            return .unreadable
        }
        if text.utf8.count == 13, abs(seconds / 1000 - now) <= 86400 * 365 { return .milliseconds }
        let age = now - seconds
        if age > tolerance { return .stale(seconds: age) }
        return age < -tolerance ? .future(seconds: -age) : .fresh
    }
}

// MARK: - Trying

/// The bodies that a given one may have been, the given one first.
private enum BodyVariants {
    static func all(_ body: [UInt8]) -> [(change: DeliveryCheck.BodyChange?, body: [UInt8])] {
        var variants: [(DeliveryCheck.BodyChange?, [UInt8])] = [(nil, body)]
        let end = body.suffix(2)
        if end.last == 0x0A { variants.append((.withoutLineBreak, body.dropLast(end == [0x0D, 0x0A] ? 2 : 1))) }
        variants.append((.withLineBreak, body + [0x0A]))
        if body.contains(0x0D) { variants.append((.lineFeeds, body.filter { $0 != 0x0D })) }
        if body.contains(0x0A) {
            variants.append((.carriageReturns, body.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }))
        }
        // After what is only its end, so that a line break alone is told as that.
        if let json = try? JSON.parse(body) { variants.append((.compactJSON, json.bytes)) }
        if !body.isEmpty { variants.append((.empty, [])) }
        return variants
    }

    /// Whether it looks as if somebody had written it again: the hub puts no blanks between the envelope's members.
    static func isSuspect(_ body: [UInt8]) -> Bool {
        guard let json = try? JSON.parse(body), case .object(let object) = json else { return true }
        let begin = Array(#"{"id":"#.utf8)
        return object["id"] != nil && !body.starts(with: begin)
    }
}

/// `X-Webhook-Signature`: the body alone, keyed with the secret's text.
private struct PlainCheck {
    let body: [UInt8]
    let secrets: [String]

    func finding(_ headers: Fields) -> DeliveryCheck.Finding {
        let given = headers.headers("x-webhook-signature").flatMap { $0.split(separator: ",") }
            .map { String($0.trimmingBlanks) }
        guard !given.isEmpty else { return .absent }
        let codes = given.compactMap(Self.code)
        guard !codes.isEmpty else { return .wrong(.malformed) }
        let shared = secrets.enumerated().filter { !StandardKey.isOfPair($0.element) }
        guard !shared.isEmpty else { return .wrong(.needsSharedSecret) }
        for (index, secret) in shared where fits(codes, Array(secret.utf8), body) { return .right(secret: index) }
        for (_, secret) in shared {
            for (change, body) in BodyVariants.all(body) {
                if let change, fits(codes, Array(secret.utf8), body) { return .wrong(.body(change)) }
            }
            for (reading, key) in SecretVariants.all(secret) where fits(codes, key, body) {
                return .wrong(.secret(reading))
            }
        }
        return .wrong(.mismatch(isBodySuspect: BodyVariants.isSuspect(body)))
    }

    private static func code(_ text: String) -> [UInt8]? {
        text.dropping(prefix: "sha256=").flatMap { Hex.decode(String($0)) }.flatMap { $0.count == 32 ? $0 : nil }
    }

    private func fits(_ codes: [[UInt8]], _ key: [UInt8], _ body: [UInt8]) -> Bool {
        let expected = MessageAuthentication.sha256.code(SymmetricKey(data: key), over: [body])
        return codes.contains { equalInConstantTime($0, expected) }
    }
}

/// `webhook-signature`: id, timestamp and body, keyed with what the secret encodes.
private struct StandardCheck {
    let id: String?
    let timestamp: String?
    let body: [UInt8]
    let secrets: [String]

    init(headers: Fields, body: [UInt8], secrets: [String]) {
        (id, timestamp) = (headers.header("webhook-id"), headers.header("webhook-timestamp"))
        (self.body, self.secrets) = (body, secrets)
    }

    func finding(_ headers: Fields) -> DeliveryCheck.Finding {
        let entries = headers.headers("webhook-signature").flatMap { $0.split(separator: " ") }
        guard !entries.isEmpty else { return .absent }
        guard let id else { return .wrong(.missing("webhook-id")) }
        guard let timestamp else { return .wrong(.missing("webhook-timestamp")) }
        let codes = entries.compactMap { $0.dropping(prefix: "v1,").flatMap { Base64.decode($0) } }
        let signatures = entries.compactMap { $0.dropping(prefix: "v1a,").flatMap { Base64.decode($0) } }
        guard !codes.isEmpty || !signatures.isEmpty else { return .wrong(.malformed) }
        let prefix = Array("\(id).\(timestamp).".utf8)
        for (index, secret) in secrets.enumerated() {
            if let key = StandardKey.publicHalf(secret) {
                if Self.isSigned(prefix + body, signatures, key) { return .right(secret: index) }
            } else if let key = Self.key(secret), Self.fits(codes, key, [prefix, body]) {
                return .right(secret: index)
            }
        }
        return .wrong(problem(codes, signatures, prefix))
    }

    private func problem(_ codes: [[UInt8]], _ signatures: [[UInt8]], _ prefix: [UInt8]) -> DeliveryCheck.Problem {
        for secret in secrets {
            if let key = StandardKey.publicHalf(secret) {
                for (change, body) in BodyVariants.all(body) {
                    if let change, Self.isSigned(prefix + body, signatures, key) { return .body(change) }
                }
                continue
            }
            if let key = Self.key(secret) {
                for (change, body) in BodyVariants.all(body) {
                    if let change, Self.fits(codes, key, [prefix, body]) { return .body(change) }
                }
                if Self.fits(codes, key, [body]) { return .withoutTimestamp }
            }
            for (reading, key) in SecretVariants.all(secret) where Self.fits(codes, key, [prefix, body]) {
                return .secret(reading)
            }
        }
        let hasPair = secrets.contains(where: StandardKey.isOfPair)
        let hasShared = secrets.contains { !StandardKey.isOfPair($0) }
        if codes.isEmpty, !hasPair { return .needsPublicKey }
        if signatures.isEmpty, !hasShared { return .needsSharedSecret }
        return .mismatch(isBodySuspect: BodyVariants.isSuspect(body))
    }

    /// As ``SigningKey`` reads a shared secret.
    private static func key(_ secret: String) -> [UInt8]? {
        guard let text = try? SigningKey(secret).receiverText else { return nil }
        return StandardKey.symmetric(text)
    }

    private static func fits(_ codes: [[UInt8]], _ key: [UInt8], _ message: [[UInt8]]) -> Bool {
        let expected = MessageAuthentication.sha256.code(SymmetricKey(data: key), over: message)
        return codes.contains { equalInConstantTime($0, expected) }
    }

    private static func isSigned(_ message: [UInt8], _ signatures: [[UInt8]], _ key: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key) else { return false }
        return signatures.contains { key.isValidSignature($0, for: message) }
    }
}

/// The keys that people make of a secret, beside the right one.
private enum SecretVariants {
    static func all(_ secret: String) -> [(DeliveryCheck.SecretReading, [UInt8])] {
        var variants: [(DeliveryCheck.SecretReading, [UInt8])] = []
        func add(_ reading: DeliveryCheck.SecretReading, _ text: String) {
            variants.append((reading, Array(text.utf8)))
            if let bytes = StandardKey.symmetric(text), !bytes.isEmpty { variants.append((reading, bytes)) }
        }
        let trimmed = String(
            secret.drop { $0.isWhitespace || $0 == "\"" }.reversed().drop { $0.isWhitespace || $0 == "\"" }.reversed())
        if trimmed != secret, !trimmed.isEmpty { add(.trimmed, trimmed) }
        variants.append((.asText, Array(secret.utf8)))
        if let bytes = StandardKey.symmetric(secret), !bytes.isEmpty { variants.append((.decoded, bytes)) }
        if let rest = secret.dropping(prefix: StandardKey.symmetricPrefix) {
            if !rest.isEmpty { variants.append((.withoutPrefix, Array(rest.utf8))) }
        } else {
            variants.append((.withPrefix, Array((StandardKey.symmetricPrefix + secret).utf8)))
        }
        return variants
    }
}

extension StandardKey {
    /// Whether the text is half of an Ed25519 pair.
    static func isOfPair(_ text: String) -> Bool {
        text.utf8.starts(with: publicPrefix.utf8) || text.utf8.starts(with: privatePrefix.utf8)
    }

    /// The 32 bytes of a public key, given as that or by the private half; nil for a shared secret.
    static func publicHalf(_ text: String) -> [UInt8]? {
        if let key = publicKey(text) { return key ?? [] }
        guard isOfPair(text) else { return nil }
        return (try? SigningKey(text))?.publicKey ?? []
    }
}
