import FoundationEssentials
import MLS

/// Key packages, signers, and proposals from outside of a group.
extension Session {
    static var now: UInt64 { UInt64(max(0, Date().timeIntervalSince1970)) }

    /// 84 days from an hour ago, or all times.
    static func lifetime(_ request: Request) throws -> Lifetime {
        if try request.flag("lifetime_all") { return Lifetime(notBefore: 0, notAfter: .max) }
        let start = now - 3600
        return Lifetime(notBefore: start, notAfter: start + 84 * 24 * 3600)
    }

    static func identity(_ request: Request, suite: CipherSuite) throws -> ClientIdentity {
        ClientIdentity(
            credential: .basic(identity: try request.bytes("identity")),
            signer: try SignatureKeyPair(generatingFor: suite), capabilities: try request.capabilities())
    }

    mutating func makeKeyPackage(_ request: Request) throws -> Reply {
        let suite = try request.suite
        let lifetime = try Self.lifetime(request)
        let keyPackage = try timed {
            try OwnedKeyPackage(for: Self.identity(request, suite: suite), lifetime: lifetime)
        }
        return [
            "kp": add(keyPackage), "key_package": .hex(MLSMessage.keyPackage(keyPackage.keyPackage).encoded()),
            "init_priv": .hex(keyPackage.initKey.reveal()), "encryption_priv": .hex(keyPackage.encryptionKey.reveal()),
            "signature_priv": .hex(keyPackage.signer.privateKey.reveal()),
            "signature_pub": .hex(keyPackage.signer.publicKey),
        ]
    }

    mutating func importKeyPackage(_ request: Request) throws -> Reply {
        let suite = try request.suite
        let keyPackage = try request.keyPackage()
        guard keyPackage.cipherSuite == suite else { throw RequestError.wrongType("key_package", expected: "\(suite)") }
        let initKey = Secret(try request.bytes("init_priv"))
        let encryptionKey = Secret(try request.bytes("encryption_priv"))
        let signatureKey = Secret(try request.bytes("signature_priv"))
        let owned = try timed {
            try OwnedKeyPackage(
                keyPackage: keyPackage, initKey: initKey, encryptionKey: encryptionKey, signatureKey: signatureKey)
        }
        return ["kp": add(owned)]
    }

    mutating func makeExternalSigner(_ request: Request) throws -> Reply {
        let suite = try request.suite
        let credential = Credential.basic(identity: try request.bytes("identity"))
        let keyPair = try timed { try SignatureKeyPair(generatingFor: suite) }
        let sender = ExternalSender(signatureKey: keyPair.publicKey, credential: credential)
        return [
            "signer": add(Signer(suite: suite, keyPair: keyPair)), "signature_pub": .hex(keyPair.publicKey),
            "signature_priv": .hex(keyPair.privateKey.reveal()),
            "external_senders": .hex(ExternalSender.asExtension([sender]).content),
        ]
    }

    mutating func externalProposal(_ request: Request) throws -> Reply {
        let signer = try signer(request)
        guard try request.suite == signer.suite else {
            throw RequestError.wrongType("suite", expected: "\(signer.suite)")
        }
        let (groupID, epoch) = (try request.bytes("group_id"), try request.number("epoch"))
        let senderIndex = try request.number("sender_index", as: UInt32.self)
        switch try request.text("type") {
        case "remove":
            let leaf = try request.leaf("index")
            let message = try timed {
                try ExternalProposal.remove(
                    leaf, groupID: groupID, epoch: epoch, senderIndex: senderIndex, signer: signer.keyPair)
            }
            return ["message": .hex(message.encoded())]
        case "add":
            let keyPackage = try request.keyPackage()
            let message = try timed {
                try ExternalProposal.add(
                    keyPackage, groupID: groupID, epoch: epoch, senderIndex: senderIndex, signer: signer.keyPair)
            }
            return ["message": .hex(message.encoded())]
        case let type: throw RequestError.unknownProposal(type)
        }
    }

    mutating func newMemberAdd(_ request: Request) throws -> Reply {
        let (groupID, epoch) = (try request.bytes("group_id"), try request.number("epoch"))
        var reply: Reply = [:]
        let owned: OwnedKeyPackage
        if request["kp"] != nil {
            owned = try keyPackage(request)
        } else {
            let credential = Credential.basic(identity: try request.optionalBytes("identity") ?? [])
            let signer = try SignatureKeyPair(generatingFor: request.suite)
            owned = try OwnedKeyPackage(
                for: ClientIdentity(credential: credential, signer: signer), lifetime: Self.lifetime(request))
        }
        let message = try timed { try ExternalProposal.newMemberAdd(owned, groupID: groupID, epoch: epoch) }
        reply["message"] = .hex(message.encoded())
        // Without its number nobody could join with a key package that was made here.
        if request["kp"] == nil { reply["kp"] = add(owned) }
        return reply
    }
}
