package import HubCore
package import HubStorage

extension Planner {
    /// More deliveries than this are made after the commit, in pieces.
    package static let fanOutThreshold = 500

    /// The events of what happened, and who gets them.
    package func plan(_ happenings: [Happening], at now: Timestamp) -> Result {
        var result = Result()
        for happening in happenings { add(happening, to: &result, at: now) }
        return result
    }

    func add(_ happening: Happening, to result: inout Result, at now: Timestamp) {
        let depth = happening.cause.map { $0.depth + 1 } ?? 0
        let id = ID<Event>.make(at: now)
        // Beyond it, events only cause each other.
        let receivers =
            depth > Event.depthLimit
            ? [] : configuration.endpoints(wanting: happening.candidate, limit: Self.fanOutThreshold + 1)
        let outcome: Event.Outcome =
            if !receivers.isEmpty {
                .outgoing
            } else if depth > Event.depthLimit {
                .ignored(reason: "one event caused the other more than \(Event.depthLimit) times")
            } else {
                .ignored(reason: "nothing subscribes to it")
            }
        result.events.append(
            Event(
                id: id, workspace: configuration.workspace.id, origin: happening.origin, source: happening.source,
                request: nil, type: happening.type, externalID: happening.externalID, customer: happening.customer,
                cause: happening.cause?.event, depth: min(depth, Event.depthLimit), trace: happening.trace,
                outcome: outcome, createdAt: now))
        result.contents[id] = happening.content
        if receivers.count > Self.fanOutThreshold {
            result.effects.append(.fanOut(id))
        } else {
            result.effects += receivers.map { .deliver(Self.delivery(of: id, happening.data, to: $0, at: now)) }
        }
    }

    package static func delivery(
        of event: ID<Event>, _ data: JSON?, to endpoint: Endpoint, at now: Timestamp
    ) -> NewDelivery {
        NewDelivery(
            id: .make(at: now), event: event, endpoint: endpoint.id, orderingKey: endpoint.orderingKey(of: data))
    }

    /// Whether anybody would get an event of this type.
    func isWanted(_ type: BuiltInEventType) -> Bool {
        configuration.isWanted(type.rawValue)
    }
}
