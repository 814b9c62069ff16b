struct SourceRowView: Sendable {
    let name: String
    let href: String
    let integration: String
    let scheme: String
    /// Anyone who knows the URL can send.
    let isOpen: Bool
    let destination: String
    let lastAt: TimeView?
    let state: PillView
}

struct SourcesView: TemplatedView {
    static let template = "sources"
    let mayWrite: Bool
    let sources: [SourceRowView]
    let hasSources: Bool
}

/// The catalogue, to choose from or to read.
struct CatalogueView: TemplatedView {
    static let template = "source-pick"

    struct Card: Sendable {
        let name: String
        let summary: String
        let initials: String
        let href: String
    }

    struct Group: Sendable {
        let name: String
        let cards: [Card]
    }

    let heading: String
    let lede: String
    let groups: [Group]
}

struct EventTypeView: Sendable {
    let name: String
    let summary: String
    let isTicked: Bool
}

struct OptionFieldView: Sendable {
    let name: String
    let summary: String
    let example: String
    let value: String
}

struct NewSourceView: TemplatedView {
    static let template = "source-new"
    let slug: String
    let integrationName: String
    let integrationSummary: String
    let fault: String?
    let name: String
    let topic: String
    let streams: ChoicesView
    let schemes: ChoicesView
    let policies: [ChoiceView]
    let eventTypes: [EventTypeView]
    let hasEventTypes: Bool
    let eventTypeCount: Int
    let integrationOptions: [OptionFieldView]
}

struct SetupStepView: Sendable {
    let textHTML: SafeHTML
    let code: String?
}

struct SourceView: TemplatedView {
    static let template = "source"
    let name: String
    let path: String
    let lede: String
    let state: PillView
    let mayWrite: Bool
    /// Shown this once.
    let secrets: [OnceView]
    let warning: String?
    let url: String
    let integrationName: String
    let documentation: String?
    let setup: [SetupStepView]
    let logsURL: String
    let rows: [LogRowView]
    let hasRows: Bool
    let facts: [FactView]
    let secretSummary: String
    let streams: ChoicesView
    let topic: String
    let onlyEvents: String
    let excludeEvents: String
    let rate: String
    let isDisabled: Bool
}

struct TestResultView: TemplatedView {
    static let template = "test-result"
    let name: String
    let path: String
    let lede: String
    let result: PillView
    let messages: [MessageView]
    let hasMessages: Bool
    /// For a shell; nil where the hub does not sign as the sender does.
    let command: String?
}

struct URLBuilderView: TemplatedView {
    static let template = "url-builder"
    let integrations: ChoicesView
    let bots: ChoicesView
    let streams: ChoicesView
    let topic: String
    let eventTypes: [EventTypeView]
    let hasEventTypes: Bool
    let url: String
    let placeholder: String
}

struct IntegrationView: TemplatedView {
    static let template = "integration"
    let category: String
    let name: String
    let summary: String
    let documentation: String?
    /// Nil for those who may not add sources.
    let addURL: String?
    let setup: [SetupStepView]
    let previews: [MessageView]
    let hasPreviews: Bool
    let facts: [FactView]
    let eventTypes: [EventTypeView]
    let hasEventTypes: Bool
    let integrationOptions: [OptionFieldView]
    let hasOptions: Bool
}
