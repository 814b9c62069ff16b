import Hub
import HubCore
import HubStorage

/// The list of endpoints with how each does.
struct EndpointList {
    let visit: OutgoingVisit

    private static let pageSize = 50

    func view() async throws -> EndpointsView {
        let health = try await visit.store.endpointHealth()
        let customers = visit.isPortal ? [] : try await visit.hub.customers(of: visit.workspace)
        let names = Dictionary(customers.map { ($0.id, $0.name) }) { first, _ in first }
        let wanted = visit.endpoints.filter { covers($0, EndpointStatus($0, health[$0.id])) }
        let start = min(max(visit.text("from").flatMap(Int.init) ?? 0, 0), wanted.count)
        let shown = wanted[start...].prefix(Self.pageSize)
        let statistics = try await visit.store.endpointStatistics(of: shown.map(\.id))
        let rows = shown.map { endpoint in
            row(endpoint, health[endpoint.id], statistics[endpoint.id], endpoint.customer.flatMap { names[$0] })
        }
        let end = start + rows.count
        return EndpointsView(
            base: visit.base, isPortal: visit.isPortal, mayWrite: visit.may(.administer), text: visit.text("q") ?? "",
            selects: selects(customers), isFiltered: isFiltered, rows: rows, hasRows: !rows.isEmpty,
            pager: PagerView(
                summary: Amount.things(wanted.count, "endpoint"), newest: start == 0 ? nil : link(from: nil),
                next: end < wanted.count ? link(from: end) : nil))
    }

    private var isFiltered: Bool { ["q", "status", "customer"].contains { visit.text($0) != nil } }

    private func link(from start: Int?) -> String {
        URLQuery.link(
            "\(visit.base)/endpoints",
            [
                "q": visit.text("q"), "status": visit.text("status"), "customer": visit.text("customer"),
                "from": start.map(String.init),
            ])
    }

    private func selects(_ customers: [Customer]) -> [SelectView] {
        var selects = [
            SelectView(
                "status", "Status",
                [
                    ("", "Any status"), ("active", "Active"), ("resting", "Resting"), ("paused", "Paused"),
                    ("disabled", "Disabled"),
                ], selected: visit.text("status"))
        ]
        if !customers.isEmpty {
            let choices = customers.sorted { $0.name < $1.name }.map { ("\($0.id)", $0.name) }
            selects.append(
                SelectView(
                    "customer", "Customer", [("", "All customers"), ("none", "The workspace’s own")] + choices,
                    selected: visit.text("customer")))
        }
        return selects
    }

    private func covers(_ endpoint: Endpoint, _ status: EndpointStatus) -> Bool {
        if let wanted = visit.text("status"), status.name != wanted { return false }
        if !visit.isPortal, let wanted = visit.text("customer") {
            guard wanted == (endpoint.customer.map { "\($0)" } ?? "none") else { return false }
        }
        guard let text = visit.text("q")?.lowercased() else { return true }
        return endpoint.name.lowercased().contains(text) || endpoint.origin.lowercased().contains(text)
            || endpoint.subscription.events.contains { $0.pattern.lowercased().contains(text) }
    }

    private func row(
        _ endpoint: Endpoint, _ health: EndpointHealth?, _ statistics: EndpointStatistics?, _ customer: String?
    ) -> EndpointRowView {
        let status = EndpointStatus(endpoint, health)
        let condition = EndpointCondition(endpoint, health, statistics)
        return EndpointRowView(
            href: EndpointRoutes.path(of: endpoint, visit), name: endpoint.title,
            address: endpoint.name.isEmpty ? nil : endpoint.origin, customer: customer, status: PillView(status),
            remark: condition.remark, isTroubled: condition.isTroubled,
            sparkHTML: statistics.flatMap { Sparkline.svg($0.outcomes) },
            success: statistics.map { Amount.share($0.succeeded, of: $0.looked) } ?? "–",
            p95: statistics?.p95.map { Amount.time($0) } ?? "–", waiting: condition.waiting,
            nextAt: condition.nextAt.map { visit.time($0) })
    }
}
