import Foundation
import Hub
import HubCore
import HubStorage
import HubTesting
import Integrations
import Testing
import WebhookSignatures

@testable import HubConsole

/// What people stumbled over who saw the console for the first time.
@Suite struct NewcomerTests {
    private static let message =
        #"{"event_id":"e-1","source":"shell","type":"deploy.done","data":{"text":"It works."}}"#

    @Test func `settings show nobody a part that they may not open`() async throws {
        try await Browser.with { browser in
            for (role, isShown) in [("member", false), ("viewer", false), ("admin", true)] {
                try await browser.become(role)
                let page = await browser.get("/settings/people").html
                for part in ["/settings/tokens", "/settings/audit"] {
                    #expect(page.contains("href=\"\(part)\"") == isShown, "\(role) \(part)")
                    #expect(await browser.get(part).status == (isShown ? 200 : 403))
                }
            }
        }
    }

    @Test func `the log tells code and reason of a refusal, and URLs are there as a whole`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            _ = await browser.receive(Self.message, secret: "whsec_wrong")
            try await browser.flushRefusals()
            let log = await browser.get("/settings/webhooks/logs?show=refused").html
            #expect(log.contains(">invalid_signature</a></div><div class=\"remark\">"))
            let urls = await browser.get("/settings/webhooks").html
            let url = "\(Browser.base)\(browser.first.source.urlPath)"
            #expect(urls.contains("<pre>\(url)</pre><button type=\"button\" class=\"small-button\" data-copy hidden>"))
        }
    }

    @Test func `events are found by their origin, and outgoing ones by their outcome`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            _ = await browser.makeEndpoint()
            _ = await browser.receive(Self.message)
            _ = await browser.post("/event-types", [("name", "order.paid"), ("summary", "Paid")])
            _ = await browser.post("/event-types/order.paid/publish", [("data", "{}")])
            let published = await browser.get("/events?origin=published").html
            #expect(published.contains(">order.paid</a>") && !published.contains(">deploy.done</a>"))
            #expect(published.contains("<option value=\"published\" selected>"))
            let outgoing = await browser.get("/events?outcome=outgoing").html
            #expect(outgoing.contains(">order.paid</a>") && !outgoing.contains(">deploy.done</a>"))
            let overview = await browser.get("/").html
            #expect(overview.contains("outgoing 1") && overview.contains(">Outgoing</li>"))
        }
    }

    @Test func `only what was published is offered for a description`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            _ = await browser.makeEndpoint([("patterns", "*")])
            _ = await browser.receive(Self.message)
            try await browser.publish("order.lost")
            let page = await browser.get("/event-types").html
            #expect(page.contains("/event-types/new?name=order.lost"))
            #expect(!page.contains("/event-types/new?name=deploy.done"))
        }
    }

    @Test func `a story says what the sender showed, and where something was posted`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            _ = await browser.post(
                "/sources",
                [
                    ("integration", "github"), ("name", "b"), ("scheme", "bearer"), ("secret", "hush-hush-1"),
                    ("stream", "general"),
                ])
            let samples = Catalog.integration(slug: "github")?.samples
            let sample = try #require(samples?.first { $0.name == "push" })
            for body in [sample.body, "{}"] {
                _ = await browser.hub.receive(
                    workspace: "acme", source: "b",
                    IncomingRequest(
                        method: "POST", path: "/webhooks/v1/acme/b", rawQuery: nil,
                        headers: Fields(
                            sample.headers.fields.filter { $0.name != "X-GitHub-Delivery" }.map { ($0.name, $0.value) }
                                + [("Content-Type", "application/json"), ("Authorization", "Bearer hush-hush-1")]),
                        body: Array(body.utf8), remoteAddress: nil, publicBase: Browser.base, receivedAt: Browser.now))
            }
            let events = try await browser.hub.store.events(of: browser.first.workspace, EventQuery(), PageRequest())
            var stories: [String: String] = [:]
            for event in events.elements.map(\.event) {
                let request = try #require(event.request)
                stories[event.outcome.name] = await browser.get("/requests/\(request)").html
            }
            let read = try #require(stories["message"])
            #expect(read.contains("The token is the newest one.") && !read.contains("The signature fits"))
            #expect(read.contains("The source fixes the stream general."))
            let unreadable = try #require(stories["unreadable"])
            #expect(!unreadable.contains("The source fixes the stream"))
        }
    }

    @Test(arguments: [
        ("https://hooks.acme.test", "hooks.acme.test"), ("http://127.0.0.1:8080", "martlet.local"),
        ("http://localhost:8080", "martlet.local"), ("http://[::1]:8080", "martlet.local"),
    ])
    func `a bot's address has the same host wherever it is made`(_ base: String, _ host: String) {
        #expect(ConsoleRequest.publicHost(of: base) == host)
    }

    @Test func `a conversation opens at its newest message`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let sent = await browser.post(
                "/messages", [("stream", "general"), ("topic", "plans"), ("content", "Hello")])
            #expect(sent.location?.hasSuffix("#newest") == true)
            let page = await browser.get("/streams/1-general").html
            #expect(page.contains("id=\"newest\" data-newest") && page.contains("href=\"/streams/1-general#newest\""))
            #expect(await browser.get("/").html.contains("href=\"/streams#newest\""))
        }
    }

    // MARK: From a shell

    @Test(arguments: ["signed", "signed-strict", "github", "standard", "bearer", "gitlab", "none"])
    func `the command that a test shows is taken by the source`(_ scheme: String) async throws {
        let shell = try #require(ChildProcess.find("sh"))
        try #require(ChildProcess.find("openssl") != nil)
        try await Browser.with { browser in
            await browser.signIn()
            let secret = "whsec_" + Base64.encode([UInt8](repeating: 9, count: 32))
            _ = await browser.post(
                "/sources",
                [("integration", "github"), ("name", "ci"), ("scheme", scheme)]
                    + (scheme == "none" ? [] : [("secret", secret)]))
            let source = try #require(try await browser.configuration().source(named: "ci"))
            let sample = try #require(Catalog.integration(slug: "github")?.samples.first)
            let command = try #require(ShellCommand.send(sample, to: source, url: "\(Browser.base)\(source.urlPath)"))
            #expect(await browser.post("/sources/ci/test").html.contains("The same from your shell"))
            // Instead of sending, each argument on a line; what is sent has none.
            let script = "date() { echo \(Browser.now.seconds); }\ncurl() { printf '%s\\036' \"$@\"; }\n\(command)"
            let run = try await ChildProcess.run(shell, ["-c", script], environment: ["SECRET": secret])
            let arguments = run.output.split(separator: "\u{1E}").map(String.init)
            let headers = arguments.indices.dropLast().filter { arguments[$0] == "-H" }.map { index in
                let parts = arguments[index + 1].split(separator: ":", maxSplits: 1)
                return (String(parts[0]), parts[1].trimmed())
            }
            let body = try #require(arguments.firstIndex(of: "--data-raw").map { arguments[$0 + 1] })
            let outcome = await browser.hub.receive(
                workspace: "acme", source: "ci",
                IncomingRequest(
                    method: "POST", path: source.urlPath, rawQuery: nil, headers: Fields(headers),
                    body: Array(body.utf8), remoteAddress: nil, publicBase: Browser.base, receivedAt: Browser.now))
            guard case .accepted = outcome else {
                Issue.record("\(outcome) \(run.output)")
                return
            }
        }
    }

    @Test func `no command is shown where the hub does not sign as the sender does`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            _ = await browser.post(
                "/sources", [("integration", "json"), ("name", "pay"), ("scheme", "stripe"), ("secret", "whsec_x")])
            #expect(await !browser.post("/sources/pay/test").html.contains("from your shell"))
        }
    }
}
