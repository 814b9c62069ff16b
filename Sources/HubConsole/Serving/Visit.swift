import Hub
import HubCore
import HubStorage

/// Someone who is not signed in (yet).
struct Visitor: Sendable {
    let request: ConsoleRequest

    init(_ request: ConsoleRequest) {
        self.request = request
    }

    /// `light` or `dark`; nil when the system decides.
    var theme: String? {
        request.cookie(Cookie.theme).flatMap { ["light", "dark"].contains($0) ? $0 : nil }
    }

    func page(_ view: some TemplatedView, title: String, status: Int = 200) -> ConsoleResponse {
        .page(view.html(in: .outside(title: title, theme: theme)), status: status)
    }

    func note(_ heading: String, _ text: String, status: Int) -> ConsoleResponse {
        page(DoorNoteView(heading: heading, text: text), title: heading, status: status)
    }
}

/// A request of a person who is signed in, with what its page may need.
struct Visit: Sendable {
    let hub: Hub
    let request: ConsoleRequest
    let person: Person
    let configuration: WorkspaceConfiguration
    let now: Timestamp
    let followers: Followers
    /// The values of the route's places.
    var parameters: [String: String] = [:]

    var workspace: WorkspaceID { configuration.workspace.id }
    var store: any Store { hub.store }
    var query: Fields { request.query }
    var form: Fields { request.form }
    /// For the audit log.
    var actor: String { "\(person.id)" }
    var isAdmin: Bool { may(.administer) }

    func may(_ permission: Permission) -> Bool {
        switch permission {
        case .read: true
        case .write: person.role != .viewer
        case .administer: person.role == .admin
        }
    }

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
        let shell = Shell(
            title: title, section: section, path: request.method == "POST" ? "/" : request.location,
            workspaceName: configuration.workspace.name,
            person: (person.name, person.role.rawValue.capitalizedFirst), theme: Visitor(request).theme, flash: flash)
        let response = ConsoleResponse.page(view.html(in: shell), status: status)
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
            return note("Not done", "\(error)".sentence, status: 422)
        default:
            return note("Not now", "The store does not answer. Try again in a moment.", status: 503)
        }
    }

    func time(_ time: Timestamp, _ style: TimeView.Style = .moment) -> TimeView {
        TimeView(time, now: now, style: style)
    }
}

extension String {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }

    /// With a capital and a full stop.
    var sentence: String {
        let text = capitalizedFirst
        return text.last.map { ".!?".contains($0) } == true ? text : text + "."
    }
}
