package import HubCore
package import HubStorage

/// Something that happened, to go out to whoever subscribes to it.
package struct Happening: Sendable {
    package let type: String
    package let data: JSON
    package var customer: ID<Customer>?

    package init(type: BuiltInEventType, data: JSON, customer: ID<Customer>? = nil) {
        self.type = type.rawValue
        self.data = data
        self.customer = customer
    }
}

extension Hub {
    package func happen(
        _ happenings: [Happening], keeping effects: [Effect] = [], in workspace: WorkspaceID
    ) async throws(SetupError) -> [ID<Event>] {
        for _ in 0..<3 {
            let configuration = try await configuration(of: workspace)
            let now = clock.now()
            let events = happenings.map { happening in
                Event(
                    id: .make(at: now), workspace: workspace, origin: .internal, source: nil, request: nil,
                    type: happening.type, externalID: nil, customer: happening.customer,
                    outcome: .ignored(reason: "nothing subscribes to it"), createdAt: now)
            }
            var plan = Plan(
                workspace: workspace, configurationVersion: configuration.version, request: nil, body: nil, claims: [],
                events: events, effects: effects, answer: "")
            plan.eventData = happenings.first?.data.bytes
            do throws(StoreError) {
                if case .committed = try await store.commit(plan) { return events.map(\.id) }
            } catch {
                switch error {
                case .conflict(let what): throw .conflict(what: what)
                case .notFound(let what): throw .notFound(what: what)
                default: throw .unavailable(detail: error.code)
                }
            }
        }
        throw .unavailable(detail: "the configuration kept changing")
    }
}
