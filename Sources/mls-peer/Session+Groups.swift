import MLS

/// How states come to be and move on.
extension Session {
    private static func policy(_ keys: KnownKeys) -> GroupPolicy {
        var limits = Limits()
        // Others make key packages that never expire.
        limits.lifetimeSeconds = .max
        // A tool for tests knows nobody and believes everybody; an application must not.
        return GroupPolicy(
            limits: limits, acceptsCredential: { _ in true }, currentTime: { now }, preSharedKey: { keys.key($0) })
    }

    static func summary(_ group: Group) -> Reply {
        [
            "index": .count(group.ownLeafIndex.rawValue), "epoch": .count(group.epoch),
            "epoch_authenticator": .hex(group.epochAuthenticator.reveal()),
        ]
    }

    private mutating func adopt(_ group: Group, _ keys: KnownKeys, as field: String = "state") -> Reply {
        var reply = Self.summary(group)
        reply[field] = add(State(group: group, keys: keys))
        return reply
    }

    mutating func createGroup(_ request: Request) throws -> Reply {
        let (id, extensions, keys) = (try request.bytes("group_id"), try request.extensions("extensions"), KnownKeys())
        let suite = try request.suite
        let owned: OwnedKeyPackage
        if request["kp"] != nil {
            owned = try keyPackage(request)
            guard owned.keyPackage.cipherSuite == suite else {
                throw RequestError.wrongType("kp", expected: "\(suite)")
            }
        } else {
            owned = try OwnedKeyPackage(
                for: Self.identity(request, suite: suite), lifetime: Self.lifetime(request))
        }
        let group = try timed {
            try Group.create(id: id, with: owned, extensions: extensions, policy: Self.policy(keys))
        }
        return adopt(group, keys)
    }

    mutating func join(_ request: Request) throws -> Reply {
        let owned = try keyPackage(request)
        let keys = KnownKeys()
        for entry in try request.objects("psks") {
            keys.store(try entry.bytes("psk_id"), Secret(try entry.bytes("psk")))
        }
        let group = try timed {
            try Group.join(
                welcome: request.welcome(), with: owned, ratchetTree: request.ratchetTree(), policy: Self.policy(keys))
        }
        return adopt(group, keys)
    }

    mutating func joinExternally(_ request: Request) throws -> Reply {
        let groupInfo = try request.groupInfo()
        let keys = KnownKeys()
        var options = ExternalCommitOptions()
        // An external commit is a PublicMessage always (RFC 9420 §12.4.3.2), so `encrypt` changes nothing.
        _ = try request.flag("encrypt")
        if request["remove_prior"] != nil { options.removing = try request.leaf("remove_prior") }
        let staged: StagedCommit
        if request["kp"] != nil {
            let owned = try keyPackage(request)
            staged = try timed {
                try Group.joinExternally(
                    groupInfo: groupInfo, with: owned, ratchetTree: request.ratchetTree(), options: options,
                    policy: Self.policy(keys))
            }
        } else {
            let identity = try Self.identity(request, suite: groupInfo.context.cipherSuite)
            staged = try timed {
                try Group.joinExternally(
                    groupInfo: groupInfo, as: identity, ratchetTree: request.ratchetTree(), options: options,
                    policy: Self.policy(keys))
            }
        }
        var reply = adopt(staged.group, keys)
        reply["commit"] = .hex(staged.message.encoded())
        return reply
    }

    mutating func propose(_ request: Request) throws -> Reply {
        var state = try state(request)
        let proposal = try Self.proposal(request)
        let protection = try request.protection()
        let message = try timed { try state.group.propose(proposal, protection: protection) }
        try replace(request, by: state)
        return ["message": .hex(message.encoded())]
    }

    private static func proposal(_ request: Request) throws -> ProposalRequest {
        switch try request.text("type") {
        case "add": .add(try request.keyPackage())
        case "update": .update()
        case "remove": .remove(try request.leaf("index"))
        case "gce": .groupContextExtensions(try request.extensions("extensions"))
        case "psk": .externalPSK(id: try request.bytes("psk_id"))
        case "resumption": .resumptionPSK(epoch: try request.number("epoch"))
        case "reinit": throw MLSError.unsupported(.reInit)
        case let type: throw RequestError.unknownProposal(type)
        }
    }

    mutating func commit(_ request: Request) throws -> Reply {
        let state = try state(request)
        var options = CommitOptions()
        options.proposals += try request.elements("add").map { .add(try $0.keyPackage("add")) }
        options.proposals += try request.elements("remove").map { .remove(try $0.leaf("remove")) }
        if request["gce"] != nil { options.proposals.append(.groupContextExtensions(try request.extensions("gce"))) }
        options.proposals += try request.elements("psk").map { .externalPSK(id: try $0.bytes("psk")) }
        options.forcesPath = try request.flag("force_path")
        options.inlinesTree = try request.flag("inline_tree", default: true)
        options.protection = try request.protection()
        let staged = try timed { try state.group.commit(options) }
        // The old state stays valid, but for the key that an encrypted commit has used up.
        if let discarded = staged.discarded { try replace(request, by: State(group: discarded, keys: state.keys)) }
        var reply = adopt(staged.group, state.keys)
        reply["commit"] = .hex(staged.message.encoded())
        if let welcome = staged.welcome {
            reply["welcome"] = .hex(welcome.encoded())
            if !options.inlinesTree { reply["ratchet_tree"] = .hex(staged.group.ratchetTree.encoded()) }
        }
        return reply
    }

    mutating func handle(_ request: Request) throws -> Reply {
        let state = try state(request)
        let processed = try timed { try state.group.process(request.message()) }
        switch processed.content {
        case .commit: return adopt(processed.group, state.keys, as: "new_state")
        case .proposal:
            try replace(request, by: State(group: processed.group, keys: state.keys))
            return ["cached": .bool(true)]
        case .application: throw RequestError.wrongMessage("message")
        }
    }
}
