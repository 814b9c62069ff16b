import Foundation
import HubCore
import HubStorage
import HubTesting
import Testing

extension EndToEnd {
    /// The console in a real browser.
    @Suite struct Browser {
        private static let isThere = Peer.isThere([Peer.chromium, Peer.chromedriver])

        @Test(.enabled(if: isThere, "needs chromium and chromium-driver"), .timeLimit(.minutes(2)))
        func `a person signs in by token, sees an event arrive live within a second, and opens its story`()
            async throws
        {
            try await withBrowser { hub, browser in
                try await signIn(browser, hub)
                try await browser.open("\(hub.base)/events")
                _ = try await browser.find(.css("[data-live][aria-pressed='true']"))
                // The very first event brings the list to the empty page.
                _ = try await post(hub, "order.placed").send(by: hub.client)
                try await browser.waitForText("order.placed", in: .css("[data-rows]"))
                _ = try await browser.find(.css("[data-live][aria-pressed='true']"))
                try await isFollowing(hub, browser)

                let answer = try await post(hub, "order.paid").send(by: hub.client)
                #expect(answer.status == 200)
                try await browser.waitForText("order.paid", in: .css("[data-rows]"), within: .seconds(1))

                try await browser.click(.labelled("order.paid"))
                try await browser.waitForText("It is order.paid.")
                let request = try #require(try await hub.requests().first)
                #expect(try await browser.url == "\(hub.base)/requests/\(request.request.id)")
                try await browser.waitForText("Received")
            }
        }

        @Test(.enabled(if: isThere, "needs chromium and chromium-driver"), .timeLimit(.minutes(2)))
        func `a source is added in the console, its secret is shown once, and it takes what is signed with it`()
            async throws
        {
            try await withBrowser { hub, browser in
                try await signIn(browser, hub)
                try await browser.open("\(hub.base)/sources")
                try await browser.click(.labelled("Add a source"))
                try await browser.click(.css("a.card[href*='integration=martlet']"))
                try await browser.clear(.css("#name"))
                try await browser.type("shop", into: .css("#name"))
                try await browser.click(.labelled("Add the source"))

                let shown = try await browser.text(.css("section.once"))
                let secret = try #require(shown.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("whsec_") })
                let post = try SignedPost(
                    to: "/webhooks/v1/main/shop", secret: String(secret), Array(#"{"type":"order.paid"}"#.utf8))
                #expect(try await post.send(by: hub.client).status == 200)

                try await browser.open("\(hub.base)/sources/shop")
                try await browser.waitForText("order.paid")
                let page = try await browser.execute("return document.documentElement.outerHTML").string ?? ""
                #expect(!page.contains(secret), "the secret is shown again")
                #expect(try await browser.all(.css("section.once")).isEmpty)
            }
        }

        @Test(.enabled(if: isThere, "needs chromium and chromium-driver"), .timeLimit(.minutes(2)))
        func `a wrong token is told so and nothing is shown without a session`() async throws {
            try await withBrowser { hub, browser in
                try await browser.open("\(hub.base)/events")
                #expect(try await browser.url.contains("/signin"))
                try await submit("mlt_of-nobody", browser)
                _ = try await browser.find(.css(".fault[role=alert]"))
                #expect(try await browser.url.contains("/signin"))
                #expect(try await browser.all(.css("[data-rows]")).isEmpty)
            }
        }

        @Test(.enabled(if: isThere, "needs chromium and chromium-driver"), .timeLimit(.minutes(2)))
        func `an endpoint's form shows the body for Slack as soon as it is chosen`() async throws {
            try await withBrowser { hub, browser in
                try await signIn(browser, hub)
                try await browser.open("\(hub.base)/endpoints/new")
                try await browser.waitForText("ticket.created", in: .css("#trial"))
                #expect(try await !browser.text(.css("#trial")).contains("blocks"))
                // As people do, out from under the bar with the buttons.
                _ = try await browser.execute("document.querySelector('#trial').scrollIntoView()")
                try await browser.click(.css("input[name=body][value=slack]"))
                try await browser.waitForText("blocks", in: .css("#trial"))
                try await browser.type("survey.*", into: .css("#patterns"))
                try await browser.waitForText("survey.response.completed", in: .css("#trial"))
                // What goes with another choice is not there.
                let shown = try await browser.execute(
                    "return [...document.querySelectorAll('.variant')].filter((e) => e.checkVisibility()).length")
                #expect(shown == 1)
            }
        }

        // MARK: Parts

        private func withBrowser(_ work: (HubProcess, WebDriver) async throws -> Void) async throws {
            let chromedriver = try #require(Peer.chromedriver)
            let chromium = try #require(Peer.chromium)
            try await HubProcess.with { hub in
                try await WebDriver.with(chromedriver: chromedriver, chromium: chromium) { browser in
                    do {
                        try await work(hub, browser)
                    } catch {
                        // What the page showed tells more than the error.
                        let page = try? await browser.text(.css("body"))
                        Issue.record("The page showed: \(page ?? "nothing")")
                        throw error
                    }
                }
            }
        }

        private func signIn(_ browser: WebDriver, _ hub: HubProcess) async throws {
            try await browser.open("\(hub.base)/signin")
            try await submit(hub.credentials.adminToken, browser)
            _ = try await eventually("the session begins") {
                try await browser.url.contains("/signin") ? nil : true
            }
        }

        private func submit(_ token: String, _ browser: WebDriver) async throws {
            try await browser.click(.labelled("Use an API token instead"))
            try await browser.type(token, into: .css("#token"))
            try await browser.click(.labelled("Sign in with the token"))
        }

        /// That the stream of rows is open: a row sent before would be missed by no fault of the hub.
        private func isFollowing(_ hub: HubProcess, _ browser: WebDriver) async throws {
            for attempt in 0..<20 {
                _ = try await post(hub, "warm.\(attempt)").send(by: hub.client)
                do {
                    try await browser.waitForText("warm.\(attempt)", in: .css("[data-rows]"), within: .seconds(1))
                    return
                } catch is Overdue {
                    continue
                }
            }
            Issue.record("no row ever came")
        }

        private func post(_ hub: HubProcess, _ type: String) throws -> SignedPost {
            try SignedPost(to: hub, #"{"type":"\#(type)","data":{"text":"It is \#(type)."}}"#)
        }
    }
}
