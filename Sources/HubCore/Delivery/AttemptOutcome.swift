/// What came of one attempt, as far as it decides what follows.
package struct AttemptOutcome: Sendable, Hashable {
    /// Nil: delivered.
    package let failure: AttemptFailure?
    /// Nil when no answer began.
    package let status: Int?
    /// What the receiver asked for, when it asked.
    package let retryAfter: Duration?

    package init(failure: AttemptFailure?, status: Int?, retryAfter: Duration? = nil) {
        (self.failure, self.status, self.retryAfter) = (failure, status, retryAfter)
    }

    package static let delivered = AttemptOutcome(failure: nil, status: 200)

    /// The receiver will never want anything again (RFC 9110 §15.5.11).
    package var isGone: Bool { status == 410 }

    /// The receiver, or what stands before it, has more than it can do.
    package var isOverload: Bool { failure != nil && status.map { [429, 502, 503, 504].contains($0) } == true }

    /// The receiver told us to come back later, which is no failing of its own.
    package var isPostponed: Bool { status == 429 && retryAfter != nil }

    /// The hub ended the attempt; it says nothing about the receiver.
    package var isCancelled: Bool { failure == .cancelled }
}
