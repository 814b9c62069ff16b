import ArgumentParser
import Crypto
import HTTPTypes
import Hub
import HubCore
import HubStorage
import Hummingbird
import Logging

/// What the hub is measured against: one route that verifies one HMAC and stores nothing; or, to see what storing costs
/// whoever does it, commits the least that one can, or the rows of an event that it did not read.
struct BaselineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "bench-baseline", shouldDisplay: false)

    @Option var port: Int
    @Option var secret: String
    /// A data directory to store an event's rows in.
    @Option var data: String?
    /// A file to store two rows in.
    @Option var twoRows: String?

    func run() async throws {
        let storing: StoringBaseline? = if let data { try await StoringBaseline(dataDirectory: data) } else { nil }
        let twoRows = twoRows.map { TwoRows(path: $0) }
        let key = SymmetricKey(data: Array(secret.utf8))
        let router = Router()
        router.post("/hook") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 20)
            guard let name = HTTPField.Name("X-Hub-Signature-256"), let given = request.headers[name],
                let tag = Hex.decode(given.dropFirst("sha256=".count)),
                HMAC<SHA256>.isValidAuthenticationCode(tag, authenticating: body.readableBytesView, using: key)
            else { return Response(status: .unauthorized) }
            try await storing?.store(request, Array(buffer: body))
            try await twoRows?.store(Array(buffer: body))
            let answer = ByteBuffer(string: #"{"status":"accepted"}"#)
            return Response(
                status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: answer))
        }
        var logger = Logger(label: "baseline")
        logger.logLevel = .warning
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger)
        try await application.runService()
    }
}

/// Commits what the hub would of such a request, the same each time but for its ids.
private struct StoringBaseline: Sendable {
    private let store: any Store
    private let clock: Clock
    private let source: Source
    private let stream: ID<HubCore.Stream>
    private let version: Int64

    init(dataDirectory: String) async throws {
        let settings = try Settings.benchmark(dataDirectory: dataDirectory)
        let hub = try await Build.hub(settings, logger: Build.logger(.warning))
        (store, clock) = (hub.store, hub.clock)
        guard let configuration = try await store.configuration(of: BenchWorkspace.id),
            let source = configuration.source(named: "github"),
            let stream = configuration.stream(matching: "github")
        else { throw BenchError("the store has no source") }
        (self.source, self.stream, version) = (source, stream.id, configuration.version)
    }

    func store(_ request: Request, _ body: [UInt8]) async throws {
        let announcement = store.announce()
        let now = clock.now()
        let id = HTTPField.Name("X-GitHub-Delivery").flatMap { request.headers[$0] } ?? ""
        let received = HubCore.Request(
            id: .make(at: now), workspace: source.workspace, source: source.id, door: .general, receivedAt: now,
            arrival: .init(
                method: "POST", path: "/webhooks/v1/bench/github", query: nil,
                headers: Fields(request.headers.map { ($0.name.rawName, $0.value) }), remoteAddress: "127.0.0.1"),
            bodySize: Int64(body.count), verification: VerificationRecord(scheme: "github", verdict: "verified"))
        let event = Event(
            id: .make(at: now), workspace: source.workspace, origin: .received, source: source.id,
            request: received.id, type: "issues.opened", externalID: id, outcome: .message, createdAt: now)
        let post = Effect.Post(
            id: .make(at: now), place: .stream(stream), sender: .source(source.id), draft: Self.draft,
            event: event.id)
        let key = Array(SHA256.hash(data: Array(id.utf8)))
        let claim = IdempotencyClaim(
            key: Array(key.prefix(16)), bodyHash: Array(key.suffix(8)), expiresAt: now + .seconds(7 * 86400))
        let plan = Plan(
            workspace: source.workspace, configurationVersion: version, request: received, body: body,
            claims: [claim], events: [event], effects: [.post(post)], answer: "\(event.id)")
        guard case .committed = try await store.commit(plan, announcement) else {
            throw BenchError("an event was not stored")
        }
    }

    private static let draft = MessageDraft(
        topic: "octo/reader: issue #73 Spelling error in the README",
        body: "octo-reader opened [issue #73](https://github.example.com/octo/reader/issues/73):\n\n```quote\n"
            + "It looks like you have spelled *commit* with two t's in the third line of the introduction.\n```",
        threadKey: "issue:octo/reader#73")
}
