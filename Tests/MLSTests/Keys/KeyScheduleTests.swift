import Testing

@testable import MLS

struct KeyScheduleTests {
    private func schedule(_ suite: CipherSuite) throws -> KeySchedule {
        let operations = try suite.operations
        return try KeySchedule(epochSecret: .random(operations.hashLength), operations: operations)
    }

    /// RFC 9420 §9.2.
    @Test func `the encryption secret is handed out once`() throws {
        var schedule = try schedule(.x25519AES128SHA256Ed25519)
        #expect(schedule.holdsEncryptionSecret)
        #expect(schedule.takeEncryptionSecret() != nil)
        #expect(!schedule.holdsEncryptionSecret)
        #expect(schedule.takeEncryptionSecret() == nil)
    }

    @Test(arguments: CipherSuite.supported)
    func `a stored schedule gives the same secrets, and a shortened one is refused`(_ suite: CipherSuite) throws {
        var schedule = try schedule(suite)
        _ = schedule.takeEncryptionSecret()
        let stored = schedule.encoding
        var reader = Reader(stored)
        let loaded = try KeySchedule(from: &reader, operations: suite.operations)
        try reader.finish()
        #expect(loaded.encoding == stored)
        #expect(loaded.externalKey.publicKey == schedule.externalKey.publicKey)
        for length in 0..<stored.count {
            #expect(throws: MLSError.self) {
                var reader = Reader(Array(stored.prefix(length)))
                _ = try KeySchedule(from: &reader, operations: suite.operations)
            }
        }
    }

    /// RFC 9420 §8.5; HKDF gives at most 255 hashes (RFC 5869 §2.3).
    @Test(arguments: CipherSuite.supported)
    func `an export is bound to label, context and length, and bounded`(_ suite: CipherSuite) throws {
        let schedule = try schedule(suite)
        let most = 255 * (try suite.operations.hashLength)
        #expect(try schedule.export(label: "a", context: [], length: most).count == most)
        #expect(try schedule.export(label: "a", context: [], length: 0).count == 0)
        for length in [-1, most + 1, .max, .min] {
            #expect(throws: MLSError.exceeds(.exportBytes)) {
                _ = try schedule.export(label: "a", context: [], length: length)
            }
        }
        let one = try schedule.export(label: "a", context: [1], length: 32)
        #expect(try schedule.export(label: "a", context: [1], length: 32).isEqual(to: one))
        #expect(try !schedule.export(label: "b", context: [1], length: 32).isEqual(to: one))
        #expect(try !schedule.export(label: "a", context: [2], length: 32).isEqual(to: one))
    }
}
