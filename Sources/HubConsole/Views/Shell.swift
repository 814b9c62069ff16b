import HubCore

/// What stands around every page.
struct Shell: Sendable {
    struct Entry: Sendable {
        let label: String
        let href: String
        let icon: String
        /// The letter that goes there after `g`.
        let key: String?
        let isCurrent: Bool
    }

    struct Flash: Sendable {
        let text: String
        let isBad: Bool
    }

    let title: String
    let path: String
    let workspaceName: String
    let personName: String
    let personRole: String
    let navigation: [Entry]
    /// `light` or `dark`; nil follows the system.
    let theme: String?
    let nextTheme: String
    let themeHint: String
    let flash: Flash?
    let assets: String

    /// The part of the console that a page belongs to.
    enum Section: String, Sendable, CaseIterable {
        case overview, events, conversations, tickets, surveys, sources, integrations, settings

        var label: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

        var href: String {
            switch self {
            case .overview: "/"
            case .conversations: "/streams"
            case .settings: "/settings/people"
            case .events, .tickets, .surveys, .sources, .integrations: "/" + rawValue
            }
        }

        var key: String? {
            switch self {
            case .settings: ","
            case .surveys: "u"  // Sources have the s.
            default: String(rawValue.prefix(1))
            }
        }
    }

    init(
        title: String, section: Section?, path: String, workspaceName: String, person: (name: String, role: String),
        theme: String? = nil, flash: Flash? = nil
    ) {
        self.title = title
        self.path = path
        self.workspaceName = workspaceName
        personName = person.name
        personRole = person.role
        self.theme = theme
        self.flash = flash
        assets = Assets.base
        navigation = Section.allCases.map {
            Entry(label: $0.label, href: $0.href, icon: $0.rawValue, key: $0.key, isCurrent: $0 == section)
        }
        (nextTheme, themeHint) =
            switch theme {
            case "light": ("dark", "Light; switch to dark")
            case "dark": ("auto", "Dark; follow the system")
            default: ("light", "As the system has it; switch to light")
            }
    }

    /// For pages before the door.
    static func outside(title: String, theme: String?) -> Shell {
        Shell(title: title, section: nil, path: "/", workspaceName: "", person: ("", ""), theme: theme)
    }
}

/// A page: what stands around it and what is in it.
struct PageContext<View: Sendable>: Sendable {
    let shell: Shell
    let view: View
}

/// A view that has a template.
protocol TemplatedView: Sendable {
    static var template: String { get }
}

extension TemplatedView {
    func html(in shell: Shell) -> String {
        PageTemplates.shared.render(Self.template, PageContext(shell: shell, view: self))
    }
}
