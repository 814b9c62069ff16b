import Hub
import HubCore
import HubStorage
import HubText
import Synchronization

/// The form behind a survey's link: for people outside, who have no session.
struct SurveyDoor: Sendable {
    let hub: Hub
    let limiter: AnswerLimiter

    /// - Returns: nil when the path is no survey's link.
    func respond(to request: ConsoleRequest) async -> ConsoleResponse? {
        let parts = request.path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1] == "s" else { return nil }
        let isWrite = request.method == "POST"
        guard limiter.mayPass(request.clientAddress ?? "unknown", cost: isWrite ? 4 : 1, at: hub.clock.now()) else {
            return busy(request)
        }
        do {
            guard let survey = try await hub.survey(key: String(parts[2])), survey.state != .draft else {
                let text = "This link is not one of ours, or not any more. Ask whoever sent it."
                return Visitor(request).note("Nothing here", text, status: 404)
            }
            guard survey.state == .published else {
                return Visitor(request).note(
                    "This survey is closed", "It takes no more answers. Thank you for coming.", status: 410)
            }
            return isWrite
                ? try await answer(request, survey)
                : try await form(request, survey, given: Fields(), faults: [], fault: nil)
        } catch {
            return Visitor(request).note(
                "Not now", "Something is out of order here. Try again in a moment.", status: 503)
        }
    }

    private func busy(_ request: ConsoleRequest) -> ConsoleResponse {
        var response = Visitor(request).note("Too much at once", "Wait a minute, and try again.", status: 429)
        response.headers.fields.append(Fields.Field(name: "Retry-After", value: "60"))
        return response
    }

    // MARK: The form

    private func form(
        _ request: ConsoleRequest, _ survey: Survey, given: Fields, faults: [AnswerFault], fault: String?
    ) async throws -> ConsoleResponse {
        let workspace = try await hub.configuration(of: survey.workspace).workspace
        let ticket = given["ticket"] ?? request.query["ticket"]
        let view = SurveyFormView(
            path: survey.linkPath, asker: workspace.name, name: survey.name,
            introductionHTML: survey.introduction.isEmpty
                ? nil : SafeHTML(made: Markdown.html(survey.introduction)), slip: hub.slip(for: survey).text,
            // Only what could be an id is carried along.
            ticket: ticket.flatMap { ID<Ticket>($0) }.map { "\($0)" }, fault: fault,
            questions: survey.questions.enumerated().map { index, question in
                self.view(of: question, at: index, given, faults.first { $0.question == question.key }?.problem)
            }, respondentName: given["name"] ?? "", respondentEmail: given["email"] ?? "",
            limit: SurveyQuestion.textLimit)
        return Visitor(request).page(view, title: survey.name, status: fault == nil ? 200 : 422)
    }

    private static func field(_ question: SurveyQuestion) -> String { "q.\(question.key)" }

    private func view(
        of question: SurveyQuestion, at index: Int, _ given: Fields, _ problem: String?
    ) -> SurveyFormView.Question {
        let id = "q\(index + 1)"
        let values = given.all(Self.field(question))
        let hint = question.hint.isEmpty ? nil : question.hint
        let described = [hint.map { _ in "\(id)-hint" }, problem.map { _ in "\(id)-fault" }].compactMap { $0 }
        let choices: [(String, String)] =
            switch question.kind {
            case .text: []
            case .yesNo: [("yes", "Yes"), ("no", "No")]
            case .choice(let options), .choices(let options): options.map { ($0, $0) }
            case .rating, .nps: (question.kind.scale ?? 0...0).map { ("\($0)", "\($0)") }
            }
        let isMany = if case .choices = question.kind { true } else { false }
        let isScale = question.kind.scale != nil
        return SurveyFormView.Question(
            id: id, field: Self.field(question), label: question.label, hint: hint, isRequired: question.isRequired,
            fault: problem.map(Self.words), describedBy: described.isEmpty ? nil : described.joined(separator: " "),
            isText: question.kind == .text, text: values.first ?? "",
            isOne: !choices.isEmpty && !isMany && !isScale, isMany: isMany, isScale: isScale,
            options: choices.enumerated().map { position, choice in
                .init(
                    id: "\(id)-\(position)", value: choice.0, label: choice.1, isChosen: values.contains(choice.0))
            }, low: question.kind == .nps ? "Not at all likely" : "Bad",
            high: question.kind == .nps ? "Very likely" : "Good")
    }

    /// What the API says of an answer, for someone who filled in a form.
    private static func words(_ problem: String) -> String {
        problem == "is required"
            ? "Please answer this one."
            : problem.hasPrefix("must have") ? "It is too long." : "Please choose one of these."
    }

    // MARK: Answering

    private func answer(_ request: ConsoleRequest, _ survey: Survey) async throws -> ConsoleResponse {
        guard limiter.mayPass("survey \(survey.id)", cost: 0.2, at: hub.clock.now()) else { return busy(request) }
        guard let slip = request.form["slip"].flatMap({ hub.slip($0, for: survey) }) else {
            return try await form(
                request, survey, given: request.form, faults: [],
                fault: "The page was open for too long. Your answers are still here: send them again.")
        }
        let given = self.given(request, survey)
        let judged = SurveyAnswers(given.answers, to: survey.questions, isComplete: true)
        guard judged.faults.isEmpty else {
            return try await form(
                request, survey, given: request.form, faults: judged.faults,
                fault: judged.faults.count == 1 ? "One answer is missing." : "Some answers are missing.")
        }
        do throws(HelpdeskError) {
            _ = try await hub.respond(to: survey, given, as: slip.response, startedAt: slip.startedAt)
        } catch {
            switch error {
            case .refused(.surveyTakesNoAnswers):
                return Visitor(request).note(
                    "This survey is closed", "It takes no more answers. Thank you for coming.", status: 410)
            case .refused(.invalid(let path, _)) where path.hasPrefix("respondent"):
                return try await form(
                    request, survey, given: request.form, faults: [], fault: "The name or e-mail address is too long.")
            default: throw error
            }
        }
        let thanks = survey.thanks.isEmpty ? "Your answers are in." : survey.thanks
        return Visitor(request).page(
            SurveyThanksView(heading: "Thank you", bodyHTML: SafeHTML(made: Markdown.html(thanks))), title: "Thank you")
    }

    private func given(_ request: ConsoleRequest, _ survey: Survey) -> GivenAnswers {
        var answers = JSON.Object()
        for question in survey.questions {
            let values = request.form.all(Self.field(question))
            guard let first = values.first, !first.isEmpty else { continue }
            answers[question.key] =
                switch question.kind {
                case .text, .choice: .string(first)
                case .yesNo: first == "yes" ? true : first == "no" ? false : .string(first)
                case .rating, .nps: Int64(first).map { JSON($0) } ?? .string(first)
                case .choices: .array(values.map(JSON.string))
                }
        }
        var given = GivenAnswers(answers, isComplete: true)
        given.respondent = .init(name: request.form["name"], email: request.form["email"])
        given.language = request.headers.header("Accept-Language")
        given.ticket = request.form["ticket"].flatMap { ID<Ticket>($0) }
        return given
    }
}

/// A minute's worth of looking and answering for each address, and for each survey, filled evenly.
final class AnswerLimiter: Sendable {
    private static let perMinute = 60.0
    /// Addresses that are remembered at once; beyond that the fullest go.
    private static let capacity = 4096

    private struct Bucket {
        var left: Double
        var at: Timestamp

        func filled(at now: Timestamp) -> Double {
            let elapsed = Double(max(0, now.milliseconds - at.milliseconds))
            return min(AnswerLimiter.perMinute, left + elapsed * AnswerLimiter.perMinute / 60_000)
        }
    }

    private let buckets = Mutex<[String: Bucket]>([:])

    func mayPass(_ who: String, cost: Double, at now: Timestamp) -> Bool {
        buckets.withLock { buckets in
            if buckets[who] == nil, buckets.count >= Self.capacity { Self.thin(&buckets, at: now) }
            let left = buckets[who]?.filled(at: now) ?? Self.perMinute
            let passes = left >= cost
            buckets[who] = Bucket(left: passes ? left - cost : left, at: now)
            return passes
        }
    }

    private static func thin(_ buckets: inout [String: Bucket], at now: Timestamp) {
        let half = buckets.sorted { $0.value.filled(at: now) < $1.value.filled(at: now) }.prefix(capacity / 2)
        buckets = Dictionary(uniqueKeysWithValues: half.map { ($0.key, $0.value) })
    }
}
