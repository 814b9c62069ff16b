import HubCore
import Testing

@testable import WebhookSignatures

/// What is special about single vendors.
@Suite struct VendorRuleTests {
    private let now = Sample.now

    private func sample(_ scheme: String, _ header: String? = nil) throws -> Sample {
        try #require(Sample.all.first { $0.scheme == scheme && (header == nil || $0.signatureHeader == header) })
    }

    private func verdict(_ scheme: String, _ message: Sample.Message, _ settings: SchemeSettings? = nil) throws
        -> Verdict
    {
        let settings = try settings ?? SchemeSettings(secrets: sample(scheme).secrets)
        return try Verifier(scheme: scheme, settings: settings).verify(message.request, nowSeconds: now)
    }

    private func evidence(_ scheme: String, _ message: Sample.Message) throws -> Evidence? {
        guard case .accepted(let evidence) = try verdict(scheme, message) else { return nil }
        return evidence
    }

    @Test func `a wrong new HubSpot signature is not saved by a right old one`() throws {
        let new = try sample("hubspot").message()
        var message = try sample("hubspot", "X-HubSpot-Signature").message()
        message.headers +=
            new.replacing("X-HubSpot-Signature-v3", with: Base64.encode([UInt8](repeating: 0, count: 32)))
            .headers
        #expect(try verdict("hubspot", message) == .rejected(.signatureMismatch))
    }

    @Test func `an old HubSpot signature without its version is refused`() throws {
        let message = try sample("hubspot", "X-HubSpot-Signature").message().without("X-HubSpot-Signature-Version")
        #expect(try verdict("hubspot", message) == .rejected(.missingSignature(in: "X-HubSpot-Signature-v3")))
    }

    @Test func `HubSpot may sign the URL with some escapes decoded`() throws {
        var message = try sample("hubspot").message()
        message.url = "https://hub.example.com/in?b%3D=2%2Fa%20b"
        let template = try SignatureTemplate("{url_unescaped}")
        var values = RequestValues(message.request)
        let pieces = try template.pieces(
            of: SignedMessage(request: message.request, url: message.url), secret: [], &values)
        #expect(pieces == [Array("https://hub.example.com/in?b%3D=2/a%20b".utf8)])
    }

    @Test func `a Forgejo signature counts before a Gitea one`() throws {
        let right = try sample("forgejo").message()
        let wrong = right.replacing("X-Forgejo-Signature", with: String(repeating: "0", count: 64)).headers
        var message = try sample("gitea").message()
        #expect(try evidence("forgejo", message) != nil)
        message.headers += wrong
        #expect(try verdict("gitea", message) == .rejected(.signatureMismatch))
    }

    @Test func `Jira's method must be one we know`() throws {
        let message = try sample("jira").message()
        let value = message.value("X-Hub-Signature")
        for method in ["sha1", "md5", "none", "SHA256", ""] {
            let changed = message.replacing("X-Hub-Signature", with: method + value.dropFirst(6))
            #expect(try verdict("jira", changed) == .rejected(.malformedSignature(in: "X-Hub-Signature")))
        }
        let other = message.replacing("X-Hub-Signature", with: "sha512" + value.dropFirst(6))
        #expect(try verdict("jira", other) == .rejected(.signatureMismatch))
    }

    @Test(arguments: [
        ("pagerduty", "X-PagerDuty-Signature", "v1=00,", ""), ("pagerduty", "X-PagerDuty-Signature", "", ",v2=x"),
        ("stripe", "Stripe-Signature", "v0=00,", ""), ("stripe", "Stripe-Signature", "v1=00,", ",v1=11"),
        ("paddle", "Paddle-Signature", "h1=00;", ""), ("standard", "webhook-signature", "v1,AAAA v1a,AAAA v2,x ", ""),
        ("svix", "svix-signature", "", " v1,AAAA"),
    ])
    func `one right signature in a list is enough`(_ scheme: String, header: String, before: String, after: String)
        throws
    {
        let message = try sample(scheme).message()
        let changed = message.replacing(header, with: before + message.value(header) + after)
        #expect(try evidence(scheme, changed) != nil)
    }

    @Test func `a list of more signatures than anybody sends is refused`() throws {
        let message = try sample("standard").message()
        let many = String(repeating: "v1,AAAA ", count: 16) + message.value("webhook-signature")
        #expect(
            try verdict("standard", message.replacing("webhook-signature", with: many))
                == .rejected(.malformedSignature(in: "webhook-signature")))
    }

    @Test func `Stripe's other version is no signature`() throws {
        let message = try sample("stripe").message()
        let value = message.value("Stripe-Signature").replacing("v1=", with: "v0=")
        #expect(
            try verdict("stripe", message.replacing("Stripe-Signature", with: value))
                == .rejected(.malformedSignature(in: "Stripe-Signature")))
        let untimed = String(message.value("Stripe-Signature").drop { $0 != "v" })
        #expect(
            try verdict("stripe", message.replacing("Stripe-Signature", with: untimed)) == .rejected(.missingTimestamp))
    }

    @Test func `a shared secret and a public key may verify one Standard Webhooks source`() throws {
        let shared = try sample("standard")
        let pair = try #require(Sample.all.first { $0.scheme == "standard" && $0.secrets[0].hasPrefix("whpk_") })
        let settings = SchemeSettings(secrets: [pair.secrets[1], shared.secrets[0]])
        #expect(
            try verdict("standard", shared.message(), settings)
                == .accepted(
                    Evidence(
                        timestampSeconds: now, idempotencyKey: "msg_1", isIdempotencyKeySigned: true, secretIndex: 1)))
        guard case .accepted(let evidence) = try verdict("standard", pair.message(secret: 1), settings) else {
            Issue.record("refused")
            return
        }
        #expect(evidence.secretIndex == 0)
    }

    @Test func `a Standard Webhooks message without an id is refused as such`() throws {
        let message = try sample("standard").message()
        #expect(try verdict("standard", message.without("webhook-id")) == .rejected(.missingIdempotencyKey))
    }

    @Test func `OpenAI may leave out the version, others may not`() throws {
        let message = try sample("openai").message()
        let bare = message.replacing("webhook-signature", with: String(message.value("webhook-signature").dropFirst(3)))
        #expect(try evidence("openai", bare) != nil)
        #expect(try verdict("standard", bare) == .rejected(.malformedSignature(in: "webhook-signature")))
    }

    @Test func `Svix messages may carry the neutral header names, Resend's may not`() throws {
        let neutral = try sample("standard").message()
        #expect(try evidence("svix", neutral) != nil)
        #expect(try verdict("resend", neutral) == .rejected(.missingSignature(in: "svix-signature")))
    }

    @Test func `Linear payloads without a time are accepted, since the body is signed`() throws {
        let sample = try sample("linear")
        let signature = code(.sha256, sample.secrets[0], Sample.bodyText)
        let message = Sample.Message(headers: [("Linear-Signature", Hex.encode(signature)), ("Linear-Delivery", "d")])
        #expect(
            try evidence("linear", message)
                == Evidence(idempotencyKey: "d", isIdempotencyKeySigned: false, secretIndex: 0))
    }

    @Test func `Grafana's header names are settings, and a named timestamp is signed`() throws {
        var settings = SchemeSettings(secrets: ["s"])
        settings.header = "X-My-Sig"
        settings.timestampHeader = "X-My-Time"
        let signature = code(.sha256, "s", "\(now):\(Sample.bodyText)")
        var message = Sample.Message(headers: [("X-My-Sig", Hex.encode(signature)), ("X-My-Time", String(now))])
        #expect(try verdict("grafana", message, settings) == .accepted(Evidence(timestampSeconds: now, secretIndex: 0)))
        message = message.replacing("X-My-Time", with: String(now + 1))
        #expect(try verdict("grafana", message, settings) == .rejected(.signatureMismatch))
    }

    @Test func `the callback URL of the settings is signed rather than that of the request`() throws {
        var settings = SchemeSettings(secrets: try sample("trello").secrets)
        settings.publicURL = Sample.url
        var message = try sample("trello").message()
        message.url = "http://10.0.0.1/internal"
        #expect(try verdict("trello", message, settings) == .accepted(Evidence(idempotencyKey: nil, secretIndex: 0)))
        settings.publicURL = Sample.url + "#"
        #expect(try verdict("trello", message, settings) == .rejected(.signatureMismatch))
    }

    @Test func `Square never signs an empty body`() throws {
        let secret = try sample("square").secrets[0]
        let signature = code(.sha256, secret, Sample.url)
        let message = Sample.Message(headers: [("x-square-hmacsha256-signature", Base64.encode(signature))], body: [])
        #expect(try verdict("square", message) == .rejected(.emptyBody))
    }

    @Test func `Mailgun's fields may come in a multipart form, and the last of a name counts`() throws {
        let secret = try sample("mailgun").secrets[0]
        let signature = Hex.encode(code(.sha256, secret, "\(now)tok"))
        let fields = [("token", "old"), ("token", "tok"), ("timestamp", String(now)), ("signature", signature)]
        let body = fields.map { "--b\r\nContent-Disposition: form-data; name=\"\($0.0)\"\r\n\r\n\($0.1)\r\n" }.joined()
        let message = Sample.Message(
            headers: [("Content-Type", "multipart/form-data; boundary=b")], body: Array((body + "--b--\r\n").utf8))
        #expect(
            try evidence("mailgun", message)
                == Evidence(timestampSeconds: now, idempotencyKey: "tok", isIdempotencyKeySigned: true, secretIndex: 0))
    }

    @Test(arguments: [
        ("github", "X-GitHub-Delivery"), ("bitbucket", "X-Request-UUID"), ("shopify", "X-Shopify-Event-Id"),
        ("sentry", "Request-ID"), ("linear", "Linear-Delivery"), ("zendesk", "X-Zendesk-Webhook-Invocation-Id"),
        ("pagerduty", "X-Webhook-Id"), ("twilio", "I-Twilio-Idempotency-Token"), ("gitea", "X-Gitea-Delivery"),
    ])
    func `a vendor's id in a header is the idempotency key, and is not signed`(_ scheme: String, header: String) throws
    {
        var message = try sample(scheme).message()
        message.headers.append((header, "id-7"))
        let evidence = try #require(try evidence(scheme, message))
        #expect(evidence.idempotencyKey == "id-7")
        #expect(!evidence.isIdempotencyKeySigned)
    }

    @Test(arguments: ["slack", "stripe"])
    func `a vendor's id in the signed body is the idempotency key, and is signed`(_ scheme: String) throws {
        let evidence = try #require(try evidence(scheme, try sample(scheme).message()))
        #expect(evidence.idempotencyKey == (scheme == "stripe" ? "evt_1" : nil))
        #expect(evidence.isIdempotencyKeySigned == (scheme == "stripe"))
    }

    // MARK: Twilio

    @Test(arguments: [
        ("https://h.example/p?x=1", "https://h.example:443/p?x=1"), ("http://h.example", "http://h.example:80"),
        ("https://h.example:8443/p", "https://h.example/p"),
        ("https://u:p@h.example:8443/p", "https://u:p@h.example/p"),
        ("https://[::1]/p", "https://[::1]:443/p"), ("https://[::1]:1/p", "https://[::1]/p"),
    ])
    func `Twilio may have signed the URL with or without the port`(_ received: String, signed: String) throws {
        let key = try sample("twilio").secrets[0]
        for url in [received, signed] {
            let signature = code(.sha1, key, url)
            let message = Sample.Message(
                headers: [("X-Twilio-Signature", Base64.encode(signature))], body: [], url: received)
            #expect(try evidence("twilio", message) != nil, "\(url)")
        }
    }

    @Test func `a Twilio body that is no form needs its hash in the URL`() throws {
        let key = try sample("twilio").secrets[0]
        let message = Sample.Message(
            headers: [
                (
                    "X-Twilio-Signature",
                    Base64.encode(code(.sha1, key, Sample.url))
                ),
                ("Content-Type", "application/json"),
            ])
        #expect(try verdict("twilio", message) == .rejected(.bodyHashMismatch))
    }

    @Test(arguments: [
        "key=k,algorithm=HMAC_MD5", "algorithm=HMAC_SHA256", "key=k", "", "nonsense", "key=k;algorithm=HMAC_SHA1",
    ])
    func `Twilio's signature settings are taken as they must be or not at all`(_ value: String) throws {
        var settings = SchemeSettings(secrets: try sample("twilio").secrets)
        settings.namedSecrets = ["k": settings.secrets[0]]
        var message = try sample("twilio").message()
        message.headers.append(("X-Twilio-Webhooks-Signature-Settings", value))
        #expect(
            try verdict("twilio", message, settings)
                == .rejected(.malformedSignature(in: "X-Twilio-Webhooks-Signature-Settings")))
    }

    @Test func `a request that names a shared key is not checked with the account's token`() throws {
        var message = try sample("twilio").message()
        message.headers.append(("X-Twilio-Webhooks-Signature-Settings", "key=unknown,algorithm=HMAC_SHA1"))
        #expect(try verdict("twilio", message) == .rejected(.signatureMismatch))
        var settings = SchemeSettings()
        settings.namedSecrets = ["unknown": try sample("twilio").secrets[0]]
        #expect(try verdict("twilio", message, settings) == .accepted(Evidence()))
    }
}
