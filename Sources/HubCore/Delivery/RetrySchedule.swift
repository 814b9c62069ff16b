/// How long to wait before each further attempt.
package struct RetrySchedule: Sendable, Hashable {
    /// The wait after the first failure, the second, …; as many further attempts as there are waits.
    package let waits: [Duration]

    /// 1 s, 5 s, 30 s, 5 min, 30 min, 2 h: seven attempts in all.
    package static let standard = RetrySchedule(
        unchecked: [.seconds(1), .seconds(5), .seconds(30), .seconds(300), .seconds(1800), .seconds(7200)])
    package static let none = RetrySchedule(unchecked: [])

    package static let countLimit = 50
    package static let waitLimit = Duration.seconds(7 * 86400)
    /// What a receiver may ask for with `Retry-After`.
    package static let retryAfterLimit = Duration.seconds(86400)
    /// By how much a wait may be shorter or longer, so that what failed together does not come back together.
    package static let jitter = 0.1

    private init(unchecked waits: [Duration]) {
        self.waits = waits
    }

    /// - Parameter seconds: fractions are fine, empty means no further attempt.
    package init(seconds: [Double]) throws(RetryScheduleError) {
        guard seconds.count <= Self.countLimit else { throw .tooMany }
        var waits: [Duration] = []
        for (index, seconds) in seconds.enumerated() {
            guard seconds.isFinite, seconds >= 0, .seconds(seconds) <= Self.waitLimit else {
                throw .invalidWait(index: index)
            }
            waits.append(.milliseconds((seconds * 1000).rounded()))
        }
        self.waits = waits
    }

    package var seconds: [Double] { waits.map { Double($0.milliseconds) / 1000 } }

    /// - Parameters:
    ///   - failures: of this delivery since it entered the schedule; at least 1.
    ///   - retryAfter: what the receiver asked for; it lengthens the wait and never shortens it.
    /// - Returns: nil when there is no further attempt.
    package func wait(
        afterFailures failures: Int, retryAfter: Duration? = nil, using random: inout some RandomNumberGenerator
    ) -> Duration? {
        guard failures >= 1, failures <= waits.count else { return nil }
        return Self.extended(Self.jittered(waits[failures - 1], using: &random), by: retryAfter)
    }

    /// The wait before a probe: the schedule's waits one after the other, the last again and again.
    ///
    /// An endpoint that wants no repetition of a delivery is probed as others are: what goes out is another delivery.
    ///
    /// - Parameter probe: 0-based.
    package func wait(
        beforeProbe probe: Int, retryAfter: Duration? = nil, using random: inout some RandomNumberGenerator
    ) -> Duration {
        let waits = waits.isEmpty ? Self.standard.waits : waits
        return Self.extended(
            Self.jittered(waits[min(max(probe, 0), waits.count - 1)], using: &random), by: retryAfter)
    }

    private static func jittered(_ wait: Duration, using random: inout some RandomNumberGenerator) -> Duration {
        wait * Double.random(in: (1 - jitter)...(1 + jitter), using: &random)
    }

    private static func extended(_ wait: Duration, by retryAfter: Duration?) -> Duration {
        max(wait, min(retryAfter ?? .zero, retryAfterLimit))
    }
}

/// Why a list of numbers is no schedule.
package enum RetryScheduleError: Error, Sendable, Hashable {
    case tooMany
    /// - Parameter index: 0-based position of a wait that is negative, longer than a week or no number.
    case invalidWait(index: Int)

    /// Stable.
    package var code: String {
        switch self {
        case .tooMany: "schedule.too-many"
        case .invalidWait: "schedule.invalid-wait"
        }
    }
}

extension RetryScheduleError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooMany: "a schedule may have at most \(RetrySchedule.countLimit) waits"
        case .invalidWait(let index):
            "wait \(index + 1) must be 0 to \(RetrySchedule.waitLimit.components.seconds) seconds"
        }
    }
}
