import HubCore
import HubStorage

/// Surveys, responses and results in JSON.
enum SurveyDocuments {
    static let question = Shape.named(
        "SurveyQuestion",
        [
            .optional("key", .text(1...SurveyQuestion.keyLimit), "a-z, 0-9, _ and -; `q_1` and so on unless given."),
            .required("label", .text(1...SurveyQuestion.labelLimit)),
            .optional("hint", .text(0...SurveyQuestion.labelLimit)),
            .required("kind", .choice(SurveyQuestion.Kind.names)), .optional("required", .boolean),
            .optional(
                "options", .list(of: .text(1...SurveyQuestion.optionLimit), limit: SurveyQuestion.optionCountLimit),
                "Of `choice` (one of them) and `choices` (any of them)."),
            .optional(
                "scale", .integer(2...Int64(SurveyQuestion.scaleLimit)), "The top of a `rating`; 5 unless given."),
        ])

    static let shape = Shape.named(
        "Survey",
        [
            .required("id", .text), .required("name", .text), .required("state", .choice(of: Survey.State.self)),
            .required("url", .text, "Where people answer it while it is published."),
            .required("introduction", .text), .required("thanks", .text), .required("questions", .list(of: question)),
            .required("created_at", .moment), .required("updated_at", .moment),
            .required("published_at", .moment.orNull), .required("closed_at", .moment.orNull),
            .required("version", .integer),
        ])

    static func document(_ survey: Survey, publicBase: String) -> JSON {
        [
            "id": JSON(survey.id), "name": .string(survey.name), "state": .string(survey.state.rawValue),
            "url": .string(publicBase + survey.linkPath), "introduction": .string(survey.introduction),
            "thanks": .string(survey.thanks), "questions": .array(survey.questions.map(\.document)),
            "created_at": JSON(survey.createdAt), "updated_at": JSON(survey.updatedAt),
            "published_at": JSON(survey.publishedAt), "closed_at": JSON(survey.closedAt),
            "version": JSON(survey.version),
        ]
    }

    static let respondent = Shape.named(
        "Respondent",
        [
            .optional("name", .text(0...Ticket.nameLimit).orNull),
            .optional("email", .text(0...Ticket.emailLimit).orNull),
        ])

    private static let answer = Shape.object([
        .required("question", .text), .required("label", .text), .required("kind", .choice(SurveyQuestion.Kind.names)),
        .required("value", .anything),
    ])

    static let response = Shape.named(
        "SurveyResponse",
        [
            .required("id", .text), .required("survey", .object([.required("id", .text), .required("name", .text)])),
            .required(
                "ticket",
                Shape.object([
                    .required("id", .text), .required("number", .integer), .required("subject", .text),
                    .required("status", .choice(of: Ticket.Status.self)),
                ]).orNull),
            .required("customer", .text.orNull), .required("respondent", respondent),
            .required("answers", .list(of: answer)), .required("started_at", .moment),
            .required("completed_at", .moment.orNull, "Null: more is to come."), .required("language", .text.orNull),
            .required("score", .integer.orNull, "The first recommendation, else the first rating."),
        ])

    static func document(_ response: SurveyResponse, _ survey: Survey, ticket: Ticket?) -> JSON {
        response.document(survey, ticket: ticket).adding("score", response.score.map { JSON($0) } ?? .null)
    }

    static let results = Shape.named(
        "SurveyResults",
        [
            .required("completed", .integer), .required("partial", .integer),
            .required(
                "questions",
                .list(
                    of: .object([
                        .required("question", .text), .required("label", .text), .required("kind", .text),
                        .required("answered", .integer),
                        .required(
                            "bars",
                            .list(
                                of: .object([
                                    .required("label", .text), .required("count", .integer),
                                    .required("percent", .integer),
                                ])), "How often each value; empty for texts."),
                        .required("average", .anything, "Of ratings; null where nobody answered."),
                        .required("nps", .integer.orNull, "Share of 9 and 10 less that of 0 to 6."),
                    ]))),
        ])

    static func document(_ survey: Survey, _ tally: SurveyTally) -> JSON {
        [
            "completed": JSON(tally.completed), "partial": JSON(tally.partial),
            "questions": .array(
                survey.questions.map { question in
                    let result = QuestionResult(question, tally)
                    return [
                        "question": .string(question.key), "label": .string(question.label),
                        "kind": .string(question.kind.name), "answered": JSON(result.answered),
                        "bars": .array(
                            result.bars.map {
                                [
                                    "label": .string($0.label), "count": JSON($0.count), "percent": JSON($0.percent),
                                ]
                            }),
                        "average": result.averageTenths.flatMap { JSON.Number(Double($0) / 10) }.map(JSON.number)
                            ?? .null,
                        "nps": result.netPromoterScore.map { JSON($0) } ?? .null,
                    ]
                }),
        ]
    }
}
