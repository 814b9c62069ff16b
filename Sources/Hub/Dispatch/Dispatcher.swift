import Egress
import HubCore
import HubStorage
import Logging
import Synchronization
import WebhookSignatures

/// Sends what is due: takes deliveries from the store as ``DispatchSchedule`` says, makes the attempts, stores what
/// came of them.
///
/// A delivery that is due the moment it is committed need not be taken from the store again: whoever commits it
/// reserves a place, stores it as leased, and hands it over.
package final class Dispatcher: Sendable {
    /// How many attempts may be under way at once.
    private static let capacity = 4096
    /// How often it is looked for what others have left or changed.
    private static let sweepInterval = Duration.seconds(15)
    /// How long attempts under way may take once the hub is told to stop.
    private static let stopGrace = Duration.seconds(5)
    /// A lease lasts for an attempt's time and this.
    private static let leaseReserve = Duration.seconds(15)
    /// Before an outcome that could not be stored is tried again.
    static let storePause = Duration.seconds(1)
    /// By how much the clock must have been put back before due times are moved.
    private static let clockTolerance = Duration.seconds(5)

    struct Handed: Sendable {
        let delivery: LeasedDelivery
        let workspace: WorkspaceID
        var isProbe = false
        /// Whether it counts as under way for its endpoint; what people try by hand does not.
        var hasPlace = true
    }

    fileprivate struct State {
        var schedule = DispatchSchedule(capacity: Dispatcher.capacity)
        var handed: [Handed] = []
        var workspaces: [ID<Endpoint>: WorkspaceID] = [:]
        var isRunning = false
        var isStopping = false
        /// When the alarm that is set goes off.
        var alarmAt: Timestamp?
    }

    /// Names this process in leases.
    let owner = Int64.random(in: 1 ... .max)
    private let store: any Store
    private let runtimes: WorkspaceRuntimes
    private let clock: Clock
    private let sender: AttemptSender
    private let fanOuts: FanOutExpander
    private let recoveries: RecoveryRunner
    private let mail: MailService?
    private let metrics: Metrics
    private let logger: Logger
    private let state = Mutex(State())
    private let wakes = Signal()
    private let sweeps = Signal()

    init(
        store: any Store, runtimes: WorkspaceRuntimes, clock: Clock, outbound: Hub.Outbound,
        templates: TemplateRenderer,
        metrics: Metrics, logger: Logger
    ) {
        self.store = store
        self.runtimes = runtimes
        self.clock = clock
        sender = AttemptSender(outbound.sender, templates: templates)
        fanOuts = FanOutExpander(store: store, runtimes: runtimes, clock: clock, logger: logger)
        recoveries = RecoveryRunner(store: store, clock: clock, logger: logger)
        mail = outbound.mail
        self.metrics = metrics
        self.logger = logger
    }

    /// How many attempts are under way.
    package var inFlight: Int { state.withLock { $0.schedule.inFlight } }

    // MARK: Told by those who commit

    /// Reserves places for deliveries of a plan, as far as there are any.
    func reserve(_ plan: Plan, at now: Timestamp) -> Plan {
        var plan = plan
        var effects = plan.effects
        state.withLock { state in
            guard state.isRunning, !state.isStopping else { return }
            for (position, effect) in effects.enumerated() {
                guard case .deliver(var delivery) = effect, state.schedule.reserve(delivery.endpoint, at: now) else {
                    continue
                }
                delivery.lease = newLease(at: now)
                effects[position] = .deliver(delivery)
            }
        }
        plan.effects = effects
        return plan
    }

    /// Gives the places of a plan back that was not committed.
    func release(_ plan: Plan, at now: Timestamp) {
        state.withLock { state in
            for case .deliver(let delivery) in plan.effects where delivery.lease != nil {
                state.schedule.release(delivery.endpoint, at: now)
            }
        }
        wakes.fire()
    }

    /// A plan is committed: sends what has a place, and remembers what waits.
    func committed(_ plan: Plan, at now: Timestamp) {
        var hasFanOut = false
        let unknown = state.withLock { state -> [ID<Endpoint>] in
            guard state.isRunning else { return [] }
            var unknown: [ID<Endpoint>] = []
            for effect in plan.effects {
                switch effect {
                case .deliver(let delivery):
                    if let lease = delivery.lease {
                        guard let handed = Self.handed(delivery, lease, plan) else { continue }
                        state.handed.append(handed)
                    } else if state.schedule.knows(delivery.endpoint) {
                        state.schedule.due(delivery.endpoint, at: now, now: now)
                    } else {
                        unknown.append(delivery.endpoint)
                    }
                case .fanOut: hasFanOut = true
                case .post, .mergeTranscript, .keep: continue
                }
            }
            return unknown
        }
        if hasFanOut { fanOuts.look() }
        if unknown.isEmpty { wakes.fire() } else { due(unknown, in: plan.workspace, at: now) }
    }

    private static func handed(_ delivery: NewDelivery, _ lease: Lease, _ plan: Plan) -> Handed? {
        guard let event = plan.events.first(where: { $0.id == delivery.event }) else { return nil }
        let leased = LeasedDelivery(
            id: delivery.id, endpoint: delivery.endpoint, kind: delivery.kind, lease: lease, event: event,
            content: plan.contents[event.id]?.body)
        return Handed(delivery: leased, workspace: plan.workspace)
    }

    /// Deliveries of these endpoints wait since now, or may go on.
    func due(_ endpoints: some Collection<ID<Endpoint>>, in workspace: WorkspaceID, at now: Timestamp) {
        guard let configuration = runtimes.known(workspace)?.configuration else { return look() }
        state.withLock { state in
            guard state.isRunning else { return }
            for id in endpoints {
                guard let endpoint = configuration.endpoint(id) else { continue }
                state.know(endpoint, at: now)
                state.schedule.due(id, at: now, now: now)
            }
        }
        wakes.fire()
    }

    /// The settings or the health of an endpoint have changed.
    func changed(_ endpoint: Endpoint, health: EndpointHealth?, at now: Timestamp) {
        state.withLock { state in
            guard state.isRunning else { return }
            state.know(endpoint, at: now)
            if let health { state.schedule.set(health, of: endpoint.id, at: now) }
            state.schedule.due(endpoint.id, at: now, now: now)
        }
        wakes.fire()
    }

    /// Fan-outs may be waiting.
    func lookForFanOuts() { fanOuts.look() }

    /// Recoveries may be waiting.
    func lookForRecoveries() { recoveries.look() }

    /// Something may be due that nobody told of.
    func look() { sweeps.fire() }

    func newLease(at now: Timestamp) -> Lease {
        Lease(
            owner: owner, token: .random(in: 1 ... .max),
            until: now + Endpoint.Policy.timeoutRange.upperBound + Self.leaseReserve)
    }

    /// Makes the attempt of a delivery that was committed with a lease but no place.
    func attempt(_ delivery: NewDelivery, of plan: Plan, isProbe: Bool) async {
        guard let lease = delivery.lease, var handed = Self.handed(delivery, lease, plan) else { return }
        (handed.isProbe, handed.hasPlace) = (isProbe, false)
        await attempt(handed)
    }

    // MARK: Running

    /// Runs until ``stop()``; then attempts under way are given a few seconds, and leases that are left are given back.
    package func run() async {
        let now = clock.now()
        do {
            let voided = try await store.voidLeases(except: owner, at: now)
            if voided > 0 {
                logger.notice("deliveries were under way when the hub ended", metadata: ["count": "\(voided)"])
            }
        } catch {
            logger.error("leases could not be taken back", metadata: ["error": "\(error.code)"])
        }
        state.withLock { $0.isRunning = true }
        await withTaskGroup(of: Void.self) { chores in
            chores.addTask { await self.sweep() }
            chores.addTask { await self.fanOuts.run { self.due($0, in: $1, at: $2) } }
            chores.addTask { await self.recoveries.run { self.due($0, in: $1, at: $2) } }
            await self.dispatch()
            chores.cancelAll()
        }
        await sender.close()
    }

    package func stop() {
        state.withLock { $0.isStopping = true }
        wakes.fire()
    }

    private func dispatch() async {
        var iterator = wakes.events.makeAsyncIterator()
        await withDiscardingTaskGroup { group in
            var stopAt: Timestamp?
            while true {
                let now = clock.now()
                let step = state.withLock { $0.step(at: now) }
                for handed in step.handed { group.addTask { await self.attempt(handed) } }
                if !step.orders.isEmpty {
                    group.addTask { await self.claim(step.orders) }
                    continue
                }
                if step.isStopping {
                    if step.inFlight == 0 { break }
                    let end = stopAt ?? now + Self.stopGrace
                    stopAt = end
                    if now >= end {
                        group.cancelAll()
                        break
                    }
                    setAlarm(at: end, now, &group)
                } else if let wake = step.nextWake {
                    setAlarm(at: max(wake, now), now, &group)
                }
                guard await iterator.next() != nil else { break }
            }
            state.withLock { $0.isStopping = true }
            group.cancelAll()
        }
    }

    private func setAlarm(at time: Timestamp, _ now: Timestamp, _ group: inout DiscardingTaskGroup) {
        let isNew = state.withLock { state in
            if let earlier = state.alarmAt, earlier <= time, earlier > now { return false }
            state.alarmAt = time
            return true
        }
        guard isNew else { return }
        group.addTask {
            // Only the end of everything ends a sleep early.
            guard (try? await self.clock.sleep(max(time - now, .zero))) != nil else { return }
            self.wakes.fire()
        }
    }

    // MARK: Taking

    private func claim(_ orders: [DispatchSchedule.Order]) async {
        let now = clock.now()
        let claims = orders.map { order in
            ClaimOrder(
                endpoint: order.endpoint, limit: order.limit, isOrdered: order.isOrdered,
                leaseUntil: now + Endpoint.Policy.timeoutRange.upperBound + Self.leaseReserve)
        }
        do {
            let results = try await store.claim(claims, by: owner, at: now)
            let later = clock.now()
            state.withLock { state in
                for (order, result) in zip(orders, results) {
                    let workspace = state.workspaces[order.endpoint]
                    for delivery in result.deliveries {
                        state.handed.append(
                            Handed(
                                delivery: delivery, workspace: workspace ?? delivery.event.workspace,
                                isProbe: order.isProbe))
                    }
                    state.schedule.claimed(
                        order, taken: result.deliveries.count, nextDue: result.nextDue, at: later)
                }
            }
        } catch {
            logger.warning("due deliveries could not be taken", metadata: ["error": "\(error.code)"])
            state.withLock { state in
                for order in orders {
                    state.schedule.claimed(order, taken: 0, nextDue: now + Self.storePause, at: now)
                }
            }
        }
        wakes.fire()
    }

    // MARK: One attempt

    private func attempt(_ handed: Handed) async {
        let delivery = handed.delivery
        let startedAt = clock.now()
        // A workspace that cannot be read now is as one that is gone: the delivery stays, and is tried again.
        let runtime = try? await runtimes.runtime(of: handed.workspace)
        guard let runtime, let prepared = runtime.prepared(delivery.endpoint, at: startedAt) else {
            return await abandon(handed)
        }
        let exchange = await sender.exchange(delivery, prepared, at: startedAt)
        let endedAt = clock.now()
        let attempt = Attempt(
            kind: handed.isProbe ? .probe : delivery.kind == .test ? .test : .delivery, startedAt: startedAt,
            outcome: exchange.outcome(at: endedAt), timing: exchange.timing.stored,
            address: exchange.address?.description,
            answer: exchange.answer.map { .init(headers: $0.headers, body: $0.body, isCut: $0.isCut) })
        let report = AttemptReport(
            delivery: delivery.id, lease: delivery.lease, attempt: attempt,
            schedule: delivery.kind == .test ? .none : prepared.endpoint.policy.schedule, endedAt: endedAt)
        let consequences = Consequences(
            configuration: runtime.configuration, endpoint: prepared.endpoint, delivery: delivery, attempt: attempt,
            at: endedAt)
        metrics.count(.attempts, attempt.outcome.failure?.code ?? "delivered")
        let result = await record(report, consequences)
        finish(handed, prepared.endpoint, attempt, result)
        if let result, result.change != nil || result.progress.state == .exhausted {
            await told(result, consequences, handed.workspace)
        }
    }

    /// Stores the outcome, however long that takes: what was sent must not be sent again for want of a note.
    private func record(_ report: AttemptReport, _ consequences: Consequences) async -> AttemptResult? {
        while true {
            do throws(StoreError) {
                return try await store.record(report) { consequences.plan(for: $0) }
            } catch {
                logger.error("an attempt's outcome could not be stored", metadata: ["error": "\(error.code)"])
                if error == .cancelled || state.withLock({ $0.isStopping }) { return nil }
            }
            // A process that ends now leaves a lease, and the delivery is sent again with the same id.
            guard (try? await clock.sleep(Self.storePause)) != nil else { return nil }
        }
    }

    private func finish(_ handed: Handed, _ endpoint: Endpoint, _ attempt: Attempt, _ result: AttemptResult?) {
        let now = clock.now()
        let ending: DispatchSchedule.Ending =
            switch attempt.outcome.failure {
            case nil: .succeeded
            case .timeoutConnect, .timeoutTotal: .timedOut
            default: .failed
            }
        let isOpen = result.map { $0.progress.state == .pending } ?? false
        var nextDue = isOpen ? result?.progress.dueAt : nil
        // The next of its line may go.
        if endpoint.policy.order != .none, !isOpen { nextDue = now }
        guard handed.hasPlace else {
            if let result { changed(endpoint, health: result.health, at: now) }
            return
        }
        state.withLock { state in
            state.schedule.finished(
                endpoint.id, ending, health: result?.health, nextDue: nextDue, wasProbe: handed.isProbe, at: now)
        }
        wakes.fire()
    }

    /// The endpoint is gone, or nothing can be known of it at the moment.
    private func abandon(_ handed: Handed) async {
        let now = clock.now()
        let report = AttemptReport(
            delivery: handed.delivery.id, lease: handed.delivery.lease,
            attempt: Attempt(
                kind: .delivery, startedAt: now, outcome: AttemptOutcome(failure: .cancelled, status: nil),
                timing: .init(total: 0)), schedule: .none, endedAt: now)
        // Its lease runs out when this cannot be stored.
        _ = try? await store.record(report) { _ in nil }
        _ = try? await store.discardOrphans()
        guard handed.hasPlace else { return }
        state.withLock { state in
            state.schedule.finished(
                handed.delivery.endpoint, .failed, health: nil, nextDue: nil, wasProbe: handed.isProbe, at: now)
            state.schedule.forget(handed.delivery.endpoint)
        }
        wakes.fire()
    }

    private func told(_ result: AttemptResult, _ consequences: Consequences, _ workspace: WorkspaceID) async {
        if let change = result.change {
            logger.notice(
                "an endpoint's state changed",
                metadata: ["endpoint": "\(consequences.endpoint.id)", "change": "\(change.name)"])
        }
        guard let plan = consequences.plan(for: result) else { return }
        // Made once more to know who waits; what was stored has other ids.
        let waiting = Set(plan.effects.compactMap { if case .deliver(let new) = $0 { new.endpoint } else { nil } })
        if !waiting.isEmpty { due(waiting, in: workspace, at: clock.now()) }
        if plan.effects.contains(where: { if case .fanOut = $0 { true } else { false } }) { fanOuts.look() }
        guard case .disabled = result.change, let mail, let notice = consequences.notice(for: result) else { return }
        await mail.tell(consequences.configuration.admins, notice, logger)
    }

    // MARK: Chores

    /// Looks for what others left or changed: other processes, and this one before it was told.
    private func sweep() async {
        var last = (wall: clock.now(), steady: ContinuousClock.now)
        var iterator = sweeps.events.makeAsyncIterator()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in self.store.commitsOfOthers() { self.sweeps.fire() }
            }
            group.addTask {
                while (try? await self.clock.sleep(Self.sweepInterval)) != nil { self.sweeps.fire() }
            }
            repeat {
                do {
                    try await noticeClock(&last)
                    try await lookAround()
                } catch {
                    logger.warning("due deliveries could not be looked for", metadata: ["error": "\(error)"])
                }
            } while await iterator.next() != nil && !Task.isCancelled
            group.cancelAll()
        }
    }

    private func lookAround() async throws {
        fanOuts.look()
        recoveries.look()
        let lanes = try await store.openLanes()
        let health = try await store.endpointHealth()
        var configurations: [WorkspaceID: WorkspaceConfiguration] = [:]
        for workspace in Set(lanes.map(\.workspace)).union(state.withLock { $0.workspaces.values }) {
            configurations[workspace] = try await runtimes.refreshed(workspace)?.configuration
        }
        let now = clock.now()
        state.withLock { state in
            for (id, workspace) in state.workspaces {
                guard let endpoint = configurations[workspace]?.endpoint(id) else { continue }
                state.know(endpoint, at: now)
                if state.schedule.isResting(id) { state.schedule.set(health[id] ?? EndpointHealth(), of: id, at: now) }
            }
            for lane in lanes {
                guard let endpoint = configurations[lane.workspace]?.endpoint(lane.endpoint) else { continue }
                let isNew = !state.schedule.knows(endpoint.id)
                state.know(endpoint, at: now)
                if isNew, let health = health[endpoint.id] { state.schedule.set(health, of: endpoint.id, at: now) }
                state.schedule.due(endpoint.id, at: lane.dueAt, now: now)
            }
        }
        wakes.fire()
    }

    /// A clock that was put back would hold everything up for as long.
    private func noticeClock(_ last: inout (wall: Timestamp, steady: ContinuousClock.Instant)) async throws {
        let now = (wall: clock.now(), steady: ContinuousClock.now)
        let gap = (now.wall - last.wall) - (now.steady - last.steady)
        last = now
        guard gap < .zero - Self.clockTolerance else { return }
        logger.warning("the clock was put back", metadata: ["milliseconds": "\(-gap.milliseconds)"])
        try await store.shiftDueTimes(by: gap)
        state.withLock { state in
            state.alarmAt = nil
            for endpoint in state.schedule.endpoints { state.schedule.due(endpoint, at: now.wall, now: now.wall) }
        }
    }

}

extension Dispatcher.State {
    fileprivate struct Step {
        var handed: [Dispatcher.Handed]
        var orders: [DispatchSchedule.Order]
        var nextWake: Timestamp?
        var isStopping: Bool
        var inFlight: Int
    }

    fileprivate mutating func step(at now: Timestamp) -> Step {
        let orders = isStopping ? [] : schedule.take(at: now)
        defer { handed = [] }
        return Step(
            handed: handed, orders: orders, nextWake: schedule.nextWake(at: now), isStopping: isStopping,
            inFlight: schedule.inFlight)
    }

    fileprivate mutating func know(_ endpoint: Endpoint, at now: Timestamp) {
        workspaces[endpoint.id] = endpoint.workspace
        schedule.set(
            DispatchSchedule.Limits(
                concurrency: endpoint.policy.concurrency, ratePerMinute: endpoint.policy.ratePerMinute,
                isOrdered: endpoint.policy.order != .none, isPaused: endpoint.isPaused), of: endpoint.id, at: now)
    }
}

extension EndpointHealth.Change {
    fileprivate var name: String {
        switch self {
        case .breakerOpened: "resting"
        case .breakerClosed: "well"
        case .disabled(let reason): "disabled by \(reason.rawValue)"
        case .recovered: "recovered"
        }
    }
}
