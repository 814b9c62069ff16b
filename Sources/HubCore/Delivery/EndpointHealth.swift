/// How an endpoint does, over all its deliveries, and what may go out to it.
///
/// Five failures in a row open the breaker: what is due is held without using up its schedule, and one delivery at a
/// time goes out as a probe, each after the next wait of the endpoint's own schedule. Ten failures in a row disable the
/// endpoint. Attempts that were under way when the breaker opened are not counted after it: they say nothing that was
/// not known, and a receiver that is away for a second must not be disabled by many senders at once.
package struct EndpointHealth: Sendable, Hashable {
    /// Failures that open the breaker.
    package static let breakerThreshold = 5
    /// Failures that disable the endpoint.
    package static let disableThreshold = 10
    /// For how long one overloaded answer may hold back everything else.
    package static let slowdownLimit = Duration.seconds(3600)
    private static let penaltyLimit = 60
    /// Beyond this the endpoint's own concurrency is the only limit again.
    private static let allowanceLimit = 64

    package enum Breaker: Sendable, Hashable {
        case closed
        case open(OpenBreaker)
    }

    package struct OpenBreaker: Sendable, Hashable {
        /// Which probe is next, 0-based.
        package var probe: Int
        package var nextProbeAt: Timestamp
        /// When ``nextProbeAt`` was set.
        package var setAt: Timestamp
        package var isProbing: Bool

        package init(probe: Int, nextProbeAt: Timestamp, setAt: Timestamp, isProbing: Bool) {
            (self.probe, self.nextProbeAt, self.setAt, self.isProbing) = (probe, nextProbeAt, setAt, isProbing)
        }
    }

    /// A time before which nothing goes out, because the receiver has too much to do.
    package struct Slowdown: Sendable, Hashable {
        package var until: Timestamp
        package var setAt: Timestamp

        package init(until: Timestamp, setAt: Timestamp) {
            (self.until, self.setAt) = (until, setAt)
        }
    }

    package enum DisableReason: String, Sendable, Hashable, CaseIterable {
        /// ``EndpointHealth/disableThreshold`` failures in a row.
        case failures
        /// It answered 410.
        case gone
        case byHand = "by_hand"
    }

    package private(set) var failuresInRow = 0
    package private(set) var breaker = Breaker.closed
    package private(set) var slowdown: Slowdown?
    /// Overloaded answers since the last success.
    package private(set) var overloadsInRow = 0
    /// How many attempts at once while it recovers; nil: as many as the endpoint allows.
    package private(set) var allowance: Int?
    package private(set) var disabled: DisableReason?

    package init() {}

    /// One that was stored.
    package init(
        failuresInRow: Int, breaker: Breaker, slowdown: Slowdown?, overloadsInRow: Int, allowance: Int?,
        disabled: DisableReason?
    ) {
        self.failuresInRow = failuresInRow
        self.breaker = breaker
        self.slowdown = slowdown
        self.overloadsInRow = overloadsInRow
        self.allowance = allowance
        self.disabled = disabled
    }

    // MARK: What may go out

    package enum Admission: Sendable, Hashable {
        /// - Parameter concurrency: attempts at once, in flight included; nil: as the endpoint allows.
        case open(concurrency: Int?)
        /// One delivery may go out, to see.
        case probe
        /// Nothing before this time; then ask again.
        case wait(until: Timestamp)
        /// A probe is under way; its outcome decides.
        case waitForProbe
        case disabled
    }

    package func admission(at now: Timestamp) -> Admission {
        if disabled != nil { return .disabled }
        // A time that was set later than now is from before the clock was put back.
        let slowUntil = slowdown.flatMap { $0.setAt <= now && $0.until > now ? $0.until : nil }
        switch breaker {
        case .closed:
            return slowUntil.map { .wait(until: $0) } ?? .open(concurrency: allowance)
        case .open(let open):
            if open.isProbing { return .waitForProbe }
            let probeAt = open.setAt <= now ? open.nextProbeAt : now
            let earliest = max(probeAt, slowUntil ?? probeAt)
            return earliest > now ? .wait(until: earliest) : .probe
        }
    }

    // MARK: What happens

    package enum AttemptKind: String, Sendable, Hashable {
        case delivery
        /// The one that an open breaker let out, or one that was asked for at a disabled endpoint.
        case probe
        /// Made by a person to try the endpoint; it counts for nothing.
        case test
    }

    /// What others want to know of.
    package enum Change: Sendable, Hashable {
        case breakerOpened
        case breakerClosed
        case disabled(DisableReason)
        /// Enabled again by a probe.
        case recovered
    }

    /// A probe went out.
    package mutating func probeStarted() {
        updateBreaker { $0.isProbing = true }
    }

    /// The probe under way is lost, with whoever sent it; another may go out.
    package mutating func probeLost() {
        updateBreaker { $0.isProbing = false }
    }

    package mutating func record(
        _ outcome: AttemptOutcome, _ kind: AttemptKind, schedule: RetrySchedule, at now: Timestamp,
        using random: inout some RandomNumberGenerator
    ) -> Change? {
        if kind == .test {
            // Whoever mended the receiver need not wait for the next probe.
            if outcome.failure == nil { updateBreaker { ($0.nextProbeAt, $0.setAt) = (now, now) } }
            return nil
        }
        if outcome.isCancelled {
            if kind == .probe { probeLost() }
            return nil
        }
        // An attempt that was under way when it was disabled does not change that; a probe that was asked for does.
        guard disabled == nil || kind == .probe else { return nil }
        if outcome.failure == nil { return succeeded() }
        guard disabled == nil else { return nil }
        if outcome.isGone { return disable(.gone) }
        if outcome.isOverload { slowDown(retryAfter: outcome.retryAfter, at: now) }
        return failed(outcome, kind, schedule, now, &random)
    }

    private mutating func succeeded() -> Change? {
        let change: Change? =
            if disabled != nil { .recovered } else if breaker != .closed { .breakerClosed } else { nil }
        // What piled up must not fall upon a receiver that has just come back: one more for each success doubles
        // what is under way with each round.
        allowance = change != nil ? 2 : allowance.flatMap { $0 < Self.allowanceLimit ? $0 + 1 : nil }
        (failuresInRow, overloadsInRow, breaker, disabled) = (0, 0, .closed, nil)
        return change
    }

    private mutating func failed(
        _ outcome: AttemptOutcome, _ kind: AttemptKind, _ schedule: RetrySchedule, _ now: Timestamp,
        _ random: inout some RandomNumberGenerator
    ) -> Change? {
        switch breaker {
        case .closed:
            if outcome.isPostponed { return nil }
            failuresInRow += 1
            guard failuresInRow >= Self.breakerThreshold else { return nil }
            let wait = schedule.wait(beforeProbe: 0, retryAfter: outcome.retryAfter, using: &random)
            breaker = .open(OpenBreaker(probe: 0, nextProbeAt: now + wait, setAt: now, isProbing: false))
            allowance = 1
            return .breakerOpened
        case .open(var open):
            guard kind == .probe else { return nil }
            if !outcome.isPostponed {
                failuresInRow += 1
                if failuresInRow >= Self.disableThreshold { return disable(.failures) }
                open.probe += 1
            }
            let wait = schedule.wait(beforeProbe: open.probe, retryAfter: outcome.retryAfter, using: &random)
            (open.nextProbeAt, open.setAt, open.isProbing) = (now + wait, now, false)
            breaker = .open(open)
            return nil
        }
    }

    /// Nothing for a while, each time for longer, and then one at a time.
    private mutating func slowDown(retryAfter: Duration?, at now: Timestamp) {
        overloadsInRow += 1
        let penalty = Duration.seconds(min(1 << min(overloadsInRow - 1, 16), Self.penaltyLimit))
        let wait = max(penalty, min(retryAfter ?? .zero, Self.slowdownLimit))
        let current = slowdown.flatMap { $0.setAt <= now ? $0.until : nil }
        slowdown = Slowdown(until: max(now + wait, current ?? now), setAt: now)
        allowance = 1
    }

    /// - Returns: nil when it was disabled before.
    package mutating func disable(_ reason: DisableReason) -> Change? {
        guard disabled == nil else { return nil }
        disabled = reason
        updateBreaker { $0.isProbing = false }
        return .disabled(reason)
    }

    /// Begins anew, by hand.
    package mutating func enable() {
        self = EndpointHealth()
        allowance = 1
    }

    private mutating func updateBreaker(_ change: (inout OpenBreaker) -> Void) {
        guard case .open(var open) = breaker else { return }
        change(&open)
        breaker = .open(open)
    }
}
