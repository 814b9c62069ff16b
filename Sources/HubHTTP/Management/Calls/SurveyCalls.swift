import HTTPTypes
import Hub
import HubCore
import HubStorage

/// Surveys and what people answered.
enum SurveyCalls {
    static let all = surveys + responses

    private static let surveys = [
        Call(
            .get, "/v1/surveys", "Surveys, newest first", .workspace(.read), .list(of: SurveyDocuments.shape),
            query: Shape.Member.paging, answer: list),
        Call(
            .post, "/v1/surveys", "Make a survey, as a draft", .workspace(.admin),
            .document(SurveyDocuments.shape, status: 201),
            body: .object([.required("name", .text(1...Survey.nameLimit))] + changing), answer: create),
        Call(
            .get, "/v1/surveys/{survey}", "One survey", .workspace(.read), .document(SurveyDocuments.shape),
            answer: show),
        Call(
            .patch, "/v1/surveys/{survey}", "Change a survey; once published, questions change their wording only",
            .workspace(.admin), .document(SurveyDocuments.shape),
            body: .object([.optional("name", .text(1...Survey.nameLimit))] + changing), answer: change),
        Call(
            .post, "/v1/surveys/{survey}/publish", "Let people answer a survey", .workspace(.admin),
            .document(SurveyDocuments.shape)
        ) { try await setState(.published, $0) },
        Call(
            .post, "/v1/surveys/{survey}/close", "Take no more answers", .workspace(.admin),
            .document(SurveyDocuments.shape)
        ) { try await setState(.closed, $0) },
        Call(
            .get, "/v1/surveys/{survey}/results", "How often what was answered, of complete responses",
            .workspace(.read), .document(SurveyDocuments.results), answer: results),
    ]

    private static let changing: [Shape.Member] = [
        .optional("introduction", .text(0...Survey.textLimit), "Markdown above the questions."),
        .optional("thanks", .text(0...Survey.textLimit), "Markdown after the answers."),
        .optional(
            "questions", .list(of: SurveyDocuments.question, limit: Survey.questionCountLimit), "All of them, in order."
        ),
    ]

    private static let responses = [
        Call(
            .get, "/v1/surveys/{survey}/responses", "Responses to a survey, newest first", .workspace(.read),
            .list(of: SurveyDocuments.response),
            query: [
                .optional("complete", .boolean, "Only complete ones, or only those that were begun."),
                .optional("customer", .text(1...128), "Id or reference."),
                .optional("since", .moment, "Changed at or after."),
            ] + Shape.Member.paging, answer: listResponses),
        Call(
            .post, "/v1/surveys/{survey}/responses", "Answer a survey, or begin to", .workspace(.publish),
            .document(SurveyDocuments.response, status: 201),
            body: .object(
                answering + [
                    .optional("ticket", .text(1...40), "Id or number of the ticket that it is about."),
                    .optional("customer", .text(1...128), "Id or reference; the ticket's unless given."),
                ]), answer: respond),
        Call(
            .get, "/v1/responses/{response}", "One response", .workspace(.read), .document(SurveyDocuments.response),
            answer: showResponse),
        Call(
            .patch, "/v1/responses/{response}", "Give more answers to a response that was begun", .workspace(.publish),
            .document(SurveyDocuments.response), body: .object(answering), answer: goOn),
    ]

    private static let answering: [Shape.Member] = [
        .optional("answers", .object([], others: .anything), "Values by the keys of questions."),
        .optional("complete", .boolean, "Whether that is all; true unless given."),
        .optional("respondent", SurveyDocuments.respondent),
        .optional("language", .text(1...200), "A language tag, or a list of them as browsers send it."),
    ]

    // MARK: Surveys

    private static func named(_ call: CallContext) async throws -> Survey {
        try await call.hub.survey(try call.id("survey", "survey"), in: try call.workspace)
    }

    private static func document(_ survey: Survey, _ call: CallContext) -> CallAnswer {
        .document(SurveyDocuments.document(survey, publicBase: call.publicBase))
    }

    private static func list(_ call: CallContext) async throws -> CallAnswer {
        let page = try await call.hub.store.surveys(of: try call.workspace, try call.page())
        return .list(
            page.elements.map { SurveyDocuments.document($0.survey, publicBase: call.publicBase) }, next: page.next)
    }

    private static func show(_ call: CallContext) async throws -> CallAnswer {
        document(try await named(call), call)
    }

    private static func create(_ call: CallContext) async throws -> CallAnswer {
        var new = NewSurvey(name: try call.body["name"].string)
        new.introduction = call.body["introduction"].text ?? ""
        new.thanks = call.body["thanks"].text ?? ""
        new.questions = try questions(call.body["questions"])
        return document(try await call.hub.makeSurvey(new, in: try call.workspace, by: call.actor), call)
    }

    private static func change(_ call: CallContext) async throws -> CallAnswer {
        let survey = try await named(call)
        var edits: [SurveyEdit] = []
        if let name = call.body["name"].text { edits.append(.name(name)) }
        if let text = call.body["introduction"].text { edits.append(.introduction(text)) }
        if let text = call.body["thanks"].text { edits.append(.thanks(text)) }
        if call.body["questions"].exists { edits.append(.questions(try questions(call.body["questions"]))) }
        return document(
            try await call.hub.change(survey: survey.id, in: survey.workspace, by: call.actor) {
                [edits] _ throws(RecordError) in edits
            }, call)
    }

    private static func questions(_ payload: Payload) throws -> [SurveyQuestion] {
        var questions: [SurveyQuestion] = []
        for (index, element) in payload.list.enumerated() {
            do throws(RecordError) {
                questions.append(
                    try SurveyQuestion(
                        element.value ?? .null, at: "questions[\(index)]",
                        freeKey: SurveyQuestion.freeKey(among: questions)))
            } catch {
                throw HelpdeskError.refused(error)
            }
        }
        return questions
    }

    private static func setState(_ state: Survey.State, _ call: CallContext) async throws -> CallAnswer {
        let survey = try await named(call)
        return document(
            try await call.hub.setState(state, of: survey.id, in: survey.workspace, by: call.actor), call)
    }

    private static func results(_ call: CallContext) async throws -> CallAnswer {
        let survey = try await named(call)
        return .document(SurveyDocuments.document(survey, try await call.hub.store.tally(of: survey)))
    }

    // MARK: Responses

    private static func listResponses(_ call: CallContext) async throws -> CallAnswer {
        let survey = try await named(call)
        var query = ResponseQuery()
        query.isComplete = call.query["complete"].value?.bool
        query.customer = try await TicketCalls.customer(call.query["customer"], call, at: "customer")
        query.since = call.moment(call.query["since"])
        let page = try await call.hub.store.responses(
            to: survey.id, in: survey.workspace, query, try call.page())
        var documents: [JSON] = []
        for element in page.elements { documents.append(try await document(element.response, survey, call)) }
        return .list(documents, next: page.next)
    }

    private static func document(
        _ response: SurveyResponse, _ survey: Survey, _ call: CallContext
    ) async throws -> JSON {
        var ticket: Ticket?
        if let id = response.ticket { ticket = try await call.hub.store.ticket(id, in: response.workspace) }
        return SurveyDocuments.document(response, survey, ticket: ticket)
    }

    private static func respond(_ call: CallContext) async throws -> CallAnswer {
        let survey = try await named(call)
        var given = given(call.body)
        if let name = call.body["ticket"].text {
            given.ticket = try await call.hub.ticket(name, in: survey.workspace).id
        }
        given.customer = try await TicketCalls.customer(call.body["customer"], call, at: "$.customer")
        let response = try await call.hub.respond(to: survey, given)
        return .document(try await document(response, survey, call))
    }

    private static func given(_ body: Payload) -> GivenAnswers {
        var given = GivenAnswers(
            body["answers"].value?.object ?? [:], isComplete: body["complete"].value?.bool ?? true)
        if let respondent = body["respondent"].present {
            given.respondent = .init(name: respondent["name"].text, email: respondent["email"].text)
        }
        given.language = body["language"].text
        return given
    }

    private static func namedResponse(_ call: CallContext) async throws -> SurveyResponse {
        let id: ID<SurveyResponse> = try call.id("response", "response")
        guard let response = try await call.hub.store.response(id, in: try call.workspace) else {
            throw ManagementError.notFound(what: "response")
        }
        return response
    }

    private static func showResponse(_ call: CallContext) async throws -> CallAnswer {
        let response = try await namedResponse(call)
        let survey = try await call.hub.survey(response.survey, in: response.workspace)
        return .document(try await document(response, survey, call))
    }

    private static func goOn(_ call: CallContext) async throws -> CallAnswer {
        let known = try await namedResponse(call)
        let response = try await call.hub.goOn(with: known.id, given(call.body), in: known.workspace)
        let survey = try await call.hub.survey(response.survey, in: response.workspace)
        return .document(try await document(response, survey, call))
    }
}
