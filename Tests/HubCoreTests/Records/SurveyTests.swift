import HubCore
import Testing

@Suite struct SurveyTests {
    private static let later = RecordSamples.start + .seconds(3600)

    private static let moves: [(from: Survey.State, to: Survey.State, isAllowed: Bool)] = [
        (.draft, .draft, true), (.draft, .published, true), (.draft, .closed, false), (.published, .draft, false),
        (.published, .published, true), (.published, .closed, true), (.closed, .draft, false),
        (.closed, .published, true), (.closed, .closed, true),
    ]

    @Test func `every move between two states is allowed or refused`() throws {
        #expect(Self.moves.count == Survey.State.allCases.count * Survey.State.allCases.count)
        for move in Self.moves {
            let survey = try RecordSamples.survey(move.from)
            if move.isAllowed {
                #expect(try survey.applying([.state(move.to)], at: Self.later).state == move.to)
            } else {
                #expect(throws: RecordError.surveyCannotBecome(move.to, from: move.from)) {
                    try survey.applying([.state(move.to)], at: Self.later)
                }
            }
        }
    }

    @Test func `nothing is published without questions`() throws {
        let empty = try RecordSamples.survey(.draft).applying([.questions([])], at: Self.later)
        #expect(throws: RecordError.surveyHasNoQuestions) { try empty.applying([.state(.published)], at: Self.later) }
    }

    @Test func `published questions keep what answers hang on, and may be worded anew`() throws {
        let survey = try RecordSamples.survey()
        var questions = RecordSamples.questions
        questions[0].label = "Would you tell a friend?"
        questions[1].isRequired = true
        let reworded = try survey.applying([.questions(questions)], at: Self.later)
        #expect(reworded.questions[0].label == "Would you tell a friend?")
        #expect(reworded.version == survey.version + 1)
        questions[2].kind = .choice(["Red", "Blue"])
        #expect(throws: RecordError.questionsAreFixed) { try survey.applying([.questions(questions)], at: Self.later) }
        #expect(throws: RecordError.questionsAreFixed) {
            try survey.applying([.questions(Array(RecordSamples.questions.dropLast()))], at: Self.later)
        }
        #expect(
            try RecordSamples.survey(.draft).applying([.questions(questions)], at: Self.later).questions == questions)
    }

    private static let faulty: [(SurveyQuestion, String)] = [
        (SurveyQuestion(key: "Q 1", label: "x", kind: .text), "questions[0].key"),
        (SurveyQuestion(key: "", label: "x", kind: .text), "questions[0].key"),
        (SurveyQuestion(key: "q", label: " ", kind: .text), "questions[0].label"),
        (SurveyQuestion(key: "q", label: String(repeating: "x", count: 301), kind: .text), "questions[0].label"),
        (SurveyQuestion(key: "q", label: "x", kind: .choice(["one"])), "questions[0].options"),
        (SurveyQuestion(key: "q", label: "x", kind: .choices([])), "questions[0].options"),
        (SurveyQuestion(key: "q", label: "x", kind: .choice(["a", "a"])), "questions[0].options[1]"),
        (SurveyQuestion(key: "q", label: "x", kind: .choice(["a", ""])), "questions[0].options[1]"),
        (
            SurveyQuestion(key: "q", label: "x", kind: .choice((0..<51).map { "\($0)" })), "questions[0].options"
        ), (SurveyQuestion(key: "q", label: "x", kind: .rating(1)), "questions[0].scale"),
        (SurveyQuestion(key: "q", label: "x", kind: .rating(11)), "questions[0].scale"),
    ]

    @Test(arguments: faulty.indices)
    func `a question that cannot be asked is refused with its path`(_ index: Int) throws {
        let (question, path) = Self.faulty[index]
        do {
            _ = try RecordSamples.survey(.draft).applying([.questions([question])], at: Self.later)
            Issue.record("taken: \(path)")
        } catch RecordError.invalid(let found, _) {
            #expect(found == path)
        }
    }

    @Test func `two questions do not share a key, and fifty are enough`() throws {
        let survey = try RecordSamples.survey(.draft)
        let question = SurveyQuestion(key: "q", label: "x", kind: .text)
        #expect(throws: RecordError.invalid(path: "questions[1].key", problem: "is another question's already")) {
            try survey.applying([.questions([question, question])], at: Self.later)
        }
        let many = (0..<51).map { SurveyQuestion(key: "q\($0)", label: "x", kind: .text) }
        #expect(throws: RecordError.self) { try survey.applying([.questions(many)], at: Self.later) }
        #expect(try survey.applying([.questions(Array(many.prefix(50)))], at: Self.later).questions.count == 50)
    }

    @Test func `a question reads back what it writes`() throws {
        for question in RecordSamples.questions {
            #expect(try SurveyQuestion(question.document, at: "q", freeKey: "other") == question)
        }
        let short = try SurveyQuestion(["label": "Stars?", "kind": "rating"], at: "q", freeKey: "q_7")
        #expect(short == SurveyQuestion(key: "q_7", label: "Stars?", kind: .rating(5)))
        #expect(throws: RecordError.self) {
            try SurveyQuestion(["label": "x", "kind": "slider"], at: "q", freeKey: "q")
        }
        #expect(throws: RecordError.self) { try SurveyQuestion(["kind": "nps"], at: "q", freeKey: "q") }
        #expect(SurveyQuestion.freeKey(among: RecordSamples.questions) == "q_7")
    }

    // MARK: Answers

    /// A question's key, what is answered to it, and what is kept of it: `.null` stands for no answer.
    private static let answers: [(String, JSON, JSON)] = [
        ("q_score", 0, 0), ("q_score", 10, 10), ("q_score", .number(.init(9.0) ?? .init(0)), 9),
        ("q_why", "  Quick. ", "Quick."), ("q_why", " ", nil), ("q_why", "a\0b", "a\0b"), ("q_why", nil, nil),
        ("q_one", "Red", "Red"), ("q_one", "", nil), ("q_many", ["Chat", "Mail", "Chat"], ["Mail", "Chat"]),
        ("q_many", [], nil), ("q_stars", 5, 5), ("q_again", false, false),
    ]

    @Test(arguments: answers.indices)
    func `an answer that fits is kept in one form`(_ index: Int) {
        let (key, value, kept) = Self.answers[index]
        let read = SurveyAnswers([key: value], to: RecordSamples.questions, isComplete: false)
        #expect(read.faults.isEmpty)
        #expect(read.object[key] ?? .null == kept)
    }

    private static let misfits: [(String, JSON, String)] = [
        ("q_score", 11, "expected integer from 0 to 10"), ("q_score", -1, "expected integer from 0 to 10"),
        ("q_score", "9", "expected integer from 0 to 10"), ("q_score", true, "expected integer from 0 to 10"),
        ("q_stars", 0, "expected integer from 1 to 5"), ("q_stars", 6, "expected integer from 1 to 5"),
        ("q_why", 7, "expected string"), ("q_why", ["a"], "expected string"),
        ("q_why", .string(String(repeating: "x", count: 5001)), "must have at most 5000 characters"),
        ("q_one", "Blue", "is none of the options"), ("q_one", ["Red"], "expected one of the options as string"),
        ("q_many", "Mail", "expected array of at most 3 options"),
        ("q_many", ["Fax"], "holds what is none of the options"),
        ("q_many", [1], "holds what is none of the options"),
        ("q_many", ["Mail", "Mail", "Mail", "Mail"], "expected array of at most 3 options"),
        ("q_again", "yes", "expected true or false"), ("q_other", 1, "the survey has no such question"),
    ]

    @Test(arguments: misfits.indices)
    func `an answer that does not fit is told with the path of its question`(_ index: Int) throws {
        let (key, value, problem) = Self.misfits[index]
        let read = SurveyAnswers([key: value], to: RecordSamples.questions, isComplete: false)
        #expect(read.faults.map(\.error) == [.invalid(path: "answers.\(key)", problem: problem)])
        #expect(read.answers.isEmpty)
    }

    @Test func `required answers are demanded at the end only`() throws {
        let begun = SurveyAnswers(["q_why": "x"], to: RecordSamples.questions, isComplete: false)
        #expect(begun.faults.isEmpty)
        let ended = SurveyAnswers(["q_why": "x"], to: RecordSamples.questions, isComplete: true)
        #expect(ended.faults.map(\.error) == [.invalid(path: "answers.q_score", problem: "is required")])
    }

    @Test func `ten thousand strange answers make a few faults`() {
        let strange = JSON.Object((0..<10_000).map { ("x\($0)", JSON(1)) })
        #expect(SurveyAnswers(strange, to: RecordSamples.questions, isComplete: false).faults.count == 5)
    }

    @Test func `the score is the first recommendation, else the first rating`() {
        let questions = RecordSamples.questions
        #expect(SurveyAnswers(["q_stars": 4, "q_score": 9], to: questions, isComplete: true).score(questions) == 9)
        #expect(SurveyAnswers(["q_stars": 4], to: questions, isComplete: false).score(questions) == 4)
        #expect(SurveyAnswers(["q_again": true], to: questions, isComplete: false).score(questions) == nil)
    }

    // MARK: Responses

    @Test func `a response is begun, goes on and ends once`() throws {
        let survey = try RecordSamples.survey()
        var given = GivenAnswers(["q_why": "Quick."], isComplete: false)
        given.respondent = .init(name: "Ada", email: nil)
        let begun = try SurveyResponse(
            .make(at: Self.later), to: survey, given, startedAt: Self.later, at: Self.later)
        #expect(begun.completedAt == nil && begun.version == 1)
        #expect(begun.completion(survey, ticket: nil) == nil)
        let end = Self.later + .seconds(60)
        let done = try begun.answering(survey, GivenAnswers(["q_score": 9, "q_why": nil], isComplete: true), at: end)
        #expect(done.completedAt == end && done.version == 2 && done.score == 9)
        #expect(done.answers == ["q_score": 9])
        #expect(done.respondent.name == "Ada")
        #expect(throws: RecordError.responseIsComplete) {
            try done.answering(survey, GivenAnswers(["q_score": 1], isComplete: true), at: end)
        }
    }

    @Test(arguments: [Survey.State.draft, .closed])
    func `a survey that is not published takes no answers`(_ state: Survey.State) throws {
        let survey = try RecordSamples.survey(state)
        #expect(throws: RecordError.surveyTakesNoAnswers(state)) {
            try SurveyResponse(
                .make(at: Self.later), to: survey, GivenAnswers(["q_score": 1], isComplete: true),
                startedAt: Self.later, at: Self.later)
        }
    }

    @Test func `the event of a response has the members of its sample`() throws {
        let survey = try RecordSamples.survey()
        var given = GivenAnswers(["q_score": 9, "q_why": "Quick and friendly."], isComplete: true)
        given.language = "en-GB,en;q=0.9"
        given.customer = RecordSamples.customer
        let response = try SurveyResponse(
            .make(at: Self.later), to: survey, given, startedAt: Self.later, at: Self.later)
        let event = try #require(response.completion(survey, ticket: try RecordSamples.ticket()))
        #expect(
            RecordSamples.memberNames(event.data, open: []) == RecordSamples.memberNames(event.type.sample, open: []))
        #expect(event.data["response"]?["language"] == "en-GB")
        #expect(event.customer == RecordSamples.customer)
    }

    @Test(arguments: [("de", "de"), ("de-CH,de;q=0.9", "de-CH"), ("", nil), ("*", nil), ("<b>", nil), ("x", nil)])
    func `a language is a tag or nothing`(_ text: String, _ tag: String?) {
        #expect(SurveyResponse.languageTag(text) == tag)
    }

    // MARK: Results

    @Test func `results are counted as people count them`() {
        var tally = SurveyTally()
        tally.completed = 10
        tally.answered = ["q_score": 10, "q_many": 4, "q_stars": 3, "q_again": 3]
        tally.counts = [
            "q_score": ["10": 4, "9": 2, "8": 2, "3": 1, "0": 1], "q_many": ["Mail": 4, "Chat": 2],
            "q_stars": ["5": 2, "4": 1], "q_again": ["1": 2, "0": 1],
        ]
        let results = RecordSamples.questions.map { QuestionResult($0, tally) }
        #expect(results[0].netPromoterScore == 40)
        #expect(results[0].bars.map(\.count) == [1, 0, 0, 1, 0, 0, 0, 0, 2, 2, 4])
        #expect(results[1].bars.isEmpty && results[1].answered == 0)
        #expect(results[2].bars.map(\.percent) == [0, 0])
        #expect(results[3].bars.map(\.percent) == [100, 0, 50])
        #expect(results[4].averageTenths == 47)
        #expect(results[5].bars.map(\.percent) == [67, 33])
        tally.counts["q_score"] = ["2": 10]
        #expect(QuestionResult(RecordSamples.questions[0], tally).netPromoterScore == -100)
        #expect(QuestionResult(RecordSamples.questions[0], SurveyTally()).netPromoterScore == nil)
    }
}
