import HTTPTypes
import Hub
import HubCore
import Hummingbird
import Integrations

/// The doors that webhooks come in by.
struct ReceivingRoutes: Sendable {
    let hub: Hub
    let forwarding: Forwarding
    let bodies: BodyGate

    /// For doors whose key names the source.
    static let chatBodyLimit = 25 << 20
    /// For the same before it is known that the key is a bot's: one that stands in the body is found with the body.
    static let strangersBodyLimit = 1 << 20

    /// Doors that take nothing but POST.
    private static let postOnly: [RouterPath] = [
        "/webhooks/v1/test", "/webhooks/v1/:workspace/:source", "/api/v1/external/:integration", "/hooks/slack/:key",
        "/api/v1/messages",
    ]

    func add(to router: Router<HubContext>) {
        for path in Self.postOnly {
            for method: HTTPRequest.Method in [.get, .head, .put, .patch, .delete, .options] {
                router.on(path, method: method) { _, context in
                    let response = Answer.methodNotAllowed("POST").response(in: context)
                    return method == .head ? response.createHeadResponse() : response
                }
            }
        }
        router.post("/webhooks/v1/test") { request, context in
            try await answer(request, context, limit: Source.Options().maxBodyBytes) { await test($0) }
        }
        router.post("/webhooks/v1/:workspace/:source") { request, context in
            try await named(request, context, through: .general)
        }
        for method: HTTPRequest.Method in [.get, .head, .options, .post] {
            router.on("/callbacks/:workspace/:source", method: method) { request, context in
                try await named(request, context, through: .callback)
            }
        }
        router.post("/api/v1/external/:integration") { request, context in
            let name = context.parameters.get("integration") ?? ""
            let limit = await chatBodyLimit(presenting: earlyKey(name, request))
            return try await answer(request, context, limit: limit, tooLarge: ChatAnswers.tooLarge) {
                await chat(name, $0)
            }
        }
        router.post("/hooks/slack/:key") { request, context in
            let key = context.parameters.get("key") ?? ""
            let limit = await chatBodyLimit(presenting: key)
            return try await answer(request, context, limit: limit, tooLarge: SlackAnswers.tooLarge) {
                await slack(key, $0)
            }
        }
        router.post("/api/v1/messages") { request, context in
            try await answer(request, context, limit: 1 << 20, tooLarge: ChatAnswers.tooLarge) { await messages($0) }
        }
        router.get("/api/v1/server_settings") { request, context in
            ChatAnswers.serverSettings(base: forwarding.base(of: Fields(request), peer: context.peerAddress))
                .response(in: context)
        }
    }

    // MARK: Doors whose URL names the source

    private func named(_ request: Request, _ context: HubContext, through door: HubCore.Request.Door) async throws
        -> Response
    {
        let workspace = context.parameters.get("workspace") ?? ""
        let source = context.parameters.get("source") ?? ""
        let limit = await hub.bodyLimit(workspace: workspace, source: source)
        return try await answer(request, context, limit: limit) { incoming in
            let outcome = await hub.receive(workspace: workspace, source: source, through: door, incoming)
            return GeneralAnswers.answer(outcome)
        }
    }

    /// Verifies, reads and plans like the real door, and stores nothing.
    private func test(_ incoming: IncomingRequest) async -> Answer {
        let query = incoming.rawQuery.map { FormDecoder.fields($0) } ?? Fields()
        let document = try? JSON.parse(incoming.body)  // A body that is no JSON names no source: the query has to.
        let workspace = query["workspace"] ?? document?["workspace_id"]?.string ?? ""
        let source = query["source"] ?? document?["source"]?.string ?? ""
        let outcome = await hub.receive(workspace: workspace, source: source, incoming, isDryRun: true)
        guard case .accepted(let acceptance) = outcome else { return GeneralAnswers.answer(outcome) }
        let mayKnow = await bearer(incoming, of: workspace)
        return GeneralAnswers.dryRun(acceptance, telling: mayKnow)
    }

    private func bearer(_ incoming: IncomingRequest, of workspace: String) async -> Bool {
        guard let token = BearerToken(incoming.headers)?.text,
            let credential = try? await hub.credential(token, at: incoming.receivedAt)  // Unknown means: not told.
        else { return false }
        return credential.kind == .token && (credential.workspace.map { $0.slug == workspace } ?? true)
    }

    // MARK: Doors whose key names the bot

    private func chatBodyLimit(presenting key: String?) async -> Int {
        // A store in trouble is reported by what follows.
        let bot = try? await hub.bot(key: key, at: hub.clock.now())
        return bot == nil ? Self.strangersBodyLimit : Self.chatBodyLimit
    }

    /// The key, where it stands before the body.
    private func earlyKey(_ integration: String, _ request: Request) -> String? {
        switch Catalog.integration(slug: integration)?.descriptor.chatDoor.credentials {
        case .basic: BasicCredentials(Fields(request))?.password
        case .apiKey: request.uri.query.flatMap { FormDecoder.fields($0)["api_key"] }
        case nil: nil
        }
    }

    private func chat(_ name: String, _ incoming: IncomingRequest) async -> Answer {
        guard let integration = Catalog.integration(slug: name) else { return ChatAnswers.unknownIntegration(name) }
        let descriptor = integration.descriptor
        let key: String?
        switch descriptor.chatDoor.credentials {
        case .basic: key = BasicCredentials(incoming.headers)?.password
        case .apiKey: key = ChatParameters.value("api_key", of: incoming)
        }
        let outcome = await hub.receiveChat(integration: integration, key: key, through: .chat, incoming) {
            acceptance in
            ChatAnswers.accepted(acceptance, descriptor).text
        }
        return ChatAnswers.answer(outcome, descriptor)
    }

    private func slack(_ key: String, _ incoming: IncomingRequest) async -> Answer {
        guard let integration = Catalog.integration(slug: "slack_incoming") else { return SlackAnswers.noService }
        let outcome = await hub.receiveChat(integration: integration, key: key, through: .slack, incoming) { _ in "ok" }
        return SlackAnswers.answer(outcome)
    }

    private func messages(_ incoming: IncomingRequest) async -> Answer {
        let credentials = BasicCredentials(incoming.headers)
        do throws(IntakeRefusal) {
            let bot = try await hub.bot(key: credentials?.password, at: incoming.receivedAt)
            guard bot.email == credentials?.user else { throw .invalidKey }
            guard let submission = MessageForm.submission(incoming) else { return MessageForm.problem(incoming) }
            return await send(submission, bot, incoming)
        } catch {
            return ChatAnswers.basicRefusal(error)
        }
    }

    private func send(_ submission: MessageSubmission, _ bot: Bot, _ incoming: IncomingRequest) async -> Answer {
        do throws(SubmissionError) {
            let seqs = try await hub.send(submission, from: .bot(bot), at: incoming.receivedAt)
            return .json(["result": "success", "msg": "", "id": JSON(seqs.first ?? 0)])
        } catch {
            return MessageForm.refusal(error)
        }
    }

    // MARK: From HTTP

    private func answer(
        _ request: Request, _ context: HubContext, limit: Int, tooLarge: Answer? = nil,
        _ respond: (IncomingRequest) async -> Answer
    ) async throws -> Response {
        let response = try await wholeAnswer(request, context, limit: limit, tooLarge: tooLarge, respond)
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func wholeAnswer(
        _ request: Request, _ context: HubContext, limit: Int, tooLarge: Answer?,
        _ respond: (IncomingRequest) async -> Answer
    ) async throws -> Response {
        do {
            let headers = Fields(request)
            let peer = context.peerAddress
            let sender = forwarding.client(of: headers, peer: peer)
            return try await bodies.withBody(of: request, from: sender, limit: limit) { body in
                let incoming = IncomingRequest(
                    method: request.method.rawValue, path: request.uri.path, rawQuery: request.uri.query,
                    headers: headers, body: body, remoteAddress: sender,
                    publicBase: forwarding.base(of: headers, peer: peer), receivedAt: hub.clock.now())
                return await respond(incoming).response(in: context)
            }
        } catch let error as BodyError {
            hub.metrics.count(.refused, "\(error)".split(separator: "(").first.map(String.init) ?? "")
            guard case .tooLarge = error, var tooLarge else { return error.answer.response(in: context) }
            tooLarge.closesConnection = true
            return tooLarge.response(in: context)
        }
    }
}

/// `Authorization: Basic`.
struct BasicCredentials {
    let user: String
    let password: String

    init?(_ headers: Fields) {
        guard let value = headers.header("Authorization"), value.count > 6,
            value.prefix(6).equalsIgnoringASCIICase("Basic "),
            let bytes = Base64.decode(value.dropFirst(6).trimmed())
        else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let colon = text.firstIndex(of: ":") else { return nil }
        // Some senders can only put the address into the URL, with the at-sign escaped.
        user = FormDecoder.percentDecode(Array(text[..<colon].utf8), plusIsBlank: false)
        password = String(text[text.index(after: colon)...])
    }
}

/// `Authorization: Bearer`.
struct BearerToken {
    let text: String

    init?(_ headers: Fields) {
        guard let value = headers.header("Authorization"), value.count > 7,
            value.prefix(7).equalsIgnoringASCIICase("Bearer ")
        else { return nil }
        text = value.dropFirst(7).trimmed()
    }
}

/// Parameters that may stand in the query or in a form; the form wins.
enum ChatParameters {
    static func value(_ name: String, of incoming: IncomingRequest) -> String? {
        fields(of: incoming)[name]
    }

    static func fields(of incoming: IncomingRequest) -> Fields {
        let query = incoming.rawQuery.map { FormDecoder.fields($0) } ?? Fields()
        let contentType = incoming.headers.header("Content-Type")
        let declared = HeaderValue(contentType ?? "").value
        guard declared.hasPrefix("multipart/") || declared == "application/x-www-form-urlencoded" else { return query }
        switch ContentReader.withoutXML.read(incoming.body, contentType: contentType) {
        case .form(let form): return Fields(form.fields + query.fields)
        case .multipart(let parts):
            return Fields(
                parts.compactMap { part in part.name.map { ($0, part.text) } }
                    + query.fields.map { ($0.name, $0.value) })
        default: return query
        }
    }
}
