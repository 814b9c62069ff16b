import Hub
import HubCore
import HubStorage
import Testing

@testable import HubConsole

@Suite struct ConsoleTests {
    private static let message =
        #"{"event_id":"e-1","source":"shell","type":"deploy.done","workspace_id":"acme","timestamp":"2026-11-01T02:26:40Z","data":{"text":"It <b>works</b>."}}"#

    private static let pages = [
        "/", "/?range=30d", "/events", "/events?q=deploy&outcome=message&since=24h&type=deploy.*", "/sources",
        "/sources/new",
        "/sources/new?integration=github", "/sources/inbox", "/sources/url",
        "/sources/url?integration=github&only_events=push",
        "/integrations", "/integrations/github", "/streams", "/streams/1-general", "/streams/1?topic=x", "/direct",
        "/search?q=works", "/transcripts", "/tickets",
        "/tickets?status=all&q=works&tag=vip&assignee=me&priority=high&since=7d",
        "/tickets/new", "/surveys", "/settings/people", "/settings/bots", "/settings/tokens",
        "/settings/streams",
        "/settings/retention", "/settings/webhooks", "/settings/webhooks/logs", "/settings/webhooks/logs?show=refused",
        "/settings/audit", "/endpoints", "/endpoints?status=disabled&customer=none&q=x", "/endpoints/new",
        "/endpoints/verify", "/deliveries",
        "/deliveries?state=held&error=tls&status=500&type=ticket.*&since=7d", "/recoveries", "/event-types",
        "/event-types?q=ticket", "/event-types/ticket.created", "/event-types/new?name=a.b", "/customers",
    ]

    @Test func `every page answers a person who is signed in`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            _ = await browser.receive(Self.message)
            for page in Self.pages {
                let response = await browser.get(page)
                #expect(response.status == 200, "\(page): \(response.status)")
                #expect(!response.html.contains("{{"))
                #expect(response.headers.header("Content-Security-Policy")?.contains("default-src 'none'") == true)
            }
        }
    }

    @Test func `nobody gets in without signing in, and comes back to where they wanted`() async throws {
        try await Browser.with { browser in
            for page in Self.pages { #expect(await browser.get(page).status == 303, "\(page)") }
            #expect(await browser.get("/events?q=x").location == "/signin?next=%2Fevents%3Fq%3Dx")
            let response = await browser.post(
                "/signin", [("token", browser.first.adminToken.reveal()), ("next", "/events?q=x")])
            #expect(response.location == "/events?q=x")
            let cookie = try #require(response.headers.header("Set-Cookie"))
            for attribute in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] { #expect(cookie.contains(attribute)) }
        }
    }

    @Test(arguments: ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:x", ""])
    func `sign-in leads nowhere else`(_ next: String) async throws {
        try await Browser.with { browser in
            let response = await browser.post(
                "/signin", [("token", browser.first.adminToken.reveal()), ("next", next)])
            #expect(response.location == "/")
        }
    }

    @Test func `a password that is wrong too often is not looked at any more`() async throws {
        try await Browser.with { browser in
            for _ in 0..<10 { #expect(await browser.post("/signin", [("token", "mlt_wrong")]).status == 401) }
            let response = await browser.post("/signin", [("token", browser.first.adminToken.reveal())])
            #expect(response.status == 401 && response.html.contains("Too many tries"))
        }
    }

    @Test(arguments: [
        [], [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-site")], [("Origin", "https://evil.test")],
        [("Origin", "null")], [("Origin", "http://hooks.acme.test")], [("Origin", "https://hooks.acme.test.evil.test")],
        [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://hooks.acme.test")],
    ])
    func `a write that no page of ours made is refused`(_ headers: [(String, String)]) async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let response = await browser.post("/settings/streams", [("name", "evil")], headers: headers)
            #expect(response.status == 403)
            let configuration = try await browser.configuration()
            #expect(configuration.stream(matching: "evil") == nil)
        }
    }

    @Test func `a browser that tells no more than the origin may write`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let response = await browser.post(
                "/settings/streams", [("name", "ops")], headers: [("Origin", Browser.base)])
            #expect(response.status == 303)
            #expect(await browser.get("/settings/streams").html.contains("The stream is there."))
            #expect(await !browser.get("/settings/streams").html.contains("The stream is there."))
        }
    }

    @Test func `a request's story tells what came, how it was verified and read, and what it caused`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            _ = await browser.receive(Self.message)
            let events = await browser.get("/events").html
            let link = try #require(events.firstMatch(of: /\/events\/evt_[0-9a-z]+/))
            let story = await browser.get(String(link.output))
            let page = await browser.get(try #require(story.location)).html
            for part in [
                "Received", "Verified", "Read", "Caused", "deploy.done", "It &lt;b&gt;works&lt;/b&gt;.",
                "&lt;redacted:",
            ] {
                #expect(page.contains(part), "\(part)")
            }
            #expect(!page.contains(browser.first.sourceSecret.reveal()))
        }
    }

    @Test func `a request is replayed from its page and from the list`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            _ = await browser.receive(Self.message)
            let request = try #require(
                await browser.get("/events").html.firstMatch(of: /value="(req_[0-9a-z]+)"/)?.output.1)
            let response = await browser.post("/requests/\(request)/replay")
            let replay = await browser.get(try #require(response.location)).html
            #expect(replay.contains("A replay of"))
            let many = await browser.post("/requests/replay", [("request", "\(request)"), ("back", "/events?q=x")])
            #expect(many.location == "/events?q=x")
            #expect(await browser.get("/events").html.contains("Replayed 1 request."))
        }
    }

    @Test func `refused requests are in the log, with what to do`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            _ = await browser.receive(Self.message, secret: "whsec_wrong")
            _ = await browser.receive(Self.message)
            try await browser.flushRefusals()
            let log = await browser.get("/settings/webhooks/logs").html
            #expect(log.contains("invalid_signature") && log.contains("deploy.done"))
            let link = try #require(log.firstMatch(of: /\/refusals\/\d+/)?.output)
            #expect(await browser.get(String(link)).html.contains("Compare the secret"))
            #expect(await !browser.get("/settings/webhooks/logs?show=refused").html.contains("deploy.done"))
            #expect(await !browser.get("/settings/webhooks/logs?show=accepted").html.contains("invalid_signature"))
        }
    }

    @Test func `a source is added with its steps and its secret, which is shown once`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let page = await browser.post(
                "/sources",
                [("integration", "github"), ("name", "hub"), ("stream", "general"), ("only_events", "push")])
            #expect(page.status == 200)
            #expect(page.html.contains("\(Browser.base)/webhooks/v1/acme/hub"))
            let secret = try #require(page.html.firstMatch(of: /whsec_[A-Za-z0-9+\/=]+/)?.output)
            #expect(await !browser.get("/sources/hub").html.contains(secret))
            #expect(await browser.post("/sources", [("integration", "github"), ("name", "hub")]).status == 422)
            #expect(await browser.post("/sources/hub/test").status == 200)
            #expect(await browser.post("/sources/hub", [("is_disabled", "1")]).status == 303)
            let configuration = try await browser.configuration()
            #expect(configuration.source(named: "hub")?.isDisabled == true)
            #expect(await browser.post("/sources/hub/delete", [("confirm", "1")]).location == "/sources")
            #expect(await browser.get("/sources/hub").status == 404)
        }
    }

    @Test func `an invitation lets a person choose a password, once, and roles bound what they may do`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let page = await browser.post(
                "/settings/people", [("email", "Grace@acme.test"), ("name", "Grace"), ("role", "viewer")])
            let path = try #require(page.html.firstMatch(of: /\/invitations\/(mli_[A-Za-z0-9_-]+)/))
            browser.forgetCookies()
            #expect(await browser.get(String(path.output.0)).status == 200)
            let form = [("invitation", String(path.output.1)), ("password", "correct horse")]
            #expect(await browser.post("/invitations", form).location == "/")
            #expect(await browser.get("/events").status == 200)
            #expect(await browser.post("/settings/streams", [("name", "mine")]).status == 403)
            #expect(await browser.get("/settings/tokens").status == 403)
            #expect(
                await browser.post("/messages", [("stream", "general"), ("topic", "t"), ("content", "c")]).status == 403
            )
            browser.forgetCookies()
            #expect(await browser.post("/invitations", form).status == 410)
            let again = await browser.post("/signin", [("email", "grace@acme.test"), ("password", "correct horse")])
            #expect(again.location == "/")
            #expect(await browser.post("/signout").location == "/signin")
            #expect(await browser.get("/events").status == 303)
        }
    }

    @Test func `bots, tokens and the workspace's secret are shown once`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            #expect(await browser.post("/settings/bots", [("name", "CI")]).html.contains("this once"))
            let token = await browser.post(
                "/settings/tokens", [("label", "terraform"), ("scope", "read"), ("days", "30")])
            #expect(token.html.contains("mlt_"))
            #expect(await !browser.get("/settings/tokens").html.contains("mlt_"))
            #expect(await browser.post("/settings/tokens", [("label", "none")]).status == 422)
            #expect(
                await browser.post("/settings/webhooks/secret", [("overlap_seconds", "3600")]).html.contains("whsec_"))
            #expect(
                await browser.post("/settings/retention", [("bodies_days", "7"), ("metadata_days", "14")]).status == 303
            )
            #expect(await browser.get("/settings/retention").html.contains("value=\"14\""))
            #expect(await browser.get("/settings/audit").html.contains("workspace.retention"))
            let stream = try #require(try await browser.hub.configuration(of: browser.first.workspace).streams.first)
            #expect(await browser.post("/settings/alerts", [("stream", "\(stream.id)")]).status == 303)
            #expect(await browser.get("/settings/streams").html.contains("value=\"\(stream.id)\" selected"))
            #expect(await browser.post("/settings/alerts", [("stream", "")]).status == 303)
            let workspace = try await browser.hub.configuration(of: browser.first.workspace).workspace
            #expect(workspace.alertsStream == nil)
        }
    }

    @Test func `a message is written, read, found and not run`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let content = "**Deploy** at <script>alert(1)</script> noon"
            let sent = await browser.post(
                "/messages", [("stream", "general"), ("topic", "plans"), ("content", content)])
            let page = await browser.get(try #require(sent.location)).html
            #expect(page.contains("<strong>Deploy</strong>") && !page.contains("<script>alert"))
            #expect(await browser.get("/streams").html.contains("<strong>Deploy</strong>"))
        }
    }

    @Test func `a live list sends the rows that come`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let response = await browser.get("/events/tail")
            #expect(response.headers.header("Content-Type") == "text/event-stream")
            guard case .events(let stream) = response.body else {
                Issue.record("no stream")
                return
            }
            _ = await browser.receive(Self.message)
            var events = stream.makeAsyncIterator()
            var row = await events.next()
            while let event = row, event.name != "row" { row = await events.next() }
            #expect(row?.data.contains("deploy.done") == true)
            #expect(row?.data.contains("<tr id=\"evt_") == true)
            #expect(row.map { String(decoding: $0.bytes, as: UTF8.self) }?.hasSuffix("\n\n") == true)
        }
    }

    @Test func `what is not there, or not ours, is not found`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            for path in [
                "/nothing", "/events/evt_x", "/requests/req_00000000000000000000000000", "/sources/x", "/streams/99",
                "/refusals/9", "/integrations/x", "/transcripts/trn_x", "/assets/x/y",
            ] {
                #expect(await browser.get(path).status == 404, "\(path)")
            }
        }
    }

    @Test func `assets are kept for ever under the address of their content, and not under another`() async throws {
        try await Browser.with { browser in
            for name in Assets.names {
                let current = await browser.get("\(Assets.base)/\(name)")
                #expect(current.headers.header("Cache-Control")?.contains("immutable") == true, "\(name)")
                #expect(await browser.get("/assets/old/\(name)").headers.header("Cache-Control") == "no-store")
            }
        }
    }

    @Test func `the two logs are paged as one without a gap`() {
        #expect(LogCursor("12.7") == LogCursor(requests: 12, refusals: 7))
        #expect(LogCursor(LogCursor(requests: nil, refusals: 7).text) == LogCursor(requests: nil, refusals: 7))
        #expect(LogCursor("12") == nil)
    }

    @Test func `an unknown address shows strangers the way in, and those signed in their console`() async throws {
        try await Browser.with { browser in
            let request = ConsoleRequest(method: "GET", path: "/nowhere/at/all", publicBase: Browser.base)
            let stranger = await browser.console.stray(request)
            #expect(stranger.status == 404 && stranger.html.contains("href=\"/signin\""))
            await browser.signIn()
            let page = await browser.stray("/nowhere/at/all")
            #expect(page.status == 404 && page.html.contains("Not found"))
            #expect(!page.html.contains("/signin") && page.html.contains("href=\"/endpoints\""))
        }
    }
}
