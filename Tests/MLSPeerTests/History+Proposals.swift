import Testing

extension History {
    /// Somebody proposes something by reference, and everybody else gets it.
    mutating func proposeSomething() throws {
        guard pending.count < 6 else { return try commitSomething() }
        switch Int.random(in: 0..<100, using: &random) {
        case ..<22: try proposeAdd()
        case ..<40: try proposeUpdate()
        case ..<55: try proposeRemove()
        case ..<68: try proposeKey()
        case ..<76: try proposeResumption()
        case ..<82: try proposeExtensions()
        case ..<93: try proposeFromOutside()
        default: try proposeNewMember()
        }
    }

    /// Lets a member propose, and delivers the message to all others.
    private mutating func propose(_ index: Int, _ name: String, _ fields: [String: Any]) throws {
        var fields = fields
        fields["state"] = members[index].state
        fields["type"] = name
        fields["encrypt"] = chance(40)
        let message = try members[index].peer.call("propose", fields).text("message")
        try deliver(message, exceptTo: index)
        tally.count("propose \(name)")
    }

    private mutating func deliver(_ message: String, exceptTo sender: Int?) throws {
        pending.count += 1
        for (index, client) in members.enumerated() where index != sender {
            let reply = try client.peer.call("handle", ["state": client.state, "message": message])
            #expect(reply.fields["cached"] as? Bool == true)
        }
    }

    private mutating func randomMember() -> Int { Int.random(in: members.indices, using: &random) }

    /// A member that is not yet removed or updated by a pending proposal.
    mutating func untouchedMember(besides other: Int? = nil) -> Int? {
        members.indices.filter { index in
            let identity = members[index].identity
            return index != other && !pending.removed.contains(identity) && !pending.updated.contains(identity)
        }.randomElement(using: &random)
    }

    private mutating func proposeAdd() throws {
        guard canAdd else { return }
        let new = try makeKeyPackage()
        try propose(randomMember(), "add", ["key_package": keyPackages[new.identity] ?? ""])
        pending.added.append(new)
    }

    /// Resumption PSKs of this group are not known to new members, who therefore could not join.
    var canAdd: Bool { members.count + pending.added.count < largest && !pending.resumes }

    private mutating func proposeUpdate() throws {
        // Somebody must be left who may commit.
        guard committers.count > 1, let index = untouchedMember() else { return }
        try propose(index, "update", [:])
        pending.updated.insert(members[index].identity)
    }

    private mutating func proposeRemove() throws {
        guard committers.count > 2, let index = untouchedMember() else { return }
        let target = try leafIndex(of: members[index])
        try propose(randomMember(), "remove", ["index": target])
        pending.removed.insert(members[index].identity)
    }

    /// Members that may commit what is pending: not removed and not updated by it (RFC 9420 §12.2).
    var committers: [Int] {
        members.indices.filter { index in
            let identity = members[index].identity
            return !pending.removed.contains(identity) && !pending.updated.contains(identity)
        }
    }

    func leafIndex(of client: Client) throws -> Int {
        try client.peer.call("describe", ["state": client.state]).number("index")
    }

    /// Gives all members a new pre-shared key.
    mutating func shareKey() throws -> (id: String, key: String) {
        let (id, key) = (randomHex(8), randomHex(Int.random(in: 1..<50, using: &random)))
        for client in members {
            try client.peer.call("store_psk", ["state": client.state, "psk_id": id, "psk": key])
        }
        return (id, key)
    }

    private mutating func proposeKey() throws {
        let shared = try shareKey()
        try propose(randomMember(), "psk", ["psk_id": shared.id])
        pending.keys.append(shared)
    }

    private mutating func proposeResumption() throws {
        guard pending.added.isEmpty, !pending.resumes else { return }
        try propose(randomMember(), "resumption", ["epoch": epoch])
        pending.resumes = true
    }

    /// A random list of group extensions that all clients support.
    mutating func randomExtensions() throws -> [[String: Any]] {
        var extensions: [[String: Any]] = []
        if chance(70) { extensions.append(["type": Self.ownExtension, "data": randomHex(12)]) }
        if chance(40) {
            // required_capabilities: our extension, no proposal, basic credentials.
            extensions.append(["type": 3, "data": "02f0a00002" + "0001"])
        }
        if chance(60) {
            extensions.append(["type": 5, "data": try outsider().extensionData])
        }
        return extensions
    }

    mutating func outsider() throws -> (peer: PeerProcess, signer: Int, extensionData: String) {
        if let externalSigner { return externalSigner }
        let peer = peers[0]
        let reply = try peer.call("external_signer", ["suite": suite, "identity": Self.hex("server")])
        let signer = (peer, try reply.number("signer"), try reply.text("external_senders"))
        externalSigner = signer
        return signer
    }

    private mutating func proposeExtensions() throws {
        guard !pending.extensions else { return }
        let extensions = try randomExtensions()
        try propose(randomMember(), "gce", ["extensions": extensions])
        pending.extensions = true
        nextHasExternalSender = extensions.contains { $0["type"] as? Int == 5 }
    }

    private mutating func proposeFromOutside() throws {
        guard hasExternalSender else { return }
        let outsider = try outsider()
        var fields: [String: Any] = [
            "signer": outsider.signer, "suite": suite, "group_id": groupID, "epoch": epoch, "sender_index": 0,
        ]
        if chance(50), canAdd {
            let new = try makeKeyPackage()
            fields["type"] = "add"
            fields["key_package"] = keyPackages[new.identity] ?? ""
            try deliver(outsider.peer.call("external_proposal", fields).text("message"), exceptTo: nil)
            pending.added.append(new)
            tally.count("external add")
        } else if committers.count > 2, let index = untouchedMember() {
            fields["type"] = "remove"
            fields["index"] = try leafIndex(of: members[index])
            try deliver(outsider.peer.call("external_proposal", fields).text("message"), exceptTo: nil)
            pending.removed.insert(members[index].identity)
            tally.count("external remove")
        }
    }

    private mutating func proposeNewMember() throws {
        guard canAdd else { return }
        let new = try makeKeyPackage()
        let message = try new.peer.call(
            "new_member_add", ["kp": new.keyPackage, "group_id": groupID, "epoch": epoch]
        ).text("message")
        try deliver(message, exceptTo: nil)
        pending.added.append(new)
        tally.count("new member's proposal")
    }
}
