package import Hub
import HubCore
import HubStorage

/// The server-rendered console: people's pages over the engine. Knows requests and answers, not the server.
package struct Console: Sendable {
    private let hub: Hub
    private let limiter = SignInLimiter()
    private let answers = AnswerLimiter()
    private let followers = Followers()
    private let replies = FormReplies()

    package init(hub: Hub) {
        self.hub = hub
    }

    /// Whether a path is one of the console's; all others belong to the doors and APIs.
    package static func owns(path: String) -> Bool {
        path == "/"
            || [
                "assets", "customers", "deliveries", "direct", "endpoints", "event-types", "events", "integrations",
                "invitations", "messages", "portal", "recoveries", "refusals", "requests", "s", "search", "settings",
                "signin", "signout", "sources", "streams", "surveys", "theme", "tickets", "transcripts",
            ]
            .contains(path.split(separator: "/", maxSplits: 1).first.map(String.init) ?? "")
    }

    /// For a browser at an address that is nobody's.
    package func stray(_ request: ConsoleRequest) async -> ConsoleResponse {
        do {
            if let visit = try await visit(request) { return visit.notFound }
        } catch {
            // Whoever it is, there is nothing here.
        }
        return Visitor(request).note("Not found", "There is nothing at this address.", status: 404)
    }

    package func respond(to request: ConsoleRequest) async -> ConsoleResponse {
        if let asset = Assets.response(to: request.path) { return asset }
        let isWrite = request.method == "POST"
        guard isWrite || request.method == "GET" || request.method == "HEAD" else {
            return Visitor(request).note(
                "Not possible", "Pages can be read, and forms sent; nothing else.", status: 405)
        }
        if isWrite, !request.isSameOrigin {
            return Visitor(request).note(
                "Refused", "That came from another site. Open the page here and try again.", status: 403)
        }
        if let answer = await SurveyDoor(hub: hub, limiter: answers).respond(to: request) { return answer }
        if let answer = await EntryRoutes(hub: hub, limiter: limiter).respond(to: request) { return answer }
        if let answer = await PortalRoutes(hub: hub, limiter: limiter, replies: replies).respond(to: request) {
            return answer
        }
        do {
            guard let visit = try await visit(request) else {
                let next = isWrite ? nil : request.location
                return .redirect(to: URLQuery.link("/signin", ["next": next == "/" ? nil : next]))
            }
            let session = request.cookie(Cookie.session) ?? ""
            return await replies.answer(request, session: session, hub: hub, at: visit.now) { await respond(visit) }
        } catch {
            return Visitor(request).note("Not now", "The store does not answer. Try again in a moment.", status: 503)
        }
    }

    /// - Returns: nil when nobody is signed in.
    private func visit(_ request: ConsoleRequest) async throws -> Visit? {
        guard let session = request.cookie(Cookie.session), let person = try await hub.person(session: session) else {
            return nil
        }
        return Visit(
            hub: hub, request: request, person: person,
            configuration: try await hub.configuration(of: person.workspace), now: hub.clock.now(),
            followers: followers)
    }

    private func respond(_ visit: Visit) async -> ConsoleResponse {
        let path = visit.request.path
        if let answer = await Self.routes.respond(to: visit, path: path) { return answer }
        if let answer = await Self.outgoing.respond(to: OutgoingVisit(visit), path: path) { return answer }
        return visit.notFound
    }

    private static let routes = RouteTable(
        VerifyRoutes.all + OverviewRoutes.all + EventRoutes.all + LogRoutes.all + SourceRoutes.all + CatalogueRoutes.all
            + ConversationRoutes.all + TranscriptRoutes.all + TicketRoutes.all + SurveyRoutes.all
            + EventTypeRoutes.all + RecoveryRoutes.all + CustomerRoutes.all + SettingsRoutes.all)
    /// Pages that customers see of their own in the portal, too.
    private static let outgoing = RouteTable(EndpointRoutes.console + DeliveryRoutes.console)
}

/// Names of our cookies.
enum Cookie {
    static let session = "martlet_session"
    static let theme = "martlet_theme"
    static let flash = "martlet_flash"
    static let portal = "martlet_portal"
}
