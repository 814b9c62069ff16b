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

    /// A text in a part that is folded while it is of no use.
    struct Folded: Sendable {
        let text: String
        let isOpen: Bool

        init(_ text: String, isOpen: Bool) {
            (self.text, self.isOpen) = (text, isOpen)
        }
    }

    struct Body: Sendable {
        let shapes: [ChoiceView]
        let template: String
        let contentType: String
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

    /// The body that would go out.
    struct Preview: Sendable {
        let type: String
        let contentType: String
        let body: BodyView
    }

    /// Never the secrets, whether they are kept or were just written.
    struct Authentication: Sendable {
        let kinds: [ChoiceView]
        let isOpen: Bool
        let summary: String
        let user: String
        let tokenURL: String
        let clientID: String
        let scope: String
        let audience: String
        let styles: ChoicesView
        let passwordNote: String
        let tokenNote: String
        let clientSecretNote: String
        /// Whether a secret that was written has to be written once more.
        let isSecretLost: Bool
        let offersUnsigned: Bool
        let isUnsigned: Bool
    }

    struct Identity: Sendable {
        let isOpen: Bool
        let summary: String
        let choices: [ChoiceView]
        let hasChoices: Bool
        let certificate: String
        let issuers: String
        let isKeyLost: Bool
    }

    struct Try: Sendable {
        let number: Int
        let after: String
        let at: TimeView
    }

    /// When the attempts would be.
    struct Plan: Sendable {
        let count: String
        let tries: [Try]
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
    let filter: Folded
    let body: Body
    let trialTypes: ChoicesView
    let trialEvent: Folded
    let filtered: Trial?
    let preview: Preview?
    let authentication: Authentication
    let identity: Identity
    let headers: Folded
    let methods: ChoicesView
    let schedule: String
    let plan: Plan?
    /// How it goes out, in a few words.
    let pace: String
    let opensPace: Bool
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
