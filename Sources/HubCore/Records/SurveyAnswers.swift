/// What is wrong with one answer.
package struct AnswerFault: Sendable, Hashable {
    /// The question's key.
    package let question: String
    package let problem: String

    /// As errors of the API name it.
    package var error: RecordError { .invalid(path: "answers.\(question)", problem: problem) }
}

/// Answers that fit the questions of a survey, in the order of the questions.
package struct SurveyAnswers: Sendable, Hashable {
    package struct Answer: Sendable, Hashable {
        /// The question's key.
        package let question: String
        package let value: JSON
    }

    package private(set) var answers: [Answer] = []
    package private(set) var faults: [AnswerFault] = []

    /// Judges what somebody answered.
    ///
    /// Empty texts, empty lists and `null` are no answers; what belongs to no question is a fault.
    ///
    /// - Parameters:
    ///   - given: values by the keys of questions.
    ///   - isComplete: whether every required question must have an answer.
    package init(_ given: JSON.Object, to questions: [SurveyQuestion], isComplete: Bool) {
        for question in questions {
            switch question.judge(given[question.key]) {
            case .none where isComplete && question.isRequired:
                faults.append(AnswerFault(question: question.key, problem: "is required"))
            case .none: break
            case .answer(let value): answers.append(Answer(question: question.key, value: value))
            case .fault(let problem): faults.append(AnswerFault(question: question.key, problem: problem))
            }
        }
        let keys = Set(questions.map(\.key))
        // A few are enough to see what is wrong.
        for member in given.members.lazy.filter({ !keys.contains($0.key) }).prefix(5) {
            let key = String(member.key.prefix(SurveyQuestion.keyLimit))
            faults.append(AnswerFault(question: key, problem: "the survey has no such question"))
        }
    }

    /// By the keys of their questions.
    package var object: JSON.Object { JSON.Object(answers.map { ($0.question, $0.value) }) }

    /// The first recommendation, else the first rating; nil where there is neither.
    package func score(_ questions: [SurveyQuestion]) -> Int64? {
        var rating: Int64?
        for question in questions {
            guard let value = answers.first(where: { $0.question == question.key })?.value.int64 else { continue }
            if question.kind == .nps { return value }
            if case .rating = question.kind { rating = rating ?? value }
        }
        return rating
    }
}

private enum Judgement {
    case none
    case answer(JSON)
    case fault(String)
}

extension SurveyQuestion {
    fileprivate func judge(_ given: JSON?) -> Judgement {
        guard let given, given != .null else { return .none }
        switch kind {
        case .text: return judge(text: given)
        case .yesNo: return given.bool.map { .answer(.bool($0)) } ?? .fault("expected true or false")
        case .rating, .nps:
            guard let scale = kind.scale else { return .none }
            guard let number = given.int64, scale.contains(number) else {
                return .fault("expected integer from \(scale.lowerBound) to \(scale.upperBound)")
            }
            return .answer(JSON(number))
        case .choice(let options):
            guard let text = given.string else { return .fault("expected one of the options as string") }
            if text.isEmpty { return .none }
            return options.contains(text) ? .answer(.string(text)) : .fault("is none of the options")
        case .choices(let options):
            guard let elements = given.array, elements.count <= options.count else {
                return .fault("expected array of at most \(options.count) options")
            }
            let texts = elements.compactMap(\.string)
            guard texts.count == elements.count, texts.allSatisfy(options.contains) else {
                return .fault("holds what is none of the options")
            }
            // In the order of the options, each once.
            let chosen = options.filter(texts.contains)
            return chosen.isEmpty ? .none : .answer(.array(chosen.map(JSON.string)))
        }
    }

    private func judge(text given: JSON) -> Judgement {
        guard let text = given.string else { return .fault("expected string") }
        let limit = SurveyQuestion.textLimit
        guard text.utf8.count <= limit * 32, text.count <= limit else {
            return .fault("must have at most \(limit) characters")
        }
        let trimmed = text.trimmed()
        return trimmed.isEmpty ? .none : .answer(.string(trimmed))
    }
}
