import Hub
import HubCore
import HubStorage

/// Many deliveries sent again, and how far that came.
enum RecoveryRoutes {
    static let all: [Route<Visit>] = [
        .get("/recoveries", list), .get("/recoveries/:id", show), .post("/recoveries/:id/cancel", .administer, cancel),
    ]

    @Sendable private static func list(_ visit: Visit) async throws -> ConsoleResponse {
        let rows = try await visit.store.recoveries(of: visit.workspace).map { recovery in
            RecoveryRowView(
                href: "/recoveries/\(recovery.id)", state: PillView(recovery.state), what: what(recovery),
                endpoint: endpoint(of: recovery, visit).map {
                    LinkView(label: $0.title, href: "/endpoints/\($0.id)")
                }, progress: "\(Amount.count(recovery.done)) of \(Amount.count(recovery.total))",
                by: visit.name(ofActor: recovery.actor), at: visit.time(recovery.createdAt))
        }
        return visit.page(RecoveriesView(rows: rows, hasRows: !rows.isEmpty), .deliveries, title: "Recoveries")
    }

    @Sendable private static func show(_ visit: Visit) async throws -> ConsoleResponse {
        guard let id = visit.parameters["id"].flatMap({ ID<Recovery>($0) }),
            let recovery = try await visit.store.recovery(id, in: visit.workspace)
        else { return visit.notFound }
        let endpoint = endpoint(of: recovery, visit)
        var facts = [FactView("States", states(recovery))]
        if let endpoint { facts.insert(FactView("Endpoint", endpoint.title, href: "/endpoints/\(endpoint.id)"), at: 0) }
        if let type = recovery.selection.type { facts.append(FactView("Type", type, isCode: true)) }
        if let failure = recovery.selection.failure {
            facts.append(FactView("Error", FailureAdvice.label(failure, status: nil)))
        }
        if let since = recovery.selection.since { facts.append(FactView("Since", visit.time(since, .full))) }
        facts.append(FactView("Rate", recovery.ratePerSecond.map { "\($0) a second" } ?? "as fast as they are taken"))
        facts.append(
            FactView("Begun", " by \(visit.name(ofActor: recovery.actor))", at: visit.time(recovery.createdAt, .full)))
        if let endedAt = recovery.endedAt { facts.append(FactView("Ended", visit.time(endedAt, .full))) }
        let view = RecoveryView(
            path: "/recoveries/\(id)", heading: endpoint.map { "Recovery of \($0.title)" } ?? "Recovery",
            state: PillView(recovery.state), sentence: sentence(recovery), done: min(recovery.done, recovery.total),
            total: max(recovery.total, 1), share: Amount.share(recovery.done, of: max(recovery.total, recovery.done)),
            hasProgress: recovery.total > 0, isRunning: recovery.state == .running,
            mayCancel: recovery.state == .running && visit.isAdmin, facts: facts,
            deliveriesHref: URLQuery.link(
                "/deliveries", ["endpoint": recovery.selection.endpoint.map { "\($0)" }]))
        return visit.page(view, .deliveries, title: "Recovery")
    }

    @Sendable private static func cancel(_ visit: Visit) async throws -> ConsoleResponse {
        guard let id = visit.parameters["id"].flatMap({ ID<Recovery>($0) }) else { return visit.notFound }
        let done = "Cancelled; what it let go stays on its way."
        return await visit.change("/recoveries/\(id)", done) { () async throws(SetupError) in
            _ = try await visit.hub.cancel(recovery: id, in: visit.workspace, by: visit.actor)
        }
    }

    // MARK: Words

    private static func endpoint(of recovery: Recovery, _ visit: Visit) -> Endpoint? {
        recovery.selection.endpoint.flatMap(visit.configuration.endpoint)
    }

    private static func states(_ recovery: Recovery) -> String {
        recovery.selection.states.map { PillView($0).label }.sorted().joined(separator: ", ")
    }

    private static func what(_ recovery: Recovery) -> String {
        [states(recovery), recovery.selection.type].compactMap(\.self).joined(separator: ", ")
    }

    private static func sentence(_ recovery: Recovery) -> String {
        guard recovery.total > 0 || recovery.state == .running else {
            return "Nothing fitted: no delivery went out again."
        }
        let done = "\(Amount.count(recovery.done)) of \(Amount.things(recovery.total, "delivery", "deliveries"))"
        return switch recovery.state {
        case .running: "\(done) let go so far. It goes on by itself, also after a restart."
        case .finished: "\(done) let go again; how each does stands with the deliveries."
        case .cancelled: "\(done) were let go before it was cancelled."
        }
    }
}

extension PillView {
    init(_ state: Recovery.State) {
        switch state {
        case .running: self.init("running", .info)
        case .finished: self.init("finished", .good)
        case .cancelled: self.init("cancelled", .mute)
        }
    }
}
