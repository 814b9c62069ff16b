import HubCore
import Integrations
import Testing

@Suite("GitHub")
struct GitHubTests {
    @Test(arguments: Fixture.all(of: GitHub.self, folder: "GitHub"))
    func `a fixture renders its expected message`(_ fixture: Fixture) throws {
        try fixture.expectGolden(folder: "GitHub")
    }
}
