import HubCore
import HubStorage
import WebhookSignatures

extension Hub {
    /// The plan of a judged request, and what its sender will be told once it is committed.
    func plan(
        _ judgement: Judgement, _ admission: Admission, _ configuration: WorkspaceConfiguration
    ) -> (Plan, Acceptance) {
        let incoming = admission.incoming
        let now = incoming.receivedAt
        let source = judgement.prepared.source
        let request = Request(
            id: .make(at: now), workspace: source.workspace, source: source.id, door: admission.door, receivedAt: now,
            arrival: arrival(of: incoming, judgement), bodySize: Int64(incoming.body.count),
            verification: judgement.verification)
        let planned = Planner(configuration: configuration, sender: judgement.sender).plan(
            Planner.Input(
                origin: .received, request: request.id, cause: Cause(incoming.headers),
                // Of a source that keeps nothing of its requests, nothing goes on.
                trace: source.storage == .renderOnly ? nil : TraceContext(incoming.headers),
                findings: judgement.reading.findings,
                destination: judgement.destination, mayNotify: notices.mayNotify(source.id, at: now), now: now))
        let eventID = judgement.reading.findings.first?.externalID ?? planned.events.first.map { "\($0.id)" } ?? ""
        let acceptance = Acceptance(
            eventID: eventID, findings: judgement.reading.findings, reply: judgement.reading.reply,
            effects: admission.isDryRun ? planned.effects.map { $0.summary(in: configuration) } : [])
        var plan = Plan(
            workspace: source.workspace, configurationVersion: configuration.version, request: request,
            body: source.storage == .full ? incoming.body : nil, claims: claims(of: judgement, incoming),
            events: planned.events, effects: planned.effects, answer: admission.answer(acceptance))
        plan.contents = planned.contents
        return (plan, acceptance)
    }

    private func arrival(of incoming: IncomingRequest, _ judgement: Judgement) -> Request.Arrival? {
        guard judgement.prepared.source.storage != .renderOnly else { return nil }
        let redactor = judgement.redactor
        return Request.Arrival(
            method: incoming.method, path: redactor.path(incoming.path), query: redactor.query(incoming.rawQuery),
            headers: redactor.headers(incoming.headers), remoteAddress: incoming.remoteAddress)
    }

    /// What must not have come before. Nothing that an unverified request says of itself counts.
    private func claims(of judgement: Judgement, _ incoming: IncomingRequest) -> [IdempotencyClaim] {
        let source = judgement.prepared.source
        guard judgement.prepared.isAuthenticated else { return [] }
        let place = source.id.bytes
        let bodyHash = vault.hash(.idempotency, place, incoming.body)
        let expiresAt = incoming.receivedAt + .seconds(source.verification.idempotencyTTLSeconds)
        func claim(_ kind: String, _ value: [UInt8]) -> IdempotencyClaim {
            let key = vault.hash(.idempotency, place, Array(kind.utf8), value)
            return IdempotencyClaim(
                key: Array(key.prefix(16)), bodyHash: Array(bodyHash.prefix(8)), expiresAt: expiresAt)
        }
        var claims: [IdempotencyClaim] = []
        if let key = judgement.evidence?.idempotencyKey { claims.append(claim("id", Array(key.utf8))) }
        let findings = judgement.reading.findings
        var isIDSigned = false
        if findings.count == 1, let externalID = findings[0].externalID {
            isIDSigned = !findings[0].provenance.isIDInHeader
            // One kind for both: a key that is the event's id counts once, and is taken for later keys too.
            if externalID != judgement.evidence?.idempotencyKey {
                claims.append(claim("id", Array(externalID.utf8)))
            }
        }
        if !isIDSigned, source.verification.scheme == "signed" {
            // The signature covers neither time nor key: the body itself counts, or a recorded request could come again.
            claims.append(claim("body", bodyHash))
        }
        return claims
    }
}

extension Effect {
    /// For a dry run: what would happen, in a line.
    fileprivate func summary(in configuration: WorkspaceConfiguration) -> String {
        switch self {
        case .post(let post):
            let place =
                switch post.place {
                case .stream(let id): "#\(configuration.stream(id)?.name ?? "\(id)")"
                case .streamNamed(let name): "#\(name) (made new)"
                case .direct(let id): "@\(configuration.person(id)?.email ?? "\(id)")"
                }
            return "message to \(place), topic “\(post.draft.topic)”"
        case .mergeTranscript(let merge):
            return "transcript \(merge.draft.session), \(merge.draft.entries.count) messages"
        case .keep:
            return "a record"
        case .deliver(let delivery):
            let endpoint = configuration.endpoint(delivery.endpoint)
            return "webhook to \(endpoint.map { $0.name.isEmpty ? $0.origin : $0.name } ?? "\(delivery.endpoint)")"
        case .fanOut:
            return "webhooks to more than \(Planner.fanOutThreshold) endpoints"
        }
    }
}
