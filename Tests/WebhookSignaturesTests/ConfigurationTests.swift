import Testing

@testable import WebhookSignatures

/// What is wrong with settings is said when the verifier is made.
@Suite struct ConfigurationTests {
    @Test func `a scheme that is not there is named`() {
        #expect(throws: SchemeError.unknownScheme("carrier-pigeon")) {
            try Verifier(scheme: "carrier-pigeon", settings: SchemeSettings())
        }
    }

    @Test(arguments: SchemeInfo.all.filter { $0.secretForm != .none && $0.name != "hmac" })
    func `a scheme without its secret, or with an empty one, is refused`(_ info: SchemeInfo) {
        var settings = SchemeSettings()
        settings.header = "X-Key"
        #expect(throws: SchemeError.missingSecret) { try Verifier(scheme: info.name, settings: settings) }
        settings.secrets = ["", "x"]
        #expect(throws: SchemeError.emptySecret(index: 0)) { try Verifier(scheme: info.name, settings: settings) }
    }

    @Test(arguments: [
        ("standard", "not base64!", SecretForm.whsec), ("standard", "whpk_AAAA", .whsec), ("svix", "whpk_!", .whsec),
        ("standard", "whsec_", .whsec), ("discord", "zz", .hex), ("discord", "00ff", .hex), ("telnyx", "AAAA", .base64),
        ("basic", "no colon", .userAndPassword),
    ])
    func `a secret of another form is named by its position`(_ scheme: String, secret: String, form: SecretForm) {
        #expect(throws: SchemeError.malformedSecret(index: 0, expected: form)) {
            try Verifier(scheme: scheme, settings: SchemeSettings(secrets: [secret]))
        }
    }

    @Test func `settings that a scheme needs are named`() {
        var settings = SchemeSettings(secrets: ["s"])
        #expect(throws: SchemeError.missingSetting(.header)) {
            try Verifier(scheme: "header_token", settings: settings)
        }
        #expect(throws: SchemeError.missingSetting(.signature)) { try Verifier(scheme: "hmac", settings: settings) }
        settings.toleranceSeconds = -1
        #expect(throws: SchemeError.invalidSetting(.toleranceSeconds, reason: "must not be negative")) {
            try Verifier(scheme: "signed", settings: settings)
        }
        settings.toleranceSeconds = nil
        settings.headerPrefix = ""
        #expect(throws: SchemeError.invalidSetting(.headerPrefix, reason: "must not be empty")) {
            try Verifier(scheme: "signed", settings: settings)
        }
    }

    @Test func `settings are read from text`() throws {
        var settings = SchemeSettings()
        let texts: [(SchemeSetting, String)] = [
            (.secrets, "a"), (.secrets, "b"), (.namedSecrets, "k=v=w"), (.toleranceSeconds, "10"),
            (.headerPrefix, "X-A"),
            (.header, "H"), (.timestampHeader, "T"), (.parameter, "p"), (.keyInPath, "true"),
            (.publicURL, "https://h/"),
            (.allowedAddresses, "192.0.2.1, ::1"), (.signature, #"{"header":"S"}"#),
        ]
        for (setting, text) in texts { try settings.set(setting, to: text) }
        #expect(Set(texts.map(\.0)) == Set(SchemeSetting.allCases))
        #expect(settings.secrets == ["a", "b"])
        #expect(settings.namedSecrets == ["k": "v=w"])
        #expect(settings.toleranceSeconds == 10)
        #expect(settings.keyInPath)
        #expect(settings.allowedAddresses == ["192.0.2.1", "::1"])
        #expect(settings.signature?.signature == .header("S"))
        for (setting, text) in [(SchemeSetting.toleranceSeconds, "soon"), (.keyInPath, "yes"), (.namedSecrets, "k")] {
            #expect(throws: SchemeError.self) { try settings.set(setting, to: text) }
        }
    }

    // MARK: Descriptions

    @Test func `a description in JSON says the same as one in Swift`() throws {
        let json = """
            {"header": "X-Sig", "prefix": "v1=", "prefix_optional": true, "list_separator": ", ",
             "algorithm": "hmac-sha512", "key_encoding": "hex", "signature_encoding": "base64",
             "template": "{timestamp}.{body}", "id": [{"header": "X-Id"}, {"json": "/id"}], "id_required": true,
             "timestamp": {"part": "t", "unit": "milliseconds", "past_seconds": 60, "required": false},
             "refuse_empty_body": true}
            """
        var expected = SignatureDescription(signature: .header("X-Sig"), prefix: "v1=", template: "{timestamp}.{body}")
        expected.isPrefixOptional = true
        expected.listSeparator = ", "
        expected.algorithm = .hmacSHA512
        expected.keyForm = .hex
        expected.encoding = .base64
        expected.id = [.header("X-Id"), .json("/id")]
        expected.isIDRequired = true
        expected.timestamp = .init(.part("t"), unit: .milliseconds, pastSeconds: 60, isRequired: false)
        expected.refusesEmptyBody = true
        #expect(try SignatureDescription(json: json) == expected)
        let smallest = try SignatureDescription(json: #"{"signature":{"form":"sig"}}"#)
        #expect(smallest == SignatureDescription(signature: .form("sig")))
    }

    @Test(arguments: [
        ("[", "$"), ("[]", "$"), ("{}", "$.header"), (#"{"header":1}"#, "$.header"),
        (#"{"header":"S","colour":1}"#, "$.colour"),
        (#"{"header":"S","algorithm":"md5"}"#, "$.algorithm"), (#"{"header":"S","template":[]}"#, "$.template"),
        (#"{"header":"S","template":"{nonsense}"}"#, "template"), (#"{"header":"S","template":"{body"}"#, "template"),
        (#"{"header":"S","template":"body}"}"#, "template"), (#"{"header":"S","template":"{timestamp}"}"#, "timestamp"),
        (#"{"header":"S","template":"{id}"}"#, "id"), (#"{"header":"S","algorithm":"sha256"}"#, "template"),
        (#"{"header":"S","key_encoding":"none"}"#, "key_encoding"), (#"{"signature":{"part":"x"}}"#, "signature"),
        (#"{"header":"S","timestamp":{"unit":"seconds"}}"#, "$.timestamp"),
        (#"{"header":"S","timestamp":{"header":"T","past_seconds":-1}}"#, "$.timestamp.past_seconds"),
        (#"{"header":"S","timestamp":{"header":"T","later":1}}"#, "$.timestamp.later"),
        (#"{"header":"S","id":[{"json":"id"}]}"#, "id"), (#"{"header":"S","id":[1]}"#, "$.id[0]"),
        (#"{"header":"S","list_separator":""}"#, "list_separator"), (#"{"header":""}"#, "signature"),
    ])
    func `a description that cannot be is refused with the field that is wrong`(_ json: String, field: String) throws {
        let error = #expect(throws: SchemeError.self) { try SignatureDescription(json: json) }
        guard case .invalidDescription(field, _) = try #require(error) else {
            Issue.record("\(json): \(String(describing: error))")
            return
        }
    }

    @Test func `a described scheme verifies what it describes`() throws {
        let json = """
            {"header": "S", "prefix": "{", "template": "{{{method} {path}?{query}|{query_sorted}|{header:X-A}|{json:/n}}}",
             "id": {"header": "X-A"}}
            """
        var settings = SchemeSettings(secrets: ["k"])
        settings.signature = try SignatureDescription(json: json)
        let text = "{POST /in?b=2&a=1|a=1&b=2|va|1}"
        let message = Sample.Message(headers: [("S", "{" + hexCode("k", text)), ("X-A", "va")])
        let verifier = try Verifier(scheme: "hmac", settings: settings)
        #expect(
            verifier.verify(message.request, nowSeconds: 0)
                == .accepted(Evidence(idempotencyKey: "va", isIdempotencyKeySigned: true, secretIndex: 0)))
        #expect(
            verifier.verify(message.without("X-A").request, nowSeconds: 0) == .rejected(.missingSignedValue("X-A")))
    }

    // MARK: Names

    @Test func `the table is sorted and every name is there once`() {
        let names = SchemeInfo.all.map(\.name)
        #expect(names == names.sorted())
        #expect(Set(names).count == names.count)
        for info in SchemeInfo.all { #expect(info.summary.hasSuffix("."), "\(info.name)") }
    }

    @Test func `credentials are known by the words in their headers' names`() throws {
        let parts = try Verifier(scheme: "none", settings: SchemeSettings()).sensitiveParts
        for name in [
            "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Api-Key", "apikey", "X-Gitlab-Token",
            "X-Hub-Signature-256", "X-Shopify-Hmac-SHA256", "X-Auth-Token", "Client-Secret", "stripe-signature",
        ] {
            #expect(parts.coversHeader(name), "\(name)")
        }
        for name in ["Content-Type", "User-Agent", "X-GitHub-Delivery", "X-GitHub-Event", "webhook-id", "Date"] {
            #expect(!parts.coversHeader(name), "\(name)")
        }
        #expect(parts.coversQueryParameter("API_KEY"))
        #expect(!parts.coversQueryParameter("topic"))
        var settings = SchemeSettings(secrets: ["k"])
        settings.parameter = "door"
        #expect(try Verifier(scheme: "url_key", settings: settings).sensitiveParts.coversQueryParameter("door"))
        settings.keyInPath = true
        #expect(try Verifier(scheme: "url_key", settings: settings).sensitiveParts.isLastPathPartSensitive)
    }

    @Test func `codes of rejections are told apart`() {
        let all: [Rejection] = [
            .missingSignature(in: "a"), .malformedSignature(in: "a"), .signatureMismatch, .repeatedHeader("a"),
            .missingSignedValue("a"), .bodyHashMismatch, .emptyBody, .missingTimestamp, .unreadableTimestamp,
            .staleTimestamp(ageSeconds: 1), .futureTimestamp(aheadSeconds: 1), .missingIdempotencyKey, .unknownAddress,
            .addressNotAllowed,
        ]
        #expect(Set(all.map(\.code)).count == all.count)
        #expect(Set(all.map(\.description)).count == all.count)
        #expect(Set(all.map(\.answer)) == Set(Rejection.Answer.allCases))
    }
}
