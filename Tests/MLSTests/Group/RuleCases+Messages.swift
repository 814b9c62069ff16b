@testable import MLS

/// Rules about the framing of messages, and about who may send what.
extension RuleCase {
    static let aboutFraming: [RuleCase] = [
        framing(.signatureInvalid, sign: false, spoilSignature: true),
        framing(.messageGroup) { $0.groupID = Array("other".utf8) },
        framing(.applicationIsPrivate) { $0.body = .application([1]) },
        framing(.senderIsMember) { $0.sender = .member(.at(2)) },
        framing(.epochCurrent) { $0.epoch -= 1 },
        RuleCase(.membershipTag) { breaking in
            var members = try Workshop.group(of: 2)
            let message = try members[0].propose(.remove(.at(1)))
            let forged = try Forge.changed(
                message, by: members[0], spoil: { $0.membershipTag = $0.membershipTag?.flipped })
            _ = try members[1].process(breaking ? forged : message)
        },
        RuleCase(.confirmationTag) { breaking in
            let members = try Workshop.group(of: 2)
            let message = try members[0].commit(Workshop.pathOnly).message
            let forged = try Forge.changed(
                message, by: members[0], sign: false,
                spoil: { forged in
                    forged.auth.confirmationTag = forged.auth.confirmationTag?.flipped
                    let content = AuthenticatedContent(
                        wireFormat: .publicMessage, content: forged.content, auth: forged.auth)
                    forged = members[0].operations.publicMessage(
                        content, context: members[0].context.encoding, membershipKey: members[0].schedule.membershipKey)
                })
            _ = try members[1].process(breaking ? forged : message)
        },
        RuleCase(.decryptionFailed) { breaking in
            var members = try Workshop.group(of: 2)
            guard case .privateMessage(var message) = try members[0].protect([1, 2, 3]) else { return }
            if breaking { message.ciphertext = message.ciphertext.flipped }
            _ = try members[1].process(.privateMessage(message))
        },
        RuleCase(.generationConsumed) { breaking in
            var members = try Workshop.group(of: 2)
            let message = try members[0].protect([1, 2, 3])
            let after = try members[1].process(message).group
            _ = try (breaking ? after : members[1]).process(message)
        },
        RuleCase(.secretTreeLeaf) { breaking in
            let operations = try Workshop.suite.operations
            var tree = SecretTree(encryptionSecret: .random(32), leafCount: 4, operations: operations)
            _ = try tree.nextKey(leaf: breaking ? 4 : 3, .application)
        },
        RuleCase(.epochKept) { breaking in
            var members = try Workshop.group(of: 2)
            let message = try members[0].protect([1])
            let epochs = breaking ? Limits().pastEpochs + 1 : Limits().pastEpochs
            for _ in 0..<epochs { try Workshop.commit(&members, by: 0, Workshop.pathOnly) }
            _ = try members[1].process(message)
        },
    ]

    /// A member sends a proposal that was changed; the first one follows.
    private static func framing(
        _ rule: Rule, sign: Bool = true, spoilSignature: Bool = false,
        _ change: @escaping @Sendable (inout FramedContent) -> Void = { _ in }
    ) -> RuleCase {
        RuleCase(rule) { breaking in
            var members = try Workshop.group(of: 2)
            var message = try members[1].propose(.remove(.at(0)))
            if breaking {
                if spoilSignature {
                    guard case .publicMessage(var spoiled) = message else { return }
                    spoiled.auth.signature = spoiled.auth.signature.flipped
                    message = .publicMessage(spoiled)
                }
                message = try Forge.changed(message, by: members[1], change, sign: sign)
            }
            _ = try members[0].process(message)
        }
    }

    static let aboutOutsiders: [RuleCase] = [
        RuleCase(.senderContent) { breaking in
            let members = try Workshop.group(of: 2)
            let new = try Workshop.keyPackage("new")
            var message = try ExternalProposal.newMemberAdd(new, groupID: members[0].id, epoch: members[0].epoch)
            if breaking {
                message = try Forge.changed(message, by: members[0], signer: new.signer.key) {
                    $0.body = .proposal(.remove(.at(1)))
                }
            }
            _ = try members[0].process(message)
        },
        fromOutside(.externalProposalType) { content in content.body = .proposal(.externalInit(kemOutput: [1])) },
        fromOutside(.externalSenderKnown) { content in content.sender = .external(index: 1) },
        joining(.externalInitOnce) { commit in
            if let first = commit.proposals.first { commit.proposals.append(first) }
        },
        joining(.externalRemoveOnce) { commit in
            commit.proposals += [.proposal(.remove(.at(1))), .proposal(.remove(.at(2)))]
        },
        joining(.externalOtherProposals) { commit in commit.proposals.append(.proposal(.groupContextExtensions([]))) },
        joining(.externalCommitPath) { commit in commit.path = nil },
        joining(.externalCommitByValue) { commit in
            commit.proposals.append(.reference(ProposalReference(bytes: [UInt8](repeating: 1, count: 32))))
        },
    ]

    /// An external sender proposes a removal that was changed.
    private static func fromOutside(
        _ rule: Rule, _ change: @escaping @Sendable (inout FramedContent) -> Void
    ) -> RuleCase {
        RuleCase(rule) { breaking in
            let outsider = try SignatureKeyPair(generatingFor: Workshop.suite)
            let sender = ExternalSender(
                signatureKey: outsider.publicKey, credential: .basic(identity: Array("server".utf8)))
            let members = try Workshop.group(of: 2, extensions: [ExternalSender.asExtension([sender])])
            var message = try ExternalProposal.remove(
                .at(1), groupID: members[0].id, epoch: members[0].epoch, senderIndex: 0, signer: outsider)
            if breaking { message = try Forge.changed(message, by: members[0], signer: outsider.key, change) }
            _ = try members[0].process(message)
        }
    }

    /// Somebody joins three members by an external commit that was changed.
    private static func joining(_ rule: Rule, _ change: @escaping @Sendable (inout Commit) -> Void) -> RuleCase {
        RuleCase(rule) { breaking in
            let members = try Workshop.group(of: 3)
            guard case .groupInfo(let info) = try members[0].groupInfo() else { return }
            let identity = try Workshop.identity("new")
            var message = try Group.joinExternally(groupInfo: info, as: identity, policy: Workshop.policy).message
            if breaking {
                message = try Forge.changedCommit(message, by: members[0], signer: identity.signer.key, change)
            }
            _ = try members[0].process(message)
        }
    }
}
