import Egress
import Hub
import HubCore
import HubStorage
import HubTesting
import Sink
import Testing

@testable import HubConsole

/// Body, authentication and certificate of an endpoint, as they are filled in.
@Suite struct EndpointFormTests {
    private static let fields = [
        ("url", "https://receiver.test/hook"), ("patterns", "ticket.*"), ("schedule", "1s"), ("timeout", "5"),
        ("concurrency", "2"), ("method", "POST"),
    ]

    private static func draft(_ browser: Browser, _ path: String) async throws -> EndpointDraft {
        try browser.hub.draft(of: try #require(try await browser.endpoint(at: path)))
    }

    private static func look(_ browser: Browser, _ form: [(String, String)]) async -> String {
        await browser.post("/endpoints", fields + form + [("action", "look")]).html
    }

    // MARK: Body

    @Test func `tickets are posted to Slack from the form alone, and it shows what would go out`() async throws {
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            let preview = await Self.look(browser, [("body", "slack")])
            #expect(preview.contains(">ticket.created</span>") && preview.contains("application/json, JSON"))
            #expect(preview.contains("blocks") && preview.contains("Invoice 2026-311"))
            let none = try await browser.configuration().endpoints
            #expect(none.isEmpty, "looking makes nothing")

            let made = await browser.makeEndpoint(
                [
                    ("url", "https://hooks.slack.test/services/T1"), ("patterns", "ticket.*"), ("body", "slack"),
                    ("unsigned", "1"),
                ])
            #expect(made.page.status == 200 && made.secret.isEmpty)
            let endpoint = try #require(try await browser.endpoint(at: made.path))
            #expect(endpoint.policy.body == .preset(.slack) && endpoint.secrets.isEmpty)
            #expect(made.page.html.contains("<dd>Slack</dd>"))
            let test = await browser.post("\(made.path)/test", [("type", "ticket.created")]).html
            #expect(test.contains("blocks") && test.contains("Invoice 2026-311"))
            let edit = await browser.get("\(made.path)/edit").html
            #expect(edit.contains("value=\"slack\" checked") && edit.contains("blocks"))
        }
    }

    @Test func `a template is kept as it was written, and its result is shown for a sample or an event`() async throws {
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            let form = [
                ("body", "template"), ("template", "<t>{{type}}: {{data.total}}</t>\r\n"),
                ("template_type", "application/xml"),
                ("trial_event", #"{"type": "order.paid", "data": {"total": "7 < 8"}}"#),
            ]
            let look = await Self.look(browser, form)
            #expect(
                look.contains("&lt;t&gt;order.paid: 7 &amp;lt; 8&lt;/t&gt;") && look.contains("application/xml, text"))
            let made = await browser.makeEndpoint(form)
            let endpoint = try #require(try await browser.endpoint(at: made.path))
            #expect(
                endpoint.policy.body
                    == .template("<t>{{type}}: {{data.total}}</t>\n", contentType: "application/xml"))
            #expect(made.page.html.contains("a template, application/xml"))
            let edit = await browser.get("\(made.path)/edit").html
            #expect(edit.contains("&lt;t&gt;{{type}}: {{data.total}}&lt;/t&gt;") && edit.contains("template\" checked"))
        }
    }

    @Test(arguments: [
        ([("template", "{{#data}")], "Template: line 1"), ([("template", "")], "Write a template."),
        ([("template", #"{"a": {{data.ticket.subject}}}"#)], "not JSON"),
        ([("template", "x"), ("template_type", "none")], "content type"),
        ([("template", String(repeating: "x", count: 65 * 1024))], "64 KiB"),
    ])
    func `what is wrong with a template is said beside it, and it stays as it was written`(
        _ form: [(String, String)], _ fault: String
    ) async throws {
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            let page = await browser.makeEndpoint([("patterns", "ticket.*"), ("body", "template")] + form).page
            #expect(page.status == 422)
            let said = try #require(page.html.firstMatch(of: /id="body-fault">([^<]*)</))
            #expect(said.1.contains(fault), "\(said.1)")
            #expect(page.html.contains("value=\"template\" checked"))
            let endpoints = try await browser.configuration().endpoints
            #expect(endpoints.isEmpty)
        }
    }

    @Test func `a template's fault shows while it is written, but not before anything is`() async throws {
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            #expect(await Self.look(browser, [("body", "template"), ("template", "{{#a}")]).contains("body-fault"))
            let blank = await Self.look(browser, [("body", "template"), ("template", "")])
            #expect(blank.contains("Nothing to show yet."))
        }
    }

    @Test func `what is wrong in several places is said in all of them at once`() async throws {
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            let page = await browser.makeEndpoint([
                ("url", "https://nowhere.test/"), ("timeout", "soon"), ("rate", "many"), ("body", "template"),
            ]).page.html
            for fault in ["url", "timeout", "rate", "body"] {
                #expect(page.contains("id=\"\(fault)-fault\""), "\(fault)")
            }
        }
    }

    // MARK: Authentication

    private static let secrets = ["pass-hush", "token-hush", "client-hush"]
    private static let ways: [[(String, String)]] = [
        [("authentication", "basic"), ("user", "ada"), ("password", "pass-hush")],
        [("authentication", "bearer"), ("token", "token-hush")],
        [
            ("authentication", "client_credentials"), ("token_url", "https://login.test/token"),
            ("client_id", "martlet"),
            ("client_secret", "client-hush"), ("scope", "hooks"), ("style", "body"),
        ],
    ]

    @Test func `authentication is set, kept when its secret is left empty, changed and removed`() async throws {
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            let expected: [JSON] = [
                ["type": "basic", "user": "ada", "password": "pass-hush"], ["type": "bearer", "token": "token-hush"],
                [
                    "type": "client_credentials", "token_url": "https://login.test/token", "client_id": "martlet",
                    "client_secret": "client-hush", "scope": "hooks", "style": "body",
                ],
            ]
            for (way, document) in zip(Self.ways, expected) {
                let made = await browser.makeEndpoint(way)
                let set = try await Self.draft(browser, made.path)
                #expect(set.authentication == document)
                // What a browser sends when nobody touched the secret.
                let kept = way.map { $0.1.hasSuffix("hush") ? ($0.0, "") : $0 }
                #expect(await browser.post(made.path, Self.fields + kept).status == 303)
                let untouched = try await Self.draft(browser, made.path)
                #expect(untouched.authentication == document)
                #expect(await browser.post(made.path, Self.fields + [("authentication", "none")]).status == 303)
                let none = try await Self.draft(browser, made.path)
                #expect(none.authentication == nil)
            }
        }
    }

    @Test func `a secret of authentication stands in no page, whatever happens`() async throws {
        try await Browser.with(receiver: .answering(401)) { browser in
            await browser.signIn()
            for way in Self.ways {
                var pages = [await browser.makeEndpoint(way + [("timeout", "never")]).page.html]
                #expect(pages[0].contains("it is not sent back to your browser"))
                pages.append(await Self.look(browser, way))
                let made = await browser.makeEndpoint(way)
                pages.append(made.page.html)
                for path in [made.path, "\(made.path)/edit", "/endpoints", "/deliveries"] {
                    pages.append(await browser.get(path).html)
                }
                pages.append(await browser.post("\(made.path)/test", [("type", "ticket.created")]).html)
                for page in pages {
                    #expect(page.contains("<h1"))
                    for secret in Self.secrets { #expect(!page.contains(secret)) }
                }
            }
        }
    }

    @Test func `a secret is not kept for another user, another client or another token server`() async throws {
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            let (basic, client) = (await browser.makeEndpoint(Self.ways[0]), await browser.makeEndpoint(Self.ways[2]))
            let changes: [(String, [(String, String)])] = [
                (basic.path, [("authentication", "basic"), ("user", "eve")]),
                (basic.path, [("authentication", "bearer")]),
                (
                    client.path,
                    [
                        ("authentication", "client_credentials"), ("token_url", "https://evil.test/token"),
                        ("client_id", "martlet"),
                    ]
                ),
                (
                    client.path,
                    [
                        ("authentication", "client_credentials"), ("token_url", "https://login.test/token"),
                        ("client_id", "eve"),
                    ]
                ),
            ]
            for (path, change) in changes {
                let page = await browser.post(path, Self.fields + change)
                #expect(page.status == 422 && page.html.contains("id=\"authentication-fault\""), "\(change)")
            }
            let keptUser = try await Self.draft(browser, basic.path)
            #expect(keptUser.authentication?["user"] == "ada")
            let keptServer = try await Self.draft(browser, client.path)
            #expect(keptServer.authentication?["token_url"] == "https://login.test/token")
        }
    }

    @Test(arguments: [
        ([("authentication", "basic"), ("user", "a:b"), ("password", "x")], "authentication"),
        ([("authentication", "basic"), ("user", ""), ("password", "x")], "authentication"),
        ([("authentication", "bearer"), ("token", "two words")], "authentication"),
        ([("authentication", "bearer")], "authentication"),
        (
            [
                ("authentication", "client_credentials"), ("token_url", "ftp://login.test"), ("client_id", "m"),
                ("client_secret", "x"),
            ], "token-url"
        ),
    ])
    func `authentication that cannot work is refused beside its field`(
        _ form: [(String, String)], _ fault: String
    ) async throws {
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            let page = await browser.makeEndpoint(form).page
            #expect(page.status == 422 && page.html.contains("id=\"\(fault)-fault\""), "\(page.html)")
        }
    }

    // MARK: Certificate

    @Test func `a certificate is pasted, kept, replaced and removed, and neither it nor its key is shown`() async throws
    {
        let (first, second) = (try SinkCertificate(names: ["a.test"]), try SinkCertificate(names: ["b.test"]))
        func form(_ certificate: SinkCertificate) -> [(String, String)] {
            // As browsers send lines.
            [
                ("tls_certificate", certificate.certificatePEM.replacing("\n", with: "\r\n")),
                ("tls_key", certificate.keyPEM), ("tls_issuers", certificate.issuerPEM),
            ]
        }
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            let made = await browser.makeEndpoint(form(first))
            #expect(made.page.html.contains("a certificate of ours, issuers of theirs"))
            let kept = try #require(try await Self.draft(browser, made.path).identity)
            #expect(kept.certificates == first.certificatePEM + "\n" && kept.key.contains("PRIVATE KEY"))
            for path in [made.path, "\(made.path)/edit"] {
                let page = await browser.get(path).html
                let lines = (first.certificatePEM + first.keyPEM + first.issuerPEM).split(whereSeparator: \.isNewline)
                for line in lines where !line.hasPrefix("-----") { #expect(!page.contains(line), "\(path)") }
            }
            #expect(await browser.post(made.path, Self.fields + [("tls", "keep")]).status == 303)
            let keptCertificate = try await Self.draft(browser, made.path)
            #expect(keptCertificate.identity == kept)
            #expect(await browser.post(made.path, Self.fields + [("tls", "replace")] + form(second)).status == 303)
            let replaced = try await Self.draft(browser, made.path)
            #expect(replaced.identity?.issuers == second.issuerPEM)
            let blank = await browser.post(made.path, Self.fields + [("tls", "replace")])
            #expect(blank.status == 422 && blank.html.contains("id=\"certificate-fault\""))
            #expect(await browser.post(made.path, Self.fields + [("tls", "remove")]).status == 303)
            let removed = try await Self.draft(browser, made.path)
            #expect(removed.identity == nil)
        }
    }

    @Test(arguments: ["certificate", "key", "issuers"])
    func `the part that is no PEM is named, and a key that was pasted is not sent back`(_ part: String) async throws {
        let certificate = try SinkCertificate(names: ["a.test"])
        let parts = [
            "certificate": certificate.certificatePEM, "key": certificate.keyPEM, "issuers": certificate.issuerPEM,
        ]
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            for wrong in ["no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"] {
                let form = parts.map { ("tls_\($0.key)", $0.key == part ? wrong : $0.value) }
                let page = await browser.makeEndpoint(form).page
                #expect(page.status == 422 && page.html.contains("id=\"\(part)-fault\""), "\(page.html)")
                #expect(page.html.contains("Paste the key once more"))
                for line in certificate.keyPEM.split(whereSeparator: \.isNewline) where !line.hasPrefix("-----") {
                    #expect(!page.html.contains(line))
                }
            }
            let alone = await browser.makeEndpoint([("tls_certificate", certificate.certificatePEM)]).page.html
            #expect(alone.contains("id=\"key-fault\""))
        }
    }

    // MARK: Who may

    @Test func `viewers and members see which body an endpoint has, not who it says it is, and change neither`()
        async throws
    {
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            let made = await browser.makeEndpoint(Self.ways[0] + [("body", "discord")])
            let before = try await Self.draft(browser, made.path)
            for role in ["viewer", "member"] {
                try await browser.become(role)
                let page = await browser.get(made.path).html
                #expect(page.contains("<dd>Discord</dd>") && !page.contains("Authentication"))
                #expect(await browser.get("\(made.path)/edit").status == 403)
                #expect(await browser.post(made.path, Self.fields + [("body", "slack")]).status == 403)
                #expect(await browser.post("/endpoints", Self.fields + [("action", "look")]).status == 403)
            }
            let after = try await Self.draft(browser, made.path)
            #expect(after.policy.body == before.policy.body && after.authentication == before.authentication)
        }
    }

    @Test func `in the portal a body and authentication are set, and what is sealed goes to no other host`()
        async throws
    {
        try await Browser.with(receiver: .answering(200)) { browser in
            await browser.signIn()
            let customer = try await browser.hub.makeCustomer(
                reference: "acme", name: "Acme", in: browser.first.workspace, by: "test")
            let certificate = try SinkCertificate(names: ["a.test"])
            let made = await browser.makeEndpoint(
                Self.ways[1] + [
                    ("url", "https://receiver.test/hook"), ("customer", "\(customer.id)"),
                    ("headers", "X-Key: key-hush"),
                    ("tls_certificate", certificate.certificatePEM), ("tls_key", certificate.keyPEM),
                ])
            let link = try await browser.hub.makePortalLink(
                forCustomer: "acme", in: browser.first.workspace, by: "test")
            let visitor = browser.another()
            let entered = await visitor.post("/portal/enter", [("link", link.secret.reveal())])
            let base = try #require(entered.location).dropLast("/endpoints".count)
            let path = String(base) + made.path
            let page = await visitor.get(path).html
            #expect(page.contains("<dd>Bearer token</dd>") && !page.contains("hush"))

            func change(_ url: String, _ more: [(String, String)]) async -> ConsoleResponse {
                let own = Self.fields.dropFirst() + [("url", url)]
                return await visitor.post(path, own + more)
            }
            let kept = [
                ("authentication", "bearer"), ("headers", "X-Key: \(SentRequest.hidden)"), ("tls", "keep"),
                ("body", "teams"),
            ]
            for url in [
                "https://evil.test/", "https://receiver.test.evil.test/", "https://receiver.test:444/",
                "https://receiver.test@evil.test/",
            ] {
                let refused = await change(url, kept)
                #expect(refused.status == 422)
                for fault in ["authentication", "certificate", "headers"] {
                    #expect(refused.html.contains("id=\"\(fault)-fault\""), "\(url) \(fault)")
                }
            }
            #expect(await change("https://receiver.test/other?a=b", kept).status == 303)
            let draft = try await Self.draft(browser, made.path)
            #expect(draft.policy.body == .preset(.teams) && draft.headers == ["X-Key": "key-hush"])
            #expect(draft.authentication == ["type": "bearer", "token": "token-hush"] && draft.identity != nil)
            let anew = [("authentication", "bearer"), ("token", "own"), ("tls", "remove"), ("headers", "X-Key: own")]
            #expect(await change("https://mine.test/", anew).status == 303)
        }
    }
}
