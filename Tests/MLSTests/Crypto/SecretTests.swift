import Testing

@testable import MLS

struct SecretTests {
    @Test func `a secret never shows its bytes when printed`() {
        let secret = Secret([0xDE, 0xAD, 0xBE, 0xEF])
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(describing: secret), String(reflecting: secret), dumped] {
            #expect(text.contains("redacted"))
            #expect(!text.contains("222") && !text.lowercased().contains("de"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test func `an aggregate that holds a secret does not show it either`() throws {
        let operations = try CipherSuite.x25519AES128SHA256Ed25519.operations
        let key = try operations.signatureKey(Secret([UInt8](repeating: 0x5A, count: 32)))
        var dumped = ""
        dump(key.raw, to: &dumped)
        dump(ContentKey(key: key.raw, nonce: []), to: &dumped)
        #expect(!dumped.contains("90") && !dumped.lowercased().contains("5a5a"))
    }

    @Test func `taking over an array leaves zeros in it`() {
        var bytes: [UInt8] = [1, 2, 3]
        let secret = Secret(wiping: &bytes)
        #expect(bytes == [0, 0, 0])
        #expect(secret.reveal() == [1, 2, 3])
    }

    @Test func `comparison needs equal bytes and equal length`() {
        #expect(Secret([1, 2]).isEqual(to: Secret([1, 2])))
        #expect(!Secret([1, 2]).isEqual(to: Secret([1, 3])))
        #expect(!Secret([1, 2]).isEqual(to: Secret([1, 2, 0])))
        #expect(Secret([]).isEqual(to: Secret([])))
    }

    @Test func `random secrets have the asked length and differ`() {
        #expect(Secret.random(0).count == 0)
        #expect(Secret.random(66).count == 66)
        #expect(!Secret.random(32).isEqual(to: Secret.random(32)))
    }
}
