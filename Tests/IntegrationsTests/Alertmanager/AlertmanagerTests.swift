import HubCore
import Integrations
import Testing

@Suite("Alertmanager")
struct AlertmanagerTests {
    @Test(arguments: Fixture.all(of: Alertmanager.self, folder: "Alertmanager"))
    func `a fixture renders its expected message`(_ fixture: Fixture) throws {
        try fixture.expectGolden(folder: "Alertmanager")
    }
}
