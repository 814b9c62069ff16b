import HubCore
import Sink
import Synchronization
import Testing

@testable import Egress

@Suite struct AuthorizationTests {
    private static func client(
        _ url: String = "https://receiver.example/token", id: String = "hub", scope: String? = nil,
        audience: String? = nil, style: ClientCredentials.Style = .basic
    ) throws -> RequestAuthorization {
        .clientCredentials(
            ClientCredentials(
                tokenURL: try OutboundURL(url), id: id, secret: Secret("s 3:cr&t"), scope: scope, audience: audience,
                style: style))
    }

    // MARK: What needs no server

    @Test func `the header is made of what the endpoint has`() async throws {
        let tokens = TokenServer([]).tokens()
        #expect(try await tokens.header(for: .none) == nil)
        #expect(try await tokens.header(for: .bearer(Secret("a.b-c")))?.reveal() == "Bearer a.b-c")
        let basic = try await tokens.header(for: .basic(user: "Aladdin", password: Secret("open sesame")))
        #expect(basic?.reveal() == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
        #expect("\(String(describing: basic))".contains("redacted"))
    }

    static let unusable: [(RequestAuthorization, AuthorizationProblem)] = [
        (.basic(user: "", password: Secret("x")), .user), (.basic(user: "a:b", password: Secret("x")), .user),
        (.basic(user: "a", password: Secret("x\r\nX: y")), .user), (.bearer(Secret("")), .token),
        (.bearer(Secret("a b")), .token), (.bearer(Secret("a\r\nX: y")), .token), (.bearer(Secret("é")), .token),
    ]

    @Test(arguments: unusable.indices)
    func `what could not stand in a header is refused before it is sent`(_ index: Int) async throws {
        let (authorization, problem) = Self.unusable[index]
        #expect(authorization.problem == problem)
        #expect(!problem.description.isEmpty)
        await #expect(throws: AttemptFailure.request) { try await TokenServer([]).tokens().header(for: authorization) }
    }

    @Test func `credentials without an id, or with line breaks, are none`() throws {
        #expect(try Self.client().problem == nil)
        #expect(try Self.client(id: "").problem == .client)
        #expect(try Self.client(id: "a\nb").problem == .client)
        #expect(try Self.client(scope: "").problem == .client)
    }

    // MARK: Asking for a token

    @Test func `a token is asked for as RFC 6749 says, and shown to the receiver`() async throws {
        var behavior = SinkBehavior()
        behavior.body = Array(#"{"access_token":"t.1","token_type":"Bearer","expires_in":3600}"#.utf8)
        try await Outside.with(certificateNames: [Outside.name], script: SinkScript([behavior])) { outside in
            let tokens = AuthorizationTokens(send: { await outside.client.send($0) })
            let url = "\(outside.base)/token"
            let inBody = try Self.client(url, scope: "a b", audience: "https://x.example/", style: .body)
            #expect(try await tokens.header(for: inBody)?.reveal() == "Bearer t.1")
            #expect(try await tokens.header(for: try Self.client(url))?.reveal() == "Bearer t.1")
            let records = outside.sink.records
            #expect(records.map(\.method) == ["POST", "POST"])
            #expect(records.map(\.target) == ["/token", "/token"])
            #expect(
                String(decoding: records[0].body, as: UTF8.self)
                    == "grant_type=client_credentials&scope=a%20b&audience=https%3A%2F%2Fx.example%2F&client_id=hub&client_secret=s%203%3Acr%26t"
            )
            #expect(records[0].headers.header("content-type") == "application/x-www-form-urlencoded")
            #expect(records[0].headers.header("authorization") == nil)
            #expect(String(decoding: records[1].body, as: UTF8.self) == "grant_type=client_credentials")
            let pair = Base64.encode(Array("hub:s%203%3Acr%26t".utf8))
            #expect(records[1].headers.header("authorization") == "Basic \(pair)")
        }
    }

    @Test func `the token server stands behind the same guard as receivers`() async throws {
        try await Outside.with(allow: "") { outside in
            let tokens = AuthorizationTokens(send: { await outside.client.send($0) })
            for url in ["\(outside.base)/", "https://169.254.169.254/", "https://localhost/"] {
                let authorization = try Self.client(url)
                await #expect(throws: AttemptFailure.request) { try await tokens.header(for: authorization) }
            }
            #expect(outside.sink.count == 0)
        }
    }

    static let answers: [(Int, String)] = [
        (400, #"{"error":"invalid_client"}"#), (500, "secret stack trace"), (302, #"{"access_token":"a"}"#), (200, ""),
        (200, "<html>"), (200, "[]"), (200, #"{"access_token":7}"#), (200, #"{"access_token":""}"#),
        (200, #"{"access_token":"a b"}"#),
        (200, #"{"access_token":"a\r\nX: y"}"#), (200, #"{"access_token":"a","token_type":"mac"}"#),
        (200, #"{"access_token":"a","filler":""# + String(repeating: "x", count: 70_000) + #""}"#),
    ]

    @Test(arguments: answers)
    func `an answer that is no token is the same failure, whatever it says`(_ status: Int, _ body: String) async throws
    {
        var behavior = SinkBehavior()
        (behavior.status, behavior.body) = (status, Array(body.utf8))
        if status == 302 { behavior.location = "https://receiver.example/" }
        try await Outside.with(script: SinkScript([behavior])) { outside in
            let tokens = AuthorizationTokens(send: { await outside.client.send($0) })
            let authorization = try Self.client("\(outside.base)/token")
            await #expect(throws: AttemptFailure.request) { try await tokens.header(for: authorization) }
            #expect(tokens.count == 0)
        }
    }

    @Test(arguments: [
        #"{"access_token":"a"}"#, #"{"access_token":"a","token_type":"bearer","expires_in":"3600","scope":"x"}"#,
        #"{"access_token":"a","token_type":"BEARER","expires_in":null}"#,
    ])
    func `servers that are loose about the rest are understood`(_ body: String) async throws {
        let tokens = TokenServer([.answer(body)]).tokens()
        #expect(try await tokens.header(for: try Self.client())?.reveal() == "Bearer a")
    }

    // MARK: Keeping it

    @Test(arguments: [
        (#""expires_in":3600"#, 3569, 3571), (#""expires_in":"100""#, 69, 71), (#""x":1"#, 269, 271),
        (#""expires_in":999999999"#, 86369, 86371), (#""expires_in":30"#, 0, 0), (#""expires_in":-5"#, 0, 0),
    ])
    func `a token is used until half a minute before its end`(_ life: String, _ before: Int, _ after: Int) async throws
    {
        let server = TokenServer([.answer(#"{"access_token":"a",\#(life)}"#), .answer(#"{"access_token":"b"}"#)])
        let tokens = server.tokens()
        let authorization = try Self.client()
        #expect(try await tokens.header(for: authorization)?.reveal() == "Bearer a")
        if before > 0 {
            server.wait(.seconds(before))
            #expect(try await tokens.header(for: authorization)?.reveal() == "Bearer a")
        }
        server.wait(.seconds(after - before))
        #expect(try await tokens.header(for: authorization)?.reveal() == "Bearer b")
        #expect(server.asked == 2)
    }

    @Test func `other credentials have another token`() async throws {
        let server = TokenServer((0..<6).map { .answer(#"{"access_token":"t\#($0)"}"#) })
        let tokens = server.tokens()
        let all = [
            try Self.client(), try Self.client(id: "other"), try Self.client(scope: "s"),
            try Self.client(audience: "a"),
            try Self.client(style: .body), try Self.client("https://receiver.example/other"),
        ]
        for round in 0..<2 {
            for (index, authorization) in all.enumerated() {
                let header = try await tokens.header(for: authorization)?.reveal()
                #expect(header == "Bearer t\(index)", "round \(round)")
            }
        }
        #expect(server.asked == 6)
    }

    @Test func `a token that was refused is forgotten, a newer one is not`() async throws {
        let server = TokenServer([.answer(#"{"access_token":"a"}"#), .answer(#"{"access_token":"b"}"#)])
        let tokens = server.tokens()
        let authorization = try Self.client()
        let first = try #require(try await tokens.header(for: authorization))
        tokens.forget(first, for: authorization)
        #expect(try await tokens.header(for: authorization)?.reveal() == "Bearer b")
        // A second 401 for the old one comes late.
        tokens.forget(first, for: authorization)
        #expect(try await tokens.header(for: authorization)?.reveal() == "Bearer b")
        #expect(server.asked == 2)
    }

    @Test func `no more tokens are kept than there is room for`() async throws {
        let server = TokenServer((0..<20).map { .answer(#"{"access_token":"t\#($0)","expires_in":\#(1000 + $0)}"#) })
        let tokens = server.tokens(capacity: 4)
        for index in 0..<12 {
            let authorization = try Self.client(id: "client \(index)")
            #expect(try await tokens.header(for: authorization)?.reveal() == "Bearer t\(index)")
        }
        #expect(tokens.count == 4)
        // The ones that live longest stayed.
        #expect(try await tokens.header(for: try Self.client(id: "client 11"))?.reveal() == "Bearer t11")
    }

    // MARK: One at a time

    @Test func `who comes while a token is fetched waits for that one`() async throws {
        let server = TokenServer([.held(#"{"access_token":"a"}"#)])
        let tokens = server.tokens()
        let authorization = try Self.client()
        try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<50 { group.addTask { try await tokens.header(for: authorization)?.reveal() } }
            while server.asked == 0 { await Task.yield() }
            server.release()
            for try await header in group { #expect(header == "Bearer a") }
        }
        #expect(server.asked == 1)
    }

    @Test func `a fetch that fails fails for all who waited, and the next one asks again`() async throws {
        let server = TokenServer([.held("nonsense"), .answer(#"{"access_token":"b"}"#)])
        let tokens = server.tokens()
        let authorization = try Self.client()
        let first = Task { try await tokens.header(for: authorization) }
        while server.asked == 0 { await Task.yield() }
        let second = Task { try await tokens.header(for: authorization) }
        server.release()
        _ = await (first.result, second.result)
        await #expect(throws: AttemptFailure.request) { try await first.value }
        #expect(try await tokens.header(for: authorization)?.reveal() == "Bearer b")
    }

    @Test func `when the one who fetches leaves, one who waits goes on`() async throws {
        let server = TokenServer([.held(#"{"access_token":"a"}"#), .answer(#"{"access_token":"b"}"#)])
        let tokens = server.tokens()
        let authorization = try Self.client()
        let first = Task { try await tokens.header(for: authorization) }
        while server.asked == 0 { await Task.yield() }
        let second = Task { try await tokens.header(for: authorization)?.reveal() }
        for _ in 0..<100 { await Task.yield() }
        first.cancel()
        await #expect(throws: AttemptFailure.cancelled) { try await first.value }
        #expect(try await second.value == "Bearer b")
    }

    @Test func `who leaves while waiting costs the others nothing`() async throws {
        let server = TokenServer([.held(#"{"access_token":"a"}"#)])
        let tokens = server.tokens()
        let authorization = try Self.client()
        let first = Task { try await tokens.header(for: authorization)?.reveal() }
        while server.asked == 0 { await Task.yield() }
        let second = Task { try await tokens.header(for: authorization) }
        for _ in 0..<100 { await Task.yield() }
        second.cancel()
        await #expect(throws: AttemptFailure.cancelled) { try await second.value }
        server.release()
        #expect(try await first.value == "Bearer a")
    }

    @Test func `when the client is closed nothing is tried again`() async throws {
        try await Outside.with { outside in
            let tokens = AuthorizationTokens(send: { await outside.client.send($0) })
            let authorization = try Self.client("\(outside.base)/token")
            await outside.client.close()
            await #expect(throws: AttemptFailure.cancelled) { try await tokens.header(for: authorization) }
        }
    }
}

/// A token server that answers from a list, and a clock that stands still.
private final class TokenServer: Sendable {
    enum Answer: Sendable {
        case answer(String)
        /// Once it is let go.
        case held(String)
    }

    private struct State {
        var answers: [Answer]
        var asked = 0
        var isReleased = false
        var now = ContinuousClock.now
    }

    private let state: Mutex<State>

    init(_ answers: [Answer]) {
        state = Mutex(State(answers: answers))
    }

    var asked: Int { state.withLock { $0.asked } }

    func release() { state.withLock { $0.isReleased = true } }

    func wait(_ duration: Duration) { state.withLock { $0.now += duration } }

    func tokens(capacity: Int = 100) -> AuthorizationTokens {
        AuthorizationTokens(capacity: capacity, now: { self.state.withLock { $0.now } }) { _ in await self.exchange() }
    }

    private func exchange() async -> Exchange {
        let next: Answer? = state.withLock { state in
            state.asked += 1
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        switch next {
        case nil: return Self.exchange(.timeoutTotal, "")
        case .answer(let body)?: return Self.exchange(nil, body)
        case .held(let body)?:
            while !state.withLock({ $0.isReleased }) {
                if Task.isCancelled { return Self.exchange(.cancelled, "") }
                await Task.yield()
            }
            return Self.exchange(nil, body)
        }
    }

    private static func exchange(_ failure: AttemptFailure?, _ body: String) -> Exchange {
        let answer = Exchange.Answer(status: 200, headers: [:], body: Array(body.utf8), receivedBytes: body.utf8.count)
        return Exchange(failure: failure, answer: answer, timing: .init(), address: nil)
    }
}
