import HubCore
import Testing
import WebhookSignatures

@Suite struct WebhookKeySetTests {
    /// RFC 8037, appendices A.2 and A.3.
    private static let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    private static let thumbprint = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"

    @Test func `a key has the thumbprint of the standard's example`() throws {
        let bytes = try #require(Base64.decode(Self.x, alphabet: .url))
        #expect(WebhookKeySet.thumbprint(bytes) == Self.thumbprint)
        #expect(
            WebhookKeySet.json([bytes, bytes])
                == [
                    "keys": [
                        [
                            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
                            "kid": .string(Self.thumbprint), "x": .string(Self.x),
                        ]
                    ]
                ])
    }

    @Test func `no keys are an empty set`() {
        #expect(WebhookKeySet.json([]) == ["keys": []])
    }

    @Test func `a signer tells the public halves of its pairs and nothing of shared secrets`() throws {
        let pair = try SigningKey(seed: [UInt8](repeating: 7, count: 32))
        let shared = Secret("correct horse battery staple")
        let signer = try DeliverySigner(secrets: [shared, Secret(pair.secretText)])
        #expect(signer.publicKeys == [pair.publicKey])
        #expect(try DeliverySigner(secrets: [shared]).publicKeys.isEmpty)
    }
}
