package import HubCore

/// Deliveries that somebody lets go out again, many at once and not faster than they want.
package struct Recovery: Sendable, Identified {
    package static let idPrefix = "rcv"

    package let id: ID<Recovery>
    package let selection: DeliverySelection
    /// How many the selection held when it began, counted up to ``countLimit``.
    package let total: Int
    package var done: Int
    /// Where it goes on.
    package var cursor: Int64
    /// Deliveries a second; nil: as fast as they can be handed over.
    package let ratePerSecond: Int?
    package var state: State
    package let actor: String
    package let createdAt: Timestamp
    package var endedAt: Timestamp?

    package enum State: String, Sendable, CaseIterable {
        case running, finished, cancelled
    }

    package static let countLimit = 1_000_000

    package init(
        id: ID<Recovery>, selection: DeliverySelection, total: Int, done: Int = 0, cursor: Int64 = 0,
        ratePerSecond: Int?, state: State = .running, actor: String, createdAt: Timestamp, endedAt: Timestamp? = nil
    ) {
        self.id = id
        self.selection = selection
        self.total = total
        self.done = done
        self.cursor = cursor
        self.ratePerSecond = ratePerSecond
        self.state = state
        self.actor = actor
        self.createdAt = createdAt
        self.endedAt = endedAt
    }
}

/// Recoveries outlive the process that began them.
package protocol RecoveryStore: Sendable {
    func add(_ recovery: Recovery) async throws(StoreError)

    /// The newest first, at most 50.
    func recoveries(of workspace: WorkspaceID) async throws(StoreError) -> [Recovery]

    func recovery(_ id: ID<Recovery>, in workspace: WorkspaceID) async throws(StoreError) -> Recovery?

    /// Over all workspaces, the oldest first.
    func runningRecoveries() async throws(StoreError) -> [Recovery]

    /// Restarts the next deliveries of a recovery, at most `limit`, and remembers how far it came.
    ///
    /// - Returns: what was restarted; nil when it does not run any more, or somebody else came first.
    func advance(
        _ recovery: Recovery, limit: Int, at now: Timestamp
    ) async throws(StoreError) -> DeliveryPiece?

    /// - Returns: whether it was running.
    func cancel(
        recovery id: ID<Recovery>, in workspace: WorkspaceID, at now: Timestamp
    ) async throws(StoreError) -> Bool
}
