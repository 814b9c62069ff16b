import AsyncHTTPClient
import Foundation
import HubCore
import NIOPosix
import UnixSignals

/// `martlet listen` at work: follows the hub, hands each request to the receiver, prints a line for each.
struct ListenSession: Sendable {
    enum Subject: Sendable {
        /// Patterns by comma, empty for all, and what signs.
        case events(String, secret: Secret<String>)
        case source(String)
    }

    let base: String
    let token: Secret<String>
    /// Whether the token was made for this session in the data directory, and not given.
    let ownsToken: Bool
    let workspace: String?
    let subject: Subject
    let receiver: String
    let timeout: Duration
    let printsJSON: Bool

    /// How many requests the receiver gets at once; beyond it the hub waits.
    private static let concurrency = 8

    /// Returns when the process is told to stop.
    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.httpVersion = .http1Only
        settings.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
        begin()
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in signals { return } }
                group.addTask { try await relay(by: client) }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private func begin() {
        var secret: String?
        if case .events(_, let made) = subject { secret = made.reveal() }
        guard !printsJSON else {
            return Output.line(
                JSON.members(["forward_to": .string(receiver), "secret": secret.map(JSON.string) ?? .null]).text)
        }
        if let secret { Output.line("Secret  \(secret)   (of this session; it signs what follows)") }
    }

    private func relay(by client: HTTPClient) async throws {
        let unknownToken =
            "What listens at \(base) is another hub than that of the data directory. Name the data directory that it "
            + "serves, its port (MARTLET_PORT), or --hub and a token of it."
        let follower = HubFollower(
            client: client, url: url, headers: headers, unknownToken: ownsToken ? unknownToken : nil
        ) { Output.note($0) }
        let receiver = LocalReceiver(client: client, url: receiver, timeout: timeout)
        let (requests, arrivals) = AsyncStream.makeStream(of: ListenedRequest.self)
        // As many places as requests may be under way: who brings one takes a place first.
        let (places, free) = AsyncStream.makeStream(of: Void.self)
        for _ in 0..<Self.concurrency { free.yield() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await withDiscardingTaskGroup { group in
                    for await request in requests {
                        group.addTask {
                            let (outcome, took) = await receiver.send(request)
                            if !Task.isCancelled { tell(request, outcome, took) }
                            free.yield()
                        }
                    }
                }
            }
            group.addTask {
                try await follower.run { document in
                    guard let request = ListenedRequest(document) else { return }
                    var place = places.makeAsyncIterator()
                    guard await place.next() != nil else { return }
                    arrivals.yield(request)
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private var url: String {
        switch subject {
        case .events(let patterns, _):
            let query = patterns.isEmpty ? "" : "?events=\(Self.encoded(patterns))"
            return "\(base)/v1/deliveries/listen\(query)"
        case .source(let name): return "\(base)/v1/sources/\(Self.encoded(name))/listen"
        }
    }

    private var headers: Fields {
        var fields: Fields = ["Authorization": "Bearer \(token.reveal())"]
        if let workspace { fields.fields.append(.init(name: "Martlet-Workspace", value: workspace)) }
        if case .events(_, let secret) = subject {
            fields.fields.append(.init(name: "Martlet-Listen-Secret", value: secret.reveal()))
        }
        return fields
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }

    // MARK: Telling

    /// What a vendor sent is named by its size alone: path and query may hold credentials.
    private func tell(_ request: ListenedRequest, _ outcome: LocalReceiver.Outcome, _ microseconds: Int64) {
        if request.dropped > 0 {
            Output.note("\(request.dropped) requests were dropped: the receiver was too slow for them.")
        }
        var (status, failure): (Int?, String?) = (nil, nil)
        switch outcome {
        case .answered(let answered): status = answered
        case .failed(let why): failure = why
        }
        guard !printsJSON else {
            var document = JSON.Object()
            document["event_id"] = (request.event?.id).map(JSON.string) ?? .null
            document["event_type"] = (request.event?.type).map(JSON.string) ?? .null
            document["method"] = .string(request.method)
            document["body_bytes"] = JSON(request.body.count)
            document["status"] = status.map { JSON($0) } ?? .null
            document["error"] = failure.map(JSON.string) ?? .null
            document["duration_ms"] = JSON.Number(Double(microseconds) / 1000).map(JSON.number) ?? .null
            return Output.line(JSON.object(document).text)
        }
        let what = request.event.map { "\($0.type)  \($0.id)" } ?? "\(request.method)  \(request.body.count) bytes"
        let answer = status.map { "\((200..<300).contains($0) ? "✓" : "✗") \($0)" } ?? "✗ \(failure ?? "")"
        Output.line(Table.harmless("\(answer)  \(DeliveryWords.milliseconds(microseconds))  \(what)"))
    }
}
