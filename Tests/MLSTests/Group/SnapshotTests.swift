import Foundation
import Testing

@testable import MLS

/// A stored group goes on exactly where it was, also when an earlier build stored it.
struct SnapshotTests {
    private func reload(_ group: Group) throws -> Group {
        let stored = group.snapshot()
        let loaded = try Group(snapshot: stored, policy: group.policy)
        // Canonical: what was loaded is stored in the same bytes.
        #expect(loaded.snapshot() == stored)
        return loaded
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `a history goes on when every member is stored and loaded after every step`(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var members = try Workshop.group(of: 3)
        var names = 0
        var late: [(receiver: LeafIndex, message: MLSMessage)] = []
        for _ in 0..<30 {
            members = try members.map(reload)
            let actor = Int.random(in: members.indices, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where members.count < 6:
                names += 1
                let new = try Workshop.keyPackage("new \(names)")
                let staged = try Workshop.commit(
                    &members, by: actor, CommitOptions(proposals: [.add(new.keyPackage)]))
                members.append(
                    try Group.join(welcome: Workshop.welcome(of: staged), with: new, policy: Workshop.policy))
            case 1 where members.count > 2:
                let target = members[(actor + 1) % members.count].ownLeafIndex
                try Workshop.commit(&members, by: actor, CommitOptions(proposals: [.remove(target)]))
            case 2:
                let message = try members[actor].propose(
                    .update(), protection: Bool.random(using: &random) ? .publicMessage : .privateMessage)
                members = try members.enumerated().map { index, member in
                    index == actor ? member : try reload(member.process(message).group)
                }
                members = try members.map(reload)
                try Workshop.commit(&members, by: (actor + 1) % members.count, CommitOptions())
            case 3:
                var options = Workshop.pathOnly
                options.protection = .privateMessage
                try Workshop.commit(&members, by: actor, options)
            default:
                let message = try members[actor].protect([1, 2, 3])
                for index in members.indices where index != actor {
                    if Bool.random(using: &random) {
                        members[index] = try members[index].process(message).group
                    } else {
                        late.append((members[index].ownLeafIndex, message))
                    }
                }
            }
            #expect(Set(members.map { $0.epochAuthenticator.reveal() }).count == 1, "seed \(seed)")
        }
        for (receiver, message) in late {
            guard let index = members.firstIndex(where: { $0.ownLeafIndex == receiver }),
                let epoch = message.epoch, members[index].epoch - epoch <= 3,
                members[index].pastEpochs.contains(where: { $0.epoch == epoch }) || members[index].epoch == epoch
            else { continue }
            // A leaf may have changed hands since; then the newcomer cannot read it, which is as it should be.
            guard let read = try? members[index].process(message) else { continue }
            members[index] = try reload(read.group)
            #expect(throws: MLSError.violates(.generationConsumed)) { _ = try members[index].process(message) }
        }
    }

    @Test func `a key that was used before storing cannot be used after loading`() throws {
        var members = try Workshop.group(of: 2)
        let message = try members[0].protect([1])
        members[1] = try reload(members[1].process(message).group)
        #expect(throws: MLSError.violates(.generationConsumed)) { _ = try members[1].process(message) }
        members[0] = try reload(members[0])
        let second = try members[0].protect([2])
        guard case .application(let read) = try members[1].process(second).content else {
            Issue.record("no application message")
            return
        }
        #expect(read.plaintext == [2])
    }

    @Test(arguments: [21, 22] as [UInt64])
    func `a damaged snapshot is refused or loads, and nothing traps`(_ seed: UInt64) throws {
        var chaos = Chaos(seed: seed)
        var members = try Workshop.group(of: 4)
        _ = try members[0].propose(.update())
        try Workshop.commit(&members, by: 1, Workshop.pathOnly)
        let stored = members[0].snapshot()
        let message = try members[1].protect([1])
        let deadline = ContinuousClock.now + .seconds(2)
        var refused = 0
        while ContinuousClock.now < deadline {
            do {
                let loaded = try Group(snapshot: chaos.mutate(stored), policy: Workshop.policy)
                // Whatever it is now, it can be used without a trap.
                _ = try? loaded.process(message)
                _ = try? loaded.commit(Workshop.pathOnly)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 0)
        for count in stride(from: 0, to: stored.count, by: 7) {
            #expect(throws: MLSError.self) {
                _ = try Group(snapshot: Array(stored.prefix(count)), policy: Workshop.policy)
            }
        }
    }

    // MARK: Yesterday's snapshots

    /// What an earlier build stored, and what has to come out of it.
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures")

    private struct Stored {
        var lines: [String: [UInt8]]

        init(lines: [String: [UInt8]]) { self.lines = lines }

        init(_ file: URL) throws {
            lines = [:]
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                let parts = line.split(separator: " ", maxSplits: 1)
                lines[String(parts[0])] = try #require([UInt8](hex: parts.count > 1 ? String(parts[1]) : ""))
            }
        }

        func field(_ name: String) throws -> [UInt8] { try #require(lines[name]) }

        var text: String { lines.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.hex)\n" }.joined() }
    }

    /// A state with everything in it: pending proposals, own updates, past epochs, skipped keys, resumption secrets.
    private func rich(_ suite: CipherSuite) throws -> Stored {
        var members = try Workshop.group(
            of: 4, suite: suite, extensions: [Extension(type: Workshop.known, content: [1, 2, 3])])
        for index in 0..<4 { try Workshop.commit(&members, by: index, Workshop.pathOnly) }
        _ = try members[1].protect([0])
        let early = try members[1].protect([1])
        let skipping = try members[1].protect([2])
        members[0] = try members[0].process(skipping).group
        let past = try members[2].protect([3])
        try Workshop.commit(&members, by: 3, Workshop.pathOnly)
        let update = try members[0].propose(.update())
        let removal = try members[1].propose(.remove(.at(2)))
        members[0] = try members[0].process(removal).group
        members[1] = try members[1].process(update).group
        let staged = try members[1].commit()
        return Stored(lines: [
            "snapshot": members[0].snapshot(), "late": early.encoded(), "past": past.encoded(),
            "commit": staged.message.encoded(), "authenticator": members[0].epochAuthenticator.reveal(),
            "next-authenticator": staged.group.epochAuthenticator.reveal(),
        ])
    }

    @Test(arguments: [CipherSuite.x25519AES128SHA256Ed25519, .p256AES128SHA256P256])
    func `the state that the first release stored still loads and goes on`(_ suite: CipherSuite) throws {
        let file = Self.fixtures.appending(path: "snapshot-1-suite-\(suite.rawValue).txt")
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try FileManager.default.createDirectory(at: Self.fixtures, withIntermediateDirectories: true)
            try rich(suite).text.write(to: file, atomically: true, encoding: .utf8)
        }
        let stored = try Stored(file)
        var group = try Group(snapshot: stored.field("snapshot"), policy: Workshop.policy)
        #expect(group.snapshot() == (try stored.field("snapshot")))
        #expect(group.epochAuthenticator.reveal() == (try stored.field("authenticator")))
        for (name, content) in [("late", [1]), ("past", [3])] as [(String, [UInt8])] {
            let processed = try group.process(MLSMessage(decoding: stored.field(name)))
            guard case .application(let message) = processed.content else {
                Issue.record("\(name) is no application message")
                continue
            }
            #expect(message.plaintext == content)
            group = processed.group
        }
        let next = try group.process(MLSMessage(decoding: stored.field("commit"))).group
        #expect(next.epochAuthenticator.reveal() == (try stored.field("next-authenticator")))
        #expect(next.members.count == 3)
    }
}
