import AsyncHTTPClient
import Egress
import Foundation
import HTTPTypes
import Hub
import HubCore
import HubStorage
import HubStorageSQLite
import HubTesting
import HubText
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycleTestKit
import Testing

@testable import HubHTTP

/// A real server on a free port over a data directory that is removed afterwards.
struct TestServer: Sendable {
    let hub: Hub
    let base: String
    let first: FirstSetup
    /// Tells the server to stop; it is told so at the end anyway.
    let stop: @Sendable () -> Void

    /// Its admin's.
    var token: String { first.adminToken.reveal() }

    /// What a server is made with.
    struct Parts: Sendable {
        var resolver = Resolver.system()
        var clock = HubCore.Clock(
            now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
            sleep: { try await Task.sleep(for: $0) })
    }

    static func run(
        _ parts: Parts = Parts(), _ work: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteStore(path: "\(folder)/martlet.db")
            let vault = try await Vault.open(masterKey: Secret(Vault.randomBytes(32)), store: store)
            let text = Hub.TextTools(content: XMLReader.contentReader, templates: MustacheTemplates().renderer)
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            var egress = EgressSettings()
            egress.policy = try EgressPolicy(parsing: "127.0.0.0/8")
            let hub = Hub(
                store: store, vault: vault, clock: parts.clock, text: text,
                outbound: .init(sender: OutboundSender(GuardedClient(egress, resolver: parts.resolver))),
                logger: logger)
            let first = try await hub.setUpFirstWorkspace(WorkspaceID(stored: "main"), publicHost: "hooks.test")
            let server = HubServer(
                hub: hub, settings: ServerSettings(port: 0, publicURL: "https://hooks.test"), logger: logger)
            let (ports, port) = AsyncStream.makeStream(of: Int.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                let stop = AsyncStream.makeStream(of: Void.self)
                group.addTask {
                    try await testGracefulShutdown { trigger in
                        async let ended: Void = server.run { port.yield($0) }
                        _ = await stop.stream.first { _ in true }
                        trigger.triggerGracefulShutdown()
                        try await ended
                    }
                }
                group.addTask {
                    defer { stop.continuation.finish() }
                    guard let number = await ports.first(where: { _ in true }) else { return }
                    try await work(
                        TestServer(
                            hub: hub, base: "http://127.0.0.1:\(number)", first: first, stop: stop.continuation.finish))
                }
                try await group.waitForAll()
            }
            await store.close()
        }
    }

    // MARK: Calling

    struct Answer: Sendable {
        let status: Int
        let headers: Fields
        let document: JSON
        let text: String

        var error: String? { document["error"]?.string }
        var detail: String { document["detail"]?.string ?? "" }
        var data: [JSON] { document["data"]?.array ?? [] }

        subscript(key: String) -> JSON? { document[key] }
    }

    /// Calls the API, and checks that the answer has the shape that the table tells of it.
    @discardableResult
    func call(
        _ method: String, _ path: String, _ body: JSON? = nil, token: String? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        let answer = try await send(
            method, path, body: body.map(\.bytes) ?? [],
            headers: headers.merging(["Authorization": "Bearer \(token ?? self.token)"]) { given, _ in given })
        try Self.checkShape(of: answer, method, path)
        return answer
    }

    /// Answers as they are: a redirect is one. Never shut down: it lives as long as the tests.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // Nobody waits for a connection: what a test sends at once comes at once.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        return HTTPClient(configuration: configuration)
    }()

    func send(
        _ method: String, _ path: String, body: [UInt8] = [], headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if !body.isEmpty { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await Self.client.execute(request, timeout: .seconds(60))
        let bytes = Array(buffer: try await response.body.collect(upTo: 8 << 20))
        return Answer(
            status: Int(response.status.code), headers: Fields(response.headers.map { ($0.name, $0.value) }),
            document: (try? JSON.parse(bytes)) ?? .null, text: String(decoding: bytes, as: UTF8.self))
    }

    private static func checkShape(of answer: Answer, _ method: String, _ path: String) throws {
        let plainPath = String(path.prefix { $0 != "?" })
        guard (200..<300).contains(answer.status), method != "HEAD", let method = HTTPMethod(method),
            case .call(let call, _) = ManagementRoutes.table.match(method, plainPath)
        else { return }
        switch call.outcome {
        case .document(let shape, _): try shape.check(Payload(answer.document))
        case .list(let element):
            try Shape.object([.required("data", .list(of: element)), .required("next", Shape.text.orNull)])
                .check(Payload(answer.document))
        case .nothing: #expect(answer.text.isEmpty)
        case .events: break
        }
    }

    // MARK: Material

    /// A second workspace, with a token of an admin there.
    func otherWorkspace() async throws -> (id: WorkspaceID, token: String) {
        let id = WorkspaceID(stored: "other")
        _ = try await hub.makeWorkspace(id, name: "Other", by: "test")
        return (id, try await makeToken([.admin], in: id))
    }

    func makeToken(
        _ scopes: Set<Credential.Scope>, in workspace: WorkspaceID? = WorkspaceID(stored: "main"),
        person: ID<Person>? = nil
    ) async throws -> String {
        let new = NewToken(label: "test", scopes: scopes, person: person)
        return try await hub.makeToken(new, in: workspace, by: "test").secret.reveal()
    }

    /// Sends an event in at the first source's door and returns its request's id.
    @discardableResult
    func receive(_ eventID: String, type: String = "build.failed", text: String = "It broke") async throws -> String {
        let body: JSON = ["event_id": .string(eventID), "type": .string(type), "data": ["text": .string(text)]]
        let answer = try await signed(body.bytes)
        #expect(answer.status == 200)
        let log = try await call("GET", "/v1/requests?limit=1")
        return log.data.first?["id"]?.string ?? ""
    }

    func signed(_ body: [UInt8], secret: String? = nil, headers: [String: String] = [:]) async throws -> Answer {
        let now = hub.clock.now().seconds
        let signature = Signing.sha256(body, secret ?? first.sourceSecret.reveal())
        return try await send(
            "POST", first.source.urlPath, body: body,
            headers: headers.merging([
                "X-IW-Signature": "sha256=\(signature)", "X-IW-Timestamp": "\(now)",
                "X-IW-Idempotency-Key": UUID().uuidString,
            ]) { given, _ in given })
    }
}
