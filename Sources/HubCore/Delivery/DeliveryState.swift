/// Where a delivery stands.
package enum DeliveryState: String, Sendable, Hashable, CaseIterable {
    /// Waits until it is due.
    case pending
    /// Somebody is sending it.
    case leased
    /// Waits for its endpoint: the breaker is open, or the endpoint is paused or disabled.
    case held
    case succeeded
    /// Its schedule is used up.
    case exhausted
    /// Somebody gave it up.
    case discarded

    package var isFinished: Bool { [.succeeded, .exhausted, .discarded].contains(self) }

    /// The states that may follow this one.
    package var successors: Set<DeliveryState> {
        switch self {
        case .pending: [.leased, .held, .discarded]
        case .leased: [.pending, .held, .succeeded, .exhausted, .discarded]
        // From here it may go out as a probe without being released.
        case .held: [.pending, .leased, .discarded]
        // Sent again by hand.
        case .succeeded, .exhausted, .discarded: [.pending]
        }
    }
}

/// A step that a delivery cannot take from where it stands: a sign of two who hold the same delivery.
package struct DeliveryTransitionError: Error, Sendable, Hashable {
    package let from: DeliveryState
    package let to: DeliveryState

    package var code: String { "delivery.transition" }
}

/// The way of one delivery through its schedule.
package struct DeliveryProgress: Sendable, Hashable {
    package private(set) var state: DeliveryState
    /// All attempts ever made.
    package private(set) var attempts: Int
    /// Attempts that failed since it entered the schedule, which is how far it has come in it.
    package private(set) var failures: Int
    /// When it goes out next; means nothing once it is finished.
    package private(set) var dueAt: Timestamp

    /// A new one, due at once.
    package init(at now: Timestamp) {
        self.init(state: .pending, attempts: 0, failures: 0, dueAt: now)
    }

    /// One that was stored.
    package init(state: DeliveryState, attempts: Int, failures: Int, dueAt: Timestamp) {
        (self.state, self.attempts, self.failures, self.dueAt) = (state, attempts, failures, dueAt)
    }

    private mutating func become(_ next: DeliveryState) throws(DeliveryTransitionError) {
        guard state.successors.contains(next) else { throw DeliveryTransitionError(from: state, to: next) }
        state = next
    }

    /// Whether it may be claimed: pending and due.
    package func isDue(at now: Timestamp) -> Bool {
        state == .pending && dueAt <= now
    }

    package mutating func lease() throws(DeliveryTransitionError) {
        try become(.leased)
    }

    /// Waits for its endpoint; no step of the schedule is used.
    package mutating func hold() throws(DeliveryTransitionError) {
        try become(.held)
    }

    /// Goes on where it was when it was held.
    package mutating func release(at now: Timestamp) throws(DeliveryTransitionError) {
        guard state == .held else { throw DeliveryTransitionError(from: state, to: .pending) }
        try become(.pending)
        dueAt = max(dueAt, now)
    }

    /// Its lease ended without an outcome: whoever had it is gone. It goes out again; no step is used.
    package mutating func leaseEnded(at now: Timestamp) throws(DeliveryTransitionError) {
        guard state == .leased else { throw DeliveryTransitionError(from: state, to: .pending) }
        try become(.pending)
        dueAt = now
    }

    package mutating func discard() throws(DeliveryTransitionError) {
        try become(.discarded)
    }

    /// Enters the schedule anew, by hand, by recovery or by replay.
    package mutating func restart(at now: Timestamp) throws(DeliveryTransitionError) {
        if state == .pending || state == .held {
            (failures, dueAt, state) = (0, now, .pending)
            return
        }
        guard state.isFinished else { throw DeliveryTransitionError(from: state, to: .pending) }
        try become(.pending)
        (failures, dueAt) = (0, now)
    }

    /// Takes the outcome of the attempt that it was leased for.
    ///
    /// - Returns: the state it is in now; when it is pending again, ``dueAt`` says until when.
    @discardableResult
    package mutating func record(
        _ outcome: AttemptOutcome, schedule: RetrySchedule, at now: Timestamp,
        using random: inout some RandomNumberGenerator
    ) throws(DeliveryTransitionError) -> DeliveryState {
        guard state == .leased else { throw DeliveryTransitionError(from: state, to: .pending) }
        if outcome.isCancelled {
            try become(.pending)
            dueAt = now
            return state
        }
        attempts += 1
        guard outcome.failure != nil else {
            try become(.succeeded)
            return state
        }
        failures += 1
        let wait = schedule.wait(afterFailures: failures, retryAfter: outcome.retryAfter, using: &random)
        guard !outcome.isGone, let wait else {
            try become(.exhausted)
            return state
        }
        try become(.pending)
        dueAt = now + wait
        return state
    }
}
