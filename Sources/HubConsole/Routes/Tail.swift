import Hub
import HubCore
import Synchronization

/// Follows a list for one reader: asks for what came after the cursor, again and again.
actor Tail {
    /// What came after a cursor, oldest first, and the cursor after it; one number for each list that is followed.
    typealias Fetch = @Sendable (_ cursor: [Int64]) async throws -> (rows: [String], cursor: [Int64])

    private static let pause = Duration.milliseconds(700)
    /// A connection says something at least that often, so that proxies keep it.
    private static let pausesPerHeartbeat = 20
    /// Then the reader connects anew, and its session is looked at again.
    private static let lifetime = Duration.seconds(1800)

    private let visit: Visit
    private let fetch: Fetch
    private let seat: Followers.Seat
    private var cursor: [Int64]
    private var waiting: [ServerSentEvent] = []
    private var pauses = 0

    private init(_ visit: Visit, _ cursor: [Int64], _ seat: Followers.Seat, _ fetch: @escaping Fetch) {
        (self.visit, self.cursor, self.seat, self.fetch) = (visit, cursor, seat, fetch)
    }

    /// - Parameter cursor: where to begin when the reader does not say where it was.
    static func response(_ visit: Visit, from cursor: [Int64], fetch: @escaping Fetch) -> ConsoleResponse {
        guard let seat = visit.followers.takeSeat() else {
            return visit.note("Too many followers", "Close other pages that are live, and try again.", status: 503)
        }
        let resumed = visit.request.headers.header("Last-Event-ID")?.split(separator: "-").compactMap { Int64($0) }
        let start = resumed.flatMap { $0.count == cursor.count ? $0 : nil } ?? cursor
        let tail = Tail(visit, start, seat, fetch)
        return .events(AsyncStream { await tail.next() })
    }

    private func next() async -> ServerSentEvent? {
        while waiting.isEmpty {
            guard visit.hub.clock.now() - visit.now < Self.lifetime else { return nil }
            do {
                let (rows, cursor) = try await fetch(cursor)
                self.cursor = cursor
                let id = cursor.map(String.init).joined(separator: "-")
                waiting = rows.map { ServerSentEvent(name: "row", id: id, data: $0) }
                if !waiting.isEmpty { break }
                try await visit.hub.clock.sleep(Self.pause)
            } catch {
                return nil  // The reader is gone, or the store is; the browser connects again by itself.
            }
            pauses += 1
            if pauses % Self.pausesPerHeartbeat == 0 { return .heartbeat }
        }
        return waiting.removeFirst()
    }
}

/// How many follow at once, over all pages.
final class Followers: Sendable {
    private static let limit = 64
    private let count = Mutex(0)

    /// Given back when it is let go.
    final class Seat: Sendable {
        private let followers: Followers

        fileprivate init(_ followers: Followers) {
            self.followers = followers
        }

        deinit {
            followers.count.withLock { $0 -= 1 }
        }
    }

    func takeSeat() -> Seat? {
        let isFree = count.withLock { count in
            guard count < Self.limit else { return false }
            count += 1
            return true
        }
        return isFree ? Seat(self) : nil
    }
}
