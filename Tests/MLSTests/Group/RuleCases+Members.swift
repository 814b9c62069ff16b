@testable import MLS

/// Rules about key packages, leaves and proposals: a member commits one proposal by value, and another follows.
extension RuleCase {
    static let aboutKeyPackages: [RuleCase] = [
        adding(.publicKeyInvalid) { new in try Forge.changed(new, keyPackage: { $0.initKey = $0.initKey.flipped })
        },
        adding(.credentialAccepted) { _ in try Workshop.keyPackage("refused").keyPackage },
        adding(.leafCredentialListed) { new in
            try Forge.changed(new, leaf: { $0.capabilities.credentials = [.x509] })
        },
        adding(.lifetimeTotal) { new in
            try Forge.changed(
                new,
                leaf: {
                    $0.source = .keyPackage(
                        Lifetime(notBefore: Workshop.now - 60, notAfter: Workshop.now + 200 * 86_400))
                })
        },
        adding(.leafSource) { new in try Forge.changed(new, leaf: { $0.source = .update }) },
        adding(.leafSignature) { new in
            try Forge.changed(new, spoilLeaf: { $0.signature = $0.signature.flipped })
        },
        adding(.leafExtensionsListed) { new in
            try Forge.changed(
                new, leaf: { $0.extensions = [Extension(type: ExtensionType(rawValue: 0xF0B0), content: [])] })
        },
        adding(.extensionTypesDistinct) { new in
            try Forge.changed(
                new,
                keyPackage: {
                    $0.extensions = [
                        Extension(type: Workshop.known, content: []), Extension(type: Workshop.known, content: []),
                    ]
                })
        },
        adding(.keyPackageVersion) { new in
            try Forge.changed(new, keyPackage: { $0.version = ProtocolVersion(rawValue: 2) })
        },
        adding(.keyPackageSuite) { _ in
            try Workshop.keyPackage("other suite", suite: .x25519AES128SHA256Ed25519).keyPackage
        },
        adding(.keyPackageSignature) { new in
            try Forge.changed(new, spoil: { $0.signature = $0.signature.flipped })
        },
        adding(.initKeyDistinct) { new in try Forge.changed(new, keyPackage: { $0.initKey = $0.leafNode.encryptionKey })
        },
        adding(.requiredCapabilities, extensions: [requirement]) { new in
            try Forge.changed(new, leaf: { $0.capabilities.extensions = [] })
        },
        adding(.groupExtensionsSupported, extensions: [Extension(type: Workshop.known, content: [1])]) { new in
            try Forge.changed(new, leaf: { $0.capabilities.extensions = [] })
        },
        RuleCase(.credentialTypesSupported) { breaking in
            let basicOnly = Capabilities(
                cipherSuites: [Workshop.suite], extensions: [Workshop.known], credentials: [.basic])
            let members = try Workshop.group(of: 2, capabilities: basicOnly)
            let new = try Workshop.keyPackage("new")
            let forged = try Forge.changed(new, leaf: { $0.credential = .x509(certificates: [[1]]) })
            try follow(members, .add(new.keyPackage), instead: breaking ? .add(forged) : nil)
        },
        RuleCase(.encryptionKeysUnique) { breaking in
            let members = try Workshop.group(of: 2)
            let new = try Workshop.keyPackage("new")
            let key = members[1].keys.leafKey?.publicKey ?? []
            let forged = try Forge.changed(new, leaf: { $0.encryptionKey = key })
            try follow(members, .add(new.keyPackage), instead: breaking ? .add(forged) : nil)
        },
        RuleCase(.addedIsMember) { breaking in
            let members = try Workshop.group(of: 2)
            let again = try Workshop.keyPackage("again", signer: members[1].signer)
            let new = try Workshop.keyPackage("new")
            try follow(members, .add(new.keyPackage), instead: breaking ? .add(again.keyPackage) : nil)
        },
        RuleCase(.lifetimeCurrent) { breaking in
            let members = try Workshop.group(of: 2)
            let late = try Forge.changed(
                try Workshop.keyPackage("late"),
                leaf: {
                    $0.source = .keyPackage(Lifetime(notBefore: Workshop.now - 60, notAfter: Workshop.now - 30))
                })
            let keyPackage = breaking ? late : try Workshop.keyPackage("new").keyPackage
            _ = try members[0].commit(CommitOptions(proposals: [.add(keyPackage)]))
        },
    ]

    private static let requirement = RequiredCapabilities(extensions: [Workshop.known]).asExtension

    /// Somebody adds a key package that was changed by `forge`.
    private static func adding(
        _ rule: Rule, extensions: [Extension] = [],
        _ forge: @escaping @Sendable (_ new: OwnedKeyPackage) throws -> KeyPackage
    ) -> RuleCase {
        RuleCase(rule) { breaking in
            let members = try Workshop.group(of: 2, extensions: extensions)
            let new = try Workshop.keyPackage("new")
            try follow(members, .add(new.keyPackage), instead: breaking ? .add(forge(new)) : nil)
        }
    }

    /// The first member commits a proposal, or `forged` in its place; the second follows.
    private static func follow(_ members: [Group], _ request: ProposalRequest, instead forged: Proposal?) throws {
        var message = try members[0].commit(CommitOptions(proposals: [request])).message
        if let forged {
            message = try Forge.changedCommit(message, by: members[0]) { $0.proposals = [.proposal(forged)] }
        }
        _ = try members[1].process(message)
    }

    static let aboutProposals: [RuleCase] = [
        committing(.removeTarget) { members in [.remove(.at(3)), .remove(.at(99))] },
        committing(.pskUsage) { members in
            let kind = PreSharedKeyID.Kind.resumption(usage: .reInit, groupID: members[0].id, epoch: 1)
            return [.remove(.at(3)), .preSharedKey(PreSharedKeyID(kind: kind, nonce: nonce))]
        },
        committing(.pskNonceLength) { _ in
            [.remove(.at(3)), .preSharedKey(PreSharedKeyID(kind: .external(id: [1]), nonce: [1, 2, 3]))]
        },
        committing(.pskKnown) { _ in
            [.remove(.at(3)), .preSharedKey(PreSharedKeyID(kind: .external(id: [2]), nonce: nonce))]
        },
        committing(.pskDistinct) { _ in
            let psk = Proposal.preSharedKey(PreSharedKeyID(kind: .external(id: [1]), nonce: nonce))
            return [.remove(.at(3)), psk, psk]
        },
        committing(.updateByCommitter) { members in
            var leaf = members[0].tree[.at(0)]
            leaf?.source = .update
            return [.remove(.at(3))] + (leaf.map { [.update($0)] } ?? [])
        },
        committing(.removesCommitter) { _ in [.remove(.at(0))] },
        committing(.oneChangePerLeaf) { _ in [.remove(.at(3)), .remove(.at(3))] },
        committing(.addsDistinct) { _ in
            let new = try Workshop.keyPackage("new")
            let again = try Workshop.keyPackage("new", signer: new.signer)
            return [.remove(.at(3)), .add(new.keyPackage), .add(again.keyPackage)]
        },
        committing(.oneExtensionsProposal) { _ in
            [.remove(.at(3)), .groupContextExtensions([]), .groupContextExtensions([])]
        },
        committing(.externalInitByMember) { _ in [.remove(.at(3)), .externalInit(kemOutput: [1])] },
        RuleCase(.groupRequirementsMet) { breaking in
            // The committer supports what it demands; the member in the middle does not.
            var capable = Workshop.capabilities
            let demanded = ExtensionType(rawValue: 0xF0B1)
            capable.extensions.append(demanded)
            var members = try Workshop.group(of: 1, capabilities: capable)
            for capabilities in [breaking ? Workshop.capabilities : capable, capable] {
                let new = try Workshop.keyPackage("new", capabilities: capabilities)
                let staged = try Workshop.commit(
                    &members, by: 0, CommitOptions(proposals: [.add(new.keyPackage)]))
                members.append(
                    try Group.join(welcome: Workshop.welcome(of: staged), with: new, policy: Workshop.policy))
            }
            let harmless = ProposalRequest.groupContextExtensions([])
            let message = try members[0].commit(CommitOptions(proposals: [harmless])).message
            guard breaking else {
                let demand = RequiredCapabilities(extensions: [demanded]).asExtension
                let fine = try members[0].commit(CommitOptions(proposals: [.groupContextExtensions([demand])]))
                _ = try members[2].process(fine.message)
                return
            }
            let forged = try Forge.changedCommit(message, by: members[0]) {
                let demand = RequiredCapabilities(extensions: [demanded]).asExtension
                $0.proposals = [.proposal(.groupContextExtensions([demand]))]
            }
            _ = try members[2].process(forged)
        },
        RuleCase(.pathRequired) { breaking in
            let members = try Workshop.group(of: 4)
            var message = try members[0].commit(CommitOptions(proposals: [.remove(.at(3))])).message
            if breaking { message = try Forge.changedCommit(message, by: members[0]) { $0.path = nil } }
            _ = try members[1].process(message)
        },
        RuleCase(.proposalKnown) { breaking in
            var members = try Workshop.group(of: 4)
            let proposal = try members[2].propose(.remove(.at(3)))
            members[0] = try members[0].process(proposal).group
            if !breaking { members[1] = try members[1].process(proposal).group }
            _ = try members[1].process(members[0].commit().message)
        },
        RuleCase(.updateKeyFresh) { breaking in
            var members = try Workshop.group(of: 2)
            var message = try members[1].propose(.update())
            if breaking {
                let old = members[1].tree[.at(1)]
                message = try Forge.changed(message, by: members[1]) { content in
                    guard case .proposal(.update(var leaf)) = content.body, let old else { return }
                    leaf.encryptionKey = old.encryptionKey
                    try Forge.sign(&leaf, at: .at(1), of: members[1])
                    content.body = .proposal(.update(leaf))
                }
            }
            _ = try members[0].process(message)
        },
    ]

    private static let nonce = [UInt8](repeating: 5, count: 32)

    /// The first of four members commits the removal of the last; with the break, these proposals.
    private static func committing(
        _ rule: Rule, _ forged: @escaping @Sendable (_ members: [Group]) throws -> [Proposal]
    ) -> RuleCase {
        RuleCase(rule) { breaking in
            let members = try Workshop.group(of: 4)
            var message = try members[0].commit(CommitOptions(proposals: [.remove(.at(3))])).message
            if breaking {
                let proposals = try forged(members)
                message = try Forge.changedCommit(message, by: members[0]) {
                    $0.proposals = proposals.map { .proposal($0) }
                }
            }
            _ = try members[1].process(message)
        }
    }
}
