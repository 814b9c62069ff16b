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
    /// - Parameter draft: what it is set to now; as ``EndpointDraft`` makes it for a new one.
    /// - Returns: nil when something is wrong, or the form was only to be looked at.
    mutating func checkedDraft(_ draft: EndpointDraft) async -> EndpointDraft? {
        var draft = draft
        faults = fields.apply(to: &draft, mayKeep: mayKeepSealed)
        guard !isLook else {
            // Whoever has just chosen a template has not done anything wrong.
            if fields.body.isBlank { faults.body = nil }
            return nil
        }
        if faults.isEmpty { return draft }
        // What cannot be read is no reason to be silent on the rest.
        if let problem = await visit.hub.problem(with: draft, in: visit.workspace) { faults.add(problem) }
        return nil
    }

    /// Whether the form was sent to see what it would do.
    private var isLook: Bool { visit.text("action") != nil }

    /// Customers do not get to see what was sealed for their endpoint by others: it goes to no other host.
    private var mayKeepSealed: Bool {
        guard visit.isPortal, let origin = endpoint?.origin else { return true }
        return fields.url == origin || ["/", "?"].contains { fields.url.hasPrefix(origin + $0) }
    }

    func response() async throws -> ConsoleResponse {
        let customers = visit.isPortal || endpoint != nil ? [] : try await visit.hub.customers(of: visit.workspace)
        let path = endpoint.map { EndpointRoutes.path(of: $0, visit) } ?? "\(visit.base)/endpoints"
        let heading = endpoint.map { "Change \($0.title)" } ?? "New endpoint"
        var faults = faults
        var preview: EndpointFormView.Preview?
        let trial = EndpointTrial(
            fields: fields, configuration: visit.configuration, templates: visit.hub.templates, now: visit.now)
        do throws(FieldFault) {
            preview = try trial.body()
        } catch {
            faults.body = faults.body ?? error.sentence
        }
        let schedule = schedule
        let view = EndpointFormView(
            base: visit.base, heading: heading, crumbs: crumbs, action: path, back: path,
            submit: endpoint == nil ? "Make the endpoint" : "Save", faults: faults, hasFaults: isRefused,
            name: fields.name, url: fields.url, families: families, patterns: fields.patterns,
            channels: fields.channels,
            filter: .init(fields.filter, isOpen: !fields.filter.isEmpty || faults.filter != nil),
            body: body, trialTypes: trialTypes,
            trialEvent: .init(fields.trialEvent, isOpen: !fields.trialEvent.isEmpty), filtered: trial.filtered,
            preview: preview, authentication: try authentication(faults), identity: try identity(faults),
            headers: .init(fields.headers, isOpen: !fields.headers.isEmpty || faults.headers != nil),
            methods: ChoicesView(["POST", "PUT"].map { ChoiceView($0, $0, isSelected: $0 == fields.method) }),
            schedule: fields.schedule, plan: schedule, pace: pace(schedule), opensPace: opensPace(faults),
            timeout: fields.timeout, concurrency: fields.concurrency, rate: fields.rate, orders: orders,
            orderKey: fields.orderKey, customers: customers.isEmpty ? nil : choices(of: customers),
            asksForCustomers: !visit.isPortal && endpoint?.customer == nil, includesCustomers: fields.includesCustomers)
        return visit.page(view, .endpoints, title: heading, status: isRefused ? 422 : 200)
    }

    private var isRefused: Bool { !faults.isEmpty && !isLook }

    private var crumbs: [LinkView] {
        let all = LinkView(label: "Endpoints", href: "\(visit.base)/endpoints")
        guard let endpoint else { return [all] }
        return [all, LinkView(label: endpoint.title, href: EndpointRoutes.path(of: endpoint, visit))]
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

    // MARK: What goes out

    private var body: EndpointFormView.Body {
        let shapes =
            [("envelope", "As published")] + BodyPreset.allCases.map { ($0.rawValue, $0.title) }
            + [("template", "A template of my own")]
        return .init(
            shapes: shapes.map { ChoiceView($0.0, $0.1, isSelected: $0.0 == fields.body.shape) },
            template: fields.body.template, contentType: fields.body.contentType)
    }

    private var trialTypes: ChoicesView {
        ChoicesView(
            [ChoiceView("", "A type that it gets", isSelected: fields.trialType.isEmpty)]
                + EndpointTrial.types(fields, visit.configuration).map {
                    ChoiceView($0, $0, isSelected: $0 == fields.trialType)
                })
    }

    // MARK: Who it is from

    private func stored() throws -> EndpointDraft? { try endpoint.map { try visit.hub.draft(of: $0) } }

    private func authentication(_ faults: FieldFaults) throws -> EndpointFormView.Authentication {
        let given = fields.authentication
        let kept = AuthenticationFields.kind(of: try stored()?.authentication)
        let note = "Empty: what is kept stays."
        return .init(
            kinds: AuthenticationFields.Kind.allCases.map {
                ChoiceView($0.rawValue, $0.title, isSelected: $0 == given.kind)
            }, isOpen: given.kind != .none || faults.authentication != nil || faults.tokenURL != nil,
            summary: given.kind.title, user: given.user, tokenURL: given.tokenURL, clientID: given.clientID,
            scope: given.scope, audience: given.audience,
            styles: ChoicesView([
                ChoiceView("basic", "Authorization: Basic", isSelected: given.style == "basic"),
                ChoiceView("body", "the form’s fields", isSelected: given.style == "body"),
            ]), passwordNote: kept == .basic ? note : "Sealed, and never shown again.",
            tokenNote: kept == .bearer ? note : "Sealed, and never shown again.",
            clientSecretNote: kept == .clientCredentials ? note : "Sealed, and never shown again.",
            isSecretLost: given.wroteSecret && isRefused, offersUnsigned: endpoint == nil,
            isUnsigned: visit.form["unsigned"] != nil)
    }

    private func identity(_ faults: FieldFaults) throws -> EndpointFormView.Identity {
        let given = fields.identity
        let kept = try stored()?.identity
        let choices = [
            ChoiceView("keep", "Keep what is there", isSelected: given.choice == .keep),
            ChoiceView("replace", "Replace it", isSelected: given.choice == .replace),
            ChoiceView("remove", "Remove it", isSelected: given.choice == .remove),
        ]
        let isFaulty = [faults.certificate, faults.key, faults.issuers].contains { $0 != nil }
        return .init(
            isOpen: kept != nil || !given.isBlank || isFaulty, summary: EndpointPage.words(kept) ?? "none",
            choices: kept == nil ? [] : choices, hasChoices: kept != nil, certificate: given.certificate,
            issuers: given.issuers, isKeyLost: given.wroteKey && isRefused)
    }

    // MARK: How it goes out

    private var schedule: EndpointFormView.Plan? {
        guard let schedule = try? ScheduleText.schedule(fields.schedule) else { return nil }  // Said beside the field.
        let offsets = schedule.offsets
        let tries = offsets.prefix(12).enumerated().map { index, offset in
            EndpointFormView.Try(
                number: index + 1, after: index == 0 ? "at once" : "after \(Amount.length(offset))",
                at: visit.time(visit.now + offset, .moment))
        }
        let all = Amount.things(offsets.count, "attempt")
        let length = offsets.count == 1 ? "" : " over \(Amount.length(offsets.last ?? .zero))"
        return .init(count: all + length, tries: Array(tries))
    }

    /// What the folded part says of itself.
    private func pace(_ plan: EndpointFormView.Plan?) -> String {
        [
            fields.method == "POST" ? nil : fields.method, plan?.count,
            Double(fields.timeout) == nil ? nil : "\(fields.timeout) s each",
            fields.rate.isEmpty ? nil : "\(fields.rate) a minute",
            fields.order == "none" || fields.order.isEmpty ? nil : "in order",
        ].compactMap(\.self).joined(separator: ", ")
    }

    private func opensPace(_ faults: FieldFaults) -> Bool {
        let usual = EndpointFields()
        let isUsual =
            fields.schedule == usual.schedule && fields.timeout == usual.timeout && fields.rate == usual.rate
            && fields.concurrency == usual.concurrency && fields.method == usual.method && fields.order == usual.order
        let all = [faults.schedule, faults.timeout, faults.concurrency, faults.rate, faults.method, faults.order]
        return !isUsual || all.contains { $0 != nil }
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
