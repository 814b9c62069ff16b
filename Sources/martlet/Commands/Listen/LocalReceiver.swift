import AsyncHTTPClient
import Foundation
import HubCore
import NIOCore
import NIOHTTP1
import NIOPosix

/// The developer's own receiver.
///
/// Not behind the hub's egress guard, which refuses loopback and private addresses: this is the developer's own machine,
/// and they say themselves where on it their receiver listens.
struct LocalReceiver: Sendable {
    let client: HTTPClient
    /// As it was given.
    let url: String
    let timeout: Duration

    /// What came of a request.
    enum Outcome: Sendable, Equatable {
        case answered(status: Int)
        case failed(String)
    }

    /// Of an answer no more is read.
    private static let answerLimit = 1 << 20
    /// What belongs to one connection or is made anew for it.
    private static let ownHeaders: Set = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "te", "trailer",
        "upgrade", "expect",
    ]

    /// - Returns: also how long it took, in microseconds.
    func send(_ request: ListenedRequest) async -> (outcome: Outcome, microseconds: Int64) {
        let begin = ContinuousClock.now
        let outcome = await outcome(of: request)
        let took = (ContinuousClock.now - begin).components
        return (outcome, took.seconds * 1_000_000 + took.attoseconds / 1_000_000_000_000)
    }

    private func outcome(of request: ListenedRequest) async -> Outcome {
        var local = HTTPClientRequest(url: Self.url(url, adding: request.query))
        local.method = .init(rawValue: request.method)
        let named = Set(
            request.headers.headers("Connection").flatMap { $0.split(separator: ",") }
                .map { $0.trimmed().lowercased() })
        for field in request.headers.fields {
            let name = field.name.lowercased()
            guard !Self.ownHeaders.contains(name), !named.contains(name) else { continue }
            local.headers.add(name: field.name, value: field.value)
        }
        if !request.body.isEmpty { local.body = .bytes(ByteBuffer(bytes: request.body)) }
        do {
            return .answered(status: try await status(of: local))
        } catch {
            return .failed(Self.words(error, timeout))
        }
    }

    /// The time is for the whole exchange: the client's own limit ends with the head of the answer.
    private func status(of request: HTTPClientRequest) async throws -> Int {
        let (client, timeout) = (client, timeout)
        return try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                let response = try await client.execute(request, deadline: .distantFuture)
                var size = 0
                for try await piece in response.body {
                    size += piece.readableBytes
                    if size > Self.answerLimit { break }
                }
                return Int(response.status.code)
            }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw HTTPClientError.deadlineExceeded
            }
            defer { group.cancelAll() }
            guard let status = try await group.next() else { throw HTTPClientError.deadlineExceeded }
            return status
        }
    }

    private static func words(_ error: any Error, _ timeout: Duration) -> String {
        switch error {
        case is NIOConnectionError: return "nothing listens there"
        case let error as IOError:
            return error.errnoCode == ECONNREFUSED ? "nothing listens there" : "the connection was closed"
        case is CancellationError: return "ended"
        case let error as HTTPClientError:
            switch error {
            case .deadlineExceeded: return "no answer in \(timeout.components.seconds) s"
            case .connectTimeout: return "nothing listens there"
            case .remoteConnectionClosed: return "the connection was closed"
            default: return "\(error)"
            }
        default: return String("\(error)".prefix(120))
        }
    }

    /// The query of the request, after that of the URL itself.
    static func url(_ url: String, adding query: String?) -> String {
        guard let query, !query.isEmpty else { return url }
        return url + (url.contains("?") ? "&" : "?") + query
    }
}

/// A request as the hub's feeds tell it.
struct ListenedRequest: Sendable {
    let method: String
    let query: String?
    let headers: Fields
    let body: [UInt8]
    /// Of an event; nil for a source's request.
    let event: (id: String, type: String)?
    /// How many before it were dropped.
    let dropped: Int

    /// - Returns: nil when the document is none.
    init?(_ document: JSON) {
        guard let method = document["method"]?.string, let headers = document["headers"]?.array,
            let body = document["body_base64"]?.string.flatMap({ Base64.decode($0) })
        else { return nil }
        self.method = method
        self.body = body
        query = document["query"]?.string
        self.headers = Fields(
            headers.compactMap { pair -> (String, String)? in
                guard let name = pair.array?.first?.string, let value = pair.array?.last?.string else { return nil }
                return (name, value)
            })
        if let id = document["event_id"]?.string, let type = document["event_type"]?.string {
            event = (id, type)
        } else {
            event = nil
        }
        dropped = document["dropped"]?.int64.map { Int($0) } ?? 0
    }
}
