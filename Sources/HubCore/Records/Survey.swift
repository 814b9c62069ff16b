/// Questions for people outside, behind a link.
package struct Survey: Sendable, Hashable, Identified {
    package static let idPrefix = "srv"

    package enum State: String, Sendable, CaseIterable {
        /// Being written; its link leads nowhere.
        case draft
        case published
        /// Takes no more answers; may be published again.
        case closed

        package var next: [State] {
            switch self {
            case .draft, .closed: [.published]
            case .published: [.closed]
            }
        }
    }

    package let id: ID<Survey>
    package let workspace: WorkspaceID
    package private(set) var name: String
    /// Markdown above the questions.
    package private(set) var introduction: String
    /// Markdown after the answers.
    package private(set) var thanks: String
    package private(set) var questions: [SurveyQuestion]
    package private(set) var state: State
    /// What stands in its link, `/s/…`: random, so that nobody finds a survey by trying.
    package let key: String
    package let createdAt: Timestamp
    package private(set) var updatedAt: Timestamp
    package private(set) var publishedAt: Timestamp?
    package private(set) var closedAt: Timestamp?
    package private(set) var version: Int64

    /// As it was stored.
    package init(
        stored id: ID<Survey>, workspace: WorkspaceID, name: String, introduction: String, thanks: String,
        questions: [SurveyQuestion], state: State, key: String, createdAt: Timestamp, updatedAt: Timestamp,
        publishedAt: Timestamp?, closedAt: Timestamp?, version: Int64
    ) {
        self.id = id
        self.workspace = workspace
        self.name = name
        self.introduction = introduction
        self.thanks = thanks
        self.questions = questions
        self.state = state
        self.key = key
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.publishedAt = publishedAt
        self.closedAt = closedAt
        self.version = version
    }

    /// A new one, as a draft.
    ///
    /// - Parameter key: random and fit for a URL.
    package init(
        _ id: ID<Survey>, key: String, in workspace: WorkspaceID, name: String, introduction: String = "",
        thanks: String = "", questions: [SurveyQuestion] = [], at now: Timestamp
    ) throws(RecordError) {
        self.init(
            stored: id, workspace: workspace, name: "", introduction: "", thanks: "", questions: [], state: .draft,
            key: key, createdAt: now, updatedAt: now, publishedAt: nil, closedAt: nil, version: 1)
        for edit in [
            SurveyEdit.name(name), .introduction(introduction), .thanks(thanks), .questions(questions),
        ] {
            try apply(edit, at: now)
        }
    }

    package static let nameLimit = 120
    /// In characters.
    package static let textLimit = 4000
    package static let questionCountLimit = 50

    package var linkPath: String { "/s/\(key)" }
}

/// One thing that somebody changes about a survey.
package enum SurveyEdit: Sendable, Hashable {
    case name(String)
    case introduction(String)
    case thanks(String)
    /// All of them, in their order.
    case questions([SurveyQuestion])
    case state(Survey.State)
}

extension Survey {
    /// The survey after some edits, all of them or none; itself when they change nothing.
    package func applying(_ edits: [SurveyEdit], at now: Timestamp) throws(RecordError) -> Survey {
        var after = self
        for edit in edits { try after.apply(edit, at: now) }
        guard after != self else { return self }
        after.updatedAt = max(now, updatedAt)
        after.version += 1
        return after
    }

    private mutating func apply(_ edit: SurveyEdit, at now: Timestamp) throws(RecordError) {
        switch edit {
        case .name(let text): name = try RecordText.line(text, 1...Self.nameLimit, at: "name")
        case .introduction(let text):
            try RecordText.check(text, 0...Self.textLimit, at: "introduction")
            introduction = text
        case .thanks(let text):
            try RecordText.check(text, 0...Self.textLimit, at: "thanks")
            thanks = text
        case .questions(let next):
            let next = try Self.checked(next)
            // What was answered must keep its meaning.
            guard state == .draft || next.map(\.form) == questions.map(\.form) else { throw .questionsAreFixed }
            questions = next
        case .state(let next):
            try become(next, at: now)
        }
    }

    private mutating func become(_ next: State, at now: Timestamp) throws(RecordError) {
        guard next != state else { return }
        guard state.next.contains(next) else { throw .surveyCannotBecome(next, from: state) }
        guard next != .published || !questions.isEmpty else { throw .surveyHasNoQuestions }
        state = next
        if next == .published {
            publishedAt = publishedAt ?? now
            closedAt = nil
        } else {
            closedAt = now
        }
    }

    private static func checked(_ given: [SurveyQuestion]) throws(RecordError) -> [SurveyQuestion] {
        guard given.count <= questionCountLimit else {
            throw .invalid(path: "questions", problem: "must be at most \(questionCountLimit)")
        }
        var keys: Set<String> = []
        var questions: [SurveyQuestion] = []
        for (index, question) in given.enumerated() {
            let question = try question.checked(at: "questions[\(index)]")
            guard keys.insert(question.key).inserted else {
                throw .invalid(path: "questions[\(index)].key", problem: "is another question's already")
            }
            questions.append(question)
        }
        return questions
    }
}
