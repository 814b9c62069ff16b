import Hub
import HubCore
import HubStorage
import Testing
import WebhookSignatures

/// The public keys that receivers fetch.
@Suite struct WebhookKeysTests {
    private static let path = "/.well-known/webhook-keys"

    private static func pair(_ byte: UInt8) throws -> SigningKey {
        try SigningKey(seed: [UInt8](repeating: byte, count: 32))
    }

    @Test func `without pairs there are no keys, and anybody may ask`() async throws {
        try await TestServer.run { server in
            let answer = try await server.send("GET", Self.path)
            #expect(answer.status == 200)
            #expect(answer.document == ["keys": []])
            #expect(answer.headers.header("content-type") == "application/jwk-set+json")
            #expect(answer.headers.header("cache-control") == "public, max-age=60")
        }
    }

    @Test func `the public halves of all endpoints' pairs are there, by their thumbprints`() async throws {
        try await TestServer.run { server in
            let (first, second) = (try Self.pair(1), try Self.pair(2))
            let other = try await server.otherWorkspace()
            let shared = "correct horse battery staple"
            for (secrets, token) in [
                ([first.secretText, shared], server.token), ([shared], server.token),
                ([first.secretText], server.token),
                ([second.secretText], other.token),
            ] {
                let endpoint = try await server.call(
                    "POST", "/v1/endpoints",
                    [
                        "url": "http://127.0.0.1:9/hook", "events": ["a.*"],
                        "secrets": .array(secrets.map { .string($0) }),
                    ], token: token)
                #expect(endpoint.status == 201, "\(endpoint.text)")
            }
            let answer = try await server.send("GET", Self.path)
            let keys = try #require(answer.document["keys"]?.array)
            let publics = try [first, second].map { try #require($0.publicKey) }
            #expect(Set(keys.compactMap { $0["kid"]?.string }) == Set(publics.map(WebhookKeySet.thumbprint)))
            #expect(keys.count == 2)
            for key in keys {
                #expect(key["kty"] == "OKP" && key["crv"] == "Ed25519" && key["use"] == "sig")
                let x = key["x"]?.string.flatMap { Base64.decode($0, alphabet: .url) }
                #expect(publics.contains { $0 == x })
                #expect(key["d"] == nil)
            }
            for secret in [first.secretText.dropFirst(5), second.secretText.dropFirst(5), shared[...]] {
                #expect(!answer.text.contains(secret))
            }
        }
    }
}
