import HubCore
import Integrations
import Testing

@Suite("SlackIncoming")
struct SlackIncomingTests {
    @Test(arguments: Fixture.all(of: SlackIncoming.self, folder: "SlackIncoming"))
    func `a fixture renders its expected message`(_ fixture: Fixture) throws {
        try fixture.expectGolden(folder: "SlackIncoming")
    }

    @Test func `the answer is the word that senders test for`() throws {
        let sample = SlackIncoming.samples[0]
        let reading = try SlackIncoming.interpret(sample.request(), ReadingParameters(), templates: .fake)
        #expect(reading.reply == Reply(body: "ok"))
    }

    @Test(arguments: [
        ("good", Severity.success), ("warning", .warning), ("danger", .error), ("#36a64f", .success),
        ("#FF0000", .error),
        ("ffa500", .warning), ("#439FE0", .info), ("blue", .info),
    ])
    func `the colour tells how bad it is`(_ color: String, _ severity: Severity) throws {
        let body: JSON = ["attachments": [["text": "x", "color": .string(color)]]]
        let reading = try SlackIncoming.interpret(
            Sample("message", body: body.text).request(), ReadingParameters(), templates: .fake)
        guard case .message(let draft) = reading.findings[0].meaning else {
            Issue.record("no message")
            return
        }
        #expect(draft.severity == severity)
    }
}
