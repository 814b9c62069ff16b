import MLS

/// What a state is used for.
extension Session {
    mutating func protect(_ request: Request) throws -> Reply {
        var state = try state(request)
        let plaintext = try request.bytes("plaintext")
        let authenticated = try request.optionalBytes("aad") ?? []
        let padding = try request.optionalNumber("padding", as: Int.self)
        let message = try timed {
            // Other implementations send while proposals are pending, and whoever drives this may want to.
            try state.group.protect(
                plaintext, authenticatedData: authenticated, padding: padding, ignoringProposals: true)
        }
        try replace(request, by: state)
        return ["message": .hex(message.encoded())]
    }

    mutating func unprotect(_ request: Request) throws -> Reply {
        let state = try state(request)
        let processed = try timed { try state.group.process(request.message()) }
        guard case .application(let message) = processed.content else { throw RequestError.wrongMessage("message") }
        try replace(request, by: State(group: processed.group, keys: state.keys))
        return ["plaintext": .hex(message.plaintext), "aad": .hex(processed.authenticatedData)]
    }

    mutating func groupInfo(_ request: Request) throws -> Reply {
        let group = try state(request).group
        let inlinesTree = try request.flag("inline_tree", default: true)
        let message = try timed { try group.groupInfo(inlinesTree: inlinesTree) }
        return ["group_info": .hex(message.encoded()), "ratchet_tree": .hex(group.ratchetTree.encoded())]
    }

    mutating func export(_ request: Request) throws -> Reply {
        let group = try state(request).group
        let (label, context) = (try request.text("label"), try request.bytes("context"))
        let length = try request.number("length", as: Int.self)
        let secret = try timed { try group.export(label: label, context: context, length: length) }
        return ["secret": .hex(secret.reveal())]
    }

    func describe(_ request: Request) throws -> Reply {
        let group = try state(request).group
        var reply = Self.summary(group)
        reply["suite"] = .count(group.cipherSuite.rawValue)
        reply["group_id"] = .hex(group.id)
        reply["tree_hash"] = .hex(group.context.treeHash)
        reply["confirmed_transcript_hash"] = .hex(group.context.confirmedTranscriptHash)
        reply["group_context"] = .hex(group.context.encoding)
        reply["resumption_psk"] = .hex(group.resumptionSecret.reveal())
        reply["members"] = .list(
            group.members.map { member in
                let identity: [UInt8] =
                    switch member.credential {
                    case .basic(let identity): identity
                    case .x509: []
                    }
                return .object([
                    "index": .count(member.index.rawValue), "identity": .hex(identity),
                    "signature_pub": .hex(member.signatureKey),
                ])
            })
        return reply
    }
}
