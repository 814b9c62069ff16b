import Hub
import HubCore
import HubStorage

/// The page of one endpoint.
struct EndpointPage {
    let visit: OutgoingVisit
    let endpoint: Endpoint
    /// A secret that was made just now.
    let shown: Secret<String>?
    /// A test that was sent just now.
    var test: DeliveryStory?

    private var path: String { EndpointRoutes.path(of: endpoint, visit) }

    func response() async throws -> ConsoleResponse {
        let health = try await visit.store.endpointHealth()[endpoint.id]
        let statistics = try await visit.store.endpointStatistics(of: [endpoint.id])[endpoint.id]
        var query = DeliveryQuery()
        query.endpoint = endpoint.id
        let newest = try await visit.store.deliveries(of: visit.workspace, query, PageRequest(limit: 8)).elements
        let condition = EndpointCondition(endpoint, health, statistics)
        let draft = visit.seesConnections ? try visit.hub.draft(of: endpoint) : nil
        let view = EndpointView(
            path: path, base: visit.base, name: endpoint.title, address: draft?.url ?? endpoint.origin,
            status: PillView(condition.status), mayWrite: visit.may(.administer), mayTest: visit.may(.write),
            isPortal: visit.isPortal, offersRecovery: visit.may(.administer) && !visit.isPortal,
            isPaused: endpoint.isPaused, isDisabled: condition.status.name == "disabled",
            secrets: shown.map { [once($0)] } ?? [], banner: condition.banner(visit),
            failure: failure(statistics, newest), tiles: tiles(statistics, condition),
            sparkHTML: statistics.flatMap { Sparkline.svg($0.outcomes) }, test: test.map(told),
            testTypes: testTypes, deliveriesHref: "\(visit.base)/deliveries?endpoint=\(endpoint.id)",
            deliveries: newest.map { visit.row($0, pick: false, isOfOne: true) }, hasDeliveries: !newest.isEmpty,
            facts: try await facts(draft), events: endpoint.subscription.events.map(\.pattern),
            filter: endpoint.subscription.filter?.json.prettyText, secretRows: secretRows,
            hasSecretRows: !secretRows.isEmpty, isUnsigned: secretRows.isEmpty)
        return visit.page(view, .endpoints, title: endpoint.title)
    }

    private func once(_ secret: Secret<String>) -> OnceView {
        // It has to be in the open here: whoever made it copies it, and we cannot show it again.
        OnceView(
            heading: "The signing secret, this once",
            text: "Give it to the receiver now: it is kept sealed, and cannot be shown again.", secret: secret.reveal())
    }

    // MARK: How it does

    private func tiles(_ statistics: EndpointStatistics?, _ condition: EndpointCondition) -> [TileView] {
        let looked = statistics?.looked ?? 0
        return [
            TileView(
                label: "Delivered", figure: Amount.share(statistics?.succeeded ?? 0, of: looked),
                note: looked == 0 ? "nothing went out yet" : "of the newest \(Amount.count(looked))"),
            TileView(
                label: "p95", figure: statistics?.p95.map { Amount.time($0) } ?? "–",
                note: "until the answer was complete"),
            TileView(
                label: "Waiting", figure: condition.waiting, note: condition.nextAt == nil ? "nothing is due" : "next",
                at: condition.nextAt.map { visit.time($0) }),
            statistics?.lastSuccessAt.map { TileView(label: "Last success", at: visit.time($0)) }
                ?? TileView(label: "Last success", figure: "–", note: "none yet"),
        ]
    }

    private func failure(_ statistics: EndpointStatistics?, _ newest: [DeliverySummary]) -> EndpointView.Failure? {
        guard let last = statistics?.lastFailure, let failure = last.failure else { return nil }
        let delivery = newest.first { $0.delivery.last?.at == last.at }
        return .init(
            label: FailureAdvice.label(failure, status: last.status), explanation: failure.explanation,
            advice: FailureAdvice.advice(failure, status: last.status), at: visit.time(last.at),
            href: delivery.map { "\(visit.base)/deliveries/\($0.delivery.id)" })
    }

    private func told(_ story: DeliveryStory) -> EndpointView.Test {
        let telling = DeliveryTelling(visit: visit, story: story)
        let last = story.attempts.last?.attempt
        let isGood = last.map { $0.outcome.failure == nil } ?? false
        let sentence = last == nil ? "It was not sent: the endpoint’s settings cannot be used." : nil
        return .init(
            result: isGood ? PillView("delivered", .good) : PillView("failed", .bad), sentence: sentence,
            href: "\(visit.base)/deliveries/\(story.summary.delivery.id)", request: telling.request,
            attempts: telling.attempts)
    }

    // MARK: What it is set to

    private var testTypes: ChoicesView {
        let all = EndpointForm.catalogue(visit.configuration)
        let wanted = all.filter(endpoint.subscription.includes).sorted()
        // A type of their own is what people know best.
        let chosen = visit.text("type") ?? wanted.first { visit.configuration.eventTypes[$0] != nil } ?? wanted.first
        return ChoicesView(
            (wanted + all.subtracting(wanted).sorted()).map { ChoiceView($0, $0, isSelected: $0 == chosen) })
    }

    private func facts(_ draft: EndpointDraft?) async throws -> [FactView] {
        let policy = endpoint.policy
        var facts: [FactView] = []
        if let customer = endpoint.customer, !visit.isPortal {
            let name = try await visit.hub.customers(of: visit.workspace).first { $0.id == customer }?.name
            facts.append(FactView("Customer", name ?? "\(customer)", href: "/customers/\(customer)"))
        }
        if let channels = endpoint.subscription.channels {
            facts.append(FactView("Channels", channels.joined(separator: ", ")))
        }
        if endpoint.subscription.includesCustomers { facts.append(FactView("Customers", "events about them, too")) }
        facts.append(FactView("Method", policy.method))
        facts.append(FactView("Timeout", Amount.length(policy.timeout)))
        let waits = ScheduleText.text(policy.schedule)
        facts.append(FactView("Retries", waits.isEmpty ? "none" : waits, isCode: !waits.isEmpty))
        facts.append(FactView("At once", "up to \(policy.concurrency)"))
        if let rate = policy.ratePerMinute { facts.append(FactView("Rate", "\(Amount.count(rate)) a minute")) }
        switch policy.order {
        case .none: break
        case .strict: facts.append(FactView("Order", "one after the other"))
        case .byKey(let pointer): facts.append(FactView("Order by", "\(pointer)", isCode: true))
        }
        facts.append(FactView("Body", Self.words(policy.body)))
        if let draft {
            facts.append(
                FactView("Authentication", AuthenticationFields.kind(of: draft.authentication).title))
            if let identity = Self.words(draft.identity) { facts.append(FactView("TLS", identity)) }
            if !draft.headers.isEmpty {
                let names = draft.headers.fields.map(\.name).joined(separator: ", ")
                facts.append(FactView("Headers", names, isCode: true))
            }
        }
        facts.append(FactView("Made", visit.time(endpoint.createdAt, .full)))
        facts.append(FactView("Id", "\(endpoint.id)", isCode: true))
        return facts
    }

    private static func words(_ body: BodyShape) -> String {
        switch body {
        case .envelope: "as published"
        case .preset(let preset): preset.title
        case .template(_, let contentType): "a template, \(contentType)"
        }
    }

    /// Nil when there is none.
    static func words(_ identity: EndpointConnection.ClientIdentity?) -> String? {
        guard let identity else { return nil }
        let parts = [
            identity.certificates.isEmpty ? nil : "a certificate of ours",
            identity.issuers.isEmpty ? nil : "issuers of theirs",
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    private var secretRows: [SecretRowView] {
        guard visit.may(.administer) else { return [] }
        return endpoint.secrets.filter { $0.isGood(at: visit.now) }.enumerated().map { index, secret in
            SecretRowView(
                name: index == 0 ? "Newest" : "Older", madeAt: visit.time(secret.createdAt),
                endsAt: secret.expiresAt.map { visit.time($0) })
        }
    }
}
