import Hub
import HubCore
import HubStorage

/// What people answered.
enum SurveyResultRoutes {
    /// How many of the newest texts are shown with their question.
    private static let quoteLimit = 8

    @Sendable static func results(_ visit: Visit) async throws -> ConsoleResponse {
        let survey = try await SurveyRoutes.survey(visit)
        let tally = try await visit.store.tally(of: survey)
        var query = ResponseQuery()
        query.isComplete = true
        let newest = try await visit.store.responses(
            to: survey.id, in: visit.workspace, query, PageRequest(limit: 50)
        ).elements.map(\.response)
        let results = survey.questions.map { QuestionResult($0, tally) }
        let view = SurveyResultsView(
            head: SurveyRoutes.head(survey, "results", tally, visit), tiles: tiles(tally, results, newest, visit),
            results: results.map { self.result($0, newest) }, hasResponses: tally.completed > 0)
        return visit.page(view, .surveys, title: "\(survey.name): results")
    }

    private static func tiles(
        _ tally: SurveyTally, _ results: [QuestionResult], _ newest: [SurveyResponse], _ visit: Visit
    ) -> [TileView] {
        let last = newest.first?.completedAt
        var tiles = [
            TileView(
                label: "Responses", figure: Amount.count(tally.completed), note: last == nil ? "" : "the last one",
                at: last.map { visit.time($0) }),
            TileView(label: "Begun", figure: Amount.count(tally.partial), note: "and not finished"),
        ]
        if let score = results.lazy.compactMap(\.netPromoterScore).first {
            tiles.append(TileView(label: "Net promoter score", figure: signed(score), note: "from −100 to +100"))
        }
        if let rating = results.first(where: { $0.averageTenths != nil && $0.netPromoterScore == nil }),
            let average = rating.averageTenths, let top = rating.question.kind.scale?.upperBound
        {
            tiles.append(TileView(label: "Average rating", figure: decimal(average), note: "of \(top)"))
        }
        return tiles
    }

    private static func signed(_ number: Int) -> String {
        number > 0 ? "+\(number)" : number < 0 ? "−\(number.magnitude)" : "0"
    }

    private static func decimal(_ tenths: Int) -> String { "\(tenths / 10).\(tenths % 10)" }

    private static func result(_ result: QuestionResult, _ newest: [SurveyResponse]) -> SurveyResultsView.Result {
        let question = result.question
        var figure: String?
        var figureNote = ""
        if let score = result.netPromoterScore {
            (figure, figureNote) = (signed(score), "promoters less detractors")
        } else if let average = result.averageTenths {
            (figure, figureNote) = (decimal(average), "of \(question.kind.scale?.upperBound ?? 0) on average")
        }
        let quotes =
            question.kind == .text
            ? newest.lazy.compactMap { $0.answers[question.key]?.string }.prefix(quoteLimit).map {
                String($0.prefix(600))
            }
            : []
        return SurveyResultsView.Result(
            label: question.label, note: "\(Amount.things(result.answered, "answer"))", figure: figure,
            figureNote: figureNote,
            bars: result.bars.map { bar in
                SurveyResultsView.Bar(
                    label: bar.label, count: Amount.count(bar.count), percent: bar.percent,
                    tone: tone(of: bar.label, question.kind))
            }, hasBars: !result.bars.isEmpty, quotes: quotes, hasQuotes: !quotes.isEmpty,
            isUnanswered: result.answered == 0)
    }

    /// Recommendations are told apart by what they count for.
    private static func tone(of label: String, _ kind: SurveyQuestion.Kind) -> String {
        guard kind == .nps, let value = Int(label) else { return "fill" }
        return value >= 9 ? "high" : value >= 7 ? "middle" : "low"
    }

    // MARK: Responses

    @Sendable static func list(_ visit: Visit) async throws -> ConsoleResponse {
        let survey = try await SurveyRoutes.survey(visit)
        let tally = try await visit.store.tally(of: survey)
        let cursor = visit.text("cursor")
        let page = try await visit.store.responses(
            to: survey.id, in: visit.workspace, ResponseQuery(), PageRequest(.before(cursor.flatMap(Int64.init))))
        let path = "\(SurveyRoutes.path(of: survey))/responses"
        var rows: [SurveyResponsesView.Row] = []
        for element in page.elements { rows.append(try await row(element.response, survey, path, visit)) }
        let view = SurveyResponsesView(
            head: SurveyRoutes.head(survey, "responses", tally, visit), rows: rows, hasRows: !rows.isEmpty,
            pager: PagerView(
                summary: Amount.things(rows.count, "response") + (page.next == nil ? "" : " on this page"),
                newest: cursor == nil ? nil : path, next: page.next.map { "\(path)?cursor=\($0)" }))
        return visit.page(view, .surveys, title: "\(survey.name): responses")
    }

    private static func row(
        _ response: SurveyResponse, _ survey: Survey, _ path: String, _ visit: Visit
    ) async throws -> SurveyResponsesView.Row {
        let answers = survey.questions.compactMap { question in
            response.answers[question.key].map { text(of: $0) }
        }
        return SurveyResponsesView.Row(
            who: who(response), href: "\(path)/\(response.id)", state: state(response),
            score: response.score.map { "\($0)" }, answers: String(answers.joined(separator: " · ").prefix(240)),
            ticket: try await ticketLink(response, visit), at: visit.time(response.completedAt ?? response.updatedAt))
    }

    private static func who(_ response: SurveyResponse) -> String {
        response.respondent.name ?? response.respondent.email ?? "Someone"
    }

    private static func state(_ response: SurveyResponse) -> PillView {
        response.completedAt == nil ? PillView("begun", .mute) : PillView("complete", .good)
    }

    private static func ticketLink(_ response: SurveyResponse, _ visit: Visit) async throws -> LinkView? {
        guard let id = response.ticket, let ticket = try await visit.store.ticket(id, in: visit.workspace) else {
            return nil
        }
        return LinkView(label: "#\(ticket.number)", href: "/tickets/\(ticket.number)")
    }

    private static func text(of value: JSON) -> String {
        switch value {
        case .bool(let value): value ? "Yes" : "No"
        case .array(let elements): elements.compactMap(\.string).joined(separator: ", ")
        case .string(let text): text
        default: value.text
        }
    }

    @Sendable static func show(_ visit: Visit) async throws -> ConsoleResponse {
        let survey = try await SurveyRoutes.survey(visit)
        guard let id = visit.parameters["response"].flatMap({ ID<SurveyResponse>($0) }),
            let response = try await visit.store.response(id, in: visit.workspace), response.survey == survey.id
        else { return visit.notFound }
        var facts: [FactView] = []
        if let name = response.respondent.name { facts.append(FactView("Name", name)) }
        if let email = response.respondent.email { facts.append(FactView("E-mail", email)) }
        if let link = try await ticketLink(response, visit) {
            facts.append(FactView("Ticket", link.label, href: link.href))
        }
        if let customer = response.customer {
            let known = try await visit.store.customers(of: visit.workspace).first { $0.id == customer }
            facts.append(FactView("Customer", known?.name ?? "\(customer)"))
        }
        if let score = response.score { facts.append(FactView("Score", "\(score)")) }
        if let language = response.language { facts.append(FactView("Language", language)) }
        facts.append(FactView("Begun", visit.time(response.startedAt, .full)))
        if let at = response.completedAt { facts.append(FactView("Completed", visit.time(at, .full))) }
        facts.append(FactView("Id", "\(response.id)", isCode: true))
        let view = SurveyResponseView(
            surveyName: survey.name, surveyPath: SurveyRoutes.path(of: survey), title: who(response),
            lede: "Answered \(Amount.things(response.answers.count, "question")) of \(survey.questions.count).",
            state: state(response),
            answers: survey.questions.map { question in
                .init(label: question.label, value: response.answers[question.key].map { text(of: $0) })
            }, facts: facts)
        return visit.page(view, .surveys, title: "\(survey.name): \(view.title)")
    }
}
