import HubCore
import Integrations
import Testing

@Suite("GenericJSON")
struct GenericJSONTests {
    @Test(arguments: Fixture.all(of: GenericJSON.self, folder: "GenericJSON"))
    func `a fixture renders its expected message`(_ fixture: Fixture) throws {
        try fixture.expectGolden(folder: "GenericJSON")
    }

    private func meaning(_ body: String, _ options: Fields) throws -> Meaning {
        let reading = try GenericJSON.interpret(
            Sample("message", body: body).request(), ReadingParameters(options: options), templates: .fake)
        return try #require(reading.findings.first).meaning
    }

    @Test func `a template that gives nothing leaves the event out`() throws {
        guard case .ignored(.quiet) = try meaning(#"{"a": ""}"#, ["body_template": "{{a}}"]) else {
            Issue.record("something was told")
            return
        }
    }

    @Test func `a template that does not work costs no message`() throws {
        guard case .message(let draft) = try meaning(#"{"a": 1}"#, ["body_template": "{{a", "topic_template": "{{b"])
        else {
            Issue.record("no message")
            return
        }
        #expect(draft.topic == "JSON")
        #expect(draft.body.contains("\"a\": 1"))
        #expect(draft.body.contains("The template of the text does not work: a tag has no end"))
    }

    @Test(arguments: ["[1, 2]", "{}"])
    func `any JSON is shown`(_ body: String) throws {
        guard case .message = try meaning(body, [:]) else {
            Issue.record("no message")
            return
        }
    }

    @Test(arguments: [
        ("a", 9_000, false), ("語", 9_000, false), ("a", 10_000, true), ("語", 10_000, true), ("`", 3_000, false),
    ])
    func `only what is too long is cut, and the code ends where it ends`(
        _ character: String, _ count: Int, _ isCut: Bool
    ) throws {
        let text = String(repeating: character, count: count)
        guard case .message(let draft) = try meaning("[\"\(text)\"]", [:]) else {
            Issue.record("no message")
            return
        }
        #expect(draft.body.contains("…") == isCut)
        #expect(draft.body.hasSuffix("`") && draft.truncated() == draft)
    }
}
