import HubCore
import Integrations
import Testing

@Suite("GenericJSON")
struct GenericJSONTests {
    @Test(arguments: Fixture.all(of: GenericJSON.self, folder: "GenericJSON"))
    func `a fixture renders its expected message`(_ fixture: Fixture) throws {
        try fixture.expectGolden(folder: "GenericJSON")
    }
}
