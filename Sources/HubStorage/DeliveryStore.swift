package import HubCore

/// The queue of outgoing webhooks, and the log of what became of them.
///
/// A delivery that is not finished has a time at which it may be taken: when it is due, or, while somebody has it, when
/// that one must be gone. Whoever takes it gets a lease; an outcome under another lease than the stored one is refused.
package protocol DeliveryStore: Sendable {
    /// When the first open delivery of each endpoint may be taken, over all workspaces.
    func openLanes() async throws(StoreError) -> [OpenLane]

    /// Takes what is due.
    ///
    /// - Returns: what was taken, and for each order when the next of its endpoint may be.
    func claim(
        _ orders: [ClaimOrder], by owner: Int64, at now: Timestamp
    ) async throws(StoreError) -> [ClaimResult]

    /// Keeps an attempt and what follows from it: for its delivery, for the endpoint, and for those who want to know.
    ///
    /// - Parameter consequences: called inside the commit, perhaps twice; makes the plan of what else follows.
    /// - Returns: nil when the lease is not the stored one: the attempt is not kept.
    func record(
        _ report: AttemptReport, consequences: @escaping @Sendable (AttemptResult) -> Plan?
    ) async throws(StoreError) -> AttemptResult?

    /// Takes back leases of processes that are gone; everything that was leased is due now.
    ///
    /// - Parameter owner: the one whose leases stay.
    func voidLeases(except owner: Int64, at now: Timestamp) async throws(StoreError) -> Int

    /// Moves the times at which deliveries are due, after the clock was put back.
    func shiftDueTimes(by shift: Duration) async throws(StoreError)

    // MARK: Fan-outs

    /// Lets an event go out anew to everyone who wants it.
    ///
    /// - Returns: false when it is not there, or what it says is not kept (any more).
    func fanOut(_ event: ID<Event>, in workspace: WorkspaceID) async throws(StoreError) -> Bool

    /// Fan-outs that are not expanded to their end, the oldest first.
    func openFanOuts(limit: Int) async throws(StoreError) -> [FanOut]

    /// Adds deliveries of a fan-out and remembers how far it is.
    ///
    /// - Parameter cursor: the last endpoint that was looked at; nil: it is complete.
    func expand(
        _ fanOut: FanOut, _ deliveries: [NewDelivery], cursor: ID<Endpoint>?, at now: Timestamp
    ) async throws(StoreError)

    // MARK: Endpoints' health

    /// Of all endpoints that are anything else than well.
    func endpointHealth() async throws(StoreError) -> [ID<Endpoint>: EndpointHealth]

    /// Changes the health by hand, with what follows from it.
    func changeHealth(
        of endpoint: ID<Endpoint>, _ change: @escaping @Sendable (inout EndpointHealth) -> EndpointHealth.Change?,
        consequences: @escaping @Sendable (EndpointHealth.Change?, _ open: Int) -> Plan?
    ) async throws(StoreError) -> EndpointHealth

    // MARK: Reading

    /// Those that are finished keep their endpoint's id when it is gone.
    func deliveries(
        of workspace: WorkspaceID, _ query: DeliveryQuery, _ page: PageRequest
    ) async throws(StoreError) -> Page<DeliverySummary>

    /// - Returns: nil when it is not there, or in another workspace.
    func story(of delivery: ID<Delivery>, in workspace: WorkspaceID) async throws(StoreError) -> DeliveryStory?

    /// What an event says that came in no request; nil for others, and when it is not kept any more.
    func content(of event: ID<Event>, in workspace: WorkspaceID) async throws(StoreError) -> EventContent?

    /// How endpoints did with their newest finished or failing deliveries, at most 200 of each.
    func endpointStatistics(
        of endpoints: [ID<Endpoint>]
    ) async throws(StoreError) -> [ID<Endpoint>: EndpointStatistics]

    // MARK: By hand

    /// How many deliveries a selection holds, counted up to `limit`.
    func count(_ selection: DeliverySelection, limit: Int) async throws(StoreError) -> Int

    /// Lets the next deliveries of a selection, at most `limit`, enter their schedule anew.
    ///
    /// - Returns: how many, and where to go on; nil: that was all.
    func restart(
        _ selection: DeliverySelection, from cursor: Int64, limit: Int, at now: Timestamp
    ) async throws(StoreError) -> DeliveryPiece

    /// Gives the next open deliveries of a selection up.
    func discard(
        _ selection: DeliverySelection, from cursor: Int64, limit: Int, at now: Timestamp
    ) async throws(StoreError) -> DeliveryPiece

    /// Gives up open deliveries whose endpoint is not there any more, one piece of them.
    ///
    /// - Returns: whether there may be more.
    func discardOrphans() async throws(StoreError) -> Bool
}

/// An endpoint with open deliveries.
package struct OpenLane: Sendable {
    package let endpoint: ID<Endpoint>
    package let workspace: WorkspaceID
    package let dueAt: Timestamp

    package init(endpoint: ID<Endpoint>, workspace: WorkspaceID, dueAt: Timestamp) {
        (self.endpoint, self.workspace, self.dueAt) = (endpoint, workspace, dueAt)
    }
}

/// How much may be taken for one endpoint.
package struct ClaimOrder: Sendable {
    package let endpoint: ID<Endpoint>
    /// At most 500.
    package let limit: Int
    /// Only the first of each line.
    package let isOrdered: Bool
    package let leaseUntil: Timestamp

    package init(endpoint: ID<Endpoint>, limit: Int, isOrdered: Bool, leaseUntil: Timestamp) {
        (self.endpoint, self.limit) = (endpoint, min(max(limit, 0), 500))
        (self.isOrdered, self.leaseUntil) = (isOrdered, leaseUntil)
    }
}

package struct ClaimResult: Sendable {
    package let endpoint: ID<Endpoint>
    package let deliveries: [LeasedDelivery]
    /// Nil: nothing waits for this endpoint but what others have.
    package let nextDue: Timestamp?

    package init(endpoint: ID<Endpoint>, deliveries: [LeasedDelivery], nextDue: Timestamp?) {
        (self.endpoint, self.deliveries, self.nextDue) = (endpoint, deliveries, nextDue)
    }
}

/// Everything that an attempt needs to know of its delivery.
package struct LeasedDelivery: Sendable {
    package let id: ID<Delivery>
    package let endpoint: ID<Endpoint>
    package let kind: Delivery.Kind
    package let lease: Lease
    package let event: Event
    /// Nil: it is not kept any more.
    package let content: DeliveryContent?

    package init(
        id: ID<Delivery>, endpoint: ID<Endpoint>, kind: Delivery.Kind, lease: Lease, event: Event,
        content: DeliveryContent?
    ) {
        self.id = id
        self.endpoint = endpoint
        self.kind = kind
        self.lease = lease
        self.event = event
        self.content = content
    }
}

package struct AttemptReport: Sendable {
    package let delivery: ID<Delivery>
    package let lease: Lease
    package let attempt: Attempt
    package let schedule: RetrySchedule
    package let endedAt: Timestamp

    package init(
        delivery: ID<Delivery>, lease: Lease, attempt: Attempt, schedule: RetrySchedule, endedAt: Timestamp
    ) {
        self.delivery = delivery
        self.lease = lease
        self.attempt = attempt
        self.schedule = schedule
        self.endedAt = endedAt
    }
}

/// Where an attempt leaves its delivery and endpoint.
package struct AttemptResult: Sendable {
    package let progress: DeliveryProgress
    package let health: EndpointHealth
    package let change: EndpointHealth.Change?
    /// How many deliveries of the endpoint are open, up to 10,000; counted only when there is a ``change``.
    package let open: Int

    package init(progress: DeliveryProgress, health: EndpointHealth, change: EndpointHealth.Change?, open: Int) {
        (self.progress, self.health, self.change, self.open) = (progress, health, change, open)
    }
}

/// An event with more receivers than one commit takes.
package struct FanOut: Sendable {
    package let seq: Int64
    package let event: Event
    package let content: EventContent?
    /// Endpoints up to this one have been looked at.
    package let cursor: ID<Endpoint>?

    package init(seq: Int64, event: Event, content: EventContent?, cursor: ID<Endpoint>?) {
        (self.seq, self.event, self.content, self.cursor) = (seq, event, content, cursor)
    }
}

package struct DeliveryQuery: Sendable {
    package var endpoint: ID<Endpoint>?
    package var customer: ID<Customer>?
    package var event: ID<Event>?
    package var state: DeliveryState?
    /// A type, or a glob over types.
    package var type: String?
    /// Of the newest attempt: a code of ``AttemptFailure``.
    package var failure: AttemptFailure?
    package var status: Int?
    package var since: Timestamp?
    package var until: Timestamp?

    package init() {}
}

package struct DeliverySummary: Sendable {
    package let seq: Int64
    /// ``DeliveryState/held`` where its endpoint is paused, disabled or resting.
    package let delivery: Delivery
    package let eventType: String

    package init(seq: Int64, delivery: Delivery, eventType: String) {
        (self.seq, self.delivery, self.eventType) = (seq, delivery, eventType)
    }
}

package struct DeliveryStory: Sendable {
    package let summary: DeliverySummary
    package let event: Event
    /// Nil: it is not kept any more.
    package let content: EventContent?
    /// The oldest first; those past their time are gone.
    package let attempts: [(number: Int, attempt: Attempt)]

    package init(
        summary: DeliverySummary, event: Event, content: EventContent?, attempts: [(number: Int, attempt: Attempt)]
    ) {
        (self.summary, self.event, self.content, self.attempts) = (summary, event, content, attempts)
    }
}

package struct EndpointStatistics: Sendable {
    /// Of the newest deliveries that have had an attempt.
    package let looked: Int
    package let succeeded: Int
    /// Nil: none succeeded.
    package let p95: Duration?
    package let lastFailure: Delivery.Last?
    package let lastSuccessAt: Timestamp?
    /// How many wait, counted up to 10,000.
    package let open: Int
    package let nextDue: Timestamp?
    /// What came of the newest attempt of each delivery that was looked at, the newest first.
    package let outcomes: [Delivery.Last]

    package init(
        looked: Int, succeeded: Int, p95: Duration?, lastFailure: Delivery.Last?, lastSuccessAt: Timestamp?, open: Int,
        nextDue: Timestamp?, outcomes: [Delivery.Last] = []
    ) {
        self.looked = looked
        self.succeeded = succeeded
        self.p95 = p95
        self.lastFailure = lastFailure
        self.lastSuccessAt = lastSuccessAt
        self.open = open
        self.nextDue = nextDue
        self.outcomes = outcomes
    }
}

/// Deliveries of one workspace that something is done with by hand.
package struct DeliverySelection: Sendable {
    package let workspace: WorkspaceID
    package var endpoint: ID<Endpoint>?
    /// Only this one.
    package var delivery: ID<Delivery>?
    package var states: Set<DeliveryState>
    /// A type, or a glob over types.
    package var type: String?
    package var failure: AttemptFailure?
    package var since: Timestamp?
    package var until: Timestamp?

    package init(workspace: WorkspaceID, states: Set<DeliveryState>) {
        (self.workspace, self.states) = (workspace, states)
    }
}

package struct DeliveryPiece: Sendable {
    package let count: Int
    /// Nil: there are no more.
    package let cursor: Int64?
    /// Whose deliveries are due now.
    package let endpoints: Set<ID<Endpoint>>

    package init(count: Int, cursor: Int64?, endpoints: Set<ID<Endpoint>>) {
        (self.count, self.cursor, self.endpoints) = (count, cursor, endpoints)
    }
}
