import Hub
import HubCore
import HubStorage
import HubText

/// The catalogue of what goes out: the hub's own types and the workspace's.
enum EventTypeRoutes {
    static let all: [Route<Visit>] = [
        .get("/event-types", list), .get("/event-types/new", .administer, new),
        .post("/event-types", .administer, save),
        .get("/event-types/:type", show), .get("/event-types/:type/edit", .administer, edit),
        .post("/event-types/:type/publish", .write, publish), .post("/event-types/:type/delete", .administer, delete),
    ]

    /// People's own first.
    private static func entries(_ visit: Visit) -> [CatalogueEntry] {
        visit.configuration.eventTypes.values.sorted { $0.name < $1.name }.map(CatalogueEntry.init)
            + CatalogueEntry.builtIn
    }

    private static func entry(_ visit: Visit) -> CatalogueEntry? {
        let name = visit.parameters["type"] ?? ""
        return visit.configuration.eventTypes[name].map(CatalogueEntry.init)
            ?? BuiltInEventType(rawValue: name).map(CatalogueEntry.init)
    }

    // MARK: The catalogue

    @Sendable private static func list(_ visit: Visit) async throws -> ConsoleResponse {
        let counts = try await visit.store.eventTypeCounts(of: visit.workspace, since: visit.now - .seconds(86400))
        let fired = Dictionary(counts.map { ($0.type, $0) }) { first, _ in first }
        let text = visit.text("q")?.lowercased()
        let all = entries(visit)
        let described = Set(all.map(\.name))
        var groups: [(name: String, rows: [EventTypesView.Row])] = []
        for entry in all {
            let summary = Markdown.plainText(of: entry.summary)
            if let text, !entry.name.lowercased().contains(text), !summary.lowercased().contains(text) { continue }
            let row = EventTypesView.Row(
                href: "/event-types/\(entry.name)", name: entry.name, summary: summary, remark: entry.remark,
                subscribers: Amount.count(visit.configuration.endpoints(askingFor: entry.name).count),
                fired: fired[entry.name].map { "\(Amount.count($0.count))×" } ?? "",
                firedAt: fired[entry.name].map { visit.time($0.lastAt) })
            let family = entry.isBuiltIn ? "Built in" : "Your own"
            if let index = groups.firstIndex(where: { $0.name == family }) {
                groups[index].rows.append(row)
            } else {
                groups.append((family, [row]))
            }
        }
        let candidates = fired.values.map(\.type).filter { !described.contains($0) && visit.configuration.isWanted($0) }
        var undescribed: [String] = []
        if visit.isAdmin {
            // What was only received is described by its integration, and of no use to receivers of ours.
            for type in candidates.sorted().prefix(100) where undescribed.count < 20 {
                var query = EventQuery()
                (query.origin, query.type, query.since) = (.published, type, visit.now - .seconds(86400))
                let found = try await visit.store.events(of: visit.workspace, query, PageRequest(limit: 1))
                if !found.elements.isEmpty { undescribed.append(type) }
            }
        }
        let view = EventTypesView(
            text: visit.text("q") ?? "", mayWrite: visit.isAdmin,
            groups: groups.map { .init(name: $0.name, rows: $0.rows) }, hasGroups: !groups.isEmpty,
            hasOwn: all.contains { !$0.isBuiltIn },
            undescribed: undescribed.map { .init(label: $0, href: "/event-types/new?name=\($0)") },
            hasUndescribed: !undescribed.isEmpty)
        return visit.page(view, .eventTypes, title: "Event types")
    }

    // MARK: One of them

    @Sendable private static func show(_ visit: Visit) async throws -> ConsoleResponse {
        guard let entry = entry(visit) else { return visit.notFound }
        return try await page(visit, entry, fault: nil)
    }

    private static func page(_ visit: Visit, _ entry: CatalogueEntry, fault: String?) async throws -> ConsoleResponse {
        let customers = try await visit.hub.customers(of: visit.workspace)
        let names = Dictionary(customers.map { ($0.id, $0.name) }) { first, _ in first }
        let counts = try await visit.store.eventTypeCounts(of: visit.workspace, since: visit.now - .seconds(86400))
        let fired = counts.first { $0.type == entry.name }
        let subscribers = visit.configuration.endpoints(askingFor: entry.name).map { endpoint in
            EventTypePageView.Subscriber(
                label: endpoint.title, href: "/endpoints/\(endpoint.id)",
                customer: endpoint.customer.map { names[$0] ?? "\($0)" },
                isFiltered: endpoint.subscription.filter != nil)
        }
        let customerChoices = customers.sorted { $0.name < $1.name }.map {
            ChoiceView("\($0.id)", $0.name, isSelected: "\($0.id)" == visit.text("customer"))
        }
        let view = EventTypePageView(
            path: "/event-types/\(entry.name)", name: entry.name,
            summary: Markdown.plainText(of: entry.summary), isOwn: !entry.isBuiltIn, remark: entry.remark,
            isPlanned: entry.isPlanned, mayWrite: visit.isAdmin && !entry.isBuiltIn, mayPublish: visit.may(.write),
            fault: fault, sampleHTML: entry.sample.flatMap { JSONMarkup.html($0) },
            schemaHTML: entry.schema.flatMap { JSONMarkup.html($0) }, isWithoutSample: entry.sample == nil,
            subscribers: subscribers, hasSubscribers: !subscribers.isEmpty,
            fired: fired.map { "\(Amount.things($0.count, "time")) in the last day, the last one" }
                ?? "Not in the last day.",
            firedAt: fired.map { visit.time($0.lastAt) }, eventsHref: URLQuery.link("/events", ["type": entry.name]),
            payload: visit.text("data") ?? (entry.sample ?? [:]).prettyText, channels: visit.text("channels") ?? "",
            customers: customerChoices.isEmpty
                ? nil
                : ChoicesView([ChoiceView("", "None", isSelected: visit.text("customer") == nil)] + customerChoices))
        return visit.page(view, .eventTypes, title: entry.name, status: fault == nil ? 200 : 422)
    }

    @Sendable private static func publish(_ visit: Visit) async throws -> ConsoleResponse {
        guard let entry = entry(visit) else { return visit.notFound }
        let data: JSON
        do throws(JSONError) {
            data = try JSON.parse(visit.text("data") ?? "{}")
        } catch {
            return try await page(visit, entry, fault: "The data is not JSON: \(error)".sentence)
        }
        var new = NewEvent(type: entry.name, content: .json(data))
        new.customer = visit.text("customer")
        new.channels = EndpointFields.list(visit.text("channels") ?? "")
        do throws(SetupError) {
            let made = try await visit.hub.publish(new, in: visit.workspace)
            return visit.done("Published; who gets it stands below.", to: "/events/\(made.event)")
        } catch {
            return try await page(visit, entry, fault: error.shown)
        }
    }

    // MARK: Describing

    @Sendable private static func new(_ visit: Visit) async throws -> ConsoleResponse {
        form(visit, name: visit.text("name") ?? "", isNew: true, fault: nil)
    }

    @Sendable private static func edit(_ visit: Visit) async throws -> ConsoleResponse {
        guard let type = visit.configuration.eventTypes[visit.parameters["type"] ?? ""] else { return visit.notFound }
        return form(
            visit, name: type.name, summary: type.summary, schema: type.schema?.json.prettyText ?? "",
            sample: type.sample?.prettyText ?? "", isDeprecated: type.isDeprecated, isNew: false, fault: nil)
    }

    private static func form(
        _ visit: Visit, name: String, summary: String = "", schema: String = "", sample: String = "",
        isDeprecated: Bool = false, isNew: Bool, fault: String?
    ) -> ConsoleResponse {
        let heading = isNew ? "Describe an event type" : "Change \(name)"
        let view = EventTypeFormView(
            heading: heading, name: name, isNew: isNew, summary: summary, schema: schema, sample: sample,
            isDeprecated: isDeprecated, fault: fault, back: isNew ? "/event-types" : "/event-types/\(name)")
        return visit.page(view, .eventTypes, title: heading, status: fault == nil ? 200 : 422)
    }

    @Sendable private static func save(_ visit: Visit) async throws -> ConsoleResponse {
        let (name, isNew) = (visit.text("name") ?? "", visit.text("is_new") != nil)
        let (summary, isDeprecated) = (visit.text("summary") ?? "", visit.text("deprecated") != nil)
        func refused(_ fault: String) -> ConsoleResponse {
            form(
                visit, name: name, summary: summary, schema: visit.text("schema") ?? "",
                sample: visit.text("sample") ?? "", isDeprecated: isDeprecated, isNew: isNew, fault: fault)
        }
        if isNew, visit.configuration.eventTypes[name] != nil { return refused("There is such a type already.") }
        let (schema, sample): (JSON?, JSON?)
        do throws(JSONError) {
            schema = try visit.text("schema").map { text throws(JSONError) in try JSON.parse(text) }
            sample = try visit.text("sample").map { text throws(JSONError) in try JSON.parse(text) }
        } catch {
            return refused("Schema or sample is not JSON: \(error)".sentence)
        }
        let compiled: JSONSchema?
        do throws(JSONSchemaError) {
            compiled = try schema.map { schema throws(JSONSchemaError) in try JSONSchema(schema) }
        } catch {
            return refused("The schema does not work: \(error)".sentence)
        }
        do throws(SetupError) {
            _ = try await visit.hub.describe(eventType: name, in: visit.workspace, by: visit.actor) { type in
                (type.summary, type.schema, type.sample, type.isDeprecated) = (summary, compiled, sample, isDeprecated)
            }
        } catch {
            return refused(error.shown)
        }
        return visit.done("Saved.", to: "/event-types/\(name)")
    }

    @Sendable private static func delete(_ visit: Visit) async throws -> ConsoleResponse {
        let name = visit.parameters["type"] ?? ""
        guard visit.text("confirm") != nil else {
            return visit.done("Tick the box to delete it.", to: "/event-types/\(name)", isBad: true)
        }
        return await visit.change("/event-types", "“\(name)” is out of the catalogue.") { () async throws(SetupError) in
            try await visit.hub.delete(eventType: name, in: visit.workspace, by: visit.actor)
        }
    }
}
