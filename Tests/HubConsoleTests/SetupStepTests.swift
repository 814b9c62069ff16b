import Integrations
import Testing

@testable import HubConsole

@Suite struct SetupStepTests {
    private func boxes(_ integration: any Integration.Type, url: String?, secret: String?) -> [String] {
        SetupSteps.views(integration.descriptor.setup, url: url, secret: secret).compactMap(\.code)
    }

    @Test func `a box to copy from holds the thing itself or is not there`() {
        #expect(
            boxes(GitHub.self, url: "https://hub.example/x", secret: "s3cret") == ["https://hub.example/x", "s3cret"])
        #expect(boxes(GitHub.self, url: "https://hub.example/x", secret: nil) == ["https://hub.example/x"])
        #expect(boxes(GitHub.self, url: nil, secret: nil).isEmpty)
    }

    @Test func `a file to fill in stays where the secret is not known`() throws {
        let file = try #require(boxes(Alertmanager.self, url: "https://hub.example/x", secret: nil).first)
        #expect(file.contains("url: \"https://hub.example/x\""))
        #expect(file.contains("\n"))
        #expect(!file.contains("{secret}"))
    }
}
