import HubCore
import HubText

@testable import HubConsole

extension SamplePages {
    static let records: [Sample] = [
        Sample("tickets", .tickets, tickets(ticketRows)), Sample("tickets-empty", .tickets, tickets([])),
        Sample("ticket", .tickets, ticket(mayReply: true)), Sample("ticket-closed", .tickets, ticket(mayReply: false)),
        Sample(
            "ticket-new", .tickets,
            NewTicketView(
                fault: "Something is not right yet; it stands beside its field.",
                faults: ["subject": "Must have 1 to 200 characters."], subject: "", name: "Ada", email: "", phone: "",
                tags: "", text: "", priorities: priorities, assignees: people, customers: people, hasCustomers: true,
                directions: [ChoiceView("inbound", "They wrote or called", hint: "what they want", isSelected: true)])),
        Sample(
            "surveys", .surveys,
            SurveysView(
                isAdmin: true,
                rows: [
                    .init(
                        name: "After support", href: "/surveys/1", state: PillView(.published), questions: "4",
                        responses: "128", at: ago(600))
                ], hasRows: true, pager: pager)),
        Sample("surveys-empty", .surveys, SurveysView(isAdmin: true, rows: [], hasRows: false, pager: pager)),
        Sample("survey-draft", .surveys, survey(isDraft: true)),
        Sample("survey-published", .surveys, survey(isDraft: false)), Sample("survey-results", .surveys, results),
        Sample(
            "survey-responses", .surveys,
            SurveyResponsesView(
                head: head,
                rows: [
                    .init(
                        who: "Ada Byron", href: "/surveys/1/responses/1", state: PillView("complete", .good),
                        score: "9", answers: "9 · Quick and friendly.",
                        ticket: LinkView(label: "#1042", href: "/tickets/1042"), at: ago(60)),
                    .init(
                        who: "Someone", href: "/surveys/1/responses/2", state: PillView("begun", .mute), score: nil,
                        answers: "", ticket: nil, at: ago(9000)),
                ], hasRows: true, pager: pager)),
        Sample(
            "survey-response", .surveys,
            SurveyResponseView(
                surveyName: "After support", surveyPath: "/surveys/1", title: "Ada Byron",
                lede: "Answered 1 question of 2.", state: PillView("complete", .good),
                answers: [.init(label: "Why?", value: "Quick\nand friendly."), .init(label: "Else?", value: nil)],
                facts: [FactView("Score", "9")])),
        Sample("survey-form", nil, surveyForm(fault: nil)),
        Sample("survey-form-fault", nil, surveyForm(fault: "One answer is missing.")),
        Sample(
            "survey-thanks", nil,
            SurveyThanksView(heading: "Thank you", bodyHTML: SafeHTML(made: Markdown.html("See *you* again.")))),
    ]

    private static let pager = PagerView(summary: "2 of them", newest: "/?", next: "/?cursor=1")
    private static let people = ChoicesView([
        ChoiceView("", "Nobody"), ChoiceView("1", "Grace Murray", isSelected: true),
    ])
    private static let priorities = ChoicesView([ChoiceView("urgent", "Urgent"), ChoiceView("low", "Low")])

    private static let ticketRows: [TicketRowView] = [
        row(1042, "Invoice 2026-311 is missing a page", "Ada Byron", .open, .urgent, tags: ["billing", "vip"]),
        row(1041, "Cannot sign in with the new phone", "+44 20 7946 0018", .pending, .normal),
        row(
            1038, "Where do I find the API documentation for the export of all my bookings?", "Mary Jackson", .open,
            .high), row(1030, "Refund", "joan@customer.example", .resolved, .low),
    ]

    private static func row(
        _ number: Int64, _ subject: String, _ requester: String, _ status: Ticket.Status, _ priority: Ticket.Priority,
        tags: [String] = []
    ) -> TicketRowView {
        TicketRowView(
            number: "\(number)", subject: subject, href: "/tickets/\(number)", requester: requester,
            status: PillView(status), priority: PillView(priority), assignee: number == 1041 ? nil : "Grace Murray",
            tags: tags, at: ago((2000 - number) * 60))
    }

    private static func tickets(_ rows: [TicketRowView]) -> TicketsView {
        TicketsView(
            mayWrite: true,
            tabs: [
                TabView(label: "Open", href: "/tickets", count: "12", isCurrent: true),
                TabView(label: "All", href: "/tickets?status=all", count: nil, isCurrent: false),
            ], text: "", tag: "", status: "open",
            selects: [SelectView("assignee", "Assignee", [("", "Anyone"), ("me", "Me")], selected: nil)],
            isFiltered: rows.isEmpty, clear: "/tickets", rows: rows, hasRows: !rows.isEmpty, pager: pager)
    }

    private static func ticket(mayReply: Bool) -> TicketView {
        func message(_ number: Int, _ sender: String, _ tone: String, _ text: String) -> TicketMessageView {
            TicketMessageView(
                anchor: "m\(number)", day: number == 1 ? "Yesterday" : nil, tone: tone, isNote: tone == "warning",
                initials: MessageView.initials(of: sender), sender: sender, address: "ada@customer.example",
                flag: tone == "success" ? PillView("failed", .bad) : nil, at: ago(Int64(900 - number)),
                bodyHTML: SafeHTML(made: Markdown.html(text)),
                attachments: number == 1 ? [.init(name: "invoice.pdf", detail: "application/pdf, 47.1 KiB")] : [],
                hasAttachments: number == 1, trouble: tone == "success" ? "Failed: 550 no such mailbox" : nil)
        }
        return TicketView(
            path: "/tickets/1042", number: "#1042", subject: "Invoice 2026-311 is missing a page",
            lede: "From Ada Byron by email, 08:30", status: PillView(mayReply ? Ticket.Status.open : .closed),
            priority: PillView(Ticket.Priority.urgent), followUpOf: LinkView(label: "#1001", href: "/tickets/1001"),
            mayWrite: true, isAdmin: true, moves: [.init(value: "resolved", label: "Resolve", isPrimary: true)],
            messages: [
                message(1, "Ada Byron", "info", "Page *2* is missing. Could you send it again?"),
                message(2, "Grace Murray", "warning", "She called about this already."),
                message(3, "Grace Murray", "success", "Here it is again, with both pages."),
            ], hasMessages: true, older: "/tickets/1042?before=1", newest: nil, mayReply: mayReply,
            replyTo: "ada@customer.example", then: priorities, said: "", faults: [:],
            facts: [FactView("E-mail", "ada@customer.example")],
            assignees: people, priorities: priorities, tags: "billing, vip",
            fields: [.init(name: "contract", value: "C-77")], hasFields: true)
    }

    private static let head = SurveyHead(
        name: "After support", path: "/surveys/1", lede: "128 complete responses.", state: PillView(.published),
        move: .init(action: "/surveys/1/close", label: "Close", isPrimary: false),
        tabs: [TabView(label: "Questions", href: "/surveys/1", count: "2", isCurrent: true)])

    private static func survey(isDraft: Bool) -> SurveyView {
        SurveyView(
            head: head, isAdmin: true, isDraft: isDraft, isPublished: !isDraft,
            link: "https://hooks.acme.example/s/k3y", name: "After support", introduction: "Two minutes.", thanks: "",
            questions: [
                QuestionEditorView(
                    key: "q_1", path: "/surveys/1/questions/q_1", position: "1", label: "Recommend us?", hint: "",
                    kind: "0 to 10", isRequired: true, options: nil, optionCount: 0, scales: nil, isFirst: true,
                    isLast: false),
                QuestionEditorView(
                    key: "q_2", path: "/surveys/1/questions/q_2", position: "2", label: "Which?", hint: "Any",
                    kind: "any of several", isRequired: false, options: "Mail\nPhone", optionCount: 2, scales: nil,
                    isFirst: false, isLast: false),
                QuestionEditorView(
                    key: "q_3", path: "/surveys/1/questions/q_3", position: "3", label: "How was it?", hint: "",
                    kind: "1 to 5", isRequired: false, options: nil, optionCount: 0,
                    scales: ChoicesView([ChoiceView("5", "5", isSelected: true)]), isFirst: false, isLast: true),
            ], hasQuestions: true, kinds: ChoicesView([ChoiceView("nps", "Recommendation, 0 to 10")]), fault: nil)
    }

    private static let results: SurveyResultsView = {
        var tally = SurveyTally()
        (tally.completed, tally.answered) = (10, ["q_1": 10])
        tally.counts = ["q_1": ["10": 4, "9": 3, "7": 2, "2": 1]]
        let result = QuestionResult(SurveyQuestion(key: "q_1", label: "Recommend us?", kind: .nps), tally)
        return SurveyResultsView(
            head: head,
            tiles: [
                .init(label: "Responses", figure: "128", note: "the last one 14:02"),
                .init(label: "Begun", figure: "7", note: "and not finished"),
                .init(label: "Net promoter score", figure: "+60", note: "from −100 to +100"),
                .init(label: "Average rating", figure: "4.4", note: "of 5"),
            ],
            results: [
                .init(
                    label: result.question.label, note: "10 answers", figure: "+60",
                    figureNote: "promoters less detractors",
                    bars: result.bars.map {
                        .init(label: $0.label, count: "\($0.count)", percent: $0.percent, tone: "high")
                    }, hasBars: true, quotes: [], hasQuotes: false, isUnanswered: false),
                .init(
                    label: "Why?", note: "2 answers", figure: nil, figureNote: "", bars: [], hasBars: false,
                    quotes: ["Quick and friendly.", "Too slow."], hasQuotes: true, isUnanswered: false),
                .init(
                    label: "Else?", note: "0 answers", figure: nil, figureNote: "", bars: [], hasBars: false,
                    quotes: [], hasQuotes: false, isUnanswered: true),
            ], hasResponses: true)
    }()

    private static func surveyForm(fault: String?) -> SurveyFormView {
        func question(
            _ number: Int, _ label: String, isText: Bool = false, isOne: Bool = false, isMany: Bool = false,
            isScale: Bool = false, _ options: [String] = []
        ) -> SurveyFormView.Question {
            SurveyFormView.Question(
                id: "q\(number)", field: "q.q_\(number)", label: label, hint: number == 2 ? "In a few words" : nil,
                isRequired: number == 1, fault: number == 1 && fault != nil ? "Please answer this one." : nil,
                describedBy: nil, isText: isText, text: "", isOne: isOne, isMany: isMany, isScale: isScale,
                options: options.enumerated().map {
                    .init(id: "q\(number)-\($0)", value: $1, label: $1, isChosen: $0 == 3)
                }, low: "Not at all likely", high: "Very likely")
        }
        return SurveyFormView(
            path: "/s/k3y", asker: "Acme Robotics", name: "After support",
            introductionHTML: SafeHTML(made: Markdown.html("Two minutes, *promised*.")), slip: "rsp_1.ab", ticket: nil,
            fault: fault,
            questions: [
                question(1, "How likely are you to recommend us?", isScale: true, (0...10).map { "\($0)" }),
                question(2, "Why?", isText: true), question(3, "Which one?", isOne: true, ["Red", "Green"]),
                question(4, "Which ones?", isMany: true, ["Mail", "Phone", "Chat"]),
            ], respondentName: "", respondentEmail: "", limit: 5000)
    }
}
