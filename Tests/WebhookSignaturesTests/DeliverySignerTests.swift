import Crypto
import HubCore
import Testing

@testable import WebhookSignatures

/// The headers of an outgoing webhook, as a receiver gets them.
@Suite struct DeliverySignerTests {
    private let now = Timestamp(seconds: 1_795_248_000)
    private let body = Array(
        #"{"id":"evt_1","type":"ticket.created","timestamp":"2026-11-21T08:00:00.000Z","data":{}}"#.utf8)
    private let text = "correct horse battery staple"
    private let encoded = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private let pair = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
    private let publicKey = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="

    private func headers(_ secrets: [String], custom: Fields = [:], type: String = "application/json") throws -> Fields
    {
        let attempt = DeliverySigner.Attempt(
            eventID: "evt_1", eventType: "ticket.created", delivery: UUIDv7(at: now), timestampSeconds: now.seconds,
            contentType: type)
        return try DeliverySigner(secrets: secrets.map { Secret($0) }).headers(for: attempt, body: body, custom: custom)
    }

    private func accepts(_ secret: String, _ fields: Fields) throws -> Bool {
        let request = SignedRequest(
            method: "POST", url: "https://h/", headers: fields.fields.map { ($0.name, $0.value) }, body: body)
        let verdict = try Verifier(scheme: "standard", settings: SchemeSettings(secrets: [secret]))
            .verify(request, nowSeconds: now.seconds)
        if case .accepted = verdict { return true }
        return false
    }

    @Test func `every request carries the seven headers`() throws {
        let fields = try headers([text])
        #expect(
            fields.fields.map(\.name) == [
                "Content-Type", "User-Agent", "X-Webhook-Event", "X-Webhook-Delivery", "X-Webhook-Signature",
                "webhook-id", "webhook-timestamp", "webhook-signature",
            ])
        #expect(fields.header("content-type") == "application/json")
        #expect(fields.header("x-webhook-event") == "ticket.created")
        #expect(fields.header("webhook-id") == "evt_1")
        #expect(fields.header("webhook-timestamp") == "1795248000")
        let delivery = try #require(fields.header("x-webhook-delivery"))
        #expect(delivery.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
    }

    @Test func `without a secret nothing is signed, and the rest is there`() throws {
        let names = try headers([]).fields.map(\.name)
        #expect(
            names == [
                "Content-Type", "User-Agent", "X-Webhook-Event", "X-Webhook-Delivery", "webhook-id",
                "webhook-timestamp",
            ])
    }

    @Test(arguments: [
        "correct horse battery staple", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ])
    func `the plain signature is keyed with the secret's text exactly as shown`(_ secret: String) throws {
        let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array(secret.utf8)))
        #expect(try headers([secret]).headers("x-webhook-signature") == ["sha256=" + Hex.encode(code)])
    }

    @Test func `the standard signature is keyed with what the text encodes, or with the text`() throws {
        #expect(try accepts(encoded, headers(["whsec_\(encoded)"])))
        #expect(try accepts("whsec_\(encoded)", headers([encoded])))
        let shown = try SigningKey(text).receiverText
        #expect(shown.hasPrefix("whsec_"))
        #expect(try accepts(shown, headers([text])))
        // Base64 of too few bytes for a key is text.
        #expect(try accepts(try SigningKey("c2hvcnQ=").receiverText, headers(["c2hvcnQ="])))
    }

    @Test func `while a secret is replaced both sign, the newest first`() throws {
        let fields = try headers([encoded, text])
        #expect(fields.headers("x-webhook-signature").count == 2)
        #expect(fields.headers("x-webhook-signature")[0] == (try headers([encoded]).header("x-webhook-signature")))
        #expect(fields.header("webhook-signature")?.split(separator: " ").count == 2)
        #expect(try accepts(encoded, fields))
        #expect(try accepts(try SigningKey(text).receiverText, fields))
        #expect(try !accepts("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", fields))
    }

    @Test func `an Ed25519 key signs beside the others and is verified with its public half`() throws {
        let fields = try headers([pair, text])
        let signatures = try #require(fields.header("webhook-signature")).split(separator: " ")
        #expect(signatures.map { $0.split(separator: ",")[0] } == ["v1a", "v1"])
        #expect(try accepts(publicKey, fields))
        // Nobody but us holds the private half, so that nothing else is keyed with it.
        #expect(fields.headers("x-webhook-signature").count == 1)
        #expect(try headers([pair]).header("x-webhook-signature") == nil)
    }

    @Test func `the endpoint's own headers follow, and may replace the content type and the user agent`() throws {
        let fields = try headers([text], custom: ["X-Tenant": "7", "content-type": "application/cloudevents+json"])
        #expect(fields.headers("content-type") == ["application/cloudevents+json"])
        #expect(fields.header("x-tenant") == "7")
        #expect(fields.headers("user-agent") == [DeliverySigner.userAgent])
    }

    @Test func `another content keeps its type`() throws {
        #expect(
            try headers([text], type: "text/xml; charset=utf-8").header("content-type") == "text/xml; charset=utf-8")
    }

    @Test(arguments: [(["a", ""], 1), (["whsk_AAAA"], 0), (["a", "whsk_nonsense"], 1)])
    func `a secret that is none is named by its place`(_ secrets: [String], _ index: Int) {
        let error = #expect(throws: SchemeError.self) { try DeliverySigner(secrets: secrets.map { Secret($0) }) }
        switch error {
        case .emptySecret(index), .malformedSecret(index, _): break
        default: Issue.record("\(String(describing: error))")
        }
    }
}
