import Hub
import HubCore
import HubStorage
import Hummingbird

/// What those who run the hub ask: is it well, and what does it do.
struct OperationsRoutes: Sendable {
    let hub: Hub
    let bodies: BodyGate
    let startedAt: Timestamp

    func add(to router: Router<HubContext>) {
        // Alive: the process answers. Ready: it can store.
        router.get("/healthz") { _, context in
            health(await hub.store.health()).response(in: context)
        }
        router.get("/readyz") { _, context in
            let health = await hub.store.health()
            return health.trouble == nil
                ? Answer.text("ok\n").response(in: context)
                : Answer.error("storage_unavailable", detail: health.trouble, status: 503).response(in: context)
        }
        router.get("/metrics") { _, context in
            var answer = Answer.text(await metrics())
            answer.contentType = "text/plain; version=0.0.4; charset=utf-8"
            return answer.response(in: context)
        }
    }

    private func health(_ health: StoreHealth) -> Answer {
        guard let trouble = health.trouble else { return .json(["status": "ok", "storage": "ok"]) }
        return .json(["status": "degraded", "storage": .string(trouble)], status: 503)
    }

    /// Prometheus' text format.
    private func metrics() async -> String {
        var lines: [String] = []
        func add(_ name: String, _ type: String, _ help: String, _ values: [(labels: String, value: String)]) {
            lines += ["# HELP \(name) \(help)", "# TYPE \(name) \(type)"]
            lines += values.map { "\(name)\($0.labels) \($0.value)" }
        }
        for counter in Metrics.Counter.allCases {
            let values = hub.metrics.values.filter { $0.counter == counter }
            let label = counter.labelName
            add(
                counter.rawValue, "counter", counter.help,
                values.map { ($0.label.isEmpty ? "" : "{\(label)=\"\($0.label)\"}", "\($0.value)") })
        }
        if let statistics = try? await hub.store.statistics() {  // Without it the other figures still count.
            add("martlet_commits_total", "counter", "Transactions made durable.", [("", "\(statistics.commits)")])
            add("martlet_commit_jobs_total", "counter", "What they carried.", [("", "\(statistics.committedJobs)")])
            add(
                "martlet_commit_waiting", "gauge", "Jobs that wait for the writer.", [("", "\(hub.store.waitingJobs)")]
            )
            add("martlet_database_bytes", "gauge", "Size of the database file.", [("", "\(statistics.fileBytes)")])
        }
        add(
            "martlet_deliveries_in_flight", "gauge", "Attempts to deliver that are under way.",
            [("", "\(hub.dispatcher.inFlight)")])
        add("martlet_inflight_body_bytes", "gauge", "Bytes of bodies held now.", [("", "\(bodies.heldBytes)")])
        let up = hub.clock.now() - startedAt
        add("martlet_uptime_seconds", "gauge", "Since the process started.", [("", "\(up.milliseconds / 1000)")])
        return lines.joined(separator: "\n") + "\n"
    }
}
