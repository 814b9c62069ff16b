import Testing

extension History {
    /// What a commit is going to change by value.
    private struct ByValue {
        var fields: [String: Any] = [:]
        var added: [NewMember] = []
        var removed: Set<String> = []
        var keys: [(id: String, key: String)] = []
        var hasExternalSender: Bool?
    }

    /// Somebody commits what is pending and perhaps more, and everybody follows.
    mutating func commitSomething() throws {
        guard let committer = committers.randomElement(using: &random) else { return }
        let byValue = try chooseByValue(committer)
        var fields = byValue.fields
        fields["state"] = members[committer].state
        fields["force_path"] = chance(30)
        fields["encrypt"] = chance(40)
        let inlinesTree = chance(60)
        fields["inline_tree"] = inlinesTree
        if chance(15) { try commitInVain(besides: committer) }
        let reply = try members[committer].peer.call("commit", fields)
        let added = pending.added + byValue.added
        let gone = pending.removed.union(byValue.removed)
        #expect((reply.optionalText("welcome") != nil) == !added.isEmpty)
        let commit = try reply.text("commit")
        epoch += 1
        try follow(commit, committer: committer, next: try reply.number("state"), gone: gone)
        let keys = pending.keys + byValue.keys
        for new in added {
            var fields: [String: Any] = ["kp": new.keyPackage, "welcome": try reply.text("welcome")]
            if !inlinesTree { fields["ratchet_tree"] = try reply.text("ratchet_tree") }
            if !keys.isEmpty { fields["psks"] = keys.map { ["psk_id": $0.id, "psk": $0.key] } }
            try join(new, fields)
        }
        if let has = byValue.hasExternalSender {
            hasExternalSender = has
        } else if pending.extensions {
            hasExternalSender = nextHasExternalSender
        }
        pending = Pending()
        tally.count(added.isEmpty ? "commit" : "commit that adds")
        try agree()
    }

    private mutating func join(_ new: NewMember, _ fields: [String: Any]) throws {
        let joined = try new.peer.call("join", fields)
        members.append(Client(peer: new.peer, state: try joined.number("state"), identity: new.identity))
        #expect(try joined.number("epoch") == epoch)
        tally.count("join")
    }

    private mutating func chooseByValue(_ committer: Int) throws -> ByValue {
        var chosen = ByValue()
        if chance(45), canAdd {
            let room = largest - members.count - pending.added.count
            for _ in 0..<Int.random(in: 1...max(1, min(3, room)), using: &random) {
                chosen.added.append(try makeKeyPackage())
            }
            chosen.fields["add"] = chosen.added.map { keyPackages[$0.identity] ?? "" }
        }
        if chance(22), committers.count > 2, let index = untouchedMember(besides: committer) {
            chosen.removed = [members[index].identity]
            chosen.fields["remove"] = [try leafIndex(of: members[index])]
        }
        if chance(15) {
            chosen.keys = [try shareKey()]
            chosen.fields["psk"] = chosen.keys.map(\.id)
        }
        if chance(12), !pending.extensions {
            let extensions = try randomExtensions()
            chosen.fields["gce"] = extensions
            chosen.hasExternalSender = extensions.contains { $0["type"] as? Int == 5 }
        }
        return chosen
    }

    /// A commit that the delivery service refuses: the state it came from goes on as if nothing had been.
    private mutating func commitInVain(besides winner: Int) throws {
        guard let loser = committers.filter({ $0 != winner }).randomElement(using: &random) else { return }
        let client = members[loser]
        let reply = try client.peer.call("commit", ["state": client.state, "force_path": true])
        try client.peer.call("free", ["state": try reply.number("state")])
        tally.count("commit in vain")
    }

    /// Delivers a commit to everybody but its sender.
    mutating func follow(_ commit: String, committer: Int?, next: Int, gone: Set<String>) throws {
        var staying: [Client] = []
        let outside = removed
        for (index, client) in members.enumerated() {
            if index == committer {
                try client.peer.call("free", ["state": client.state])
                staying.append(Client(peer: client.peer, state: next, identity: client.identity))
                continue
            }
            if gone.contains(client.identity) {
                try dismiss(client, commit)
                continue
            }
            let reply = try client.peer.call("handle", ["state": client.state, "message": commit])
            let state = try reply.number("new_state")
            if chance(8) {
                // The same commit again belongs to a past epoch.
                expectRefusal("a commit twice") {
                    try client.peer.call("handle", ["state": state, "message": commit])
                }
            }
            try client.peer.call("free", ["state": client.state])
            staying.append(Client(peer: client.peer, state: state, identity: client.identity))
        }
        for client in outside { try stayOutside(client, commit) }
        for client in removed.dropLast(3) { try client.peer.call("free", ["state": client.state]) }
        removed = removed.suffix(3)
        members = staying
    }

    /// Lets a removed member see the commit that removes it.
    private mutating func dismiss(_ client: Client, _ commit: String) throws {
        removed.append(client)
        tally.count("removed")
        // Whether it is told or has to find out: there is no way into the next epoch.
        guard let reply = try? client.peer.call("handle", ["state": client.state, "message": commit]),
            let state = try? reply.number("new_state")
        else { return }
        expectRefusal("protecting after removal") {
            try client.peer.call("protect", ["state": state, "plaintext": "00"])
        }
        expectRefusal("exporting after removal") {
            try client.peer.call("export", ["state": state, "label": "x", "context": "", "length": 16])
        }
        expectRefusal("committing after removal") { try client.peer.call("commit", ["state": state]) }
        try client.peer.call("free", ["state": state])
    }

    /// A removed member cannot follow later commits from its last state.
    private mutating func stayOutside(_ client: Client, _ commit: String) throws {
        expectRefusal("a removed member following") {
            try client.peer.call("handle", ["state": client.state, "message": commit])
        }
        tally.count("kept outside")
    }

    /// Somebody comes in by an external commit, perhaps in the place of its old self.
    mutating func joinExternally() throws {
        // It drops what is pending, which some of the model's proposals would miss; so it comes when nothing is.
        guard pending.count == 0 else { return try commitSomething() }
        let host = members[Int.random(in: members.indices, using: &random)]
        let inlinesTree = chance(60)
        let info = try host.peer.call("group_info", ["state": host.state, "inline_tree": inlinesTree])
        var fields: [String: Any] = ["group_info": try info.text("group_info"), "encrypt": false]
        if !inlinesTree { fields["ratchet_tree"] = try info.text("ratchet_tree") }
        let returning = members.count > 1 && (members.count >= largest || chance(40))
        guard returning || members.count < largest else { return }
        let new: NewMember
        var gone: Set<String> = []
        if returning {
            let old = members[Int.random(in: members.indices, using: &random)]
            fields["remove_prior"] = try leafIndex(of: old)
            gone = [old.identity]
            new = try makeKeyPackage()
        } else {
            new = try makeKeyPackage()
        }
        fields["kp"] = new.keyPackage
        let reply = try new.peer.call("external_join", fields)
        epoch += 1
        try follow(try reply.text("commit"), committer: nil, next: 0, gone: gone)
        members.append(Client(peer: new.peer, state: try reply.number("state"), identity: new.identity))
        tally.count(returning ? "external rejoin" : "external join")
        try agree()
    }

    func expectRefusal(_ what: String, _ call: () throws -> PeerProcess.Answer) {
        #expect(throws: PeerProcess.Refusal.self, "seed \(seed), epoch \(epoch): \(what) went through") { try call() }
    }
}
