/// A line in the list of deliveries.
struct DeliveryRowView: TemplatedView {
    static let template = "delivery-row"
    /// What the box selects; nil where nothing can be selected.
    let pick: String?
    let state: PillView
    let type: String
    let href: String
    let endpoint: LinkView?
    let isTest: Bool
    /// What came of the newest attempt.
    let outcome: String
    let isFailure: Bool
    let attempts: String
    let dueAt: TimeView?
    let at: TimeView
}

struct DeliveriesView: TemplatedView {
    static let template = "deliveries"
    let base: String
    let isPortal: Bool
    let type: String
    let status: String
    let selects: [SelectView]
    let isFiltered: Bool
    let mayRetry: Bool
    let isNewest: Bool
    let rows: [DeliveryRowView]
    let hasRows: Bool
    let pager: PagerView
}

/// A request as it was sent, or would be.
struct SentRequestView: Sendable {
    let line: String
    let headers: StoryView.Headers
    let note: String?
    let body: BodyView
}

struct AttemptView: Sendable {
    let tone: String
    let heading: String
    let result: PillView
    let at: TimeView
    let total: String
    let explanation: String
    let advice: String?
    let timingHTML: SafeHTML
    let phases: [TimingBar.Phase]
    let attemptFacts: [FactView]
    let hasFacts: Bool
    let responseHeaders: StoryView.Headers?
    let responseBody: BodyView?
}

/// One delivery from its event to where it stands.
struct DeliveryView: TemplatedView {
    static let template = "delivery"

    struct End: Sendable {
        let icon: String
        let tone: String
        let heading: String
        let sentence: String
        let at: TimeView?
    }

    let id: String
    let path: String
    let base: String
    let type: String
    let state: PillView
    let summary: String
    let facts: [FactView]
    let mayRetry: Bool
    let mayDiscard: Bool
    let retryLabel: String
    let request: SentRequestView
    let attempts: [AttemptView]
    let missing: String?
    let end: End
    let isOpen: Bool
}

struct RecoveryRowView: Sendable {
    let href: String
    let state: PillView
    let what: String
    let endpoint: LinkView?
    let progress: String
    let by: String
    let at: TimeView
}

struct RecoveriesView: TemplatedView {
    static let template = "recoveries"
    let rows: [RecoveryRowView]
    let hasRows: Bool
}

struct RecoveryView: TemplatedView {
    static let template = "recovery"
    let path: String
    let heading: String
    let state: PillView
    let sentence: String
    let done: Int
    let total: Int
    let share: String
    let hasProgress: Bool
    let isRunning: Bool
    let mayCancel: Bool
    let facts: [FactView]
    let deliveriesHref: String
}
