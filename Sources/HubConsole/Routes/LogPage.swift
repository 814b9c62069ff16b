import HubCore
import HubStorage

/// What of the logs is wanted.
struct LogFilter: Sendable {
    var source: ID<Source>?
    var since: Timestamp?
    var text: String?
    var outcome: String?
    var showsAccepted = true
    var showsRefused = true

    var requests: RequestQuery {
        var query = RequestQuery()
        (query.source, query.since, query.text, query.outcome) = (source, since, text, outcome)
        return query
    }

    /// The refusals' log is short and has no index of words.
    func covers(_ refusal: Refusal) -> Bool {
        if let since, refusal.at < since { return false }
        guard let text = text?.lowercased() else { return true }
        return [refusal.code, refusal.detail, refusal.path, refusal.remoteAddress ?? ""].contains {
            $0.lowercased().contains(text)
        }
    }
}

/// Where a page of both logs ended: the `seq` in each, nil at the newest.
struct LogCursor: Sendable, Equatable {
    var requests: Int64?
    var refusals: Int64?

    init(requests: Int64? = nil, refusals: Int64? = nil) {
        (self.requests, self.refusals) = (requests, refusals)
    }

    /// Reads what ``text`` writes.
    init?(_ text: String?) {
        guard let parts = text?.split(separator: ".", omittingEmptySubsequences: false), parts.count == 2 else {
            return nil
        }
        (requests, refusals) = (Int64(parts[0]), Int64(parts[1]))
    }

    var text: String { "\(requests.map(String.init) ?? "").\(refusals.map(String.init) ?? "")" }
}

/// A page of both logs, merged by time.
struct LogPage: Sendable {
    let rows: [LogRowView]
    let next: LogCursor?

    init(_ visit: Visit, _ filter: LogFilter, _ cursor: LogCursor, limit: Int) async throws {
        var requests = Page<RequestSummary>([], next: nil)
        var refusals = Page<Refusal>([], next: nil)
        if filter.showsAccepted {
            requests = try await visit.store.requests(
                of: visit.workspace, filter.requests, PageRequest(.before(cursor.requests), limit: limit))
        }
        if filter.showsRefused {
            refusals = try await visit.store.refusals(
                of: visit.workspace, source: filter.source, PageRequest(.before(cursor.refusals), limit: limit))
        }
        var next = cursor
        var rows: [LogRowView] = []
        var (accepted, refused) = (requests.elements[...], refusals.elements[...])
        while rows.count < limit, !accepted.isEmpty || !refused.isEmpty {
            // The newer of both; each log is in its own order already.
            let isRequest = accepted.first.map { one in refused.first.map { one.request.receivedAt >= $0.at } ?? true }
            if isRequest == true, let one = accepted.popFirst() {
                rows.append(visit.row(one))
                next.requests = one.seq
            } else if let one = refused.popFirst() {
                if filter.covers(one) { rows.append(visit.row(one)) }
                next.refusals = one.seq
            }
        }
        let hasMore = !accepted.isEmpty || !refused.isEmpty || requests.next != nil || refusals.next != nil
        (self.rows, self.next) = (rows, hasMore ? next : nil)
    }
}

extension Visit {
    func row(_ summary: RequestSummary) -> LogRowView {
        let request = summary.request
        var details: [String] = []
        if summary.eventCount > 1 {
            details.append("and \(Amount.things(summary.eventCount - 1, "more event", "more events"))")
        }
        if let reason = summary.firstEvent?.outcome.reason { details.append(reason) }
        if summary.duplicates > 0 { details.append("came again \(summary.duplicates)×") }
        if request.replayOf != nil { details.append("a replay") }
        let isUnreadable = summary.firstEvent?.outcome.name == "unreadable"
        return LogRowView(
            rowID: "\(request.id)", outcome: isUnreadable ? PillView("unreadable", .warn) : PillView("accepted", .good),
            status: 200, source: sourceLink(request.source), href: "/requests/\(request.id)",
            what: summary.firstEvent?.type ?? "no event",
            detail: details.isEmpty ? nil : details.joined(separator: "; "),
            remote: request.arrival?.remoteAddress, size: Amount.bytes(request.bodySize), at: time(request.receivedAt))
    }

    func row(_ refusal: Refusal) -> LogRowView {
        LogRowView(
            rowID: "refusal-\(refusal.seq)", outcome: PillView("refused", .bad), status: refusal.status,
            source: sourceLink(refusal.source), href: "/refusals/\(refusal.seq)", what: refusal.code,
            detail: refusal.detail,
            remote: refusal.remoteAddress, size: Amount.bytes(refusal.bodySize), at: time(refusal.at))
    }
}
