import Testing

@testable import WebhookSignatures

/// Our own schemes, `signed` and `signed-strict`.
@Suite struct SignedSchemeTests {
    private let now = Sample.now

    private func verdict(
        _ scheme: String, _ message: Sample.Message, _ change: (inout SchemeSettings) -> Void = { _ in }
    )
        throws -> Verdict
    {
        var settings = SchemeSettings(secrets: ["first secret"])
        change(&settings)
        return try Verifier(scheme: scheme, settings: settings).verify(message.request, nowSeconds: now)
    }

    private func message(_ scheme: String) -> Sample.Message {
        Sample.ours[scheme == "signed" ? 0 : 1].message()
    }

    @Test func `the key of a signed request is not proved by its signature, that of a strict one is`() throws {
        #expect(
            try verdict("signed", message("signed"))
                == .accepted(
                    Evidence(
                        timestampSeconds: now, idempotencyKey: "key-1", isIdempotencyKeySigned: false, secretIndex: 0)))
        #expect(
            try verdict("signed-strict", message("signed-strict"))
                == .accepted(
                    Evidence(
                        timestampSeconds: now, idempotencyKey: "key-1", isIdempotencyKeySigned: true, secretIndex: 0)))
    }

    @Test func `a known answer verifies`() throws {
        // printf '{}' | openssl dgst -sha256 -hmac secret
        let message = Sample.Message(
            headers: [
                ("X-IW-Signature", "sha256=77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e13"),
                ("X-IW-Timestamp", String(now)), ("X-IW-Idempotency-Key", "k"),
            ], body: Array("{}".utf8))
        guard case .accepted = try verdict("signed", message, { $0.secrets = ["secret"] }) else {
            Issue.record("refused")
            return
        }
    }

    @Test(arguments: ["signed", "signed-strict"])
    func `a missing key is reported after signature and timestamp`(_ scheme: String) throws {
        let keyless = message(scheme).without("X-IW-Idempotency-Key")
        #expect(try verdict(scheme, keyless) == .rejected(.missingIdempotencyKey))
        #expect(Rejection.missingIdempotencyKey.answer == .missingIdempotencyKey)
        let timeless = keyless.without("X-IW-Timestamp")
        #expect(try verdict(scheme, timeless) == .rejected(.missingTimestamp))
        let unsigned = timeless.without("X-IW-Signature")
        #expect(try verdict(scheme, unsigned) == .rejected(.missingSignature(in: "X-IW-Signature")))
        #expect(
            try verdict(scheme, message(scheme).replacing("X-IW-Idempotency-Key", with: ""))
                == .rejected(.missingIdempotencyKey))
    }

    @Test func `a signed request's timestamp does not matter to its signature`() throws {
        let stale = message("signed").replacing("X-IW-Timestamp", with: String(now - 301))
        #expect(try verdict("signed", stale) == .rejected(.staleTimestamp(ageSeconds: 301)))
        #expect(try verdict("signed", stale) { $0.secrets = ["other"] } == .rejected(.signatureMismatch))
        let garbage = message("signed").replacing("X-IW-Timestamp", with: "soon")
        #expect(try verdict("signed", garbage) { $0.secrets = ["other"] } == .rejected(.signatureMismatch))
    }

    @Test func `the strict scheme never falls back to the plain one, nor the plain one to the strict`() throws {
        #expect(try verdict("signed-strict", message("signed")) == .rejected(.signatureMismatch))
        #expect(try verdict("signed", message("signed-strict")) == .rejected(.signatureMismatch))
    }

    @Test func `the strict scheme binds timestamp and key`() throws {
        let message = message("signed-strict")
        for (header, value) in [("X-IW-Timestamp", String(now + 1)), ("X-IW-Idempotency-Key", "key-2")] {
            #expect(
                try verdict("signed-strict", message.replacing(header, with: value)) == .rejected(.signatureMismatch))
        }
    }

    @Test func `the tolerance is a setting`() throws {
        let message = message("signed").replacing("X-IW-Timestamp", with: String(now - 400))
        guard case .accepted = try verdict("signed", message, { $0.toleranceSeconds = 400 }) else {
            Issue.record("refused")
            return
        }
        #expect(
            try verdict("signed", message) { $0.toleranceSeconds = 0 } == .rejected(.staleTimestamp(ageSeconds: 400)))
    }

    @Test func `the header prefix is a setting`() throws {
        var message = message("signed")
        message.headers = message.headers.map { ($0.0.replacing("X-IW", with: "X-Acme"), $0.1) }
        guard case .accepted = try verdict("signed", message, { $0.headerPrefix = "X-Acme" }) else {
            Issue.record("refused")
            return
        }
        #expect(try verdict("signed", message) == .rejected(.missingSignature(in: "X-IW-Signature")))
    }

    @Test func `an allow-list goes with any scheme and is judged first`() throws {
        #expect(
            try verdict("signed", message("signed")) { $0.allowedAddresses = ["192.0.2.0/24"] }
                == .rejected(.unknownAddress))
    }
}
