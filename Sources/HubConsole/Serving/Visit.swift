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

    /// - Parameter offersSignIn: not so for those who have no account here.
    func note(_ heading: String, _ text: String, status: Int, offersSignIn: Bool = true) -> ConsoleResponse {
        page(
            DoorNoteView(heading: heading, text: text, offersSignIn: offersSignIn), title: heading, status: status)
    }
}

/// A request of a person who is signed in, with what its page may need.
struct Visit: PageVisit {
    let hub: Hub
    let request: ConsoleRequest
    let person: Person
    let configuration: WorkspaceConfiguration
    let now: Timestamp
    let followers: Followers
    var parameters: [String: String] = [:]

    /// For the audit log.
    var actor: String { "\(person.id)" }
    var isAdmin: Bool { may(.administer) }

    func may(_ permission: Permission) -> Bool { person.may(permission) }

    func shell(_ title: String, _ section: Shell.Section?, _ flash: Shell.Flash?) -> Shell {
        Shell(
            title: title, section: section, path: request.method == "POST" ? "/" : request.location,
            workspaceName: configuration.workspace.name,
            person: (person.name, person.role.rawValue.capitalizedFirst), theme: Visitor(request).theme, flash: flash)
    }

    var notAllowed: ConsoleResponse {
        note("Not yours to do", "Your role is \(person.role.rawValue). Ask an admin.", status: 403)
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
