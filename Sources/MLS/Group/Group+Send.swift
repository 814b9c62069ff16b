extension Group {
    /// Encrypts application data (RFC 9420 §6.3). Store the group before the message is sent: the key is used up.
    ///
    /// - Parameters:
    ///   - authenticatedData: sent in the clear.
    ///   - padding: zero bytes to put behind the content; nil fills up to a multiple of 128 bytes.
    ///   - ignoringProposals: whether to send although proposals are pending, which §12.4 forbids.
    public mutating func protect(
        _ plaintext: [UInt8], authenticatedData: [UInt8] = [], padding: Int? = nil, ignoringProposals: Bool = false
    ) throws(MLSError) -> MLSMessage {
        guard isMember else { throw .misuse(.notAMember) }
        guard ignoringProposals || pendingProposals.isEmpty else { throw .misuse(.proposalsPending) }
        guard (padding ?? 0) >= 0 else { throw .misuse(.argument) }
        let (sum, overflow) = (padding ?? 128).addingReportingOverflow(plaintext.count)
        let most = min(policy.limits.messageBytes, 1 << 28)
        guard !overflow, sum <= most, authenticatedData.count <= most
        else { throw .exceeds(.messageBytes) }
        let content = FramedContent(
            groupID: id, epoch: epoch, sender: .member(ownLeafIndex), authenticatedData: authenticatedData,
            body: .application(plaintext))
        let signature = try operations.sign(
            content, wireFormat: .privateMessage, context: context.encoding, signer: signer.key)
        let signed = AuthenticatedContent(
            wireFormat: .privateMessage, content: content, auth: FramedContentAuthData(signature: signature))
        return try protect(signed, padding: padding)
    }

    /// Puts a signed content of ours into the message that its wire format names.
    mutating func protect(_ content: AuthenticatedContent, padding: Int?) throws(MLSError) -> MLSMessage {
        guard content.wireFormat == .privateMessage else {
            return .publicMessage(
                operations.publicMessage(content, context: context.encoding, membershipKey: schedule.membershipKey))
        }
        // About what the content without padding takes; the exact length need not be known.
        let fill: Int
        if let padding {
            fill = padding
        } else {
            var writer = Writer(capacity: 256)
            content.content.body.encodeContent(to: &writer)
            content.auth.encode(for: content.content.body.type, to: &writer)
            fill = (128 - writer.bytes.count % 128) % 128
        }
        return .privateMessage(
            try channel.seal(content, from: ownLeafIndex, padding: fill, operations: operations))
    }

    /// Sends a proposal, and keeps it for the next commit of this member (§12.1).
    public mutating func propose(
        _ request: ProposalRequest, protection: HandshakeProtection = .publicMessage,
        authenticatedData: [UInt8] = []
    ) throws(MLSError) -> MLSMessage {
        guard isMember else { throw .misuse(.notAMember) }
        guard pendingProposals.count < policy.limits.pendingProposals else { throw .exceeds(.pendingProposals) }
        let (proposal, update) = try proposal(for: request)
        let sender = Sender.member(ownLeafIndex)
        let rules = try LeafRules(
            operations: operations, groupID: id, extensions: context.extensions, policy: policy)
        try rules.validate(proposal, from: sender, tree: tree, context: context, isSending: true)
        let format = protection == .publicMessage ? WireFormat.publicMessage : .privateMessage
        let content = FramedContent(
            groupID: id, epoch: epoch, sender: sender, authenticatedData: authenticatedData,
            body: .proposal(proposal))
        let signature = try operations.sign(
            content, wireFormat: format, context: context.encoding, signer: signer.key)
        let signed = AuthenticatedContent(
            wireFormat: format, content: content, auth: FramedContentAuthData(signature: signature))
        let message = try protect(signed, padding: nil)
        if let update { pendingUpdates.append(update) }
        pendingProposals.append(
            PendingProposal(
                reference: operations.proposalReference(signed), proposal: proposal, sender: sender))
        return message
    }

    /// Forgets the proposals of this epoch, own ones included. A commit of somebody who has not forgotten them cannot be
    /// followed afterwards.
    public mutating func discardPendingProposals() {
        pendingProposals = []
        pendingUpdates = []
    }

    /// Makes the proposal that is asked for, and the private keys of an Update.
    func proposal(
        for request: ProposalRequest
    ) throws(MLSError) -> (proposal: Proposal, update: PendingUpdate?) {
        switch request {
        case .add(let keyPackage): return (.add(keyPackage), nil)
        case .remove(let index): return (.remove(index), nil)
        case .externalPSK(let pskID): return (.preSharedKey(newPSK(.external(id: pskID))), nil)
        case .resumptionPSK(let epoch):
            guard resumptionSecrets.contains(where: { $0.epoch == epoch }) else { throw .misuse(.unknownEpoch) }
            return (.preSharedKey(newPSK(.resumption(usage: .application, groupID: id, epoch: epoch))), nil)
        case .groupContextExtensions(let extensions): return (.groupContextExtensions(extensions), nil)
        case .reInit: throw .unsupported(.reInit)
        case .update(let change):
            let newSigner = try signer(for: change)
            guard var leaf = tree[ownLeafIndex]?.changed(by: change, signer: newSigner) else {
                throw .misuse(.notAMember)
            }
            let key = operations.generateKeyPair()
            leaf.encryptionKey = key.publicKey
            leaf.source = .update
            leaf.signature = try operations.signWithLabel(
                newSigner.key, label: "LeafNodeTBS",
                content: leaf.signedContent(in: LeafNode.Place(groupID: id, leaf: ownLeafIndex)))
            return (.update(leaf), PendingUpdate(leafKey: key, signer: newSigner))
        }
    }

    /// §8.4: a fresh nonce for each use.
    private func newPSK(_ kind: PreSharedKeyID.Kind) -> PreSharedKeyID {
        PreSharedKeyID(kind: kind, nonce: SuiteOperations.randomBytes(operations.hashLength))
    }
}

extension SuiteOperations {
    /// The hash under which a commit names a proposal (§5.2).
    func proposalReference(_ content: AuthenticatedContent) -> ProposalReference {
        ProposalReference(bytes: refHash(label: "MLS 1.0 Proposal Reference", value: content.encoding))
    }
}
