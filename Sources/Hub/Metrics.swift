import Synchronization

/// Counters for `/metrics`; a name and its labels make one of them.
package final class Metrics: Sendable {
    package enum Counter: String, Sendable, CaseIterable {
        case accepted = "martlet_requests_accepted_total"
        case duplicates = "martlet_requests_duplicate_total"
        case refused = "martlet_requests_refused_total"
        case replanned = "martlet_plans_stale_total"
        case ignoredErrors = "martlet_errors_ignored_total"
        case attempts = "martlet_attempts_total"

        package var help: String {
            switch self {
            case .accepted: "Requests that were stored, by door."
            case .duplicates: "Requests that had come before, by door."
            case .refused: "Requests that were turned away, by code."
            case .replanned: "Plans made again because the configuration had changed."
            case .ignoredErrors: "Errors that were logged and not passed on."
            case .attempts: "Attempts to deliver a webhook, by what came of them."
            }
        }

        /// What the label of its series is called.
        package var labelName: String {
            switch self {
            case .accepted, .duplicates: "door"
            case .refused: "code"
            case .attempts: "outcome"
            case .replanned, .ignoredErrors: ""
            }
        }
    }

    private struct Key: Hashable {
        let counter: Counter
        let label: String
    }

    private let counts = Mutex<[Key: Int]>([:])

    /// - Parameter label: a value from a closed set; it becomes a time series.
    package func count(_ counter: Counter, _ label: String = "") {
        counts.withLock { $0[Key(counter: counter, label: label), default: 0] += 1 }
    }

    /// In a stable order.
    package var values: [(counter: Counter, label: String, value: Int)] {
        counts.withLock { counts in
            counts.map { ($0.key.counter, $0.key.label, $0.value) }
        }.sorted { ($0.0.rawValue, $0.1) < ($1.0.rawValue, $1.1) }
    }
}
