import HubCore
import HubTesting
import Testing

@Suite struct DeliveryProgressTests {
    private var random = SplitMix(state: 5)
    private let now = Timestamp(seconds: 1_795_248_000)
    private let failed = AttemptOutcome(failure: .status5xx, status: 500)

    @Test mutating func `a delivery that always fails is tried seven times over some two and a half hours`() throws {
        var delivery = DeliveryProgress(at: now)
        var clock = now
        var states: [DeliveryState] = []
        while !delivery.state.isFinished {
            clock = max(clock, delivery.dueAt)
            #expect(delivery.isDue(at: clock))
            try delivery.lease()
            #expect(!delivery.isDue(at: clock))
            states.append(try delivery.record(failed, schedule: .standard, at: clock, using: &random))
        }
        #expect(delivery.attempts == 7)
        #expect(states == [.pending, .pending, .pending, .pending, .pending, .pending, .exhausted])
        let took = clock - now
        #expect(took > .seconds(8402) && took < .seconds(10270))
    }

    @Test mutating func `success ends it`() throws {
        var delivery = DeliveryProgress(at: now)
        try delivery.lease()
        try delivery.record(failed, schedule: .standard, at: now, using: &random)
        try delivery.lease()
        #expect(try delivery.record(.delivered, schedule: .standard, at: now, using: &random) == .succeeded)
        #expect(delivery.attempts == 2)
    }

    @Test mutating func `a receiver that is gone is not asked again`() throws {
        var delivery = DeliveryProgress(at: now)
        try delivery.lease()
        let gone = AttemptOutcome(failure: .status4xx, status: 410)
        #expect(try delivery.record(gone, schedule: .standard, at: now, using: &random) == .exhausted)
    }

    @Test mutating func `waiting for the endpoint uses no step`() throws {
        var delivery = DeliveryProgress(at: now)
        try delivery.lease()
        try delivery.record(failed, schedule: .standard, at: now, using: &random)
        let dueAt = delivery.dueAt
        for _ in 0..<100 {
            try delivery.hold()
            try delivery.release(at: now)
        }
        #expect(delivery.failures == 1)
        #expect(delivery.dueAt == dueAt)
        try delivery.hold()
        try delivery.release(at: now + .seconds(3600))
        #expect(delivery.dueAt == now + .seconds(3600))
    }

    @Test mutating func `an attempt that was lost or ended by us uses no step`() throws {
        var delivery = DeliveryProgress(at: now)
        try delivery.lease()
        try delivery.leaseEnded(at: now + .seconds(25))
        #expect(delivery.isDue(at: now + .seconds(25)))
        try delivery.lease()
        let ended = AttemptOutcome(failure: .cancelled, status: nil)
        #expect(try delivery.record(ended, schedule: .standard, at: now, using: &random) == .pending)
        #expect(delivery.isDue(at: now))
        #expect((delivery.attempts, delivery.failures) == (0, 0))
    }

    @Test(arguments: [DeliveryState.pending, .held, .succeeded, .exhausted, .discarded])
    func `sent again by hand it enters the schedule anew`(_ state: DeliveryState) throws {
        var random = SplitMix(state: 1)
        var delivery = DeliveryProgress(state: state, attempts: 7, failures: 7, dueAt: now + .seconds(9999))
        try delivery.restart(at: now)
        #expect(delivery.isDue(at: now))
        var attempts = 0
        while !delivery.state.isFinished {
            try delivery.lease()
            try delivery.record(failed, schedule: .standard, at: now, using: &random)
            attempts += 1
        }
        #expect(attempts == 7)
        #expect(delivery.attempts == 14)
    }

    /// Each state with each step: what is allowed and where it leads.
    private static let steps: [(name: String, from: [DeliveryState: DeliveryState])] = [
        ("lease", [.pending: .leased, .held: .leased]),
        ("hold", [.pending: .held, .leased: .held]),
        ("release", [.held: .pending]),
        ("leaseEnded", [.leased: .pending]),
        ("discard", [.pending: .discarded, .leased: .discarded, .held: .discarded]),
        (
            "restart",
            [.pending: .pending, .held: .pending, .succeeded: .pending, .exhausted: .pending, .discarded: .pending]
        ),
        ("succeed", [.leased: .succeeded]),
        ("fail", [.leased: .pending]),
        ("fail last", [.leased: .exhausted]),
    ]

    @Test func `no step is taken from where it must not be, and nothing changes then`() {
        for (name, from) in Self.steps {
            for state in DeliveryState.allCases {
                var random = SplitMix(state: 1)
                let before = DeliveryProgress(
                    state: state, attempts: 1, failures: name == "fail last" ? 6 : 1, dueAt: now)
                var delivery = before
                do throws(DeliveryTransitionError) {
                    switch name {
                    case "lease": try delivery.lease()
                    case "hold": try delivery.hold()
                    case "release": try delivery.release(at: now)
                    case "leaseEnded": try delivery.leaseEnded(at: now)
                    case "discard": try delivery.discard()
                    case "restart": try delivery.restart(at: now)
                    case "succeed": try delivery.record(.delivered, schedule: .standard, at: now, using: &random)
                    default: try delivery.record(failed, schedule: .standard, at: now, using: &random)
                    }
                    #expect(from[state] == delivery.state, "\(name) from \(state)")
                    #expect(state.successors.contains(delivery.state) || state == delivery.state)
                } catch {
                    #expect(from[state] == nil, "\(name) from \(state)")
                    #expect(delivery == before)
                    #expect(error.from == state)
                }
            }
        }
    }
}
