import Egress
import Hub
import HubCore
import HubStorage
import HubTesting
import Testing

@testable import HubConsole

/// What a customer may see and do, and above all what not.
@Suite struct PortalTests {
    /// A customer's browser in the portal, with its base path.
    private static func enter(
        _ browser: Browser, _ customer: String, showsBodies: Bool = false
    ) async throws -> (visitor: Browser, base: String) {
        let link = try await browser.hub.makePortalLink(
            forCustomer: customer, showsBodies: showsBodies, in: browser.first.workspace, by: "test")
        let visitor = browser.another()
        let response = await visitor.post("/portal/enter", [("link", link.secret.reveal())])
        let location = try #require(response.location)
        return (visitor, String(location.dropLast("/endpoints".count)))
    }

    /// Two customers with an endpoint, an event and a delivery each, and one of the workspace's own.
    private static func with(
        _ work: (_ browser: Browser, _ ours: String, _ theirs: [String: String]) async throws -> Void
    ) async throws {
        try await Browser.with(receiver: .answering(500, "reply-hush")) { browser in
            await browser.signIn()
            var ids: [String: String] = [:]
            for reference in ["acme", "globex"] {
                let customer = try await browser.hub.makeCustomer(
                    reference: reference, name: reference.capitalizedFirst, in: browser.first.workspace, by: "test")
                let made = await browser.makeEndpoint([
                    ("customer", "\(customer.id)"), ("name", "Of \(reference)"),
                    ("headers", "X-Key: key-of-\(reference)"),
                ])
                ids["\(reference).endpoint"] = String(made.path.split(separator: "/").last ?? "")
                let event = try await browser.publish(
                    "order.placed", ["note": .string("data-of-\(reference)")], customer: reference)
                ids["\(reference).event"] = "\(event)"
            }
            let own = await browser.makeEndpoint([("name", "Workspace’s own")])
            ids["own.endpoint"] = String(own.path.split(separator: "/").last ?? "")
            try await browser.publish("order.placed")
            for delivery in try await browser.deliveries() {
                let name = ids.first { $0.value == "\(delivery.endpoint)" }?.key ?? ""
                ids[name.replacing("endpoint", with: "delivery")] = "\(delivery.id)"
            }
            try await work(browser, ids["acme.endpoint"] ?? "", ids)
        }
    }

    // MARK: Getting in

    @Test func `a link is made in the console, opens the portal once, and sets a cookie for that alone`() async throws {
        try await Self.with { browser, endpoint, _ in
            let customer = try await browser.hub.knownCustomer("acme", in: browser.first.workspace)
            let page = await browser.post("/customers/\(customer.id)/portal").html
            let link = try #require(
                page.firstMatch(of: /https:\/\/hooks\.acme\.test(\/portal\/enter\/(mll_[A-Za-z0-9_-]+))/))
            #expect(await !browser.get("/customers/\(customer.id)").html.contains("mll_"), "shown once")
            let visitor = browser.another()
            // Looking, as programs do that preview links, does not use it up.
            for _ in 0..<2 { #expect(await visitor.get(String(link.1)).status == 200) }
            let entered = await visitor.post("/portal/enter", [("link", String(link.2))])
            #expect(entered.status == 303)
            let cookie = try #require(entered.headers.header("Set-Cookie"))
            let base = try #require(entered.location?.dropLast("/endpoints".count))
            for attribute in ["HttpOnly", "SameSite=Lax", "Secure", "Path=\(base);", "Max-Age=86400"] {
                #expect(cookie.contains(attribute), "\(attribute)")
            }
            #expect(base.hasPrefix("/portal/key_") && !cookie.contains("\(base.dropFirst(8))="))
            #expect(await visitor.get("\(base)/endpoints").html.contains(endpoint))
            // Used up.
            let other = browser.another()
            #expect(await other.post("/portal/enter", [("link", String(link.2))]).status == 410)
            #expect(await other.get("\(base)/endpoints").status == 401, "the address alone opens nothing")
        }
    }

    @Test func `of two who use a link at once, one gets in`() async throws {
        try await Self.with { browser, _, _ in
            let link = try await browser.hub.makePortalLink(
                forCustomer: "acme", in: browser.first.workspace, by: "test")
            let entered = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await browser.hub.enterPortal(link: link.secret.reveal()) != nil }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(entered == 1)
            #expect(try await browser.hub.portalSessions(in: browser.first.workspace).count == 1)
        }
    }

    @Test func `a link is over after ten minutes, a session after a day`() async throws {
        try await TestHub.with { test in
            let workspace = test.first.workspace
            _ = try await test.hub.makeCustomer(reference: "acme", name: "", in: workspace, by: "test")
            let late = try await test.hub.makePortalLink(forCustomer: "acme", in: workspace, by: "test")
            let link = try await test.hub.makePortalLink(forCustomer: "acme", in: workspace, by: "test")
            test.clock.advance(.seconds(599))
            let (session, secret) = try #require(try await test.hub.enterPortal(link: link.secret.reveal()))
            test.clock.advance(.seconds(1))
            #expect(try await test.hub.enterPortal(link: late.secret.reveal()) == nil)
            test.clock.advance(.seconds(86398))
            #expect(try await test.hub.portalSession(session.id, secret: secret.reveal()) != nil)
            test.clock.advance(.seconds(1))
            #expect(try await test.hub.portalSession(session.id, secret: secret.reveal()) == nil)
            #expect(try await test.hub.portalSessions(in: workspace).isEmpty)
            while try await test.hub.store.removeExpired(at: test.now) {}
            let hash = test.hub.vault.hash(.credential, secret.reveal())
            #expect(try await test.hub.store.credential(lookupHash: hash) == nil, "nothing of it is kept")
        }
    }

    @Test func `sessions are listed and ended, one or all, and a visitor leaves`() async throws {
        try await Self.with { browser, _, _ in
            let customer = try await browser.hub.knownCustomer("acme", in: browser.first.workspace)
            let path = "/customers/\(customer.id)"
            let (one, oneBase) = try await Self.enter(browser, "acme")
            let (two, twoBase) = try await Self.enter(browser, "acme")
            let (stranger, strangerBase) = try await Self.enter(browser, "globex")
            let page = await browser.get(path).html
            let ends = page.matches(of: /action="([^"]+\/portal\/key_[0-9a-z]+\/revoke)"/).map { String($0.1) }
            #expect(ends.count == 2)
            let end = try #require(ends.first { $0.contains(oneBase.dropFirst("/portal/".count)) })
            #expect(await browser.post(end).location == path)
            #expect(await one.get("\(oneBase)/endpoints").status == 401)
            #expect(await two.get("\(twoBase)/endpoints").status == 200)
            #expect(await browser.post("\(path)/portal/revoke").location == path)
            #expect(await two.get("\(twoBase)/endpoints").status == 401)
            #expect(await stranger.post("\(strangerBase)/leave").status == 200)
            #expect(await stranger.get("\(strangerBase)/endpoints").status == 401)
        }
    }

    @Test func `a customer is renamed, and deleted with endpoints and sessions`() async throws {
        try await Self.with { browser, ours, theirs in
            let customer = try await browser.hub.knownCustomer("acme", in: browser.first.workspace)
            let path = "/customers/\(customer.id)"
            let (visitor, base) = try await Self.enter(browser, "acme")
            _ = await browser.post(path, [("name", "Acme & Sons"), ("reference", "acme")])
            #expect(await browser.get(path).html.contains("Acme &amp; Sons"))
            #expect(await browser.post("\(path)/delete").location == path, "not without the tick")
            #expect(await visitor.get("\(base)/endpoints").status == 200)
            #expect(await browser.post("\(path)/delete", [("confirm", "1")]).location == "/customers")
            #expect(await visitor.get("\(base)/endpoints").status == 401)
            let left = try await browser.configuration().endpoints.map { "\($0.id)" }
            #expect(Set(left) == Set([theirs["globex.endpoint"], theirs["own.endpoint"]].compactMap(\.self)))
            #expect(await browser.get("/endpoints/\(ours)").status == 404)
            #expect(await browser.get("/deliveries").status == 200, "what was delivered is still told")
        }
    }

    @Test func `ending all sessions ends links that nobody used yet`() async throws {
        try await Self.with { browser, _, _ in
            let workspace = browser.first.workspace
            let link = try await browser.hub.makePortalLink(forCustomer: "acme", in: workspace, by: "test")
            #expect(try await browser.hub.revokePortal(ofCustomer: "acme", in: workspace, by: "test") == 0)
            #expect(try await browser.hub.enterPortal(link: link.secret.reveal()) == nil)
        }
    }

    // MARK: Borders

    @Test func `another customer's endpoint, delivery and event are not there`() async throws {
        try await Self.with { browser, endpoint, ids in
            let (visitor, base) = try await Self.enter(browser, "acme")
            for whose in ["globex", "own"] {
                let (other, delivery) = (ids["\(whose).endpoint"] ?? "", ids["\(whose).delivery"] ?? "")
                #expect(delivery.hasPrefix("dlv_"))
                for path in ["/endpoints/\(other)", "/endpoints/\(other)/edit", "/deliveries/\(delivery)"] {
                    #expect(await visitor.get(base + path).status == 404, "\(path)")
                }
                for action in ["", "/test", "/secret", "/enable", "/disable", "/pause", "/delete"] {
                    let form = [("type", "ticket.created"), ("confirm", "1"), ("url", "https://evil.test/")]
                    #expect(await visitor.post("\(base)/endpoints/\(other)\(action)", form).status == 404, "\(action)")
                }
                let list = await visitor.get("\(base)/deliveries?endpoint=\(other)").html
                #expect(!list.contains(delivery))
                if let event = ids["\(whose).event"] {
                    #expect(await !visitor.get("\(base)/deliveries?event=\(event)").html.contains("dlv_"))
                    #expect(await visitor.get("\(base)/events/\(event)").status == 404)
                }
            }
            let list = await visitor.get("\(base)/endpoints").html
            #expect(list.contains(endpoint) && !list.contains("Of globex") && !list.contains("own"))
            let deliveries = await visitor.get("\(base)/deliveries").html
            #expect(deliveries.contains(ids["acme.delivery"] ?? "?") && !deliveries.contains("Of globex"))
            let origins = try await browser.configuration().endpoints.map(\.origin)
            #expect(origins == Array(repeating: "https://receiver.test", count: 3))
        }
    }

    @Test func `the cookie opens no other page, and the console's opens no portal`() async throws {
        try await Self.with { browser, endpoint, ids in
            let link = try await browser.hub.makePortalLink(
                forCustomer: "acme", in: browser.first.workspace, by: "test")
            let (session, secret) = try #require(try await browser.hub.enterPortal(link: link.secret.reveal()))
            let base = "/portal/\(session.id)"
            let nobody = browser.another()
            for name in [Cookie.session, Cookie.portal] {
                let cookie = [("Cookie", "\(name)=\(secret.reveal())")]
                for path in [
                    "/", "/events", "/endpoints", "/endpoints/\(endpoint)", "/deliveries", "/customers",
                    "/settings/tokens",
                ] {
                    #expect(await nobody.get(path, headers: cookie).location?.hasPrefix("/signin") == true, "\(path)")
                }
            }
            #expect(try await browser.hub.caller(token: secret.reveal()) == nil, "no API either")
            #expect(try await browser.hub.person(session: secret.reveal()) == nil)
            #expect(await nobody.post("/signin", [("token", secret.reveal())]).status == 401)
            // An admin who is signed in is no visitor of the portal.
            #expect(await browser.get("\(base)/endpoints").status == 401)
            // Inside, there are no pages but those of endpoints and deliveries.
            let inside = [("Cookie", "\(Cookie.portal)=\(secret.reveal())")]
            #expect(await nobody.get("\(base)/endpoints", headers: inside).status == 200)
            let delivery = ids["acme.delivery"] ?? ""
            for path in [
                "/events", "/settings/people", "/customers", "/event-types", "/recoveries", "/sources", "/x",
                "/endpoints/\(endpoint)/recover", "/deliveries/retry",
            ] {
                #expect(await nobody.get(base + path, headers: inside).status == 404, "\(path)")
            }
            for path in ["/deliveries/retry", "/deliveries/\(delivery)/retry", "/deliveries/\(delivery)/discard"] {
                let headers = inside + [("Sec-Fetch-Site", "same-origin")]
                #expect(await nobody.post(base + path, headers: headers).status == 404, "\(path)")
            }
            // A session's secret opens its own address alone.
            let other = try #require(
                try await browser.hub.enterPortal(
                    link: browser.hub.makePortalLink(
                        forCustomer: "globex", in: browser.first.workspace, by: "test"
                    ).secret.reveal()))
            #expect(await nobody.get("/portal/\(other.session.id)/endpoints", headers: inside).status == 401)
        }
    }

    @Test(arguments: [[], [("Sec-Fetch-Site", "cross-site")], [("Origin", "https://evil.test")]])
    func `a write that no page of ours made is refused`(_ headers: [(String, String)]) async throws {
        try await Self.with { browser, endpoint, _ in
            let (visitor, base) = try await Self.enter(browser, "acme")
            let path = "\(base)/endpoints/\(endpoint)"
            #expect(await visitor.post("\(path)/pause", [("paused", "1")], headers: headers).status == 403)
            #expect(await visitor.post("\(path)/delete", [("confirm", "1")], headers: headers).status == 403)
            let kept = try await browser.configuration().endpoints.first { "\($0.id)" == endpoint }
            #expect(kept?.isPaused == false)
        }
    }

    @Test func `bodies and dialled addresses are hidden; a link may show bodies, never addresses`() async throws {
        try await Self.with { browser, endpoint, ids in
            let delivery = ids["acme.delivery"] ?? ""
            for showsBodies in [false, true] {
                let (visitor, base) = try await Self.enter(browser, "acme", showsBodies: showsBodies)
                let test = await visitor.post("\(base)/endpoints/\(endpoint)/test", [("type", "ticket.created")]).html
                let page = await visitor.get("\(base)/deliveries/\(delivery)").html
                #expect(test.contains("500 Internal Server Error"))
                #expect(test.contains("reply-hush") == showsBodies)
                #expect(page.contains("data-of-acme") == showsBodies)
                #expect(page.contains("Not shown in this portal.") != showsBodies)
                for text in [test, page] { #expect(!text.contains("192.0.2.44")) }
                // No way out to the console.
                for text in [test, page] {
                    let links = text.matches(of: /(?:href|action)="(\/[^"]*)"/).map { String($0.1) }
                    let strays = links.filter { !$0.hasPrefix(base) && !$0.hasPrefix("/assets/") && $0 != "/theme" }
                    #expect(strays.isEmpty, "\(strays)")
                }
            }
        }
    }

    @Test func `a customer makes and changes endpoints of their own, and no secret is shown twice`() async throws {
        try await Self.with { browser, endpoint, _ in
            let (visitor, base) = try await Self.enter(browser, "acme")
            let form = [
                ("url", "https://mine.test/hook"), ("patterns", "order.*"), ("schedule", "1s"), ("timeout", "5"),
                ("concurrency", "2"), ("method", "POST"),
            ]
            // Whose it is does not stand in the form.
            let stranger = try await browser.hub.knownCustomer("globex", in: browser.first.workspace)
            let made = await visitor.post(
                "\(base)/endpoints", form + [("customer", "\(stranger.id)"), ("include_customers", "1")])
            let secret = try #require(made.html.firstMatch(of: /whsec_[A-Za-z0-9+\/=]+/)?.output)
            let customer = try await browser.hub.knownCustomer("acme", in: browser.first.workspace)
            let own = try #require(
                try await browser.configuration().endpoints.first { $0.origin == "https://mine.test" })
            #expect(own.customer == customer.id)
            let rotated = await visitor.post("\(base)/endpoints/\(own.id)/secret").html
            let next = try #require(rotated.firstMatch(of: /whsec_[A-Za-z0-9+\/=]+/)?.output)
            for path in ["/endpoints", "/endpoints/\(own.id)", "/endpoints/\(own.id)/edit", "/deliveries"] {
                let page = await visitor.get(base + path).html
                #expect(!page.contains(secret) && !page.contains(next), "\(path)")
            }
            // Values of headers that were set before stay hidden, and stay.
            let edit = await visitor.get("\(base)/endpoints/\(endpoint)/edit").html
            #expect(edit.contains("X-Key: ••••••••") && !edit.contains("key-of-acme"))
            let change = form.dropFirst() + [("url", "https://receiver.test/other")]
            let saved = await visitor.post(
                "\(base)/endpoints/\(endpoint)", change + [("headers", "X-Key: ••••••••\nX-More: 1")])
            #expect(saved.location == "\(base)/endpoints/\(endpoint)")
            let kept = try #require(try await browser.configuration().endpoints.first { "\($0.id)" == endpoint })
            #expect(try browser.hub.draft(of: kept).headers == ["X-Key": "key-of-acme", "X-More": "1"])
            #expect(kept.customer == customer.id)
            #expect(await visitor.post("\(base)/endpoints/\(own.id)/disable").status == 303)
            #expect(await visitor.post("\(base)/endpoints/\(own.id)/enable").status == 303)
            let deleted = await visitor.post("\(base)/endpoints/\(own.id)/delete", [("confirm", "1")])
            #expect(deleted.location == "\(base)/endpoints")
        }
    }
}
