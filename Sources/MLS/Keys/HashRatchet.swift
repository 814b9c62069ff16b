/// One sender's ratchet for one kind of message (RFC 9420 §9.1).
struct HashRatchet: Sendable {
    /// The generation whose key comes next.
    private(set) var nextGeneration: UInt32 = 0
    /// The secret of `nextGeneration`; nil when all 2^32 generations are used up.
    private var secret: Secret?
    /// Keys that were passed over and may still be needed, ascending by generation.
    private var skipped: [(generation: UInt32, key: ContentKey)] = []

    init(secret: Secret) {
        self.secret = secret
    }

    /// The generations whose keys are kept for messages out of order.
    var skippedGenerations: [UInt32] { skipped.map(\.generation) }

    /// Gives the next key and moves on.
    ///
    /// - Throws: ``MLSError/exceeds(_:)`` when no generation is left.
    mutating func next(_ operations: SuiteOperations) throws(MLSError) -> (generation: UInt32, key: ContentKey) {
        guard let secret else { throw .exceeds(.generation) }
        let generation = nextGeneration
        let key = Self.key(secret, generation, operations)
        advance(from: secret, operations)
        return (generation, key)
    }

    /// Gives the key of one generation and deletes it, and moves on past that generation if need be.
    ///
    /// Of the generations that this passes over, the keys of the last ones are kept, so that no more than `skippedKeys`
    /// are held in all; older ones are given up first.
    ///
    /// - Throws: ``MLSError/exceeds(_:)`` when more than `forwardDistance` generations would be passed over;
    ///   ``MLSError/violates(_:)`` with ``Rule/generationConsumed`` when the key is gone.
    mutating func take(
        _ generation: UInt32, forwardDistance: UInt32, skippedKeys: Int, _ operations: SuiteOperations
    ) throws(MLSError) -> ContentKey {
        guard generation >= nextGeneration, secret != nil else {
            guard let place = skipped.firstIndex(where: { $0.generation == generation }) else {
                throw .violates(.generationConsumed)
            }
            return skipped.remove(at: place).key
        }
        let distance = generation - nextGeneration
        guard distance <= forwardDistance else { throw .exceeds(.forwardDistance) }
        let room = max(skippedKeys, 0)
        let kept = UInt32(min(room, Int(distance)))
        while nextGeneration < generation, let current = secret {
            if generation - nextGeneration <= kept {
                skipped.append((nextGeneration, Self.key(current, nextGeneration, operations)))
            }
            advance(from: current, operations)
        }
        if skipped.count > room { skipped.removeFirst(skipped.count - room) }
        return try next(operations).key
    }

    private mutating func advance(from current: Secret, _ operations: SuiteOperations) {
        guard nextGeneration < .max else {
            secret = nil
            return
        }
        secret = operations.deriveTreeSecret(
            current, label: "secret", generation: nextGeneration, length: operations.hashLength)
        nextGeneration += 1
    }

    private static func key(_ secret: Secret, _ generation: UInt32, _ operations: SuiteOperations) -> ContentKey {
        ContentKey(
            key: operations.deriveTreeSecret(
                secret, label: "key", generation: generation, length: operations.keyLength),
            nonce: operations.deriveTreeSecret(
                secret, label: "nonce", generation: generation, length: operations.nonceLength
            ).reveal())
    }
}

// MARK: - Snapshot

extension HashRatchet: TLSEncodable {
    package func encode(to writer: inout Writer) {
        writer.write(nextGeneration)
        writer.write(optional: secret)
        writer.writeVector { inner in
            for entry in skipped {
                inner.write(entry.generation)
                inner.write(entry.key.key)
                inner.write(raw: entry.key.nonce)
            }
        }
    }

    init(from reader: inout Reader, operations: SuiteOperations) throws(MLSError) {
        nextGeneration = try reader.uint32()
        secret = try reader.optional(Secret.self)
        if let secret, secret.count != operations.hashLength { throw .malformed(.snapshot) }
        var inner = try reader.nested()
        while !inner.isAtEnd {
            let generation = try inner.uint32()
            let key = try inner.read(Secret.self)
            let nonce = try inner.raw(operations.nonceLength)
            // Ascending, each once, and passed already.
            guard key.count == operations.keyLength, generation < nextGeneration || secret == nil,
                skipped.last.map({ $0.generation < generation }) ?? true
            else { throw .malformed(.snapshot) }
            skipped.append((generation, ContentKey(key: key, nonce: nonce)))
        }
    }
}
