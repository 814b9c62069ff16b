import Foundation
import Testing

@testable import MLS

/// The code of docs/mls.md, so that it stays true.
struct ArticleTests {
    private struct Directory: Sendable {
        func knows(_ credential: Credential, _ key: [UInt8]) -> Bool { credential.type == .basic && key.count == 32 }
    }

    private struct Clock: Sendable {
        var secondsSince1970: UInt64 { 1_700_000_000 }
    }

    @Test func `the article's code does what it says`() throws {
        var cameToTheEnd = false
        defer { #expect(cameToTheEnd) }
        let directory = Directory()
        let clock = Clock()
        let policy = GroupPolicy(
            acceptsCredential: { check in directory.knows(check.credential, check.signatureKey) },
            currentTime: { clock.secondsSince1970 },
            preSharedKey: { _ in nil })
        let suite = CipherSuite.x25519AES128SHA256Ed25519
        let alice = ClientIdentity(
            credential: .basic(identity: [UInt8]("alice".utf8)), signer: try SignatureKeyPair(generatingFor: suite))
        let bob = ClientIdentity(
            credential: .basic(identity: [UInt8]("bob".utf8)), signer: try SignatureKeyPair(generatingFor: suite))
        let bobsKeyPackage = try OwnedKeyPackage(for: bob, lifetime: Lifetime(startingAt: clock.secondsSince1970))
        let published = MLSMessage.keyPackage(bobsKeyPackage.keyPackage).encoded()

        var alicesGroup = try Group.create(id: Secret.random(32).reveal(), as: alice, policy: policy)
        guard case .keyPackage(let fetched) = try MLSMessage(decoding: published) else { return }
        let staged = try alicesGroup.commit(CommitOptions(proposals: [.add(fetched)]))
        alicesGroup = staged.group
        guard case .welcome(let welcome)? = staged.welcome else { return }
        var bobsGroup = try Group.join(welcome: welcome, with: bobsKeyPackage, policy: policy)
        #expect(alicesGroup.epochAuthenticator.isEqual(to: bobsGroup.epochAuthenticator))
        let sent = try alicesGroup.protect([UInt8]("hello".utf8)).encoded()

        let processed = try bobsGroup.process(MLSMessage(decoding: sent))
        bobsGroup = processed.group
        guard case .application(let message) = processed.content else { return }
        #expect(message.plaintext == [UInt8]("hello".utf8))
        #expect(message.sender.credential == alice.credential)
        let stored = bobsGroup.snapshot()
        bobsGroup = try Group(snapshot: stored, policy: policy)
        let update = try bobsGroup.propose(.update())
        alicesGroup = try alicesGroup.process(update).group
        let second = try alicesGroup.commit()

        let followed = try bobsGroup.process(second.message)
        guard case .commit(let effects) = followed.content else { return }
        bobsGroup = followed.group
        alicesGroup = second.group
        #expect(effects.updated.map(\.credential) == [bob.credential])
        guard case .groupInfo(let info) = try alicesGroup.groupInfo() else { return }
        let oldLeaf = alicesGroup.members.first { $0.signatureKey == bob.signer.publicKey }?.index

        let rejoin = try Group.joinExternally(
            groupInfo: info, as: bob, options: ExternalCommitOptions(removing: oldLeaf), policy: policy)
        alicesGroup = try alicesGroup.process(rejoin.message).group
        bobsGroup = rejoin.group
        #expect(alicesGroup.epochAuthenticator.isEqual(to: bobsGroup.epochAuthenticator))
        #expect(alicesGroup.members.count == 2)
        #expect(alicesGroup.epoch == 3)
        cameToTheEnd = true
    }

    @Test func `the article shows only code that is run here`() throws {
        let here = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
        var root = URL(filePath: #filePath).resolvingSymlinksInPath()
        for _ in 0..<4 { root.deleteLastPathComponent() }
        let article = try String(contentsOf: root.appending(path: "docs/mls.md"), encoding: .utf8)
        let lines = Set(here.split(separator: "\n").map { $0.drop { $0 == " " } })
        var (inCode, shown) = (false, 0)
        for line in article.split(separator: "\n") {
            if line.starts(with: "```") {
                inCode.toggle()
            } else if inCode {
                let code = line.drop { $0 == " " }
                #expect(lines.contains(code), "\(code)")
                shown += 1
            }
        }
        #expect(shown > 30)
    }
}
