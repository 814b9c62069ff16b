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
        let outcome: CommitOutcome
        if plan.effects.contains(where: \.isOutgoing) {
            outcome = try await sending(plan) { plan throws(StoreError) in
                try await store.commit(plan, announcement)
            } isCommitted: {
                if case .committed = $0 { true } else { false }
            }
        } else {
            outcome = try await store.commit(plan, announcement)
        }
        if case .committed = outcome, plan.effects.contains(where: \.mayLeadOn) { lookForIngested(in: plan.workspace) }
        return outcome
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
        let plan = dispatcher.reserve(plan, at: clock.now())
        let outcome: Outcome
        do throws(StoreError) {
            outcome = try await commit(plan)
        } catch {
            dispatcher.release(plan, at: clock.now())
            throw error
        }
        if isCommitted(outcome) {
            dispatcher.committed(plan, at: clock.now())
        } else {
            dispatcher.release(plan, at: clock.now())
        }
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

extension Effect {
    fileprivate var isOutgoing: Bool {
        switch self {
        case .deliver, .fanOut: true
        case .post, .mergeTranscript, .keep: false
        }
    }

    /// Whether deliveries may follow that the plan does not hold.
    fileprivate var mayLeadOn: Bool {
        if case .mergeTranscript(let merge) = self { merge.consequences != nil } else { false }
    }
}
