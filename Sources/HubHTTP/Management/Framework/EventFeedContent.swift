import Hub
import HubCore
import HubStorage

/// Events as they are committed.
struct EventFeedContent: FeedContent {
    private static let pageSize = 100
    /// How many bytes of documents are made ahead of a follower, who may not take them.
    private static let pieceSize = 256 << 10

    let hub: Hub
    let workspace: WorkspaceID
    let query: EventQuery
    /// How an event is told; nil: it is passed over.
    let document: @Sendable (Event, WorkspaceConfiguration) async throws -> JSON?
    private var cursor: Int64

    /// - Parameter start: the place after which it begins; nil: what is there at this moment.
    init(
        hub: Hub, workspace: WorkspaceID, query: EventQuery, start: Int64?,
        document: @escaping @Sendable (Event, WorkspaceConfiguration) async throws -> JSON?
    ) async throws {
        (self.hub, self.workspace, self.query, self.document) = (hub, workspace, query, document)
        cursor = 0
        cursor = if let start { start } else { try await newest() }
    }

    var position: Int64? { cursor }

    func wakes() -> AsyncStream<Void> { hub.store.commits() }

    mutating func next() async throws -> FeedPiece {
        // Read first: what is committed later comes with the next signal.
        let newest = try await newest()
        let page = try await hub.store.events(of: workspace, query, PageRequest(.after(cursor), limit: Self.pageSize))
        var piece = FeedPiece(documents: [], isLast: page.elements.count < Self.pageSize)
        var size = 0
        if !page.elements.isEmpty {
            // Sources may have come since the follower began.
            let configuration = try await hub.configuration(of: workspace)
            for summary in page.elements {
                cursor = summary.seq
                guard let document = try await document(summary.event, configuration) else { continue }
                let text = document.text
                piece.documents.append((summary.seq, text))
                size += text.utf8.count
                if size >= Self.pieceSize {
                    piece.isLast = false
                    break
                }
            }
        }
        // What the filter left out need not be looked at again.
        if piece.isLast { cursor = max(cursor, newest) }
        return piece
    }

    /// 0 when there is no event yet.
    private func newest() async throws -> Int64 {
        try await hub.store.events(of: workspace, EventQuery(), PageRequest(limit: 1)).elements.first?.seq ?? 0
    }
}
