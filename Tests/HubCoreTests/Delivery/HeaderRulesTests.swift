import HubCore
import Testing

@Suite struct HeaderRulesTests {
    @Test(arguments: [
        "Host", "host", "Content-Length", "Transfer-Encoding", "CONNECTION", "webhook-id", "Webhook-Timestamp",
        "webhook-anything", "X-Webhook-Signature", "x-webhook-event", "X-Webhook-Delivery", "TE", "Trailer", "Upgrade",
        "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Expect", "HTTP2-Settings",
    ])
    func `a header of the protocol or of the hub is refused`(_ name: String) {
        #expect(throws: HeaderProblem.forbidden(name)) { try HeaderRules.check([name: "1"]) }
    }

    @Test(arguments: [
        "Authorization", "X-Api-Key", "Content-Type", "User-Agent", "X-Webhook-Tenant", "Cookie", "!#$%&'*+-.^_`|~9",
    ])
    func `other headers are taken`(_ name: String) throws {
        try HeaderRules.check([name: "Bearer abc\t~"])
    }

    @Test(arguments: ["", "X A", "X:", "X\r\nY", "Ü", "X(", "X\u{0}", "\"X\""])
    func `a name that is none is refused`(_ name: String) {
        #expect(throws: HeaderProblem.invalidName(name)) { try HeaderRules.check([name: "1"]) }
    }

    @Test(arguments: ["a\r\nX-Evil: 1", "a\nb", "a\u{0}", "é", " a", "a ", "\u{7F}"])
    func `a value that could become another header is refused, and not repeated`(_ value: String) {
        let error = #expect(throws: HeaderProblem.self) { try HeaderRules.check(["X-A": value]) }
        #expect(error == .invalidValue(name: "X-A"))
        #expect(error?.description.contains("Evil") == false)
    }

    @Test func `headers have a number and a length`() {
        #expect(throws: HeaderProblem.tooMany) {
            try HeaderRules.check(Fields((0..<33).map { ("X-\($0)", "1") }))
        }
        #expect(throws: HeaderProblem.tooLong(name: "X-A")) {
            try HeaderRules.check(["X-A": String(repeating: "a", count: 4097)])
        }
        #expect(throws: Never.self) { try HeaderRules.check(["X-A": String(repeating: "a", count: 4096), "X-B": ""]) }
    }
}

@Suite struct EventEnvelopeTests {
    private let time = Timestamp(milliseconds: 1_795_248_000_123)

    @Test func `data is sent as it was written`() throws {
        let data = Array(#"{"b":1.50,"a":  [1e3], "b2":"\u00e9"}"#.utf8)
        let bytes = DeliveryContent.json(data: data).body(id: "evt_1", type: "a.\"b", timestamp: time)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"id":"evt_1","type":"a.\"b","timestamp":"2026-11-21T08:00:00.123Z","data":{"b":1.50,"a":  [1e3], "b2":"\u00e9"}}"#
        )
        let read = try JSON.parse(bytes)
        #expect(read.object?.members.map(\.key) == ["id", "type", "timestamp", "data"])
        #expect(read["data"]?["b"]?.int64 == nil)
    }

    @Test func `what is no JSON is sent byte for byte`() {
        let bytes: [UInt8] = [0xFF, 0, 13, 10, 0xC3]
        let content = DeliveryContent.raw(bytes, contentType: "application/octet-stream")
        #expect(content.body(id: "evt_1", type: "a", timestamp: time) == bytes)
        #expect(content.contentType == "application/octet-stream")
    }

    @Test(arguments: [
        ("ticket.created", true), ("a", true), ("A_b-1.c", true), ("", false), (".a", false), ("a.", false),
        ("a..b", false), ("a b", false), ("a\n", false), ("ä", false), ("a*", false), ("a/b", false),
        (String(repeating: "a", count: 256), true), (String(repeating: "a", count: 257), false),
    ])
    func `an event type is names joined by full stops`(_ name: String, _ isValid: Bool) {
        #expect(EventTypeName.isValid(name) == isValid)
    }
}
