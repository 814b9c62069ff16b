import Foundation
import Hub
import HubCore
import HubStorage
import HubTesting
import Synchronization
import Testing

@testable import HubConsole

/// What forms do with what was filled in, and with a second click.
@Suite struct FormTests {
    /// An address, what is filled in there, the field with the fault, what is said beside it, and what must be kept.
    private static let refused: [(String, [(String, String)], String, String, [String])] = [
        (
            "/settings/people", [("email", "nobody"), ("name", "Ada <L>"), ("role", "admin")], "email",
            "Is not an e-mail address.", ["value=\"Ada &lt;L&gt;\"", "<option value=\"admin\" selected>", "nobody"]
        ),
        (
            "/settings/people", [("email", "a@b.test"), ("name", String(repeating: "x", count: 101))], "name",
            "Must be at most 100 characters.", ["a@b.test"]
        ),
        (
            "/settings/bots", [("name", String(repeating: "x", count: 61)), ("may_create_streams", "1")], "name",
            "Must be 1 to 60 characters.", ["name=\"may_create_streams\" value=\"1\" checked"]
        ),
        (
            "/settings/tokens", [("label", "ci"), ("days", "365")], "scopes", "At least one is needed.",
            ["value=\"ci\"", "<option value=\"365\" selected>"]
        ),
        (
            "/settings/tokens", [("label", String(repeating: "x", count: 81)), ("scope", "publish")], "label",
            "Must be at most 80 characters.", ["value=\"publish\" checked"]
        ),
        (
            "/settings/streams", [("name", "a/b"), ("description", "why")], "name", "no slash", ["value=\"why\""]
        ),
        (
            "/settings/streams", [("name", "general"), ("description", "why")], "name", "There is such a",
            ["value=\"why\""]
        ),
        (
            "/settings/retention", [("bodies_days", "90"), ("metadata_days", "7")], "bodies_days",
            "Not longer than requests and events are kept.", ["value=\"90\"", "value=\"7\""]
        ),
        (
            "/messages", [("stream", "general"), ("topic", "plans"), ("content", "  ")], "content", "Is empty.",
            ["value=\"plans\""]
        ),
        (
            "/messages", [("stream", "general"), ("topic", ""), ("content", "long words")], "topic",
            "Must be 1 to 60 characters.", [">long words</textarea>"]
        ),
        (
            "/tickets", [("subject", "Help"), ("email", "x y"), ("text", "long words")], "email",
            "Is no e-mail address.",
            ["value=\"Help\"", ">long words</textarea>"]
        ),
        (
            "/tickets", [("subject", "Help"), ("tags", "ok," + String(repeating: "x", count: 99))], "tags",
            "Must have 1 to 40 characters.", ["Help"]
        ),
    ]

    @Test(arguments: refused.indices)
    func `what was filled in is kept, and what is wrong stands beside its field`(_ index: Int) async throws {
        let (path, form, field, words, kept) = Self.refused[index]
        try await Browser.with { browser in
            await browser.signIn()
            let answer = await browser.post(path, form)
            #expect(answer.status == 422)
            let page = answer.html
            let fault = try #require(page.firstMatch(of: try Regex("id=\"\(field)-fault\">([^<]*)<")))
            #expect(fault.output[1].substring?.contains(words) == true, "\(fault.output[1].substring ?? "")")
            #expect(field == "scopes" || page.contains("aria-describedby=\"\(field)-fault\" autofocus"))
            for part in kept { #expect(page.contains(part), "\(part)") }
        }
    }

    @Test func `a ticket's answer that is refused is not lost`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let ticket = try #require(await browser.post("/tickets", [("subject", "Help")]).location)
            _ = await browser.post("\(ticket)/status", [("status", "closed")])
            let answer = await browser.post("\(ticket)/messages", [("direction", "outbound"), ("text", "long words")])
            #expect(answer.status == 422 && answer.html.contains(">long words</textarea>"))
            #expect(answer.html.contains("id=\"text-fault\">The ticket is closed; reopen it first.<"))
        }
    }

    @Test func `what the engine names by its path is named as people see it`() {
        #expect(SetupError.invalid(field: "retention.bodies_days", reason: "is bad").shown == "Bodies days: is bad.")
        #expect(HelpdeskError.refused(.invalid(path: "requester.email", problem: "is bad")).shown == "E-mail: is bad.")
        #expect(HelpdeskError.refused(.invalid(path: "tags[1]", problem: "is bad")).shown == "Tags: is bad.")
    }

    // MARK: Twice

    private static let creations: [(page: String, path: String, form: [(String, String)])] = [
        ("/tickets/new", "/tickets", [("subject", "Help")]), ("/surveys", "/surveys", [("name", "After support")]),
        ("/streams/1-general", "/messages", [("stream", "general"), ("topic", "plans"), ("content", "Hello")]),
        ("/settings/tokens", "/settings/tokens", [("label", "ci"), ("scope", "read")]),
        ("/settings/bots", "/settings/bots", [("name", "Deploys")]),
        ("/settings/people", "/settings/people", [("email", "ada@acme.test")]),
        (
            "/endpoints/new", "/endpoints",
            [
                ("url", "https://receiver.test/hook"), ("patterns", "ticket.*"), ("schedule", "1s"), ("timeout", "5"),
                ("concurrency", "2"), ("method", "POST"),
            ]
        ),
        ("/sources/new?integration=github", "/sources", [("integration", "github"), ("name", "ci")]),
        ("/customers", "/customers", [("reference", "c-1")]),
    ]

    private static func key(_ page: ConsoleResponse) throws -> String {
        String(try #require(page.html.firstMatch(of: /name="form_key" value="([0-9a-z]+)"/)).output.1)
    }

    @Test(arguments: creations.indices)
    func `the same form sent twice does its work once and is answered alike`(_ index: Int) async throws {
        let (page, path, form) = Self.creations[index]
        try await Browser.with { browser in
            await browser.signIn()
            let sent = form + [("form_key", try Self.key(await browser.get(page)))]
            async let one = browser.post(path, sent)
            async let other = browser.post(path, sent)
            let answers = await [one, other]
            let later = await browser.post(path, sent)
            for answer in answers + [later] {
                #expect(answer.status == answers[0].status && [200, 303].contains(answer.status))
                #expect(answer.location == answers[0].location && answer.html == answers[0].html)
            }
            let audit = try await browser.hub.store.auditEntries(of: browser.first.workspace, PageRequest(limit: 100))
            let made = Set(audit.elements.map { "\($0.action) \($0.subject)" })
            #expect(made.count == audit.elements.count, "each of them is there once")
            var tickets = TicketQuery()
            tickets.text = nil
            let count = try await browser.hub.store.tickets(of: browser.first.workspace, tickets, PageRequest())
                .elements
            #expect(count.count <= 1)
            var messages = MessageQuery()
            messages.text = "Hello"
            let said = try await browser.hub.store.messages(of: browser.first.workspace, messages, PageRequest())
            #expect(said.elements.count <= 1)
            let surveys = try await browser.hub.store.surveys(of: browser.first.workspace, PageRequest()).elements
            #expect(surveys.count <= 1)
        }
    }

    @Test func `another form, another visitor and a form that was refused are not the same form`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let key = try Self.key(await browser.get("/settings/streams"))
            #expect(await browser.post("/settings/streams", [("name", "a/b"), ("form_key", key)]).status == 422)
            for name in ["one", "two"] {
                #expect(await browser.post("/settings/streams", [("name", name), ("form_key", key)]).status == 303)
            }
            let configuration = try await browser.configuration()
            #expect(configuration.stream(matching: "one") != nil && configuration.stream(matching: "two") != nil)
            let stranger = browser.another()
            let answer = await stranger.post("/settings/streams", [("name", "one"), ("form_key", key)])
            #expect(answer.location?.hasPrefix("/signin") == true)
            await stranger.signIn()
            let again = await stranger.post("/settings/streams", [("name", "one"), ("form_key", key)])
            #expect(again.status == 422, "it is sent by another session, and the name is taken")
        }
    }

    @Test func `answers are kept for a few forms of each session alone`() async throws {
        try await Browser.with { browser in
            let replies = FormReplies()
            func send(_ number: Int, as session: String) async -> Bool {
                let request = ConsoleRequest(
                    method: "POST", path: "/x", form: ["form_key": "\(number)"], publicBase: Browser.base)
                let flag = Flag()
                _ = await replies.answer(request, session: session, hub: browser.hub, at: Browser.now) {
                    flag.set()
                    return .redirect(to: "/")
                }
                return flag.isSet
            }
            #expect(await send(0, as: "a"))
            #expect(await !send(0, as: "a"))
            #expect(await send(0, as: "b"))
            for number in 1...16 { #expect(await send(number, as: "a")) }
            #expect(await send(0, as: "a"), "sixteen newer ones took its place")
            #expect(await !send(0, as: "b"))
        }
    }

    private final class Flag: Sendable {
        private let value = Mutex(false)
        var isSet: Bool { value.withLock { $0 } }
        func set() { value.withLock { $0 = true } }
    }
}
