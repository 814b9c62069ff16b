// A snapshot's layout, all in the TLS presentation language, and its versions:
//
// 1: version, isMember, GroupContext, ratchet_tree, own leaf and private tree keys ascending by node, signature key, key
//    schedule, secret tree, confirmation tag, interim transcript hash, pending proposals, pending updates, past epochs,
//    resumption secrets. The leaves of a past epoch say "blank", "as in the epoch after it", or are written out.

extension Group {
    private static let snapshotVersion: UInt16 = 1

    /// The whole state but for the policy, in a form that later releases read too. Equal states give equal bytes.
    ///
    /// It contains every secret in the open: encrypt it, and replace the old one in the same transaction as whatever
    /// follows from the call that changed the group.
    public func snapshot() -> [UInt8] {
        var writer = Writer(capacity: 4096)
        writer.write(Self.snapshotVersion)
        writer.write(UInt8(isMember ? 1 : 0))
        writer.write(context)
        writer.write(tree.ratchetTree)
        writer.write(keys)
        writer.write(signer.privateKey)
        writer.write(schedule)
        writer.write(channel.secretTree)
        writer.write(vector: confirmationTag)
        writer.write(vector: interimTranscriptHash)
        writer.write(list: pendingProposals)
        writer.writeVector { writer in
            for update in pendingUpdates {
                writer.write(update.leafKey.raw)
                writer.write(update.signer.privateKey)
            }
        }
        writer.writeVector { writer in
            var newer = tree.leaves
            for past in pastEpochs {
                past.encode(to: &writer, newer: newer)
                newer = past.leaves
            }
        }
        writer.writeVector { writer in
            for entry in resumptionSecrets {
                writer.write(entry.epoch)
                writer.write(entry.secret)
            }
        }
        return writer.bytes
    }

    /// Goes on from a snapshot.
    ///
    /// - Throws: ``MLSError/malformed(_:)`` with ``DecodingFault/snapshot`` when it is of an unknown version or does not
    ///   fit together.
    public init(snapshot: [UInt8], policy: GroupPolicy) throws(MLSError) {
        var reader = Reader(snapshot)
        guard try reader.uint16() == Self.snapshotVersion else { throw .malformed(.snapshot) }
        let memberFlag = try reader.uint8()
        guard memberFlag <= 1 else { throw .malformed(.snapshot) }
        isMember = memberFlag == 1
        context = try reader.read()
        let operations = try context.cipherSuite.operations
        self.operations = operations
        self.policy = policy
        tree = try GroupTree(reader.read(RatchetTree.self), operations: operations, limits: policy.limits)
        guard tree.treeHash() == context.treeHash else { throw .malformed(.snapshot) }
        keys = try TreeKeys(from: &reader, tree: tree)
        signer = try SignatureKeyPair(cipherSuite: context.cipherSuite, privateKey: reader.read())
        schedule = try KeySchedule(from: &reader, operations: operations)
        channel = PrivateChannel(
            senderDataSecret: schedule.senderDataSecret,
            secretTree: try SecretTree(from: &reader, operations: operations))
        confirmationTag = try reader.vector()
        interimTranscriptHash = try reader.vector()
        pendingProposals = try reader.list()
        pendingUpdates = try Self.readUpdates(from: &reader, suite: context.cipherSuite)
        pastEpochs = try Self.readPastEpochs(from: &reader, newest: tree, operations: operations, policy: policy)
        resumptionSecrets = []
        var inner = try reader.nested()
        while !inner.isAtEnd {
            resumptionSecrets.append(ResumptionSecret(epoch: try inner.uint64(), secret: try inner.read()))
        }
        try reader.finish()
        guard tree[keys.leaf]?.signatureKey == signer.publicKey else { throw .malformed(.snapshot) }
    }

    private static func readUpdates(
        from reader: inout Reader, suite: CipherSuite
    ) throws(MLSError) -> [PendingUpdate] {
        let operations = try suite.operations
        var updates: [PendingUpdate] = []
        var inner = try reader.nested()
        while !inner.isAtEnd {
            let leafKey = try operations.privateKey(inner.read(Secret.self))
            let signer = try SignatureKeyPair(cipherSuite: suite, privateKey: inner.read())
            updates.append(PendingUpdate(leafKey: leafKey, signer: signer))
        }
        return updates
    }

    private static func readPastEpochs(
        from reader: inout Reader, newest: GroupTree, operations: SuiteOperations, policy: GroupPolicy
    ) throws(MLSError) -> [PastEpoch] {
        var epochs: [PastEpoch] = []
        var newer = newest.leaves
        var inner = try reader.nested()
        while !inner.isAtEnd {
            let past = try PastEpoch(
                from: &inner, newer: newer, operations: operations, limits: policy.limits)
            newer = past.leaves
            epochs.append(past)
        }
        return epochs
    }
}

extension Group.PastEpoch {
    private enum LeafMark: UInt8 {
        case blank = 0
        case asInNewer = 1
        case written = 2
    }

    fileprivate func encode(to writer: inout Writer, newer: [GroupTree.Leaf?]) {
        writer.write(epoch)
        writer.write(vector: context)
        writer.write(channel.senderDataSecret)
        writer.write(channel.secretTree)
        writer.write(UInt32(truncatingIfNeeded: leaves.count))
        for (index, leaf) in leaves.enumerated() {
            guard let leaf else {
                writer.write(LeafMark.blank.rawValue)
                continue
            }
            if index < newer.count, let same = newer[index], same === leaf || same.node == leaf.node {
                writer.write(LeafMark.asInNewer.rawValue)
            } else {
                writer.write(LeafMark.written.rawValue)
                writer.write(leaf.node)
            }
        }
    }

    fileprivate init(
        from reader: inout Reader, newer: [GroupTree.Leaf?], operations: SuiteOperations, limits: Limits
    ) throws(MLSError) {
        epoch = try reader.uint64()
        context = try reader.vector()
        let senderDataSecret = try reader.read(Secret.self)
        channel = PrivateChannel(
            senderDataSecret: senderDataSecret, secretTree: try SecretTree(from: &reader, operations: operations))
        let count = Int(try reader.uint32())
        try limits.admit(leafCount: count)
        leaves = []
        for index in 0..<count {
            switch LeafMark(rawValue: try reader.uint8()) {
            case .blank: leaves.append(nil)
            case .asInNewer:
                guard index < newer.count, let leaf = newer[index] else { throw .malformed(.snapshot) }
                leaves.append(leaf)
            case .written: leaves.append(GroupTree.Leaf(try reader.read()))
            case nil: throw .malformed(.snapshot)
            }
        }
    }
}

extension TreeKeys: TLSEncodable {
    package func encode(to writer: inout Writer) {
        writer.write(leaf)
        writer.writeVector { writer in
            for (node, key) in keys.sorted(by: { $0.key < $1.key }) {
                writer.write(node)
                writer.write(key.raw)
            }
        }
    }

    /// Reads the private keys of a tree; each must fit the public key in its place.
    fileprivate init(from reader: inout Reader, tree: GroupTree) throws(MLSError) {
        self.init(leaf: try reader.read(), keys: [:])
        var last: UInt32?
        var inner = try reader.nested()
        while !inner.isAtEnd {
            let node = try inner.uint32()
            let key = try tree.operations.privateKey(inner.read(Secret.self))
            guard last.map({ $0 < node }) ?? true, tree.encryptionKey(at: node) == key.publicKey else {
                throw .malformed(.snapshot)
            }
            last = node
            set(key, at: node)
        }
        guard leafKey != nil else { throw .malformed(.snapshot) }
    }
}

extension PendingProposal: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        reference = ProposalReference(bytes: try reader.vector())
        proposal = try reader.read()
        sender = try reader.read()
    }

    package func encode(to writer: inout Writer) {
        writer.write(vector: reference.bytes)
        writer.write(proposal)
        writer.write(sender)
    }
}
