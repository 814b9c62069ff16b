package import HubCore
package import HubStorage

/// An event of the user's own, to go out to whoever subscribes to it.
package struct NewEvent: Sendable {
    /// See ``EventTypeName``.
    package var type: String
    package var content: Content
    /// The publisher's own id of it.
    package var externalID: String?
    package var idempotencyKey: String?
    /// The id or reference of a customer.
    package var customer: String?
    /// Only endpoints of these channels get it, and those that ask for none.
    package var channels: [String] = []
    /// What filters may look at beside the data; receivers do not get it.
    package var metadata: JSON?
    /// The publisher's own.
    package var trace: TraceContext?

    package enum Content: Sendable {
        case json(JSON)
        /// Delivered byte for byte.
        case raw([UInt8], contentType: String)
    }

    package init(type: String, content: Content) {
        (self.type, self.content) = (type, content)
    }

    package static let dataLimit = 1 << 20
    package static let channelLimit = 10

    /// Why it cannot be published as it is; nil: it can.
    fileprivate func problem(with body: DeliveryContent) -> SetupError? {
        guard EventTypeName.isValid(type) else {
            return .invalid(
                field: "type",
                reason:
                    "must be letters, digits, '_' and '-' in parts joined by '.', at most \(EventTypeName.lengthLimit)")
        }
        for (field, text) in [("id", externalID), ("idempotency_key", idempotencyKey)] {
            guard let text, !(1...255).contains(text.utf8.count) else { continue }
            return .invalid(field: field, reason: "must be 1 to 255 bytes")
        }
        guard channels.count <= Self.channelLimit, channels.allSatisfy({ (1...128).contains($0.utf8.count) }) else {
            return .invalid(field: "channels", reason: "may be \(Self.channelLimit) names of 1 to 128 bytes")
        }
        if case .raw(_, let contentType) = content,
            (try? HeaderRules.check(["Content-Type": contentType])) == nil || contentType.isEmpty
        {
            return .invalid(field: "content_type", reason: "is no content type")
        }
        guard body.size <= Self.dataLimit else {
            return .invalid(field: "data", reason: "may be at most \(Self.dataLimit) bytes")
        }
        return nil
    }

    fileprivate var body: DeliveryContent {
        switch content {
        case .json(let data): .json(data: data.bytes)
        case .raw(let bytes, let contentType): .raw(bytes, contentType: contentType)
        }
    }

    fileprivate var data: JSON? {
        if case .json(let data) = content { data } else { nil }
    }
}

extension Hub {
    /// How long `id` and `idempotency_key` of a published event belong to the first who used them.
    private static let publishedClaimLifetime = Duration.seconds(7 * 86400)

    /// Publishes an event; it travels the road of every other one.
    ///
    /// Event, deliveries and their first due times are durable when this returns.
    ///
    /// - Returns: its id, and whether it had been published before: then nothing happens again.
    package func publish(
        _ new: NewEvent, in workspace: WorkspaceID
    ) async throws(SetupError) -> (event: ID<Event>, isDuplicate: Bool) {
        let body = new.body
        if let problem = new.problem(with: body) { throw problem }
        let customer = try await customer(new.customer, in: workspace)
        try check(new, against: try await knownConfiguration(of: workspace).eventTypes[new.type]?.schema)
        let announcement = store.announce()
        var happening = Happening(
            type: new.type, content: EventContent(body, channels: new.channels, metadata: new.metadata),
            data: new.data)
        happening.customer = customer
        happening.externalID = new.externalID
        happening.trace = new.trace
        let made = try await happen(
            [happening], claims: { claims(of: new, body, workspace, $0) },
            announcement, in: workspace)
        guard let event = made.events.first else { throw .unavailable(detail: "nothing was published") }
        return (event, made.isDuplicate)
    }

    private func check(_ new: NewEvent, against schema: JSONSchema?) throws(SetupError) {
        guard let schema else { return }
        guard let data = new.data else {
            throw .invalid(field: "data", reason: "is no JSON, and the type's schema asks for it")
        }
        let violations = schema.validate(data)
        guard !violations.isEmpty else { return }
        throw .invalid(field: "data", reason: violations.map { "\($0)" }.joined(separator: "; "))
    }

    /// Makes things happen: their events, who gets them, and what is kept because of them, all or nothing.
    ///
    /// - Returns: the ids of the events, in the order of `happenings`.
    package func happen(
        _ happenings: [Happening], keeping effects: [Effect] = [], in workspace: WorkspaceID
    ) async throws(SetupError) -> [ID<Event>] {
        try await happen(happenings, keeping: effects, claims: { _ in [] }, nil, in: workspace).events
    }

    private func happen(
        _ happenings: [Happening], keeping effects: [Effect] = [], claims: (Timestamp) -> [IdempotencyClaim],
        _ announcement: Announcement?, in workspace: WorkspaceID
    ) async throws(SetupError) -> (events: [ID<Event>], isDuplicate: Bool) {
        var configuration = try await knownConfiguration(of: workspace)
        for _ in 0..<3 {
            let now = clock.now()
            let planned = Planner(configuration: configuration, sender: .hub).plan(happenings, at: now)
            var plan = Plan(
                workspace: workspace, configurationVersion: configuration.version, request: nil, body: nil,
                claims: claims(now), events: planned.events, effects: effects + planned.effects,
                answer: planned.events.first.map { "\($0.id)" } ?? "")
            plan.contents = planned.contents
            let outcome: CommitOutcome
            do throws(StoreError) {
                outcome = try await commit(plan, announcement)
            } catch {
                throw SetupError(error)
            }
            switch outcome {
            case .stale:
                metrics.count(.replanned)
                configuration = try await self.configuration(of: workspace)
            case .committed:
                return (plan.events.map(\.id), false)
            case .duplicate(let answer):
                guard let first = ID<Event>(answer) else { throw .unavailable(detail: "an answer cannot be read") }
                return ([first], true)
            }
        }
        throw .unavailable(detail: "the configuration kept changing")
    }

    /// As it is known here: a commit says when that is old.
    private func knownConfiguration(of workspace: WorkspaceID) async throws(SetupError) -> WorkspaceConfiguration {
        let runtime: WorkspaceRuntime?
        do throws(StoreError) {
            runtime = try await runtimes.runtime(of: workspace)
        } catch {
            throw SetupError(error)
        }
        guard let runtime else { throw .notFound(what: "workspace") }
        return runtime.configuration
    }

    private func claims(
        of new: NewEvent, _ body: DeliveryContent, _ workspace: WorkspaceID, _ now: Timestamp
    ) -> [IdempotencyClaim] {
        guard new.externalID != nil || new.idempotencyKey != nil else { return [] }
        let bodyHash = vault.hash(.idempotency, Array("\(workspace)/\(new.type)\n".utf8) + body.stored)
        return [("id", new.externalID), ("key", new.idempotencyKey)].compactMap { kind, value in
            value.map { value in
                // A slug holds no slash, so that no other workspace or kind can give the same text.
                let key = vault.hash(.idempotency, "published/\(workspace)/\(kind)/\(value)")
                return IdempotencyClaim(
                    key: Array(key.prefix(16)), bodyHash: Array(bodyHash.prefix(8)),
                    expiresAt: now + Self.publishedClaimLifetime)
            }
        }
    }
}
