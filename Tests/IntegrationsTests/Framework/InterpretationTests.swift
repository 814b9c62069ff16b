import HubCore
import Integrations
import Testing

@Suite("Interpretation")
struct InterpretationTests {
    private func read(_ name: String, of integration: any Integration.Type = GitHub.self, _ query: String) throws
        -> [Finding]
    {
        let sample = try #require(integration.samples.first { $0.name == name })
        let request = sample.request(rawQuery: query)
        return try integration.interpret(
            request, ReadingParameters(ReadingParameters.fields(of: request)), templates: .fake
        ).findings
    }

    private func setting(_ findings: [Finding]) -> String? {
        guard case .ignored(.filtered(let setting, _)) = findings.first?.meaning else { return nil }
        return setting
    }

    private func draft(_ findings: [Finding]) throws -> MessageDraft {
        guard case .message(let draft) = try #require(findings.first).meaning else {
            Issue.record("no message: \(findings)")
            throw PayloadError.missing(path: "$")
        }
        return draft
    }

    @Test(arguments: [
        ("only_events=%5B%22pull_request%22%5D", nil), ("only_events=%5B%22pull_request.opened%22%5D", nil),
        ("only_events=%5B%22pull_*%22%5D", nil), ("only_events=%5B%22*.opened%22%5D", nil),
        ("only_events=%5B%22opened_or_update_pull_request%22%5D", nil), ("only_events=%5B%22push%22%5D", "only_events"),
        ("only_events=%5B%5D", "only_events"), ("exclude_events=%5B%22pull_request%22%5D", "exclude_events"),
        ("exclude_events=%5B%22pull_request.closed%22%5D", nil), ("exclude_events=%5B%22no_such_event%22%5D", nil),
        ("only_events=%5B%22pull_request%22%5D&exclude_events=%5B%22*.opened%22%5D", "exclude_events"),
    ])
    func `globs match an event by its type, its family and its other name, and exclusion wins`(
        _ query: String, _ expected: String?
    ) throws {
        #expect(setting(try read("pull_request.opened", query)) == expected)
    }

    @Test(arguments: ["push", "%7B%7D", "%22push%22", "%5B1%5D", "%5B%22push%22"])
    func `a filter that is no JSON list is an error with the known text`(_ text: String) throws {
        #expect(throws: ParameterError.notJSON(name: "only_events")) { try read("push", "only_events=\(text)") }
        #expect("\(ParameterError.notJSON(name: "only_events"))" == "only_events is not valid JSON")
        #expect("\(ParameterError.missing(name: "api_key"))" == "Missing 'api_key' argument")
    }

    @Test func `integrations without event types send everything`() throws {
        _ = try draft(read("message", of: GenericJSON.self, "only_events=%5B%22push%22%5D"))
    }

    @Test func `the topic of the URL wins over the integration's, and a blank one is none`() throws {
        #expect(try draft(read("pull_request.opened", "topic=ops")).topic == "ops")
        #expect(try draft(read("pull_request.opened", "topic=+")).topic == "hub / PR #12 Retry failed deliveries")
        #expect(try draft(read("pull_request.opened", "topic=ops")).body.contains("PR #12 Retry failed deliveries"))
    }

    @Test func `parameters of a form win over those of the query`() throws {
        let body = Array("stream=form&payload=%7B%7D".utf8)
        let request = WebhookRequest(
            method: "POST", path: "/", rawQuery: "stream=query&topic=t", headers: [:], body: body,
            content: ContentReader.withoutXML.read(body, contentType: "application/x-www-form-urlencoded"),
            receivedAt: Timestamp(milliseconds: 0))
        let parameters = try ReadingParameters(ReadingParameters.fields(of: request))
        #expect(parameters.stream == "form")
        #expect(parameters.topic == "t")
    }

    @Test func `the key of a bot goes no further`() throws {
        #expect(try ReadingParameters(["api_key": "secret", "branches": "main"]).options == ["branches": "main"])
    }

    @Test func `names that a vendor escapes once more are unescaped once more`() throws {
        let fields: Fields = ["stream": "my%20stream", "topic": "50%25"]
        #expect(try ReadingParameters(fields, unescapesTwice: true).stream == "my stream")
        #expect(try ReadingParameters(fields, unescapesTwice: true).topic == "50%")
        #expect(try ReadingParameters(fields).stream == "my%20stream")
    }

    @Test func `an event that cannot be told is unreadable and does not cost the others`() throws {
        let findings = try Talkative.interpret(
            Sample("good", body: "{}").request(), ReadingParameters(), templates: .fake
        ).findings
        guard findings.count == 4, case .message = findings[0].meaning,
            case .unreadable(.missing(path: "$.x")) = findings[1].meaning,
            case .ignored(.quiet) = findings[2].meaning, case .ignored(.quiet) = findings[3].meaning
        else {
            Issue.record("\(findings)")
            return
        }
    }

    @Test func `a quiet event speaks when it is asked for by name, and not by a wide glob`() throws {
        func isTold(_ filter: EventFilter) throws -> Bool {
            let findings = try Talkative.interpret(
                Sample("good", body: "{}").request(), ReadingParameters(filter: filter), templates: .fake
            ).findings
            if case .message = findings[3].meaning { return true }
            return false
        }
        #expect(try isTold(EventFilter(include: [Glob("quiet.shy")])))
        #expect(try isTold(EventFilter(include: [Glob("quiet")])))
        #expect(try isTold(EventFilter(only: [Glob("quiet.shy")])))
        #expect(try !isTold(EventFilter(only: [Glob("*")])))
        #expect(try !isTold(EventFilter(exclude: [Glob("quiet.shy")], include: [Glob("quiet.shy")])))
    }
}

/// Four events in each request: a good one, a broken one, one without a text, and a quiet one.
private enum Talkative: Integration {
    enum Event: String, VendorEvent {
        case good, broken, empty, quiet
        var summary: String { rawValue }
        var details: [String] { self == .quiet ? ["shy"] : [] }
        var quietDetails: [String] { details }
    }

    static let descriptor = IntegrationDescriptor(
        slug: "talkative", name: "Talkative", category: .generic, summary: "", eventTypes: Event.catalogue,
        defaultScheme: "none", setup: [])
    static let samples: [Sample] = []

    static func read(_ request: WebhookRequest, _ context: ReadingContext) throws(PayloadError) -> [Occurrence] {
        Event.allCases.map { event in
            Occurrence(event, event.details) { () throws(PayloadError) in
                if event == .broken { throw .missing(path: "$.x") }
                return .message(MessageDraft(topic: "t", body: event == .empty ? " \n" : "b"))
            }
        }
    }
}
