import Testing

@testable import MLS

/// What the official vectors do not ask of the primitives: refusals.
struct SuiteOperationsTests {
    @Test(arguments: [0, 4, 6, 8, 0x0A0A, 0xFFFF] as [UInt16])
    func `a suite without primitives is refused by name`(_ number: UInt16) {
        let suite = CipherSuite(rawValue: number)
        #expect(!suite.isSupported)
        #expect(throws: MLSError.unsupported(.cipherSuite)) { _ = try suite.operations }
    }

    @Test(arguments: CipherSuite.supported)
    func `a sealed message opens only with its key, label, context and bytes`(_ suite: CipherSuite) throws {
        let operations = try suite.operations
        let key = operations.generateKeyPair()
        let sealed = try operations.encryptWithLabel(
            publicKey: key.publicKey, label: "Test", context: [1], plaintext: Secret([7, 8, 9]))
        func open(
            _ key: HPKEPrivateKey, _ label: String, _ context: [UInt8], _ output: [UInt8], _ ciphertext: [UInt8]
        ) throws(MLSError) -> [UInt8] {
            try operations.decryptWithLabel(
                privateKey: key, label: label, context: context, kemOutput: output, ciphertext: ciphertext
            ).reveal()
        }
        #expect(try open(key, "Test", [1], sealed.kemOutput, sealed.ciphertext) == [7, 8, 9])
        let refused = MLSError.violates(.decryptionFailed)
        #expect(throws: refused) {
            try open(operations.generateKeyPair(), "Test", [1], sealed.kemOutput, sealed.ciphertext)
        }
        #expect(throws: refused) { try open(key, "Tess", [1], sealed.kemOutput, sealed.ciphertext) }
        #expect(throws: refused) { try open(key, "Test", [2], sealed.kemOutput, sealed.ciphertext) }
        #expect(throws: refused) { try open(key, "Test", [1], [], sealed.ciphertext) }
        #expect(throws: refused) { try open(key, "Test", [1], sealed.kemOutput.dropLast(), sealed.ciphertext) }
        for length in 0..<sealed.ciphertext.count {
            #expect(throws: refused) {
                try open(key, "Test", [1], sealed.kemOutput, Array(sealed.ciphertext.prefix(length)))
            }
        }
    }

    /// RFC 9180 §7.1.4; swift-crypto itself accepts all of these.
    @Test(arguments: [CipherSuite.x25519AES128SHA256Ed25519, .x25519ChaChaSHA256Ed25519], LowOrderPoint.all)
    func `an X25519 point of low order is refused wherever a key comes in`(_ suite: CipherSuite, _ point: [UInt8])
        throws
    {
        let operations = try suite.operations
        let own = operations.generateKeyPair()
        let refused = MLSError.violates(.publicKeyInvalid)
        for topBit in [0, 0x80] as [UInt8] {
            var key = point
            key[31] |= topBit
            #expect(throws: refused) { try operations.checkPublicKey(key) }
            #expect(throws: refused) {
                _ = try operations.encryptWithLabel(publicKey: key, label: "", context: [], plaintext: Secret([1]))
            }
            #expect(throws: refused) {
                _ = try operations.decryptWithLabel(
                    privateKey: own, label: "", context: [], kemOutput: key,
                    ciphertext: [UInt8](repeating: 0, count: 20))
            }
            #expect(throws: refused) { _ = try operations.sendExternalInit(to: key) }
            #expect(throws: refused) { _ = try operations.receiveExternalInit(key, externalPrivateKey: own) }
        }
        var neighbour = point
        neighbour[0] ^= 0x10
        try operations.checkPublicKey(neighbour)
    }

    @Test(arguments: [CipherSuite.p256AES128SHA256P256, .p384AES256SHA384P384, .p521AES256SHA512P521])
    func `a point off the curve, compressed or at infinity is refused`(_ suite: CipherSuite) throws {
        let operations = try suite.operations
        let good = operations.generateKeyPair().publicKey
        try operations.checkPublicKey(good)
        try operations.checkSignatureKey(good)
        var offCurve = good
        offCurve[offCurve.count - 1] ^= 1
        let compressed = [2 | (good[good.count - 1] & 1)] + good[1...(good.count / 2)]
        for bad in [offCurve, compressed, [0], [], good + [0], [UInt8](repeating: 0, count: good.count)] {
            #expect(throws: MLSError.violates(.publicKeyInvalid)) { try operations.checkPublicKey(bad) }
            #expect(throws: MLSError.violates(.publicKeyInvalid)) { try operations.checkSignatureKey(bad) }
        }
    }

    @Test(arguments: CipherSuite.supported)
    func `both sides of an external initialization get one secret`(_ suite: CipherSuite) throws {
        let operations = try suite.operations
        let external = try operations.deriveKeyPair(Secret.random(operations.hashLength))
        let sent = try operations.sendExternalInit(to: external.publicKey)
        let received = try operations.receiveExternalInit(sent.kemOutput, externalPrivateKey: external)
        #expect(sent.initSecret.isEqual(to: received))
        #expect(sent.initSecret.count == operations.hashLength)
        let other = operations.generateKeyPair()
        #expect(try !operations.receiveExternalInit(sent.kemOutput, externalPrivateKey: other).isEqual(to: received))
    }

    @Test(arguments: CipherSuite.supported)
    func `a changed signature does not hold, and a misshapen one is no error`(_ suite: CipherSuite) throws {
        let operations = try suite.operations
        let key = operations.generateSignatureKey()
        let signature = try operations.signWithLabel(key, label: "T", content: [1])
        func holds(_ signature: [UInt8], by publicKey: [UInt8]? = nil) -> Bool {
            operations.verifyWithLabel(publicKey ?? key.publicKey, label: "T", content: [1], signature: signature)
        }
        #expect(holds(signature))
        for index in signature.indices {
            var changed = signature
            changed[index] ^= 1
            #expect(!holds(changed))
        }
        #expect(!holds([]))
        #expect(!holds(signature + [0]))
        #expect(!holds(signature.dropLast()))
        #expect(!holds(signature, by: []))
        #expect(!holds(signature, by: operations.generateSignatureKey().publicKey))
    }

    @Test(arguments: CipherSuite.supported)
    func `a tag of another length or content is refused`(_ suite: CipherSuite) throws {
        let operations = try suite.operations
        let key = Secret.random(operations.hashLength)
        let tag = operations.mac(key, [1, 2])
        #expect(operations.isValidMAC(tag, key: key, message: [1, 2]))
        #expect(!operations.isValidMAC(tag, key: key, message: [1]))
        for length in 0..<tag.count {
            #expect(!operations.isValidMAC(Array(tag.prefix(length)), key: key, message: [1, 2]))
        }
        #expect(!operations.isValidMAC(tag + [0], key: key, message: [1, 2]))
        #expect(!operations.isValidMAC([], key: key, message: [1, 2]))
    }

    @Test(arguments: CipherSuite.supported)
    func `the content cipher refuses every other key, nonce, context and shortened tag`(_ suite: CipherSuite) throws {
        let operations = try suite.operations
        let key = Secret.random(operations.keyLength)
        let nonce = SuiteOperations.randomBytes(operations.nonceLength)
        let sealed = try operations.seal(key: key, nonce: nonce, aad: [1], plaintext: [5, 6])
        #expect(sealed.count == 2 + operations.tagLength)
        #expect(try operations.open(key: key, nonce: nonce, aad: [1], ciphertext: sealed) == [5, 6])
        let refused = MLSError.violates(.decryptionFailed)
        #expect(throws: refused) { try operations.open(key: key, nonce: nonce, aad: [2], ciphertext: sealed) }
        #expect(throws: refused) {
            try operations.open(key: .random(operations.keyLength), nonce: nonce, aad: [1], ciphertext: sealed)
        }
        #expect(throws: refused) {
            try operations.open(key: key, nonce: [UInt8](repeating: 0, count: 12), aad: [1], ciphertext: sealed)
        }
        #expect(throws: refused) { try operations.open(key: key, nonce: [], aad: [1], ciphertext: sealed) }
        for length in 0..<sealed.count {
            #expect(throws: refused) {
                try operations.open(key: key, nonce: nonce, aad: [1], ciphertext: Array(sealed.prefix(length)))
            }
        }
    }

    @Test(arguments: CipherSuite.supported)
    func `a private key of a wrong length, or above the order, is refused`(_ suite: CipherSuite) throws {
        let operations = try suite.operations
        let length = operations.generateKeyPair().raw.count
        for bad in [0, 1, length - 1, length + 1] {
            #expect(throws: MLSError.misuse(.argument)) { _ = try operations.privateKey(.random(bad)) }
            #expect(throws: MLSError.misuse(.argument)) { _ = try operations.signatureKey(.random(bad)) }
        }
        guard suite != .x25519AES128SHA256Ed25519, suite != .x25519ChaChaSHA256Ed25519 else { return }
        for bad in [[UInt8](repeating: 0, count: length), [UInt8](repeating: 0xFF, count: length)] {
            #expect(throws: MLSError.misuse(.argument)) { _ = try operations.privateKey(Secret(bad)) }
        }
    }

    @Test func `derivation to no bytes gives no bytes`() throws {
        let operations = try CipherSuite.x25519AES128SHA256Ed25519.operations
        #expect(operations.expandWithLabel(.random(32), label: "x", length: 0).count == 0)
        #expect(operations.expandWithLabel(.random(32), label: "x", length: operations.longestExpansion).count == 8160)
    }
}
