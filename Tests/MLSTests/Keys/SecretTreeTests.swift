import Testing

@testable import MLS

/// RFC 9420 §9: each key once, in any order within bounds, and nothing kept that was used.
struct SecretTreeTests {
    private let operations: SuiteOperations
    private let root = Secret([UInt8](repeating: 7, count: 32))

    init() throws {
        operations = try CipherSuite.x25519AES128SHA256Ed25519.operations
    }

    private func tree(leaves: UInt32) -> SecretTree {
        SecretTree(encryptionSecret: root, leafCount: leaves, operations: operations)
    }

    private func candidate(
        _ tree: SecretTree, _ leaf: UInt32, _ kind: RatchetKind, _ generation: UInt32, distance: UInt32 = 1000,
        kept: Int = 100
    ) throws(MLSError) -> SecretTree.Candidate {
        try tree.candidate(leaf: leaf, kind, generation: generation, forwardDistance: distance, skippedKeys: kept)
    }

    /// The example of §9.2: of four members, D's second message arrives first.
    @Test func `what a message has used up is deleted, and nothing else`() throws {
        var tree = tree(leaves: 4)
        #expect(tree.retainedNodes == [3])
        tree.consume(try candidate(tree, 3, .application, 1))
        // G, F and D are gone; E (node 1) and C (node 4) stay.
        #expect(tree.retainedNodes == [1, 4])
        let application = try #require(tree.ratchet(leaf: 3, .application))
        #expect(application.skippedGenerations == [0])
        #expect(application.nextGeneration == 2)
        let handshake = try #require(tree.ratchet(leaf: 3, .handshake))
        #expect(handshake.nextGeneration == 0)
        #expect(handshake.skippedGenerations.isEmpty)
        // K0 still opens the late message, once.
        tree.consume(try candidate(tree, 3, .application, 0))
        #expect(tree.ratchet(leaf: 3, .application)?.skippedGenerations == [])
        for generation in [0, 1] as [UInt32] {
            #expect(throws: MLSError.violates(.generationConsumed)) { try candidate(tree, 3, .application, generation) }
        }
        _ = try candidate(tree, 3, .application, 2)
        _ = try candidate(tree, 3, .handshake, 0)
    }

    @Test func `a candidate that is not consumed leaves the tree as it was`() throws {
        var tree = tree(leaves: 8)
        _ = try tree.nextKey(leaf: 2, .application)
        let before = tree.encoding
        let first = try candidate(tree, 5, .application, 9).key
        let second = try candidate(tree, 2, .application, 30).key
        #expect(tree.encoding == before)
        #expect(try candidate(tree, 5, .application, 9).key.key.isEqual(to: first.key))
        #expect(try candidate(tree, 2, .application, 30).key.key.isEqual(to: second.key))
    }

    @Test func `a failing call leaves the tree as it was`() throws {
        var tree = tree(leaves: 8)
        let before = tree.encoding
        #expect(throws: MLSError.violates(.secretTreeLeaf)) { _ = try tree.nextKey(leaf: 8, .handshake) }
        #expect(throws: MLSError.violates(.secretTreeLeaf)) { _ = try tree.nextKey(leaf: .max, .handshake) }
        #expect(throws: MLSError.exceeds(.forwardDistance)) { _ = try candidate(tree, 1, .handshake, 1001) }
        #expect(throws: MLSError.exceeds(.forwardDistance)) { _ = try candidate(tree, 1, .handshake, .max) }
        #expect(tree.encoding == before)
    }

    @Test func `keys come out the same in whatever order they are asked for`() throws {
        var sender = tree(leaves: 5)
        var sent: [UInt32: ContentKey] = [:]
        for _ in 0..<40 {
            let next = try sender.nextKey(leaf: 4, .application)
            sent[next.generation] = next.key
        }
        var generator = SeededGenerator(seed: 1)
        var receiver = tree(leaves: 5)
        for generation in sent.keys.shuffled(using: &generator) {
            let candidate = try candidate(receiver, 4, .application, generation)
            receiver.consume(candidate)
            #expect(candidate.key.key.isEqual(to: try #require(sent[generation]).key))
            #expect(candidate.key.nonce == sent[generation]?.nonce)
        }
        #expect(receiver.ratchet(leaf: 4, .application)?.skippedGenerations == [])
        for generation in sent.keys {
            #expect(throws: MLSError.violates(.generationConsumed)) {
                try candidate(receiver, 4, .application, generation)
            }
        }
    }

    @Test func `of the keys passed over only the newest are kept`() throws {
        var tree = tree(leaves: 2)
        tree.consume(try candidate(tree, 0, .application, 10, kept: 3))
        #expect(tree.ratchet(leaf: 0, .application)?.skippedGenerations == [7, 8, 9])
        tree.consume(try candidate(tree, 0, .application, 12, kept: 3))
        #expect(tree.ratchet(leaf: 0, .application)?.skippedGenerations == [8, 9, 11])
        #expect(throws: MLSError.violates(.generationConsumed)) { try candidate(tree, 0, .application, 7) }
        tree.consume(try candidate(tree, 0, .application, 500, kept: 0))
        #expect(tree.ratchet(leaf: 0, .application)?.skippedGenerations == [])
        tree.consume(try candidate(tree, 0, .application, 501, kept: -1))
        #expect(tree.ratchet(leaf: 0, .application)?.nextGeneration == 502)
    }

    @Test func `the forward distance counts the generations passed over`() throws {
        let tree = tree(leaves: 2)
        _ = try candidate(tree, 0, .application, 5, distance: 5)
        #expect(throws: MLSError.exceeds(.forwardDistance)) { try candidate(tree, 0, .application, 6, distance: 5) }
        _ = try candidate(tree, 0, .application, 0, distance: 0)
    }

    @Test func `the last generation can be used, and none comes after it`() throws {
        var stored = Writer()
        stored.write(UInt32.max - 1)
        stored.write(optional: Secret.random(32))
        stored.write(vector: [])
        var reader = Reader(stored.bytes)
        var ratchet = try HashRatchet(from: &reader, operations: operations)
        #expect(try ratchet.next(operations).generation == .max - 1)
        #expect(try ratchet.next(operations).generation == .max)
        #expect(throws: MLSError.exceeds(.generation)) { _ = try ratchet.next(operations) }
        #expect(throws: MLSError.violates(.generationConsumed)) {
            _ = try ratchet.take(.max, forwardDistance: .max, skippedKeys: 1, operations)
        }
    }

    @Test func `a stored tree goes on where it was`() throws {
        for leaves in [1, 2, 3, 8, 33] as [UInt32] {
            var tree = tree(leaves: leaves)
            for leaf in stride(from: 0, to: leaves, by: 3) {
                tree.consume(try candidate(tree, leaf, .application, 4))
                _ = try tree.nextKey(leaf: leaf, .handshake)
            }
            let stored = tree.encoding
            var reader = Reader(stored)
            var loaded = try SecretTree(from: &reader, operations: operations)
            try reader.finish()
            #expect(loaded.encoding == stored)
            for leaf in 0..<leaves {
                let (one, other) = (
                    try tree.nextKey(leaf: leaf, .application), try loaded.nextKey(leaf: leaf, .application)
                )
                #expect(one.generation == other.generation)
                #expect(one.key.key.isEqual(to: other.key.key))
            }
            for length in 0..<stored.count {
                #expect(throws: MLSError.self) {
                    var reader = Reader(Array(stored.prefix(length)))
                    _ = try SecretTree(from: &reader, operations: operations)
                    try reader.finish()
                }
            }
        }
    }

    @Test func `a tree of a million leaves costs its height, not its width`() throws {
        var tree = tree(leaves: 1 << 20)
        _ = try tree.nextKey(leaf: 777_777, .application)
        #expect(tree.retainedNodes.count == 20)
    }
}

/// A small reproducible generator (splitmix64); never for keys.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
