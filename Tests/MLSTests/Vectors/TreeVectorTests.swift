import Testing

@testable import MLS

/// The vector files about the ratchet tree.
@Suite(.enabled(if: VectorFile.isRunnable, VectorFile.whySkipped))
struct TreeVectorTests {
    private func tree(_ vector: Vector, _ operations: SuiteOperations) throws -> GroupTree {
        let encoded = try vector.bytes
        let tree = try GroupTree(RatchetTree(decoding: encoded), operations: operations, limits: Limits())
        #expect(tree.ratchetTree.encoded() == encoded)
        return tree
    }

    @Test func `official trees have the official hashes and resolutions and are valid`() throws {
        var records = 0
        for record in try VectorFile.records("tree-validation") {
            guard let operations = try record.operations else { continue }
            var tree = try tree(record["tree"], operations)
            let resolutions = try record["resolutions"].list
            let hashes = try record["tree_hashes"].list
            #expect(tree.nodeCount == resolutions.count)
            _ = tree.treeHash()
            for node in 0..<UInt32(resolutions.count) {
                let expected = try resolutions[Int(node)].list.map { try UInt32($0.number) }
                #expect(tree.resolution(of: node) == expected)
                #expect(tree.hashes[Int(node)] == (try hashes[Int(node)].bytes))
            }
            let rules = try LeafRules(
                operations: operations, groupID: record["group_id"].bytes, extensions: [], policy: .testing)
            try tree.validate(rules)
            records += 1
        }
        #expect(records == 70)
    }

    @Test func `proposals change official trees as they should`() throws {
        for record in try VectorFile.records("tree-operations") {
            let operations = try #require(try record.operations)
            var tree = try tree(record["tree_before"], operations)
            #expect(tree.treeHash() == (try record["tree_hash_before"].bytes))
            switch try Proposal(wholeOf: record["proposal"].bytes) {
            case .add(let keyPackage): _ = try tree.add(keyPackage.leafNode, limits: Limits())
            case .update(let leaf): tree.update(LeafIndex(rawValue: try record["proposal_sender"].uint32), to: leaf)
            case .remove(let index):
                tree.remove(index)
                tree.truncate()
            case let other: Issue.record("no proposal for a tree: \(other.type)")
            }
            #expect(tree.ratchetTree.encoded() == (try record["tree_after"].bytes))
            #expect(tree.treeHash() == (try record["tree_hash_after"].bytes))
        }
    }

    @Test func `official update paths are followed by everybody, and our own too`() throws {
        var records = 0
        for record in try VectorFile.records("treekem") {
            guard let operations = try record.operations else { continue }
            let tree = try tree(record["ratchet_tree"], operations)
            let members = try members(record["leaves_private"], in: tree)
            for update in try record["update_paths"].list {
                let sender = LeafIndex(rawValue: try update["sender"].uint32)
                try follow(update, from: sender, in: tree, members: members, record: record)
                let signer = try #require(members[sender]).signer
                try makeOwn(from: sender, signer: signer, in: tree, members: members, record: record)
            }
            records += 1
        }
        #expect(records == 55)
    }

    private typealias Members = [LeafIndex: (keys: TreeKeys, signer: SignaturePrivateKey)]

    private func members(_ vector: Vector, in tree: GroupTree) throws -> Members {
        var members: Members = [:]
        for entry in try vector.list {
            let index = LeafIndex(rawValue: try entry["index"].uint32)
            let leafKey = try tree.operations.privateKey(entry["encryption_priv"].secret)
            #expect(leafKey.publicKey == tree[index]?.encryptionKey)
            var keys = TreeKeys(leaf: index, leafKey: leafKey)
            for secret in try entry["path_secrets"].list {
                let node = try secret["node"].uint32
                let key = try tree.operations.nodeKeyPair(secret["path_secret"].secret)
                #expect(key.publicKey == tree.encryptionKey(at: node))
                keys.set(key, at: node)
            }
            members[index] = (keys, try tree.operations.signatureKey(entry["signature_priv"].secret))
        }
        return members
    }

    private func context(_ record: Vector, _ tree: inout GroupTree) throws -> [UInt8] {
        GroupContext(
            cipherSuite: tree.operations.suite, groupID: try record["group_id"].bytes,
            epoch: try record["epoch"].number, treeHash: tree.treeHash(),
            confirmedTranscriptHash: try record["confirmed_transcript_hash"].bytes, extensions: []
        ).encoding
    }

    private func follow(
        _ update: Vector, from sender: LeafIndex, in tree: GroupTree, members: Members, record: Vector
    ) throws {
        var tree = tree
        let path = try UpdatePath(wholeOf: update["update_path"].bytes)
        let steps = try tree.merge(path, from: sender, added: [])
        #expect(tree.treeHash() == (try update["tree_hash_after"].bytes))
        let context = try context(record, &tree)
        let pathSecrets = try update["path_secrets"].list
        for (index, member) in members where index != sender {
            var keys = member.keys
            let secret = try tree.decrypt(path, along: steps, context: context, added: [], keys: &keys)
            #expect(secret.reveal() == (try update["commit_secret"].bytes))
            let ancestor = TreeMath.commonAncestor(index.node, sender.node)
            let expected = try tree.operations.nodeKeyPair(pathSecrets[Int(index.rawValue)].secret)
            #expect(keys.keys[ancestor]?.publicKey == expected.publicKey)
        }
    }

    private func makeOwn(
        from sender: LeafIndex, signer: SignaturePrivateKey, in tree: GroupTree, members: Members, record: Vector
    ) throws {
        var committing = tree
        let leaf = try #require(tree[sender])
        let new = try committing.renewPath(
            of: sender, leaf: leaf, groupID: record["group_id"].bytes, signer: signer)
        let context = try context(record, &committing)
        let path = try committing.encrypt(new, context: context, added: [])
        var following = tree
        let steps = try following.merge(path, from: sender, added: [])
        #expect(following.treeHash() == committing.treeHash())
        for (index, member) in members where index != sender {
            var keys = member.keys
            let secret = try following.decrypt(path, along: steps, context: context, added: [], keys: &keys)
            #expect(secret.isEqual(to: new.commitSecret))
        }
    }
}

extension GroupPolicy {
    /// Takes any credential, since vectors are about something else; the clock stands still, lifetimes may be any.
    static var testing: GroupPolicy {
        var limits = Limits()
        limits.lifetimeSeconds = .max
        return GroupPolicy(
            limits: limits, acceptsCredential: { _ in true }, currentTime: { 1_700_000_000 },
            preSharedKey: { _ in nil })
    }
}

extension Vector {
    var uint32: UInt32 {
        get throws { UInt32(truncatingIfNeeded: try number) }
    }
}
