package import HubCore
import HubStorage
import Integrations

/// Why a request cannot be replayed.
package enum ReplayError: Error, Sendable, Equatable {
    case notFound
    /// Its body was never kept, or is not kept any more.
    case bodyNotKept
    /// Its source is gone, or its integration is not known here.
    case sourceGone
    case unavailable(detail: String)

    /// Stable: returned by the API. Append, never rename.
    package var code: String {
        switch self {
        case .notFound: "not_found"
        case .bodyNotKept: "body_not_kept"
        case .sourceGone: "source_gone"
        case .unavailable: "unavailable"
        }
    }
}

extension Hub {
    /// Reads a stored request again as if it had come now: a new request, new events, new messages.
    ///
    /// It was verified when it came; its credentials are not stored, so it is not verified again.
    ///
    /// - Returns: the id of the new request.
    package func replay(
        _ id: ID<Request>, in workspace: WorkspaceID, by actor: String
    ) async throws(ReplayError) -> ID<Request> {
        do {
            guard let story = try await store.story(of: id, in: workspace) else { throw ReplayError.notFound }
            guard let body = story.body ?? (story.summary.request.bodySize == 0 ? [] : nil),
                let arrival = story.summary.request.arrival
            else { throw ReplayError.bodyNotKept }
            for _ in 0..<3 {
                guard let runtime = try await runtimes.refreshed(workspace),
                    let source = story.summary.request.source.flatMap(runtime.configuration.source),
                    let prepared = runtime.prepared(source, at: clock.now())
                else { throw ReplayError.sourceGone }
                let (plan, request) = replayPlan(story.summary.request, body, arrival, prepared, runtime)
                guard case .committed = try await commit(plan) else { continue }
                try await store.apply(
                    [],
                    AuditEntry(
                        at: clock.now(), workspace: workspace, actor: actor, action: "request.replay",
                        subject: "\(id)", detail: "as \(request)"))
                return request
            }
            throw ReplayError.unavailable(detail: "the configuration kept changing")
        } catch let error as ReplayError {
            throw error
        } catch {
            throw .unavailable(detail: troubleCode(error))
        }
    }

    private func replayPlan(
        _ original: Request, _ body: [UInt8], _ arrival: Request.Arrival, _ prepared: PreparedSource,
        _ runtime: WorkspaceRuntime
    ) -> (Plan, ID<Request>) {
        let now = clock.now()
        let webhook = WebhookRequest(
            method: arrival.method, path: arrival.path, rawQuery: arrival.query, headers: arrival.headers, body: body,
            content: content.read(body, contentType: arrival.headers.header("Content-Type")), receivedAt: now)
        let configuration = runtime.configuration
        let bot = prepared.source.bot.flatMap(configuration.bot)
        let sender = Planner.Sender(
            message: bot.map { .bot($0.id) } ?? .source(prepared.source.id),
            owner: bot?.owner ?? configuration.firstAdmin?.id, mayCreateStreams: bot?.mayCreateStreams ?? false,
            source: prepared.source)
        let parameters = bot == nil ? prepared.parameters : chatParameters(webhook, prepared) ?? prepared.parameters
        let findings: [Finding]
        do throws(PayloadError) {
            findings = try prepared.integration.interpret(webhook, parameters, templates: templates).findings
        } catch {
            findings = [Finding(type: "unreadable", meaning: .unreadable(error))]
        }
        let request = Request(
            id: .make(at: now), workspace: original.workspace, source: prepared.source.id, door: .replay,
            receivedAt: now, arrival: arrival, bodySize: original.bodySize, verification: original.verification,
            replayOf: original.id)
        var wish = DestinationWish(
            conversation: webhook.query["conversation"] ?? webhook.query["conversationId"], stream: parameters.stream)
        if case .json(let document) = webhook.content { wish.document = document }
        let planned = Planner(configuration: configuration, sender: sender).plan(
            Planner.Input(
                origin: .received, request: request.id, trace: TraceContext(arrival.headers), findings: findings,
                destination: wish, mayNotify: false, now: now))
        var plan = Plan(
            workspace: original.workspace, configurationVersion: configuration.version, request: request, body: body,
            claims: [], events: planned.events, effects: planned.effects, answer: "")
        plan.contents = planned.contents
        return (plan, request.id)
    }

    private func chatParameters(_ webhook: WebhookRequest, _ prepared: PreparedSource) -> ReadingParameters? {
        // It was read with these once already; what fails now is shown as it is without them.
        try? ReadingParameters(
            ReadingParameters.fields(of: webhook),
            unescapesTwice: prepared.integration.descriptor.chatDoor.unescapesTwice)
    }
}
