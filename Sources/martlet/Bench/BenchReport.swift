import HubCore

/// What a benchmark run found: rows of load, and ratios with the bound they are held to.
struct BenchReport: Sendable {
    enum Bound: Sendable {
        case atLeast(Double)
        case atMost(Double)

        func holds(_ value: Double) -> Bool {
            switch self {
            case .atLeast(let bound): value >= bound
            case .atMost(let bound): value <= bound
            }
        }

        var text: String {
            switch self {
            case .atLeast(let bound): "≥ \(shown(bound))"
            case .atMost(let bound): "≤ \(shown(bound))"
            }
        }
    }

    private var loads: [(name: String, result: LoadResult)] = []
    private var figures: [(name: String, value: Double, bound: Bound?)] = []
    private var notes: [String] = []

    mutating func add(_ name: String, _ result: LoadResult) { loads.append((name, result)) }

    /// - Parameter bound: nil for a figure that only explains others.
    mutating func ratio(_ name: String, _ value: Double, _ bound: Bound? = nil) {
        figures.append((name, value, bound))
    }

    mutating func note(_ text: String) { notes.append(text) }

    /// Markdown, as `docs/benchmarks.md` holds it.
    var table: String {
        var lines = [
            "| load | requests/s | CPU µs/request | p50 ms | p99 ms | peak MB | rows/commit |",
            "|---|---|---|---|---|---|---|",
        ]
        for (name, result) in loads {
            let cells = [
                name, shown(result.requestsPerSecond), shown(result.cpuMicroseconds), shown(result.p50Milliseconds),
                shown(result.p99Milliseconds), shown(result.peakMegabytes),
                result.rowsPerCommit.map { shown($0) } ?? "–",
            ]
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        lines += ["", "| figure | measured | wanted | |", "|---|---|---|---|"]
        for (name, value, bound) in figures {
            let verdict = bound.map { $0.holds(value) ? "✓" : "✗" } ?? ""
            lines.append("| \(name) | \(shown(value)) | \(bound?.text ?? "") | \(verdict) |")
        }
        return (lines + notes.map { "\n\($0)" }).joined(separator: "\n")
    }

    var document: JSON {
        let loads: [JSON] = loads.map { name, result in
            var row = JSON.Object([("name", .string(name))])
            row["requests_per_second"] = number(result.requestsPerSecond)
            row["cpu_us"] = number(result.cpuMicroseconds)
            row["p50_ms"] = number(result.p50Milliseconds)
            row["p99_ms"] = number(result.p99Milliseconds)
            row["peak_mb"] = number(result.peakMegabytes)
            row["rows_per_commit"] = result.rowsPerCommit.map { number($0) }
            return .object(row)
        }
        let figures: [JSON] = figures.map { name, value, bound in
            [
                "name": .string(name), "value": number(value), "wanted": JSON(bound?.text),
                "holds": bound.map { .bool($0.holds(value)) } ?? .null,
            ]
        }
        return ["loads": .array(loads), "figures": .array(figures), "notes": .array(notes.map(JSON.string))]
    }

    private func number(_ value: Double) -> JSON {
        JSON.Number((value * 1000).rounded() / 1000).map(JSON.number) ?? .null
    }
}

/// Three significant digits are all that such a measurement has.
private func shown(_ value: Double) -> String {
    if value >= 100 { return "\(Int(value.rounded()))" }
    let scale: Double = value >= 10 ? 10 : 100
    return "\((value * scale).rounded() / scale)"
}
