import Hub
import HubCore
import HubStorage

/// Streams, retention, webhooks and the audit log; people, bots and tokens have files of their own.
enum SettingsRoutes {
    static let all: [Route<Visit>] =
        [
            .get("/settings", start), .get("/settings/streams", streams),
            .post("/settings/streams", .administer, makeStream),
            .post("/settings/streams/:id", .administer, archiveStream),
            .post("/settings/alerts", .administer, setAlerts), .get("/settings/retention", retention),
            .post("/settings/retention", .administer, setRetention), .get("/settings/webhooks", webhooks),
            .post("/settings/webhooks/secret", .administer, replaceSecret),
            .get("/settings/audit", .administer, audit),
        ] + PeopleRoutes.all + BotRoutes.all + TokenRoutes.all

    @Sendable private static func start(_ visit: Visit) async throws -> ConsoleResponse {
        .redirect(to: "/settings/people")
    }

    // MARK: Streams

    @Sendable private static func streams(_ visit: Visit) async throws -> ConsoleResponse {
        streams(visit, FormFaults())
    }

    private static func streams(_ visit: Visit, _ faults: FormFaults) -> ConsoleResponse {
        let rows = visit.configuration.streams.sorted { $0.number < $1.number }.map { stream in
            StreamsView.Row(
                path: "/settings/streams/\(stream.id)", href: Visit.path(of: stream), number: stream.number,
                name: stream.name, description: stream.description,
                state: stream.isArchived ? PillView("archived", .mute) : PillView("active", .good),
                nextArchived: stream.isArchived ? "0" : "1", archiveLabel: stream.isArchived ? "Restore" : "Archive")
        }
        let view = StreamsView(
            tabs: SettingsTab.tabs(visit, current: "/settings/streams"), fault: faults.above, faults: faults.beside,
            entered: faults.isEmpty ? [:] : visit.entered("name", "description"), mayWrite: visit.isAdmin,
            streams: rows, hasStreams: !rows.isEmpty, alerts: ChoicesView(alerts(visit)))
        return visit.page(view, .settings, title: "Streams", status: faults.status)
    }

    private static func alerts(_ visit: Visit) -> [ChoiceView] {
        let chosen = visit.configuration.workspace.alertsStream
        // One that was archived meanwhile is shown: as long as it is, the admins are told directly.
        let streams = visit.configuration.streams.filter { !$0.isArchived || $0.id == chosen }
        return [ChoiceView("", "each admin directly", isSelected: chosen == nil)]
            + streams.sorted { $0.number < $1.number }.map { stream in
                ChoiceView(
                    "\(stream.id)", stream.isArchived ? "\(stream.name) (archived)" : stream.name,
                    isSelected: stream.id == chosen)
            }
    }

    @Sendable private static func setAlerts(_ visit: Visit) async throws -> ConsoleResponse {
        await visit.change("/settings/streams", "Saved.") { () async throws(SetupError) in
            try await visit.hub.setAlerts(to: visit.text("stream"), of: visit.workspace, by: visit.actor)
        }
    }

    @Sendable private static func makeStream(_ visit: Visit) async throws -> ConsoleResponse {
        let description = visit.text("description") ?? ""
        // As the API has it.
        guard description.count <= 1000 else {
            return streams(visit, FormFaults("description", "Must be at most 1000 characters."))
        }
        do throws(SetupError) {
            _ = try await visit.hub.makeStream(
                name: visit.text("name") ?? "", description: description, in: visit.workspace, by: visit.actor)
            return visit.done("The stream is there.", to: "/settings/streams")
        } catch {
            return streams(visit, FormFaults(error, fields: ["conflict": "name"], known: ["name", "description"]))
        }
    }

    @Sendable private static func archiveStream(_ visit: Visit) async throws -> ConsoleResponse {
        guard let id = visit.parameters["id"].flatMap({ ID<HubCore.Stream>($0) }) else { return visit.notFound }
        let isArchived = visit.text("archived") == "1"
        let done = isArchived ? "The stream is archived; its messages stay." : "The stream is back."
        return await visit.change("/settings/streams", done) { () async throws(SetupError) in
            try await visit.hub.setArchived(isArchived, stream: id, in: visit.workspace, by: visit.actor)
        }
    }

    // MARK: Retention

    @Sendable private static func retention(_ visit: Visit) async throws -> ConsoleResponse {
        retention(visit, FormFaults())
    }

    private static func retention(_ visit: Visit, _ faults: FormFaults) -> ConsoleResponse {
        let retention = visit.configuration.workspace.retention
        let entered = faults.isEmpty ? [:] : visit.entered("bodies_days", "metadata_days")
        let view = RetentionView(
            tabs: SettingsTab.tabs(visit, current: "/settings/retention"), fault: faults.above,
            faults: faults.beside, entered: entered, mayWrite: visit.isAdmin,
            bodiesDays: entered["bodies_days"] ?? "\(retention.bodiesDays)",
            metadataDays: entered["metadata_days"] ?? "\(retention.metadataDays)")
        return visit.page(view, .settings, title: "Retention", status: faults.status)
    }

    @Sendable private static func setRetention(_ visit: Visit) async throws -> ConsoleResponse {
        func days(_ field: String) -> Int? {
            visit.text(field).flatMap(Int.init).flatMap { (1...3650).contains($0) ? $0 : nil }
        }
        guard let bodies = days("bodies_days") else {
            return retention(visit, FormFaults("bodies_days", "Must be a whole number of days, 1 to 3650."))
        }
        guard let metadata = days("metadata_days") else {
            return retention(visit, FormFaults("metadata_days", "Must be a whole number of days, 1 to 3650."))
        }
        guard bodies <= metadata else {
            return retention(visit, FormFaults("bodies_days", "Not longer than requests and events are kept."))
        }
        do throws(SetupError) {
            try await visit.hub.setRetention(
                Retention(bodiesDays: bodies, metadataDays: metadata), of: visit.workspace, by: visit.actor)
            return visit.done("Saved.", to: "/settings/retention")
        } catch {
            return retention(visit, FormFaults(error, known: []))
        }
    }

    // MARK: Webhooks

    @Sendable private static func webhooks(_ visit: Visit) async throws -> ConsoleResponse {
        webhooks(visit, secret: nil)
    }

    private static func webhooks(_ visit: Visit, secret: OnceView?) -> ConsoleResponse {
        let sources = visit.configuration.sources.sorted { $0.name < $1.name }
        let example = sources.first { $0.verification.scheme == "signed" }
        let body = #"{"type":"hello","data":{"text":"It works."}}"#
        let command = example.flatMap {
            ShellCommand.send(body: body, contentType: "application/json", to: $0, url: visit.url(of: $0))
        }
        let view = WebhooksView(
            tabs: SettingsTab.tabs(visit, current: "/settings/webhooks"), fault: nil, mayWrite: visit.isAdmin,
            secret: secret,
            urls: sources.map {
                .init(
                    name: $0.name, href: "/sources/\($0.name)", url: visit.url(of: $0), scheme: $0.verification.scheme)
            }, hasURLs: !sources.isEmpty,
            secretSummary: SourcePage.summary(of: visit.configuration.secrets, visit)
                + " Good at every source with the scheme signed or signed-strict, besides the source’s own.",
            command: command ?? "# Add a source with the scheme signed first.")
        return visit.page(view, .settings, title: "Webhooks")
    }

    @Sendable private static func replaceSecret(_ visit: Visit) async throws -> ConsoleResponse {
        let secret = try await visit.hub.rotateWorkspaceSecret(visit.workspace, overlap: visit.overlap, by: visit.actor)
        let once = OnceView(
            heading: "The workspace’s new secret, this once",
            text: "Copy it now: it is kept sealed, and cannot be shown again.", secret: secret.reveal())
        return webhooks(visit, secret: once)
    }

    // MARK: Audit

    @Sendable private static func audit(_ visit: Visit) async throws -> ConsoleResponse {
        let cursor = visit.text("cursor")
        let page = try await visit.store.auditEntries(
            of: visit.workspace, PageRequest(.before(cursor.flatMap(Int64.init)), limit: 100))
        let rows = page.elements.map { entry in
            AuditView.Row(
                actor: visit.name(ofActor: entry.actor), action: entry.action, subject: entry.subject,
                detail: entry.detail.isEmpty ? nil : entry.detail, at: visit.time(entry.at))
        }
        let view = AuditView(
            tabs: SettingsTab.tabs(visit, current: "/settings/audit"), rows: rows, hasRows: !rows.isEmpty,
            pager: PagerView(
                summary: Amount.things(rows.count, "entry", "entries"), newest: cursor == nil ? nil : "/settings/audit",
                next: page.next.map { "/settings/audit?cursor=\($0)" }))
        return visit.page(view, .settings, title: "Audit log")
    }
}

extension Visit {
    /// The same visit after something was set up.
    func refreshed() async throws(SetupError) -> Visit {
        Visit(
            hub: hub, request: request, person: person, configuration: try await hub.configuration(of: workspace),
            now: now,
            followers: followers, parameters: parameters)
    }
}
