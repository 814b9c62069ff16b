import Hub
import HubCore
import HubHTTP
import HubStorage

/// Prints deliveries as they are made and each time that one of the newest takes a step.
struct DeliveryFollower {
    let session: Session
    let query: DeliveryQuery

    /// Of so many it is known where they stood; steps of older ones are not told.
    static let memory = 500
    private static let pause = Duration.milliseconds(200)

    /// - Parameter last: how many that are there already are printed first.
    func run(last: Int) async throws {
        let commits = session.hub.store.commits()
        if !session.printsJSON {
            Output.line(Table.fixed(DeliveryWords.columns.map { $0.uppercased() }, DeliveryWords.widths))
        }
        var steps = DeliverySteps()
        let newest = try await page(PageRequest(limit: Self.memory))
        let fresh = steps.taken(newest.reversed())
        try await show(fresh.suffix(last))
        for await _ in commits {
            try await show(try await news(&steps))
            // Commits are many while deliveries are; each look tells all that happened since the one before.
            try await session.hub.clock.sleep(Self.pause)
        }
    }

    private func news(_ steps: inout DeliverySteps) async throws -> [DeliverySummary] {
        var news: [DeliverySummary] = []
        // More may have come at once than the look at the newest shows.
        while true {
            let page = try await page(PageRequest(.after(steps.newest), limit: Self.memory))
            news += steps.taken(page)
            if page.count < Self.memory { break }
        }
        return news + steps.taken(try await page(PageRequest(limit: Self.memory)).reversed())
    }

    private func page(_ request: PageRequest) async throws -> [DeliverySummary] {
        try await session.hub.store.deliveries(of: session.workspace, query, request).elements
    }

    private func show(_ deliveries: some Sequence<DeliverySummary>) async throws {
        // Endpoints may have come since.
        let configuration = try await session.configuration()
        for delivery in deliveries {
            Output.line(
                session.printsJSON
                    ? delivery.document(in: configuration).text
                    : Table.fixed(DeliveryWords.row(delivery, configuration), DeliveryWords.widths))
        }
    }
}

/// Where deliveries stood when they were last looked at. Pure.
struct DeliverySteps {
    private struct Step: Hashable {
        let state: DeliveryState
        let attempts: Int
    }

    private var steps: [Int64: Step] = [:]
    /// The number of the newest that was seen.
    private(set) var newest: Int64 = 0

    /// - Parameter deliveries: the oldest first.
    /// - Returns: those that were not seen before, or stood elsewhere.
    mutating func taken(_ deliveries: some Sequence<DeliverySummary>) -> [DeliverySummary] {
        let changed = deliveries.filter { summary in
            let progress = summary.delivery.progress
            let step = Step(state: progress.state, attempts: progress.attempts)
            return steps.updateValue(step, forKey: summary.seq) != step
        }
        newest = max(newest, changed.map(\.seq).max() ?? 0)
        if steps.count > 2 * DeliveryFollower.memory {
            let oldest = steps.keys.sorted().suffix(DeliveryFollower.memory).first ?? 0
            steps = steps.filter { $0.key >= oldest }
        }
        return changed
    }
}
