import HubCore
import HubStorage
import Logging

/// Sends what failed once more, as people asked: in steps, each recovery within its own rate.
struct RecoveryRunner: Sendable {
    private static let step = Duration.milliseconds(100)

    private let store: any Store
    private let clock: Clock
    private let logger: Logger
    private let looks = Signal()

    init(store: any Store, clock: Clock, logger: Logger) {
        self.store = store
        self.clock = clock
        self.logger = logger
    }

    /// There may be some.
    func look() { looks.fire() }

    /// Runs until its task is cancelled.
    ///
    /// - Parameter due: told which endpoints have something to do since when.
    func run(_ due: @Sendable (Set<ID<Endpoint>>, WorkspaceID, Timestamp) -> Void) async {
        var iterator = looks.events.makeAsyncIterator()
        var allowances: [ID<Recovery>: Double] = [:]
        repeat {
            do {
                while true {
                    let running = try await store.runningRecoveries()
                    guard !running.isEmpty else { break }
                    for recovery in running {
                        try await advance(recovery, &allowances[recovery.id, default: 1], due)
                    }
                    guard (try? await clock.sleep(Self.step)) != nil else { return }
                }
                allowances = [:]
            } catch {
                logger.warning("deliveries could not be recovered", metadata: ["error": "\(error)"])
                guard (try? await clock.sleep(Dispatcher.storePause)) != nil else { return }
                look()
            }
        } while await iterator.next() != nil && !Task.isCancelled
    }

    private func advance(
        _ recovery: Recovery, _ allowance: inout Double,
        _ due: (Set<ID<Endpoint>>, WorkspaceID, Timestamp) -> Void
    ) async throws {
        if let rate = recovery.ratePerSecond { allowance = min(allowance + Double(rate) / 10, Double(max(rate, 1))) }
        let limit = recovery.ratePerSecond == nil ? 500 : min(Int(allowance), 500)
        guard limit > 0 else { return }
        let now = clock.now()
        guard let piece = try await store.advance(recovery, limit: limit, at: now) else { return }
        allowance -= Double(piece.count)
        due(piece.endpoints, recovery.selection.workspace, now)
    }
}
