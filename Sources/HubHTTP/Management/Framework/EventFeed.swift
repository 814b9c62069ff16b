import HTTPTypes
import Hub
import HubCore
import HubStorage
import Hummingbird
import NIOCore
import ServiceLifecycle
import Synchronization

/// Events as they are committed, as server-sent events (HTML, §9.2): each has its cursor as id, so that a client that
/// comes back with `Last-Event-ID` misses none.
struct EventFeed: Sendable {
    let hub: Hub
    let workspace: WorkspaceID
    let query: EventQuery
    let start: Int64
    /// Whether the caller may still listen; asked at each heartbeat.
    let isAllowed: @Sendable () async -> Bool
    let document: @Sendable (Event, WorkspaceConfiguration) -> JSON

    private static let heartbeat = Duration.seconds(15)
    private static let followerLimit = 200
    private static let followers = Atomic<Int>(0)

    private enum Signal: Sendable {
        case committed, heartbeat
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
        let commits = hub.store.commits()
        var cursor = start
        try await writer.write(ByteBuffer(string: ": listening\n\n"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in commits { sender.yield(.committed) } }
            group.addTask {
                while true {
                    try await hub.clock.sleep(Self.heartbeat)
                    sender.yield(.heartbeat)
                }
            }
            group.addTask {
                try await gracefulShutdown()
                sender.finish()
            }
            try await send(after: &cursor, to: &writer)
            for await signal in signals {
                switch signal {
                case .committed: try await send(after: &cursor, to: &writer)
                case .heartbeat:
                    guard await isAllowed() else { return group.cancelAll() }
                    try await writer.write(ByteBuffer(string: ": heartbeat\n\n"))
                }
            }
            group.cancelAll()
        }
    }

    @concurrent private func send(after cursor: inout Int64, to writer: inout any ResponseBodyWriter) async throws {
        // Read first: what is committed later comes with the next signal.
        let newest = try await Self.newest(in: workspace, hub)
        while true {
            let page = try await hub.store.events(of: workspace, query, PageRequest(.after(cursor), limit: 100))
            guard !page.elements.isEmpty else { break }
            // Sources may have come since the follower began.
            let configuration = try await hub.configuration(of: workspace)
            for event in page.elements {
                cursor = event.seq
                let text = "id: \(Cursor.text(event.seq))\ndata: \(document(event.event, configuration).text)\n\n"
                try await writer.write(ByteBuffer(string: text))
            }
            if page.elements.count < 100 { break }
        }
        // What the filter left out need not be looked at again.
        cursor = max(cursor, newest)
    }

    /// Where a follower begins that names no cursor; 0 when there is no event yet.
    static func newest(in workspace: WorkspaceID, _ hub: Hub) async throws -> Int64 {
        try await hub.store.events(of: workspace, EventQuery(), PageRequest(limit: 1)).elements.first?.seq ?? 0
    }
}
