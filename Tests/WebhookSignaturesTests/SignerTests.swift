import HubCore
import Testing

@testable import WebhookSignatures

@Suite struct SignerTests {
    /// The vectors of the Standard Webhooks reference implementation.
    private let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    private let seconds: Int64 = 1_614_265_330
    private let body = Array(#"{"test": 2432232314}"#.utf8)
    private let sharedText = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private let pairText =
        "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
    private let publicText = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
    private let sharedSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    private let pairSignature =
        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="

    private func headers(_ signer: Signer) throws -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: try signer.headers(id: id, timestampSeconds: seconds, body: body).map {
                ($0.name, $0.value)
            })
    }

    private func verdict(_ scheme: String, _ secret: String, _ signer: Signer) throws -> Verdict {
        let request = SignedRequest(
            method: "POST", url: "https://h/", headers: try headers(signer).map { ($0.key, $0.value) }, body: body)
        return try Verifier(scheme: scheme, settings: SchemeSettings(secrets: [secret]))
            .verify(request, nowSeconds: seconds)
    }

    @Test func `a shared key signs as the standard's vector says, with and without its prefix`() throws {
        for text in [sharedText, "whsec_" + sharedText] {
            let signer = try Signer.standard(keys: [SigningKey(text)])
            #expect(
                try headers(signer) == [
                    "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": sharedSignature,
                ])
            #expect(try SigningKey(text).receiverText == "whsec_" + sharedText)
        }
    }

    @Test func `a pair verifies as the standard's vector says`() throws {
        let request = SignedRequest(
            method: "POST", url: "https://h/",
            headers: [
                ("webhook-id", id), ("webhook-timestamp", String(seconds)), ("webhook-signature", pairSignature),
            ],
            body: body)
        let verifier = try Verifier(scheme: "standard", settings: SchemeSettings(secrets: [publicText]))
        #expect(
            verifier.verify(request, nowSeconds: seconds)
                == .accepted(
                    Evidence(
                        timestampSeconds: seconds, idempotencyKey: id, isIdempotencyKeySigned: true, secretIndex: 0)))
    }

    @Test func `a pair is written and read as seed and public key, or as its seed alone`() throws {
        let key = try SigningKey(pairText)
        #expect(key.receiverText == publicText)
        #expect(key.secretText == pairText)
        let seed = try #require(Base64.decode(pairText.dropFirst(5))).prefix(32)
        #expect(try SigningKey("whsk_" + Base64.encode(Array(seed))).receiverText == publicText)
        #expect(try SigningKey(seed: Array(seed)).secretText == pairText)
    }

    @Test func `all keys sign, in their order`() throws {
        let signer = try Signer.standard(keys: [SigningKey(pairText), SigningKey(sharedText)])
        let parts = try headers(signer)["webhook-signature"]?.split(separator: " ") ?? []
        #expect(parts.count == 2)
        #expect(parts.first?.hasPrefix("v1a,") == true)
        #expect(parts.last.map(String.init) == sharedSignature)
        #expect(try verdict("standard", publicText, signer) != .rejected(.signatureMismatch))
        #expect(try verdict("standard", sharedText, signer) != .rejected(.signatureMismatch))
    }

    @Test(arguments: [
        "short", "c2hvcnQ=", "whsec_c2hvcnQ=", "whsec_not base64", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        String(repeating: "A", count: 88),
    ])
    func `a secret that is not base64 of 24 to 64 bytes signs as text, and the receiver gets its base64`(_ text: String)
        throws
    {
        let key = try SigningKey(text)
        #expect(key.receiverText == "whsec_" + Base64.encode(Array(text.utf8)))
        let signer = try Signer.standard(keys: [key])
        guard case .accepted = try verdict("standard", key.receiverText, signer) else {
            Issue.record("refused")
            return
        }
    }

    @Test func `a pair whose halves do not belong together, or of another length, is refused`() throws {
        var bytes = try #require(Base64.decode(pairText.dropFirst(5)))
        bytes[63] ^= 1
        for text in ["whsk_" + Base64.encode(bytes), "whsk_", "whsk_AAAA", "whsk_!", pairText + "="] {
            #expect(throws: SchemeError.malformedSecret(index: 0, expected: .whsec), "\(text)") { try SigningKey(text) }
        }
        #expect(throws: SchemeError.malformedSecret(index: 0, expected: .whsec)) { try SigningKey(seed: [1, 2]) }
    }

    @Test func `what our schemes sign they verify`() throws {
        let evidence = { (isSigned: Bool) in
            Verdict.accepted(
                Evidence(
                    timestampSeconds: seconds, idempotencyKey: id, isIdempotencyKeySigned: isSigned, secretIndex: 0))
        }
        #expect(try verdict("signed", "s", Signer.signed(secret: "s")) == evidence(false))
        #expect(try verdict("signed-strict", "s", Signer.signedStrict(secret: "s")) == evidence(true))
        #expect(try verdict("signed-strict", "s", Signer.signed(secret: "s")) == .rejected(.signatureMismatch))
    }

    @Test func `the body's header is keyed with the secret's text as shown`() throws {
        let signer = try Signer.body(secret: "secret", header: "X-Webhook-Signature")
        let headers = try signer.headers(id: id, timestampSeconds: seconds, body: Array("{}".utf8))
        #expect(headers.map(\.name) == ["X-Webhook-Signature"])
        #expect(headers[0].value == "sha256=77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e13")
    }

    @Test func `an empty secret signs nothing`() {
        #expect(throws: SchemeError.emptySecret(index: 0)) { try Signer.signed(secret: "") }
        #expect(throws: SchemeError.emptySecret(index: 0)) { try SigningKey("") }
        #expect(throws: SchemeError.missingSecret) { try Signer.standard(keys: []) }
    }

    @Test func `no secret is printed`() throws {
        var settings = SchemeSettings(secrets: [sharedText])
        settings.namedSecrets = ["k": sharedText]
        for value in [try SigningKey(sharedText), settings] as [Any] {
            var dumped = ""
            dump(value, to: &dumped)
            #expect(!"\(value) \(String(reflecting: value)) \(dumped)".contains(sharedText))
        }
    }
}
