import HubCore

extension PillView {
    init(_ state: Survey.State) {
        switch state {
        case .draft: self.init("draft", .mute)
        case .published: self.init("published", .good)
        case .closed: self.init("closed", .warn)
        }
    }
}

struct SurveysView: TemplatedView {
    static let template = "surveys"

    struct Row: Sendable {
        let name: String
        let href: String
        let state: PillView
        let questions: String
        let responses: String
        let at: TimeView
    }

    let isAdmin: Bool
    let rows: [Row]
    let hasRows: Bool
    let pager: PagerView
}

/// A question as it is edited.
struct QuestionEditorView: Sendable {
    let key: String
    let path: String
    let position: String
    let label: String
    let hint: String
    let kind: String
    let isRequired: Bool
    /// One a line; nil where there are none to choose from.
    let options: String?
    let optionCount: Int
    let scales: ChoicesView?
    let isFirst: Bool
    let isLast: Bool
}

/// What stands above each page of a survey.
struct SurveyHead: Sendable {
    struct Move: Sendable {
        let action: String
        let label: String
        let isPrimary: Bool
    }

    let name: String
    let path: String
    let lede: String
    let state: PillView
    /// Nil for those who may not.
    let move: Move?
    let tabs: [TabView]
}

struct SurveyView: TemplatedView {
    static let template = "survey"
    let head: SurveyHead
    let isAdmin: Bool
    /// Whether questions may come, go and move.
    let isDraft: Bool
    let isPublished: Bool
    let link: String
    let name: String
    let introduction: String
    let thanks: String
    let questions: [QuestionEditorView]
    let hasQuestions: Bool
    let kinds: ChoicesView
    let fault: String?
}

struct SurveyResultsView: TemplatedView {
    static let template = "survey-results"

    struct Bar: Sendable {
        let label: String
        let count: String
        let percent: Int
        let tone: String
    }

    struct Result: Sendable {
        let label: String
        let note: String
        /// The one figure that says most, and what it is.
        let figure: String?
        let figureNote: String
        let bars: [Bar]
        let hasBars: Bool
        let quotes: [String]
        let hasQuotes: Bool
        let isUnanswered: Bool
    }

    let head: SurveyHead
    let tiles: [TileView]
    let results: [Result]
    let hasResponses: Bool
}

struct SurveyResponsesView: TemplatedView {
    static let template = "survey-responses"

    struct Row: Sendable {
        let who: String
        let href: String
        let state: PillView
        let score: String?
        let answers: String
        let ticket: LinkView?
        let at: TimeView
    }

    let head: SurveyHead
    let rows: [Row]
    let hasRows: Bool
    let pager: PagerView
}

struct SurveyResponseView: TemplatedView {
    static let template = "survey-response"

    struct Answer: Sendable {
        let label: String
        let value: String?
    }

    let surveyName: String
    let surveyPath: String
    let title: String
    let lede: String
    let state: PillView
    let answers: [Answer]
    let facts: [FactView]
}

// MARK: - For people outside

/// The form behind a survey's link.
struct SurveyFormView: TemplatedView {
    static let template = "survey-form"

    struct Option: Sendable {
        let id: String
        let value: String
        let label: String
        let isChosen: Bool
    }

    struct Question: Sendable {
        let id: String
        let field: String
        let label: String
        let hint: String?
        let isRequired: Bool
        let fault: String?
        /// What a reader of the screen is told with the field.
        let describedBy: String?
        let isText: Bool
        let text: String
        let isOne: Bool
        let isMany: Bool
        let isScale: Bool
        let options: [Option]
        let low: String
        let high: String
    }

    let path: String
    /// Whose survey it is.
    let asker: String
    let name: String
    let introductionHTML: SafeHTML?
    let slip: String
    let ticket: String?
    let fault: String?
    let questions: [Question]
    let respondentName: String
    let respondentEmail: String
    let limit: Int
}

struct SurveyThanksView: TemplatedView {
    static let template = "survey-thanks"
    let heading: String
    let bodyHTML: SafeHTML
}
