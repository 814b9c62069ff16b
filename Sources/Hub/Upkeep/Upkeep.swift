import HubCore
import HubStorage

/// What the hub does by itself beside answering: writes refusals, indexes and counts, removes what is past its time.
package struct Upkeep: Sendable {
    private let hub: Hub

    private static let refusalInterval = Duration.milliseconds(400)
    private static let retentionInterval = Duration.seconds(600)
    /// Between two pieces of work, so that they never take the writer from those who wait for answers.
    private static let pause = Duration.milliseconds(20)
    /// The same in a rush.
    private static let busyPause = Duration.milliseconds(250)

    package init(_ hub: Hub) {
        self.hub = hub
    }

    /// Runs until the task is cancelled; what fails is logged and tried again.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await writeRefusals() }
            group.addTask { await deriveIndexes() }
            group.addTask { await removeExpired() }
        }
    }

    private func writeRefusals() async {
        for await _ in hub.refusalLog.arrivals {
            // Company comes in the meantime: one commit for all of it.
            _ = await rest(Self.refusalInterval)
            await flush()
        }
        await flush()
    }

    private func flush() async {
        let refusals = hub.refusalLog.take()
        guard !refusals.isEmpty else { return }
        do {
            try await hub.store.record(refusals)
        } catch {
            hub.ignoring("refused requests could not be written to the log", error)
        }
    }

    private func deriveIndexes() async {
        // Once at the start for what a crash left, then after commits, when they leave time.
        let commits = hub.store.commits()
        var iterator = commits.makeAsyncIterator()
        var pace = IndexingPace()
        var mayBeMore = true
        while !Task.isCancelled {
            guard mayBeMore else {
                guard await iterator.next() != nil, await rest(.milliseconds(200)) else { return }
                mayBeMore = true
                continue
            }
            do {
                let jobs = try await hub.store.statistics().committedJobs
                let turn = pace.turn(at: hub.clock.now(), committedJobs: jobs)
                if turn != .wait { mayBeMore = try await hub.store.deriveIndexes() }
                guard await rest(turn == .go ? Self.pause : Self.busyPause) else { return }
            } catch {
                hub.ignoring("the search indexes and counts could not be brought up to date", error)
                mayBeMore = false
            }
        }
    }

    private func removeExpired() async {
        while await rest(Self.retentionInterval) {
            do {
                while try await hub.store.removeExpired(at: hub.clock.now()) {
                    guard await rest(Self.pause) else { return }
                }
            } catch {
                hub.ignoring("what is past its time could not be removed", error)
            }
        }
    }

    /// - Returns: whether to go on.
    private func rest(_ duration: Duration) async -> Bool {
        (try? await hub.clock.sleep(duration)) != nil  // Only cancellation ends a sleep early.
    }
}
