import Testing

@testable import MLS

/// Whatever arrives, a group neither traps nor believes it, and goes on afterwards.
struct ProcessFuzzTests {
    private static let seeds: [UInt64] = [11, 12, 13]
    /// How long one seed may go on; a slow machine tries fewer.
    private static let patience = Duration.seconds(3)

    /// Messages of every kind that the last member has yet to process, each with the state that takes it.
    private func valid(_ chaos: inout Chaos) throws -> [(receiver: Group, message: MLSMessage)] {
        var members = try Workshop.group(of: 4)
        try Workshop.commit(&members, by: 1, Workshop.pathOnly)
        var found: [(Group, MLSMessage)] = []
        func send(_ work: (inout Group) throws -> MLSMessage) throws {
            var sender = members[0]
            found.append((members[3], try work(&sender)))
        }
        for protection in [HandshakeProtection.publicMessage, .privateMessage] {
            try send { try $0.propose(.update(), protection: protection) }
            try send { try $0.propose(.add(Workshop.keyPackage("new").keyPackage), protection: protection) }
            try send { try $0.propose(.externalPSK(id: [1]), protection: protection) }
            var options = CommitOptions(proposals: [
                .remove(.at(2)), .add(try Workshop.keyPackage("newer").keyPackage), .externalPSK(id: [1]),
            ])
            options.protection = protection
            try send { try $0.commit(options).message }
        }
        try send { try $0.protect(chaos.bytes(upTo: 200), authenticatedData: chaos.bytes()) }
        let new = try Workshop.keyPackage("newest")
        try send { try ExternalProposal.newMemberAdd(new, groupID: $0.id, epoch: $0.epoch) }
        guard case .groupInfo(let info) = try members[0].groupInfo() else { throw MLSError.misuse(.argument) }
        try send { _ in
            try Group.joinExternally(groupInfo: info, as: Workshop.identity("joiner"), policy: Workshop.policy).message
        }
        return found
    }

    @Test(arguments: seeds)
    func `a damaged message changes nothing`(_ seed: UInt64) throws {
        var chaos = Chaos(seed: seed)
        let valid = try valid(&chaos)
        let deadline = ContinuousClock.now + Self.patience
        var (tried, decoded) = (0, 0)
        while ContinuousClock.now < deadline {
            let (receiver, message) = valid[chaos.number(0...valid.count - 1)]
            let original = message.encoded()
            let damaged = chaos.mutate(original)
            guard damaged != original else { continue }
            tried += 1
            guard let read = try? MLSMessage(decoding: damaged) else { continue }
            decoded += 1
            #expect(throws: MLSError.self, "seed \(seed): a damaged \(message.wireFormat) was believed") {
                _ = try receiver.process(read)
            }
        }
        #expect(tried > 20 && decoded > 0)
        for (receiver, message) in valid { _ = try receiver.process(message) }
    }

    @Test(arguments: seeds)
    func `nobody joins by a damaged Welcome or GroupInfo`(_ seed: UInt64) throws {
        var chaos = Chaos(seed: seed)
        let members = try Workshop.group(of: 3)
        let invited = try Workshop.keyPackage("invited")
        let staged = try members[0].commit(CommitOptions(proposals: [.add(invited.keyPackage)]))
        let welcome = try Workshop.welcome(of: staged).encoded()
        guard case .groupInfo(let info) = try members[0].groupInfo() else { throw MLSError.misuse(.argument) }
        let identity = try Workshop.identity("joiner")
        let deadline = ContinuousClock.now + Self.patience
        while ContinuousClock.now < deadline {
            let damagedWelcome = chaos.mutate(welcome)
            if damagedWelcome != welcome, let read = try? Welcome(decoding: damagedWelcome) {
                #expect(throws: MLSError.self, "seed \(seed)") {
                    _ = try Group.join(welcome: read, with: invited, policy: Workshop.policy)
                }
            }
            let damagedInfo = chaos.mutate(info.encoded())
            if damagedInfo != info.encoded(), let read = try? GroupInfo(decoding: damagedInfo) {
                #expect(throws: MLSError.self, "seed \(seed)") {
                    _ = try Group.joinExternally(groupInfo: read, as: identity, policy: Workshop.policy)
                }
            }
        }
        _ = try Group.join(welcome: Welcome(decoding: welcome), with: invited, policy: Workshop.policy)
        _ = try Group.joinExternally(groupInfo: info, as: identity, policy: Workshop.policy)
    }

    /// A member may sign what it likes, so that its signature protects nobody from what is inside.
    @Test(arguments: seeds)
    func `a member's nonsense is refused, and nothing traps`(_ seed: UInt64) throws {
        var chaos = Chaos(seed: seed)
        let members = try Workshop.group(of: 4)
        let honest = try members[0].commit(Workshop.pathOnly).message
        let deadline = ContinuousClock.now + Self.patience
        while ContinuousClock.now < deadline {
            let message = try Forge.changed(honest, by: members[0]) { content in
                switch chaos.number(0...3) {
                case 0: content.body = .proposal(chaos.proposal())
                case 1: content.body = .commit(chaos.commit())
                default:
                    guard case .commit(let commit) = content.body,
                        let damaged = try? Commit(wholeOf: chaos.mutate(commit.encoding))
                    else { return }
                    content.body = .commit(damaged)
                }
                content.epoch = chaos.chance(5) ? chaos.number(0...UInt64.max) : content.epoch
            }
            guard case .publicMessage(let inner) = message else { continue }
            do {
                let processed = try members[1].process(message)
                // Random proposals that anybody may make are fine; a commit without the right tag never is.
                guard case .proposal = processed.content else {
                    Issue.record("seed \(seed): a forged commit was believed")
                    continue
                }
                #expect(inner.content.epoch == members[1].epoch)
            } catch {
                #expect(error != .misuse(.argument), "seed \(seed)")
            }
        }
    }
}
