package import Egress
package import HubCore
package import HubStorage
package import Logging

/// The engine: takes requests in, plans what follows, keeps it, and looks after what is kept.
package final class Hub: Sendable {
    package let store: any Store
    package let vault: Vault
    package let runtimes: WorkspaceRuntimes
    package let clock: Clock
    package let templates: TemplateRenderer
    package let logger: Logger
    package let metrics: Metrics
    package let dispatcher: Dispatcher
    /// The only way out.
    package let egress: OutboundSender
    /// Requests for those who listen to a source.
    package let tap = RequestTap()

    let content: ContentReader
    let rates = RateLimiter()
    let notices = NoticeLimiter()
    let refusalLog = RefusalLog()
    let credentials = CredentialCache()
    let turns = RecordTurns()
    let publicKeys = PublicKeyList()

    package init(
        store: any Store, vault: Vault, clock: Clock, text: TextTools, outbound: Outbound, logger: Logger
    ) {
        self.store = store
        self.vault = vault
        self.clock = clock
        content = text.content
        templates = text.templates
        self.logger = logger
        runtimes = WorkspaceRuntimes(store: store, vault: vault)
        metrics = Metrics()
        egress = outbound.sender
        dispatcher = Dispatcher(
            store: store, runtimes: runtimes, clock: clock, outbound: outbound, templates: text.templates,
            metrics: metrics,
            logger: logger)
    }

    /// Commits a plan; what it delivers is on its way when this returns.
    func commit(_ plan: Plan, _ announcement: Announcement? = nil) async throws(StoreError) -> CommitOutcome {
        let plan = reserve(plan)
        let result: Result<CommitOutcome, StoreError>
        do throws(StoreError) {
            result = .success(try await store.commit(plan, announcement))
        } catch {
            result = .failure(error)
        }
        conclude(plan, result)
        return try result.get()
    }

    /// Takes what the plan delivers for this process, before it is committed.
    func reserve(_ plan: Plan) -> Plan {
        plan.isOutgoing ? dispatcher.reserve(plan, at: clock.now()) : plan
    }

    /// Sends what a reserved plan delivers, or lets go of it, once it is known what became of the plan.
    func conclude(_ plan: Plan, _ result: Result<CommitOutcome, StoreError>) {
        var isCommitted = false
        if case .success(.committed) = result { isCommitted = true }
        conclude(plan, isCommitted: isCommitted)
        if isCommitted, plan.effects.contains(where: \.mayLeadOn) { lookForIngested(in: plan.workspace) }
    }

    private func conclude(_ plan: Plan, isCommitted: Bool) {
        guard plan.isOutgoing else { return }
        if isCommitted {
            dispatcher.committed(plan, at: clock.now())
        } else {
            dispatcher.release(plan, at: clock.now())
        }
    }

    /// Only the commit knew what became of a transcript, and who was to hear of it.
    private func lookForIngested(in workspace: WorkspaceID) {
        let type = BuiltInEventType.transcriptIngested.rawValue
        let listening = runtimes.known(workspace)?.configuration.endpoints(askingFor: type) ?? []
        dispatcher.due(listening.map(\.id), in: workspace, at: clock.now())
        if listening.count > Planner.fanOutThreshold { dispatcher.lookForFanOuts() }
    }

    /// Commits a plan in one way or another; what it delivers is on its way when this returns.
    func sending<Outcome: Sendable>(
        _ plan: Plan, _ commit: (Plan) async throws(StoreError) -> Outcome, isCommitted: (Outcome) -> Bool
    ) async throws(StoreError) -> Outcome {
        let plan = reserve(plan)
        let outcome: Outcome
        do throws(StoreError) {
            outcome = try await commit(plan)
        } catch {
            conclude(plan, isCommitted: false)
            throw error
        }
        conclude(plan, isCommitted: isCommitted(outcome))
        return outcome
    }

    /// The ways out.
    package struct Outbound: Sendable {
        let sender: OutboundSender
        let mail: MailService?

        package init(sender: OutboundSender, mail: MailService? = nil) {
            (self.sender, self.mail) = (sender, mail)
        }
    }

    /// What the engine needs from the layer that may use Foundation and C libraries.
    package struct TextTools: Sendable {
        let content: ContentReader
        let templates: TemplateRenderer

        package init(content: ContentReader, templates: TemplateRenderer) {
            (self.content, self.templates) = (content, templates)
        }
    }

    /// Logs and counts an error that is deliberately not passed on.
    func ignoring(_ why: String, _ error: any Error) {
        metrics.count(.ignoredErrors)
        logger.warning("\(why)", metadata: ["error": "\((error as? StoreError)?.code ?? "\(type(of: error))")"])
    }
}

extension Plan {
    /// Whether something of it leaves the hub.
    var isOutgoing: Bool {
        effects.contains { effect in
            switch effect {
            case .deliver, .fanOut: true
            case .post, .mergeTranscript, .keep: false
            }
        }
    }
}

extension Effect {
    /// Whether deliveries may follow that the plan does not hold.
    fileprivate var mayLeadOn: Bool {
        if case .mergeTranscript(let merge) = self { merge.consequences != nil } else { false }
    }
}
