import Hub
import HubCore
import HubStorage

/// A request for a page of a workspace by someone who may see some of it.
protocol PageVisit: Sendable {
    var hub: Hub { get }
    var request: ConsoleRequest { get }
    var configuration: WorkspaceConfiguration { get }
    var now: Timestamp { get }
    /// The values of the route's places.
    var parameters: [String: String] { get set }
    /// For the audit log.
    var actor: String { get }

    func may(_ permission: Permission) -> Bool
    func shell(_ title: String, _ section: Shell.Section?, _ flash: Shell.Flash?) -> Shell
    /// For who may see the page's address, and not do this there.
    var notAllowed: ConsoleResponse { get }
}

extension PageVisit {
    var workspace: WorkspaceID { configuration.workspace.id }
    var store: any Store { hub.store }
    var query: Fields { request.query }
    var form: Fields { request.form }

    /// A parameter of the query or the form without blanks around it; nil when there is none.
    func text(_ name: String) -> String? {
        let fields = request.method == "POST" ? form : query
        return fields[name].map { $0.trimmed() }.flatMap { $0.isEmpty ? nil : $0 }
    }

    // MARK: Answers

    func page(
        _ view: some TemplatedView, _ section: Shell.Section?, title: String, status: Int = 200
    ) -> ConsoleResponse {
        let flash = request.cookie(Cookie.flash).flatMap(Self.flash)
        let response = ConsoleResponse.page(view.html(in: shell(title, section, flash)), status: status)
        guard flash != nil else { return response }
        return response.settingCookie(Cookie.flash, "", lifetime: .zero, isSecure: request.isSecure)
    }

    func note(_ heading: String, _ text: String, status: Int) -> ConsoleResponse {
        page(NoteView(heading: heading, text: text), nil, title: heading, status: status)
    }

    /// After a write: the page anew, with a line that says what was done.
    func done(_ text: String, to path: String, isBad: Bool = false) -> ConsoleResponse {
        let value = (isBad ? "-" : "+") + FormDecoder.percentEncode(String(text.prefix(300)))
        return ConsoleResponse.redirect(to: path)
            .settingCookie(Cookie.flash, value, lifetime: .seconds(60), isSecure: request.isSecure)
    }

    private static func flash(_ cookie: String) -> Shell.Flash? {
        guard let mark = cookie.first, mark == "+" || mark == "-" else { return nil }
        let text = FormDecoder.percentDecode(Array(cookie.utf8.dropFirst()), plusIsBlank: false)
        return Shell.Flash(text: text, isBad: mark == "-")
    }

    var notFound: ConsoleResponse {
        note("Not found", "There is nothing at this address, or it is not yours.", status: 404)
    }

    func note(for error: any Error) -> ConsoleResponse {
        switch error {
        case SetupError.notFound(let what), StoreError.notFound(let what):
            return note("Not found", "There is no such \(what) any more.", status: 404)
        case let error as HelpdeskError:
            return note(for: error)
        case let error as SetupError:
            return note("Not done", error.shown, status: 422)
        default:
            return note("Not now", "The store does not answer. Try again in a moment.", status: 503)
        }
    }

    /// Does something and goes back, with a line on what was done or why not.
    func change(
        _ back: String, _ done: String, _ work: () async throws(SetupError) -> Void
    ) async -> ConsoleResponse {
        do throws(SetupError) {
            try await work()
            return self.done(done, to: back)
        } catch {
            return self.done(error.shown, to: back, isBad: true)
        }
    }

    // MARK: Parts that several pages have

    func time(_ time: Timestamp, _ style: TimeView.Style = .moment) -> TimeView {
        TimeView(time, now: now, style: style)
    }

    /// How long an old secret or key stays good: at most a week.
    var overlap: Duration {
        .seconds(min(max(text("overlap_seconds").flatMap(Int64.init) ?? 0, 0), 7 * 86400))
    }

    /// `since=24h` and the like.
    func since(_ text: String?) -> Timestamp? {
        switch text {
        case "1h": now - .seconds(3600)
        case "24h": now - .seconds(86400)
        case "7d": now - .seconds(7 * 86400)
        case "30d": now - .seconds(30 * 86400)
        default: nil
        }
    }

    static var sinceChoices: [(String, String)] {
        [
            ("", "Any time"), ("1h", "Last hour"), ("24h", "Last 24 hours"), ("7d", "Last 7 days"),
            ("30d", "Last 30 days"),
        ]
    }
}
