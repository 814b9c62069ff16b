package import HubCore
import HubStorage
import Integrations
import WebhookSignatures

/// What a door knows of a request before the engine judges it.
struct Admission: Sendable {
    let door: Request.Door
    let incoming: IncomingRequest
    let workspace: WorkspaceID
    /// Who sends, as far as the door itself found out (a bot by its key); nil where the source's scheme decides.
    var bot: Bot?
    var isDryRun = false
    /// Texts that must not be stored: the key that was presented.
    var presentedSecrets: [String] = []
    /// What is kept for repetitions of an accepted request.
    let answer: @Sendable (Acceptance) -> String
}

/// A request that was found good: who sent it and what it says.
struct Judgement: Sendable {
    let prepared: PreparedSource
    let sender: Planner.Sender
    let verification: VerificationRecord
    let evidence: Evidence?
    let webhook: WebhookRequest
    let reading: Reading
    let destination: DestinationWish
    let redactor: Redactor
}

extension Hub {
    /// Takes a request in at a source that its URL names.
    ///
    /// Order: source → rate → signature → timestamp → idempotency → reading → commit. Returns after the commit.
    package func receive(
        workspace slug: String, source name: String, through door: Request.Door = .general,
        _ incoming: IncomingRequest, isDryRun: Bool = false
    ) async -> IntakeOutcome {
        guard let workspace = WorkspaceID(slug) else { return refuse(.unknownSource, incoming, nil, nil) }
        var admission = Admission(door: door, incoming: incoming, workspace: workspace) { $0.eventID }
        admission.isDryRun = isDryRun
        return await admit(admission) { $0.configuration.source(named: name) }
    }

    /// The same for a caller that must not wait: `finish` is called once, after the commit.
    ///
    /// - Parameter resume: runs what it is given where the caller wants to go on; `finish` may be called elsewhere.
    /// - Returns: false when something has to be read first to know the source, or when the body is larger than it takes:
    ///   then nothing has happened, and ``receive(workspace:source:through:_:isDryRun:)`` is the way.
    package func receiveAtOnce(
        workspace slug: String, source name: String, through door: Request.Door, _ incoming: IncomingRequest,
        resume: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void,
        finish: @escaping @Sendable (IntakeOutcome) -> Void
    ) -> Bool {
        guard let workspace = WorkspaceID(slug), let runtime = runtimes.known(workspace),
            let source = runtime.configuration.source(named: name),
            incoming.body.count <= source.options.maxBodyBytes
        else { return false }
        let locate: Locate = { $0.configuration.source(named: name) }
        let admission = Admission(door: door, incoming: incoming, workspace: workspace) { $0.eventID }
        let announcement = store.announce()
        switch assess(admission, source, runtime) {
        case .known(let attempt):
            Task { finish(await settle(admission, attempt, runtime, locate: locate)) }
        case .planned(let intake):
            let intake = intake.plan.isOutgoing ? intake.with(reserve(intake.plan)) : intake
            store.commit(intake.plan, announcement) { [self] result in
                resume { [self] in
                    conclude(intake.plan, result)
                    switch attempt(intake, result) {
                    case .settled(let outcome): finish(outcome)
                    case let attempt: Task { finish(await settle(intake.admission, attempt, runtime, locate: locate)) }
                    }
                }
            }
        }
        return true
    }

    /// How many bytes of body the source takes; the default for unknown ones, which are refused afterwards.
    package func bodyLimit(workspace slug: String, source name: String) async -> Int {
        let standard = Source.Options().maxBodyBytes
        guard let workspace = WorkspaceID(slug) else { return standard }
        let runtime = try? await runtimes.runtime(of: workspace)  // A store in trouble is reported by what follows.
        return runtime?.configuration.source(named: name)?.options.maxBodyBytes ?? standard
    }

    // MARK: The common road

    /// Finds the source of a request; nil: there is none in this configuration.
    typealias Locate = @Sendable (WorkspaceRuntime) async throws -> Source?

    /// What came of judging, planning and committing with one configuration.
    private enum Attempt {
        case settled(IntakeOutcome)
        case refused(IntakeRefusal, PreparedSource?)
        case stale
    }

    /// A request that was found good, on its way to the commit. An object, since it is handed on several times.
    private final class PlannedIntake: Sendable {
        let admission: Admission
        let source: Source
        let plan: Plan
        let acceptance: Acceptance

        init(_ admission: Admission, _ source: Source, _ plan: Plan, _ acceptance: Acceptance) {
            (self.admission, self.source) = (admission, source)
            (self.plan, self.acceptance) = (plan, acceptance)
        }

        func with(_ plan: Plan) -> PlannedIntake { PlannedIntake(admission, source, plan, acceptance) }
    }

    private enum Assessment {
        case known(Attempt)
        case planned(PlannedIntake)
    }

    /// Judges, plans and commits; again when that was done with an old configuration, three times at most.
    func admit(_ admission: Admission, locate: Locate) async -> IntakeOutcome {
        do {
            let runtime = try await runtimes.runtime(of: admission.workspace)
            let attempt = try await attempt(admission, runtime, locate: locate)
            return await settle(admission, attempt, runtime, locate: locate)
        } catch {
            return unavailable(admission, error)
        }
    }

    /// Goes on from a first attempt.
    private func settle(
        _ admission: Admission, _ first: Attempt, _ runtime: WorkspaceRuntime?, locate: Locate
    ) async -> IntakeOutcome {
        var (attempt, runtime) = (first, runtime)
        do {
            for _ in 0..<3 {
                if case .settled(let outcome) = attempt { return outcome }
                // Another process may have changed what this one knows: nobody is turned away for that.
                let current = try await runtimes.refreshed(admission.workspace)
                if case .refused(let refusal, let prepared) = attempt,
                    current?.configuration.version == runtime?.configuration.version
                {
                    return refuse(refusal, admission, prepared, isKnownWorkspace: current != nil)
                }
                metrics.count(.replanned)
                runtime = current
                attempt = try await self.attempt(admission, runtime, locate: locate)
            }
            if case .settled(let outcome) = attempt { return outcome }
            return refuse(.unavailable(retryAfterSeconds: 1, detail: "the configuration kept changing"), admission, nil)
        } catch {
            return unavailable(admission, error)
        }
    }

    private func unavailable(_ admission: Admission, _ error: any Error) -> IntakeOutcome {
        refuse(.unavailable(retryAfterSeconds: 5, detail: troubleCode(error)), admission, nil)
    }

    private func attempt(
        _ admission: Admission, _ runtime: WorkspaceRuntime?, locate: Locate
    ) async throws -> Attempt {
        let announcement = admission.isDryRun ? nil : store.announce()
        guard let runtime, let source = try await locate(runtime) else { return .refused(.unknownSource, nil) }
        switch assess(admission, source, runtime) {
        case .known(let attempt):
            return attempt
        case .planned(let intake):
            return attempt(intake, .success(try await commit(intake.plan, announcement)))
        }
    }

    /// What can be said of a request before anything has to be waited for.
    private func assess(_ admission: Admission, _ source: Source, _ runtime: WorkspaceRuntime) -> Assessment {
        guard let prepared = runtime.prepared(source, at: admission.incoming.receivedAt) else {
            return .known(.refused(.unknownSource, nil))
        }
        let judgement: Judgement
        do throws(IntakeRefusal) {
            judgement = try judge(admission, prepared, runtime)
        } catch {
            return .known(.refused(error, prepared))
        }
        let (plan, acceptance) = plan(judgement, admission, runtime.configuration)
        if admission.isDryRun { return .known(.settled(.accepted(acceptance))) }
        return .planned(PlannedIntake(admission, source, plan, acceptance))
    }

    private func attempt(_ intake: PlannedIntake, _ result: Result<CommitOutcome, StoreError>) -> Attempt {
        let admission = intake.admission
        switch result {
        case .failure(let error):
            return .settled(unavailable(admission, error))
        case .success(.stale):
            return .stale
        case .success(.duplicate(let answer)):
            metrics.count(.duplicates, admission.door.rawValue)
            tap.offer(admission.incoming, to: intake.source)
            return .settled(.duplicate(answer: answer))
        case .success(.committed(let seqs)):
            metrics.count(.accepted, admission.door.rawValue)
            tap.offer(admission.incoming, to: intake.source)
            var acceptance = intake.acceptance
            if acceptance.findings.contains(where: \.isUnreadable) {
                notices.noticed(intake.source.id, at: admission.incoming.receivedAt)
            }
            acceptance.messageSeqs = seqs
            return .settled(.accepted(acceptance))
        }
    }

    // MARK: Judging

    private func judge(
        _ admission: Admission, _ prepared: PreparedSource, _ runtime: WorkspaceRuntime
    ) throws(IntakeRefusal) -> Judgement {
        let incoming = admission.incoming
        let source = prepared.source
        if source.isDisabled { throw .sourceDisabled }
        if let cause = Cause(incoming.headers), cause.depth >= Event.depthLimit { throw .loop }
        if let rate = source.options.ratePerMinute, !admission.isDryRun,
            let seconds = rates.take(source.id, perMinute: rate, at: incoming.receivedAt)
        {
            throw .rateLimited(retryAfterSeconds: seconds)
        }
        let evidence = try verify(admission, prepared)
        let webhook = WebhookRequest(
            method: incoming.method, path: incoming.path, rawQuery: incoming.rawQuery, headers: incoming.headers,
            body: incoming.body,
            content: content.read(incoming.body, contentType: incoming.headers.header("Content-Type")),
            receivedAt: incoming.receivedAt)
        let parameters = try parameters(admission, prepared, webhook)
        let reading = try read(webhook, prepared, parameters, door: admission.door)
        try checkWorkspace(reading, admission.workspace)
        try checkStorage(reading, source)
        return Judgement(
            prepared: prepared, sender: sender(admission, source, runtime.configuration),
            verification: verification(admission, prepared, evidence), evidence: evidence, webhook: webhook,
            reading: reading, destination: destination(admission, parameters, webhook),
            redactor: redactor(prepared, admission.presentedSecrets))
    }

    private func verify(_ admission: Admission, _ prepared: PreparedSource) throws(IntakeRefusal) -> Evidence? {
        // A bot's key was checked by the door; only its signature secret makes the scheme count as well.
        if let bot = admission.bot, bot.signatureSecret == nil { return nil }
        guard let verifier = prepared.verifier else {
            throw .invalidSignature(code: "source.not-ready", detail: prepared.problem ?? "the source has no secret")
        }
        let incoming = admission.incoming
        let request = SignedRequest(
            method: incoming.method, url: incoming.publicURL, fields: incoming.headers, body: incoming.body,
            remoteAddress: incoming.remoteAddress)
        switch verifier.verify(request, nowSeconds: incoming.receivedAt.seconds) {
        case .accepted(let evidence):
            return evidence
        case .rejected(let rejection):
            switch rejection.answer {
            case .invalidSignature: throw .invalidSignature(code: rejection.code, detail: "\(rejection)")
            case .invalidTimestamp: throw .invalidTimestamp(code: rejection.code, detail: "\(rejection)")
            case .missingIdempotencyKey: throw .missingIdempotencyKey
            }
        }
    }

    private func parameters(
        _ admission: Admission, _ prepared: PreparedSource, _ webhook: WebhookRequest
    ) throws(IntakeRefusal) -> ReadingParameters {
        guard admission.door != .general, admission.door != .callback else {
            guard let topic = webhook.query["topic"], prepared.parameters.topic == nil else {
                return prepared.parameters
            }
            return prepared.parameters.with(topic: topic)
        }
        do throws(ParameterError) {
            var parameters = try ReadingParameters(
                ReadingParameters.fields(of: webhook),
                unescapesTwice: prepared.integration.descriptor.chatDoor.unescapesTwice)
            parameters.showsPayload = prepared.parameters.showsPayload
            return parameters
        } catch {
            switch error {
            case .missing(let name), .notJSON(let name): throw .invalidParameter(name: name, detail: "\(error)")
            }
        }
    }

    /// A payload that is the vendor's but cannot be read is an event all the same; one that is no payload is refused.
    private func read(
        _ webhook: WebhookRequest, _ prepared: PreparedSource, _ parameters: ReadingParameters, door: Request.Door
    ) throws(IntakeRefusal) -> Reading {
        do throws(PayloadError) {
            let reading = try prepared.integration.interpret(webhook, parameters, templates: templates)
            guard reading.findings.isEmpty else { return reading }
            let nothing = Finding(type: "empty", meaning: .ignored(.quiet("the request carries no event")))
            return Reading([nothing], reply: reading.reply)
        } catch {
            switch error {
            case .malformed, .missingHeader: throw .invalidPayload(error)
            case .missing, .wrongType, .invalid:
                if door == .general, prepared.integration == General.self { throw .invalidPayload(error) }
                return Reading([Finding(type: "unreadable", meaning: .unreadable(error))])
            }
        }
    }

    /// A transcript is the payload itself: a source that must not keep payloads cannot take one.
    private func checkStorage(_ reading: Reading, _ source: Source) throws(IntakeRefusal) {
        guard source.storage == .renderOnly else { return }
        for finding in reading.findings {
            if case .transcript = finding.meaning {
                throw .invalidPayload(.invalid(path: "$.type", expected: "no transcript at a render_only source"))
            }
        }
    }

    private func checkWorkspace(_ reading: Reading, _ workspace: WorkspaceID) throws(IntakeRefusal) {
        for finding in reading.findings {
            if let meant = finding.provenance.workspace, meant != workspace.slug {
                throw .invalidPayload(.invalid(path: "$.workspace_id", expected: "\"\(workspace)\""))
            }
        }
    }

    private func sender(
        _ admission: Admission, _ source: Source, _ configuration: WorkspaceConfiguration
    ) -> Planner.Sender {
        if let bot = admission.bot {
            return Planner.Sender(
                message: .bot(bot.id), owner: bot.owner, mayCreateStreams: bot.mayCreateStreams, source: source)
        }
        return Planner.Sender(
            message: .source(source.id), owner: configuration.firstAdmin?.id, mayCreateStreams: false, source: source)
    }

    private func verification(
        _ admission: Admission, _ prepared: PreparedSource, _ evidence: Evidence?
    ) -> VerificationRecord {
        let keepsPayload = prepared.source.storage != .renderOnly
        guard let evidence else { return VerificationRecord(scheme: "bot_key", verdict: "verified") }
        return VerificationRecord(
            scheme: prepared.source.verification.scheme,
            verdict: prepared.isAuthenticated ? "verified" : "not required", secretIndex: evidence.secretIndex,
            signedAt: evidence.timestampSeconds.map(Timestamp.init(seconds:)),
            idempotencyKey: keepsPayload ? evidence.idempotencyKey : nil)
    }

    private func destination(
        _ admission: Admission, _ parameters: ReadingParameters, _ webhook: WebhookRequest
    ) -> DestinationWish {
        var wish = DestinationWish()
        wish.conversation = webhook.query["conversation"] ?? webhook.query["conversationId"]
        wish.stream =
            admission.door == .general || admission.door == .callback ? webhook.query["stream"] : parameters.stream
        if case .json(let document) = webhook.content { wish.document = document }
        return wish
    }

    private func redactor(_ prepared: PreparedSource, _ presented: [String]) -> Redactor {
        presented.isEmpty ? prepared.redactor : prepared.redactor.covering(presented)
    }

    // MARK: Refusing

    private func refuse(
        _ refusal: IntakeRefusal, _ admission: Admission, _ prepared: PreparedSource?, isKnownWorkspace: Bool = true
    ) -> IntakeOutcome {
        let workspace = isKnownWorkspace ? admission.workspace : nil
        return refuse(refusal, admission.incoming, workspace, prepared, admission.presentedSecrets)
    }

    /// Writes the refusal into the log's ring; the sender hears less than what stands there.
    func refuse(
        _ refusal: IntakeRefusal, _ incoming: IncomingRequest, _ workspace: WorkspaceID?, _ prepared: PreparedSource?,
        _ presentedSecrets: [String] = []
    ) -> IntakeOutcome {
        metrics.count(.refused, refusal.code)
        let redactor = (prepared?.redactor ?? Redactor(vault: vault, parts: nil, secrets: [])).covering(
            presentedSecrets)
        let keepsPayload = prepared?.source.storage != .renderOnly
        refusalLog.add(
            Refusal(
                workspace: workspace, source: prepared?.source.id, at: incoming.receivedAt, status: refusal.status,
                code: refusal.code, detail: redactor.text(refusal.detail), method: incoming.method,
                path: redactor.path(incoming.path), remoteAddress: keepsPayload ? incoming.remoteAddress : nil,
                headerNames: keepsPayload ? incoming.headers.fields.map { redactor.text($0.name) } : [],
                body: keepsPayload ? redactor.body(incoming.body.prefix(Refusal.bodyLimit)) : nil,
                bodySize: Int64(incoming.body.count)))
        return .refused(refusal)
    }

    func troubleCode(_ error: any Error) -> String {
        (error as? StoreError)?.code ?? "\(type(of: error))"
    }
}

extension Finding {
    fileprivate var isUnreadable: Bool {
        if case .unreadable = meaning { true } else { false }
    }
}
