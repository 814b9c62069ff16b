package import HubCore
package import HubStorage

/// What became of many replays.
package struct ReplayReport: Sendable {
    package var replayed: [(original: ID<Request>, replay: ID<Request>)] = []
    package var failed: [(original: ID<Request>, error: ReplayError)] = []

    package init() {}
}

extension Hub {
    /// How many requests are counted at most.
    private static let countLimit = 100_000

    /// One piece of the requests that a query finds, oldest first and without those that are replays themselves: they
    /// would only repeat their originals.
    ///
    /// - Parameter cursor: where the last piece ended; 0 for the first one.
    package func replayable(
        _ query: RequestQuery, in workspace: WorkspaceID, after cursor: Int64, limit: Int
    ) async throws(SetupError) -> Page<ID<Request>> {
        do throws(StoreError) {
            let page = try await store.requests(of: workspace, query, PageRequest(.after(cursor), limit: limit))
            let ids = page.elements.filter { $0.request.replayOf == nil }.map(\.request.id)
            return Page(ids, next: page.elements.count < limit ? nil : page.next)
        } catch {
            throw .unavailable(detail: error.code)
        }
    }

    /// How many requests a query would replay; stops counting at 100 000.
    package func countReplayable(
        _ query: RequestQuery, in workspace: WorkspaceID
    ) async throws(SetupError) -> Int {
        var count = 0
        var cursor: Int64? = 0
        while let position = cursor, count < Self.countLimit {
            let page = try await replayable(query, in: workspace, after: position, limit: 500)
            count += page.elements.count
            cursor = page.next
        }
        return count
    }

    /// Replays one after the other; one that fails does not stop the rest.
    package func replay(
        _ ids: [ID<Request>], in workspace: WorkspaceID, by actor: String,
        progress: @Sendable (_ done: Int) -> Void = { _ in }
    ) async -> ReplayReport {
        var report = ReplayReport()
        for (offset, id) in ids.enumerated() {
            do throws(ReplayError) {
                report.replayed.append((id, try await replay(id, in: workspace, by: actor)))
            } catch {
                report.failed.append((id, error))
            }
            progress(offset + 1)
        }
        return report
    }
}
