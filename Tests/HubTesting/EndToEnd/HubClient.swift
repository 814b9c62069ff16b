import AsyncHTTPClient
import Foundation
package import HubCore
import NIOCore
import NIOHTTP1
import NIOSSL
import WebhookSignatures

/// An HTTP answer, read whole.
package struct HTTPAnswer: Sendable, CustomStringConvertible {
    package let status: Int
    package let headers: Fields
    package let body: String

    package var json: JSON? { try? JSON.parse(body) }
    package var description: String { "\(status) \(body)" }
}

/// Sends requests to a hub over as many connections as are asked for.
package struct HubClient: Sendable {
    package let base: String
    private let http: HTTPClient

    package init(base: String) {
        (self.base, http) = (base, Self.shared)
    }

    private init(base: String, _ http: HTTPClient) {
        (self.base, self.http) = (base, http)
    }

    /// Runs `work` with a client that believes this issuer of certificates and nobody else.
    package static func trusting<Value>(
        issuerPEM: String, at base: String, _ work: (HubClient) async throws -> Value
    ) async throws -> Value {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.tlsConfiguration = .makeClientConfiguration()
        configuration.tlsConfiguration?.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(Array(issuerPEM.utf8)))
        let http = HTTPClient(configuration: configuration)
        do {
            let value = try await work(HubClient(base: base, http))
            try await http.shutdown()
            return value
        } catch {
            try await http.shutdown()
            throw error
        }
    }

    /// Never shut down: it lives as long as the tests.
    private static let shared: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 128
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout = .init(connect: .seconds(10))
        return HTTPClient(configuration: configuration)
    }()

    package func send(
        _ method: String, _ path: String, _ headers: [(String, String)] = [], body: [UInt8]? = nil,
        within deadline: Duration = .seconds(30)
    ) async throws -> HTTPAnswer {
        var request = HTTPClientRequest(url: base + path)
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(body) }
        let response = try await http.execute(request, timeout: .seconds(deadline.components.seconds))
        let buffer = try await response.body.collect(upTo: 64 << 20)
        return HTTPAnswer(
            status: Int(response.status.code), headers: Fields(response.headers.map { ($0.name, $0.value) }),
            body: String(buffer: buffer))
    }

    package func post(
        _ path: String, _ body: String, _ headers: [(String, String)] = [("Content-Type", "application/json")]
    ) async throws -> HTTPAnswer {
        try await send("POST", path, headers, body: Array(body.utf8))
    }
}

/// A request for the general door, signed; every part can be spoilt.
package struct SignedPost: Sendable {
    package var path: String
    package var secret: String
    package var body: [UInt8]
    /// Nil: none is sent.
    package var key: String?
    package var timestamp: String?
    package var signature: String?
    package var extraHeaders: [(String, String)] = []

    /// - Parameter key: a new one unless given.
    package init(to path: String, secret: String, _ body: [UInt8], key: String = UUID().uuidString) throws {
        self.path = path
        self.secret = secret
        self.body = body
        self.key = key
        let now = Int64(Date().timeIntervalSince1970)
        timestamp = "\(now)"
        let headers = try Signer.signed(secret: secret).headers(id: key, timestampSeconds: now, body: body)
        signature = headers.first { $0.name == "X-IW-Signature" }?.value
    }

    package init(to hub: HubProcess, _ body: String, key: String = UUID().uuidString) throws {
        let credentials = hub.credentials
        try self.init(
            to: credentials.sourcePath, secret: credentials.sourceSecret, Array(body.utf8), key: key)
    }

    package var headers: [(String, String)] {
        let own = [("X-IW-Signature", signature), ("X-IW-Timestamp", timestamp), ("X-IW-Idempotency-Key", key)]
        return [("Content-Type", "application/json")] + own.compactMap { name, value in value.map { (name, $0) } }
            + extraHeaders
    }

    package func send(by client: HubClient) async throws -> HTTPAnswer {
        try await client.send("POST", path, headers, body: body)
    }

    /// As bytes on a connection.
    package func head(host: String = "127.0.0.1") -> String {
        let fields = headers + [("Host", host), ("Content-Length", "\(body.count)")]
        return "POST \(path) HTTP/1.1\r\n" + fields.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
    }
}
