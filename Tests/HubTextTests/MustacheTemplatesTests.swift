import HubCore
import HubText
import Testing

@Suite struct MustacheTemplatesTests {
    private let templates = MustacheTemplates()

    private func render(_ template: String, _ context: JSON) throws -> String {
        try templates.render(template, context)
    }

    @Test func `nothing is escaped`() throws {
        #expect(try render("{{a}} {{{a}}} {{&a}}", ["a": "<b> & \"c\""]) == "<b> & \"c\" <b> & \"c\" <b> & \"c\"")
    }

    @Test func `numbers come out as they were written`() throws {
        let context = try JSON.parse(#"{"a": 1.50, "b": 12345678901234567890, "c": 1e3}"#)
        #expect(try render("{{a}} {{b}} {{c}}", context) == "1.50 12345678901234567890 1e3")
    }

    @Test func `dotted names descend into objects and arrays`() throws {
        let context: JSON = ["issue": ["user": ["name": "Ada"], "labels": ["bug", "p1"]]]
        #expect(try render("{{issue.user.name}}: {{issue.labels.1}}", context) == "Ada: p1")
    }

    @Test func `a section runs over an array, with the element as the dot`() throws {
        #expect(try render("{{#items}}- {{.}}\n{{/items}}", ["items": ["a", 2, true]]) == "- a\n- 2\n- true\n")
        #expect(try render("{{#items}}{{name}};{{/items}}", ["items": [["name": "a"], ["name": "b"]]]) == "a;b;")
    }

    @Test(arguments: [JSON.null, false, [], ""])
    func `a section over nothing is left out and its inverse shown`(_ nothing: JSON) throws {
        #expect(try render("{{#a}}yes{{/a}}{{^a}}no{{/a}}", ["a": nothing]) == "no")
    }

    @Test(arguments: [JSON.bool(true), ["x"], "x", ["k": "v"], 0])
    func `a section over something is shown and its inverse left out`(_ something: JSON) throws {
        #expect(try render("{{#a}}yes{{/a}}{{^a}}no{{/a}}", ["a": something]) == "yes")
    }

    @Test func `a missing name is empty, and null hides an outer name`() throws {
        #expect(try render("[{{a.b.c}}]", [:]) == "[]")
        #expect(try render("{{#in}}[{{a}}]{{/in}}", ["a": "outer", "in": ["a": nil, "b": 1]]) == "[]")
    }

    @Test func `arrays and objects come out as JSON`() throws {
        #expect(try render("{{a}} {{b}}", ["a": [1, "x"], "b": ["k": true]]) == #"[1,"x"] {"k":true}"#)
    }

    @Test func `the context may be any JSON`() throws {
        #expect(try render("{{.}}", "text") == "text")
        #expect(try render("{{#.}}{{.}},{{/.}}", [1, 2]) == "1,2,")
        #expect(try render("{{.}}", nil) == "")
    }

    @Test(arguments: [
        ("a\n{{#b}}", "line 2, column"), ("{{#a}}{{/b}}", "line 1, column"), ("x {{a", "line 1, column 5"),
        ("{{a b}}", "line 1, column"), ("{{> other}}", "partials"), ("{{=| |=}}|#a||/a|", "delimiters"),
        ("{{<p}}{{$b}}{{/b}}{{/p}}", "partials"), ("{{$b}}{{/b}}", "blocks"), ("{{%CONTENT_TYPE:HTML}}", "pragmas"),
        ("{{uppercased(a)}}", "functions"), (String(repeating: "{{#a}}", count: 17), "deeper"),
    ])
    func `a template that cannot be used says where and why`(_ template: String, _ detail: String) {
        do {
            try templates.check(template)
            Issue.record("accepted: \(template)")
        } catch .invalid(let found) {
            #expect(found.contains(detail))
            #expect(found.hasPrefix("line "))
        } catch {
            Issue.record(error)
        }
    }

    @Test func `a template over the limit is refused`() {
        #expect(throws: TemplateError.self) { try render(String(repeating: "a", count: 65 * 1024), [:]) }
    }

    /// Twelve thousand took the library two seconds.
    @Test func `a template has at most five hundred tags, and says where there are more`() throws {
        func template(_ tags: Int) -> String {
            "\n" + String(repeating: "{{a}}", count: tags)
        }
        #expect(try render(template(500), ["a": 1]).utf8.count == 501)
        let fault = TemplateError.invalid(detail: "line 2, column 2503: more than 500 tags")
        #expect(throws: fault) { try templates.check(template(501)) }
        #expect(throws: fault) { try render(template(501), [:]) }
    }

    @Test func `a result over the limit is refused`() {
        let context: JSON = ["a": .string(String(repeating: "x", count: 40_000))]
        #expect(throws: TemplateError.tooLong(limit: MustacheTemplates.lengthLimit)) {
            try render("{{a}}{{a}}", context)
        }
    }

    @Test func `sections that multiply are stopped`() {
        let depth = 12
        let template =
            String(repeating: "{{#a}}", count: depth) + String(repeating: "{{/a}}", count: depth)
        let context: JSON = ["a": .array((0..<100).map { JSON($0) })]
        #expect(throws: TemplateError.tooLong(limit: MustacheTemplates.lengthLimit)) { try render(template, context) }
    }

    @Test func `random templates neither crash nor hang`() {
        var random = SeededRandom(state: 7)
        let pieces = [
            "{{", "}}", "{{{", "}}}", "#", "^", "/", "a", "b.c", ".", "..", " ", "\n", "\r\n", "!", "&", ">", "$", "=",
            "{{#a}}", "{{/a}}", "{{^a}}", "{{.}}", "{{a}}", "{", "}", "(", ")", "é", "\u{301}", "{{=", "=}}", "|", "%",
        ]
        let context: JSON = ["a": [["b": ["c": 1]], nil, "x"], "b": ["c": false]]
        for _ in 0..<3000 {
            let template = (0..<Int.random(in: 1...14, using: &random))
                .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            _ = try? templates.render(template, context)
        }
    }
}

/// SplitMix64: the same numbers in every run.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
