import Foundation
import Hub
import HubCore
import HubStorage
import Logging

/// A workspace `bench` with one GitHub source, as people would set it up.
enum BenchWorkspace {
    static let id = WorkspaceID(stored: "bench")

    static func make(_ settings: Settings, secret: String) async throws {
        let hub = try await Build.hub(settings, logger: Build.logger(.warning))
        _ = try await hub.makeWorkspace(id, name: "Bench", by: "bench")
        _ = try await hub.makePerson(
            NewPerson(email: "bench@example.com", name: "Bench", role: .admin), in: id, by: "bench")
        _ = try await hub.makeStream(name: "github", description: "", in: id, by: "bench")
        var options = Source.Options()
        options.stream = "github"
        var source = NewSource(name: "github", integration: "github", options: options)
        source.secrets = [.text(Secret(secret))]
        _ = try await hub.makeSource(source, in: id, by: "bench")
        await hub.store.close()
    }
}

extension Settings {
    static func benchmark(dataDirectory: String) throws -> Settings {
        var settings = try Settings(environment: [:])
        settings.dataDirectory = dataDirectory
        settings.logLevel = .warning
        return settings
    }
}
