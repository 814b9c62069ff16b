/// A line in the list of endpoints.
struct EndpointRowView: Sendable {
    let href: String
    let name: String
    /// Where it stands when it has a name of its own.
    let address: String?
    let customer: String?
    let status: PillView
    /// When it is tried next, why it is disabled, what its last error was.
    let remark: String?
    let isTroubled: Bool
    let sparkHTML: SafeHTML?
    let success: String
    let p95: String
    let waiting: String
    let nextAt: TimeView?
}

struct EndpointsView: TemplatedView {
    static let template = "endpoints"
    let base: String
    let isPortal: Bool
    let mayWrite: Bool
    let text: String
    let selects: [SelectView]
    let isFiltered: Bool
    let rows: [EndpointRowView]
    let hasRows: Bool
    let pager: PagerView
}

struct SecretRowView: Sendable {
    let name: String
    let madeAt: TimeView
    let endsAt: TimeView?
}

/// One endpoint: how it is, what to do, what it is set to.
struct EndpointView: TemplatedView {
    static let template = "endpoint"

    struct Banner: Sendable {
        let tone: String
        let heading: String
        let sentence: String
        let at: TimeView?
        /// Buttons: what is held goes out, or is given up.
        let offersEnable: Bool
        let offersResume: Bool
        let holdsSome: Bool
        let held: String
    }

    struct Failure: Sendable {
        let label: String
        let explanation: String
        let advice: String
        let at: TimeView
        let href: String?
    }

    /// A test that was sent just now.
    struct Test: Sendable {
        let result: PillView
        /// Where there was no attempt that says more.
        let sentence: String?
        let href: String
        let request: SentRequestView
        let attempts: [AttemptView]
    }

    let path: String
    let base: String
    let name: String
    let address: String
    let status: PillView
    let mayWrite: Bool
    let mayTest: Bool
    let isPortal: Bool
    let offersRecovery: Bool
    let isPaused: Bool
    let isDisabled: Bool
    let secrets: [OnceView]
    let banner: Banner?
    let failure: Failure?
    let tiles: [TileView]
    let sparkHTML: SafeHTML?
    let test: Test?
    let testTypes: ChoicesView
    let deliveriesHref: String
    let deliveries: [DeliveryRowView]
    let hasDeliveries: Bool
    let facts: [FactView]
    let events: [String]
    let filter: String?
    let secretRows: [SecretRowView]
    let hasSecretRows: Bool
    let isUnsigned: Bool
}

/// Which deliveries go out again, before they do.
struct RecoverView: TemplatedView {
    static let template = "recover"
    let path: String
    let name: String
    let states: [ChoiceView]
    let since: ChoicesView
    let type: String
    let errors: ChoicesView
    let rate: String
    let fault: String?
    /// Nil until it was counted.
    let count: String?
    let isNone: Bool
    let sentence: String
}
