import Hub
import HubCore
import Synchronization

/// Sign-in, invitations and what works without either.
struct EntryRoutes: Sendable {
    let hub: Hub
    let limiter: SignInLimiter

    /// - Returns: nil when the path is none of these.
    func respond(to request: ConsoleRequest) async -> ConsoleResponse? {
        do {
            switch (request.method, request.path) {
            case ("GET", "/signin"), ("HEAD", "/signin"): return form(request, fault: nil)
            case ("POST", "/signin"): return try await signIn(request)
            case ("POST", "/signout"): return try await signOut(request)
            case ("POST", "/theme"): return setTheme(request)
            case ("POST", "/invitations"): return try await accept(request)
            case ("GET", let path) where path.hasPrefix("/invitations/"):
                return invitation(request, String(path.dropFirst("/invitations/".count)), fault: nil)
            default: return nil
            }
        } catch {
            return Visitor(request).note("Not now", "The store does not answer. Try again in a moment.", status: 503)
        }
    }

    // MARK: Sign-in

    private func form(_ request: ConsoleRequest, fault: String?) -> ConsoleResponse {
        let host = request.publicBase.split(separator: "/").last.map(String.init)
        let fields = request.method == "POST" ? request.form : request.query
        let view = SignInView(
            host: host, email: fields["email"], next: URLQuery.safePath(fields["next"]), fault: fault)
        return Visitor(request).page(view, title: "Sign in", status: fault == nil ? 200 : 401)
    }

    private func signIn(_ request: ConsoleRequest) async throws -> ConsoleResponse {
        let now = hub.clock.now()
        let who = request.clientAddress ?? "unknown"
        guard limiter.takeTry(who, at: now) else {
            return form(request, fault: "Too many tries from your address. Wait ten minutes.")
        }
        let session: Secret<String>?
        do {
            session = try await self.session(request)
        } catch {
            limiter.giveBack(who)
            throw error
        }
        guard let session else {
            let fault =
                token(request) == nil
                ? "That e-mail address and password do not go together."
                : "That token is not known, has ended, belongs to nobody, or may not do all that its person may."
            return form(request, fault: fault)
        }
        limiter.giveBack(who)
        return started(session, request, to: URLQuery.safePath(request.form["next"]))
    }

    private func session(_ request: ConsoleRequest) async throws -> Secret<String>? {
        if let token = token(request) { return try await hub.signIn(token: token) }
        return try await hub.signIn(
            email: request.form["email"]?.trimmed() ?? "", password: Secret(request.form["password"] ?? ""), to: nil)
    }

    private func token(_ request: ConsoleRequest) -> String? {
        request.form["token"].map { $0.trimmed() }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private func started(_ session: Secret<String>, _ request: ConsoleRequest, to path: String) -> ConsoleResponse {
        // The cookie is where a session's secret has to be in the open.
        ConsoleResponse.redirect(to: path).settingCookie(
            Cookie.session, session.reveal(), lifetime: .seconds(14 * 86400), isSecure: request.isSecure)
    }

    private func signOut(_ request: ConsoleRequest) async throws -> ConsoleResponse {
        if let session = request.cookie(Cookie.session) { try await hub.endSession(session) }
        return ConsoleResponse.redirect(to: "/signin")
            .settingCookie(Cookie.session, "", lifetime: .zero, isSecure: request.isSecure)
    }

    // MARK: Invitations

    private func invitation(_ request: ConsoleRequest, _ text: String, fault: String?) -> ConsoleResponse {
        let view = InvitationView(
            invitation: text, name: request.form["name"] ?? "", minimumLength: PasswordHash.minimumLength, fault: fault)
        return Visitor(request).page(view, title: "Welcome", status: fault == nil ? 200 : 422)
    }

    private func accept(_ request: ConsoleRequest) async throws -> ConsoleResponse {
        let text = request.form["invitation"] ?? ""
        let who = request.clientAddress ?? "unknown"
        guard limiter.takeTry(who, at: hub.clock.now()) else {
            return invitation(request, text, fault: "Too many tries from your address. Wait ten minutes.")
        }
        do throws(SetupError) {
            let session = try await hub.acceptInvitation(
                text, name: request.form["name"], password: Secret(request.form["password"] ?? ""))
            if let session {
                limiter.giveBack(who)
                return started(session, request, to: "/")
            }
            let advice = "It was used already, or its seven days are over. Ask an admin for a new link."
            return Visitor(request).note("This invitation is not good any more", advice, status: 410)
        } catch {
            // The link was good: what is wrong is what was typed, or the store.
            limiter.giveBack(who)
            guard case .invalid(_, let reason) = error else { throw error }
            return invitation(request, text, fault: "The password \(reason).")
        }
    }

    // MARK: Theme

    private func setTheme(_ request: ConsoleRequest) -> ConsoleResponse {
        let theme = request.form["theme"] ?? ""
        let back = ConsoleResponse.redirect(to: URLQuery.safePath(request.form["back"]))
        let isChosen = ["light", "dark"].contains(theme)
        return back.settingCookie(
            Cookie.theme, isChosen ? theme : "", lifetime: isChosen ? .seconds(365 * 86400) : .zero,
            isSecure: request.isSecure)
    }
}

/// Ten failures from one address in ten minutes, then no more tries.
final class SignInLimiter: Sendable {
    private static let limit = 10
    private static let window = Duration.seconds(600)
    /// Addresses that are remembered at once; beyond that the oldest go.
    private static let capacity = 4096

    private let failures = Mutex<[String: (count: Int, since: Timestamp)]>([:])

    /// A try counts as failed from its beginning, so that many at once are no more than one after the other.
    ///
    /// - Returns: false: there were too many, and this is none.
    func takeTry(_ address: String, at now: Timestamp) -> Bool {
        failures.withLock { failures in
            let known = failures[address].flatMap { now - $0.since < Self.window ? $0 : nil }
            if let known, known.count >= Self.limit { return false }
            if failures.count >= Self.capacity {
                failures = failures.filter { now - $0.value.since < Self.window }
                if failures.count >= Self.capacity, let oldest = failures.min(by: { $0.value.since < $1.value.since }) {
                    failures[oldest.key] = nil
                }
            }
            failures[address] = ((known?.count ?? 0) + 1, known?.since ?? now)
            return true
        }
    }

    /// The try did not fail.
    func giveBack(_ address: String) {
        failures.withLock { failures in
            guard let known = failures[address] else { return }
            failures[address] = known.count > 1 ? (known.count - 1, known.since) : nil
        }
    }
}
