import Hub
import HubCore

/// The customers' portal: in by a link that is good once, then pages of their own endpoints and nothing else.
struct PortalRoutes: Sendable {
    let hub: Hub
    let limiter: SignInLimiter
    let replies: FormReplies

    private static let table = RouteTable(EndpointRoutes.shared + DeliveryRoutes.shared)

    /// - Returns: nil when the path is not below `/portal`.
    func respond(to request: ConsoleRequest) async -> ConsoleResponse? {
        let parts = request.path.split(separator: "/").map(String.init)
        guard parts.first == "portal" else { return nil }
        do {
            switch (request.method, parts.count > 1 ? parts[1] : "") {
            case ("POST", "enter") where parts.count == 2: return try await enter(request)
            case (_, "enter") where parts.count == 3 && request.method != "POST": return door(request, parts[2])
            case (_, let id): return try await inside(request, id, path: Array(parts.dropFirst(2)))
            }
        } catch {
            return note(request, "Not now", "The store does not answer. Try again in a moment.", status: 503)
        }
    }

    // MARK: The door

    /// Looking at the link does not use it up: programs that preview links look at them, too.
    private func door(_ request: ConsoleRequest, _ link: String) -> ConsoleResponse {
        Visitor(request).page(PortalDoorView(link: link), title: "Webhooks")
    }

    private func enter(_ request: ConsoleRequest) async throws -> ConsoleResponse {
        let who = request.clientAddress ?? "unknown"
        guard limiter.takeTry(who, at: hub.clock.now()) else {
            return note(
                request, "Not now", "Too many tries from your address. Wait ten minutes.", status: 429)
        }
        guard let (session, secret) = try await hub.enterPortal(link: request.form["link"] ?? "") else {
            return note(
                request, "This link is not good any more", "It works once, for ten minutes. Ask for a new one.",
                status: 410)
        }
        limiter.giveBack(who)
        let base = OutgoingVisit.base(of: session.id)
        // The cookie is where a session's secret has to be in the open.
        return ConsoleResponse.redirect(to: "\(base)/endpoints").settingCookie(
            Cookie.portal, secret.reveal(), path: base, lifetime: session.endsAt - hub.clock.now(),
            isSecure: request.isSecure)
    }

    // MARK: Inside

    private func inside(_ request: ConsoleRequest, _ id: String, path: [String]) async throws -> ConsoleResponse {
        guard let id = ID<Credential>(id), let secret = request.cookie(Cookie.portal),
            let (session, workspace) = try await hub.portalSession(id, secret: secret)
        else {
            return note(
                request, "Not open", "Your visit is over, or was ended. Ask for a new link to come back.", status: 401)
        }
        if request.method == "POST", path == ["leave"] { return try await leave(request, session, workspace) }
        let visit = OutgoingVisit(session, hub: hub, request, try await hub.configuration(of: workspace))
        guard !path.isEmpty else { return .redirect(to: "\(visit.base)/endpoints") }
        return await replies.answer(request, session: secret, hub: hub, at: visit.now) {
            await Self.table.respond(to: visit, path: path.joined(separator: "/")) ?? visit.notFound
        }
    }

    private func leave(
        _ request: ConsoleRequest, _ session: PortalSession, _ workspace: WorkspaceID
    ) async throws -> ConsoleResponse {
        try await hub.revoke(portalSession: session.id, in: workspace, by: session.actor)
        return note(request, "Good-bye", "Your visit is ended. A new link opens the portal again.", status: 200)
            .settingCookie(
                Cookie.portal, "", path: OutgoingVisit.base(of: session.id), lifetime: .zero,
                isSecure: request.isSecure)
    }

    /// Customers have no account to sign in with.
    private func note(
        _ request: ConsoleRequest, _ heading: String, _ text: String, status: Int
    ) -> ConsoleResponse {
        Visitor(request).note(heading, text, status: status, offersSignIn: false)
    }
}
