import HubCore
import Testing

@testable import WebhookSignatures

@Suite struct TokenSchemeTests {
    private func verdict(
        _ scheme: String, _ headers: [(String, String)], url: String = "https://h/x", address: String? = nil,
        _ change: (inout SchemeSettings) -> Void = { _ in }
    ) throws -> Verdict {
        var settings = SchemeSettings(secrets: ["user:first:token", "user:second"])
        change(&settings)
        let request = SignedRequest(
            method: "POST", url: url, headers: headers, body: [], remoteAddress: address)
        return try Verifier(scheme: scheme, settings: settings).verify(request, nowSeconds: 0)
    }

    /// The headers that show the token, by scheme.
    private func headers(_ scheme: String, _ token: String) -> [(String, String)] {
        switch scheme {
        case "bearer": [("authorization", "bearer \(token)")]
        case "basic": [("Authorization", "Basic \(Base64.encode(Array(token.utf8)))")]
        case "gitlab": [("X-Gitlab-Token", token)]
        default: [("X-Key", token)]
        }
    }

    @Test(arguments: ["bearer", "basic", "gitlab", "header_token"])
    func `any of the tokens is accepted, and nothing but the whole of it`(_ scheme: String) throws {
        func verdict(_ token: String) throws -> Verdict {
            try self.verdict(scheme, headers(scheme, token)) { $0.header = "X-Key" }
        }
        #expect(try verdict("user:first:token") == .accepted(Evidence(secretIndex: 0)))
        #expect(try verdict("user:second") == .accepted(Evidence(secretIndex: 1)))
        for token in ["user:first:toke", "user:first:token ", "USER:second", "user", "x"] {
            #expect(try verdict(token) == .rejected(.signatureMismatch), "\(token)")
        }
        #expect(try verdict("") != .accepted(Evidence(secretIndex: 0)))
    }

    @Test(arguments: ["bearer", "basic", "gitlab", "header_token"])
    func `a token that is missing or there twice is refused`(_ scheme: String) throws {
        let shown = headers(scheme, "user:second")
        let name = ["gitlab": "X-Gitlab-Token", "header_token": "X-Key"][scheme] ?? "Authorization"
        #expect(try verdict(scheme, []) { $0.header = "X-Key" } == .rejected(.missingSignature(in: name)))
        #expect(try verdict(scheme, shown + shown) { $0.header = "X-Key" } == .rejected(.repeatedHeader(name)))
    }

    @Test(arguments: ["", "Bearer", "Basic", "Token user:second", "Basic %%%", "Basic dXNlcjpzZWNvbmQ", "Bearertoken"])
    func `an Authorization header of another form is refused`(_ value: String) throws {
        for scheme in ["bearer", "basic"] where !(scheme == "bearer" && value == "Bearer") {
            guard case .rejected(let rejection) = try verdict(scheme, [("Authorization", value)]) else {
                Issue.record("accepted")
                continue
            }
            #expect(rejection == .malformedSignature(in: "Authorization"))
        }
    }

    @Test func `the key of a URL is found in the query or at the end of the path`() throws {
        func verdict(_ url: String, inPath: Bool = false, parameter: String? = nil) throws -> Verdict {
            try self.verdict("url_key", [], url: url) {
                $0.keyInPath = inPath
                $0.parameter = parameter
            }
        }
        let accepted = Verdict.accepted(Evidence(secretIndex: 1))
        #expect(try verdict("https://h/x?a=1&key=user%3Asecond") == accepted)
        #expect(try verdict("/x?api_key=user:second#f", parameter: "api_key") == accepted)
        #expect(try verdict("https://h/x/user%3Asecond?a=1", inPath: true) == accepted)
        #expect(try verdict("https://h/x/user:second/", inPath: true) == accepted)
        #expect(try verdict("https://h/x") == .rejected(.missingSignature(in: "key")))
        #expect(try verdict("https://h", inPath: true) == .rejected(.missingSignature(in: "path")))
        #expect(try verdict("https://h/x?key=a&key=user:second") == .rejected(.malformedSignature(in: "key")))
        #expect(try verdict("https://h/x?KEY=user:second") == .rejected(.missingSignature(in: "key")))
    }

    @Test func `GitLab's idempotency key is told but not trusted`() throws {
        #expect(
            try verdict("gitlab", headers("gitlab", "user:second") + [("Idempotency-Key", "k")])
                == .accepted(Evidence(idempotencyKey: "k", secretIndex: 1)))
    }

    @Test func `none accepts everything, but for addresses that are not on its list`() throws {
        #expect(try verdict("none", []) == .accepted(Evidence()))
        #expect(
            try verdict("none", [], address: "10.0.0.1") { $0.allowedAddresses = ["10.1.0.0/16"] }
                == .rejected(.addressNotAllowed))
        #expect(SchemeInfo.named("none")?.isAuthenticated == false)
    }

    @Test func `an address list accepts the addresses on it`() throws {
        let list = ["192.0.2.0/25", "2001:db8::/33", "198.51.100.7"]
        let verdicts: [(String?, Verdict)] = [
            ("192.0.2.127", .accepted(Evidence())), ("192.0.2.128", .rejected(.addressNotAllowed)),
            ("::ffff:192.0.2.1", .accepted(Evidence())), ("2001:db8:7fff::1", .accepted(Evidence())),
            ("2001:db8:8000::1", .rejected(.addressNotAllowed)), ("198.51.100.7", .accepted(Evidence())),
            ("198.51.100.70", .rejected(.addressNotAllowed)), (nil, .rejected(.unknownAddress)),
            ("192.0.2.1:443", .rejected(.unknownAddress)), ("", .rejected(.unknownAddress)),
            ("192.0.2.1\0", .rejected(.unknownAddress)), ("localhost", .rejected(.unknownAddress)),
        ]
        for (address, expected) in verdicts {
            #expect(
                try verdict("ip_allow_list", [], address: address) { $0.allowedAddresses = list } == expected,
                "\(address ?? "nil")")
        }
        #expect(throws: SchemeError.missingSetting(.allowedAddresses)) { try verdict("ip_allow_list", []) }
    }

    @Test(arguments: [
        "192.0.2.0/33", "::/129", "192.0.2.0/", "192.0.2.0/-1", "192.0.2/24", "x", "", "1.2.3.4/ 8", "/8",
    ])
    func `a range that is none is refused when the verifier is made`(_ text: String) {
        #expect(throws: SchemeError.invalidSetting(.allowedAddresses, reason: "\"\(text)\" is no address or range")) {
            try verdict("none", []) { $0.allowedAddresses = [text] }
        }
    }

    @Test func `a range of no bits holds all addresses of its kind`() throws {
        let all = try #require(AddressRange("0.0.0.0/0"))
        let any = try #require(Address("203.0.113.9"))
        let other = try #require(Address("2001:db8::1"))
        #expect(all.contains(any))
        #expect(!all.contains(other))
    }
}
