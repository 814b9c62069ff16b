import AsyncHTTPClient
import HubCore
import NIOCore
import NIOHTTP1
import Synchronization

/// Follows a feed of a hub for as long as it is let: comes back after each break, and goes on where it was cut off.
struct HubFollower: Sendable {
    let client: HTTPClient
    let url: String
    /// With the token.
    let headers: Fields
    /// What is said where the token is not known; nil: what the hub says.
    let unknownToken: String?
    /// Told once for each break, and when it is over.
    let note: @Sendable (String) -> Void

    private static let answerLimit = TimeAmount.seconds(30)
    /// Three heartbeats.
    private static let silenceLimit = Duration.seconds(45)
    private static let watchInterval = Duration.seconds(5)

    /// Ends only by cancellation or with an error that another try would not mend.
    ///
    /// - Parameter handle: what it does not return from holds the hub up.
    /// - Throws: ``CommandError`` with the hub's words when it refuses.
    func run(_ handle: @escaping @Sendable (JSON) async -> Void) async throws {
        let place = FeedPlace()
        var (backoff, isAway, hasBegun) = (Backoff(), false, false)
        while true {
            do {
                let body = try await connect(from: place.lastID)
                backoff.succeeded()
                if isAway || !hasBegun { note(hasBegun ? "Connected again." : "Connected.") }
                (isAway, hasBegun) = (false, true)
                try await read(body, place, handle)
            } catch let refusal as CommandError {
                throw refusal
            } catch {
                // Whatever broke the connection: it is made again.
                try Task.checkCancellation()
            }
            let wait = backoff.failed()
            if !isAway { note("The hub is away; it is tried again until it is back.") }
            isAway = true
            try await Task.sleep(for: wait)
        }
    }

    private func connect(from lastID: String?) async throws -> HTTPClientResponse.Body {
        var request = HTTPClientRequest(url: url)
        for field in headers.fields { request.headers.add(name: field.name, value: field.value) }
        request.headers.add(name: "Accept", value: "text/event-stream")
        if let lastID { request.headers.add(name: "Last-Event-ID", value: lastID) }
        let response = try await client.execute(request, timeout: Self.answerLimit)
        switch response.status.code {
        case 200: return response.body
        // Another time it may be taken.
        case 408, 429, 500...: throw StreamError.unavailable
        case 401 where unknownToken != nil: throw CommandError(unknownToken ?? "")
        default:
            let body = try await response.body.collect(upTo: 65536)
            let answer = try? JSON.parse(Array(buffer: body))  // Whatever answers there may be no hub.
            let words = answer?["detail"]?.string ?? answer?["error"]?.string ?? "it gives no reason"
            throw CommandError("The hub refuses (\(response.status.code)): \(Table.harmless(words))")
        }
    }

    /// Returns or throws when the connection is over.
    private func read(
        _ body: HTTPClientResponse.Body, _ place: FeedPlace, _ handle: @escaping @Sendable (JSON) async -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // What was cut off in the middle comes again whole.
                var events = ServerSentEvents(lastID: place.lastID)
                place.waits(true)
                for try await chunk in body {
                    place.waits(false)
                    for data in try events.take(chunk.readableBytesView) {
                        // A document that cannot be read is none of ours.
                        if let document = try? JSON.parse(data) { await handle(document) }
                    }
                    place.lastID = events.lastID
                    place.waits(true)
                }
            }
            group.addTask {
                while place.silence < Self.silenceLimit { try await Task.sleep(for: Self.watchInterval) }
                throw StreamError.silent
            }
            try await group.next()
            group.cancelAll()
        }
    }
}

/// Where a follower stands, and since when it has waited for more.
private final class FeedPlace: Sendable {
    private struct State {
        var lastID: String?
        var waitingSince: ContinuousClock.Instant?
    }

    private let state = Mutex(State())

    var lastID: String? {
        get { state.withLock { $0.lastID } }
        set { state.withLock { $0.lastID = newValue } }
    }

    func waits(_ isWaiting: Bool) {
        state.withLock { $0.waitingSince = isWaiting ? .now : nil }
    }

    /// Zero while something is being handled.
    var silence: Duration {
        state.withLock { $0.waitingSince.map { .now - $0 } ?? .zero }
    }
}
