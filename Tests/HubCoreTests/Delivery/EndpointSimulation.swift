import HubCore
import HubTesting

/// One endpoint with its queue, over simulated time: what a dispatcher does with the two state machines.
struct EndpointSimulation {
    struct Setting {
        var schedule = RetrySchedule.standard
        var concurrency = 8
        /// How long an attempt takes.
        var attemptTime = Duration.milliseconds(20)
        /// What the receiver answers at a moment.
        var receiver: (_ elapsed: Duration) -> AttemptOutcome
    }

    private struct Item {
        var progress: DeliveryProgress
    }

    private struct Flight {
        let item: Int
        let kind: EndpointHealth.AttemptKind
        let endsAt: Timestamp
    }

    static let start = Timestamp(seconds: 1_795_248_000)

    private(set) var health = EndpointHealth()
    private var items: [Item] = []
    /// Positions of those that are not finished, the oldest first.
    private var open: [Int] = []
    private var flights: [Flight] = []
    private(set) var now = Self.start
    private(set) var attempts: [(at: Duration, failed: Bool)] = []
    private(set) var changes: [(at: Duration, change: EndpointHealth.Change)] = []
    private(set) var mostAtOnce = 0
    private var random = SplitMix(state: 23)
    private let setting: Setting

    init(_ setting: Setting) {
        self.setting = setting
    }

    var elapsed: Duration { now - Self.start }

    func count(_ state: DeliveryState) -> Int { items.count { $0.progress.state == state } }

    /// Failures that were used up by deliveries, all together.
    var steps: Int { items.reduce(0) { $0 + $1.progress.failures } }

    /// Runs until a moment, with an event every `interval`.
    mutating func run(for duration: Duration, eventEvery interval: Duration?) throws {
        let end = now + duration
        var nextEvent = interval == nil ? nil : Optional(now)
        while true {
            try dispatch()
            var moments = flights.map(\.endsAt)
            if let nextEvent { moments.append(nextEvent) }
            if let wakeUp { moments.append(wakeUp) }
            guard let moment = moments.min(), moment <= end else { break }
            now = max(now, moment)
            if let event = nextEvent, event <= now, let interval {
                open.append(items.count)
                items.append(Item(progress: DeliveryProgress(at: now)))
                nextEvent = event + interval
            }
            for flight in flights where flight.endsAt <= now { try finish(flight) }
            flights.removeAll { $0.endsAt <= now }
            open.removeAll { items[$0].progress.state.isFinished }
        }
        now = end
    }

    /// When something is due that is not in flight.
    private var wakeUp: Timestamp? {
        switch health.admission(at: now) {
        case .wait(let until): return until
        case .open:
            return open.map { items[$0].progress }.filter { $0.state == .pending && $0.dueAt > now }.map(\.dueAt).min()
        case .probe, .waitForProbe, .disabled: return nil
        }
    }

    private mutating func dispatch() throws {
        switch health.admission(at: now) {
        case .disabled, .waitForProbe, .wait:
            if health.breaker != .closed || health.disabled != nil { try holdDue() }
        case .probe:
            try holdDue()
            guard let oldest = open.first(where: { items[$0].progress.state == .held }) else { return }
            health.probeStarted()
            try send(oldest, .probe)
        case .open(let allowance):
            for index in open where items[index].progress.state == .held {
                try items[index].progress.release(at: now)
            }
            let room = min(setting.concurrency, allowance ?? .max) - flights.count
            let due = open.lazy.filter { [items, now] in items[$0].progress.isDue(at: now) }
            for index in Array(due.prefix(max(room, 0))) { try send(index, .delivery) }
        }
    }

    private mutating func holdDue() throws {
        for index in open where items[index].progress.isDue(at: now) { try items[index].progress.hold() }
    }

    private mutating func send(_ index: Int, _ kind: EndpointHealth.AttemptKind) throws {
        try items[index].progress.lease()
        flights.append(Flight(item: index, kind: kind, endsAt: now + setting.attemptTime))
        mostAtOnce = max(mostAtOnce, flights.count)
    }

    private mutating func finish(_ flight: Flight) throws {
        let outcome = setting.receiver(elapsed - setting.attemptTime)
        attempts.append((elapsed, outcome.failure != nil))
        let change = health.record(outcome, flight.kind, schedule: setting.schedule, at: now, using: &random)
        if let change { changes.append((elapsed, change)) }
        try items[flight.item].progress.record(outcome, schedule: setting.schedule, at: now, using: &random)
    }
}
