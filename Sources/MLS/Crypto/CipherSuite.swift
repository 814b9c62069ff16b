extension CipherSuite {
    /// The suites that groups of this library can have, in ascending order.
    ///
    /// Suites 4 and 6 are defined by the RFC too, but swift-crypto has no curve 448.
    public static let supported: [CipherSuite] = [
        .x25519AES128SHA256Ed25519, .p256AES128SHA256P256, .x25519ChaChaSHA256Ed25519, .p521AES256SHA512P521,
        .p384AES256SHA384P384,
    ]

    /// Whether this library has all primitives of the suite.
    public var isSupported: Bool { Self.supported.contains(self) }

    /// The primitives of this suite.
    ///
    /// - Throws: ``MLSError/unsupported(_:)`` for a suite that is not in ``supported``.
    var operations: SuiteOperations {
        get throws(MLSError) { try SuiteOperations(self) }
    }
}
