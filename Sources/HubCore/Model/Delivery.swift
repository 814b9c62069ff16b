/// One event on its way to one endpoint.
package struct Delivery: Sendable, Identified {
    package static let idPrefix = "dlv"

    package let id: ID<Delivery>
    package let workspace: WorkspaceID
    package let event: ID<Event>
    package let endpoint: ID<Endpoint>
    package let kind: Kind
    /// Deliveries of an endpoint with the same key go out one after the other; nil: this one stands in no line.
    package let orderingKey: String?
    package let progress: DeliveryProgress
    /// What came of the newest attempt; nil before the first.
    package let last: Last?
    package let createdAt: Timestamp

    package enum Kind: String, Sendable, CaseIterable {
        case event
        /// Made by a person to try the endpoint.
        case test
    }

    package struct Last: Sendable, Hashable {
        package let at: Timestamp
        /// Nil: it was delivered.
        package let failure: AttemptFailure?
        package let status: Int?
        package let took: Duration

        package init(at: Timestamp, failure: AttemptFailure?, status: Int?, took: Duration) {
            (self.at, self.failure, self.status, self.took) = (at, failure, status, took)
        }
    }

    package init(
        id: ID<Delivery>, workspace: WorkspaceID, event: ID<Event>, endpoint: ID<Endpoint>, kind: Kind = .event,
        orderingKey: String? = nil, progress: DeliveryProgress, last: Last? = nil, createdAt: Timestamp
    ) {
        self.id = id
        self.workspace = workspace
        self.event = event
        self.endpoint = endpoint
        self.kind = kind
        self.orderingKey = orderingKey
        self.progress = progress
        self.last = last
        self.createdAt = createdAt
    }
}

/// One try of a delivery, as it is kept.
package struct Attempt: Sendable {
    package let kind: EndpointHealth.AttemptKind
    package let startedAt: Timestamp
    package let outcome: AttemptOutcome
    package let timing: Timing
    /// Where it went; for the eyes of the workspace's people only.
    package let address: String?
    package let answer: Answer?

    /// Each phase in microseconds; nil: it was not reached.
    package struct Timing: Sendable, Hashable {
        package var resolving: Int64?
        package var connecting: Int64?
        package var waiting: Int64?
        package var receiving: Int64?
        package var total: Int64

        package init(
            resolving: Int64? = nil, connecting: Int64? = nil, waiting: Int64? = nil, receiving: Int64? = nil,
            total: Int64
        ) {
            self.resolving = resolving
            self.connecting = connecting
            self.waiting = waiting
            self.receiving = receiving
            self.total = total
        }
    }

    /// What the receiver said, to 4,096 bytes.
    package struct Answer: Sendable {
        package let headers: Fields
        package let body: [UInt8]
        package let isCut: Bool

        package init(headers: Fields, body: [UInt8], isCut: Bool) {
            (self.headers, self.body, self.isCut) = (headers, body, isCut)
        }
    }

    package init(
        kind: EndpointHealth.AttemptKind, startedAt: Timestamp, outcome: AttemptOutcome, timing: Timing,
        address: String? = nil, answer: Answer? = nil
    ) {
        self.kind = kind
        self.startedAt = startedAt
        self.outcome = outcome
        self.timing = timing
        self.address = address
        self.answer = answer
    }
}
