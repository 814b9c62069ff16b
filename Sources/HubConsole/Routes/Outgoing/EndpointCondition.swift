import Hub
import HubCore
import HubStorage

extension PillView {
    init(_ status: EndpointStatus) {
        switch status {
        case .active: self.init("active", .good)
        case .paused: self.init("paused", .mute)
        case .resting: self.init("resting", .warn)
        case .disabled: self.init("disabled", .bad)
        }
    }
}

/// How an endpoint is, in words.
struct EndpointCondition {
    let status: EndpointStatus
    private let health: EndpointHealth?
    private let statistics: EndpointStatistics?

    init(_ endpoint: Endpoint, _ health: EndpointHealth?, _ statistics: EndpointStatistics?) {
        status = EndpointStatus(endpoint, health)
        (self.health, self.statistics) = (health, statistics)
    }

    var open: Int { statistics?.open ?? 0 }

    /// `12`, or `10 000+` where counting ended.
    var waiting: String { open >= 10_000 ? "\(Amount.count(10_000))+" : Amount.count(open) }

    /// When something goes out next, if all stays as it is.
    var nextAt: Timestamp? {
        switch status {
        case .active: open > 0 ? statistics?.nextDue : nil
        case .resting(let time): open > 0 ? time : nil
        case .paused, .disabled: nil
        }
    }

    /// Whether the newest attempt that is known failed.
    var isTroubled: Bool { status != .active && status != .paused || isFailing }

    private var isFailing: Bool { statistics?.outcomes.first?.failure != nil }

    /// For a line in a list: why it is as it is.
    var remark: String? {
        let error = statistics?.lastFailure.flatMap { last in
            last.failure.map { FailureAdvice.label($0, status: last.status) }
        }
        switch status {
        case .disabled(.failures): return [Self.words(.failures), error].compactMap(\.self).joined(separator: ": ")
        case .disabled(let reason): return Self.words(reason)
        case .resting: return error
        case .paused: return open > 0 ? "\(waiting) wait" : nil
        case .active: return isFailing ? error : nil
        }
    }

    private static func words(_ reason: EndpointHealth.DisableReason) -> String {
        switch reason {
        case .failures: "failed ten times in a row"
        case .gone: "answered 410 Gone"
        case .byHand: "by hand"
        }
    }

    // MARK: The banner

    func banner(_ visit: OutgoingVisit) -> EndpointView.Banner? {
        let held =
            open == 0
            ? "Nothing waits." : "\(Amount.things(open, "delivery", "deliveries")) \(open == 1 ? "waits" : "wait")."
        switch status {
        case .disabled(let reason):
            return banner(
                "bad", "Disabled: \(Self.words(reason))", "\(held) \(Self.advice(reason))", at: nil, enables: true)
        case .paused:
            return banner("info", "Paused", "\(held) Nothing goes out until it is resumed.", at: nil, resumes: true)
        case .resting(let time):
            let failures = Amount.things(health?.failuresInRow ?? 0, "failure")
            return banner(
                "warn", "Resting after \(failures) in a row",
                "\(held) One delivery goes out as a probe when the time comes; the others use up no attempt. "
                    + "Ten failures in a row disable it. Next probe:", at: visit.time(time))
        case .active:
            guard let failures = health?.failuresInRow, failures > 0 else { return nil }
            return banner(
                "warn", "\(Amount.things(failures, "failure")) in a row",
                "It rests after \(EndpointHealth.breakerThreshold), and is disabled after "
                    + "\(EndpointHealth.disableThreshold).", at: nil)
        }
    }

    private func banner(
        _ tone: String, _ heading: String, _ sentence: String, at: TimeView?, enables: Bool = false,
        resumes: Bool = false
    ) -> EndpointView.Banner {
        EndpointView.Banner(
            tone: tone, heading: heading, sentence: sentence, at: at, offersEnable: enables, offersResume: resumes,
            holdsSome: open > 0, held: waiting)
    }

    private static func advice(_ reason: EndpointHealth.DisableReason) -> String {
        switch reason {
        case .failures: "Mend the receiver, send a test, then enable it."
        case .gone: "Its receiver said that it is gone for good. Enable it only if that was a mistake."
        case .byHand: "Nothing goes out until it is enabled."
        }
    }
}
