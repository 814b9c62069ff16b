import HTTPTypes
import Hub
import HubCore
import HubStorage
import Hummingbird

/// The management API: finds the call, the caller and the workspace, checks what was sent, and answers in JSON.
struct ManagementRoutes: Sendable {
    let hub: Hub
    let forwarding: Forwarding
    let bodies: BodyGate
    let publicHost: String

    static let table = CallTable(
        WorkspaceCalls.all + PeopleCalls.all + BotCalls.all + StreamCalls.all + TokenCalls.all + CustomerCalls.all
            + PortalCalls.all
            + SourceCalls.all + EndpointCalls.all + DeliveryCalls.all + ListenCalls.all + RecoveryCalls.all
            + EventTypeCalls.all
            + RequestCalls.all + EventCalls.all + MessageCalls.all + TranscriptCalls.all + CatalogCalls.all
            + TicketCalls.all + SurveyCalls.all)
    static let bodyLimit = 1 << 20

    private static let description = OpenAPI.document(of: table.calls, webhooks: CatalogueEntry.builtIn).bytes

    func add(to router: Router<HubContext>) {
        router.get("/openapi.json") { request, context in await describe(request, context) }
        for method in CallTable.methods {
            router.on("/v1/**", method: method) { request, context in try await respond(to: request, context) }
        }
    }

    /// What is the same for everybody is told to everybody; who shows a token sees their workspace's own types as well.
    private func describe(_ request: Request, _ context: HubContext) async -> Response {
        let headers = Fields(request.headers.map { ($0.name.rawName, $0.value) })
        guard headers.header("Authorization") != nil else {
            return Answer(status: .ok, contentType: "application/json", body: Self.description).response(in: context)
        }
        do {
            let access = Call.Access.instance(.read)
            let (_, caller) = try await caller(headers, for: access)
            var types = CatalogueEntry.builtIn
            if let workspace = try await workspace(headers, caller, for: access) {
                let own = try await hub.configuration(of: workspace).eventTypes.values.sorted { $0.name < $1.name }
                types += own.map(CatalogueEntry.init)
            }
            return Answer.json(OpenAPI.document(of: Self.table.calls, webhooks: types)).uncached(in: context)
        } catch {
            return ManagementError(error).answer.response(in: context)
        }
    }

    private func respond(to request: Request, _ context: HubContext) async throws -> Response {
        switch Self.table.match(request.method, request.uri.path) {
        case .unknown:
            return Answer.error("not_found", detail: "there is no such call; see /openapi.json", status: 404)
                .response(in: context)
        case .wrongMethod(let allowed):
            var answer = Answer.error("method_not_allowed", status: 405)
            answer.headers[.allow] = Set(allowed.map(\.rawValue)).sorted().joined(separator: ", ")
            return answer.response(in: context)
        case .call(let call, let parameters):
            let response = try await answer(call, parameters, request, context)
            return request.method == .head ? response.createHeadResponse() : response
        }
    }

    private func answer(
        _ call: Call, _ parameters: [String: String], _ request: Request, _ context: HubContext
    ) async throws -> Response {
        do {
            let headers = Fields(request.headers.map { ($0.name.rawName, $0.value) })
            // Nothing but a bearer token counts: no cookie that a browser adds by itself lets another site write here.
            let (token, caller) = try await caller(headers, for: call.access)
            let workspace = try await workspace(headers, caller, for: call.access)
            let base = forwarding.base(of: headers, peer: context.peerAddress)
            let sender = forwarding.client(of: headers, peer: context.peerAddress)
            return try await bodies.withBody(of: request, from: sender, limit: Self.bodyLimit) { bytes in
                let sent = (query: try Self.query(request.uri.query, of: call), body: try Self.body(bytes, of: call))
                let given = CallContext(
                    hub: hub, caller: caller, publicBase: base, publicHost: publicHost, parameters: parameters,
                    query: sent.query, body: sent.body, lastEventID: headers.header("Last-Event-ID"),
                    headers: try Self.headers(headers, of: call), scope: call.access.scope, token: token,
                    namedWorkspace: workspace)
                return Self.response(try await Self.run(call, given), of: call, in: context)
            }
        } catch let error as BodyError {
            return error.answer.response(in: context)
        } catch {
            return ManagementError(error).answer.response(in: context)
        }
    }

    /// Runs a call; once more when the master key was rotated under it: nothing was changed, and the new key is known.
    private static func run(_ call: Call, _ given: CallContext) async throws -> CallAnswer {
        do {
            return try await call.answer(given)
        } catch SetupError.unavailable(let detail) where detail == StoreError.staleKey.code {
            return try await call.answer(given)
        }
    }

    // MARK: Who and where

    private func caller(
        _ headers: Fields, for access: Call.Access
    ) async throws -> (token: Secret<String>, caller: Caller) {
        guard let token = BearerToken(headers)?.text, let caller = try await hub.caller(token: token) else {
            throw ManagementError.unauthenticated
        }
        guard caller.may(access.scope) else {
            throw ManagementError.forbidden(reason: "this token lacks the scope \(access.scope.rawValue)")
        }
        return (Secret(token), caller)
    }

    /// The token's own workspace, or the one that a token for the whole instance names.
    private func workspace(_ headers: Fields, _ caller: Caller, for access: Call.Access) async throws -> WorkspaceID? {
        let named = headers.header("Martlet-Workspace").map { $0.trimmed() }
        if let own = caller.workspace {
            guard named == nil || named == own.slug else { throw ManagementError.notFound(what: "workspace") }
            return own
        }
        guard let named else {
            if case .workspace = access { throw ManagementError.workspaceRequired }
            return nil
        }
        guard let workspace = WorkspaceID(named), try await hub.store.configurationVersion(of: workspace) != nil else {
            throw ManagementError.notFound(what: "workspace")
        }
        return workspace
    }

    // MARK: What was sent

    private static func body(_ bytes: [UInt8], of call: Call) throws -> Payload {
        guard let shape = call.body else { return Payload(nil) }
        let document: JSON
        do throws(JSONError) {
            // A call whose body is all optional may go without one.
            document = bytes.isEmpty ? [:] : try JSON.parse(bytes)
        } catch {
            throw ManagementError.invalid(detail: "$: \(error)")
        }
        let payload = Payload(document)
        try shape.check(payload)
        return payload
    }

    /// The parameters of the query as an object, so that they are read and checked like a body.
    private static func query(_ raw: String?, of call: Call) throws -> Payload {
        var object = JSON.Object()
        for field in FormDecoder.fields(raw ?? "").fields where !field.value.isEmpty {
            guard let member = call.query.first(where: { $0.name == field.name }) else {
                let problem = Shape.unknown("parameter", among: call.query.map(\.name))
                throw ManagementError.invalid(detail: "\(field.name): \(problem)")
            }
            switch member.shape.kind {
            case .integer: object[field.name] = Int64(field.value).map { JSON($0) } ?? .string(field.value)
            case .boolean: object[field.name] = Bool(field.value).map(JSON.bool) ?? .string(field.value)
            default: object[field.name] = .string(field.value)
            }
        }
        let payload = Payload(.object(object))
        do throws(ShapeError) {
            try Shape.object(call.query).check(payload)
        } catch {
            throw ShapeError(path: String(error.path.dropFirst(2)), problem: error.problem)
        }
        return payload
    }

    /// The headers that the call takes as an object; others are nobody's business here.
    private static func headers(_ headers: Fields, of call: Call) throws -> Payload {
        var object = JSON.Object()
        for member in call.headers { object[member.name] = headers.header(member.name).map(JSON.string) }
        let payload = Payload(.object(object))
        do throws(ShapeError) {
            try Shape.object(call.headers).check(payload)
        } catch {
            // Never the value: it may be a secret.
            throw ShapeError(path: String(error.path.dropFirst(2)), problem: error.problem)
        }
        return payload
    }

    // MARK: Answering

    private static func response(_ answer: CallAnswer, of call: Call, in context: HubContext) -> Response {
        switch answer {
        case .nothing:
            return Response(status: .noContent)
        case .list(let elements, let next):
            return Answer.json(["data": .array(elements), "next": JSON(next.map(Cursor.text))]).uncached(in: context)
        case .events(let feed):
            return feed.response()
        case .document(let document, let status):
            var usual = 200
            if case .document(_, let status) = call.outcome { usual = status }
            return Answer.json(document, status: status ?? usual).uncached(in: context)
        }
    }
}

extension Answer {
    /// Answers hold what only this caller may see, some of it once.
    fileprivate func uncached(in context: HubContext) -> Response {
        var answer = self
        answer.headers[.cacheControl] = "no-store"
        return answer.response(in: context)
    }
}
