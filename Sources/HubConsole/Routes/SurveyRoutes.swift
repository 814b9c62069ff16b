import Hub
import HubCore
import HubStorage

/// Surveys and what was answered, for those who ask.
enum SurveyRoutes {
    static let all: [Route] = [
        .get("/surveys", list), .post("/surveys", .administer, make),
        .get("/surveys/:survey", show), .post("/surveys/:survey", .administer, reword),
        .post("/surveys/:survey/publish", .administer) { try await setState(.published, $0) },
        .post("/surveys/:survey/close", .administer) { try await setState(.closed, $0) },
        .post("/surveys/:survey/questions", .administer, addQuestion),
        .post("/surveys/:survey/questions/:key", .administer, changeQuestion),
        .get("/surveys/:survey/results", SurveyResultRoutes.results),
        .get("/surveys/:survey/responses", SurveyResultRoutes.list),
        .get("/surveys/:survey/responses/:response", SurveyResultRoutes.show),
    ]

    // MARK: The list

    @Sendable private static func list(_ visit: Visit) async throws -> ConsoleResponse {
        let cursor = visit.text("cursor")
        let page = try await visit.store.surveys(
            of: visit.workspace, PageRequest(.before(cursor.flatMap(Int64.init))))
        let rows = page.elements.map { element in
            SurveysView.Row(
                name: element.survey.name, href: path(of: element.survey), state: PillView(element.survey.state),
                questions: Amount.count(element.survey.questions.count), responses: Amount.count(element.responses),
                at: visit.time(element.survey.updatedAt))
        }
        let view = SurveysView(
            isAdmin: visit.isAdmin, rows: rows, hasRows: !rows.isEmpty,
            pager: PagerView(
                summary: Amount.things(rows.count, "survey"), newest: cursor == nil ? nil : "/surveys",
                next: page.next.map { "/surveys?cursor=\($0)" }))
        return visit.page(view, .surveys, title: "Surveys")
    }

    @Sendable private static func make(_ visit: Visit) async throws -> ConsoleResponse {
        do throws(HelpdeskError) {
            let survey = try await visit.hub.makeSurvey(
                NewSurvey(name: visit.text("name") ?? ""), in: visit.workspace, by: visit.actor)
            return .redirect(to: path(of: survey))
        } catch {
            return visit.done(error.shown, to: "/surveys", isBad: true)
        }
    }

    static func path(of survey: Survey) -> String { "/surveys/\(survey.id)" }

    static func survey(_ visit: Visit) async throws -> Survey {
        guard let id = visit.parameters["survey"].flatMap({ ID<Survey>($0) }) else {
            throw HelpdeskError.notFound(what: "survey")
        }
        return try await visit.hub.survey(id, in: visit.workspace)
    }

    // MARK: One of them

    /// - Parameter tab: the last part of the page's path; empty for the questions.
    static func head(_ survey: Survey, _ tab: String, _ tally: SurveyTally, _ visit: Visit) -> SurveyHead {
        let path = path(of: survey)
        let move: SurveyHead.Move? =
            switch survey.state {
            case _ where !visit.isAdmin: nil
            case .draft:
                survey.questions.isEmpty
                    ? nil : SurveyHead.Move(action: "\(path)/publish", label: "Publish", isPrimary: true)
            case .published: SurveyHead.Move(action: "\(path)/close", label: "Close", isPrimary: false)
            case .closed: SurveyHead.Move(action: "\(path)/publish", label: "Publish again", isPrimary: false)
            }
        let parts = [
            ("", "Questions", survey.questions.count), ("results", "Results", nil),
            ("responses", "Responses", tally.completed + tally.partial),
        ]
        return SurveyHead(
            name: survey.name, path: path, lede: "\(Amount.things(tally.completed, "complete response")).",
            state: PillView(survey.state), move: move,
            tabs: parts.map { part, label, count in
                TabView(
                    label: label, href: part.isEmpty ? path : "\(path)/\(part)", count: count.map(Amount.count),
                    isCurrent: part == tab)
            })
    }

    @Sendable private static func show(_ visit: Visit) async throws -> ConsoleResponse {
        let survey = try await survey(visit)
        let last = survey.questions.count - 1
        let questions = survey.questions.enumerated().map { index, question in
            QuestionEditorView(
                key: question.key, path: "\(path(of: survey))/questions/\(question.key)", position: "\(index + 1)",
                label: question.label, hint: question.hint, kind: kindName(question.kind),
                isRequired: question.isRequired,
                options: question.kind.options.isEmpty ? nil : question.kind.options.joined(separator: "\n"),
                optionCount: question.kind.options.count, scales: scales(question.kind), isFirst: index == 0,
                isLast: index == last)
        }
        let view = SurveyView(
            head: head(survey, "", try await visit.store.tally(of: survey), visit), isAdmin: visit.isAdmin,
            isDraft: survey.state == .draft, isPublished: survey.state == .published,
            link: visit.request.publicBase + survey.linkPath, name: survey.name, introduction: survey.introduction,
            thanks: survey.thanks, questions: questions, hasQuestions: !questions.isEmpty,
            kinds: ChoicesView(kinds.map { ChoiceView($0.0, $0.1) }), fault: nil)
        return visit.page(view, .surveys, title: survey.name)
    }

    private static let kinds = [
        ("nps", "Recommendation, 0 to 10"), ("rating", "Rating"), ("choice", "One of several"),
        ("choices", "Any of several"), ("yes_no", "Yes or no"), ("text", "Text"),
    ]

    static func kindName(_ kind: SurveyQuestion.Kind) -> String {
        switch kind {
        case .rating(let top): "1 to \(top)"
        case .nps: "0 to 10"
        case .choice: "one of several"
        case .choices: "any of several"
        case .yesNo: "yes or no"
        case .text: "text"
        }
    }

    private static func scales(_ kind: SurveyQuestion.Kind) -> ChoicesView? {
        guard case .rating(let top) = kind else { return nil }
        return ChoicesView(
            (2...SurveyQuestion.scaleLimit).map { ChoiceView("\($0)", "\($0)", isSelected: $0 == top) })
    }

    // MARK: Changing

    @Sendable private static func reword(_ visit: Visit) async throws -> ConsoleResponse {
        try await change(visit, done: "Saved.") { _ in
            [
                .name(visit.text("name") ?? ""), .introduction(visit.form["introduction"] ?? ""),
                .thanks(visit.form["thanks"] ?? ""),
            ]
        }
    }

    private static func setState(_ state: Survey.State, _ visit: Visit) async throws -> ConsoleResponse {
        let survey = try await survey(visit)
        do throws(HelpdeskError) {
            _ = try await visit.hub.setState(state, of: survey.id, in: visit.workspace, by: visit.actor)
            let text = state == .published ? "The link works now." : "No more answers are taken."
            return visit.done(text, to: path(of: survey))
        } catch {
            return visit.done(error.shown, to: path(of: survey), isBad: true)
        }
    }

    @Sendable private static func addQuestion(_ visit: Visit) async throws -> ConsoleResponse {
        try await change(visit, done: "The question is there.") { survey throws(RecordError) in
            let lines = lines(visit)
            let kind: SurveyQuestion.Kind =
                switch visit.text("kind") {
                case "nps": .nps
                case "rating": .rating(lines.first.flatMap { Int($0) } ?? 5)
                case "choice": .choice(lines)
                case "choices": .choices(lines)
                case "yes_no": .yesNo
                default: .text
                }
            let question = SurveyQuestion(
                key: SurveyQuestion.freeKey(among: survey.questions), label: visit.text("label") ?? "",
                hint: visit.text("hint") ?? "", kind: kind, isRequired: visit.text("required") != nil)
            return [.questions(survey.questions + [question])]
        }
    }

    private static func lines(_ visit: Visit) -> [String] {
        (visit.form["options"] ?? "").split(whereSeparator: \.isNewline).map { $0.trimmed() }.filter { !$0.isEmpty }
    }

    @Sendable private static func changeQuestion(_ visit: Visit) async throws -> ConsoleResponse {
        let key = visit.parameters["key"] ?? ""
        let action = visit.text("do") ?? "save"
        return try await change(visit, done: action == "remove" ? "The question is gone." : "Saved.") { survey in
            var questions = survey.questions
            guard let index = questions.firstIndex(where: { $0.key == key }) else { return [] }
            switch action {
            case "up" where index > 0: questions.swapAt(index, index - 1)
            case "down" where index < questions.count - 1: questions.swapAt(index, index + 1)
            case "remove": questions.remove(at: index)
            case "save": questions[index] = edited(questions[index], isDraft: survey.state == .draft, visit)
            default: break
            }
            return [.questions(questions)]
        }
    }

    private static func edited(_ question: SurveyQuestion, isDraft: Bool, _ visit: Visit) -> SurveyQuestion {
        var question = question
        question.label = visit.text("label") ?? ""
        question.hint = visit.text("hint") ?? ""
        question.isRequired = visit.text("required") != nil
        guard isDraft else { return question }
        switch question.kind {
        case .choice: question.kind = .choice(lines(visit))
        case .choices: question.kind = .choices(lines(visit))
        case .rating(let top): question.kind = .rating(visit.text("scale").flatMap(Int.init) ?? top)
        case .text, .nps, .yesNo: break
        }
        return question
    }

    private static func change(
        _ visit: Visit, done: String, _ edits: @Sendable (Survey) throws(RecordError) -> [SurveyEdit]
    ) async throws -> ConsoleResponse {
        let survey = try await survey(visit)
        do throws(HelpdeskError) {
            _ = try await visit.hub.change(survey: survey.id, in: visit.workspace, by: visit.actor, edits)
            return visit.done(done, to: path(of: survey))
        } catch {
            return visit.done(error.shown, to: path(of: survey), isBad: true)
        }
    }
}
