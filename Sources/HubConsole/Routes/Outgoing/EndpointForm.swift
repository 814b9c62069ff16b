import Hub
import HubCore
import HubStorage
import HubText

/// The form for an endpoint, new or there already.
struct EndpointForm {
    let visit: OutgoingVisit
    /// Nil: a new one.
    let endpoint: Endpoint?
    let fields: EndpointFields
    var faults = FieldFaults()

    init(visit: OutgoingVisit, endpoint: Endpoint?, fields: EndpointFields) {
        (self.visit, self.endpoint, self.fields) = (visit, endpoint, fields)
    }

    /// Types that have a box to tick.
    static func catalogue(_ configuration: WorkspaceConfiguration) -> Set<String> {
        Set(BuiltInEventType.allCases.map(\.rawValue) + configuration.eventTypes.keys)
    }

    /// What is to be saved.
    ///
    /// - Returns: nil when something is wrong, or the form was only to be looked at.
    mutating func checkedDraft(_ draft: EndpointDraft) -> EndpointDraft? {
        var draft = draft
        faults = fields.apply(to: &draft)
        guard visit.text("action") == nil, faults.isEmpty else { return nil }
        return draft
    }

    func response() async throws -> ConsoleResponse {
        let customers = visit.isPortal || endpoint != nil ? [] : try await visit.hub.customers(of: visit.workspace)
        let path = endpoint.map { EndpointRoutes.path(of: $0, visit) } ?? "\(visit.base)/endpoints"
        let heading = endpoint.map { "Change \($0.title)" } ?? "New endpoint"
        let view = EndpointFormView(
            base: visit.base, heading: heading, crumbs: crumbs, action: path, back: path,
            submit: endpoint == nil ? "Make the endpoint" : "Save", faults: faults, hasFaults: !faults.isEmpty,
            name: fields.name, url: fields.url, families: families, patterns: fields.patterns,
            channels: fields.channels, filter: fields.filter, trialTypes: trialTypes, trialEvent: fields.trialEvent,
            trial: trial, headers: fields.headers,
            methods: ChoicesView(["POST", "PUT"].map { ChoiceView($0, $0, isSelected: $0 == fields.method) }),
            schedule: fields.schedule, preview: preview, timeout: fields.timeout, concurrency: fields.concurrency,
            rate: fields.rate, orders: orders, orderKey: fields.orderKey,
            customers: customers.isEmpty ? nil : choices(of: customers),
            asksForCustomers: !visit.isPortal && endpoint?.customer == nil, includesCustomers: fields.includesCustomers)
        let isRefused = !faults.isEmpty && visit.text("action") == nil
        return visit.page(view, .endpoints, title: heading, status: isRefused ? 422 : 200)
    }

    private var crumbs: [LinkView] {
        let all = LinkView(label: "Endpoints", href: "\(visit.base)/endpoints")
        guard let endpoint else { return [all] }
        return [all, LinkView(label: "› \(endpoint.title)", href: EndpointRoutes.path(of: endpoint, visit))]
    }

    private var families: [EndpointFormView.Family] {
        // Nobody ticks what nothing sends yet.
        let sent = BuiltInEventType.allCases.filter { !$0.isPlanned || fields.ticked.contains($0.rawValue) }
        let builtIn = sent.map { type in
            let family = type.rawValue.prefix { $0 != "." }
            return (family: String(family), name: type.rawValue, summary: Markdown.plainText(of: type.summary), false)
        }
        let own = visit.configuration.eventTypes.values.sorted { $0.name < $1.name }.map {
            (family: "Your own", name: $0.name, summary: $0.summary, $0.isDeprecated)
        }
        var families: [(label: String, types: [EndpointFormView.TypeChoice])] = []
        for (family, name, summary, isDeprecated) in own + builtIn {
            let choice = EndpointFormView.TypeChoice(
                name: name, summary: summary, isTicked: fields.ticked.contains(name), isDeprecated: isDeprecated)
            if let index = families.firstIndex(where: { $0.label == family }) {
                families[index].types.append(choice)
            } else {
                families.append((family, [choice]))
            }
        }
        return families.map { family in
            let ticked = family.types.count { $0.isTicked }
            return EndpointFormView.Family(
                label: family.label, count: ticked > 0 ? "\(ticked) of \(family.types.count)" : "\(family.types.count)",
                isOpen: ticked > 0 || family.label == "Your own", types: family.types)
        }
    }

    private var trialTypes: ChoicesView {
        let globs = EndpointFields.list(fields.patterns).map(Glob.init)
        let all = Self.catalogue(visit.configuration).sorted()
        // What the endpoint gets comes first.
        let wanted = all.filter { type in fields.ticked.contains(type) || globs.contains { $0.matches(type) } }
        let others = Set(all).subtracting(wanted).sorted()
        return ChoicesView((wanted + others).map { ChoiceView($0, $0, isSelected: $0 == fields.trialType) })
    }

    private var trial: EndpointFormView.Trial? {
        guard visit.text("action") == "try" || visit.text("action") == "look" && !fields.filter.isEmpty else {
            return nil
        }
        return fields.trial(visit.configuration, at: visit.now)
    }

    private var preview: EndpointFormView.Preview? {
        guard let schedule = try? ScheduleText.schedule(fields.schedule) else { return nil }  // Said beside the field.
        let offsets = schedule.offsets
        let tries = offsets.prefix(12).enumerated().map { index, offset in
            EndpointFormView.Try(
                number: index + 1, after: index == 0 ? "at once" : "after \(Amount.length(offset))",
                at: visit.time(visit.now + offset, .moment))
        }
        let all = Amount.things(offsets.count, "attempt")
        let length = offsets.count == 1 ? "" : " over \(Amount.length(offsets.last ?? .zero))"
        return .init(summary: "\(all)\(length), if all of them fail and the first were now", tries: Array(tries))
    }

    private var orders: [ChoiceView] {
        [
            ChoiceView("none", "As soon as each is due", isSelected: !["strict", "key"].contains(fields.order)),
            ChoiceView(
                "strict", "One after the other", hint: "a failing delivery holds up all behind it",
                isSelected: fields.order == "strict"),
            ChoiceView(
                "key", "One after the other for each", hint: "value at this place in the data:",
                isSelected: fields.order == "key"),
        ]
    }

    private func choices(of customers: [Customer]) -> ChoicesView {
        let chosen = fields.customer.isEmpty ? visit.query["customer"] ?? "" : fields.customer
        return ChoicesView(
            [ChoiceView("", "The workspace’s own", isSelected: chosen.isEmpty)]
                + customers.sorted { $0.name < $1.name }.map {
                    ChoiceView("\($0.id)", $0.name, isSelected: "\($0.id)" == chosen || $0.reference == chosen)
                })
    }
}
