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
        /// Whether a phone shows it without opening the rest.
        let isPrimary: Bool
        /// Whether a little room stands before it.
        let startsGroup: Bool
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
    /// What a phone shows only when asked.
    let moreNavigation: [Entry]
    let hasMore: Bool
    let isInMore: Bool
    /// Where the name at the top leads.
    let home: String
    let signOut: String
    /// `light` or `dark`; nil follows the system.
    let theme: String?
    let nextTheme: String
    let themeHint: String
    let flash: Flash?
    let assets: String
    /// For the forms of this page: what makes a second click on one of them the same one.
    let formKey: String

    /// The part of the console that a page belongs to.
    enum Section: String, Sendable, CaseIterable {
        case overview, events, conversations, tickets, surveys, sources, integrations
        case endpoints, deliveries
        case eventTypes = "event-types"
        case customers, settings

        var label: String { rawValue.replacing("-", with: " ").capitalizedFirst }

        var href: String {
            switch self {
            case .overview: "/"
            case .conversations: "/streams" + ConversationsView.newest
            case .settings: "/settings/people"
            case .events, .tickets, .surveys, .sources, .integrations, .endpoints, .deliveries, .eventTypes,
                .customers:
                "/" + rawValue
            }
        }

        var key: String {
            switch self {
            case .settings: ","
            // `e` is for events; these send webhooks.
            case .endpoints: "w"
            case .eventTypes: "y"
            // Sources have the s, conversations the c.
            case .surveys: "u"
            case .customers: "m"
            case .overview, .events, .conversations, .tickets, .sources, .integrations, .deliveries:
                String(rawValue.prefix(1))
            }
        }

        var isPrimary: Bool { [.overview, .events, .conversations, .deliveries].contains(self) }
        var startsGroup: Bool { [.endpoints, .settings].contains(self) }
    }

    init(
        title: String, section: Section?, path: String, workspaceName: String, person: (name: String, role: String),
        theme: String? = nil, flash: Flash? = nil
    ) {
        let navigation = Section.allCases.map { Entry($0, base: "", isCurrent: $0 == section) }
        self.init(
            title: title, path: path, workspaceName: workspaceName, person: person, navigation: navigation, home: "/",
            signOut: "/signout", theme: theme, flash: flash)
    }

    /// For a customer in the portal.
    init(
        title: String, section: Section?, path: String, workspaceName: String, customerName: String, base: String,
        theme: String?, flash: Flash?
    ) {
        let navigation = [Section.endpoints, .deliveries].map { Entry($0, base: base, isCurrent: $0 == section) }
        self.init(
            title: title, path: path, workspaceName: workspaceName, person: (customerName, "Webhooks"),
            navigation: navigation, home: "\(base)/endpoints", signOut: "\(base)/leave", theme: theme, flash: flash)
    }

    private init(
        title: String, path: String, workspaceName: String, person: (name: String, role: String),
        navigation: [Entry], home: String, signOut: String, theme: String?, flash: Flash?
    ) {
        self.title = title
        self.path = path
        self.workspaceName = workspaceName
        (personName, personRole) = person
        self.navigation = navigation
        moreNavigation = navigation.filter { !$0.isPrimary }
        hasMore = !moreNavigation.isEmpty
        isInMore = moreNavigation.contains { $0.isCurrent }
        self.home = home
        self.signOut = signOut
        self.theme = theme
        self.flash = flash
        assets = Assets.base
        formKey =
            String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
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

extension Shell.Entry {
    /// - Parameter base: of the portal, where each entry is one that a phone shows.
    fileprivate init(_ section: Shell.Section, base: String, isCurrent: Bool) {
        label = section.label
        href = base + section.href
        icon = section.rawValue
        key = section.key
        self.isCurrent = isCurrent
        isPrimary = section.isPrimary || !base.isEmpty
        startsGroup = section.startsGroup && base.isEmpty
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
