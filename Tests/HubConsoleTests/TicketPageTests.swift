import Hub
import HubCore
import HubStorage
import Testing

@testable import HubConsole

@Suite struct TicketPageTests {
    private static let attack = "<script>alert(1)</script>\"><img src=x onerror=alert(2)> [x](javascript:alert(3))"

    private func open(_ browser: Browser, _ form: [(String, String)] = []) async -> ConsoleResponse {
        await browser.post("/tickets", form + (form.contains { $0.0 == "subject" } ? [] : [("subject", "Help")]))
    }

    private func ticket(_ browser: Browser, _ number: Int64 = 1) async throws -> Ticket {
        try #require(try await browser.hub.store.ticket(number: number, in: browser.first.workspace))
    }

    @Test func `a support lead works a ticket from its beginning to its end`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let made = await open(
                browser,
                [
                    ("subject", "Invoice is missing"), ("name", "Ada"), ("email", "ada@example.org"),
                    ("priority", "high"), ("tags", "billing, vip"), ("text", "Where is it?"), ("direction", "inbound"),
                ])
            #expect(made.location == "/tickets/1")
            var page = await browser.get("/tickets/1").html
            for text in ["Invoice is missing", "ada@example.org", "Where is it?", "billing, vip", "Resolve"] {
                #expect(page.contains(text), "\(text)")
            }
            let me = try #require(try await browser.configuration().people.first)
            let saved = await browser.post(
                "/tickets/1",
                [("assignee", "\(me.id)"), ("priority", "urgent"), ("tags", "billing"), ("subject", "Invoice 311")])
            #expect(saved.location == "/tickets/1")
            #expect(try await ticket(browser).assignee == me.id)
            let answered = await browser.post(
                "/tickets/1/messages", [("direction", "outbound"), ("text", "**Here** it is."), ("then", "pending")])
            #expect(answered.location?.hasPrefix("/tickets/1#tmsg_") == true)
            _ = await browser.post("/tickets/1/messages", [("direction", "note"), ("text", "She is nice")])
            _ = await browser.post("/tickets/1/fields", [("name", "contract"), ("value", "C-77")])
            page = await browser.get("/tickets/1").html
            for text in ["<strong>Here</strong>", "queued", "She is nice", "pending", "C-77", "Invoice 311"] {
                #expect(page.contains(text), "\(text)")
            }
            #expect(await browser.post("/tickets/1/status", [("status", "resolved")]).location == "/tickets/1")
            #expect(try await ticket(browser).status == .resolved)
            #expect(await browser.post("/tickets/1/status", [("status", "pending")]).location == "/tickets/1")
            #expect(await browser.get("/tickets/1").html.contains("cannot become pending"))
            _ = await browser.post("/tickets/1/status", [("status", "closed")])
            #expect(!(await browser.get("/tickets/1").html.contains("Send the answer")))
            _ = await browser.post("/tickets/1/delete")
            #expect(try await ticket(browser).status == .closed)
            #expect(await browser.post("/tickets/1/delete", [("confirm", "1")]).location == "/tickets")
            #expect(await browser.get("/tickets/1").status == 404)
        }
    }

    @Test func `the list is filtered, counted by status and begins with what waits`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            for index in 1...3 {
                _ = await open(browser, [("subject", "Ticket \(index)"), ("tags", index == 2 ? "vip" : "")])
            }
            _ = await browser.post("/tickets/3/status", [("status", "resolved")])
            func subjects(_ query: String) async -> [String] {
                await browser.get("/tickets\(query)").html.matches(of: />(Ticket \d)</).map { String($0.1) }
            }
            #expect(await subjects("") == ["Ticket 2", "Ticket 1"])
            #expect(await subjects("?status=all") == ["Ticket 3", "Ticket 2", "Ticket 1"])
            #expect(await subjects("?status=resolved") == ["Ticket 3"])
            #expect(await subjects("?tag=vip") == ["Ticket 2"])
            #expect(await subjects("?assignee=me").isEmpty)
            #expect(await subjects("?assignee=none").count == 2)
            #expect(await subjects("?priority=urgent").isEmpty)
            let html = await browser.get("/tickets").html
            #expect(html.contains("Open <span class=\"count\">2</span>"))
            #expect(html.contains("Resolved <span class=\"count\">1</span>"))
        }
    }

    @Test func `what strangers wrote is shown as text, wherever it stands`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            var new = NewTicket(subject: Self.attack)
            new.requester = .init(name: String(Self.attack.prefix(90)), phone: "<b>1</b>")
            new.tags = ["<i>x</i>"]
            new.fields = ["<u>f</u>": .string(Self.attack), "nul": "a\0b"]
            var message = NewTicketMessage(.inbound, Self.attack + "\0\n\n<iframe src=//evil.test></iframe>")
            message.from = "<s>from</s>"
            message.attachments = [.init(name: Self.attack, contentType: "<p>", bytes: 1)]
            new.message = message
            _ = try await browser.hub.open(new, in: browser.first.workspace, by: .hub)
            for path in ["/tickets", "/tickets/1", "/tickets?q=\(FormDecoder.percentEncode(Self.attack))&status=all"] {
                let html = await browser.get(path).html
                for part in [
                    "<script>alert", "<img", "<iframe", "<b>1", "<i>x", "<u>f", "<s>from", "href=\"javascript",
                ] {
                    #expect(!html.contains(part), "\(path): \(part)")
                }
            }
        }
    }

    @Test func `a ticket that cannot be opened is shown again with what was typed`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let response = await open(browser, [("subject", ""), ("name", "Ada <b>"), ("text", "Where?")])
            #expect(response.status == 422)
            #expect(response.html.contains("Ada &lt;b&gt;") && response.html.contains("Where?"))
            #expect(response.html.contains("role=\"alert\""))
            let none = try await browser.hub.store.ticket(number: 1, in: browser.first.workspace)
            #expect(none == nil)
        }
    }

    @Test func `viewers read tickets and change nothing, members delete nothing`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            _ = await open(browser)
            for role in [Person.Role.viewer, .member] {
                browser.forgetCookies()
                let person = try await browser.hub.makePerson(
                    NewPerson(email: "\(role)@acme.test", name: "\(role)", role: role), in: browser.first.workspace,
                    by: "test"
                ).person
                let new = NewToken(label: "t", scopes: [.admin], person: person.id)
                let token = try await browser.hub.makeToken(new, in: browser.first.workspace, by: "test").secret
                _ = await browser.post("/signin", [("token", token.reveal())])
                #expect(await browser.get("/tickets/1").status == 200)
                #expect(await browser.get("/surveys").status == 200)
                let status = await browser.post("/tickets/1/status", [("status", "pending")]).status
                #expect(status == (role == .viewer ? 403 : 303))
                #expect(await browser.get("/tickets/new").status == (role == .viewer ? 403 : 200))
                #expect(await browser.post("/tickets/1/delete", [("confirm", "1")]).status == 403)
                #expect(await browser.post("/surveys", [("name", "x")]).status == 403)
            }
        }
    }

    @Test func `nothing is changed by a page of another site`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            _ = await open(browser)
            let headers = [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.test")]
            let response = await browser.post("/tickets/1/status", [("status", "closed")], headers: headers)
            #expect(response.status == 403)
            let ticket = try await ticket(browser)
            #expect(ticket.status == .open)
        }
    }
}
