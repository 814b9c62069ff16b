import HubCore

/// What came of the newest deliveries, one bar each, the oldest first.
struct Sparkline {
    private static let capacity = 40
    private static let (width, height) = (160, 22)

    /// - Parameter outcomes: the newest first.
    static func svg(_ outcomes: [Delivery.Last]) -> SafeHTML? {
        guard !outcomes.isEmpty else { return nil }
        let shown = outcomes.prefix(capacity)
        let failed = shown.count { $0.failure != nil }
        let sentence =
            failed == 0
            ? "The newest \(shown.count): all delivered"
            : "The newest \(shown.count): \(failed) failed at the last attempt"
        var svg = "<svg class=\"spark\" viewBox=\"0 0 \(width) \(height)\" role=\"img\" aria-label=\"\(sentence)\">"
        svg += "<title>\(sentence)</title>"
        let step = width / capacity
        for (index, outcome) in shown.enumerated() {
            let x = width - (index + 1) * step
            // A failure is higher too: colour alone tells nothing to some.
            let part = outcome.failure == nil ? 9 : height
            svg += "<rect class=\"\(outcome.failure == nil ? "good" : "bad")\" x=\"\(x)\" y=\"\(height - part)\""
            svg += " width=\"\(step - 1)\" height=\"\(part)\" rx=\"1\"/>"
        }
        return SafeHTML(made: svg + "</svg>")
    }
}

/// How an attempt spent its time.
struct TimingBar {
    struct Phase: Sendable {
        let kind: String
        let label: String
        let length: String
    }

    let phases: [Phase]
    let svg: SafeHTML

    /// - Parameter longest: of all attempts that are shown together, in microseconds; they share one scale.
    init(_ timing: Attempt.Timing, longest: Int64) {
        let parts: [(kind: String, label: String, microseconds: Int64?)] = [
            ("resolve", "Resolve", timing.resolving), ("connect", "Connect", timing.connecting),
            ("wait", "Wait", timing.waiting), ("receive", "Receive", timing.receiving),
        ]
        let reached = parts.compactMap { part in part.microseconds.map { (part.kind, part.label, $0) } }
        phases = reached.map { Phase(kind: $0, label: $1, length: Amount.time(microseconds: $2)) }
        let scale = 1000 / Double(max(longest, 1))
        let total = Amount.time(microseconds: timing.total)
        let words = phases.map { "\($0.label.lowercased()) \($0.length)" }.joined(separator: ", ")
        var svg = "<svg class=\"timing\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" role=\"img\""
        svg += " aria-label=\"\(total) in all\(words.isEmpty ? "" : ": \(words)")\">"
        svg += "<rect class=\"rest\" x=\"0\" y=\"0\" width=\"1000\" height=\"10\" rx=\"2\"/>"
        var x = 0.0
        let known = reached.map { $0.2 }.reduce(0, +)
        // What no phase accounts for, such as the rest of a wait that ran out.
        let pieces = reached.map { ($0.0, $0.2) } + [("other", max(timing.total - known, 0))]
        for (kind, microseconds) in pieces where microseconds > 0 {
            let width = max(Double(microseconds) * scale, 2)
            svg += "<rect class=\"\(kind)\" x=\"\(Int(x))\" y=\"0\" width=\"\(Int(max(width, 2)))\" height=\"10\"/>"
            x += width
        }
        self.svg = SafeHTML(made: svg + "</svg>")
    }
}

extension Amount {
    /// `840 µs`, `12.4 ms`, `812 ms`, `3.21 s`, `31 s`.
    static func time(microseconds: Int64) -> String {
        switch microseconds {
        case ..<1000: "\(microseconds) µs"
        case ..<100_000: decimal(Double(microseconds) / 1000, places: 1) + " ms"
        case ..<1_000_000: "\(microseconds / 1000) ms"
        case ..<10_000_000: decimal(Double(microseconds) / 1_000_000, places: 2) + " s"
        default: "\(microseconds / 1_000_000) s"
        }
    }

    static func time(_ duration: Duration) -> String {
        time(
            microseconds: duration.components.seconds * 1_000_000 + duration.components.attoseconds / 1_000_000_000_000)
    }

    /// `0 s`, `1.5 s`, `5 min 36 s`, `2 h 35 min`, `3 d 4 h`: the two largest units.
    static func length(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        let seconds = milliseconds / 1000
        switch seconds {
        case ..<10 where milliseconds % 1000 != 0: return decimal(Double(milliseconds) / 1000, places: 2) + " s"
        case ..<60: return "\(seconds) s"
        case ..<3600: return pair(seconds / 60, "min", seconds % 60, "s")
        case ..<86400: return pair(seconds / 3600, "h", seconds % 3600 / 60, "min")
        default: return pair(seconds / 86400, "d", seconds % 86400 / 3600, "h")
        }
    }

    private static func pair(_ large: Int64, _ unit: String, _ small: Int64, _ smallUnit: String) -> String {
        small == 0 ? "\(large) \(unit)" : "\(large) \(unit) \(small) \(smallUnit)"
    }

    /// Without zeros at the end.
    static func decimal(_ value: Double, places: Int) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() ? "\(Int64(rounded))" : "\(rounded)"
    }

    /// `98.5 %`; only what is whole is 100.
    static func share(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "–" }
        guard part < whole else { return "100 %" }
        let tenths = min(Int((Double(part) / Double(whole) * 1000).rounded()), 999)
        return decimal(Double(tenths) / 10, places: 1) + " %"
    }
}
