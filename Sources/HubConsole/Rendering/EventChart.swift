import HubCore
import HubText

/// Events over time as stacked bars, drawn by the server.
struct EventChart {
    /// One stretch of time; counts in the order of ``outcomes``.
    struct Bar: Sendable {
        let from: Timestamp
        let counts: [Int]

        var total: Int { counts.reduce(0, +) }
    }

    /// From the bottom up.
    static let outcomes = [
        ("message", "Messages"), ("transcript", "Transcripts"), ("outgoing", "Outgoing"), ("ignored", "Ignored"),
        ("unreadable", "Unreadable"),
    ]

    let bars: [Bar]
    let step: Duration

    /// - Parameter counts: by stretch and outcome name, as the store has them; stretches without events are missing.
    init(_ counts: [(from: Timestamp, outcome: String, count: Int)], since: Timestamp, until: Timestamp, step: Duration)
    {
        self.step = step
        let stepMilliseconds = max(step.milliseconds, 1)
        let first = since.milliseconds / stepMilliseconds
        let last = max(first, until.milliseconds / stepMilliseconds)
        var table = Array(
            repeating: Array(repeating: 0, count: Self.outcomes.count), count: Int(min(last - first, 500)) + 1)
        for entry in counts {
            let slot = Int(entry.from.milliseconds / stepMilliseconds - first)
            guard table.indices.contains(slot),
                let outcome = Self.outcomes.firstIndex(where: { $0.0 == entry.outcome })
            else { continue }
            table[slot][outcome] += entry.count
        }
        bars = table.enumerated().map { slot, counts in
            Bar(from: Timestamp(milliseconds: (first + Int64(slot)) * stepMilliseconds), counts: counts)
        }
    }

    /// A round number not below the highest bar: 4, 10, 20, 40, 100, …
    var top: Int {
        let highest = bars.map(\.total).max() ?? 0
        var scale = 1
        while true {
            for factor in [4, 10, 20] where factor * scale >= highest { return factor * scale }
            scale *= 10
        }
    }

    /// For the axis, from the top.
    var scale: [String] { [Amount.count(top), Amount.count(top / 2), "0"] }

    func svg(now: Timestamp) -> SafeHTML {
        let (width, height) = (1000.0, 160.0)
        let slot = width / Double(max(bars.count, 1))
        let gap = min(slot * 0.28, 4)
        var svg =
            "<svg viewBox=\"0 0 1000 160\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"\(HTML.escape(sentence))\">"
        for line in [0.0, 0.5, 1] {
            let y = number(height * line)
            svg += "<line class=\"grid\" x1=\"0\" x2=\"1000\" y1=\"\(y)\" y2=\"\(y)\"/>"
        }
        for (index, bar) in bars.enumerated() {
            let x = Double(index) * slot
            svg += "<g class=\"bar\"><title>\(HTML.escape(title(bar, now)))</title>"
            svg += "<rect class=\"hit\" x=\"\(number(x))\" y=\"0\" width=\"\(number(slot))\" height=\"160\"/>"
            var y = height
            for (outcome, count) in zip(Self.outcomes, bar.counts) where count > 0 {
                let part = height * Double(count) / Double(top)
                y -= part
                svg += "<rect class=\"\(outcome.0)\" x=\"\(number(x + gap / 2))\" y=\"\(number(y))\""
                svg += " width=\"\(number(slot - gap))\" height=\"\(number(part))\"/>"
            }
            svg += "</g>"
        }
        return SafeHTML(made: svg + "</svg>")
    }

    /// Five moments along the axis.
    func labels(now: Timestamp) -> [TimeView] {
        guard let first = bars.first, let last = bars.last else { return [] }
        let style: TimeView.Style = last.from - first.from > .seconds(2 * 86400) ? .day : .clock
        return (0..<5).map { TimeView(bars[(bars.count - 1) * $0 / 4].from, now: now, style: style) }
    }

    /// The chart in words, for those who do not see it.
    private var sentence: String {
        let total = bars.map(\.total).reduce(0, +)
        guard let highest = bars.max(by: { $0.total < $1.total }), total > 0 else { return "No events in this time." }
        let parts = Self.outcomes.enumerated().compactMap { index, outcome in
            let count = bars.map { $0.counts[index] }.reduce(0, +)
            return count > 0 ? "\(outcome.1.lowercased()) \(count)" : nil
        }
        return "\(Amount.things(total, "event")): \(parts.joined(separator: ", ")). "
            + "Most in one stretch: \(highest.total), from \(highest.from.rfc3339.prefix(16)) UTC."
    }

    private func title(_ bar: Bar, _ now: Timestamp) -> String {
        let parts = zip(Self.outcomes, bar.counts).filter { $1 > 0 }.map { "\($0.1): \($1)" }
        let view = TimeView(bar.from, now: now)
        return "\(view.full)\n" + (parts.isEmpty ? "no events" : parts.joined(separator: "\n"))
    }

    private func number(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return hundredths % 100 == 0 ? "\(hundredths / 100)" : "\(Double(hundredths) / 100)"
    }
}
