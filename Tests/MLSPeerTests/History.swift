import Foundation
import Testing

/// A random history of one group whose members live in several `mls-peer` processes.
///
/// The history keeps its own model of the group: who is in it, what is pending. After every commit all members must agree
/// with each other and with the model. A seed gives the same choices each time.
struct History {
    let seed: UInt64
    let suite: Int
    let largest: Int
    let peers: [PeerProcess]
    var random: SeededGenerator
    var members: [Client] = []
    /// Members that have been removed, with their last state.
    var removed: [Client] = []
    var pending = Pending()
    var epoch = 0
    var groupID: String
    var lastIdentity = 0
    var tally = Tally()
    /// Messages of earlier epochs that some members have not got yet.
    var late: [Late] = []
    var externalSigner: (peer: PeerProcess, signer: Int, extensionData: String)?
    var hasExternalSender = false
    /// The same after the pending extensions are committed.
    var nextHasExternalSender = false
    private(set) var mostMembers = 1

    /// A group extension that only our clients know.
    static let ownExtension = 0xF0A0

    struct Client {
        let peer: PeerProcess
        var state: Int
        let identity: String
    }

    /// What has been proposed by reference in this epoch.
    struct Pending {
        var added: [NewMember] = []
        var removed: Set<String> = []
        /// Members whose update is pending; they cannot be the ones who commit.
        var updated: Set<String> = []
        var keys: [(id: String, key: String)] = []
        var resumes = false
        var extensions = false
        var count = 0
    }

    struct NewMember {
        let peer: PeerProcess
        let keyPackage: Int
        let identity: String
    }

    struct Late {
        let message: String
        let plaintext: String
        let receiver: String
        let epoch: Int
    }

    /// What has happened, so that a test can see that everything does happen.
    struct Tally {
        var steps: [String: Int] = [:]
        mutating func count(_ name: String) { steps[name, default: 0] += 1 }
        mutating func merge(_ other: Tally) { steps.merge(other.steps) { $0 + $1 } }
    }

    init(seed: UInt64, suite: Int, largest: Int, peers: [PeerProcess]) throws {
        self.seed = seed
        self.suite = suite
        self.largest = largest
        self.peers = peers
        random = SeededGenerator(seed: seed)
        groupID = Self.hex("group \(seed)")
        let founder = try makeKeyPackage()
        hasExternalSender = chance(60)
        let extensions = hasExternalSender ? [["type": 5, "data": try outsider().extensionData] as [String: Any]] : []
        let reply = try founder.peer.call(
            "create_group",
            ["suite": suite, "group_id": groupID, "kp": founder.keyPackage, "extensions": extensions])
        members = [Client(peer: founder.peer, state: try reply.number("state"), identity: founder.identity)]
        try agree()
    }

    static func hex(_ text: String) -> String {
        text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    mutating func randomHex(_ count: Int) -> String {
        (0..<count).map { _ in
            let byte = UInt8.random(in: .min ... .max, using: &random)
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    // MARK: Steps

    /// Takes `count` random steps.
    mutating func run(steps count: Int) throws {
        for _ in 0..<count { try step() }
        // Whatever is still on its way arrives in the end.
        try deliverLate(all: true)
    }

    mutating func step() throws {
        switch Int.random(in: 0..<100, using: &random) {
        case ..<28: try proposeSomething()
        case ..<62: try commitSomething()
        case ..<68: try joinExternally()
        case ..<94: try talk()
        default: try deliverLate(all: false)
        }
    }

    mutating func makeKeyPackage() throws -> NewMember {
        lastIdentity += 1
        let identity = Self.hex("client \(lastIdentity) of \(seed)")
        let peer = peers[Int.random(in: peers.indices, using: &random)]
        let reply = try peer.call("key_package", ["suite": suite, "identity": identity, "capabilities": capabilities])
        keyPackages[identity] = try reply.text("key_package")
        return NewMember(peer: peer, keyPackage: try reply.number("kp"), identity: identity)
    }

    private var capabilities: [String: [Int]] {
        [
            "versions": [1], "ciphersuites": [suite, 0x0A0A], "extensions": [Self.ownExtension, 0x1A1A],
            "proposals": [0x2A2A], "credentials": [1, 2],
        ]
    }

    /// The encoded key packages by identity.
    var keyPackages: [String: String] = [:]

    // MARK: Agreement

    /// All members are in one epoch and see the same group, which is the one of the model.
    mutating func agree() throws {
        mostMembers = max(mostMembers, members.count)
        var first: [String: String]?
        for client in members {
            let view = try client.peer.call("describe", ["state": client.state])
            #expect(try view.number("epoch") == epoch, "seed \(seed)")
            #expect(try view.number("suite") == suite)
            var facts: [String: String] = [:]
            for field in [
                "epoch_authenticator", "tree_hash", "confirmed_transcript_hash", "group_context", "resumption_psk",
                "group_id",
            ] { facts[field] = try view.text(field) }
            facts["exported"] = try client.peer.call(
                "export", ["state": client.state, "label": "history", "context": groupID, "length": 40]
            ).text("secret")
            let seen = try view.members()
            #expect(seen[try view.number("index")] == client.identity, "seed \(seed), epoch \(epoch)")
            #expect(Set(seen.values) == Set(members.map(\.identity)), "seed \(seed), epoch \(epoch)")
            facts["members"] = "\(seen.sorted { $0.key < $1.key })"
            #expect(facts["group_id"] == groupID)
            if let first {
                #expect(facts == first, "seed \(seed), epoch \(epoch): \(client.identity) sees another group")
            }
            first = first ?? facts
        }
    }
}

/// A small reproducible generator (splitmix64); never for keys.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0xD134_2543_DE82_EF95 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
