/// What one person answered.
package struct SurveyResponse: Sendable, Hashable, Identified {
    package static let idPrefix = "rsp"

    package struct Respondent: Sendable, Hashable {
        package var name: String?
        package var email: String?

        package init(name: String? = nil, email: String? = nil) {
            (self.name, self.email) = (name, email)
        }
    }

    package let id: ID<SurveyResponse>
    package let workspace: WorkspaceID
    package let survey: ID<Survey>
    package let ticket: ID<Ticket>?
    package let customer: ID<Customer>?
    package private(set) var respondent: Respondent
    /// By the keys of their questions; they fit the survey.
    package private(set) var answers: JSON.Object
    /// See ``SurveyAnswers/score(_:)``.
    package private(set) var score: Int64?
    /// As BCP 47 has it; nil where nobody said.
    package private(set) var language: String?
    package let startedAt: Timestamp
    package private(set) var updatedAt: Timestamp
    /// Nil: a part of it was answered so far.
    package private(set) var completedAt: Timestamp?
    package private(set) var version: Int64

    /// As it was stored.
    package init(
        stored id: ID<SurveyResponse>, workspace: WorkspaceID, survey: ID<Survey>, ticket: ID<Ticket>?,
        customer: ID<Customer>?, respondent: Respondent, answers: JSON.Object, score: Int64?, language: String?,
        startedAt: Timestamp, updatedAt: Timestamp, completedAt: Timestamp?, version: Int64
    ) {
        self.id = id
        self.workspace = workspace
        self.survey = survey
        self.ticket = ticket
        self.customer = customer
        self.respondent = respondent
        self.answers = answers
        self.score = score
        self.language = language
        self.startedAt = startedAt
        self.updatedAt = updatedAt
        self.completedAt = completedAt
        self.version = version
    }

    package static let languageLimit = 35
}

/// Answers as somebody gives them.
package struct GivenAnswers: Sendable, Hashable {
    package var answers: JSON.Object
    /// Whether that is all; else it is kept, and more may come.
    package var isComplete: Bool
    package var respondent: SurveyResponse.Respondent?
    package var language: String?
    package var ticket: ID<Ticket>?
    package var customer: ID<Customer>?

    package init(_ answers: JSON.Object, isComplete: Bool) {
        (self.answers, self.isComplete) = (answers, isComplete)
    }
}

extension SurveyResponse {
    /// A new response to a survey.
    package init(
        _ id: ID<SurveyResponse>, to survey: Survey, _ given: GivenAnswers, startedAt: Timestamp, at now: Timestamp
    ) throws(RecordError) {
        let empty = SurveyResponse(
            stored: id, workspace: survey.workspace, survey: survey.id, ticket: given.ticket, customer: given.customer,
            respondent: Respondent(), answers: JSON.Object(), score: nil, language: nil, startedAt: startedAt,
            updatedAt: now, completedAt: nil, version: 0)
        self = try empty.answering(survey, given, at: now)
    }

    /// The response with more answers; an answer given again counts as it is now.
    package func answering(_ survey: Survey, _ given: GivenAnswers, at now: Timestamp) throws(RecordError) -> Self {
        guard completedAt == nil else { throw .responseIsComplete }
        guard survey.state == .published else { throw .surveyTakesNoAnswers(survey.state) }
        var all = answers
        for member in given.answers.members { all[member.key] = member.value }
        let judged = SurveyAnswers(all, to: survey.questions, isComplete: given.isComplete)
        if let fault = judged.faults.first { throw fault.error }
        var response = self
        if let respondent = given.respondent { response.respondent = try Self.checked(respondent) }
        if let language = given.language { response.language = Self.languageTag(language) }
        response.answers = judged.object
        response.score = judged.score(survey.questions)
        response.updatedAt = max(now, updatedAt)
        if given.isComplete { response.completedAt = max(now, startedAt) }
        response.version += 1
        return response
    }

    private static func checked(_ given: Respondent) throws(RecordError) -> Respondent {
        Respondent(
            name: try RecordText.optionalLine(given.name, upTo: Ticket.nameLimit, at: "respondent.name"),
            email: try RecordText.optionalLine(given.email, upTo: Ticket.emailLimit, at: "respondent.email"))
    }

    /// The first tag of a language list (`de-CH,de;q=0.9`); nil when it is none.
    package static func languageTag(_ text: String) -> String? {
        let tag = text.prefix { $0 != "," && $0 != ";" }.trimmed()
        guard (2...languageLimit).contains(tag.utf8.count),
            tag.utf8.allSatisfy({ byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            })
        else { return nil }
        return tag
    }

    // MARK: Documents

    /// As events tell it; the API adds to it.
    ///
    /// - Parameter ticket: the response's; nil when it is gone.
    package func document(_ survey: Survey, ticket: Ticket?) -> JSON {
        [
            "id": JSON(shownID: id), "survey": ["id": JSON(shownID: survey.id), "name": .string(survey.name)],
            "ticket": ticket?.reference ?? .null, "customer": JSON(shownID: customer),
            "respondent": ["name": JSON(respondent.name), "email": JSON(respondent.email)],
            "answers": .array(
                survey.questions.compactMap { question in
                    answers[question.key].map { value in
                        [
                            "question": .string(question.key), "label": .string(question.label),
                            "kind": .string(question.kind.name), "value": value,
                        ]
                    }
                }),
            "started_at": JSON(shownTime: startedAt), "completed_at": JSON(shownTime: completedAt),
            "language": JSON(language),
        ]
    }

    /// What is told when the response became complete; nil before that.
    package func completion(_ survey: Survey, ticket: Ticket?) -> RecordEvent? {
        guard completedAt != nil else { return nil }
        return RecordEvent(
            .surveyResponseCompleted, ["response": document(survey, ticket: ticket)], customer: customer)
    }
}
