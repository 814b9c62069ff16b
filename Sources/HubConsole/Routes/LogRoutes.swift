import Hub
import HubCore
import HubStorage

/// Every request, refused ones too: two logs shown as one.
enum LogRoutes {
    static let all: [Route<Visit>] = [
        .get("/settings/webhooks/logs", list), .get("/settings/webhooks/logs/tail", tail),
        .get("/refusals/:seq", refusal),
    ]

    private static let pageSize = 50

    @Sendable private static func list(_ visit: Visit) async throws -> ConsoleResponse {
        let cursor = LogCursor(visit.text("cursor")) ?? LogCursor()
        let merged = try await LogPage(visit, filter(visit), cursor, limit: pageSize)
        let view = LogsView(
            tabs: SettingsTab.tabs(visit, current: "/settings/webhooks"), text: visit.text("q") ?? "",
            selects: [
                SelectView("source", "Source", visit.sourceChoices, selected: visit.text("source")),
                SelectView("show", "Outcome", showChoices, selected: visit.text("show")),
                SelectView("since", "Since", Visit.sinceChoices, selected: visit.text("since")),
            ], liveURL: link("/settings/webhooks/logs/tail", visit, cursor: nil), rows: merged.rows,
            hasRows: !merged.rows.isEmpty,
            pager: PagerView(
                summary: Amount.things(merged.rows.count, "request") + (merged.next == nil ? "" : " on this page"),
                newest: visit.text("cursor") == nil ? nil : link("/settings/webhooks/logs", visit, cursor: nil),
                next: merged.next.map { link("/settings/webhooks/logs", visit, cursor: $0.text) }))
        return visit.page(view, .settings, title: "Logs")
    }

    private static let showChoices = [
        ("", "Any outcome"), ("accepted", "Accepted"), ("refused", "Refused"), ("message", "With a message"),
        ("ignored", "Ignored"), ("unreadable", "Unreadable"),
    ]

    private static func link(_ path: String, _ visit: Visit, cursor: String?) -> String {
        URLQuery.link(
            path,
            [
                "q": visit.text("q"), "source": visit.text("source"), "show": visit.text("show"),
                "since": visit.text("since"), "cursor": cursor,
            ])
    }

    private static func filter(_ visit: Visit) -> LogFilter {
        var filter = LogFilter()
        filter.source = visit.text("source").flatMap { visit.configuration.source(named: $0)?.id }
        filter.since = visit.since(visit.text("since"))
        filter.text = visit.text("q")
        switch visit.text("show") {
        case "accepted": filter.showsRefused = false
        case "refused": filter.showsAccepted = false
        case let outcome?: (filter.outcome, filter.showsRefused) = (outcome, false)
        case nil: break
        }
        return filter
    }

    // MARK: Live

    @Sendable private static func tail(_ visit: Visit) async throws -> ConsoleResponse {
        let filter = filter(visit)
        let (store, workspace) = (visit.store, visit.workspace)
        let newest = [
            try await store.requests(of: workspace, RequestQuery(), PageRequest(limit: 1)).elements.first?.seq ?? 0,
            try await store.refusals(of: workspace, source: nil, PageRequest(limit: 1)).elements.first?.seq ?? 0,
        ]
        return Tail.response(visit, from: newest) { cursor in
            var entries: [(Timestamp, LogRowView)] = []
            var cursor = cursor
            if filter.showsAccepted {
                let page = try await store.requests(of: workspace, filter.requests, PageRequest(.after(cursor[0])))
                cursor[0] = page.elements.last?.seq ?? cursor[0]
                entries += page.elements.map { ($0.request.receivedAt, visit.row($0)) }
            }
            if filter.showsRefused {
                let page = try await store.refusals(
                    of: workspace, source: filter.source, PageRequest(.after(cursor[1])))
                cursor[1] = page.elements.last?.seq ?? cursor[1]
                entries += page.elements.filter(filter.covers).map { ($0.at, visit.row($0)) }
            }
            return (entries.sorted { $0.0 < $1.0 }.map(\.1.fragment), cursor)
        }
    }

    // MARK: One refusal

    @Sendable private static func refusal(_ visit: Visit) async throws -> ConsoleResponse {
        guard let seq = visit.parameters["seq"].flatMap(Int64.init), seq < Int64.max else { return visit.notFound }
        let page = try await visit.store.refusals(
            of: visit.workspace, source: nil, PageRequest(.before(seq + 1), limit: 1))
        guard let refusal = page.elements.first, refusal.seq == seq else { return visit.notFound }
        let source = visit.sourceLink(refusal.source)
        var facts = [
            FactView("Request", "\(refusal.method) \(refusal.path)", isCode: true),
            FactView("Answer", "\(refusal.status) \(refusal.code)", isCode: true), FactView("Reason", refusal.detail),
        ]
        if let source { facts.append(FactView("Source", source.label, href: source.href)) }
        if let address = refusal.remoteAddress { facts.append(FactView("From", address, isCode: true)) }
        facts.append(FactView("Headers", refusal.headerNames.joined(separator: ", "), isCode: true))
        let isCut = refusal.bodySize > Int64(refusal.body?.count ?? 0)
        let view = RefusalView(
            title: refusal.code,
            summary: "Refused with \(refusal.status)\(source.map { " at the source \($0.label)" } ?? "").",
            at: visit.time(refusal.at), facts: facts,
            body: BodyView(
                refusal.body, size: refusal.bodySize, contentType: nil,
                absence: isCut ? "This source keeps no payloads." : "It had none."),
            advice: advice(for: refusal.code))
        return visit.page(view, .settings, title: refusal.code)
    }

    private static func advice(for code: String) -> String {
        switch code {
        case "invalid_signature":
            "Compare the secret that the sender signs with to this source’s: the same text, no blanks at its ends, and "
                + "the scheme that the sender really uses. Then let it send again."
        case "invalid_timestamp":
            "The sender’s clock and ours differ by more than the source’s tolerance, or the time is missing. Set the "
                + "sender’s clock by NTP, or raise the tolerance."
        case "missing_idempotency_key": "Let the sender put a key that is the same for each retry into the header."
        case "invalid_payload": "The body is not what this source reads. The reason above names the place."
        case "source_disabled": "Enable the source in its settings, if it should take requests again."
        case "payload_too_large": "Raise the source’s limit, or let the sender send less at once."
        case "rate_limited":
            "Raise the source’s requests a minute, or let the sender slow down. It was told when to come again."
        case "loop_detected":
            "An endpoint sends what this source receives back to it. Narrow the endpoint’s event types or its filter."
        case "missing_key", "invalid_key":
            "Put the bot’s key into the URL. If it is lost, make a new one in the settings."
        default: "The sender was told to try again. If this goes on, look at the hub’s own log."
        }
    }
}
