/// What a ratchet's keys protect (RFC 9420 §9).
enum RatchetKind: UInt8, Sendable, CaseIterable {
    case handshake = 0
    case application = 1
}

/// The secrets from which the members' message keys of one epoch are derived (RFC 9420 §9).
///
/// Nodes are derived when they are first needed, and deleted as soon as their children are known (§9.2); what is left can
/// be asked with ``retainedNodes`` and ``ratchet(leaf:_:)``. A call that throws leaves the tree as it was.
struct SecretTree: Sendable {
    private let operations: SuiteOperations
    /// Leaf slots, a power of two.
    let leafCount: UInt32
    /// Secrets of nodes none of whose descendants has been derived yet, by node index.
    private var nodes: [UInt32: Secret]
    private var ratchets: [Slot: HashRatchet] = [:]
    /// Counts the changes, so that a candidate cannot be applied to a state it was not made from.
    private var revision: UInt64 = 0

    private struct Slot: Hashable {
        let leaf: UInt32
        let kind: RatchetKind
    }

    /// - Parameter leafCount: the width of the ratchet tree; rounded up to a power of two.
    init(encryptionSecret: Secret, leafCount: UInt32, operations: SuiteOperations) {
        self.operations = operations
        self.leafCount = TreeMath.leafSlots(for: leafCount)
        nodes = [TreeMath.root(leaves: self.leafCount): encryptionSecret]
    }

    /// A key for one incoming message, and the state in which it has been consumed.
    struct Candidate: Sendable {
        let key: ContentKey
        fileprivate let change: Change
        fileprivate let revision: UInt64
    }

    fileprivate struct Change: Sendable {
        let leaf: UInt32
        let kind: RatchetKind
        let ratchet: HashRatchet
        let derivation: Derivation?
    }

    /// The way from a retained node down to a leaf that has no ratchets yet.
    fileprivate struct Derivation: Sendable {
        var source: UInt32
        var copath: [(node: UInt32, secret: Secret)] = []
        var handshake: HashRatchet
        var application: HashRatchet
    }

    /// Gives the sender's next key; it is consumed at once.
    ///
    /// - Throws: ``MLSError/violates(_:)`` for a leaf outside of the tree, ``MLSError/exceeds(_:)`` when 2^32 keys are used.
    mutating func nextKey(
        leaf: UInt32, _ kind: RatchetKind
    ) throws(MLSError) -> (generation: UInt32, key: ContentKey) {
        var (ratchet, derivation) = try ratchet(of: leaf, kind)
        let next = try ratchet.next(operations)
        apply(Change(leaf: leaf, kind: kind, ratchet: ratchet, derivation: derivation))
        return next
    }

    /// Derives the key of one generation of a sender without consuming anything.
    ///
    /// A forged message must not use up a key, so ``consume(_:)`` follows only when the message was opened and its
    /// signature held.
    ///
    /// - Parameters:
    ///   - forwardDistance: how many generations may be passed over.
    ///   - skippedKeys: how many keys of passed-over generations are kept in all for this ratchet.
    func candidate(
        leaf: UInt32, _ kind: RatchetKind, generation: UInt32, forwardDistance: UInt32, skippedKeys: Int
    ) throws(MLSError) -> Candidate {
        var (ratchet, derivation) = try ratchet(of: leaf, kind)
        let key = try ratchet.take(
            generation, forwardDistance: forwardDistance, skippedKeys: skippedKeys, operations)
        let change = Change(leaf: leaf, kind: kind, ratchet: ratchet, derivation: derivation)
        return Candidate(key: key, change: change, revision: revision)
    }

    /// Deletes a candidate's key and all that it was derived from (§9.2).
    mutating func consume(_ candidate: Candidate) {
        precondition(candidate.revision == revision, "the candidate was made from another state of the tree")
        apply(candidate.change)
    }

    private mutating func apply(_ change: Change) {
        if let derivation = change.derivation {
            nodes[derivation.source] = nil
            for entry in derivation.copath { nodes[entry.node] = entry.secret }
            ratchets[Slot(leaf: change.leaf, kind: .handshake)] = derivation.handshake
            ratchets[Slot(leaf: change.leaf, kind: .application)] = derivation.application
        }
        ratchets[Slot(leaf: change.leaf, kind: change.kind)] = change.ratchet
        revision &+= 1
    }

    private func ratchet(of leaf: UInt32, _ kind: RatchetKind) throws(MLSError) -> (HashRatchet, Derivation?) {
        guard leaf < leafCount else { throw .violates(.secretTreeLeaf) }
        if let ratchet = ratchets[Slot(leaf: leaf, kind: kind)] { return (ratchet, nil) }
        let derivation = try derivation(to: leaf)
        return (kind == .handshake ? derivation.handshake : derivation.application, derivation)
    }

    /// Walks up to the lowest retained node, then derives down from it.
    private func derivation(to leaf: UInt32) throws(MLSError) -> Derivation {
        let target = 2 * leaf
        let upward = [target] + TreeMath.directPath(target, leaves: leafCount)
        guard let height = upward.firstIndex(where: { nodes[$0] != nil }), var secret = nodes[upward[height]] else {
            // Either the leaf's ratchets or a node above it exist, unless a snapshot was made by somebody else.
            throw .violates(.generationConsumed)
        }
        var copath: [(node: UInt32, secret: Secret)] = []
        for step in stride(from: height, to: 0, by: -1) {
            let goesLeft = upward[step - 1] < upward[step]
            let (mine, others) = goesLeft ? ("left", "right") : ("right", "left")
            if let sibling = TreeMath.sibling(upward[step - 1], leaves: leafCount) {
                copath.append((sibling, childSecret(secret, others)))
            }
            secret = childSecret(secret, mine)
        }
        return Derivation(
            source: upward[height], copath: copath,
            handshake: HashRatchet(secret: operations.deriveSecret(secret, label: "handshake")),
            application: HashRatchet(secret: operations.deriveSecret(secret, label: "application")))
    }

    private func childSecret(_ secret: Secret, _ side: String) -> Secret {
        operations.expandWithLabel(
            secret, label: "tree", context: [UInt8](side.utf8), length: operations.hashLength)
    }
}

// MARK: - What is left (§9.2)

extension SecretTree {
    /// The nodes whose secrets are still held, ascending.
    var retainedNodes: [UInt32] { nodes.keys.sorted() }

    /// The state of a ratchet that has been started, else nil.
    func ratchet(leaf: UInt32, _ kind: RatchetKind) -> HashRatchet? {
        ratchets[Slot(leaf: leaf, kind: kind)]
    }
}

// MARK: - Snapshot

extension SecretTree: TLSEncodable {
    /// Writes what is left, secrets in the open, in an order that depends on nothing else.
    package func encode(to writer: inout Writer) {
        writer.write(leafCount)
        writer.writeVector { inner in
            for node in retainedNodes {
                guard let secret = nodes[node] else { continue }
                inner.write(node)
                inner.write(secret)
            }
        }
        let leaves = Set(ratchets.keys.map(\.leaf)).sorted()
        writer.writeVector { inner in
            for leaf in leaves {
                inner.write(leaf)
                for kind in RatchetKind.allCases {
                    if let ratchet = ratchets[Slot(leaf: leaf, kind: kind)] { inner.write(ratchet) }
                }
            }
        }
    }

    init(from reader: inout Reader, operations: SuiteOperations) throws(MLSError) {
        self.operations = operations
        leafCount = try reader.uint32()
        guard leafCount > 0, leafCount <= 1 << 30, leafCount == TreeMath.leafSlots(for: leafCount) else {
            throw .malformed(.snapshot)
        }
        nodes = [:]
        var inner = try reader.nested()
        var last: UInt32?
        while !inner.isAtEnd {
            let node = try inner.uint32()
            let secret = try inner.read(Secret.self)
            guard node < TreeMath.nodeCount(leaves: leafCount), last.map({ $0 < node }) ?? true,
                secret.count == operations.hashLength
            else { throw .malformed(.snapshot) }
            nodes[node] = secret
            last = node
        }
        inner = try reader.nested()
        last = nil
        while !inner.isAtEnd {
            let leaf = try inner.uint32()
            guard leaf < leafCount, last.map({ $0 < leaf }) ?? true else { throw .malformed(.snapshot) }
            for kind in RatchetKind.allCases {
                ratchets[Slot(leaf: leaf, kind: kind)] = try HashRatchet(from: &inner, operations: operations)
            }
            last = leaf
        }
    }
}
