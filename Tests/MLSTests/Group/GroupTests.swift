import Testing

@testable import MLS

/// What members of a group do with each other.
struct GroupTests {
    @Test(arguments: CipherSuite.supported)
    func `members who were added agree and talk`(_ suite: CipherSuite) throws {
        var group = try Party.group(3, suite: suite)
        #expect(group.agree)
        let message = try group[1].protect([7, 8, 9], authenticatedData: [1])
        for reader in [0, 2] {
            let processed = try group[reader].process(MLSMessage(decoding: message.encoded()))
            guard case .application(let application) = processed.content else {
                Issue.record("no application message")
                continue
            }
            #expect(application.plaintext == [7, 8, 9])
            #expect(application.sender.index == group[1].ownLeafIndex)
            #expect(processed.authenticatedData == [1])
            group[reader] = processed.group
            #expect(throws: MLSError.violates(.generationConsumed)) { try group[reader].process(message) }
        }
    }

    @Test(arguments: [HandshakeProtection.publicMessage, .privateMessage])
    func `proposals of all kinds are committed by reference`(_ protection: HandshakeProtection) throws {
        var group = try Party.group(5)
        let newcomer = try Party.keyPackage("newcomer")
        let requests: [(Int, ProposalRequest)] = [
            (1, .add(newcomer.keyPackage)), (2, .update()), (3, .remove(group[4].ownLeafIndex)),
            (3, .externalPSK(id: [UInt8]("known 1".utf8))), (1, .resumptionPSK(epoch: group[0].epoch)),
            (2, .groupContextExtensions([RequiredCapabilities(credentials: [.basic]).asExtension])),
        ]
        for (sender, request) in requests {
            let message = try group[sender].propose(request, protection: protection)
            try group.deliver(message, from: sender)
        }
        let removed = group.removeLast()
        var options = CommitOptions()
        options.protection = protection
        let before = removed
        let staged = try group.commit(0, options)
        #expect(group.agree)
        #expect(group[0].pendingProposals.isEmpty)
        let processed = try before.process(staged.message)
        guard case .commit(let effects) = processed.content else {
            Issue.record("no commit")
            return
        }
        #expect(effects.removesOwn)
        #expect(!processed.group.isMember)
        #expect(effects.added.map(\.credential) == [newcomer.keyPackage.leafNode.credential])
        #expect(effects.updated.map(\.index) == [group[2].ownLeafIndex])
        #expect(effects.preSharedKeys.count == 2)
        guard case .welcome(let welcome)? = staged.welcome else {
            Issue.record("no Welcome")
            return
        }
        var policy = Party.policy
        let psk = policy.preSharedKey
        let resumption = before.resumptionSecret
        policy.preSharedKey = { id in
            if case .resumption = id.kind { resumption } else { psk(id) }
        }
        group.append(try Group.join(welcome: welcome, with: newcomer, policy: policy))
        #expect(group.agree)
        #expect(group[0].extensions.count == 1)
        _ = try group.commit(2)
        #expect(group.agree)
    }

    @Test func `whoever lost the state comes back by an external commit`() throws {
        var group = try Party.group(4)
        _ = try group.commit(2)
        guard case .groupInfo(let info) = try group[0].groupInfo() else {
            Issue.record("no GroupInfo")
            return
        }
        let lost = group[3].ownLeafIndex
        let identity = ClientIdentity(credential: group[3].members[3].credential, signer: group[3].signer)
        let staged = try Group.joinExternally(
            groupInfo: info, as: identity, options: ExternalCommitOptions(removing: lost), policy: Party.policy)
        try group.deliver(staged.message, from: 3)
        group[3] = staged.group
        #expect(group.agree)
        #expect(staged.effects.isExternal)
        #expect(group[0].members.count == 4)
        for committer in [3, 1, 0] {
            _ = try group.commit(committer)
            #expect(group.agree)
        }
    }

    @Test func `an external sender proposes, and a newcomer asks to be added`() throws {
        let signer = try SignatureKeyPair(generatingFor: .x25519AES128SHA256Ed25519)
        let external = ExternalSender(
            signatureKey: signer.publicKey, credential: .basic(identity: [UInt8]("server".utf8)))
        var group = try Party.group(3, extensions: [ExternalSender.asExtension([external])])
        let newcomer = try Party.keyPackage("newcomer")
        let (id, epoch) = (group[0].id, group[0].epoch)
        let remove = try ExternalProposal.remove(
            group[2].ownLeafIndex, groupID: id, epoch: epoch, senderIndex: 0, signer: signer)
        let add = try ExternalProposal.newMemberAdd(newcomer, groupID: id, epoch: epoch)
        for message in [remove, add] { try group.deliver(message, from: -1) }
        group.removeLast()
        let staged = try group.commit(1)
        guard case .welcome(let welcome)? = staged.welcome else {
            Issue.record("no Welcome")
            return
        }
        group.append(try Group.join(welcome: welcome, with: newcomer, policy: Party.policy))
        #expect(group.agree)
        #expect(group[2].ownLeafIndex.rawValue == 2)
    }

    @Test func `late messages of past epochs are read with the names of then`() throws {
        var group = try Party.group(3)
        let late = try group[1].protect([1])
        let later = try group[1].protect([2])
        let sender = group[1].ownLeafIndex
        var options = CommitOptions()
        options.proposals = [.remove(sender)]
        group.remove(at: 1)
        _ = try group.commit(0, options)
        for (message, plaintext) in [(later, [2] as [UInt8]), (late, [1])] {
            let processed = try group[1].process(message)
            guard case .application(let application) = processed.content else {
                Issue.record("no application message")
                continue
            }
            #expect(application.plaintext == plaintext)
            #expect(application.sender.index == sender)
            group[1] = processed.group
        }
        for _ in 0..<3 { _ = try group.commit(1) }
        #expect(throws: MLSError.violates(.epochKept)) { try group[0].process(late) }
    }

    @Test func `a commit that is not accepted leaves no trace`() throws {
        var group = try Party.group(3)
        var options = CommitOptions()
        options.protection = .privateMessage
        let lost = try group[0].commit(options)
        group[0] = try #require(lost.discarded)
        #expect(group.agree)
        _ = try group.commit(1)
        _ = try group.commit(0, options)
        #expect(group.agree)
    }

    @Test func `application data waits for pending proposals`() throws {
        var group = try Party.group(2)
        _ = try group[0].propose(.update())
        #expect(throws: MLSError.misuse(.proposalsPending)) { try group[0].protect([1]) }
        #expect(throws: Never.self) { try group[0].protect([1], ignoringProposals: true) }
        group[0].discardPendingProposals()
        #expect(throws: Never.self) { try group[0].protect([1]) }
    }

    @Test func `a member can change its name and keys in a commit`() throws {
        var group = try Party.group(3)
        var options = CommitOptions()
        options.leafUpdate = LeafUpdate(
            credential: .basic(identity: [9]), signer: try SignatureKeyPair(generatingFor: group[0].cipherSuite))
        _ = try group.commit(1, options)
        #expect(group[0].member(at: group[1].ownLeafIndex)?.credential == .basic(identity: [9]))
        _ = try group.commit(1)
        let update = try group[2].propose(
            .update(LeafUpdate(signer: try SignatureKeyPair(generatingFor: group[0].cipherSuite))))
        try group.deliver(update, from: 2)
        _ = try group.commit(0)
        _ = try group.commit(2)
        #expect(group.agree)
    }

    @Test func `a snapshot goes on where the group was`() throws {
        var group = try Party.group(4)
        for step in 0..<6 {
            let message = try group[step % 4].protect([UInt8(step)])
            try group.deliver(message, from: step % 4)
            let update = try group[(step + 1) % 4].propose(.update())
            try group.deliver(update, from: (step + 1) % 4)
            for index in group.indices {
                let snapshot = group[index].snapshot()
                group[index] = try Group(snapshot: snapshot, policy: Party.policy)
                #expect(group[index].snapshot() == snapshot)
            }
            _ = try group.commit(step % 4)
            #expect(group.agree)
        }
    }

    @Test func `a snapshot that was damaged does not trap`() throws {
        let snapshot = try Party.group(2)[1].snapshot()
        for count in stride(from: 0, to: snapshot.count, by: 7) {
            #expect(throws: MLSError.self) {
                try Group(snapshot: Array(snapshot.prefix(count)), policy: Party.policy)
            }
        }
        #expect(throws: MLSError.malformed(.trailingBytes)) {
            try Group(snapshot: snapshot + [0], policy: Party.policy)
        }
        #expect(throws: MLSError.malformed(.snapshot)) {
            try Group(snapshot: [0, 2] + snapshot.dropFirst(2), policy: Party.policy)
        }
    }
}

/// What printing shows of values that hold keys.
struct RedactionTests {
    @Test func `printing shows no private key`() throws {
        let keyPackage = try Party.keyPackage("alice")
        let group = try Group.create(id: [1], with: keyPackage, policy: Party.policy)
        let staged = try group.commit()
        for value in [keyPackage, keyPackage.signer, group, staged] as [any Sendable] {
            var text = String(describing: value) + String(reflecting: value)
            dump(value, to: &text)
            for secret in [
                keyPackage.initKey, keyPackage.encryptionKey, keyPackage.signer.privateKey,
                group.epochAuthenticator, staged.group.epochAuthenticator,
            ] {
                let bytes = secret.reveal()
                #expect(!text.contains(bytes.hex))
                #expect(!text.contains(bytes.map(String.init).joined(separator: ", ")))
            }
        }
        #expect(String(describing: group) == "group of 1 in epoch 0, leaf 0")
    }
}

/// Which pending proposals a member's commit covers.
struct PendingSelectionTests {
    @Test func `proposals that would spoil a commit are left out of it`() throws {
        var group = try Party.group(4)
        let (newcomer, other) = (try Party.keyPackage("newcomer"), try Party.keyPackage("other"))
        let sameKey = try OwnedKeyPackage(
            for: newcomer.identity, lifetime: Lifetime(startingAt: Party.now))
        var basicOnly = try Party.identity("x509 only")
        basicOnly.capabilities.credentials = [.x509]
        let unable = try OwnedKeyPackage(for: basicOnly, lifetime: Lifetime(startingAt: Party.now))
        let expired = try OwnedKeyPackage(
            for: Party.identity("expired"), lifetime: Lifetime(notBefore: 0, notAfter: 1000))
        let demanding = RequiredCapabilities(extensions: [ExtensionType(rawValue: 0xF000)]).asExtension
        // Sent by a member who does not check what it proposes.
        var requests: [Proposal] = [
            .add(newcomer.keyPackage), .add(sameKey.keyPackage), .add(unable.keyPackage), .add(expired.keyPackage),
            .add(other.keyPackage), .remove(group[2].ownLeafIndex), .remove(group[2].ownLeafIndex),
            .remove(group[0].ownLeafIndex), .groupContextExtensions([demanding]),
        ]
        requests.append(
            .preSharedKey(PreSharedKeyID(kind: .external(id: [1]), nonce: [UInt8](repeating: 0, count: 32))))
        for request in requests {
            let content = FramedContent(
                groupID: group[1].id, epoch: group[1].epoch, sender: .member(group[1].ownLeafIndex),
                authenticatedData: [], body: .proposal(request))
            let signature = try group[1].operations.sign(
                content, wireFormat: .publicMessage, context: group[1].context.encoding,
                signer: group[1].signer.key)
            let signed = AuthenticatedContent(
                wireFormat: .publicMessage, content: content, auth: FramedContentAuthData(signature: signature))
            try group.deliver(group[1].protect(signed, padding: nil), from: -1)
        }
        let update = try group[2].propose(.update())
        try group.deliver(update, from: 2)
        _ = try group[0].propose(.update())
        let staged = try group[0].commit()
        #expect(
            staged.effects.added.map(\.credential) == [
                newcomer.keyPackage.leafNode.credential, other.keyPackage.leafNode.credential,
            ])
        #expect(staged.effects.removed.map(\.index) == [group[2].ownLeafIndex])
        #expect(staged.effects.updated.isEmpty)
        #expect(staged.effects.extensions == nil)
        #expect(staged.effects.preSharedKeys.isEmpty)
        group[3] = try group[3].process(staged.message).group
        #expect(group[3].epochAuthenticator.isEqual(to: staged.group.epochAuthenticator))
    }
}

/// How much room a message can make the decoder take.
struct DecodedSizeTests {
    @Test func `the smallest elements on the wire stay small in memory`() {
        // Each stands for at least this many bytes on the wire.
        #expect(MemoryLayout<ProposalOrReference>.stride <= 8 * 2)
        #expect(MemoryLayout<RatchetTree.Node?>.stride <= 8)
        #expect(MemoryLayout<PreSharedKeyID>.stride <= 16 * 3)
        #expect(MemoryLayout<Extension>.stride <= 8 * 3)
        #expect(MemoryLayout<EncryptedGroupSecrets>.stride <= 8 * 3)
        #expect(MemoryLayout<UpdatePathNode>.stride <= 8 * 2)
    }

    @Test func `a tree of blanks is refused before it is built`() {
        var writer = Writer()
        writer.write(vector: [UInt8](repeating: 0, count: 1 << 20))
        #expect(throws: MLSError.exceeds(.treeLeaves)) { try RatchetTree(decoding: writer.bytes) }
    }
}
