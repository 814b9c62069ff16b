import Hub
import HubCore
import HubStorage
import Testing

@testable import HubConsole

@Suite struct SurveyPageTests {
    private static let attack = "<script>alert(1)</script>\"><img src=x> [x](javascript:alert(3))"

    /// - Returns: the survey's page in the console.
    private func make(_ browser: Browser, publish: Bool = true) async throws -> String {
        let path = try #require(await browser.post("/surveys", [("name", "After support")]).location)
        let questions: [[(String, String)]] = [
            [("label", "Recommend us?"), ("kind", "nps"), ("required", "1")], [("label", "Why?"), ("kind", "text")],
            [("label", "Which?"), ("kind", "choices"), ("options", "Mail\r\nPhone\r\n\r\nChat")],
            [("label", "Stars?"), ("kind", "rating"), ("options", "4")], [("label", "Again?"), ("kind", "yes_no")],
            [("label", "Which one?"), ("kind", "choice"), ("options", "Red\nGreen")],
        ]
        for question in questions {
            #expect(await browser.post("\(path)/questions", question).location == path)
        }
        if publish { #expect(await browser.post("\(path)/publish").location == path) }
        return path
    }

    private func survey(_ browser: Browser, _ path: String) async throws -> Survey {
        let id = try #require(ID<Survey>(path.dropFirst("/surveys/".count)))
        return try await browser.hub.survey(id, in: browser.first.workspace)
    }

    private func slip(_ page: ConsoleResponse) throws -> String {
        String(try #require(page.html.firstMatch(of: /name="slip" value="([^"]+)"/)).1)
    }

    private func responses(_ browser: Browser, _ path: String) async throws -> [SurveyResponse] {
        let survey = try await survey(browser, path)
        return try await browser.hub.store.responses(
            to: survey.id, in: survey.workspace, ResponseQuery(), PageRequest()
        ).elements.map(\.response)
    }

    // MARK: For those who ask

    @Test func `questions are added, worded, moved and removed while it is a draft`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let path = try await make(browser, publish: false)
            var kinds = try await survey(browser, path).questions.map(\.kind)
            #expect(
                kinds == [
                    .nps, .text, .choices(["Mail", "Phone", "Chat"]), .rating(4), .yesNo, .choice(["Red", "Green"]),
                ])
            _ = await browser.post("\(path)/questions/q_2", [("do", "up")])
            _ = await browser.post("\(path)/questions/q_5", [("do", "remove")])
            _ = await browser.post(
                "\(path)/questions/q_3", [("do", "save"), ("label", "Which ones?"), ("options", "Mail\nFax")])
            let changed = try await survey(browser, path)
            kinds = changed.questions.map(\.kind)
            #expect(kinds == [.text, .nps, .choices(["Mail", "Fax"]), .rating(4), .choice(["Red", "Green"])])
            #expect(changed.questions[2].label == "Which ones?")
            _ = await browser.post("\(path)/questions/q_3", [("do", "save"), ("label", "x"), ("options", "one")])
            #expect(await browser.get(path).html.contains("must be 2 to 50"))
            _ = await browser.post("\(path)/publish")
            _ = await browser.post("\(path)/questions/q_1", [("do", "remove")])
            #expect(await browser.get(path).html.contains("was published"))
            _ = await browser.post("\(path)/questions/q_1", [("do", "save"), ("label", "Tell a friend?")])
            #expect(try await survey(browser, path).questions[1].label == "Tell a friend?")
        }
    }

    @Test func `results show what people answered`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let path = try await make(browser)
            let survey = try await survey(browser, path)
            for score in [10, 9, 9, 3] {
                _ = try await browser.hub.respond(
                    to: survey,
                    GivenAnswers(
                        ["q_1": JSON(score), "q_2": .string("Because \(score)"), "q_3": ["Mail"], "q_4": 3],
                        isComplete: true))
            }
            let html = await browser.get("\(path)/results").html
            for text in ["+50", "Because 10", "3.0", "50 %", "Nobody answered this one"] {
                #expect(html.contains(text), "\(text)")
            }
            #expect(await browser.get("\(path)/responses").html.contains("Because 3"))
            let one = try #require(try await responses(browser, path).first)
            #expect(await browser.get("\(path)/responses/\(one.id)").html.contains("Because 3"))
        }
    }

    // MARK: For people outside

    @Test func `someone without a session answers, and is thanked`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let path = try await make(browser)
            _ = await browser.post(
                path, [("name", "After support"), ("introduction", "Hi *you*"), ("thanks", "**Bye**")])
            let ticket = try await browser.hub.open(
                NewTicket(subject: "Help"), in: browser.first.workspace, by: .hub
            ).ticket
            let link = try await survey(browser, path).linkPath
            browser.forgetCookies()
            let page = await browser.get("\(link)?ticket=\(ticket.id)")
            #expect(page.status == 200)
            #expect(page.html.contains("<em>you</em>") && !page.html.contains("<script"))
            let form = [
                ("slip", try slip(page)), ("ticket", "\(ticket.id)"), ("q.q_1", "9"), ("q.q_2", "Quick."),
                ("q.q_3", "Mail"), ("q.q_3", "Chat"), ("q.q_4", "4"), ("q.q_5", "no"), ("q.q_6", "Red"),
                ("name", "Ada"), ("email", "ada@example.org"),
            ]
            let done = await browser.post(link, form)
            #expect(done.status == 200 && done.html.contains("<strong>Bye</strong>"))
            // Sent twice, it counts once.
            #expect(await browser.post(link, form).status == 200)
            let kept = try await responses(browser, path)
            #expect(kept.count == 1)
            let response = try #require(kept.first)
            let answers: JSON.Object = [
                "q_1": 9, "q_2": "Quick.", "q_3": ["Mail", "Chat"], "q_4": 4, "q_5": false, "q_6": "Red",
            ]
            #expect(response.answers == answers)
            #expect(response.ticket == ticket.id && response.respondent.name == "Ada" && response.score == 9)
            var query = EventQuery()
            query.type = "survey.response.completed"
            let events = try await browser.hub.store.events(of: browser.first.workspace, query, PageRequest())
            #expect(events.elements.count == 1)
        }
    }

    @Test func `what is missing is told beside its question, and the rest stays`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let path = try await make(browser)
            let link = try await survey(browser, path).linkPath
            browser.forgetCookies()
            let slip = try slip(await browser.get(link))
            let page = await browser.post(
                link, [("slip", slip), ("q.q_2", "Kept <b>"), ("q.q_3", "Fax"), ("q.q_4", "9"), ("q.q_6", "Red")])
            #expect(page.status == 422)
            #expect(page.html.contains("Please answer this one.") && page.html.contains("Please choose one of these."))
            #expect(page.html.contains("Kept &lt;b&gt;"))
            #expect(page.html.contains("value=\"Red\" checked"))
            #expect(page.html.contains("aria-describedby=\"q1-fault\""))
            #expect(try await responses(browser, path).isEmpty)
            let long = await browser.post(
                link, [("slip", slip), ("q.q_1", "1"), ("q.q_2", String(repeating: "x", count: 5001))])
            #expect(long.status == 422 && long.html.contains("too long"))
        }
    }

    @Test func `a link that is none, a draft and a closed survey say so`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let path = try await make(browser, publish: false)
            let link = try await survey(browser, path).linkPath
            for nothing in [link, "/s/unknown", "/s/" + String(repeating: "x", count: 5000), "/s/%00", "/s/"] {
                #expect(await browser.get(nothing).status == 404, "\(nothing.prefix(40))")
            }
            _ = await browser.post("\(path)/publish")
            let slip = try slip(await browser.get(link))
            _ = await browser.post("\(path)/close")
            browser.forgetCookies()
            #expect(await browser.get(link).status == 410)
            let late = await browser.post(link, [("slip", slip), ("q.q_1", "9")])
            #expect(late.status == 410 && late.html.contains("closed"))
            #expect(try await responses(browser, path).isEmpty)
        }
    }

    @Test func `nobody answers without the page, from another site, or with another survey's`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let (one, two) = (try await make(browser), try await make(browser))
            let link = try await survey(browser, one).linkPath
            let foreign = try slip(await browser.get(try await survey(browser, two).linkPath))
            let own = try slip(await browser.get(link))
            for slip in ["", "x", foreign, own + "0", own.replacing("rsp_", with: "rsp_0")] {
                let page = await browser.post(link, [("slip", slip), ("q.q_1", "9")])
                #expect(page.status == 422, "\(slip)")
                // The page that comes back has a good one.
                #expect(try self.slip(page) != slip)
            }
            let crossSite = await browser.post(
                link, [("slip", own), ("q.q_1", "9")], headers: [("Sec-Fetch-Site", "cross-site")])
            #expect(crossSite.status == 403)
            #expect(try await responses(browser, one).isEmpty)
        }
    }

    @Test func `what a survey and its answers say is shown as text`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let path = try await make(browser, publish: false)
            _ = await browser.post(
                path, [("name", Self.attack), ("introduction", Self.attack), ("thanks", Self.attack)])
            _ = await browser.post(
                "\(path)/questions",
                [
                    ("label", Self.attack), ("hint", Self.attack), ("kind", "choice"),
                    ("options", "\(Self.attack)\nother"),
                ])
            _ = await browser.post("\(path)/publish")
            let link = try await survey(browser, path).linkPath
            let page = await browser.get("\(link)?ticket=\(FormDecoder.percentEncode(Self.attack))")
            let done = await browser.post(
                link,
                [
                    ("slip", try slip(page)), ("q.q_1", "9"), ("q.q_2", Self.attack + "\0"), ("q.q_7", Self.attack),
                    ("name", Self.attack),
                ])
            #expect(done.status == 200)
            var pages = [page.html, done.html]
            for part in ["", "/results", "/responses"] { pages.append(await browser.get(path + part).html) }
            pages.append(await browser.get("/surveys").html)
            let response = try #require(try await responses(browser, path).first)
            pages.append(await browser.get("\(path)/responses/\(response.id)").html)
            for html in pages {
                for part in ["<script>alert", "<img", "href=\"javascript"] { #expect(!html.contains(part)) }
            }
        }
    }

    @Test func `one address that asks too often has to wait`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let link = try await survey(browser, try await make(browser)).linkPath
            var statuses: [Int] = []
            for _ in 0..<80 { statuses.append(await browser.get(link).status) }
            #expect(statuses.prefix(60).allSatisfy { $0 == 200 })
            #expect(statuses.suffix(20).allSatisfy { $0 == 429 })
            // The console does not wait with it.
            #expect(await browser.get("/surveys").status == 200)
        }
    }

    @Test func `the limiter fills evenly and does not grow`() {
        let limiter = AnswerLimiter()
        let start = Browser.now
        for _ in 0..<60 { #expect(limiter.mayPass("a", cost: 1, at: start)) }
        #expect(!limiter.mayPass("a", cost: 1, at: start))
        #expect(limiter.mayPass("b", cost: 1, at: start))
        #expect(limiter.mayPass("a", cost: 1, at: start + .seconds(1)))
        #expect(!limiter.mayPass("a", cost: 1, at: start + .seconds(1)))
        // Strangers cannot make it forget who asks too often.
        for index in 0..<10_000 { _ = limiter.mayPass("x\(index)", cost: 1, at: start + .seconds(1)) }
        #expect(!limiter.mayPass("a", cost: 1, at: start + .seconds(1)))
    }
}
