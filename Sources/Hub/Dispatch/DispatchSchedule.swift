import DequeModule
import HeapModule
import HubCore

/// Which endpoint may send how much, and when. Pure: is told what happens and says what to take.
///
/// Endpoints with something due stand in a line and are served in turn, each within its own limits, so that one with a
/// million deliveries costs the others one turn. What an endpoint may have under way at once grows with each success
/// and halves with each timeout, so that endpoints which hang take few places while they are found out.
struct DispatchSchedule {
    /// What an endpoint's settings allow.
    struct Limits: Sendable, Hashable {
        var concurrency: Int
        var ratePerMinute: Int?
        var isOrdered: Bool
        var isPaused: Bool
    }

    struct Order: Sendable, Hashable {
        let endpoint: ID<Endpoint>
        let limit: Int
        let isProbe: Bool
        let isOrdered: Bool
    }

    /// How an attempt went, as far as it says how much the endpoint bears.
    enum Ending: Sendable {
        case succeeded, failed, timedOut
    }

    private struct Lane {
        var limits: Limits
        var health = EndpointHealth()
        var inFlight = 0
        /// When the first of what waits may go; nil: nothing waits.
        var nextDue: Timestamp?
        var isClaiming = false
        /// What became due while a claim was under way, which may have missed it.
        var dueMeanwhile: Timestamp?
        var isQueued = false
        /// When its timer fires; others of it are stale.
        var timerAt: Timestamp?
        var window = DispatchSchedule.firstWindow
        /// Attempts that the rate allows now, and when that was worked out.
        var tokens: Double = 1
        var tokensAt: Timestamp?
    }

    private struct Timer: Comparable {
        let at: Timestamp
        let endpoint: ID<Endpoint>

        static func < (left: Self, right: Self) -> Bool { left.at < right.at }
    }

    /// What an endpoint may have under way before anything is known of it.
    static let firstWindow = 4
    /// How many deliveries one turn takes.
    static let turn = 32
    /// How many turns one claim holds.
    static let turnsPerClaim = 64

    /// How many attempts may be under way in all.
    let capacity: Int
    private(set) var inFlight = 0
    private var lanes: [ID<Endpoint>: Lane] = [:]
    private var ready: Deque<ID<Endpoint>> = []
    private var timers: Heap<Timer> = []

    init(capacity: Int) {
        self.capacity = capacity
    }

    // MARK: What is known of endpoints

    func knows(_ endpoint: ID<Endpoint>) -> Bool { lanes[endpoint] != nil }

    var endpoints: [ID<Endpoint>] { Array(lanes.keys) }

    /// Whether nothing of it is under way.
    func isResting(_ endpoint: ID<Endpoint>) -> Bool {
        lanes[endpoint].map { $0.inFlight == 0 } ?? true
    }

    mutating func set(_ limits: Limits, of endpoint: ID<Endpoint>, at now: Timestamp) {
        if lanes[endpoint] == nil {
            lanes[endpoint] = Lane(limits: limits)
        } else if lanes[endpoint]?.limits != limits {
            lanes[endpoint]?.limits = limits
            look(at: endpoint, now)
        }
    }

    mutating func set(_ health: EndpointHealth, of endpoint: ID<Endpoint>, at now: Timestamp) {
        guard let lane = lanes[endpoint] else { return }
        lanes[endpoint]?.health = Self.merged(health, into: lane.health)
        look(at: endpoint, now)
    }

    mutating func forget(_ endpoint: ID<Endpoint>) {
        guard let lane = lanes[endpoint], lane.inFlight == 0 else { return }
        lanes[endpoint] = nil
    }

    /// Whether a probe is under way is known here alone.
    private static func merged(_ health: EndpointHealth, into known: EndpointHealth) -> EndpointHealth {
        guard case .open(let open) = known.breaker, open.isProbing else { return health }
        var health = health
        health.probeStarted()
        return health
    }

    // MARK: What becomes due

    /// Something of the endpoint may go at `time`.
    mutating func due(_ endpoint: ID<Endpoint>, at time: Timestamp, now: Timestamp) {
        guard var lane = lanes[endpoint] else { return }
        if lane.isClaiming { lane.dueMeanwhile = min(lane.dueMeanwhile ?? time, time) }
        lane.nextDue = min(lane.nextDue ?? time, time)
        lanes[endpoint] = lane
        look(at: endpoint, now)
    }

    /// A place for a delivery that is not stored yet, to send it as soon as it is.
    ///
    /// - Returns: false when it must wait for its turn.
    mutating func reserve(_ endpoint: ID<Endpoint>, at now: Timestamp) -> Bool {
        guard var lane = lanes[endpoint], inFlight < capacity, !lane.limits.isOrdered,
            lane.nextDue.map({ $0 > now }) ?? true, case .now(_, isProbe: false) = places(&lane, at: now)
        else { return false }
        lane.inFlight += 1
        if lane.limits.ratePerMinute != nil { lane.tokens -= 1 }
        inFlight += 1
        lanes[endpoint] = lane
        return true
    }

    /// Gives a reserved place back.
    mutating func release(_ endpoint: ID<Endpoint>, at now: Timestamp) {
        end(endpoint)
        look(at: endpoint, now)
    }

    // MARK: Taking turns

    mutating func take(at now: Timestamp) -> [Order] {
        while let timer = timers.min, timer.at <= now {
            timers.removeMin()
            guard lanes[timer.endpoint]?.timerAt == timer.at else { continue }
            lanes[timer.endpoint]?.timerAt = nil
            look(at: timer.endpoint, now)
        }
        var orders: [Order] = []
        while inFlight < capacity, orders.count < Self.turnsPerClaim, let endpoint = ready.popFirst() {
            lanes[endpoint]?.isQueued = false
            if let order = order(for: endpoint, at: now) { orders.append(order) }
        }
        return orders
    }

    private mutating func order(for endpoint: ID<Endpoint>, at now: Timestamp) -> Order? {
        guard var lane = lanes[endpoint], !lane.isClaiming, let due = lane.nextDue, due <= now else { return nil }
        defer { lanes[endpoint] = lane }
        switch places(&lane, at: now) {
        case .none:
            return nil
        case .later(let time):
            setTimer(&lane, endpoint, time)
            return nil
        case .now(let places, let isProbe):
            let limit = min(places, Self.turn, capacity - inFlight)
            lane.isClaiming = true
            lane.inFlight += limit
            inFlight += limit
            if lane.limits.ratePerMinute != nil { lane.tokens -= Double(limit) }
            if isProbe { lane.health.probeStarted() }
            return Order(endpoint: endpoint, limit: limit, isProbe: isProbe, isOrdered: lane.limits.isOrdered)
        }
    }

    /// A claim came back.
    ///
    /// - Parameters:
    ///   - taken: how many of the order's were there.
    ///   - nextDue: of what is left; nil: nothing is.
    mutating func claimed(_ order: Order, taken: Int, nextDue: Timestamp?, at now: Timestamp) {
        guard var lane = lanes[order.endpoint] else { return }
        let unused = order.limit - taken
        inFlight -= unused
        lane.inFlight -= unused
        if lane.limits.ratePerMinute != nil { lane.tokens += Double(unused) }
        if order.isProbe, taken == 0 { lane.health.probeLost() }
        lane.isClaiming = false
        lane.nextDue = [nextDue, lane.dueMeanwhile].compactMap(\.self).min()
        lane.dueMeanwhile = nil
        lanes[order.endpoint] = lane
        look(at: order.endpoint, now)
    }

    /// An attempt is over and stored.
    ///
    /// - Parameters:
    ///   - health: as it is now; nil: as it was.
    ///   - nextDue: when its delivery goes out again, and for one that stands in a line when the next may.
    mutating func finished(
        _ endpoint: ID<Endpoint>, _ ending: Ending, health: EndpointHealth?, nextDue: Timestamp?, wasProbe: Bool,
        at now: Timestamp
    ) {
        end(endpoint)
        guard var lane = lanes[endpoint] else { return }
        switch ending {
        case .succeeded: lane.window = min(lane.window + 1, Endpoint.Policy.concurrencyRange.upperBound)
        case .failed: break
        case .timedOut: lane.window = max(lane.window / 2, 1)
        }
        if wasProbe { lane.health.probeLost() }
        if let health { lane.health = Self.merged(health, into: lane.health) }
        lanes[endpoint] = lane
        if let nextDue { due(endpoint, at: nextDue, now: now) } else { look(at: endpoint, now) }
    }

    private mutating func end(_ endpoint: ID<Endpoint>) {
        inFlight -= 1
        lanes[endpoint]?.inFlight -= 1
    }

    /// When something is to be taken without anything happening before; nil: never.
    func nextWake(at now: Timestamp) -> Timestamp? {
        if !ready.isEmpty, inFlight < capacity { return now }
        return timers.min?.at
    }

    // MARK: Parts

    private enum Places {
        case none
        case later(Timestamp)
        case now(Int, isProbe: Bool)
    }

    /// How many attempts may begin now.
    private func places(_ lane: inout Lane, at now: Timestamp) -> Places {
        if lane.limits.isPaused { return .none }
        switch lane.health.admission(at: now) {
        case .disabled, .waitForProbe:
            return .none
        case .wait(let until):
            return .later(until)
        case .probe:
            return .now(1, isProbe: true)
        case .open(let allowance):
            var places = min(lane.limits.concurrency, allowance ?? .max, lane.window) - lane.inFlight
            guard places > 0 else { return .none }
            if let rate = lane.limits.ratePerMinute {
                Self.refill(&lane, rate, at: now)
                guard lane.tokens >= 1 else {
                    let wait = Duration.milliseconds(((1 - lane.tokens) * 60_000 / Double(rate)).rounded(.up))
                    return .later(now + max(wait, .milliseconds(1)))
                }
                places = min(places, Int(lane.tokens))
            }
            return .now(places, isProbe: false)
        }
    }

    /// A second's worth may go at once.
    private static func refill(_ lane: inout Lane, _ rate: Int, at now: Timestamp) {
        let passed = lane.tokensAt.map { max(now - $0, .zero).milliseconds } ?? 0
        let burst = max(Double(rate) / 60, 1)
        lane.tokens = min(lane.tokens + Double(passed) * Double(rate) / 60_000, burst)
        lane.tokensAt = now
    }

    /// Puts an endpoint in the line, or sets its timer.
    private mutating func look(at endpoint: ID<Endpoint>, _ now: Timestamp) {
        guard var lane = lanes[endpoint], let due = lane.nextDue, !lane.isClaiming, !lane.isQueued else { return }
        if due <= now {
            lane.isQueued = true
            ready.append(endpoint)
        } else {
            setTimer(&lane, endpoint, due)
        }
        lanes[endpoint] = lane
    }

    private mutating func setTimer(_ lane: inout Lane, _ endpoint: ID<Endpoint>, _ time: Timestamp) {
        guard lane.timerAt.map({ time < $0 }) ?? true else { return }
        lane.timerAt = time
        timers.insert(Timer(at: time, endpoint: endpoint))
    }
}
