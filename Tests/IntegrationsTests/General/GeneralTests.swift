import HubCore
import Integrations
import Testing

@Suite("General")
struct GeneralTests {
    @Test(arguments: Fixture.all(of: General.self, folder: "General"))
    func `a fixture renders its expected message`(_ fixture: Fixture) throws {
        try fixture.expectGolden(folder: "General")
    }
}
