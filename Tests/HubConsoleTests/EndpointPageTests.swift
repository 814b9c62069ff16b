import Egress
import Hub
import HubCore
import HubStorage
import HubTesting
import Testing

@testable import HubConsole

@Suite struct EndpointPageTests {
    @Test func `an endpoint is made, its secret is shown once, and it is changed and deleted`() async throws {
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            let made = await browser.makeEndpoint([("name", "Shop"), ("event", "ticket.created")])
            #expect(made.page.status == 200)
            #expect(made.secret.hasPrefix("whsec_"))
            let page = await browser.get(made.path).html
            #expect(page.contains("Shop") && page.contains("receiver.test") && page.contains("ticket.created"))
            #expect(!page.contains(made.secret))
            #expect(await !browser.get("\(made.path)/edit").html.contains(made.secret))

            let form = await browser.get("\(made.path)/edit").html
            #expect(form.contains("value=\"1s 5s\"") && form.contains("3 attempts over 6 s"))
            let fields = [
                ("url", "https://receiver.test/other"), ("patterns", "order.*, invoice.paid"), ("schedule", "30s 2h"),
                ("timeout", "2.5"), ("concurrency", "1"), ("rate", "60"), ("method", "PUT"), ("order", "key"),
                ("order_key", "/order/id"), ("channels", "eu, us"), ("filter", #"{"data.total": {"$gte": 10}}"#),
                ("headers", "X-Env: prod\nAuthorization: Bearer 1"),
            ]
            #expect(await browser.post(made.path, fields).location == made.path)
            let endpoint = try #require(try await browser.endpoint(at: made.path))
            #expect(endpoint.policy.schedule.seconds == [30, 7200])
            #expect(endpoint.policy.timeout == .milliseconds(2500))
            #expect(endpoint.policy.ratePerMinute == 60 && endpoint.policy.concurrency == 1)
            #expect(endpoint.policy.order == JSONPointer("/order/id").map { .byKey($0) })
            #expect(endpoint.subscription.channels == ["eu", "us"])
            #expect(endpoint.subscription.filter?.json == ["data.total": ["$gte": 10]])
            let draft = try browser.hub.draft(of: endpoint)
            #expect(draft.url == "https://receiver.test/other")
            #expect(draft.headers == ["X-Env": "prod", "Authorization": "Bearer 1"])

            #expect(await browser.post("\(made.path)/delete").location == made.path)
            #expect(await browser.post("\(made.path)/delete", [("confirm", "1")]).location == "/endpoints")
            #expect(await browser.get(made.path).status == 404)
        }
    }

    @Test(arguments: [
        ("url", "https://user@receiver.test/", "url"), ("url", "https://nowhere.test/", "url"),
        ("patterns", "a..b", "events"),
        ("filter", "{", "filter"), ("filter", #"{"nonsense": 1}"#, "filter"), ("headers", "no colon", "headers"),
        ("headers", "Host: x", "headers"), ("schedule", "1s soon", "schedule"), ("schedule", "9d", "schedule"),
        ("timeout", "61", "timeout"), ("timeout", "x", "timeout"), ("concurrency", "0", "concurrency"),
        ("rate", "many", "rate"), ("method", "GET", "method"), ("name", String(repeating: "n", count: 101), "name"),
    ])
    func `what is refused is said beside its field, and what was written stays`(
        _ field: String, _ value: String, _ fault: String
    ) async throws {
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            let page = await browser.makeEndpoint([(field, value), ("channels", "kept")]).page
            #expect(page.status == 422)
            #expect(page.html.contains("id=\"\(fault)-fault\""), "\(page.html)")
            #expect(page.html.contains("value=\"kept\""))
            let endpoints = try await browser.configuration().endpoints
            #expect(endpoints.isEmpty)
        }
    }

    @Test func `a filter is tried with a sample or an event, and says which condition does not hold`() async throws {
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            let filter = #"{"data.total": {"$gte": 100}, "data.country": "DE"}"#
            func trial(_ event: String) async -> String {
                await browser.post(
                    "/endpoints",
                    [
                        ("action", "look"), ("filter", filter), ("trial_type", "order.placed"), ("trial_event", event),
                    ]
                ).html
            }
            let missed = await trial(#"{"total": 50, "country": "DE"}"#)
            #expect(missed.contains("It does not match") && missed.contains("1 condition of"))
            #expect(missed.contains("$.data.total.$gte") && missed.contains("<td class=\"mono break\">50</td>"))
            let matched = await trial(#"{"type": "order.paid", "data": {"total": 100, "country": "DE"}}"#)
            #expect(matched.contains("It matches") && matched.contains("order.paid would go out"))
            #expect(await trial("[]").contains("Not an event"))
            // What the endpoint gets is tried first.
            let offered = await browser.post(
                "/endpoints", [("action", "look"), ("filter", filter), ("patterns", "ticket.re*")]
            ).html
            let first = try #require(
                offered.firstMatch(
                    of: /name="trial_type"><option value="" selected>[^<]+<\/option><option value="([^"]+)"/))
            #expect(first.1 == "ticket.resolved" && offered.contains("ticket.resolved would not go out"))
            let endpoints = try await browser.configuration().endpoints
            #expect(endpoints.isEmpty, "looking makes nothing")
        }
    }

    @Test func `a test tells request, response and timing on the page`() async throws {
        let receiver = OutboundSender.answering(
            503, #"{"error":"away"}"#, headers: ["Content-Type": "application/json"])
        try await Browser.with(receiver: receiver) { browser in
            await browser.signIn()
            let made = await browser.makeEndpoint([("headers", "Authorization: Bearer hush")])
            let page = await browser.post("\(made.path)/test", [("type", "ticket.created")]).html
            for part in [
                "503 Service Unavailable", "X-Webhook-Event", "ticket.created", "96.0 ms", "Resolve", "Connect", "Wait",
                "Receive", "away", "192.0.2.44",
            ] where !page.contains(part.replacing("96.0", with: "96")) {
                Issue.record("\(part) is missing")
            }
            // Signatures are shortened, the endpoint's own headers are named only.
            #expect(page.contains(/sha256=[0-9a-f]{8}…/) && !page.contains(/sha256=[0-9a-f]{9}/))
            #expect(page.contains("Authorization") && !page.contains("Bearer hush"))
            #expect(!page.contains(made.secret))
        }
    }

    @Test func `an endpoint is paused, disabled and enabled, and its page says what to do`() async throws {
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            let made = await browser.makeEndpoint()
            try await browser.publish("order.placed")
            #expect(await browser.post("\(made.path)/pause", [("paused", "1")]).location == made.path)
            #expect(await browser.get(made.path).html.contains("Nothing goes out until it is resumed"))
            #expect(await browser.get("/endpoints?status=paused").html.contains("receiver.test"))
            #expect(await !browser.get("/endpoints?status=active").html.contains("https://receiver.test"))
            _ = await browser.post("\(made.path)/pause", [("paused", "0")])
            _ = await browser.post("\(made.path)/disable")
            let page = await browser.get(made.path).html
            #expect(page.contains("Disabled: by hand") && page.contains("Enable, send the 1"))
            #expect(await browser.get("/deliveries?state=held").html.contains("order.placed"))
            let held = try #require(try await browser.deliveries().first)
            #expect(await browser.get("/deliveries/\(held.id)").html.contains("Its endpoint is disabled;"))
            _ = await browser.post("\(made.path)/enable", [("held", "discard")])
            #expect(try await browser.deliveries().first?.progress.state == .discarded)
            #expect(await !browser.get(made.path).html.contains("Disabled: by hand"))
        }
    }

    @Test func `a secret is replaced with an overlap, and shown once`() async throws {
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            let made = await browser.makeEndpoint()
            let page = await browser.post("\(made.path)/secret", [("overlap_seconds", "259200")])
            let secret = try #require(page.html.firstMatch(of: /whsec_[A-Za-z0-9+\/=]+/)?.output)
            #expect(secret != made.secret)
            let endpoint = try #require(try await browser.endpoint(at: made.path))
            #expect(endpoint.secrets.map(\.expiresAt) == [nil, Browser.now + .seconds(259_200)])
            let after = await browser.get(made.path).html
            #expect(after.contains("Older") && !after.contains(secret))
            let given = await browser.post("\(made.path)/secret", [("secret", "short")])
            #expect(given.status == 303)
            #expect(await browser.get(made.path).html.contains("8 to 512 bytes"))
        }
    }

    @Test func `failed deliveries are counted before they are recovered`() async throws {
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            let made = await browser.makeEndpoint()
            try await browser.publish("order.placed")
            _ = await browser.post("\(made.path)/disable")
            _ = await browser.post("\(made.path)/enable", [("held", "discard")])
            #expect(await browser.get("\(made.path)/recover?state=exhausted&count=1").html.contains("No delivery fits"))
            let counted = await browser.get("\(made.path)/recover?state=discarded&count=1").html
            #expect(counted.contains("delivery enters its schedule anew") && counted.contains("Send them again"))
            let recoveries = try await browser.hub.store.recoveries(of: browser.first.workspace)
            #expect(recoveries.isEmpty, "counting does nothing")
            let begun = await browser.post("\(made.path)/recover", [("state", "discarded"), ("rate", "5")])
            let path = try #require(begun.location)
            let page = await browser.get(path).html
            #expect(page.contains("<progress max=\"1\"") && page.contains("5 a second"))
            #expect(await browser.get("/recoveries").html.contains(path))
            #expect(await browser.post("\(path)/cancel").location == path)
            #expect(await browser.get(path).html.contains("cancelled"))
            #expect(await browser.post("\(made.path)/recover", [("rate", "0")]).status == 422)
        }
    }

    @Test func `deliveries are found by what they are, sent again, many at once, and given up`() async throws {
        try await Browser.with(receiver: .answering(500)) { browser in
            await browser.signIn()
            let made = await browser.makeEndpoint()
            let event = try await browser.publish("order.placed")
            try await browser.publish("order.paid")
            _ = await browser.post("\(made.path)/test", [("type", "ticket.created")])
            #expect(await browser.get("/deliveries?type=order.*").html.contains("order.paid"))
            #expect(await !browser.get("/deliveries?type=order.*").html.contains("ticket.created"))
            #expect(await browser.get("/deliveries?error=status.5xx").html.contains("ticket.created"))
            #expect(await !browser.get("/deliveries?status=404").html.contains("ticket.created"))
            let page = await browser.get("/events/\(event)").html
            #expect(page.contains("Who got it") && page.contains("waiting"))
            #expect(await browser.post("/events/\(event)/resend").location == "/events/\(event)")
            #expect(try await browser.hub.store.openFanOuts(limit: 5).map(\.event.id) == [event])

            let pending = try await browser.deliveries().filter { $0.kind == .event }
            let path = "/deliveries/\(pending[0].id)"
            #expect(await browser.post("\(path)/discard").location == path)
            #expect(await browser.get(path).html.contains("Given up"))
            let ids = pending.map { ("delivery", "\($0.id)") }
            let many = await browser.post("/deliveries/retry", ids + [("back", "/deliveries?type=order.*")])
            #expect(many.location == "/deliveries?type=order.*")
            let states = try await browser.deliveries().filter { $0.kind == .event }.map(\.progress.state)
            #expect(states == [.pending, .pending])
            #expect(await browser.get("/deliveries").html.contains("2 deliveries sent again."))
        }
    }

    @Test func `viewers see and change nothing, members send again, and neither sees headers or secrets`() async throws
    {
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            let made = await browser.makeEndpoint([("headers", "X-Key: hush-hush")])
            try await browser.publish("order.placed")
            _ = await browser.post("\(made.path)/test", [("type", "ticket.created")])
            let delivery = try #require(try await browser.deliveries().first { $0.kind == .test })
            let writes = [
                "/endpoints", made.path, "\(made.path)/secret", "\(made.path)/enable", "\(made.path)/disable",
                "\(made.path)/pause", "\(made.path)/recover", "\(made.path)/delete",
                "/deliveries/\(delivery.id)/discard",
                "/event-types", "/event-types/order.placed/delete", "/customers", "/customers/cus_x/portal",
            ]
            for role in ["viewer", "member"] {
                try await browser.become(role)
                for path in writes { #expect(await browser.post(path).status == 403, "\(role) \(path)") }
                for path in ["/endpoints/new", "\(made.path)/edit", "\(made.path)/recover"] {
                    #expect(await browser.get(path).status == 403, "\(role) \(path)")
                }
                for path in ["/endpoints", made.path, "/deliveries", "/deliveries/\(delivery.id)", "/event-types"] {
                    let page = await browser.get(path)
                    #expect(page.status == 200)
                    for secret in ["hush", "/hook", "whsec_", "192.0.2.44", "Signing secret"] {
                        #expect(!page.html.contains(secret), "\(role) \(path) \(secret)")
                    }
                }
                let isMember = role == "member"
                let test = await browser.post("\(made.path)/test", [("type", "ticket.created"), ("enable", "1")])
                #expect(test.status == (isMember ? 200 : 403))
                #expect(await browser.post("/deliveries/\(delivery.id)/retry").status == (isMember ? 303 : 403))
                #expect(await browser.post("/deliveries/retry").status == (isMember ? 303 : 403))
            }
        }
    }

    @Test func `types are described, shown with who gets them, published by hand and deleted`() async throws {
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            _ = await browser.makeEndpoint([("name", "Warehouse")])
            let form = [
                ("is_new", "1"), ("name", "order.placed"), ("summary", "An order"), ("sample", #"{"total": 7}"#),
                ("schema", #"{"type": "object"}"#),
            ]
            #expect(await browser.post("/event-types", form).location == "/event-types/order.placed")
            #expect(await browser.post("/event-types", form).status == 422, "there is one already")
            #expect(await browser.post("/event-types", [("name", "a.b"), ("sample", "{")]).status == 422)
            #expect(await browser.post("/event-types", [("name", "ticket.created")]).status == 422)
            let page = await browser.get("/event-types/order.placed").html
            #expect(page.contains("Warehouse") && page.contains("Not in the last day"))
            let wrong = await browser.post("/event-types/order.placed/publish", [("data", "{")])
            #expect(wrong.status == 422 && wrong.html.contains("not JSON"))
            let published = await browser.post("/event-types/order.placed/publish", [("data", #"{"total": 8}"#)])
            let event = try #require(published.location)
            #expect(await browser.get(event).html.contains("Warehouse"))
            #expect(await browser.get("/event-types/order.placed").html.contains("1 time in the last day"))
            #expect(await browser.get("/event-types").html.contains("1×"))
            #expect(await browser.post("/event-types/order.placed/delete").location == "/event-types/order.placed")
            #expect(
                await browser.post("/event-types/order.placed/delete", [("confirm", "1")]).location == "/event-types")
            #expect(await browser.get("/event-types/order.placed").status == 404)
        }
    }

    @Test func `schedules are read as they are written`() throws {
        #expect(try ScheduleText.schedule("1s 5s 30s 5m 30m 2h") == .standard)
        #expect(ScheduleText.text(.standard) == "1s 5s 30s 5m 30m 2h")
        #expect(try ScheduleText.schedule("500ms, 0.5s,1.5m 2").seconds == [0.5, 0.5, 90, 2])
        #expect(try ScheduleText.schedule("").waits.isEmpty)
        let odd = try RetrySchedule(seconds: [0.25, 0.5, 0, 90, 129_600])
        #expect(ScheduleText.text(odd) == "250ms 0.5s 0s 90s 36h")
        #expect(try ScheduleText.schedule(ScheduleText.text(odd)) == odd)
        for text in ["x", "5 m", "1..5s", "-1s", "8d", "1e9s", "s"] {
            #expect(throws: ScheduleText.Problem.self, "\(text)") { try ScheduleText.schedule(text) }
        }
    }

    @Test func `lengths and shares read well`() {
        let lengths: [(Int64, String)] = [
            (0, "0 s"), (500, "0.5 s"), (6000, "6 s"), (336_000, "5 min 36 s"), (9_336_000, "2 h 35 min"),
            (86_400_000, "1 d"), (273_600_000, "3 d 4 h"),
        ]
        for (milliseconds, text) in lengths { #expect(Amount.length(.milliseconds(milliseconds)) == text) }
        let times: [(Int64, String)] = [
            (840, "840 µs"), (12_400, "12.4 ms"), (812_300, "812 ms"), (3_210_000, "3.21 s"), (31_000_000, "31 s"),
        ]
        for (microseconds, text) in times { #expect(Amount.time(microseconds: microseconds) == text) }
        #expect(Amount.share(199, of: 200) == "99.5 %")
        #expect(Amount.share(9999, of: 10_000) == "99.9 %", "not all is not 100")
        #expect(Amount.share(0, of: 0) == "–")
    }
}
