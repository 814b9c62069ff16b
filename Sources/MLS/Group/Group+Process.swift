extension Group {
    /// Takes in a message of this group (RFC 9420 §6, §12.1, §12.4.2).
    ///
    /// The result's group is the state after the message. For a commit it is the next epoch; look at the effects before
    /// keeping it. When this throws, the message has changed nothing.
    public func process(_ message: MLSMessage) throws(MLSError) -> ProcessedMessage {
        switch message {
        case .publicMessage(let message): try process(message)
        case .privateMessage(let message): try process(message)
        case .welcome, .groupInfo, .keyPackage: throw .misuse(.notAGroupMessage)
        }
    }

    private func process(_ message: PublicMessage) throws(MLSError) -> ProcessedMessage {
        guard message.groupID == id else { throw .violates(.messageGroup) }
        // §6: nobody may send application data in the open.
        if case .application = message.content.body { throw .violates(.applicationIsPrivate) }
        guard isMember else { throw .misuse(.notAMember) }
        guard message.epoch == epoch else { throw .violates(.epochCurrent) }
        let signatureKey = try signatureKey(of: message.content)
        let encodedContext = context.encoding
        let content = try operations.verifyMembership(
            message, context: encodedContext, membershipKey: schedule.membershipKey)
        try operations.verify(content, context: encodedContext, publicKey: signatureKey)
        return try handle(content)
    }

    private func process(_ message: PrivateMessage) throws(MLSError) -> ProcessedMessage {
        guard message.groupID == id else { throw .violates(.messageGroup) }
        if message.contentType == .application, message.epoch != epoch { return try processLate(message) }
        guard message.epoch == epoch else { throw .violates(.epochCurrent) }
        guard isMember || message.contentType == .application else { throw .misuse(.notAMember) }
        var next = self
        let opened = try next.channel.read(
            message, context: context.encoding, leaves: tree.leaves, operations: operations, limits: policy.limits)
        guard case .application = opened.content.content.body else { return try next.handle(opened.content) }
        return next.delivered(opened)
    }

    /// An application message of an epoch that is over (§15.3), by the names and keys of then.
    private func processLate(_ message: PrivateMessage) throws(MLSError) -> ProcessedMessage {
        guard let place = pastEpochs.firstIndex(where: { $0.epoch == message.epoch }) else {
            throw .violates(.epochKept)
        }
        var next = self
        let past = pastEpochs[place]
        let opened = try next.pastEpochs[place].channel.read(
            message, context: past.context, leaves: past.leaves, operations: operations, limits: policy.limits)
        return next.delivered(opened)
    }

    private func delivered(_ opened: PrivateChannel.Opened) -> ProcessedMessage {
        let framed = opened.content.content
        var plaintext: [UInt8] = []
        if case .application(let bytes) = framed.body { plaintext = bytes }
        let message = ApplicationMessage(plaintext: plaintext, sender: opened.sender, epoch: framed.epoch)
        return ProcessedMessage(
            content: .application(message), sender: framed.sender, authenticatedData: framed.authenticatedData,
            group: self)
    }

    /// The key that a PublicMessage must be signed with, after the rules about who may send what (§6.1, §12.1.8).
    private func signatureKey(of content: FramedContent) throws(MLSError) -> [UInt8] {
        switch (content.sender, content.body) {
        case (.member(let index), _):
            guard let leaf = tree[index] else { throw .violates(.senderIsMember) }
            return leaf.signatureKey
        case (.external(let index), .proposal(let proposal)):
            guard proposal.mayComeFromOutside else { throw .violates(.externalProposalType) }
            let list = try context.extensions.decoded(.externalSenders, as: ExternalSenderList.self)?.senders ?? []
            guard index < list.count else { throw .violates(.externalSenderKnown) }
            return list[Int(index)].signatureKey
        case (.newMemberProposal, .proposal(.add(let keyPackage))):
            return keyPackage.leafNode.signatureKey
        case (.newMemberCommit, .commit(let commit)):
            guard let path = commit.path else { throw .violates(.externalCommitPath) }
            return path.leafNode.signatureKey
        case (.external, _), (.newMemberProposal, _), (.newMemberCommit, _):
            throw .violates(.senderContent)
        }
    }

    /// Takes in a proposal or commit whose sender is authenticated.
    private func handle(_ content: AuthenticatedContent) throws(MLSError) -> ProcessedMessage {
        let framed = content.content
        let (outcome, next): (ProcessedMessage.Content, Group)
        switch framed.body {
        case .application: throw .violates(.applicationIsPrivate)
        case .proposal(let proposal):
            let (pending, group) = try keeping(proposal, of: content)
            (outcome, next) = (.proposal(pending), group)
        case .commit(let commit):
            let (effects, group) = try following(commit, in: content)
            (outcome, next) = (.commit(effects), group)
        }
        return ProcessedMessage(
            content: outcome, sender: framed.sender, authenticatedData: framed.authenticatedData, group: next)
    }

    private func keeping(
        _ proposal: Proposal, of content: AuthenticatedContent
    ) throws(MLSError) -> (PendingProposal, Group) {
        let pending = PendingProposal(
            reference: operations.proposalReference(content), proposal: proposal, sender: content.content.sender)
        // The same again, perhaps our own coming back from the delivery service.
        if pendingProposals.contains(pending) { return (pending, self) }
        guard pendingProposals.count < policy.limits.pendingProposals else { throw .exceeds(.pendingProposals) }
        let rules = try LeafRules(
            operations: operations, groupID: id, extensions: context.extensions, policy: policy)
        try rules.validate(proposal, from: pending.sender, tree: tree, context: context, isSending: false)
        var next = self
        next.pendingProposals.append(pending)
        return (pending, next)
    }
}

extension PrivateChannel {
    /// A message that was decrypted and whose signature held.
    struct Opened {
        var content: AuthenticatedContent
        var sender: Member
    }

    /// Decrypts and authenticates a message, and then deletes its key (§6.3, §9.2).
    mutating func read(
        _ message: PrivateMessage, context: [UInt8], leaves: [GroupTree.Leaf?], operations: SuiteOperations,
        limits: Limits
    ) throws(MLSError) -> Opened {
        let senderData = try senderData(of: message, operations: operations)
        // §6.3.2.
        guard senderData.leaf.rawValue < leaves.count, let leaf = leaves[Int(senderData.leaf.rawValue)] else {
            throw .violates(.senderIsMember)
        }
        let (content, candidate) = try open(
            message, senderData: senderData, operations: operations, limits: limits)
        try operations.verify(content, context: context, publicKey: leaf.node.signatureKey)
        secretTree.consume(candidate)
        return Opened(content: content, sender: Member(index: senderData.leaf, leafNode: leaf.node))
    }
}
