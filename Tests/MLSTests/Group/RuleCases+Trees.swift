@testable import MLS

/// Rules about ratchet trees, update paths, and the ways into a group.
extension RuleCase {
    static let aboutTrees: [RuleCase] = [
        tree(.unmergedLeavesSorted) { tree, _ in
            try changeParent(11, in: &tree) { $0.unmergedLeaves.reverse() }
        },
        tree(.unmergedLeavesBelow) { tree, _ in
            // Leaf 0 is not below node 11.
            try changeParent(11, in: &tree) { $0.unmergedLeaves.insert(.at(0), at: 0) }
        },
        tree(.unmergedLeavesComplete) { tree, _ in
            try changeParent(11, in: &tree) { $0.unmergedLeaves = [.at(7)] }
        },
        tree(.parentHashValid) { tree, members in
            // The committer's leaf points at a parent that nobody has.
            try changeLeaf(0, in: &tree, of: members) {
                $0.source = .commit(parentHash: [UInt8](repeating: 1, count: 32))
            }
        },
        RuleCase(.signatureKeysUnique) { breaking in
            // Nobody has committed a path yet, so that no parent hash covers the leaf that changes.
            let members = try Workshop.group(of: 3)
            try enter(
                Forge.groupInfo(
                    of: members[0],
                    tree: { tree in
                        guard breaking else { return }
                        try changeLeaf(1, in: &tree, of: members, signedBy: 0) { leaf in
                            leaf.signatureKey = members[0].signer.publicKey
                        }
                    }))
        },
        tree(.treeNodeKind) { tree, _ in tree.nodes[1] = tree.nodes[0] },
        tree(.treeEndsInBlank) { tree, _ in tree.nodes.append(nil) },
        info(.treeHash) { $0.context.treeHash = $0.context.treeHash.flipped },
        info(.externalPub) { $0.extensions.removeAll { $0.type == .externalPub } },
        info(.treePresent) { $0.extensions.removeAll { $0.type == .ratchetTree } },
        RuleCase(.groupInfoSignature) { breaking in
            let members = try Workshop.group(of: 2)
            let info = try Forge.groupInfo(
                of: members[0], spoil: { if breaking { $0.signature = $0.signature.flipped } })
            try enter(info)
        },
    ]

    private static func enter(_ info: GroupInfo) throws {
        _ = try Group.joinExternally(groupInfo: info, as: Workshop.identity("new"), policy: Workshop.policy)
    }

    /// Somebody wants to join a group by a GroupInfo with a changed tree, whose hash and signature fit.
    private static func tree(
        _ rule: Rule, _ change: @escaping @Sendable (inout RatchetTree, _ members: [Group]) throws -> Void
    ) -> RuleCase {
        RuleCase(rule) { breaking in
            let members = try Workshop.groupWithUnmergedLeaves()
            try enter(Forge.groupInfo(of: members[0], tree: { if breaking { try change(&$0, members) } }))
        }
    }

    private static func info(_ rule: Rule, _ change: @escaping @Sendable (inout GroupInfo) -> Void) -> RuleCase {
        RuleCase(rule) { breaking in
            let members = try Workshop.group(of: 2)
            try enter(Forge.groupInfo(of: members[0], info: { if breaking { change(&$0) } }))
        }
    }

    private static func changeParent(
        _ node: Int, in tree: inout RatchetTree, _ change: (inout ParentNode) -> Void
    ) throws {
        guard case .parent(var parent)? = tree.nodes[node] else { throw MLSError.misuse(.argument) }
        change(&parent)
        tree.nodes[node] = .parent(parent)
    }

    private static func changeLeaf(
        _ index: UInt32, in tree: inout RatchetTree, of members: [Group], signedBy signer: UInt32? = nil,
        _ change: (inout LeafNode) -> Void
    ) throws {
        guard case .leaf(var leaf)? = tree.nodes[Int(2 * index)],
            let owner = members.first(where: { $0.ownLeafIndex == .at(signer ?? index) })
        else { throw MLSError.misuse(.argument) }
        change(&leaf)
        try Forge.sign(&leaf, at: .at(index), of: owner)
        tree.nodes[Int(2 * index)] = .leaf(leaf)
    }

    // MARK: Update paths

    static let aboutPaths: [RuleCase] = [
        path(.pathLength) { path, _ in path.nodes.removeLast() },
        path(.pathSecretCount) { path, _ in path.nodes[0].encryptedPathSecrets.removeLast() },
        path(.commitParentHash) { path, members in
            path.leafNode.source = .commit(parentHash: [UInt8](repeating: 1, count: 32))
            try Forge.sign(&path.leafNode, at: .at(0), of: members[0])
        },
        path(.pathKeysNew) { path, members in
            path.nodes[0].encryptionKey = members[2].keys.leafKey?.publicKey ?? []
        },
        path(.pathKeysMatch) { path, members in
            // Everything fits but the secret itself.
            var tree = members[0].tree
            let steps = try tree.merge(path, from: .at(0), added: [])
            var context = members[0].context
            context.epoch += 1
            context.treeHash = tree.treeHash()
            for (place, step) in steps.enumerated() {
                path.nodes[place].encryptedPathSecrets = try tree.resolution(of: step.copathChild).map { node in
                    let sealed = try members[0].operations.encryptWithLabel(
                        publicKey: tree.encryptionKey(at: node) ?? [], label: "UpdatePathNode",
                        context: context.encoding, plaintext: .random(32))
                    return HPKECiphertext(kemOutput: sealed.kemOutput, ciphertext: sealed.ciphertext)
                }
            }
        },
        RuleCase(.pathSecretForEveryMember) { breaking in
            // A member without any key that the path is encrypted to; its group would not have let it come so far.
            let members = try Workshop.group(of: 4)
            let staged = try members[0].commit(Workshop.pathOnly)
            guard case .publicMessage(let message) = staged.message, case .commit(let commit) = message.content.body,
                let path = commit.path
            else { return }
            var tree = members[1].tree
            let steps = try tree.merge(path, from: .at(0), added: [])
            var context = members[1].context
            context.epoch += 1
            context.treeHash = tree.treeHash()
            var keys = breaking ? TreeKeys(leaf: .at(1), keys: [:]) : members[1].keys
            _ = try tree.decrypt(path, along: steps, context: context.encoding, added: [], keys: &keys)
        },
    ]

    /// The first of four members renews its path, which was changed; the second follows.
    private static func path(
        _ rule: Rule, _ change: @escaping @Sendable (inout UpdatePath, _ members: [Group]) throws -> Void
    ) -> RuleCase {
        RuleCase(rule) { breaking in
            let members = try Workshop.group(of: 4)
            var message = try members[0].commit(Workshop.pathOnly).message
            if breaking {
                message = try Forge.changedCommit(message, by: members[0]) { commit in
                    guard var path = commit.path else { return }
                    try change(&path, members)
                    commit.path = path
                }
            }
            _ = try members[1].process(message)
        }
    }

    // MARK: Welcomes

    static let aboutWelcomes: [RuleCase] = [
        RuleCase(.welcomeForKeyPackage) { breaking in
            let (staged, _, invited) = try invitation()
            let other = try Workshop.keyPackage("other")
            _ = try Group.join(
                welcome: Workshop.welcome(of: staged), with: breaking ? other : invited, policy: Workshop.policy)
        },
        RuleCase(.welcomeSuite) { breaking in
            let (staged, _, invited) = try invitation()
            var welcome = try Workshop.welcome(of: staged)
            if breaking { welcome.cipherSuite = .x25519AES128SHA256Ed25519 }
            _ = try Group.join(welcome: welcome, with: invited, policy: Workshop.policy)
        },
        RuleCase(.welcomeLeaf) { breaking in
            let (staged, before, invited) = try invitation()
            let welcome = try Forge.changed(
                Workshop.welcome(of: staged), for: invited, by: staged.group,
                info: { info in
                    guard breaking else { return }
                    // The tree of the epoch before, in which the invited one is not.
                    info.context.treeHash = before.context.treeHash
                    info.extensions = [Extension(type: .ratchetTree, content: before.ratchetTree.encoding)]
                })
            _ = try Group.join(welcome: welcome, with: invited, policy: Workshop.policy)
        },
    ]

    private static func invitation() throws -> (staged: StagedCommit, before: Group, invited: OwnedKeyPackage) {
        let members = try Workshop.group(of: 3)
        let invited = try Workshop.keyPackage("invited")
        let staged = try members[0].commit(CommitOptions(proposals: [.add(invited.keyPackage)]))
        return (staged, members[0], invited)
    }
}
