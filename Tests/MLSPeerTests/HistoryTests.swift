import Foundation
import Testing

/// Random histories among `mls-peer` processes: whatever happens, all members stay in agreement.
struct HistoryTests {
    /// `MLS_HISTORY_OFFSET` tries other seeds than the usual ones.
    private static let offset = ProcessInfo.processInfo.environment["MLS_HISTORY_OFFSET"].flatMap { Int($0) } ?? 0

    /// Every suite comes; those that are slow without optimization come less often.
    private static func suite(of seed: Int) -> Int {
        switch seed % 100 {
        case 17: 5
        case 31, 67: 7
        case 3, 43, 83: 3
        case let place where place % 20 == 7: 1
        default: 2
        }
    }

    @Test(arguments: 0..<8)
    func `members agree through forty random steps`(_ part: Int) throws {
        let peers = try (0..<3).map { _ in try PeerProcess() }
        var tally = History.Tally()
        for seed in (Self.offset + part * 25)..<(Self.offset + part * 25 + 25) {
            var history = try History(seed: UInt64(seed), suite: Self.suite(of: seed), largest: 5, peers: peers)
            try history.run(steps: 40)
            tally.merge(history.tally)
        }
        // Nothing is proven by steps that never come about.
        for name in [
            "propose add", "propose update", "propose remove", "propose psk", "propose resumption", "propose gce",
            "external add", "external remove", "new member's proposal", "commit", "commit that adds", "join",
            "commit in vain", "removed", "kept outside", "external join", "external rejoin", "message",
            "replay refused", "message of a past epoch",
        ] { #expect(tally.steps[name, default: 0] > 0, "no \(name) in part \(part)") }
        for peer in peers { #expect(try peer.quit() == 0) }
    }

    @Test(arguments: [1000, 1001])
    func `twenty-four members agree through a hundred and fifty random steps`(_ seed: Int) throws {
        let peers = try (0..<4).map { _ in try PeerProcess() }
        var history = try History(seed: UInt64(Self.offset + seed), suite: 2, largest: 24, peers: peers)
        try history.run(steps: 150)
        #expect(history.mostMembers == 24)
        for peer in peers { #expect(try peer.quit() == 0) }
    }
}
