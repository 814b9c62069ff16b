import HubCore
import Integrations
import Testing

@Suite("render --batch")
struct RenderBatchTests {
    private func answer(_ request: JSON) throws -> JSON {
        try JSON.parse(RenderBatch(contents: .withoutXML, templates: .fake).answer(to: request.text))
    }

    private func push(_ changes: [String: JSON]) throws -> JSON {
        let sample = try #require(GitHub.samples.first { $0.name == "push" })
        let members: [(String, JSON)] = [
            ("id", 1), ("integration", "github"), ("headers", ["x-github-event": "push"]), ("query", [:]),
            ("content_type", "application/json"), ("body_base64", .string(Base64.encode(Array(sample.body.utf8)))),
        ]
        var request = JSON.Object(members)
        for (key, value) in changes { request[key] = value }
        return .object(request)
    }

    @Test(arguments: ["X-GitHub-Event", "x-github-event", "HTTP_X_GITHUB_EVENT", "Http_X_Github_Event"])
    func `a header counts in any case and as a gateway names it`(_ name: String) throws {
        let answer = try answer(push(["headers": .object(.init([(name, JSON.string("push"))]))]))
        #expect(answer["status"]?.string == "message")
        #expect(answer["id"]?.int64 == 1)
        #expect(answer["messages"]?.array?.first?["topic"]?.string == "hub / main")
        #expect(answer["reason"] == .null)
    }

    @Test func `the query is what stood in the URL, with blanks and special characters`() throws {
        let answer = try answer(push(["query": ["topic": "a & b = c%20+", "stream": 7, "branches": ["dev", "main"]]]))
        #expect(answer["status"]?.string == "ignored")
        #expect(answer["reason"]?.string == "push to main is left out by branches")
        let other = try self.answer(push(["query": ["topic": "a & b = c%20+", "stream": 7]]))
        #expect(other["messages"]?.array?.first?["topic"]?.string == "a & b = c%20+")
    }

    @Test func `an event that is not known is ignored by name`() throws {
        let answer = try answer(push(["headers": ["X-GitHub-Event": "novelty"]]))
        #expect(answer["status"]?.string == "ignored")
        #expect(answer["reason"]?.string == "the event novelty is not supported")
    }

    @Test func `what cannot be read is an error with its reason`() throws {
        #expect(
            try answer(push(["headers": [:]]))["reason"]?.string == "Missing the HTTP event header 'X-GitHub-Event'")
        #expect(
            try answer(push(["integration": "nothing"]))["reason"]?.string == "There is no integration named nothing")
        #expect(
            try answer(push(["query": ["only_events": "push"]]))["reason"]?.string == "only_events is not valid JSON")
        #expect(try answer(push(["body_base64": "!"]))["status"]?.string == "error")
        #expect(try answer(push(["body_base64": ""]))["reason"]?.string == "Malformed JSON")
        #expect(try answer([])["status"]?.string == "error")
        let batch = RenderBatch(contents: .withoutXML, templates: .fake)
        #expect(try JSON.parse(batch.answer(to: "no JSON"))["status"]?.string == "error")
    }

    @Test func `messages are cut to the limits`() throws {
        let body: JSON = ["event": .string(String(repeating: "x", count: 20_000))]
        let request: JSON = [
            "id": "long", "integration": "json", "query": ["topic": .string(String(repeating: "t", count: 80))],
            "body_base64": .string(Base64.encode(body.bytes)),
        ]
        let message = try #require(try answer(request)["messages"]?.array?.first)
        #expect(message["topic"]?.string == String(repeating: "t", count: 57) + "...")
        #expect((message["body"]?.string?.count ?? 0) <= MessageDraft.bodyLimit)
        #expect(message["body"]?.string?.hasSuffix("\n```") == true)
    }
}
