import HubCore
import Integrations
import Testing

@Suite("General")
struct GeneralTests {
    @Test(arguments: Fixture.all(of: General.self, folder: "General"))
    func `a fixture renders its expected message`(_ fixture: Fixture) throws {
        try fixture.expectGolden(folder: "General")
    }

    private func read(_ body: String) throws -> Finding {
        let reading = try General.interpret(
            Sample("x", body: body).request(), ReadingParameters(), templates: .fake)
        return try #require(reading.findings.first)
    }

    @Test(arguments: [
        (#"[]"#, "$: expected object"), (#"{}"#, "$.type: missing"), (#"{"type": 7}"#, "$.type: expected string"),
        (#"{"type": "a b"}"#, "$.type: expected a type without blanks, such as order.created"),
        (#"{"type": "x", "event_id": 7}"#, "$.event_id: expected string"),
        (#"{"type": "x", "event_id": " "}"#, "$.event_id: expected a string that is not empty"),
        (#"{"type": "x", "timestamp": "yesterday"}"#, "$.timestamp: expected an RFC 3339 timestamp"),
        (#"{"type": "x", "actor": "ann"}"#, "$.actor: expected object"),
        (#"{"type": "x", "actor": {"id": 7}}"#, "$.actor.id: expected string"),
        (#"{"type": "x", "data": []}"#, "$.data: expected object"),
        (#"{"type": "brain.ingest"}"#, "$.data.session_id: missing"),
        (#"{"type": "brain.ingest", "data": {"session_id": "s", "messages": {}}}"#, "$.data.messages: expected array"),
        (
            #"{"type": "brain.ingest", "data": {"session_id": "s", "messages": ["x"]}}"#,
            "$.data.messages[0]: expected object"
        ),
        (
            #"{"type": "brain.ingest", "data": {"session_id": "s", "messages": [{"role": "user"}]}}"#,
            "$.data.messages[0].content: missing"
        ),
        (
            #"{"type": "brain.ingest", "data": {"session_id": "s", "messages": [], "labels": [1]}}"#,
            "$.data.labels[0]: expected string"
        ),
        (#"{"type": "conversation.message", "data": {"message_id": "m"}}"#, "$.data.thread_id: missing"),
        // The first fault is told.
        (#"{"type": 7, "event_id": 7}"#, "$.event_id: expected string"),
    ])
    func `a payload that breaks the schema is refused with the path`(_ body: String, _ expected: String) throws {
        let error = #expect(throws: PayloadError.self) { try read(body) }
        #expect(error.map { "\($0)" } == expected)
    }

    @Test func `what the sender says about the event is kept`() throws {
        let finding = try read(
            """
            {"event_id": "e1", "source": "shop", "type": "x.y", "workspace_id": "acme", "timestamp": "2026-11-21T08:30:00Z",
             "actor": {"id": "u1", "email": "a@e.com"}, "unknown": 1}
            """)
        #expect(finding.type == "x.y")
        #expect(
            finding.provenance
                == Provenance(
                    externalID: "e1", occurredAt: Timestamp(rfc3339: "2026-11-21T08:30:00Z"), actorID: "u1",
                    actorEmail: "a@e.com", origin: "shop", workspace: "acme"))
    }

    @Test func `null counts as not given`() throws {
        #expect(try read(#"{"type": "x", "event_id": null, "actor": null, "data": null}"#).externalID == nil)
    }

    @Test func `any document is read or refused, and never traps`() throws {
        var random = SeededGenerator(seed: 20_261_121)
        let documents = General.samples.map(\.body).compactMap { try? JSON.parse($0) }
        for _ in 0..<3000 {
            let document = try #require(documents.randomElement(using: &random))
            let mutations = Mutation.all(of: document)
            let once = try #require(mutations.randomElement(using: &random)).document
            let twice = Mutation.all(of: once).randomElement(using: &random)?.document ?? once
            do { _ = try read(twice.text) } catch is PayloadError {}
        }
    }
}

/// SplitMix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
