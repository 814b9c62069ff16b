package import Egress
package import Hub
package import HubCore
import HubStorage
import HubStorageSQLite
import HubText
import Logging
import Synchronization

/// A hub over a new store, with a clock that tests turn.
package struct TestHub: Sendable {
    package let hub: Hub
    package let clock: TestClock
    package let first: FirstSetup

    /// - Parameters:
    ///   - receiver: what is sent comes here.
    ///   - work: gets a hub with the workspace of a first run.
    package static func with<Value>(
        receiver: OutboundSender = .unused, _ work: (TestHub) async throws -> Value
    ) async throws -> Value {
        try await TemporaryFolder.with { folder in
            let clock = TestClock()
            let vault = try Vault(masterKey: Secret([UInt8](repeating: 7, count: Vault.keyLength)))
            let store = try SQLiteStore(path: "\(folder)/martlet.db")
            let hub = Hub(
                store: store, vault: vault, clock: clock.clock,
                text: Hub.TextTools(content: XMLReader.contentReader, templates: MustacheTemplates().renderer),
                egress: receiver, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let first = try await hub.setUpFirstWorkspace(WorkspaceID(stored: "main"), publicHost: "example.test")
            let value: Value
            do {
                value = try await work(TestHub(hub: hub, clock: clock, first: first))
            } catch {
                await store.close()
                throw error
            }
            await store.close()
            return value
        }
    }

    /// A request as it would arrive now.
    package func incoming(
        _ path: String = "/webhooks/v1/main/inbox", query: String? = nil, headers: Fields = [:], body: String = "{}",
        from address: String = "192.0.2.7"
    ) -> IncomingRequest {
        IncomingRequest(
            method: "POST", path: path, rawQuery: query, headers: headers, body: Array(body.utf8),
            remoteAddress: address, publicBase: "https://hub.example.test", receivedAt: clock.clock.now())
    }

    package var now: Timestamp { clock.clock.now() }
}

/// A clock that stands still until it is moved; sleeping moves it.
package final class TestClock: Sendable {
    private let time = Mutex(Timestamp(seconds: 1_793_491_200))

    package init() {}

    package var clock: HubCore.Clock {
        HubCore.Clock(
            now: { [self] in time.withLock { $0 } },
            sleep: { [self] duration in
                try Task.checkCancellation()
                advance(duration)
                await Task.yield()
            })
    }

    package func advance(_ duration: Duration) {
        time.withLock { $0 = $0 + duration }
    }
}

extension OutboundSender {
    /// For hubs that send nothing; whatever is sent all the same fails as if the endpoint's settings were wrong.
    package static let unused = OutboundSender(
        send: { _ in Exchange(failure: .request) }, check: { _ in nil })
}
