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

/// The form for a new endpoint, and for one that is there.
struct EndpointFormView: TemplatedView {
    static let template = "endpoint-form"

    struct TypeChoice: Sendable {
        let name: String
        let summary: String
        let isTicked: Bool
        let isDeprecated: Bool
    }

    struct Family: Sendable {
        let label: String
        let count: String
        let isOpen: Bool
        let types: [TypeChoice]
    }

    struct Try: Sendable {
        let number: Int
        let after: String
        let at: TimeView
    }

    /// When the attempts would be.
    struct Preview: Sendable {
        let summary: String
        let tries: [Try]
    }

    struct Miss: Sendable {
        let path: String
        let wanted: String
        let found: String
    }

    /// What came of trying the filter.
    struct Trial: Sendable {
        let result: PillView
        let sentence: String
        let misses: [Miss]
        let hasMisses: Bool

        init(_ tone: PillView.Tone, _ heading: String, _ sentence: String, _ misses: [Miss] = []) {
            result = PillView(heading, tone)
            self.sentence = sentence
            self.misses = misses
            hasMisses = !misses.isEmpty
        }
    }

    let base: String
    let heading: String
    let crumbs: [LinkView]
    /// Where the form goes.
    let action: String
    let back: String
    let submit: String
    let faults: FieldFaults
    let hasFaults: Bool
    let name: String
    let url: String
    let families: [Family]
    let patterns: String
    let channels: String
    let filter: String
    let trialTypes: ChoicesView
    let trialEvent: String
    let trial: Trial?
    let headers: String
    let methods: ChoicesView
    let schedule: String
    let preview: Preview?
    let timeout: String
    let concurrency: String
    let rate: String
    let orders: [ChoiceView]
    let orderKey: String
    /// Nil where it cannot be chosen (any more).
    let customers: ChoicesView?
    /// For one of the workspace's own.
    let asksForCustomers: Bool
    let includesCustomers: Bool
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

    struct Tile: Sendable {
        let label: String
        let figure: String
        let note: String
        let at: TimeView?
    }

    struct Stats: Sendable {
        let tiles: [Tile]
    }

    /// A test that was sent just now.
    struct Test: Sendable {
        let result: PillView
        let sentence: String
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
    let stats: Stats
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
