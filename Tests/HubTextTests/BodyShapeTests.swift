import HubCore
import HubText
import Testing

/// Bodies in a receiver's own shape, by the real template engine.
@Suite struct BodyShapeTests {
    private let templates = MustacheTemplates().renderer

    private func body(
        _ template: String, _ data: String, contentType: String = "application/json"
    ) throws -> String {
        let shape = BodyShape.template(template, contentType: contentType)
        let made = try shape.body(
            id: "evt_1", type: "ticket.created", timestamp: Timestamp(seconds: 1_795_248_000),
            content: .json(data: Array(data.utf8)), templates: templates)
        #expect(made.contentType == contentType)
        return String(decoding: made.bytes, as: UTF8.self)
    }

    @Test func `the event's four members are there`() throws {
        let text = try body(#"{"a":"{{id}}","b":"{{type}}","c":"{{timestamp}}","d":"{{data.x}}"}"#, #"{"x":"y"}"#)
        #expect(text == #"{"a":"evt_1","b":"ticket.created","c":"2026-11-21T08:00:00.000Z","d":"y"}"#)
    }

    @Test(arguments: [
        #"plain"#, #"a "quoted" \ thing"#, "line\nbreak\ttab", #"","admin":true,"x":""#, "null", "true", "{}", "🔥\u{1}",
        #"{{type}} {{{data}}}"#,
    ])
    func `a value never leaves its string, nor its place as a value`(_ value: String) throws {
        let data = JSON.object(.init([("x", JSON.string(value))])).text
        #expect(try JSON.parse(body(#"{"in":"<{{data.x}}>"}"#, data)) == ["in": .string("<\(value)>")])
        #expect(try JSON.parse(body(#"{"as":{{{data.x}}}}"#, data)) == ["as": .string(value)])
    }

    @Test(arguments: ["1.50", "12345678901234567890", "true", "false", "null", "[1,\"a\"]", #"{"k":["v\n"]}"#])
    func `three braces put in a whole value`(_ value: String) throws {
        #expect(try body(#"{"v":{{{data.x}}}}"#, #"{"x":\#(value)}"#) == #"{"v":\#(value)}"#)
    }

    @Test func `braces of JSON stand beside those of the template`() throws {
        #expect(try body(#"{"a":{"b":"{{data.x}}"}}"#, #"{"x":"y"}"#) == #"{"a":{"b":"y"}}"#)
        #expect(try body(#"{"a":{"b":{{{data.x}}}}}"#, #"{"x":"y"}"#) == #"{"a":{"b":"y"}}"#)
        #expect(try body(#"[{ {{#data.x}}"k":1{{/data.x}} }]"#, #"{"x":"y"}"#) == #"[{ "k":1 }]"#)
    }

    @Test func `two braces put the text of a value into a string, and nothing for null`() throws {
        #expect(try body(#"{"v":"{{data.x}}"}"#, #"{"x":null}"#) == #"{"v":""}"#)
        #expect(try body(#"{"v":"{{data.x}}"}"#, #"{"x":1.50}"#) == #"{"v":"1.50"}"#)
        #expect(try body(#"{"v":"{{data.x}}"}"#, #"{"x":{"a":"b"}}"#) == #"{"v":"{\"a\":\"b\"}"}"#)
    }

    @Test func `sections work as in any template`() throws {
        let template = #"{"list":[{{#data.items}}{"n":{{{n}}},"s":"{{s}}"},{{/data.items}}null]}"#
        let text = try body(template, #"{"items":[{"n":1,"s":"\""},{"n":2,"s":"b"}]}"#)
        #expect(text == #"{"list":[{"n":1,"s":"\""},{"n":2,"s":"b"},null]}"#)
        #expect(try body(#"{"a":"{{#data.none}}x{{/data.none}}"}"#, #"{"none":null}"#) == #"{"a":""}"#)
    }

    @Test(arguments: [#"{"a":"#, #"{"a":{{data.x}}}"#, #"{"a":"{{{data.x}}}"}"#, "", "{} {}"])
    func `a result that is not JSON is refused when it is tried, and when it is sent`(_ template: String) throws {
        let shape = BodyShape.template(template, contentType: "application/vnd.x+json; charset=utf-8")
        let error = #expect(throws: BodyError.self) {
            try shape.check(type: "a.b", data: ["x": "y"], templates: templates)
        }
        #expect(error?.code == "body.not-json")
        #expect(throws: BodyError.self) { try body(template, #"{"x":"y"}"#) }
    }

    @Test func `a template that is none says where`() {
        let error = #expect(throws: BodyError.self) { try body("{{#a}}", "{}") }
        #expect(error?.code == "body.template")
        #expect("\(error as (any Error)?)".contains("line 1") || "\(error as (any Error)?)".contains("section"))
    }

    @Test(arguments: [
        ("text/plain", "{{data.x}} {{{data.x}}}", "a<b>&\"c\" é a<b>&\"c\" é"),
        ("application/xml; charset=utf-8", "<x>{{data.x}}</x>", "<x>a&lt;b&gt;&amp;&quot;c&quot; é</x>"),
        ("application/soap+xml", "{{data.x}}", "a&lt;b&gt;&amp;&quot;c&quot; é"),
        ("application/x-www-form-urlencoded", "x={{data.x}}&y=1", "x=a%3Cb%3E%26%22c%22%20%C3%A9&y=1"),
    ])
    func `other content types are escaped in their own way`(_ type: String, _ template: String, _ expected: String)
        throws
    {
        #expect(try body(template, #"{"x":"a<b>&\"c\" é"}"#, contentType: type) == expected)
    }

    @Test(arguments: ["", "json", "a/b/c", "application/json\r\nX: y", "/", "application/", "a b/c"])
    func `a content type that no header can hold is refused`(_ type: String) {
        #expect(throws: BodyError.invalidContentType) { try BodyTemplate("x", contentType: type) }
    }

    @Test func `raw content keeps its bytes, and is a text to templates and presets`() throws {
        func made(_ shape: BodyShape, _ bytes: [UInt8]) throws -> (bytes: [UInt8], contentType: String) {
            try shape.body(
                id: "evt_1", type: "a.b", timestamp: Timestamp(seconds: 0),
                content: .raw(bytes, contentType: "text/csv"), templates: templates)
        }
        let envelope = try made(.envelope, [0xFF, 0x00])
        #expect(envelope.bytes == [0xFF, 0x00])
        #expect(envelope.contentType == "text/csv")
        let template = BodyShape.template("{{{data}}}", contentType: "application/json")
        #expect(try made(template, Array("a\"b".utf8)).bytes == Array(#""a\"b""#.utf8))
        #expect(throws: BodyError.notText) { try made(template, [0xFF]) }
        #expect(throws: BodyError.notText) { try made(.preset(.slack), [0xFF]) }
    }

    @Test(arguments: BuiltInEventType.allCases)
    func `each preset stands for each sample`(_ type: BuiltInEventType) throws {
        for preset in BodyPreset.allCases {
            try BodyShape.preset(preset).check(type: type.rawValue, data: type.sample, templates: templates)
        }
    }

    @Test func `a shape is written and read again`() throws {
        let shapes: [BodyShape] =
            [.envelope, .template("{{id}}", contentType: "text/plain")] + BodyPreset.allCases.map { .preset($0) }
        for shape in shapes { #expect(try BodyShape(shape.json) == shape) }
        #expect(try BodyShape(["template": "{}"]) == .template("{}", contentType: "application/json"))
        for wrong: JSON in ["xml", 1, nil, [:], ["template": 1]] {
            #expect(throws: BodyError.unknownShape) { try BodyShape(wrong) }
        }
        #expect(throws: BodyError.invalidContentType) { try BodyShape(["template": "", "content_type": "x"]) }
        #expect(throws: BodyError.invalidContentType) { try BodyShape(["template": "", "content_type": 1]) }
    }

    @Test func `nested sections over long lists end at the limit`() {
        let items = "[" + Array(repeating: "1", count: 3000).joined(separator: ",") + "]"
        let error = #expect(throws: BodyError.self) {
            try body("{{#data.a}}{{#data.a}}{{#data.a}}x{{/data.a}}{{/data.a}}{{/data.a}}", #"{"a":\#(items)}"#)
        }
        #expect(error == .template(.tooLong(limit: MustacheTemplates.lengthLimit)))
    }
}
