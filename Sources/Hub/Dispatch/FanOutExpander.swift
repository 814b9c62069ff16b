import HubCore
import HubStorage
import Logging

/// Makes the deliveries of events that more endpoints want than one commit should hold, piece by piece.
struct FanOutExpander: Sendable {
    private let store: any Store
    private let runtimes: WorkspaceRuntimes
    private let clock: Clock
    private let logger: Logger
    private let looks = Signal()

    init(store: any Store, runtimes: WorkspaceRuntimes, clock: Clock, logger: Logger) {
        self.store = store
        self.runtimes = runtimes
        self.clock = clock
        self.logger = logger
    }

    /// There may be some.
    func look() { looks.fire() }

    /// Runs until its task is cancelled.
    ///
    /// - Parameter due: told which endpoints have something to do since when.
    func run(_ due: @Sendable ([ID<Endpoint>], WorkspaceID, Timestamp) -> Void) async {
        var iterator = looks.events.makeAsyncIterator()
        repeat {
            do {
                while let fanOut = try await store.openFanOuts(limit: 1).first, !Task.isCancelled {
                    try await expand(fanOut, due)
                }
            } catch {
                logger.warning("an event could not be handed to all endpoints", metadata: ["error": "\(error)"])
                guard (try? await clock.sleep(Dispatcher.storePause)) != nil else { return }
                look()
            }
        } while await iterator.next() != nil && !Task.isCancelled
    }

    private func expand(
        _ fanOut: FanOut, _ due: ([ID<Endpoint>], WorkspaceID, Timestamp) -> Void
    ) async throws {
        let now = clock.now()
        let event = fanOut.event
        guard let configuration = try await runtimes.refreshed(event.workspace)?.configuration else {
            return try await store.expand(fanOut, [], cursor: nil, at: now)
        }
        var data: JSON?
        // What is no JSON is told by its content type; what was JSON when it was stored still is.
        if case .json(let bytes) = fanOut.content?.body { data = try? JSON.parse(bytes) }
        let candidate = Endpoint.Subscription.Candidate(
            type: event.type, customer: event.customer, channels: fanOut.content?.channels ?? [], data: data,
            metadata: fanOut.content?.metadata,
            // Of the hub's own events those that name an endpoint are about it.
            subject: event.origin == .internal ? data?["endpoint"]?["id"]?.string.flatMap { ID($0) } : nil)
        let limit = Planner.fanOutThreshold
        var receivers = configuration.endpoints(wanting: candidate, after: fanOut.cursor, limit: limit + 1)
        let isLast = receivers.count <= limit
        if !isLast { receivers.removeLast() }
        let cursor = isLast ? nil : receivers.last?.id
        let deliveries = receivers.map { Planner.delivery(of: event.id, data, to: $0, at: now) }
        try await store.expand(fanOut, deliveries, cursor: cursor, at: now)
        due(receivers.map(\.id), event.workspace, now)
    }
}
