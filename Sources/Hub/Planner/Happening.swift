package import HubCore
package import HubStorage

/// The event that led to another one.
package struct Cause: Sendable, Hashable {
    /// Nil: it is not known which.
    package let event: ID<Event>?
    package let depth: Int

    package init(event: ID<Event>?, depth: Int) {
        (self.event, self.depth) = (event, depth)
    }

    /// What a delivery of this or another hub says of itself; loops end by it.
    package static let depthHeader = "Martlet-Depth"

    /// - Returns: nil when a request came from no hub.
    init?(_ headers: Fields) {
        guard let depth = headers.header(Self.depthHeader).flatMap({ Int($0) }), depth >= 0 else { return nil }
        // Whoever makes this up gains a link that leads nowhere.
        self.init(event: headers.header("webhook-id").flatMap { ID($0) }, depth: min(depth, 1000))
    }
}

extension Event {
    /// What a request that brings it says of the way it came: how many caused each other, and the sender's trace.
    ///
    /// - Parameter custom: the receiver's own headers, which win.
    func headersOfItsWay(besides custom: Fields = Fields()) -> [Fields.Field] {
        let depth = Fields.Field(name: Cause.depthHeader, value: String(depth))
        guard let trace, custom.header(TraceContext.parentHeader) == nil else { return [depth] }
        return [depth] + trace.headers(span: .random(in: 1...UInt64.max))
    }
}

/// Something that happened, to go out to whoever subscribes to it.
package struct Happening: Sendable {
    package let origin: Event.Origin
    package let type: String
    package let content: EventContent
    /// The content once more, as filters look at it; nil where it is no JSON.
    package let data: JSON?
    package var customer: ID<Customer>?
    /// The publisher's own id of it.
    package var externalID: String?
    package var source: ID<Source>?
    /// What led to it, and how far that is from what came from outside.
    package var cause: Cause?
    package var trace: TraceContext?
    /// The endpoint that it tells of, which is not told itself.
    package var subject: ID<Endpoint>?

    /// One of the hub's own.
    package init(type: BuiltInEventType, data: JSON, customer: ID<Customer>? = nil) {
        origin = .internal
        self.type = type.rawValue
        content = EventContent(.json(data: data.bytes))
        self.data = data
        self.customer = customer
    }

    /// One that was published.
    package init(type: String, content: EventContent, data: JSON?) {
        origin = .published
        self.type = type
        self.content = content
        self.data = data
    }

    /// The same, as something that an event led to.
    func following(_ event: Event) -> Happening {
        var happening = self
        happening.customer = event.customer
        happening.cause = Cause(event: event.id, depth: event.depth)
        happening.trace = event.trace
        return happening
    }

    var candidate: Endpoint.Subscription.Candidate {
        Endpoint.Subscription.Candidate(
            type: type, customer: customer, channels: content.channels, data: data, metadata: content.metadata,
            subject: subject)
    }
}
