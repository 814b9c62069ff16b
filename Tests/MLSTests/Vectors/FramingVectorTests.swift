import Testing

@testable import MLS

/// The vector files about message protection and the Welcome alone.
@Suite(.enabled(if: VectorFile.isRunnable, VectorFile.whySkipped))
struct FramingVectorTests {
    /// What a record of message-protection says about its epoch.
    private struct Epoch {
        let operations: SuiteOperations
        let context: [UInt8]
        let membershipKey: Secret
        let signer: SignaturePrivateKey
        let signatureKey: [UInt8]
        var channel: PrivateChannel

        init(_ record: Vector, _ operations: SuiteOperations) throws {
            self.operations = operations
            context =
                GroupContext(
                    cipherSuite: operations.suite, groupID: try record["group_id"].bytes,
                    epoch: try record["epoch"].number, treeHash: try record["tree_hash"].bytes,
                    confirmedTranscriptHash: try record["confirmed_transcript_hash"].bytes, extensions: []
                ).encoding
            membershipKey = try record["membership_key"].secret
            let key = try operations.withLeadingZeros(record["signature_priv"].secret)
            signer = try operations.signatureKey(key)
            signatureKey = try record["signature_pub"].bytes
            let tree = SecretTree(
                encryptionSecret: try record["encryption_secret"].secret, leafCount: 2, operations: operations)
            channel = PrivateChannel(
                senderDataSecret: try record["sender_data_secret"].secret, secretTree: tree)
        }

        mutating func open(_ encoded: [UInt8]) throws -> AuthenticatedContent {
            switch try MLSMessage(decoding: encoded) {
            case .publicMessage(let message):
                let content = try operations.verifyMembership(
                    message, context: context, membershipKey: membershipKey)
                try operations.verify(content, context: context, publicKey: signatureKey)
                return content
            case .privateMessage(let message):
                let senderData = try channel.senderData(of: message, operations: operations)
                let (content, candidate) = try channel.open(
                    message, senderData: senderData, operations: operations, limits: Limits())
                try operations.verify(content, context: context, publicKey: signatureKey)
                channel.secretTree.consume(candidate)
                return content
            default: throw VectorFile.Failure(description: "no message of a group")
            }
        }

        mutating func seal(_ body: FramedContent.Body, like original: AuthenticatedContent) throws -> [UInt8] {
            var content = original
            content.content.body = body
            content.auth.signature = try operations.sign(
                content.content, wireFormat: content.wireFormat, context: context, signer: signer)
            if content.wireFormat == .publicMessage {
                let message = operations.publicMessage(content, context: context, membershipKey: membershipKey)
                return MLSMessage.publicMessage(message).encoded()
            }
            let message = try channel.seal(
                content, from: LeafIndex(rawValue: 1), padding: 7, operations: operations)
            return MLSMessage.privateMessage(message).encoded()
        }
    }

    @Test func `official messages open, and ours open again`() throws {
        var messages = 0
        for record in try VectorFile.records("message-protection") {
            guard let operations = try record.operations else { continue }
            let bodies: [(String, FramedContent.Body)] = [
                ("proposal", .proposal(try Proposal(wholeOf: record["proposal"].bytes))),
                ("commit", .commit(try Commit(wholeOf: record["commit"].bytes))),
                ("application", .application(try record["application"].bytes)),
            ]
            for (name, body) in bodies {
                for kind in ["pub", "priv"] where record.optional("\(name)_\(kind)") != nil {
                    var epoch = try Epoch(record, operations)
                    let content = try epoch.open(record["\(name)_\(kind)"].bytes)
                    #expect(content.content.body == body)
                    #expect(content.content.sender == .member(LeafIndex(rawValue: 1)))
                    var fresh = try Epoch(record, operations)
                    let sealed = try fresh.seal(body, like: content)
                    var reader = try Epoch(record, operations)
                    #expect(try reader.open(sealed).content == content.content)
                    #expect(reader.channel.secretTree.retainedNodes == epoch.channel.secretTree.retainedNodes)
                    messages += 1
                }
            }
        }
        #expect(messages == 25)
    }

    @Test func `official Welcomes open, and signature and confirmation tag hold`() throws {
        var records = 0
        for record in try VectorFile.records("welcome") {
            guard let operations = try record.operations else { continue }
            guard case .welcome(let welcome) = try MLSMessage(decoding: record["welcome"].bytes),
                case .keyPackage(let keyPackage) = try MLSMessage(decoding: record["key_package"].bytes)
            else { throw VectorFile.Failure(description: "no Welcome or key package") }
            let reference = try keyPackage.reference()
            let entry = try #require(welcome.secrets.first { $0.newMember == reference })
            let plaintext = try operations.decryptWithLabel(
                privateKey: operations.privateKey(operations.withLeadingZeros(record["init_priv"].secret)),
                label: "Welcome",
                context: welcome.encryptedGroupInfo, kemOutput: entry.secrets.kemOutput,
                ciphertext: entry.secrets.ciphertext)
            let secrets = try GroupSecrets(wholeOf: plaintext.reveal())
            let pskSecret = try operations.pskSecret(secrets.preSharedKeys, policy: .testing)
            let key = KeySchedule.welcomeKey(
                KeySchedule.welcomeSecret(
                    joinerSecret: secrets.joinerSecret, pskSecret: pskSecret, operations: operations),
                operations: operations)
            let info = try GroupInfo(
                decoding: operations.open(
                    key: key.key, nonce: key.nonce, aad: [], ciphertext: welcome.encryptedGroupInfo))
            #expect(
                operations.verifyWithLabel(
                    try record["signer_pub"].bytes, label: "GroupInfoTBS", content: info.signedContent,
                    signature: info.signature))
            let start = try EpochStart(
                context: info.context, joinerSecret: secrets.joinerSecret, pskSecret: pskSecret, leafCount: 2,
                operations: operations)
            try start.verify(confirmationTag: info.confirmationTag)
            records += 1
        }
        #expect(records == 5)
    }
}
