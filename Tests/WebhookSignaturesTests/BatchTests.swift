import HubCore
import Testing

@testable import WebhookSignatures

@Suite struct BatchTests {
    private func answer(_ line: String) throws -> JSON {
        let text = BatchVerification.answer(to: line)
        #expect(!text.contains("\n"))
        return try JSON.parse(text)
    }

    @Test(arguments: [
        ("", "null"), ("nonsense", "null"), ("[]", "null"), ("{}", "null"), (#"{"id":"a"}"#, #""a""#),
        (#"{"id":7,"scheme":1}"#, "7"),
        (#"{"id":"a","scheme":"github","method":"POST","url":"u","headers":{},"now":"x"}"#, #""a""#),
        (#"{"id":"a","scheme":"github","method":"POST","url":"u","headers":[],"now":1}"#, #""a""#),
        (#"{"id":"a","scheme":"github","method":"POST","url":"u","headers":{"A":1},"now":1}"#, #""a""#),
        (#"{"id":"a","scheme":"github","method":"POST","url":"u","headers":{},"now":1,"body_base64":"?"}"#, #""a""#),
    ])
    func `a line that cannot be read is rejected under its id`(_ line: String, id: String) throws {
        let answer = try answer(line)
        #expect(answer["id"]?.text == id)
        #expect(answer["verdict"] == "reject")
        #expect(answer["reason"]?.string?.hasPrefix("line.malformed") == true)
    }

    @Test(arguments: [
        ("github", "{}", "reject", "scheme.missing-secret"),
        ("standard_webhooks", #"{"secrets":["%"]}"#, "reject", "scheme.malformed-secret"),
        ("github", #"{"secret":"s"}"#, "reject", "signature.missing"), ("none", "{}", "accept", "verified"),
        ("carrier_pigeon", "{}", "unsupported", "scheme.unknown"),
        ("x_hub_signature", #"{"secret":"s","algorithm":"crc32"}"#, "reject", "scheme.invalid-description"),
        ("hex_body", #"{"secret":"s"}"#, "reject", "scheme.missing-setting"),
        ("hmac", #"{"secret":"s","signature":{"header":"S","x":1}}"#, "reject", "scheme.invalid-description"),
        ("ip_allow_list", #"{"allowed_addresses":["192.0.2.0/24"]}"#, "accept", "verified"),
    ])
    func `the verdict says what is wrong`(_ scheme: String, config: String, verdict: String, reason: String) throws {
        let answer = try answer(
            """
            {"id":"a","scheme":"\(scheme)","method":"POST","url":"u","headers":{"A":["1","2"]},"now":1,"config":\(config),\
            "remote_address":"192.0.2.1"}
            """)
        #expect(answer["verdict"]?.string == verdict)
        #expect(answer["reason"]?.string?.hasPrefix(reason) == true, "\(answer.text)")
    }
}
