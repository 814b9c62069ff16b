struct SettingsTab: Sendable {
    let label: String
    let href: String
    let isCurrent: Bool

    private static let all: [(label: String, href: String, permission: Permission)] = [
        ("People", "/settings/people", .read), ("Bots", "/settings/bots", .read),
        ("API tokens", "/settings/tokens", .administer), ("Streams", "/settings/streams", .read),
        ("Webhooks", "/settings/webhooks", .read), ("Retention", "/settings/retention", .read),
        ("Audit log", "/settings/audit", .administer),
    ]

    /// Those that somebody may open.
    static func tabs(_ visit: Visit, current: String) -> [SettingsTab] {
        tabs(may: visit.may, current: current)
    }

    static func tabs(may: (Permission) -> Bool, current: String) -> [SettingsTab] {
        all.filter { may($0.permission) }.map {
            SettingsTab(label: $0.label, href: $0.href, isCurrent: $0.href == current)
        }
    }
}

struct PeopleView: TemplatedView {
    static let template = "people"

    struct Invitation: Sendable {
        let name: String
        let link: String
    }

    struct Row: Sendable {
        let path: String
        let name: String
        let email: String
        let role: String
        let roles: ChoicesView
        let state: PillView
        let nextDisabled: String
        let disableLabel: String
    }

    let tabs: [SettingsTab]
    let fault: String?
    let faults: [String: String]
    let entered: [String: String]
    let mayWrite: Bool
    let invitation: Invitation?
    let people: [Row]
    /// For the next one.
    let newRoles: ChoicesView
}

struct BotsView: TemplatedView {
    static let template = "bots"

    struct Row: Sendable {
        let path: String
        let name: String
        let email: String
        let owner: String
        let state: PillView
        let nextDisabled: String
        let disableLabel: String
    }

    let tabs: [SettingsTab]
    let fault: String?
    let faults: [String: String]
    let entered: [String: String]
    let mayWrite: Bool
    let secret: OnceView?
    let bots: [Row]
    let hasBots: Bool
    let owners: ChoicesView
}

struct TokensView: TemplatedView {
    static let template = "tokens"

    struct Row: Sendable {
        let path: String
        let label: String
        let scopes: [String]
        let owner: String
        let madeAt: TimeView
        let endsAt: TimeView?
    }

    let tabs: [SettingsTab]
    let fault: String?
    let faults: [String: String]
    let entered: [String: String]
    let mayWrite: Bool
    let secret: OnceView?
    let tokens: [Row]
    let hasTokens: Bool
    let scopeChoices: [ChoiceView]
    let days: ChoicesView
}

struct StreamsView: TemplatedView {
    static let template = "streams"

    struct Row: Sendable {
        let path: String
        let href: String
        let number: Int64
        let name: String
        let description: String
        let state: PillView
        let nextArchived: String
        let archiveLabel: String
    }

    let tabs: [SettingsTab]
    let fault: String?
    let faults: [String: String]
    let entered: [String: String]
    let mayWrite: Bool
    let streams: [Row]
    let hasStreams: Bool
    /// Where alerts go.
    let alerts: ChoicesView
}

struct RetentionView: TemplatedView {
    static let template = "retention"
    let tabs: [SettingsTab]
    let fault: String?
    let faults: [String: String]
    let entered: [String: String]
    let mayWrite: Bool
    let bodiesDays: String
    let metadataDays: String
}

struct WebhooksView: TemplatedView {
    static let template = "webhooks"

    struct Row: Sendable {
        let name: String
        let href: String
        let url: String
        let scheme: String
    }

    let tabs: [SettingsTab]
    let fault: String?
    let mayWrite: Bool
    let secret: OnceView?
    let urls: [Row]
    let hasURLs: Bool
    let secretSummary: String
    /// For a shell.
    let command: String
}

struct AuditView: TemplatedView {
    static let template = "audit"

    struct Row: Sendable {
        let actor: String
        let action: String
        let subject: String
        let detail: String?
        let at: TimeView
    }

    let tabs: [SettingsTab]
    let rows: [Row]
    let hasRows: Bool
    let pager: PagerView
}
