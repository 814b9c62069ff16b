/// What arrived lately, at a glance.
struct OverviewView: TemplatedView {
    static let template = "overview"

    struct Stats: Sendable {
        let tiles: [TileView]
    }

    struct Legend: Sendable {
        let outcome: String
        let label: String
    }

    struct Range: Sendable {
        let label: String
        let href: String
        let isCurrent: Bool
    }

    struct Chart: Sendable {
        let title: String
        let legend: [Legend]
        let ranges: [Range]
        let scale: [String]
        let svgHTML: SafeHTML
        let labels: [TimeView]
    }

    struct Recent: Sendable {
        let at: TimeView
        let outcome: PillView
        let type: String
        let href: String
        let sourceName: String?
    }

    let stats: Stats
    let chart: Chart
    let recent: [Recent]
    let hasRecent: Bool
    let sources: [SourceRowView]
    let hasSources: Bool

    init(tiles: [TileView], chart: Chart, recent: [Recent], sources: [SourceRowView]) {
        stats = Stats(tiles: tiles)
        self.chart = chart
        self.recent = recent
        hasRecent = !recent.isEmpty
        self.sources = sources
        hasSources = !sources.isEmpty
    }

    static let legend = EventChart.outcomes.map { Legend(outcome: $0.0, label: $0.1) }
}
