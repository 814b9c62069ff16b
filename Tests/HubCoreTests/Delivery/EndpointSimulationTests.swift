import HubCore
import Testing

/// The breaker, the schedule and the queue together, through hours and weeks.
@Suite struct EndpointSimulationTests {
    private static let refused = AttemptOutcome(failure: .refused, status: nil)

    private static func away(_ from: Double, _ until: Double, _ outcome: AttemptOutcome = refused)
        -> (Duration) -> AttemptOutcome
    {
        { $0 >= .seconds(from) && $0 < .seconds(until) ? outcome : .delivered }
    }

    @Test(arguments: [
        (AttemptOutcome(failure: .refused, status: nil), Duration.milliseconds(2)),
        (AttemptOutcome(failure: .status5xx, status: 502), .milliseconds(5)),
        (AttemptOutcome(failure: .timeoutTotal, status: nil), .seconds(1)),
        (AttemptOutcome(failure: .reset, status: nil), .milliseconds(200)),
    ])
    func `a receiver that restarts for a second under 10 events a second is not disabled and gets everything`(
        _ outcome: AttemptOutcome, _ attemptTime: Duration
    ) throws {
        var simulation = EndpointSimulation(
            .init(concurrency: 50, attemptTime: attemptTime, receiver: Self.away(10, 11, outcome)))
        try simulation.run(for: .seconds(60), eventEvery: .milliseconds(100))
        try simulation.run(for: .seconds(60), eventEvery: nil)
        #expect(simulation.health.disabled == nil)
        #expect(simulation.count(.succeeded) == 601)
        #expect(simulation.health.failuresInRow == 0)
    }

    @Test func `a receiver that is away for ten minutes in every hour of a week loses nothing`() throws {
        let hour = Duration.seconds(3600)
        var simulation = EndpointSimulation(
            .init(receiver: { elapsed in
                let within = elapsed - hour * Int(elapsed / hour)
                return within >= .seconds(1200) && within < .seconds(1800) ? Self.refused : .delivered
            }))
        try simulation.run(for: hour * 24 * 7, eventEvery: .seconds(60))
        try simulation.run(for: hour * 4, eventEvery: nil)
        #expect(simulation.health.disabled == nil)
        #expect(simulation.count(.succeeded) == 7 * 24 * 60 + 1)
        // 168 outages; each costs the five that opened the breaker and some probes, not one attempt an event.
        #expect(simulation.changes.count { $0.change == .breakerOpened } == 168)
        #expect(simulation.attempts.count { $0.failed } <= 168 * 9)
    }

    @Test func `a dead receiver is disabled after ten failures, and what comes later is held`() throws {
        var simulation = EndpointSimulation(.init(concurrency: 1, receiver: { _ in Self.refused }))
        try simulation.run(for: .seconds(86400), eventEvery: .seconds(60))
        #expect(simulation.changes.map(\.change) == [.breakerOpened, .disabled(.failures)])
        #expect(simulation.attempts.count == 10)
        let disabledAt = try #require(simulation.changes.last?.at)
        #expect(disabledAt < .seconds(3600))
        #expect(simulation.count(.held) + simulation.count(.pending) + simulation.count(.exhausted) == 1441)
        #expect(simulation.count(.held) >= 1430)
    }

    @Test func `a burst upon a dead receiver is not what disables it`() throws {
        var simulation = EndpointSimulation(
            .init(concurrency: 100, attemptTime: .seconds(10), receiver: { _ in Self.refused }))
        try simulation.run(for: .seconds(9), eventEvery: .milliseconds(100))
        try simulation.run(for: .seconds(60), eventEvery: nil)
        #expect(simulation.health.disabled == nil)
        #expect(simulation.health.breaker != .closed)
        try simulation.run(for: .seconds(4000), eventEvery: nil)
        #expect(simulation.health.disabled == .failures)
    }

    @Test func `nobody who waits for the breaker uses up its schedule`() throws {
        var simulation = EndpointSimulation(.init(receiver: Self.away(0, 300)))
        try simulation.run(for: .seconds(299), eventEvery: .seconds(1))
        // Five that opened it, those in flight with them, and the probes.
        #expect(simulation.steps <= 20)
        #expect(simulation.count(.exhausted) == 0)
        try simulation.run(for: .seconds(3600), eventEvery: nil)
        #expect(simulation.count(.succeeded) == 300)
    }

    @Test func `what piled up does not fall upon a receiver that comes back`() throws {
        var simulation = EndpointSimulation(.init(concurrency: 64, receiver: Self.away(0, 60)))
        try simulation.run(for: .seconds(60), eventEvery: .milliseconds(50))
        let before = simulation.attempts.count
        try simulation.run(for: .seconds(3600), eventEvery: nil)
        #expect(simulation.count(.succeeded) == 1201)
        // After the probe: 2, 4, 8… at once. An attempt takes 20 ms, so that the first 100 ms see few.
        let firstSuccess = try #require(simulation.attempts[before...].first { !$0.failed }?.at)
        let soon = simulation.attempts.count { $0.at > firstSuccess && $0.at <= firstSuccess + .milliseconds(45) }
        #expect(soon <= 6)
    }

    @Test func `an overloaded receiver is asked ever less often`() throws {
        let overload = AttemptOutcome(failure: .status4xx, status: 429, retryAfter: .seconds(5))
        var simulation = EndpointSimulation(.init(concurrency: 20, receiver: Self.away(0, 3600, overload)))
        try simulation.run(for: .seconds(1800), eventEvery: .seconds(3))
        #expect(simulation.health.disabled == nil)
        #expect(simulation.health.failuresInRow == 0)
        // One a minute at most after the first steps, where twenty a minute are due.
        #expect(simulation.attempts.count < 50)
    }
}
