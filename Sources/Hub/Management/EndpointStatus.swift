package import HubCore

/// How an endpoint is, in a word.
package enum EndpointStatus: Sendable, Hashable {
    case active
    case paused
    /// Its breaker is open: only probes go out.
    case resting(nextProbeAt: Timestamp)
    case disabled(EndpointHealth.DisableReason)

    /// - Parameter health: nil: it is well.
    package init(_ endpoint: Endpoint, _ health: EndpointHealth?) {
        if let reason = health?.disabled {
            self = .disabled(reason)
        } else if endpoint.isPaused {
            self = .paused
        } else if case .open(let open)? = health?.breaker {
            self = .resting(nextProbeAt: open.nextProbeAt)
        } else {
            self = .active
        }
    }

    package var name: String {
        switch self {
        case .active: "active"
        case .paused: "paused"
        case .resting: "resting"
        case .disabled: "disabled"
        }
    }

    package var nextProbeAt: Timestamp? {
        if case .resting(let time) = self { time } else { nil }
    }
}
