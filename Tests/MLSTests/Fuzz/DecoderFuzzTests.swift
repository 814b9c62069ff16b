import Testing

@testable import MLS

/// Whatever the bytes are, decoding neither traps nor accepts what encoding would not give.
struct DecoderFuzzTests {
    private static let seeds: [UInt64] = [1, 2, 3, 4]
    /// How long one test may go on damaging bytes; a slow machine tries fewer.
    private static let patience = Duration.seconds(2)

    private func fuzz<Structure: TLSCodable & Hashable>(
        seed: UInt64, make: (inout Chaos) -> Structure, decode: ([UInt8]) throws(MLSError) -> Structure
    ) throws {
        var chaos = Chaos(seed: seed)
        let deadline = ContinuousClock.now + Self.patience
        var (tried, accepted) = (0, 0)
        while tried < 4000, ContinuousClock.now < deadline {
            let value = make(&chaos)
            let bytes = value.encoding
            #expect(try decode(bytes) == value, "seed \(seed)")
            for _ in 0..<20 {
                tried += 1
                let damaged = chaos.mutate(bytes)
                do {
                    let read = try decode(damaged)
                    accepted += 1
                    #expect(read.encoding == damaged, "seed \(seed): read and written differently")
                } catch {
                    switch error {
                    case .malformed, .violates, .unsupported, .exceeds: continue
                    case .misuse: Issue.record("seed \(seed): \(error) for bytes from outside")
                    }
                }
            }
        }
        // Damage inside of opaque fields stays readable; were it all refused, nothing would have been tried.
        #expect(tried >= 20 && accepted > 0)
    }

    @Test(arguments: seeds)
    func `a damaged message is refused or read as it stands`(_ seed: UInt64) throws {
        try fuzz(
            seed: seed, make: { $0.message() }, decode: { bytes throws(MLSError) in try MLSMessage(decoding: bytes) })
    }

    @Test(arguments: seeds)
    func `a damaged ratchet tree is refused or read as it stands`(_ seed: UInt64) throws {
        try fuzz(
            seed: seed, make: { $0.ratchetTree() },
            decode: { bytes throws(MLSError) in try RatchetTree(decoding: bytes) })
    }

    @Test(arguments: seeds)
    func `a damaged commit is refused or read as it stands`(_ seed: UInt64) throws {
        try fuzz(seed: seed, make: { $0.commit() }, decode: { bytes throws(MLSError) in try Commit(wholeOf: bytes) })
    }

    @Test(arguments: seeds)
    func `a damaged key package is refused or read as it stands`(_ seed: UInt64) throws {
        try fuzz(
            seed: seed, make: { $0.keyPackage() },
            decode: { bytes throws(MLSError) in try KeyPackage(decoding: bytes) })
    }

    @Test(arguments: seeds)
    func `random bytes are no message`(_ seed: UInt64) {
        var chaos = Chaos(seed: seed)
        for _ in 0..<2000 {
            let bytes = chaos.bytes(upTo: 120)
            for prefix in [[], [0, 1, 0, 1], [0, 1, 0, 2], [0, 1, 0, 3], [0, 1, 0, 4], [0, 1, 0, 5]] as [[UInt8]] {
                guard let read = try? MLSMessage(decoding: prefix + bytes) else { continue }
                #expect(read.encoded() == prefix + bytes)
            }
        }
    }

    @Test func `a message above the limit is refused before it is read`() {
        var limits = Limits()
        limits.messageBytes = 10
        #expect(throws: MLSError.exceeds(.messageBytes)) {
            try MLSMessage(decoding: [UInt8](repeating: 0, count: 11), limits: limits)
        }
        #expect(throws: MLSError.unsupported(.protocolVersion)) {
            try MLSMessage(decoding: [UInt8](repeating: 0, count: 10), limits: limits)
        }
    }
}
