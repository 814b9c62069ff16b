/// The catalogue of what goes out.
struct EventTypesView: TemplatedView {
    static let template = "event-types"

    struct Row: Sendable {
        let href: String
        let name: String
        let summary: String
        /// `deprecated`, `not sent yet`.
        let remark: String?
        let subscribers: String
        let fired: String
        let firedAt: TimeView?
    }

    struct Group: Sendable {
        let name: String
        let rows: [Row]
    }

    let text: String
    let mayWrite: Bool
    let groups: [Group]
    let hasGroups: Bool
    let hasOwn: Bool
    /// Types that went out and that nobody described.
    let undescribed: [LinkView]
    let hasUndescribed: Bool
}

struct EventTypePageView: TemplatedView {
    static let template = "event-type"

    struct Subscriber: Sendable {
        let label: String
        let href: String
        let customer: String?
        let isFiltered: Bool
    }

    let path: String
    let name: String
    let summary: String
    let isOwn: Bool
    let remark: String?
    let isPlanned: Bool
    let mayWrite: Bool
    let mayPublish: Bool
    let fault: String?
    let sampleHTML: SafeHTML?
    let schemaHTML: SafeHTML?
    let isWithoutSample: Bool
    let subscribers: [Subscriber]
    let hasSubscribers: Bool
    let fired: String
    let firedAt: TimeView?
    let eventsHref: String
    /// To publish.
    let payload: String
    let channels: String
    let customers: ChoicesView?
}

struct EventTypeFormView: TemplatedView {
    static let template = "event-type-form"
    let heading: String
    let name: String
    let isNew: Bool
    let summary: String
    let schema: String
    let sample: String
    let isDeprecated: Bool
    let fault: String?
    let back: String
}
