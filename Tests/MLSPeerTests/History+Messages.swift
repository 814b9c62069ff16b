import Testing

extension History {
    /// A few members send a few messages, which arrive in any order; some arrive only in a later epoch.
    mutating func talk() throws {
        guard members.count > 1 else { return }
        var sent: [(sender: Int, message: String, plaintext: String, aad: String)] = []
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let sender = Int.random(in: members.indices, using: &random)
            let (plaintext, aad) = (randomHex(Int.random(in: 0..<60, using: &random)), randomHex(chance(30) ? 5 : 0))
            var fields: [String: Any] = ["state": members[sender].state, "plaintext": plaintext]
            if !aad.isEmpty { fields["aad"] = aad }
            if chance(30) { fields["padding"] = Int.random(in: 0..<200, using: &random) }
            let message = try members[sender].peer.call("protect", fields).text("message")
            sent.append((sender, message, plaintext, aad))
            tally.count("message")
        }
        for (receiver, client) in members.enumerated() {
            for entry in sent.shuffled(using: &random) where entry.sender != receiver {
                if chance(8) {
                    late.append(
                        Late(
                            message: entry.message, plaintext: entry.plaintext, receiver: client.identity,
                            epoch: epoch))
                    continue
                }
                let reply = try client.peer.call(
                    "unprotect", ["state": client.state, "message": entry.message])
                #expect(try reply.text("plaintext") == entry.plaintext, "seed \(seed)")
                #expect(try reply.text("aad") == entry.aad)
                if chance(10) {
                    expectRefusal("a message twice") {
                        try client.peer.call("unprotect", ["state": client.state, "message": entry.message])
                    }
                    tally.count("replay refused")
                }
            }
        }
        if let client = removed.last, let entry = sent.first {
            expectRefusal("a removed member reading") {
                try client.peer.call("unprotect", ["state": client.state, "message": entry.message])
            }
        }
    }

    /// Delivers messages that were held back, of this epoch or of one up to three epochs ago.
    mutating func deliverLate(all: Bool) throws {
        var kept: [Late] = []
        for entry in late {
            guard let client = members.first(where: { $0.identity == entry.receiver }) else { continue }
            guard all || chance(60) else {
                kept.append(entry)
                continue
            }
            func receive() throws -> PeerProcess.Answer {
                try client.peer.call("unprotect", ["state": client.state, "message": entry.message])
            }
            if epoch - entry.epoch <= 3 {
                #expect(try receive().text("plaintext") == entry.plaintext, "seed \(seed)")
                expectRefusal("a late message twice", receive)
                tally.count(entry.epoch == epoch ? "late message" : "message of a past epoch")
            } else {
                expectRefusal("a message of a forgotten epoch", receive)
                tally.count("message too old")
            }
        }
        late = kept
    }
}
