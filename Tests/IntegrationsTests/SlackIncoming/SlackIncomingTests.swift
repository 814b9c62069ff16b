import HubCore
import Integrations
import Testing

@Suite("SlackIncoming")
struct SlackIncomingTests {
    @Test(arguments: Fixture.all(of: SlackIncoming.self, folder: "SlackIncoming"))
    func `a fixture renders its expected message`(_ fixture: Fixture) throws {
        try fixture.expectGolden(folder: "SlackIncoming")
    }
}
