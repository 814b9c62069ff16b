struct CustomersView: TemplatedView {
    static let template = "customers"

    struct Row: Sendable {
        let href: String
        let name: String
        let reference: String
        let endpoints: String
        let troubled: String?
        let sessions: String
        let at: TimeView
    }

    let mayWrite: Bool
    let fault: String?
    let text: String
    let rows: [Row]
    let hasRows: Bool
    let isFiltered: Bool
    let pager: PagerView
    /// As they were written, where something was wrong with them.
    let reference: String
    let name: String
}

struct CustomerView: TemplatedView {
    static let template = "customer"

    struct Endpoint: Sendable {
        let label: String
        let href: String
        let status: PillView
    }

    struct Session: Sendable {
        let path: String
        let startedAt: TimeView
        let endsAt: TimeView
        let bodies: String
    }

    let path: String
    let name: String
    let reference: String
    let id: String
    let mayWrite: Bool
    /// A link that was made just now.
    let link: OnceView?
    let endpoints: [Endpoint]
    let hasEndpoints: Bool
    let newEndpointHref: String
    let deliveriesHref: String?
    let sessions: [Session]
    let hasSessions: Bool
}

/// Before the portal: a link that was opened, and is not used yet.
struct PortalDoorView: TemplatedView {
    static let template = "portal-door"
    let link: String
}
