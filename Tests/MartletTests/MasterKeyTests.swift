import ArgumentParser
import Foundation
import Hub
import HubCore
import HubStorage
import HubTesting
import Logging
import Testing

@testable import martlet

/// Rotation of the master key, backup and restore, on real data directories.
@Suite struct MasterKeyTests {
    private static func settings(_ folder: String) throws -> Settings {
        try Settings(environment: ["MARTLET_DATA_DIR": folder])
    }

    private static func withHub<Value>(
        _ folder: String, _ work: (Hub) async throws -> Value
    ) async throws -> Value {
        let hub = try await Build.hub(
            try settings(folder), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        do {
            let value = try await work(hub)
            await hub.store.close()
            return value
        } catch {
            await hub.store.close()
            throw error
        }
    }

    private static func prepare(_ folder: String) async throws -> FirstSetup {
        try await withHub(folder) { try await $0.setUpFirstWorkspace(try settings(folder)) }
    }

    /// Whether the first run's token, bot key and source secret are all still good.
    private static func expectWorks(_ folder: String, _ first: FirstSetup) async throws {
        try await withHub(folder) { hub in
            #expect(try await hub.caller(token: first.adminToken.reveal()) != nil)
            #expect(try await hub.bot(key: first.botKey.reveal(), at: hub.clock.now()).id == first.bot.id)
            let runtime = try #require(try await hub.runtimes.runtime(of: first.workspace))
            // As it is stored now: what the first run returned is sealed with the first key.
            let source = try #require(runtime.configuration.source(first.source.id))
            #expect(runtime.prepared(source, at: hub.clock.now())?.problem == nil)
        }
    }

    private static func rotate(_ folder: String) async throws {
        try await run(["key", "rotate", "--data-dir", folder])
    }

    @Test func `tokens, bot keys and secrets outlive a rotation`() async throws {
        try await TemporaryFolder.with { folder in
            let first = try await Self.prepare(folder)
            let old = try String(contentsOfFile: "\(folder)/master.key", encoding: .utf8)
            try await Self.rotate(folder)
            #expect(try String(contentsOfFile: "\(folder)/master.key", encoding: .utf8) != old)
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/master.key.next"))
            try await Self.expectWorks(folder, first)
        }
    }

    @Test func `a running hub goes on with the new key`() async throws {
        try await TemporaryFolder.with { folder in
            let first = try await Self.prepare(folder)
            try await Self.withHub(folder) { hub in
                try await Self.rotate(folder)
                let configuration = try await hub.configuration(of: first.workspace)
                let source = try #require(configuration.source(first.source.id))
                let runtime = try #require(try await hub.runtimes.refreshed(first.workspace))
                #expect(runtime.prepared(source, at: hub.clock.now())?.problem == nil)
                _ = try await hub.rotateWorkspaceSecret(first.workspace, overlap: .zero, by: "test")
            }
            try await Self.expectWorks(folder, first)
        }
    }

    @Test func `nothing is stored that was sealed with an old key`() async throws {
        try await TemporaryFolder.with { folder in
            let first = try await Self.prepare(folder)
            try await Self.withHub(folder) { hub in
                try await Self.rotate(folder)
                // It has not looked since: the store refuses, and the hub takes up the new key.
                await #expect(throws: SetupError.unavailable(detail: "storage_stale_key")) {
                    try await hub.makeWorkspace(WorkspaceID(stored: "acme"), name: "", by: "test")
                }
                _ = try await hub.makeWorkspace(WorkspaceID(stored: "acme"), name: "", by: "test")
            }
            try await Self.expectWorks(folder, first)
        }
    }

    @Test func `a rotation that was broken off before it took effect changes nothing`() async throws {
        try await TemporaryFolder.with { folder in
            let first = try await Self.prepare(folder)
            _ = try DataDirectory.writeNewKey(to: "\(folder)/master.key.next")
            try await Self.expectWorks(folder, first)
            try await Self.rotate(folder)
            try await Self.expectWorks(folder, first)
        }
    }

    @Test func `a rotation that was broken off after it took effect is brought to its end`() async throws {
        try await TemporaryFolder.with { folder in
            let first = try await Self.prepare(folder)
            let old = try String(contentsOfFile: "\(folder)/master.key", encoding: .utf8)
            try await Self.rotate(folder)
            // As if the process had died between the commit and the renaming.
            try FileManager.default.moveItem(atPath: "\(folder)/master.key", toPath: "\(folder)/master.key.next")
            try Data(old.utf8).write(to: URL(filePath: "\(folder)/master.key"))
            try await Self.expectWorks(folder, first)
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/master.key.next"))
            #expect(try String(contentsOfFile: "\(folder)/master.key", encoding: .utf8) != old)
        }
    }

    @Test func `start is refused without the key, or with another`() async throws {
        try await TemporaryFolder.with { folder in
            _ = try await Self.prepare(folder)
            try FileManager.default.removeItem(atPath: "\(folder)/master.key")
            await #expect(throws: StartError.missingKey) { try await Self.withHub(folder) { _ in } }
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/master.key"))
            _ = try DataDirectory.writeNewKey(to: "\(folder)/master.key")
            await #expect(throws: StartError.foreignKey) { try await Self.withHub(folder) { _ in } }
        }
    }

    @Test func `a backup with its key makes the same hub elsewhere, and never over another`() async throws {
        try await TemporaryFolder.with { folder in
            let first = try await Self.prepare("\(folder)/a")
            try await Self.run(["backup", "\(folder)/copy", "--with-key", "--data-dir", "\(folder)/a"])
            try await Self.run(["restore", "\(folder)/copy", "--data-dir", "\(folder)/b"])
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: "\(folder)/b").sorted() == [
                    "martlet.db", "master.key",
                ])
            try await Self.expectWorks("\(folder)/b", first)
            await #expect(throws: CommandError.self) {
                try await Self.run(["restore", "\(folder)/copy", "--data-dir", "\(folder)/b"])
            }
            await #expect(throws: CommandError.self) {
                try await Self.run(["backup", "\(folder)/copy", "--data-dir", "\(folder)/a"])
            }
        }
    }

    @Test func `a backup that is damaged, or has no key, is not restored`() async throws {
        try await TemporaryFolder.with { folder in
            _ = try await Self.prepare("\(folder)/a")
            try await Self.run(["backup", "\(folder)/copy", "--data-dir", "\(folder)/a"])
            await #expect(throws: CommandError.self) {
                try await Self.run(["restore", "\(folder)/copy", "--data-dir", "\(folder)/b"])
            }
            let key = "\(folder)/a/master.key"
            var bytes = try Data(contentsOf: URL(filePath: "\(folder)/copy"))
            bytes.replaceSubrange(8192..<40960, with: Data(repeating: 0x55, count: 32768))
            try bytes.write(to: URL(filePath: "\(folder)/broken"))
            await #expect(throws: (any Error).self) {
                try await Self.run(["restore", "\(folder)/broken", "--key-file", key, "--data-dir", "\(folder)/b"])
            }
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/b/martlet.db"))
            try await Self.run(["restore", "\(folder)/copy", "--key-file", key, "--data-dir", "\(folder)/b"])
        }
    }

    private static func run(_ arguments: [String]) async throws {
        var command = try #require(try Martlet.parseAsRoot(arguments) as? any AsyncParsableCommand)
        try await command.run()
    }
}
