package import HubCore
import HubStorage

/// An event of the user's own, to go out to whoever subscribes to it.
package struct NewEvent: Sendable {
    /// 1–128 of `A-Z a-z 0-9 . _ -`.
    package var type: String
    package var data: JSON
    /// The publisher's own id of it.
    package var externalID: String?
    package var idempotencyKey: String?
    /// The id or reference of a customer.
    package var customer: String?

    package init(
        type: String, data: JSON, externalID: String? = nil, idempotencyKey: String? = nil, customer: String? = nil
    ) {
        self.type = type
        self.data = data
        self.externalID = externalID
        self.idempotencyKey = idempotencyKey
        self.customer = customer
    }

    /// Why it cannot be published as it is; nil: it can.
    fileprivate var problem: SetupError? {
        let isLetter = { (byte: UInt8) in
            BotKey.isLetterOrDigit(byte) || [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-")].contains(byte)
        }
        guard (1...128).contains(type.utf8.count), type.utf8.allSatisfy(isLetter) else {
            return .invalid(field: "type", reason: "must be 1 to 128 of letters, digits, '.', '_' and '-'")
        }
        for (field, text) in [("id", externalID), ("idempotency_key", idempotencyKey)] {
            guard let text, !(1...255).contains(text.utf8.count) else { continue }
            return .invalid(field: field, reason: "must be 1 to 255 bytes")
        }
        return nil
    }
}

extension Hub {
    /// How long `id` and `idempotency_key` of a published event belong to the first who used them.
    private static let publishedClaimLifetime = Duration.seconds(7 * 86400)

    /// Publishes an event; it travels the road of every other one.
    ///
    /// - Returns: its id, and whether it had been published before: then nothing happens again.
    package func publish(
        _ new: NewEvent, in workspace: WorkspaceID
    ) async throws(SetupError) -> (event: ID<Event>, isDuplicate: Bool) {
        if let problem = new.problem { throw problem }
        let customer = try await customer(new.customer, in: workspace)
        for _ in 0..<3 {
            let plan = plan(new, customer, try await configuration(of: workspace))
            let outcome: CommitOutcome
            do throws(StoreError) {
                outcome = try await store.commit(plan)
            } catch {
                throw .unavailable(detail: error.code)
            }
            switch outcome {
            case .stale: metrics.count(.replanned)
            case .committed:
                guard let event = plan.events.first else { break }
                return (event.id, false)
            case .duplicate(let answer):
                guard let first = ID<Event>(answer) else { break }
                return (first, true)
            }
        }
        throw .unavailable(detail: "the configuration kept changing")
    }

    private func customer(_ name: String?, in workspace: WorkspaceID) async throws(SetupError) -> ID<Customer>? {
        guard let name else { return nil }
        let known: [Customer]
        do throws(StoreError) {
            known = try await store.customers(of: workspace)
        } catch {
            throw .unavailable(detail: error.code)
        }
        guard let found = known.first(where: { $0.reference == name || "\($0.id)" == name }) else {
            throw .invalid(field: "customer", reason: "there is no customer \"\(name)\"")
        }
        return found.id
    }

    private func plan(_ new: NewEvent, _ customer: ID<Customer>?, _ configuration: WorkspaceConfiguration) -> Plan {
        let now = clock.now()
        let finding = Finding(
            type: new.type, meaning: .ignored(.quiet("nothing subscribes to it")),
            provenance: Provenance(externalID: new.externalID))
        var input = Planner.Input(
            origin: .published, request: nil, findings: [finding], destination: DestinationWish(), mayNotify: false,
            now: now)
        input.customer = customer
        let sender = Planner.Sender(message: .hub, owner: nil, mayCreateStreams: false, source: nil)
        let planned = Planner(configuration: configuration, sender: sender).plan(input)
        var plan = Plan(
            workspace: configuration.workspace.id, configurationVersion: configuration.version, request: nil, body: nil,
            claims: claims(of: new, configuration.workspace.id, now), events: planned.events, effects: planned.effects,
            answer: planned.events.first.map { "\($0.id)" } ?? "")
        plan.eventData = new.data.bytes
        return plan
    }

    private func claims(of new: NewEvent, _ workspace: WorkspaceID, _ now: Timestamp) -> [IdempotencyClaim] {
        let bodyHash = vault.hash(.idempotency, Array("\(workspace)/\(new.type)\n".utf8) + new.data.bytes)
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
