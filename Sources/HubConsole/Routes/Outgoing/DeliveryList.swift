import Hub
import HubCore
import HubStorage

/// The list of deliveries.
struct DeliveryList {
    let visit: OutgoingVisit

    private static let filters = ["endpoint", "state", "error", "status", "type", "since", "event"]

    func view() async throws -> DeliveriesView {
        let cursor = visit.text("cursor").flatMap(Int64.init)
        let page = try await visit.store.deliveries(of: visit.workspace, query, PageRequest(.before(cursor)))
        // The query names the customer already; this does not rest on that alone.
        let rows = page.elements.filter { !visit.isPortal || visit.endpoint($0.delivery.endpoint) != nil }
            .map { visit.row($0, pick: visit.may(.write) && !visit.isPortal, isOfOne: false) }
        return DeliveriesView(
            base: visit.base, isPortal: visit.isPortal, type: visit.text("type") ?? "",
            status: visit.text("status") ?? "", selects: selects,
            isFiltered: Self.filters.contains { visit.text($0) != nil },
            mayRetry: visit.may(.write) && !visit.isPortal, isNewest: cursor == nil, rows: rows,
            hasRows: !rows.isEmpty,
            pager: PagerView(
                summary: Amount.things(rows.count, "delivery", "deliveries")
                    + (page.next == nil ? "" : " on this page"),
                newest: cursor == nil ? nil : link(cursor: nil), next: page.next.map { link(cursor: "\($0)") }))
    }

    private var query: DeliveryQuery {
        var query = DeliveryQuery()
        query.customer = visit.customer?.id
        query.endpoint = visit.text("endpoint").flatMap { ID<Endpoint>($0) }
        query.event = visit.text("event").flatMap { ID<Event>($0) }
        query.state = visit.text("state").flatMap(DeliveryState.init)
        query.type = visit.text("type")
        query.failure = visit.text("error").flatMap(AttemptFailure.init(rawValue:))
        query.status = visit.text("status").flatMap(Int.init)
        query.since = visit.since(visit.text("since"))
        return query
    }

    private func link(cursor: String?) -> String {
        URLQuery.link(
            "\(visit.base)/deliveries",
            [
                "endpoint": visit.text("endpoint"), "event": visit.text("event"), "state": visit.text("state"),
                "type": visit.text("type"), "error": visit.text("error"), "status": visit.text("status"),
                "since": visit.text("since"), "cursor": cursor,
            ])
    }

    private var selects: [SelectView] {
        let endpoints = visit.endpoints.map { ("\($0.id)", $0.title) }.sorted { $0.1 < $1.1 }
        return [
            SelectView("endpoint", "Endpoint", [("", "All endpoints")] + endpoints, selected: visit.text("endpoint")),
            SelectView(
                "state", "State",
                [("", "Any state")]
                    + DeliveryState.allCases.map { ($0.rawValue, PillView($0).label.capitalizedFirst) },
                selected: visit.text("state")),
            SelectView("error", "Error", Self.errorChoices, selected: visit.text("error")),
            SelectView("since", "Since", OutgoingVisit.sinceChoices, selected: visit.text("since")),
        ]
    }

    static let errorChoices: [(String, String)] =
        [("", "Any outcome")] + AttemptFailure.allCases.map { ($0.rawValue, words($0)) }

    private static func words(_ failure: AttemptFailure) -> String {
        switch failure {
        case .status1xx: "Status 1xx"
        case .status3xx: "Status 3xx, a redirect"
        case .status4xx: "Status 4xx"
        case .status5xx: "Status 5xx"
        case .statusOther: "Other status"
        case .blockedAddress: "Address not allowed"
        case .blockedName: "Name not allowed"
        case .blockedScheme: "Not HTTPS"
        case .blockedURL: "URL not allowed"
        default: FailureAdvice.label(failure, status: nil).capitalizedFirst
        }
    }
}

extension PillView {
    init(_ state: DeliveryState) {
        switch state {
        case .pending: self.init("waiting", .info)
        case .leased: self.init("sending", .info)
        case .held: self.init("held", .warn)
        case .succeeded: self.init("delivered", .good)
        case .exhausted: self.init("exhausted", .bad)
        case .discarded: self.init("given up", .mute)
        }
    }
}

extension OutgoingVisit {
    /// - Parameters:
    ///   - pick: whether it has a box to be selected by.
    ///   - isOfOne: whether the page is its endpoint's, so that it need not be named.
    func row(_ summary: DeliverySummary, pick: Bool, isOfOne: Bool) -> DeliveryRowView {
        let (delivery, progress) = (summary.delivery, summary.delivery.progress)
        let outcome: String =
            if let last = delivery.last {
                last.failure.map { FailureAdvice.label($0, status: last.status) }
                    ?? "\(FailureAdvice.label(status: last.status ?? 200)) in \(Amount.time(last.took))"
            } else {
                "not tried yet"
            }
        let endpoint = endpoint(delivery.endpoint)
        return DeliveryRowView(
            pick: pick ? "\(delivery.id)" : nil, state: PillView(progress.state), type: summary.eventType,
            href: "\(base)/deliveries/\(delivery.id)",
            endpoint: isOfOne ? nil : endpoint.map { LinkView(label: $0.title, href: "\(base)/endpoints/\($0.id)") },
            isTest: delivery.kind == .test, outcome: outcome, isFailure: delivery.last?.failure != nil,
            attempts: progress.attempts == 0 ? "" : "\(progress.attempts)",
            dueAt: progress.state == .pending && progress.attempts > 0 ? time(progress.dueAt) : nil,
            at: time(delivery.createdAt))
    }
}
