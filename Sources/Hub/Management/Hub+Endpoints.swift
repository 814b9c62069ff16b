import Egress
package import HubCore
package import HubStorage
import WebhookSignatures

extension Hub {
    /// How many secrets may be good at once.
    private static let secretLimit = 10
    package static let overlapLimit = Duration.seconds(7 * 86400)

    // MARK: Setting up

    /// - Parameters:
    ///   - customer: id or reference of whose it is; nil: the workspace's own.
    ///   - secrets: the newest first; nil: one is made; empty: deliveries are not signed.
    /// - Returns: the endpoint, and the secret that was made for it, to be shown once.
    package func makeEndpoint(
        _ draft: EndpointDraft, customer name: String? = nil, secrets: [Secret<String>]? = nil,
        in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) -> (endpoint: Endpoint, secret: Secret<String>?) {
        let (url, subscription) = try draft.checked()
        try await checkEgress(to: url)
        try await checkBody(draft, in: workspace)
        let customer = try await customer(name, in: workspace)
        let now = clock.now()
        let id = ID<Endpoint>.make(at: now)
        let place = SealingPlace.endpointSecret(id, in: workspace)
        var (stored, shown): ([StoredSecret], Secret<String>?) = ([], nil)
        if let secrets {
            try Self.checkSecrets(secrets)
            for secret in secrets {
                stored.append(StoredSecret(secret: try seal(secret, at: place), createdAt: now))
            }
        } else {
            let made = try newSecret(at: place, now: now)
            (stored, shown) = ([made.stored], made.shown)
        }
        let endpoint = Endpoint(
            id: id, workspace: workspace, customer: customer, name: draft.name, origin: url.origin,
            connection: try sealed(draft, of: id, in: workspace), secrets: stored, subscription: subscription,
            policy: draft.policy, isPaused: draft.isPaused, createdAt: now)
        try await apply(
            [.putEndpoint(endpoint)], audit(now, workspace, actor, "endpoint.create", "\(id)", endpoint.origin))
        return (endpoint, shown)
    }

    /// The first thing for which a draft would be refused; for forms that have found something wrong already.
    package func problem(with draft: EndpointDraft, in workspace: WorkspaceID) async -> SetupError? {
        do throws(SetupError) {
            try await checkEgress(to: draft.checked().url)
            try await checkBody(draft, in: workspace)
            return nil
        } catch {
            return error
        }
    }

    /// What an endpoint is set to, its URL and headers included.
    package func draft(of endpoint: Endpoint) throws(SetupError) -> EndpointDraft {
        do throws(VaultError) {
            return EndpointDraft(endpoint, try PreparedEndpoint.connection(of: endpoint, vault))
        } catch {
            throw .unavailable(detail: error.code)
        }
    }

    /// Changes an endpoint; its id, customer and secrets stay.
    package func update(
        endpoint id: ID<Endpoint>, in workspace: WorkspaceID, by actor: String,
        _ change: (inout EndpointDraft) throws(SetupError) -> Void
    ) async throws(SetupError) -> Endpoint {
        var endpoint = try await self.endpoint(id, in: workspace)
        var draft = try draft(of: endpoint)
        let before = draft.url
        try change(&draft)
        let (url, subscription) = try draft.checked()
        if draft.url != before { try await checkEgress(to: url) }
        try await checkBody(draft, in: workspace)
        (endpoint.name, endpoint.origin, endpoint.isPaused) = (draft.name, url.origin, draft.isPaused)
        (endpoint.subscription, endpoint.policy) = (subscription, draft.policy)
        endpoint.connection = try sealed(draft, of: id, in: workspace)
        let now = clock.now()
        try await apply(
            [.putEndpoint(endpoint)],
            audit(now, workspace, actor, "endpoint.update", "\(id)", endpoint.isPaused ? "paused" : endpoint.origin))
        _ = try await configuration(of: workspace)
        dispatcher.changed(endpoint, health: nil, at: now)
        return endpoint
    }

    /// What is open for it is given up; what was delivered stays in the log.
    package func deleteEndpoint(
        _ id: ID<Endpoint>, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) {
        let endpoint = try await endpoint(id, in: workspace)
        try await apply(
            [.deleteEndpoint(id)], audit(clock.now(), workspace, actor, "endpoint.delete", "\(id)", endpoint.origin))
        try await giveUpOrphans(in: workspace)
    }

    /// Gives up what waits for endpoints that are gone.
    func giveUpOrphans(in workspace: WorkspaceID) async throws(SetupError) {
        _ = try await configuration(of: workspace)
        do throws(StoreError) {
            while try await store.discardOrphans() {}
        } catch {
            // Upkeep does it later.
            ignoring("deliveries of a deleted endpoint could not be given up", error)
        }
    }

    /// A new secret, given or made; those before it sign as well until the overlap is over.
    ///
    /// - Returns: the secret when it was made here.
    package func rotateSecret(
        ofEndpoint id: ID<Endpoint>, to given: Secret<String>?, overlap: Duration, in workspace: WorkspaceID,
        by actor: String
    ) async throws(SetupError) -> Secret<String>? {
        guard (.zero...Self.overlapLimit).contains(overlap) else {
            throw .invalid(field: "overlap_seconds", reason: "must be 0 to \(Self.overlapLimit.components.seconds)")
        }
        var endpoint = try await endpoint(id, in: workspace)
        let now = clock.now()
        let place = SealingPlace.endpointSecret(id, in: workspace)
        let made: (shown: Secret<String>?, stored: StoredSecret)
        if let given {
            try Self.checkSecrets([given])
            made = (nil, StoredSecret(secret: try seal(given, at: place), createdAt: now))
        } else {
            made = try newSecret(at: place, now: now)
        }
        endpoint.secrets = [made.stored] + Self.aged(endpoint.secrets, until: now + overlap, now: now)
        guard endpoint.secrets.count <= Self.secretLimit else {
            throw .invalid(field: "secret", reason: "\(Self.secretLimit) secrets are good already; let some end first")
        }
        try await apply([.putEndpoint(endpoint)], audit(now, workspace, actor, "endpoint.secret.rotate", "\(id)"))
        _ = try await configuration(of: workspace)
        return made.shown
    }

    /// The secrets that sign now, the newest first, for whoever may see them.
    package func secrets(of endpoint: Endpoint) throws(SetupError) -> [Secret<String>] {
        let place = SealingPlace.endpointSecret(endpoint.id, in: endpoint.workspace)
        do throws(VaultError) {
            var secrets: [Secret<String>] = []
            for secret in endpoint.secrets where secret.isGood(at: clock.now()) {
                secrets.append(try vault.open(secret.secret, at: place))
            }
            return secrets
        } catch {
            throw .unavailable(detail: error.code)
        }
    }

    package func endpoint(_ id: ID<Endpoint>, in workspace: WorkspaceID) async throws(SetupError) -> Endpoint {
        guard let endpoint = try await configuration(of: workspace).endpoint(id) else {
            throw .notFound(what: "endpoint")
        }
        return endpoint
    }

    // MARK: Its life

    /// Enables an endpoint by hand: what is held goes out, or is given up.
    package func enable(
        endpoint id: ID<Endpoint>, discardingHeld: Bool = false, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) {
        let endpoint = try await endpoint(id, in: workspace)
        if discardingHeld { _ = try await discardOpen(of: endpoint) }
        let configuration = try await configuration(of: workspace)
        let now = clock.now()
        try await changeHealth(of: endpoint, at: now) { health in
            let wasDisabled = health.disabled != nil
            health.enable()
            return wasDisabled ? .recovered : nil
        } consequences: { change, open in
            guard change == .recovered else { return nil }
            return Plan.internal(
                [EndpointNotice(endpoint, now).recovered(by: actor, held: open)], nil, in: configuration, at: now)
        }
        try await apply([], audit(now, workspace, actor, "endpoint.enable", "\(id)"))
    }

    package func disable(
        endpoint id: ID<Endpoint>, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) {
        let endpoint = try await endpoint(id, in: workspace)
        let configuration = try await configuration(of: workspace)
        let now = clock.now()
        try await changeHealth(of: endpoint, at: now) { health in
            health.disable(.byHand)
        } consequences: { change, open in
            guard change != nil else { return nil }
            let notice = EndpointNotice(endpoint, now)
            return Plan.internal(
                [notice.disabled(.byHand, failuresInRow: 0, lastError: nil, held: open)], nil, in: configuration,
                at: now)
        }
        try await apply([], audit(now, workspace, actor, "endpoint.disable", "\(id)"))
    }

    private func changeHealth(
        of endpoint: Endpoint, at now: Timestamp,
        _ change: @escaping @Sendable (inout EndpointHealth) -> EndpointHealth.Change?,
        consequences: @escaping @Sendable (EndpointHealth.Change?, _ open: Int) -> Plan?
    ) async throws(SetupError) {
        do throws(StoreError) {
            let health = try await store.changeHealth(of: endpoint.id, change, consequences: consequences)
            dispatcher.changed(endpoint, health: health, at: now)
            dispatcher.look()
        } catch {
            throw SetupError(error)
        }
    }

    private func discardOpen(of endpoint: Endpoint) async throws(SetupError) -> Int {
        var selection = DeliverySelection(workspace: endpoint.workspace, states: [.pending])
        selection.endpoint = endpoint.id
        return try await discard(selection)
    }

    /// Gives up all open deliveries of a selection.
    ///
    /// - Returns: how many.
    package func discard(_ selection: DeliverySelection) async throws(SetupError) -> Int {
        var (count, cursor): (Int, Int64?) = (0, 0)
        do throws(StoreError) {
            while let from = cursor {
                let piece = try await store.discard(selection, from: from, limit: 500, at: clock.now())
                count += piece.count
                cursor = piece.cursor
            }
        } catch {
            throw SetupError(error)
        }
        return count
    }

    // MARK: Trying it

    /// Sends a sample once, also to an endpoint that is disabled or resting; it counts for nothing.
    ///
    /// - Parameters:
    ///   - type: of a built-in or an own event; its sample is sent.
    ///   - isProbe: whether a success enables the endpoint again.
    /// - Returns: the delivery's whole story.
    package func test(
        endpoint id: ID<Endpoint>, type: String, isProbe: Bool = false, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) -> DeliveryStory {
        let endpoint = try await endpoint(id, in: workspace)
        let configuration = try await configuration(of: workspace)
        guard let sample = configuration.sample(of: type) else {
            throw .invalid(field: "type", reason: "there is no event type \"\(type.prefix(80))\"")
        }
        let now = clock.now()
        let event = Event(
            id: .make(at: now), workspace: workspace, origin: .internal, source: nil, request: nil, type: type,
            externalID: nil, customer: endpoint.customer, outcome: .outgoing, createdAt: now)
        let delivery = NewDelivery(
            id: .make(at: now), event: event.id, endpoint: id, kind: .test, lease: dispatcher.newLease(at: now))
        var plan = Plan(
            workspace: workspace, configurationVersion: configuration.version, request: nil, body: nil, claims: [],
            events: [event], effects: [.deliver(delivery)], answer: "")
        plan.contents = [event.id: EventContent(.json(data: sample.bytes))]
        do throws(StoreError) {
            guard case .committed = try await store.commit(plan) else {
                throw StoreError.unavailable(detail: "the configuration changed")
            }
            await dispatcher.attempt(delivery, of: plan, isProbe: isProbe)
            guard let story = try await store.story(of: delivery.id, in: workspace) else {
                throw StoreError.notFound(what: "delivery")
            }
            return story
        } catch {
            throw SetupError(error)
        }
    }

    // MARK: Sending again

    /// Lets a delivery enter its schedule anew.
    package func retry(
        delivery id: ID<Delivery>, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) {
        var selection = DeliverySelection(workspace: workspace, states: DeliverySelection.restartable)
        selection.delivery = id
        let piece: DeliveryPiece
        do throws(StoreError) {
            guard try await store.story(of: id, in: workspace) != nil else {
                throw StoreError.notFound(what: "delivery")
            }
            piece = try await store.restart(selection, from: 0, limit: 1, at: clock.now())
        } catch {
            throw SetupError(error)
        }
        guard piece.count == 1 else {
            throw .conflict(what: "delivery under way, or one whose content is not kept any more")
        }
        dispatcher.due(piece.endpoints, in: workspace, at: clock.now())
        try await apply([], audit(clock.now(), workspace, actor, "delivery.retry", "\(id)"))
    }

    /// Hands an event to everyone who wants it now, whoever got it before.
    package func resend(event id: ID<Event>, in workspace: WorkspaceID, by actor: String) async throws(SetupError) {
        let isThere: Bool
        do throws(StoreError) {
            guard try await store.event(id, in: workspace) != nil else { throw StoreError.notFound(what: "event") }
            isThere = try await store.fanOut(id, in: workspace)
        } catch {
            throw SetupError(error)
        }
        guard isThere else { throw .conflict(what: "event whose content is not kept (any more)") }
        dispatcher.lookForFanOuts()
        try await apply([], audit(clock.now(), workspace, actor, "event.resend", "\(id)"))
    }

    // MARK: Parts

    /// A body of the receiver's own shape is tried on a sample of what the endpoint gets.
    private func checkBody(_ draft: EndpointDraft, in workspace: WorkspaceID) async throws(SetupError) {
        guard draft.policy.body != .envelope else { return }
        let configuration = try await configuration(of: workspace)
        let globs = draft.events.map(Glob.init)
        let types = BuiltInEventType.allCases.map(\.rawValue) + configuration.eventTypes.keys.sorted()
        let type = types.first { type in globs.contains { $0.matches(type) } }
        // Of types that nobody described there is no sample, and what a template makes of nothing says little.
        let hasSample = type.map {
            BuiltInEventType(rawValue: $0) != nil || configuration.eventTypes[$0]?.sample != nil
        }
        do throws(BodyError) {
            try draft.policy.body.check(
                type: type ?? "sample", data: type.flatMap(configuration.sample) ?? [:], templates: templates)
        } catch {
            if case .notJSON = error, hasSample != true { return }
            throw .invalid(field: "body", reason: "\(error)")
        }
    }

    /// Nothing is saved that would be refused at once; a name that does not resolve yet may come.
    private func checkEgress(to url: OutboundURL) async throws(SetupError) {
        if let refusal = await egress.check(url) { throw .invalid(field: "url", reason: refusal.explanation) }
    }

    private static func checkSecrets(_ secrets: [Secret<String>]) throws(SetupError) {
        guard secrets.count <= secretLimit else {
            throw .invalid(field: "secrets", reason: "may be \(secretLimit)")
        }
        guard secrets.allSatisfy({ (8...512).contains($0.reveal().utf8.count) }) else {
            throw .invalid(field: "secrets", reason: "must be 8 to 512 bytes each")
        }
        do throws(SchemeError) {
            _ = try DeliverySigner(secrets: secrets)
        } catch {
            throw .invalid(field: "secrets", reason: "\(error)")
        }
    }

    private func sealed(
        _ draft: EndpointDraft, of id: ID<Endpoint>, in workspace: WorkspaceID
    ) throws(SetupError) -> SealedSecret {
        let connection = EndpointConnection(
            url: draft.url, headers: draft.headers, authentication: draft.authentication, identity: draft.identity)
        return try seal(
            Secret(connection.document.text), at: SealingPlace.endpointConnection(id, in: workspace))
    }
}

extension DeliverySelection {
    /// Everything that is not under way.
    package static let restartable: Set<DeliveryState> = [.pending, .succeeded, .exhausted, .discarded]
}

extension WorkspaceConfiguration {
    /// A plausible `data` of a type; nil when there is no such type.
    package func sample(of type: String) -> JSON? {
        if let builtIn = BuiltInEventType(rawValue: type) { return builtIn.sample }
        return eventTypes[type].map { $0.sample ?? [:] }
    }
}
