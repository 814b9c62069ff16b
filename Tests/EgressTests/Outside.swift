import Egress
import HubCore
import NIOSSL
import Sink
import Synchronization
import Testing

/// Waits until tasks get their turn again: tests that compute keep all threads busy at the beginning of a run, and what
/// is measured here is time.
func waitForCalm() async throws {
    let deadline = ContinuousClock.now + .seconds(120)
    var turns = 0
    while turns < 5, ContinuousClock.now < deadline {
        let begin = ContinuousClock.now
        try await Task.sleep(for: .milliseconds(10))
        turns = ContinuousClock.now - begin < .milliseconds(60) ? turns + 1 : 0
    }
}

/// A server on this machine that is reached under a name of the internet, and the client that does.
struct Outside {
    let sink: SinkServer
    let client: GuardedClient
    let answers: ResolverScript
    /// `https://receiver.example:PORT`.
    let base: String

    static let name = "receiver.example"

    /// Runs a test with a sink and a client that may dial 127.0.0.0/8 by any name.
    ///
    /// - Parameters:
    ///   - certificateNames: nil for plain HTTP.
    ///   - change: of the client's settings.
    static func with(
        certificateNames: [String]? = nil, script: SinkScript = SinkScript(), allow: String = "127.0.0.0/8",
        change: (inout EgressSettings, inout SinkServer.Options) throws -> Void = { _, _ in },
        _ test: (Outside) async throws -> Void
    ) async throws {
        try await waitForCalm()
        var options = SinkServer.Options()
        options.script = script
        options.certificate = try certificateNames.map { try SinkCertificate(names: $0) }
        var settings = EgressSettings()
        settings.policy = try EgressPolicy(parsing: allow)
        settings.connectTimeout = .seconds(20)
        if let certificate = options.certificate {
            settings.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(certificate.issuerPEM.utf8)))
        }
        try change(&settings, &options)
        let sink = try await SinkServer.start(options)
        let answers = ResolverScript([["127.0.0.1"]])
        let client = GuardedClient(settings, resolver: answers.resolver)
        let scheme = certificateNames == nil ? "http" : "https"
        do {
            try await test(
                Outside(sink: sink, client: client, answers: answers, base: "\(scheme)://\(name):\(sink.port)"))
        } catch {
            await client.close()
            try await sink.close()
            throw error
        }
        await client.close()
        try await sink.close()
    }

    func send(
        _ target: String = "/hook", body: String = #"{"hello":"world"}"#, timeout: Duration = .seconds(30),
        headers: Fields = [:], identity: TLSIdentity? = nil
    ) async throws -> Exchange {
        var request = OutboundRequest(
            method: "POST", url: try OutboundURL(base + target), headers: headers, body: Array(body.utf8))
        request.timeout = timeout
        request.identity = identity
        return await client.send(request)
    }

    /// With more time than even a machine full of other tests needs.
    func send(to url: OutboundURL) async -> Exchange {
        var request = OutboundRequest(method: "POST", url: url)
        request.timeout = .seconds(120)
        return await client.send(request)
    }
}

extension Outside {
    /// Sends and demands how it ends.
    func expect(
        _ failure: AttemptFailure?, _ target: String = "/hook", headers: Fields = [:], identity: TLSIdentity? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let exchange = try await send(target, headers: headers, identity: identity)
        #expect(exchange.failure == failure, sourceLocation: sourceLocation)
    }
}

/// A resolver that answers from a list; the last answer repeats.
final class ResolverScript: Sendable {
    private let state: Mutex<(answers: [[String]], asked: Int, forgotten: Int)>

    init(_ answers: [[String]]) {
        state = Mutex((answers, 0, 0))
    }

    var asked: Int { state.withLock { $0.asked } }
    var forgotten: Int { state.withLock { $0.forgotten } }

    func answer(_ answers: [[String]]) {
        state.withLock { $0 = (answers, 0, $0.forgotten) }
    }

    var resolver: Resolver {
        Resolver(
            addresses: { _ async throws(AttemptFailure) in
                let answer = self.state.withLock { state in
                    defer { state.asked += 1 }
                    return state.answers[min(state.asked, state.answers.count - 1)]
                }
                guard !answer.isEmpty else { throw .dns }
                return answer.compactMap { IPAddress($0) }
            },
            forget: { _ in self.state.withLock { $0.forgotten += 1 } })
    }
}
