import Hub
import HubCore
import HubStorage
import HubText
import Integrations
import WebhookSignatures

enum SourceRoutes {
    static let all: [Route<Visit>] = [
        .get("/sources", list), .get("/sources/url", CatalogueRoutes.urlBuilder),
        .get("/sources/new", .administer, choose), .post("/sources", .administer, make),
        .get("/sources/:name", show), .post("/sources/:name", .administer, change),
        .post("/sources/:name/secret", .administer, replaceSecret), .post("/sources/:name/delete", .administer, delete),
        .post("/sources/:name/test", .write, test),
    ]

    // MARK: The list

    @Sendable private static func list(_ visit: Visit) async throws -> ConsoleResponse {
        let rows = try await rows(visit, limit: 200)
        return visit.page(
            SourcesView(mayWrite: visit.isAdmin, sources: rows, hasSources: !rows.isEmpty), .sources, title: "Sources")
    }

    static func rows(_ visit: Visit, limit: Int) async throws -> [SourceRowView] {
        var rows: [SourceRowView] = []
        for source in visit.configuration.sources.sorted(by: { $0.name < $1.name }).prefix(limit) {
            var query = EventQuery()
            query.source = source.id
            let last = try await visit.store.events(of: visit.workspace, query, PageRequest(limit: 1)).elements.first
            rows.append(
                SourceRowView(
                    name: source.name, href: "/sources/\(source.name)",
                    integration: visit.integrationName(source.integration),
                    scheme: source.verification.scheme, isOpen: source.verification.scheme == "none",
                    destination: destination(of: source, visit), lastAt: last.map { visit.time($0.event.createdAt) },
                    state: state(of: source, visit)))
        }
        return rows
    }

    private static func destination(of source: Source, _ visit: Visit) -> String {
        let topic = source.options.topic ?? "a topic for each thing"
        guard let stream = source.options.stream else { return "as the payload says" }
        return "\(visit.configuration.stream(matching: stream)?.name ?? "\(stream) (not there)"), \(topic)"
    }

    private static func state(of source: Source, _ visit: Visit) -> PillView {
        if source.isDisabled { return PillView("disabled", .mute) }
        return source.verification.secrets.isEmpty && needsSecret(source.verification.scheme)
            ? PillView("needs a secret", .warn) : PillView("active", .good)
    }

    private static func needsSecret(_ scheme: String) -> Bool {
        // The hub's own schemes also know the workspace's secret, and a bot's key was looked at by the door.
        guard !scheme.hasPrefix("signed"), let form = SchemeInfo.named(scheme)?.secretForm else { return false }
        return form != .none && scheme != "url_key"
    }

    // MARK: Adding

    @Sendable private static func choose(_ visit: Visit) async throws -> ConsoleResponse {
        guard let slug = visit.text("integration"), let integration = Catalog.integration(slug: slug) else {
            let view = CatalogueRoutes.catalogue(heading: "Add a source", lede: "What should send?") {
                "/sources/new?integration=\($0)"
            }
            return visit.page(view, .sources, title: "Add a source")
        }
        return form(visit, integration.descriptor, fault: nil)
    }

    private static func form(
        _ visit: Visit, _ descriptor: IntegrationDescriptor, fault: String?
    ) -> ConsoleResponse {
        let fields = visit.form
        let ticked = Set(fields.all("only_events"))
        let scheme = visit.text("scheme") ?? descriptor.defaultScheme
        let view = NewSourceView(
            slug: descriptor.slug, integrationName: descriptor.name, integrationSummary: descriptor.summary,
            fault: fault,
            name: visit.text("name") ?? freeName(descriptor.slug, visit), topic: visit.text("topic") ?? "",
            streams: visit.streamChoices(selected: visit.text("stream"), none: "As the payload says"),
            schemes: ChoicesView(
                SchemeInfo.all.map {
                    ChoiceView(
                        $0.name, $0.isAuthenticated ? $0.title : "\($0.title) (anyone can send)",
                        isSelected: $0.name == scheme)
                }), policies: policies(selected: visit.text("storage") ?? "full"),
            eventTypes: descriptor.eventTypes.map {
                EventTypeView(name: $0.name, summary: $0.summary, isTicked: ticked.contains($0.name))
            }, hasEventTypes: !descriptor.eventTypes.isEmpty, eventTypeCount: descriptor.eventTypes.count,
            integrationOptions: descriptor.options.map {
                OptionFieldView(
                    name: $0.name, summary: $0.summary, example: $0.example, value: fields["option.\($0.name)"] ?? "")
            })
        return visit.page(view, .sources, title: "Add \(descriptor.name)", status: fault == nil ? 200 : 422)
    }

    private static func policies(selected: String) -> [ChoiceView] {
        [
            ChoiceView("full", "Everything", hint: "so that it can be replayed", isSelected: selected == "full"),
            ChoiceView("metadata", "No bodies", hint: "they are dropped once read", isSelected: selected == "metadata"),
            ChoiceView(
                "render_only", "The message alone",
                hint: "nothing of the request reaches the disk; the message may name people",
                isSelected: selected == "render_only"),
        ]
    }

    /// The integration's name, with a number when that is taken.
    private static func freeName(_ slug: String, _ visit: Visit) -> String {
        guard visit.configuration.source(named: slug) != nil else { return slug }
        return (2...99).lazy.map { "\(slug)-\($0)" }.first { visit.configuration.source(named: $0) == nil } ?? slug
    }

    @Sendable private static func make(_ visit: Visit) async throws -> ConsoleResponse {
        guard let integration = visit.text("integration").flatMap({ Catalog.integration(slug: $0) }) else {
            return visit.notFound
        }
        let descriptor = integration.descriptor
        var options = Source.Options()
        options.stream = visit.text("stream")
        options.topic = visit.text("topic")
        let only = visit.form.all("only_events")
        options.onlyEvents = only.isEmpty ? nil : only
        options.integration = Fields(
            descriptor.options.compactMap { option in visit.text("option.\(option.name)").map { (option.name, $0) } })
        var new = NewSource(
            name: visit.text("name") ?? "", integration: descriptor.slug, scheme: visit.text("scheme"),
            storage: visit.text("storage").flatMap(Source.StoragePolicy.init) ?? .full, options: options)
        if let secret = visit.text("secret") { new.secrets = [.text(Secret(secret))] }
        let made: (source: Source, secrets: [Secret<String>])
        do throws(SetupError) {
            made = try await visit.hub.makeSource(new, in: visit.workspace, by: visit.actor)
        } catch {
            return form(visit, descriptor, fault: error.shown)
        }
        return try await SourcePage(
            visit: try await visit.refreshed(), source: made.source, shown: made.secrets.first
        ).response()
    }

    // MARK: One of them

    private static func source(_ visit: Visit) -> Source? {
        visit.parameters["name"].flatMap { visit.configuration.source(named: $0) }
    }

    @Sendable private static func show(_ visit: Visit) async throws -> ConsoleResponse {
        guard let source = source(visit) else { return visit.notFound }
        return try await SourcePage(visit: visit, source: source, shown: nil).response()
    }

    @Sendable private static func change(_ visit: Visit) async throws -> ConsoleResponse {
        guard let source = source(visit) else { return visit.notFound }
        let path = "/sources/\(source.name)"
        do throws(SetupError) {
            try await visit.hub.update(source: source.id, in: visit.workspace, by: visit.actor) { source in
                source.options.stream = visit.text("stream")
                source.options.topic = visit.text("topic")
                source.options.onlyEvents = patterns(visit.text("only_events"))
                source.options.excludeEvents = patterns(visit.text("exclude_events")) ?? []
                source.options.ratePerMinute = visit.text("rate").flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil }
                source.isDisabled = visit.text("is_disabled") != nil
            }
            return visit.done("Saved.", to: path)
        } catch {
            return visit.done(error.shown, to: path, isBad: true)
        }
    }

    private static func patterns(_ text: String?) -> [String]? {
        let found = text?.split(separator: ",").map { $0.trimmed() }.filter { !$0.isEmpty } ?? []
        return found.isEmpty ? nil : found
    }

    @Sendable private static func replaceSecret(_ visit: Visit) async throws -> ConsoleResponse {
        guard let source = source(visit) else { return visit.notFound }
        let given = visit.text("secret").map { NewSource.GivenSecret.text(Secret($0)) }
        let shown: Secret<String>?
        do throws(SetupError) {
            shown = try await visit.hub.rotateSecret(
                of: source.id, to: given, overlap: visit.overlap, in: visit.workspace, by: visit.actor)
        } catch {
            return visit.done(error.shown, to: "/sources/\(source.name)", isBad: true)
        }
        guard let shown else { return visit.done("The secret is replaced.", to: "/sources/\(source.name)") }
        let after = try await visit.refreshed()
        return try await SourcePage(visit: after, source: after.configuration.source(source.id) ?? source, shown: shown)
            .response()
    }

    @Sendable private static func delete(_ visit: Visit) async throws -> ConsoleResponse {
        guard let source = source(visit) else { return visit.notFound }
        guard visit.text("confirm") != nil else {
            return visit.done("Tick the box to delete it.", to: "/sources/\(source.name)", isBad: true)
        }
        try await visit.hub.deleteSource(source.id, in: visit.workspace, by: visit.actor)
        return visit.done("The source “\(source.name)” is deleted.", to: "/sources")
    }

    @Sendable private static func test(_ visit: Visit) async throws -> ConsoleResponse {
        guard let source = source(visit) else { return visit.notFound }
        return try await SourceTrial(visit: visit, source: source).response()
    }
}

extension Visit {
    func url(of source: Source) -> String { request.publicBase + source.urlPath }
}
