import HTTPTypes
import Hub
import HubCore
import HubStorage

/// The log of what was received, and receiving it again.
enum RequestCalls {
    static let all = [
        Call(
            .get, "/v1/requests", "Requests, newest first; with status=refused those that were turned away",
            .workspace(.read), .list(of: .either(RequestDocuments.summary, RequestDocuments.refusal)),
            query: filters + Shape.Member.paging, answer: list),
        Call(
            .get, "/v1/requests/{request}", "One request's whole story", .workspace(.read),
            .document(RequestDocuments.story), answer: show),
        Call(
            .post, "/v1/requests/{request}/replay", "Read a request again as if it came now", .workspace(.admin),
            .document(
                .object([.required("id", .text, "Of the new request."), .required("replay_of", .text)]), status: 201),
            answer: replay),
        Call(
            .post, "/v1/requests/replay", "Replay many: those named, or one piece of those that a query finds",
            .workspace(.admin), .document(reportShape),
            body: .object([
                .optional("ids", .list(of: .text, limit: 500)),
                .optional("query", .object(filters), "Finds oldest first, and no replays."),
                .optional("limit", .integer(1...500), "How many of a query at once; 100 unless given."),
                .optional("cursor", .text, "`next` of the piece before."),
                .optional("dry_run", .boolean, "Only count."),
            ]), answer: replayMany),
    ]

    private static let refused = "refused"

    private static let filters: [Shape.Member] = [
        .optional("source", .text, "Name or id of a source."),
        .optional("status", .choice(["message", "transcript", "ignored", "unreadable", refused])),
        .optional(
            "q", .text(0...200), "Words to find in what events are called and say; a star finds beginnings: `deploy*`."),
        .optional("since", .moment), .optional("until", .moment),
    ]

    private static let reportShape = Shape.named(
        "ReplayReport",
        [
            .required("count", .integer, "How many were replayed, or would be."), .required("dry_run", .boolean),
            .required("data", .list(of: .object([.required("id", .text), .required("replay_of", .text)]))),
            .required("failed", .list(of: .object([.required("id", .text), .required("error", .text)]))),
            .required("next", .text.orNull, "Of a query: the cursor of the next piece; null when there is none."),
        ])

    // MARK: Reading

    private static func list(_ call: CallContext) async throws -> CallAnswer {
        let sources = try await call.configuration()
        if call.query["status"].text == refused { return try await refusals(call, sources) }
        let page = try await call.hub.store.requests(
            of: try call.workspace, try await query(call.query, call), try call.page())
        return .list(page.elements.map { RequestDocuments.summary($0, sources) }, next: page.next)
    }

    private static func query(_ payload: Payload, _ call: CallContext) async throws -> RequestQuery {
        var query = RequestQuery()
        query.source = try await call.source(payload["source"])
        query.outcome = payload["status"].text
        query.text = payload["q"].text
        query.since = call.moment(payload["since"])
        query.until = call.moment(payload["until"])
        return query
    }

    /// The ring of refusals is small: what the store does not filter by is filtered here.
    private static func refusals(_ call: CallContext, _ sources: WorkspaceConfiguration) async throws -> CallAnswer {
        let source = try await call.source(call.query["source"])
        let wanted = try call.page()
        var found: [Refusal] = []
        var cursor = try call.cursor(call.query["cursor"])
        repeat {
            let page = try await call.hub.store.refusals(
                of: try call.workspace, source: source, PageRequest(.before(cursor), limit: 500))
            found += page.elements.filter { isWanted($0, call) }
            cursor = page.next
        } while cursor != nil && found.count <= wanted.limit
        let elements = Array(found.prefix(wanted.limit))
        let next = found.count > elements.count ? elements.last?.seq : nil
        return .list(elements.map { RequestDocuments.refusal($0, sources) }, next: next)
    }

    private static func isWanted(_ refusal: Refusal, _ call: CallContext) -> Bool {
        if let since = call.moment(call.query["since"]), refusal.at < since { return false }
        if let until = call.moment(call.query["until"]), refusal.at >= until { return false }
        guard let words = call.query["q"].filledText?.lowercased().split(separator: " ") else { return true }
        let text = "\(refusal.code) \(refusal.detail) \(refusal.path) \(refusal.remoteAddress ?? "")".lowercased()
        return words.allSatisfy { text.contains($0) }
    }

    private static func show(_ call: CallContext) async throws -> CallAnswer {
        let id: ID<Request> = try call.id("request", "request")
        guard let story = try await call.hub.store.story(of: id, in: try call.workspace) else {
            throw ManagementError.notFound(what: "request")
        }
        return .document(
            RequestDocuments.story(story, try await call.configuration(), for: call.caller.audience))
    }

    // MARK: Replaying

    private static func replay(_ call: CallContext) async throws -> CallAnswer {
        let id: ID<Request> = try call.id("request", "request")
        let replay = try await call.hub.replay(id, in: try call.workspace, by: call.actor)
        return .document(["id": JSON(replay), "replay_of": JSON(id)])
    }

    private static func replayMany(_ call: CallContext) async throws -> CallAnswer {
        let isDryRun = call.body["dry_run"].isTrue
        switch (call.body["ids"].present, call.body["query"].present) {
        case (let ids?, nil):
            let ids = try ids.list.map { payload -> ID<Request> in
                guard let id = ID<Request>(try payload.string) else {
                    throw ShapeError(path: payload.path, problem: "expected the id of a request")
                }
                return id
            }
            return .document(
                isDryRun ? count(ids.count) : try await report(ids, next: nil, call))
        case (nil, let wish?):
            guard wish["status"].text != refused else {
                throw ShapeError(
                    path: wish["status"].path, problem: "refused requests are not stored, and so not replayed")
            }
            let query = try await query(wish, call)
            if isDryRun { return .document(count(try await call.hub.countReplayable(query, in: try call.workspace))) }
            let piece = try await call.hub.replayable(
                query, in: try call.workspace, after: try call.cursor(call.body["cursor"]) ?? 0,
                limit: Int(call.body["limit"].number ?? 100))
            return .document(try await report(piece.elements, next: piece.next, call))
        default:
            throw ShapeError(path: "$", problem: "expected either ids or query")
        }
    }

    private static func count(_ count: Int) -> JSON {
        ["count": JSON(count), "dry_run": true, "data": [], "failed": [], "next": nil]
    }

    private static func report(_ ids: [ID<Request>], next: Int64?, _ call: CallContext) async throws -> JSON {
        let report = await call.hub.replay(ids, in: try call.workspace, by: call.actor)
        return [
            "count": JSON(report.replayed.count), "dry_run": false,
            "data": .array(report.replayed.map { ["id": JSON($0.replay), "replay_of": JSON($0.original)] }),
            "failed": .array(report.failed.map { ["id": JSON($0.original), "error": .string($0.error.code)] }),
            "next": JSON(next.map(Cursor.text)),
        ]
    }
}
