import Testing

@testable import MLS

/// What is refused for being too much, for not being supported, or for being asked at the wrong time.
struct RefusalTests {
    /// Something that is refused in one way, and goes through in a neighbouring one.
    struct Case: Sendable, CustomTestStringConvertible {
        let error: MLSError
        let attempt: @Sendable (_ breaking: Bool) throws -> Void

        init(_ error: MLSError, _ attempt: @escaping @Sendable (_ breaking: Bool) throws -> Void) {
            self.error = error
            self.attempt = attempt
        }

        var testDescription: String { error.code }
    }

    @Test(arguments: limits + features + misuses)
    func `what is refused is refused by its name`(_ tried: Case) throws {
        #expect(throws: Never.self, "\(tried.testDescription): refused although nothing was wrong") {
            try tried.attempt(false)
        }
        #expect(throws: tried.error) { try tried.attempt(true) }
    }

    @Test func `there is a case for every limit, feature and misuse`() {
        let codes = Set((Self.limits + Self.features + Self.misuses).map(\.error.code))
        let all =
            Limit.allCases.map { MLSError.exceeds($0).code } + Feature.allCases.map { MLSError.unsupported($0).code }
            + Misuse.allCases.map { MLSError.misuse($0).code }
        #expect(codes == Set(all))
    }

    private static func policy(_ change: (inout Limits) -> Void) -> GroupPolicy {
        var policy = Workshop.policy
        change(&policy.limits)
        return policy
    }

    // MARK: Limits

    private static let limits: [Case] = [
        Case(.exceeds(.messageBytes)) { breaking in
            var members = try Workshop.group(of: 1, policy: policy { $0.messageBytes = 1000 })
            _ = try members[0].protect([UInt8](repeating: 0, count: breaking ? 1001 : 500))
        },
        Case(.exceeds(.treeLeaves)) { breaking in
            _ = try Workshop.group(of: breaking ? 5 : 4, policy: policy { $0.treeLeaves = 4 })
        },
        Case(.exceeds(.forwardDistance)) { breaking in
            var members = try Workshop.group(of: 2, policy: policy { $0.forwardDistance = 3 })
            for _ in 0..<(breaking ? 4 : 3) { _ = try members[0].protect([]) }
            _ = try members[1].process(members[0].protect([1]))
        },
        Case(.exceeds(.pendingProposals)) { breaking in
            let members = try Workshop.group(of: 2, policy: policy { $0.pendingProposals = 2 })
            var (sender, receiver) = (members[0], members[1])
            sender.policy.limits.pendingProposals = 10
            for _ in 0..<(breaking ? 3 : 2) {
                receiver = try receiver.process(sender.propose(.externalPSK(id: [1]))).group
            }
        },
        Case(.exceeds(.committedProposals)) { breaking in
            let members = try Workshop.group(of: 2)
            let psks = [ProposalRequest](repeating: .externalPSK(id: [1]), count: breaking ? 4 : 3)
            var receiver = members[1]
            receiver.policy.limits.committedProposals = 3
            _ = try receiver.process(members[0].commit(CommitOptions(proposals: psks)).message)
        },
        Case(.exceeds(.generation)) { breaking in
            let operations = try Workshop.suite.operations
            var stored = Writer()
            stored.write(UInt32.max)
            stored.write(optional: Secret.random(32))
            stored.write(vector: [])
            var reader = Reader(stored.bytes)
            var ratchet = try HashRatchet(from: &reader, operations: operations)
            for _ in 0..<(breaking ? 2 : 1) { _ = try ratchet.next(operations) }
        },
        Case(.exceeds(.epoch)) { breaking in
            var member = try Workshop.group(of: 1)[0]
            member.context.epoch = breaking ? .max : .max - 1
            _ = try member.commit()
        },
        Case(.exceeds(.exportBytes)) { breaking in
            let member = try Workshop.group(of: 1, policy: policy { $0.exportBytes = 64 })[0]
            _ = try member.export(label: "x", context: [], length: breaking ? 65 : 64)
        },
    ]

    // MARK: Features

    private static let reInit = ReInit(
        groupID: [1], version: .mls10, cipherSuite: Workshop.suite, extensions: [])

    private static let features: [Case] = [
        Case(.unsupported(.cipherSuite)) { breaking in
            _ = try SignatureKeyPair(generatingFor: CipherSuite(rawValue: breaking ? 4 : 1))
        },
        Case(.unsupported(.protocolVersion)) { breaking in
            var bytes = MLSMessage.keyPackage(try Workshop.keyPackage("new").keyPackage).encoded()
            if breaking { bytes[1] = 2 }
            _ = try MLSMessage(decoding: bytes)
        },
        Case(.unsupported(.wireFormat)) { breaking in
            var bytes = MLSMessage.keyPackage(try Workshop.keyPackage("new").keyPackage).encoded()
            if breaking { bytes[3] = 6 }
            _ = try MLSMessage(decoding: bytes)
        },
        Case(.unsupported(.proposalType)) { breaking in
            _ = try Proposal(wholeOf: [0, breaking ? 8 : 3, 0, 0, 0, 0])
        },
        Case(.unsupported(.credentialType)) { breaking in _ = try Credential(wholeOf: [0, breaking ? 3 : 1, 0]) },
        Case(.unsupported(.reInit)) { breaking in
            // Decoded, and then refused, by value and by reference, from inside and from outside.
            #expect(try Proposal(wholeOf: Proposal.reInit(reInit).encoding) == .reInit(reInit))
            var members = try Workshop.group(of: 2)
            var message = try members[0].propose(.remove(.at(1)))
            if breaking {
                message = try Forge.changed(message, by: members[0]) { $0.body = .proposal(.reInit(reInit)) }
            }
            _ = try members[1].process(message)
        },
        Case(.unsupported(.reInit)) { breaking in
            let members = try Workshop.group(of: 2)
            var message = try members[0].commit(Workshop.pathOnly).message
            if breaking {
                message = try Forge.changedCommit(message, by: members[0]) {
                    $0.proposals = [.proposal(.reInit(reInit))]
                }
            }
            _ = try members[1].process(message)
        },
        Case(.unsupported(.reInit)) { breaking in
            var member = try Workshop.group(of: 1)[0]
            _ = try member.propose(breaking ? .reInit(reInit) : .externalPSK(id: [1]))
        },
        welcome(.reInit, usage: .reInit),
        welcome(.branch, usage: .branch),
    ]

    /// Somebody is invited into a group that is to take the place of another one, or to branch off it.
    private static func welcome(_ feature: Feature, usage: PreSharedKeyID.ResumptionUsage) -> Case {
        Case(.unsupported(feature)) { breaking in
            let members = try Workshop.group(of: 2)
            let invited = try Workshop.keyPackage("invited")
            let staged = try members[0].commit(CommitOptions(proposals: [.add(invited.keyPackage)]))
            let welcome = try Forge.changed(
                Workshop.welcome(of: staged), for: invited, by: staged.group,
                secrets: { secrets in
                    guard breaking else { return }
                    let kind = PreSharedKeyID.Kind.resumption(usage: usage, groupID: [1], epoch: 1)
                    secrets.preSharedKeys = [PreSharedKeyID(kind: kind, nonce: [UInt8](repeating: 1, count: 32))]
                })
            _ = try Group.join(welcome: welcome, with: invited, policy: Workshop.policy)
        }
    }

    // MARK: Misuse

    private static let misuses: [Case] = [
        whenRemoved { group in _ = try group.protect([1]) },
        whenRemoved { group in _ = try group.commit() },
        whenRemoved { group in _ = try group.propose(.update()) },
        whenRemoved { group in _ = try group.groupInfo() },
        whenRemoved { group in _ = try group.export(label: "x", context: [], length: 16) },
        Case(.misuse(.keyMismatch)) { breaking in
            let owned = try Workshop.keyPackage("new")
            _ = try OwnedKeyPackage(
                keyPackage: owned.keyPackage, initKey: breaking ? owned.encryptionKey : owned.initKey,
                encryptionKey: owned.encryptionKey, signatureKey: owned.signer.privateKey)
        },
        Case(.misuse(.argument)) { breaking in
            var member = try Workshop.group(of: 1)[0]
            _ = try member.protect([1], padding: breaking ? -1 : 0)
        },
        Case(.misuse(.proposalsPending)) { breaking in
            var members = try Workshop.group(of: 2)
            _ = try members[0].propose(.remove(.at(1)))
            _ = try members[0].protect([1], ignoringProposals: !breaking)
        },
        Case(.misuse(.ownCommit)) { breaking in
            let members = try Workshop.group(of: 2)
            let staged = try members[0].commit(Workshop.pathOnly)
            _ = try members[breaking ? 0 : 1].process(staged.message)
        },
        Case(.misuse(.notAGroupMessage)) { breaking in
            var members = try Workshop.group(of: 2)
            let message = try breaking ? members[0].groupInfo() : members[0].propose(.update())
            _ = try members[1].process(message)
        },
        Case(.misuse(.unknownEpoch)) { breaking in
            var member = try Workshop.group(of: 1)[0]
            _ = try member.propose(.resumptionPSK(epoch: breaking ? 5 : 0))
        },
    ]

    /// The second of two members does something, with the break after it was removed.
    private static func whenRemoved(_ act: @escaping @Sendable (inout Group) throws -> Void) -> Case {
        Case(.misuse(.notAMember)) { breaking in
            let members = try Workshop.group(of: 2)
            var group = members[1]
            if breaking {
                let staged = try members[0].commit(CommitOptions(proposals: [.remove(.at(1))]))
                let processed = try group.process(staged.message)
                guard case .commit(let effects) = processed.content else { return }
                #expect(effects.removesOwn)
                group = processed.group
            }
            try act(&group)
        }
    }
}
