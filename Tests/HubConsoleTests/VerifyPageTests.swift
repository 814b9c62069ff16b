import Hub
import HubCore
import HubStorage
import Testing
import WebhookSignatures

@testable import HubConsole

/// The page for people whose receiver refuses everything.
@Suite struct VerifyPageTests {
    private static let path = "/endpoints/verify"
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let body = #"{"id":"evt_1","type":"a.b","timestamp":"x","data":{"text":"<b>\n"}}"#

    private static func headers(_ body: String = body, secret: String = secret) throws -> String {
        let attempt = DeliverySigner.Attempt(
            eventID: "evt_1", eventType: "a.b", delivery: UUIDv7(at: Browser.now),
            timestampSeconds: Browser.now.seconds)
        let headers = try DeliverySigner(secrets: [Secret(secret)]).headers(for: attempt, body: Array(body.utf8))
        return headers.fields.map { "\($0.name): \($0.value)" }.joined(separator: "\r\n")
    }

    private static func form(
        headers: String? = nil, body: String = body, secret: String = secret, endpoint: String = ""
    ) throws -> [(String, String)] {
        [
            ("headers", try headers ?? Self.headers()), ("body", body), ("secret", secret), ("endpoint", endpoint),
        ]
    }

    private func expect(
        _ status: Int, _ browser: Browser, _ form: [(String, String)],
        headers: [(String, String)] = [("Sec-Fetch-Site", "same-origin")],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let response = await browser.post(Self.path, form, headers: headers)
        #expect(response.status == status, sourceLocation: sourceLocation)
    }

    @Test func `what came is judged, shown again, and the secret is not`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let right = await browser.post(Self.path, try Self.form())
            #expect(right.status == 200)
            #expect(right.html.contains("Genuine."))
            #expect(right.html.contains("webhook-signature is right, with secret 1."))
            #expect(!right.html.contains(Self.secret))
            #expect(right.html.contains("&lt;b&gt;") && !right.html.contains("<b>"))
            let other = await browser.post(Self.path, try Self.form(secret: "another"))
            #expect(other.status == 200)
            #expect(other.html.contains("Not genuine"))
            #expect(other.html.contains("the secret is another one"))
            let pretty = try JSON.parse(Self.body).prettyText
            let changed = await browser.post(Self.path, try Self.form(body: pretty))
            #expect(changed.html.contains("parsed it and wrote it again"))
        }
    }

    @Test func `line breaks that a browser made are not held against the body`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            for sent in ["a\nb", "a\r\nb"] {
                let form = try Self.form(headers: Self.headers(sent), body: "a\r\nb")
                #expect(await browser.post(Self.path, form).html.contains("Genuine."))
            }
        }
    }

    @Test func `an endpoint's own secrets judge without being shown`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let draft = EndpointDraft(url: "https://receiver.example/hook", events: ["*"])
            let (endpoint, made) = try await browser.hub.makeEndpoint(
                draft, in: browser.first.workspace, by: "test")
            let secret = try #require(made).reveal()
            let form = try Self.form(
                headers: Self.headers(secret: secret), secret: "", endpoint: "\(endpoint.id)")
            let page = await browser.post(Self.path, form)
            #expect(page.html.contains("Genuine."))
            #expect(!page.html.contains(secret))
            #expect(page.html.contains(#"value="\#(endpoint.id)" selected"#))
            let forged = try Self.form(headers: Self.headers(), secret: "", endpoint: "\(endpoint.id)")
            #expect(await browser.post(Self.path, forged).html.contains("Not genuine"))
        }
    }

    @Test func `what is missing is asked for, and nobody's endpoint is not found`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            try await expect(422, browser, Self.form(headers: "nothing"))
            try await expect(422, browser, Self.form(secret: ""))
            #expect(await browser.post(Self.path, []).status == 422)
            for endpoint in ["end_x", "\(ID<Endpoint>.make(at: Browser.now))"] {
                try await expect(404, browser, Self.form(endpoint: endpoint))
            }
        }
    }

    @Test func `only people who are signed in may ask, and only from a page of ours`() async throws {
        try await Browser.with { browser in
            try await expect(303, browser, Self.form())
            await browser.signIn()
            try await expect(403, browser, Self.form(), headers: [])
            let cross = [("Sec-Fetch-Site", "cross-site")]
            try await expect(403, browser, Self.form(), headers: cross)
        }
    }

    @Test func `the code for receivers is there to copy`() async throws {
        try await Browser.with { browser in
            await browser.signIn()
            let html = await browser.get(Self.path).html
            for snippet in ReceiverSnippet.allCases { #expect(html.contains("<summary>\(snippet.title)</summary>")) }
            #expect(html.contains("hmac.compare_digest"))
            #expect(html.components(of: "data-copy") == ReceiverSnippet.allCases.count)
        }
    }
}

extension String {
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
