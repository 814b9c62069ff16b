package import HubCore
package import HubStorage

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
    package var cause: (event: ID<Event>, depth: Int)?
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

    var candidate: Endpoint.Subscription.Candidate {
        Endpoint.Subscription.Candidate(
            type: type, customer: customer, channels: content.channels, data: data, metadata: content.metadata,
            subject: subject)
    }
}
