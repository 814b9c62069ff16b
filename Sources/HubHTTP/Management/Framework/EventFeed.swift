import HTTPTypes
import HubCore
import Hummingbird
import NIOCore
import ServiceLifecycle
import Synchronization

/// What a feed tells, and when there may be more of it.
protocol FeedContent: Sendable {
    /// Fires when ``next()`` may have something to tell.
    func wakes() -> AsyncStream<Void>

    /// What has come since; called until a piece says that it is the last.
    mutating func next() async throws -> FeedPiece

    /// Where one goes on who was cut off; nil where nobody can.
    var position: Int64? { get }
}

/// Some of what a feed tells.
struct FeedPiece: Sendable {
    /// Each in JSON, with its place where one can go on from there.
    var documents: [(position: Int64?, text: String)]
    /// Whether there was no more at that moment.
    var isLast: Bool
}

/// Documents as they come, as server-sent events (HTML, §9.2): each has its cursor as id, so that a client that comes
/// back with `Last-Event-ID` misses none.
struct EventFeed: Sendable {
    let content: any FeedContent
    let clock: Clock
    /// Whether the caller may still listen; asked at each heartbeat.
    let isAllowed: @Sendable () async -> Bool

    private static let heartbeat = Duration.seconds(15)
    private static let followerLimit = 200
    private static let followers = Atomic<Int>(0)

    private enum Signal: Sendable {
        case more, heartbeat
    }

    static var isFull: Bool { followers.load(ordering: .relaxed) >= followerLimit }

    func response() -> Response {
        var headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        // nginx would keep events back until it has a buffer full of them.
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                Self.followers.add(1, ordering: .relaxed)
                defer { Self.followers.subtract(1, ordering: .relaxed) }
                try await follow(&writer)
                try await writer.finish(nil)
            })
    }

    /// Returns when the hub stops or the caller may not listen any more; throws when the client is gone.
    @concurrent private func follow(_ writer: inout any ResponseBodyWriter) async throws {
        let (signals, sender) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(2))
        var content = content
        // Listen first: what comes while the first piece is sent comes with the next signal.
        let wakes = content.wakes()
        try await writer.write(Self.comment("listening", content))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in wakes { sender.yield(.more) } }
            group.addTask {
                while true {
                    try await clock.sleep(Self.heartbeat)
                    sender.yield(.heartbeat)
                }
            }
            group.addTask {
                try await gracefulShutdown()
                sender.finish()
            }
            try await Self.send(&content, to: &writer)
            for await signal in signals {
                switch signal {
                case .more: try await Self.send(&content, to: &writer)
                case .heartbeat:
                    guard await isAllowed() else { return group.cancelAll() }
                    try await writer.write(Self.comment("heartbeat", content))
                }
            }
            group.cancelAll()
        }
    }

    @concurrent private static func send(
        _ content: inout any FeedContent, to writer: inout any ResponseBodyWriter
    ) async throws {
        var piece: FeedPiece
        repeat {
            piece = try await content.next()
            for (position, text) in piece.documents {
                let id = position.map { "id: \(Cursor.text($0))\n" } ?? ""
                try await writer.write(ByteBuffer(string: "\(id)data: \(text)\n\n"))
            }
        } while !piece.isLast
    }

    /// Tells a client nothing but where it stands: an id without data is kept and not shown.
    private static func comment(_ text: String, _ content: any FeedContent) -> ByteBuffer {
        let id = content.position.map { "id: \(Cursor.text($0))\n" } ?? ""
        return ByteBuffer(string: ": \(text)\n\(id)\n")
    }
}
