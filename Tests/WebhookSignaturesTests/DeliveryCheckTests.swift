import Crypto
import HubCore
import Testing

@testable import WebhookSignatures

/// What people are told who cannot get a signature right.
@Suite struct DeliveryCheckTests {
    private static let now: Int64 = 1_795_248_000
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let pair =
        "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
    private static let publicKey = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
    private static let body = Array(
        #"{"id":"evt_1","type":"order.paid","timestamp":"2026-11-21T08:00:00.000Z","data":{"total":1.50,"name":"Ä"}}"#
            .utf8)

    private static func headers(_ secrets: [String] = [secret], body: [UInt8] = body, at seconds: Int64 = now) throws
        -> Fields
    {
        let attempt = DeliverySigner.Attempt(
            eventID: "evt_1", eventType: "order.paid", delivery: UUIDv7(at: Timestamp(seconds: seconds)),
            timestampSeconds: seconds)
        return try DeliverySigner(secrets: secrets.map { Secret($0) }).headers(for: attempt, body: body)
    }

    private static func check(
        _ headers: Fields, body: [UInt8] = body, _ secrets: [String] = [secret], at seconds: Int64 = now
    ) -> DeliveryCheck {
        DeliveryCheck(headers: headers, body: body, secrets: secrets.map { Secret($0) }, nowSeconds: seconds)
    }

    private static func replacing(_ headers: Fields, _ name: String, with value: String?) -> Fields {
        Fields(
            headers.fields.compactMap { field in
                if !field.name.equalsIgnoringASCIICase(name) { return (field.name, field.value) }
                return value.map { (field.name, $0) }
            })
    }

    // MARK: Right ones

    @Test(arguments: [secret, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "correct horse battery staple"])
    func `a delivery is genuine by both headers`(_ secret: String) throws {
        let check = Self.check(try Self.headers([secret]), [secret])
        #expect(check.isGenuine)
        #expect(check.plain == .right(secret: 0))
        #expect(check.standard == .right(secret: 0))
        #expect(check.age == .fresh)
        #expect(
            check.sentences == [
                "Genuine.", "X-Webhook-Signature is right, with secret 1.",
                "webhook-signature is right, with secret 1.",
            ])
        #expect(check.json["genuine"] == true)
    }

    @Test func `while a secret is replaced either is right, and is named`() throws {
        let headers = try Self.headers(["new secret of ours", Self.secret])
        #expect(Self.check(headers).isGenuine)
        #expect(Self.check(headers, ["another", Self.secret]).standard == .right(secret: 1))
        #expect(Self.check(headers, ["another", "new secret of ours"]).plain == .right(secret: 1))
    }

    @Test(arguments: [publicKey, pair])
    func `a key of a pair is checked by either half`(_ key: String) throws {
        let check = Self.check(try Self.headers([Self.pair]), [key])
        #expect(check.isGenuine)
        #expect(check.standard == .right(secret: 0))
        #expect(check.plain == .absent)
        // Beside a shared secret, whose header the public key says nothing about.
        let both = Self.check(try Self.headers([Self.pair, Self.secret]), [key])
        #expect(both.isGenuine)
        #expect(both.plain == .wrong(.needsSharedSecret))
    }

    @Test func `one header alone is enough, as a receiver may look at one alone`() throws {
        let headers = try Self.headers()
        let plain = Self.check(Self.replacing(headers, "webhook-signature", with: nil))
        #expect(plain.isGenuine)
        #expect(plain.standard == .absent)
        #expect(Self.check(Self.replacing(headers, "x-webhook-signature", with: nil)).isGenuine)
        let none = Self.check([:])
        #expect(!none.isGenuine)
        #expect(none.sentences == ["Not signed: there is neither X-Webhook-Signature nor webhook-signature."])
    }

    // MARK: The body

    private static let changes: [(DeliveryCheck.BodyChange, [UInt8])] = [
        (.compactJSON, Array(((try? JSON.parse(body)) ?? nil).prettyText.utf8)), (.withoutLineBreak, body + [0x0A]),
        (.withoutLineBreak, body + [0x0D, 0x0A]),
    ]

    @Test(arguments: changes.indices)
    func `a body that was changed on the way is told with the change`(_ index: Int) throws {
        let (change, given) = Self.changes[index]
        let check = Self.check(try Self.headers(), body: given)
        #expect(!check.isGenuine)
        #expect(check.plain == .wrong(.body(change)))
        #expect(check.standard == .wrong(.body(change)))
        let signed = Self.check(try Self.headers([Self.pair]), body: given, [Self.publicKey])
        #expect(signed.standard == .wrong(.body(change)))
    }

    @Test(arguments: [
        (DeliveryCheck.BodyChange.withLineBreak, "a\n", "a"), (.lineFeeds, "a\nb", "a\r\nb"),
        (.carriageReturns, "a\r\nb", "a\nb"),
        (.empty, "", "a"),
    ])
    func `line breaks and missing bodies are told too`(
        _ change: DeliveryCheck.BodyChange, _ sent: String, _ given: String
    ) throws {
        let check = Self.check(try Self.headers(body: Array(sent.utf8)), body: Array(given.utf8))
        #expect(check.plain == .wrong(.body(change)))
        #expect(check.standard == .wrong(.body(change)))
        #expect(!check.sentences.contains { $0.contains(Self.secret) })
    }

    @Test func `a body with its members in another order is suspected`() throws {
        let given = Array(
            #"{"data":{"name":"Ä","total":1.5},"id":"evt_1","timestamp":"2026-11-21T08:00:00.000Z","type":"order.paid"}"#
                .utf8)
        let check = Self.check(try Self.headers(), body: given)
        #expect(check.plain == .wrong(.mismatch(isBodySuspect: true)))
        #expect(Self.check(try Self.headers(["another one"])).plain == .wrong(.mismatch(isBodySuspect: false)))
    }

    // MARK: The secret

    @Test(arguments: [
        (secret, "\(secret)\n", DeliveryCheck.SecretReading.trimmed), (secret, "\"\(secret)\"", .trimmed),
        (secret, String(secret.dropFirst(6)), .withPrefix), (String(secret.dropFirst(6)), secret, .withoutPrefix),
    ])
    func `a secret that was copied wrongly is told by what is wrong with it`(
        _ right: String, _ given: String, _ reading: DeliveryCheck.SecretReading
    ) throws {
        let check = Self.check(try Self.headers([right]), [given])
        #expect(check.plain == .wrong(.secret(reading)))
    }

    @Test func `a signature that was keyed with the other reading of the secret is told`() throws {
        let headers = try Self.headers()
        let decoded = try #require(StandardKey.symmetric(Self.secret))
        let plain = HMAC<SHA256>.authenticationCode(for: Self.body, using: SymmetricKey(data: decoded))
        let wrongPlain = Self.replacing(headers, "x-webhook-signature", with: "sha256=\(Hex.encode(Array(plain)))")
        #expect(Self.check(wrongPlain).plain == .wrong(.secret(.decoded)))
        let message = Array("evt_1.\(Self.now).".utf8) + Self.body
        let text = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: Array(Self.secret.utf8)))
        let wrongStandard = Self.replacing(headers, "webhook-signature", with: "v1,\(Base64.encode(Array(text)))")
        #expect(Self.check(wrongStandard).standard == .wrong(.secret(.asText)))
        let alone = HMAC<SHA256>.authenticationCode(for: Self.body, using: SymmetricKey(data: decoded))
        let bodyOnly = Self.replacing(headers, "webhook-signature", with: "v1,\(Base64.encode(Array(alone)))")
        #expect(Self.check(bodyOnly).standard == .wrong(.withoutTimestamp))
    }

    @Test func `the wrong kind of key is told as that`() throws {
        #expect(Self.check(try Self.headers([Self.pair])).standard == .wrong(.needsPublicKey))
        let shared = Self.check(try Self.headers(), [Self.publicKey])
        #expect(shared.plain == .wrong(.needsSharedSecret))
        #expect(shared.standard == .wrong(.needsSharedSecret))
        #expect(Self.check(try Self.headers(), ["whpk_nonsense"]).standard == .wrong(.needsSharedSecret))
        #expect(!Self.check(try Self.headers(), []).isGenuine)
    }

    // MARK: Headers

    @Test(arguments: ["", "v2,abc", "v1", "v1,***", "v1a,"])
    func `a signature of another form is told`(_ value: String) throws {
        let headers = Self.replacing(try Self.headers(), "webhook-signature", with: value)
        let found = Self.check(headers).standard
        #expect(
            found == .wrong(.malformed) || (value.isEmpty && found == .absent) || (value == "v1a," && found != .absent))
        #expect(!Self.check(headers).isGenuine || found == .absent)
    }

    @Test(arguments: ["abc", "sha256=", "sha256=12", "sha1=\(String(repeating: "0", count: 40))"])
    func `so is one of the plain header`(_ value: String) throws {
        let headers = Self.replacing(try Self.headers(), "x-webhook-signature", with: value)
        #expect(Self.check(headers).plain == .wrong(.malformed))
    }

    @Test(arguments: ["webhook-id", "webhook-timestamp"])
    func `a header that is signed and lost is named`(_ name: String) throws {
        let check = Self.check(Self.replacing(try Self.headers(), name, with: nil))
        #expect(check.standard == .wrong(.missing(name)))
        #expect(!check.isGenuine)
    }

    @Test func `an id that was changed spoils one signature and not the other`() throws {
        let check = Self.check(Self.replacing(try Self.headers(), "webhook-id", with: "evt_2"))
        #expect(check.plain == .right(secret: 0))
        #expect(check.standard == .wrong(.mismatch(isBodySuspect: false)))
        #expect(!check.isGenuine)
    }

    // MARK: Time

    @Test(
        arguments: [
            (300, DeliveryCheck.Age.fresh), (301, .stale(seconds: 301)), (-300, .fresh), (-301, .future(seconds: 301)),
        ] as [(Int64, DeliveryCheck.Age)])
    func `five minutes are between now and then at most`(_ later: Int64, _ age: DeliveryCheck.Age) throws {
        let check = Self.check(try Self.headers(), at: Self.now + later)
        #expect(check.age == age)
        #expect(check.isGenuine == (age == .fresh))
        #expect(check.standard == .right(secret: 0))
        #expect(check.sentences.contains { $0.contains("clocks") } == (age != .fresh))
    }

    @Test(arguments: [
        ("1795248000000", DeliveryCheck.Age.milliseconds), ("soon", .unreadable), ("-1", .unreadable),
        ("+1795248000", .unreadable),
        ("", .unreadable), ("99999999999999999999", .unreadable),
    ])
    func `a time of another form is told`(_ text: String, _ age: DeliveryCheck.Age) throws {
        let check = Self.check(Self.replacing(try Self.headers(), "webhook-timestamp", with: text))
        #expect(check.age == age)
        #expect(!check.isGenuine)
    }

    // MARK: Copied headers

    @Test func `headers are read as people copy them`() throws {
        let headers = try Self.headers()
        let lines = headers.fields.map { "< \($0.name.uppercased()):  \($0.value) " }
        let text = "HTTP/1.1 200 OK\r\n" + lines.joined(separator: "\r\n") + "\n\nno header\n: x\nbad name: y"
        #expect(Self.check(DeliveryCheck.headers(in: text)).isGenuine)
        #expect(DeliveryCheck.headers(in: text).fields.count == headers.fields.count)
    }
}
