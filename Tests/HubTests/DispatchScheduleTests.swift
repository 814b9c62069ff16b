import HubCore
import Testing

@testable import Hub

@Suite struct DispatchScheduleTests {
    private let start = Timestamp(seconds: 1_793_491_200)
    private let limits = DispatchSchedule.Limits(
        concurrency: 64, ratePerMinute: nil, isOrdered: false, isPaused: false)

    private func endpoint(_ number: Int64) -> ID<Endpoint> { .make(at: start + .milliseconds(number)) }

    /// A schedule with endpoints that all have much to do.
    private func busy(_ endpoints: [ID<Endpoint>], capacity: Int = 4096, _ limits: DispatchSchedule.Limits? = nil)
        -> Subject
    {
        let schedule = Subject(capacity: capacity)
        for endpoint in endpoints {
            schedule.set(limits ?? self.limits, of: endpoint, at: start)
            schedule.due(endpoint, at: start, now: start)
        }
        return schedule
    }

    @Test func `an endpoint that nothing is known of begins with few attempts, and gets more with each success`() {
        let endpoint = endpoint(1)
        let schedule = busy([endpoint])
        let first = schedule.take(at: start)
        #expect(first.map(\.limit) == [DispatchSchedule.firstWindow])
        #expect(schedule.take(at: start).isEmpty, "it is being claimed already")
        schedule.claimed(first[0], taken: 4, nextDue: start, at: start)
        #expect(schedule.take(at: start).isEmpty, "all its places are taken")
        for _ in 0..<4 {
            schedule.finished(endpoint, .succeeded, health: nil, nextDue: nil, wasProbe: false, at: start)
        }
        #expect(schedule.take(at: start).map(\.limit) == [8])
    }

    @Test func `a timeout halves what an endpoint may have under way`() {
        let endpoint = endpoint(1)
        let schedule = busy([endpoint])
        let order = schedule.take(at: start)[0]
        schedule.claimed(order, taken: 4, nextDue: start, at: start)
        for _ in 0..<4 {
            schedule.finished(endpoint, .timedOut, health: nil, nextDue: nil, wasProbe: false, at: start)
        }
        #expect(schedule.take(at: start).map(\.limit) == [1])
    }

    @Test func `one endpoint with a million deliveries costs the others one turn`() {
        let (large, small) = (endpoint(1), endpoint(2))
        let schedule = busy([large, small], capacity: 6)
        let orders = schedule.take(at: start)
        #expect(orders.map(\.endpoint) == [large, small])
        #expect(orders.map(\.limit) == [4, 2])
        #expect(schedule.inFlight == 6)
        for order in orders { schedule.claimed(order, taken: order.limit, nextDue: start, at: start) }
        schedule.finished(large, .succeeded, health: nil, nextDue: nil, wasProbe: false, at: start)
        #expect(schedule.take(at: start).map(\.endpoint) == [large])
        // Whoever waits longest is next.
        schedule.finished(small, .succeeded, health: nil, nextDue: nil, wasProbe: false, at: start)
        #expect(schedule.take(at: start).map(\.endpoint) == [small])
    }

    @Test func `places that a claim did not fill are free again`() {
        let endpoint = endpoint(1)
        let schedule = busy([endpoint])
        let order = schedule.take(at: start)[0]
        schedule.claimed(order, taken: 1, nextDue: nil, at: start)
        #expect(schedule.inFlight == 1)
        #expect(schedule.nextWake(at: start) == nil)
        schedule.finished(endpoint, .succeeded, health: nil, nextDue: nil, wasProbe: false, at: start)
        #expect(schedule.inFlight == 0)
    }

    @Test func `what becomes due while a claim is under way is not forgotten`() {
        let endpoint = endpoint(1)
        let schedule = busy([endpoint])
        let order = schedule.take(at: start)[0]
        schedule.due(endpoint, at: start, now: start)
        schedule.claimed(order, taken: 0, nextDue: nil, at: start)
        #expect(schedule.take(at: start).map(\.endpoint) == [endpoint])
    }

    @Test func `a delivery that is due later wakes at its time and not before`() {
        let endpoint = endpoint(1)
        let schedule = busy([endpoint])
        let order = schedule.take(at: start)[0]
        let later = start + .seconds(30)
        schedule.claimed(order, taken: 0, nextDue: later, at: start)
        #expect(schedule.nextWake(at: start) == later)
        #expect(schedule.take(at: later - .milliseconds(1)).isEmpty)
        #expect(schedule.take(at: later).count == 1)
    }

    @Test func `a place is reserved only where nothing waits before it`() {
        let endpoint = endpoint(1)
        let schedule = Subject(capacity: 10)
        #expect(!schedule.reserve(endpoint, at: start), "nothing is known of it")
        schedule.set(limits, of: endpoint, at: start)
        for _ in 0..<DispatchSchedule.firstWindow { #expect(schedule.reserve(endpoint, at: start)) }
        #expect(!schedule.reserve(endpoint, at: start))
        schedule.release(endpoint, at: start)
        #expect(schedule.reserve(endpoint, at: start))
        schedule.release(endpoint, at: start)
        schedule.due(endpoint, at: start, now: start)
        #expect(!schedule.reserve(endpoint, at: start), "another one is due")
    }

    @Test func `an endpoint with an order, a paused and a disabled one get no place ahead of the store`() {
        let endpoint = endpoint(1)
        for change in [\DispatchSchedule.Limits.isOrdered, \.isPaused] {
            let schedule = Subject(capacity: 10)
            var limits = limits
            limits[keyPath: change] = true
            schedule.set(limits, of: endpoint, at: start)
            #expect(!schedule.reserve(endpoint, at: start))
        }
        let schedule = busy([endpoint])
        var health = EndpointHealth()
        _ = health.disable(.byHand)
        schedule.set(health, of: endpoint, at: start)
        #expect(!schedule.reserve(endpoint, at: start))
        #expect(schedule.take(at: start).isEmpty)
        #expect(schedule.nextWake(at: start) == nil, "nothing wakes for an endpoint that is disabled")
        schedule.set(EndpointHealth(), of: endpoint, at: start)
        #expect(schedule.take(at: start).count == 1)
    }

    @Test func `an open breaker lets one probe out at a time, at its time`() throws {
        let endpoint = endpoint(1)
        let schedule = busy([endpoint])
        var health = EndpointHealth()
        var random = SystemRandomNumberGenerator()
        for _ in 0..<EndpointHealth.breakerThreshold {
            _ = health.record(
                AttemptOutcome(failure: .refused, status: nil), .delivery, schedule: .standard, at: start,
                using: &random)
        }
        schedule.set(health, of: endpoint, at: start)
        #expect(schedule.take(at: start).isEmpty)
        let probeAt = try #require(schedule.nextWake(at: start))
        #expect((.milliseconds(900)...(.milliseconds(1100))).contains(probeAt - start))
        let order = schedule.take(at: probeAt)
        #expect(order.map(\.isProbe) == [true])
        #expect(order.map(\.limit) == [1])
        schedule.claimed(order[0], taken: 1, nextDue: start, at: probeAt)
        #expect(schedule.take(at: probeAt).isEmpty, "a second probe went out")
        // A success opens the door for two, then for more.
        _ = health.record(.delivered, .probe, schedule: .standard, at: probeAt, using: &random)
        schedule.finished(endpoint, .succeeded, health: health, nextDue: nil, wasProbe: true, at: probeAt)
        #expect(schedule.take(at: probeAt).map(\.limit) == [2])
    }

    @Test func `a rate lets a second's worth go at once and then as much as it says`() {
        let endpoint = endpoint(1)
        var limits = limits
        limits.ratePerMinute = 120
        let schedule = busy([endpoint], limits)
        var sent = 0
        var now = start
        while now < start + .seconds(10) {
            for order in schedule.take(at: now) {
                sent += order.limit
                schedule.claimed(order, taken: order.limit, nextDue: now, at: now)
                for _ in 0..<order.limit {
                    schedule.finished(endpoint, .succeeded, health: nil, nextDue: nil, wasProbe: false, at: now)
                }
            }
            now = max(schedule.nextWake(at: now) ?? now, now + .milliseconds(1))
        }
        #expect((20...22).contains(sent), "\(sent)")
    }

    @Test func `eight hundred endpoints that hang leave room for one that does not`() {
        let hanging = (0..<800).map { endpoint(Int64($0)) }
        let schedule = busy(hanging)
        while true {
            let orders = schedule.take(at: start)
            if orders.isEmpty { break }
            for order in orders { schedule.claimed(order, taken: order.limit, nextDue: start, at: start) }
        }
        #expect(schedule.inFlight == 800 * DispatchSchedule.firstWindow)
        let well = endpoint(100_000)
        schedule.set(limits, of: well, at: start)
        #expect(schedule.reserve(well, at: start))
    }
}

/// The schedule behind a reference, so that expectations may call what changes it.
private final class Subject {
    private var schedule: DispatchSchedule

    init(capacity: Int) { schedule = DispatchSchedule(capacity: capacity) }

    var inFlight: Int { schedule.inFlight }
    func set(_ limits: DispatchSchedule.Limits, of id: ID<Endpoint>, at now: Timestamp) {
        schedule.set(limits, of: id, at: now)
    }
    func set(_ health: EndpointHealth, of id: ID<Endpoint>, at now: Timestamp) { schedule.set(health, of: id, at: now) }
    func due(_ id: ID<Endpoint>, at time: Timestamp, now: Timestamp) { schedule.due(id, at: time, now: now) }
    func reserve(_ id: ID<Endpoint>, at now: Timestamp) -> Bool { schedule.reserve(id, at: now) }
    func release(_ id: ID<Endpoint>, at now: Timestamp) { schedule.release(id, at: now) }
    func take(at now: Timestamp) -> [DispatchSchedule.Order] { schedule.take(at: now) }
    func claimed(_ order: DispatchSchedule.Order, taken: Int, nextDue: Timestamp?, at now: Timestamp) {
        schedule.claimed(order, taken: taken, nextDue: nextDue, at: now)
    }
    func finished(
        _ id: ID<Endpoint>, _ ending: DispatchSchedule.Ending, health: EndpointHealth?, nextDue: Timestamp?,
        wasProbe: Bool, at now: Timestamp
    ) {
        schedule.finished(id, ending, health: health, nextDue: nextDue, wasProbe: wasProbe, at: now)
    }
    func nextWake(at now: Timestamp) -> Timestamp? { schedule.nextWake(at: now) }
}
