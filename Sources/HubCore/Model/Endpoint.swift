/// A URL that gets our outgoing webhooks.
package struct Endpoint: Sendable, Identified {
    package static let idPrefix = "end"

    package let id: ID<Endpoint>
    package let workspace: WorkspaceID
    /// Whose it is; nil: the workspace's own.
    package let customer: ID<Customer>?
    /// What people call it; may be empty.
    package var name: String
    /// Scheme, host and port, which anyone may see; the rest of a URL may be a credential.
    package var origin: String
    /// An ``EndpointConnection``, sealed as one.
    package var connection: SealedSecret
    /// The newest first. None: deliveries are not signed.
    package var secrets: [StoredSecret]
    package var subscription: Subscription
    package var policy: Policy
    /// What is due waits until it goes on.
    package var isPaused: Bool
    package let createdAt: Timestamp

    package init(
        id: ID<Endpoint>, workspace: WorkspaceID, customer: ID<Customer>? = nil, name: String = "", origin: String,
        connection: SealedSecret, secrets: [StoredSecret], subscription: Subscription, policy: Policy = .init(),
        isPaused: Bool = false, createdAt: Timestamp
    ) {
        self.id = id
        self.workspace = workspace
        self.customer = customer
        self.name = name
        self.origin = origin
        self.connection = connection
        self.secrets = secrets
        self.subscription = subscription
        self.policy = policy
        self.isPaused = isPaused
        self.createdAt = createdAt
    }

    /// Which events it gets.
    package struct Subscription: Sendable, Hashable {
        /// Globs over event types.
        package var events: [Glob]
        /// Only events of one of these channels; nil: whatever their channels.
        package var channels: [String]?
        package var filter: EventCondition?
        /// For an endpoint of the workspace's own: whether it gets events about customers, too.
        package var includesCustomers: Bool

        /// Whether it asks for events of this type; the rest may still leave one out.
        package func includes(_ type: String) -> Bool { events.contains { $0.matches(type) } }

        package init(
            events: [Glob], channels: [String]? = nil, filter: EventCondition? = nil, includesCustomers: Bool = false
        ) {
            (self.events, self.channels, self.filter) = (events, channels, filter)
            self.includesCustomers = includesCustomers
        }
    }

    /// How deliveries go out.
    package struct Policy: Sendable, Hashable {
        package enum Order: Sendable, Hashable {
            /// As soon as each is due.
            case none
            /// One after the other.
            case strict
            /// One after the other where this place in the data holds the same value.
            case byKey(JSONPointer)
        }

        package static let timeoutRange = Duration.milliseconds(100)...Duration.seconds(60)
        package static let concurrencyRange = 1...256

        /// `POST` or `PUT`.
        package var method = "POST"
        package var schedule = RetrySchedule.standard
        /// For an attempt in all.
        package var timeout = Duration.seconds(10)
        /// Attempts at once.
        package var concurrency = 64
        /// Attempts a minute; nil: unlimited.
        package var ratePerMinute: Int?
        package var order = Order.none
        package var body = BodyShape.envelope

        package init() {}
    }
}

extension Endpoint.Subscription {
    /// What an event is, as far as it decides who gets it.
    package struct Candidate: Sendable {
        package let type: String
        package let customer: ID<Customer>?
        package let channels: [String]
        /// Nil for content that is no JSON: filters see nothing of it.
        package let data: JSON?
        package let metadata: JSON?
        /// Whom the event is about when it tells of an endpoint: that one never gets it.
        package let subject: ID<Endpoint>?

        package init(
            type: String, customer: ID<Customer>? = nil, channels: [String] = [], data: JSON?, metadata: JSON? = nil,
            subject: ID<Endpoint>? = nil
        ) {
            self.type = type
            self.customer = customer
            self.channels = channels
            self.data = data
            self.metadata = metadata
            self.subject = subject
        }
    }
}

extension Endpoint {
    package func wants(_ event: Subscription.Candidate) -> Bool {
        guard subscription.includes(event.type), event.subject != id else { return false }
        if event.customer != customer, customer != nil || !subscription.includesCustomers { return false }
        if let channels = subscription.channels, !channels.contains(where: event.channels.contains) { return false }
        guard let filter = subscription.filter else { return true }
        return filter.matches(type: event.type, data: event.data, metadata: event.metadata)
    }

    /// In which line a delivery stands; nil: in none.
    package func orderingKey(of data: JSON?) -> String? {
        switch policy.order {
        case .none: nil
        case .strict: ""
        case .byKey(let pointer): data?[pointer].map { $0.string ?? $0.text } ?? ""
        }
    }
}

/// What a request to an endpoint needs and nobody else may see.
package struct EndpointConnection: Sendable, Hashable {
    package var url: String
    /// Beside ours; checked by ``HeaderRules``.
    package var headers: Fields
    /// What `Authorization` holds, as people wrote it; nil: nothing.
    package var authentication: JSON?
    package var identity: ClientIdentity?

    /// A certificate of ours for the endpoint, issuers of its own, or both; each in PEM, empty for none.
    package struct ClientIdentity: Sendable, Hashable {
        package var certificates: String
        package var key: String
        package var issuers: String

        package init(certificates: String, key: String, issuers: String) {
            (self.certificates, self.key, self.issuers) = (certificates, key, issuers)
        }
    }

    package init(
        url: String, headers: Fields = [:], authentication: JSON? = nil, identity: ClientIdentity? = nil
    ) {
        (self.url, self.headers) = (url, headers)
        (self.authentication, self.identity) = (authentication, identity)
    }

    /// - Returns: nil when this is none.
    package init?(_ document: JSON) {
        guard let url = document["url"]?.string else { return nil }
        self.url = url
        headers = Fields(
            (document["headers"]?.array ?? []).compactMap { pair in
                guard let pair = pair.array, pair.count == 2, let name = pair[0].string, let value = pair[1].string
                else { return nil }
                return (name, value)
            })
        authentication = document["authentication"]
        identity = document["tls"].map { tls in
            ClientIdentity(
                certificates: tls["certificate"]?.string ?? "", key: tls["key"]?.string ?? "",
                issuers: tls["issuers"]?.string ?? "")
        }
    }

    package var document: JSON {
        var document = JSON.Object([
            ("url", .string(url)),
            ("headers", .array(headers.fields.map { [.string($0.name), .string($0.value)] })),
        ])
        document["authentication"] = authentication
        document["tls"] = identity.map { identity in
            [
                "certificate": .string(identity.certificates), "key": .string(identity.key),
                "issuers": .string(identity.issuers),
            ]
        }
        return .object(document)
    }
}
