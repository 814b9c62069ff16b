import HubCore
import HubStorage

enum OverviewRoutes {
    static let all: [Route<Visit>] = [.get("/", show)]

    private struct Range {
        let name: String
        let label: String
        let length: Duration
        let step: Duration
    }

    private static let ranges = [
        Range(name: "24h", label: "24 h", length: .seconds(86400), step: .seconds(1800)),
        Range(name: "7d", label: "7 days", length: .seconds(7 * 86400), step: .seconds(4 * 3600)),
        Range(name: "30d", label: "30 days", length: .seconds(30 * 86400), step: .seconds(86400)),
    ]

    @Sendable private static func show(_ visit: Visit) async throws -> ConsoleResponse {
        let range = ranges.first { $0.name == visit.text("range") } ?? ranges[0]
        let counts = try await visit.store.eventCounts(
            of: visit.workspace, since: visit.now - range.length, step: range.step)
        let chart = EventChart(
            counts.map { ($0.from, $0.outcome, $0.count) }, since: visit.now - range.length, until: visit.now,
            step: range.step)
        let refused = try await visit.store.refusals(of: visit.workspace, source: nil, PageRequest(limit: 500))
            .elements.count { visit.now - $0.at < range.length }
        let recent = try await visit.store.events(of: visit.workspace, EventQuery(), PageRequest(limit: 9)).elements
        let view = OverviewView(
            tiles: tiles(counts, refused: refused, range),
            chart: OverviewView.Chart(
                title: "Events over time", legend: OverviewView.legend,
                ranges: ranges.map {
                    .init(label: $0.label, href: "/?range=\($0.name)", isCurrent: $0.name == range.name)
                }, scale: chart.scale, svgHTML: chart.svg(now: visit.now), labels: chart.labels(now: visit.now)),
            recent: recent.map { recent in
                OverviewView.Recent(
                    at: visit.time(recent.event.createdAt), outcome: PillView(recent.event.outcome),
                    type: recent.event.type, href: "/events/\(recent.event.id)",
                    sourceName: visit.sourceLink(recent.event.source)?.label)
            }, sources: try await SourceRoutes.rows(visit, limit: 9))
        return visit.page(view, .overview, title: "Overview")
    }

    private static func tiles(_ counts: [EventCount], refused: Int, _ range: Range) -> [TileView] {
        func count(_ outcome: String?) -> String {
            Amount.count(counts.filter { outcome == nil || $0.outcome == outcome }.map(\.count).reduce(0, +))
        }
        let since = "since=\(range.name)"
        return [
            .init(label: "Events", figure: count(nil), note: "in \(range.label)", href: "/events?\(since)"),
            .init(
                label: "Messages", figure: count("message"), note: "for people to read",
                href: "/events?outcome=message&\(since)"),
            .init(
                label: "Unreadable", figure: count("unreadable"), note: "kept for a replay",
                href: "/events?outcome=unreadable&\(since)"),
            .init(
                label: "Refused", figure: Amount.count(refused), note: "never became events",
                href: "/settings/webhooks/logs?show=refused"),
        ]
    }
}
