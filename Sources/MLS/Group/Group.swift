/// One client's state in one group (RFC 9420).
///
/// A value: calls that move the group on return the next state, and the one they were called on stays as it was until the
/// caller replaces it. Keep exactly one of them, and store ``snapshot()`` in the same transaction as whatever the call led
/// to: a state that is used twice reuses keys.
public struct Group: Sendable {
    /// The application's knowledge and decisions; not part of a snapshot.
    public var policy: GroupPolicy
    let operations: SuiteOperations
    /// What all members agree on in this epoch (§8.1).
    public internal(set) var context: GroupContext
    var tree: GroupTree
    var keys: TreeKeys
    var signer: SignatureKeyPair
    var schedule: KeySchedule
    var channel: PrivateChannel
    var confirmationTag: [UInt8]
    var interimTranscriptHash: [UInt8]
    /// Proposals of this epoch, in the order in which they came.
    public internal(set) var pendingProposals: [PendingProposal] = []
    /// The private keys of our own Updates among them.
    var pendingUpdates: [PendingUpdate] = []
    /// Newest first.
    var pastEpochs: [PastEpoch] = []
    /// Newest first; the current epoch's is the first.
    var resumptionSecrets: [ResumptionSecret] = []
    /// False once a commit has removed this client; then late messages of the last epoch can be read, and nothing else.
    public internal(set) var isMember = true

    /// A leaf of our own that somebody else may commit.
    struct PendingUpdate: Sendable {
        var leafKey: HPKEPrivateKey
        var signer: SignatureKeyPair
    }

    struct ResumptionSecret: Sendable {
        var epoch: UInt64
        var secret: Secret
    }

    /// What late application messages of an epoch are read with; names and keys as they were then.
    struct PastEpoch: Sendable {
        var epoch: UInt64
        /// The encoded GroupContext.
        var context: [UInt8]
        var leaves: [GroupTree.Leaf?]
        var channel: PrivateChannel
    }

    init(
        start: EpochStart, tree: GroupTree, keys: TreeKeys, signer: SignatureKeyPair, policy: GroupPolicy
    ) {
        self.policy = policy
        operations = tree.operations
        context = start.context
        self.tree = tree
        self.keys = keys
        self.signer = signer
        schedule = start.schedule
        channel = PrivateChannel(senderDataSecret: start.schedule.senderDataSecret, secretTree: start.secretTree)
        confirmationTag = start.confirmationTag
        interimTranscriptHash = start.interimTranscriptHash
        resumptionSecrets = [ResumptionSecret(epoch: context.epoch, secret: schedule.resumptionPSK)]
    }

    /// The group in the epoch that `start` begins.
    func advanced(
        to start: EpochStart, tree: GroupTree, keys: TreeKeys, signer: SignatureKeyPair
    ) -> Group {
        var next = Group(start: start, tree: tree, keys: keys, signer: signer, policy: policy)
        let past = PastEpoch(
            epoch: context.epoch, context: context.encoding, leaves: self.tree.leaves, channel: channel)
        next.pastEpochs = Array(([past] + pastEpochs).prefix(max(policy.limits.pastEpochs, 0)))
        next.resumptionSecrets = Array(
            (next.resumptionSecrets + resumptionSecrets).prefix(max(policy.limits.resumptionSecrets, 1)))
        return next
    }
}

// MARK: - Reading

extension Group {
    /// The name of the group, the same in all epochs.
    public var id: [UInt8] { context.groupID }
    /// 0 when the group is created, one more with each commit.
    public var epoch: UInt64 { context.epoch }
    /// The suite that the group was created with.
    public var cipherSuite: CipherSuite { context.cipherSuite }
    /// The group context extensions of this epoch.
    public var extensions: [Extension] { context.extensions }
    /// Our own place in the tree.
    public var ownLeafIndex: LeafIndex { keys.leaf }

    /// The members from left to right.
    public var members: [Member] { tree.members.map { Member(index: $0.index, leafNode: $0.leaf) } }

    /// The member at a place, nil when it is blank.
    public func member(at index: LeafIndex) -> Member? {
        tree[index].map { Member(index: index, leafNode: $0) }
    }

    /// The same for all members of the epoch who have not been deceived about it (§8.7).
    public var epochAuthenticator: Secret { schedule.epochAuthenticator }

    /// Proves membership in this epoch when it is used as a PSK later (§8.6).
    public var resumptionSecret: Secret { schedule.resumptionPSK }

    /// The public tree, for those who get a Welcome or GroupInfo without it.
    public var ratchetTree: RatchetTree { tree.ratchetTree }

    /// Derives a secret for use outside of MLS, bound to this epoch (§8.5).
    ///
    /// - Parameter length: in bytes.
    public func export(label: String, context: [UInt8], length: Int) throws(MLSError) -> Secret {
        guard isMember else { throw .misuse(.notAMember) }
        guard length <= policy.limits.exportBytes else { throw .exceeds(.exportBytes) }
        return try schedule.export(label: label, context: context, length: length)
    }

    /// What outsiders need in order to join by external commit, signed by us (§12.4.3).
    ///
    /// - Parameter inlinesTree: whether it carries the ratchet tree too.
    public func groupInfo(
        inlinesTree: Bool = true, extensions: [Extension] = []
    ) throws(MLSError) -> MLSMessage {
        guard isMember else { throw .misuse(.notAMember) }
        let externalPub = ExternalPub(publicKey: schedule.externalKey.publicKey)
        let own = [Extension(type: .externalPub, content: externalPub.encoding)]
        return .groupInfo(try signedGroupInfo(own + extensions, inlinesTree: inlinesTree))
    }

    func signedGroupInfo(_ extensions: [Extension], inlinesTree: Bool) throws(MLSError) -> GroupInfo {
        var extensions = extensions
        if inlinesTree { extensions.append(Extension(type: .ratchetTree, content: tree.ratchetTree.encoding)) }
        try extensions.requireDistinctTypes()
        var info = GroupInfo(
            context: context, extensions: extensions, confirmationTag: confirmationTag, signer: ownLeafIndex)
        info.signature = try operations.signWithLabel(
            signer.key, label: "GroupInfoTBS", content: info.signedContent)
        return info
    }

    /// `psk_secret` of a list of PSKs (§8.4); own recent resumption secrets need no asking.
    func pskSecret(_ ids: [PreSharedKeyID]) throws(MLSError) -> Secret {
        let known = resumptionSecrets
        let id = id
        return try operations.pskSecret(ids, policy: policy) { kind in
            guard case .resumption(.application, id, let epoch) = kind else { return nil }
            return known.first { $0.epoch == epoch }?.secret
        }
    }
}

extension SuiteOperations {
    /// `psk_secret` (§8.4) with the keys that the state or else the application knows.
    func pskSecret(
        _ ids: [PreSharedKeyID], policy: GroupPolicy, known: (PreSharedKeyID.Kind) -> Secret? = { _ in nil }
    ) throws(MLSError) -> Secret {
        // The label counts with 16 bits (§8.4).
        guard ids.count <= min(policy.limits.committedProposals, Int(UInt16.max)) else {
            throw .exceeds(.committedProposals)
        }
        var found: [(id: [UInt8], psk: Secret)] = []
        for id in ids {
            guard let secret = known(id.kind) ?? policy.preSharedKey(id) else { throw .violates(.pskKnown) }
            found.append((id.encoding, secret))
        }
        return pskSecret(found)
    }
}
