import Testing

@testable import MLS

/// The vector files about the secrets of an epoch.
@Suite(.enabled(if: VectorFile.isRunnable, VectorFile.whySkipped))
struct EpochVectorTests {
    @Test func `a key schedule gives the official secrets over five epochs`() throws {
        var epochs = 0
        for record in try VectorFile.records("key-schedule") {
            guard let operations = try record.operations else { continue }
            var initSecret = try record["initial_init_secret"].secret
            for epoch in try record["epochs"].list {
                let context = try epoch["group_context"].bytes
                let joiner = KeySchedule.joinerSecret(
                    initSecret: initSecret, commitSecret: try epoch["commit_secret"].secret, context: context,
                    operations: operations)
                #expect(joiner.reveal() == (try epoch["joiner_secret"].bytes))
                let pskSecret = try epoch["psk_secret"].secret
                let welcome = KeySchedule.welcomeSecret(
                    joinerSecret: joiner, pskSecret: pskSecret, operations: operations)
                #expect(welcome.reveal() == (try epoch["welcome_secret"].bytes))
                var schedule = try KeySchedule(
                    joinerSecret: joiner, pskSecret: pskSecret, context: context, operations: operations)
                try check(&schedule, against: epoch)
                initSecret = schedule.initSecret
                epochs += 1
            }
        }
        #expect(epochs == 25)
    }

    private func check(_ schedule: inout KeySchedule, against epoch: Vector) throws {
        #expect(schedule.takeEncryptionSecret()?.reveal() == (try epoch["encryption_secret"].bytes))
        #expect(schedule.senderDataSecret.reveal() == (try epoch["sender_data_secret"].bytes))
        #expect(schedule.exporterSecret.reveal() == (try epoch["exporter_secret"].bytes))
        #expect(schedule.confirmationKey.reveal() == (try epoch["confirmation_key"].bytes))
        #expect(schedule.membershipKey.reveal() == (try epoch["membership_key"].bytes))
        #expect(schedule.resumptionPSK.reveal() == (try epoch["resumption_psk"].bytes))
        #expect(schedule.epochAuthenticator.reveal() == (try epoch["epoch_authenticator"].bytes))
        #expect(schedule.initSecret.reveal() == (try epoch["init_secret"].bytes))
        #expect(schedule.externalKey.publicKey == (try epoch["external_pub"].bytes))
        let exporter = try epoch["exporter"]
        let exported = try schedule.export(
            label: exporter["label"].text, context: exporter["context"].bytes, length: exporter["length"].integer)
        #expect(exported.reveal() == (try exporter["secret"].bytes))
    }

    @Test func `pre-shared keys give the official secret`() throws {
        var counts: Set<Int> = []
        for record in try VectorFile.records("psk_secret") {
            guard let operations = try record.operations else { continue }
            let psks = try record["psks"].list.map { entry in
                var id = Writer()
                id.write(UInt8(1))
                id.write(vector: try entry["psk_id"].bytes)
                id.write(vector: try entry["psk_nonce"].bytes)
                return (id: id.bytes, psk: try entry["psk"].secret)
            }
            counts.insert(psks.count)
            #expect(operations.pskSecret(psks).reveal() == (try record["psk_secret"].bytes))
        }
        #expect(counts == Set(0...10))
    }

    @Test func `transcript hashes and the confirmation tag are the official ones`() throws {
        var records = 0
        for record in try VectorFile.records("transcript-hashes") {
            guard let operations = try record.operations else { continue }
            let content = try record["authenticated_content"].bytes
            // The confirmation tag is the last field of a commit's AuthenticatedContent.
            let tagLength = operations.hashLength
            let header = Writer.header(tagLength)
            let input = Array(content.dropLast(tagLength + header.count))
            let tag = Array(content.suffix(tagLength))
            #expect(content.dropFirst(input.count).starts(with: header))
            let confirmed = operations.confirmedTranscriptHash(
                interim: try record["interim_transcript_hash_before"].bytes, input: input)
            #expect(confirmed == (try record["confirmed_transcript_hash_after"].bytes))
            #expect(
                operations.interimTranscriptHash(confirmed: confirmed, confirmationTag: tag)
                    == (try record["interim_transcript_hash_after"].bytes))
            let key = try record["confirmation_key"].secret
            #expect(operations.isValidMAC(tag, key: key, message: confirmed))
            #expect(operations.mac(key, confirmed) == tag)
            records += 1
        }
        #expect(records == 5)
    }

    @Test func `the secret tree gives the official keys of every leaf`() throws {
        var leaves = 0
        for record in try VectorFile.records("secret-tree") {
            guard let operations = try record.operations else { continue }
            let senderData = try record["sender_data"]
            let key = operations.senderDataKey(
                try senderData["sender_data_secret"].secret, ciphertext: try senderData["ciphertext"].bytes)
            #expect(key.key.reveal() == (try senderData["key"].bytes))
            #expect(key.nonce == (try senderData["nonce"].bytes))
            let leafList = try record["leaves"].list
            let tree = SecretTree(
                encryptionSecret: try record["encryption_secret"].secret, leafCount: UInt32(leafList.count),
                operations: operations)
            var growing = tree
            for (leaf, generations) in leafList.enumerated() {
                leaves += 1
                for entry in try generations.list {
                    try check(tree, UInt32(leaf), entry)
                    try check(consuming: &growing, UInt32(leaf), entry)
                }
            }
            #expect(growing.retainedNodes.isEmpty)
        }
        #expect(leaves > 0)
    }

    private func check(_ tree: SecretTree, _ leaf: UInt32, _ entry: Vector) throws {
        let generation = UInt32(try entry["generation"].number)
        for (kind, name) in [(RatchetKind.handshake, "handshake"), (.application, "application")] {
            let key = try tree.candidate(
                leaf: leaf, kind, generation: generation, forwardDistance: 1000, skippedKeys: 0
            ).key
            #expect(key.key.reveal() == (try entry["\(name)_key"].bytes))
            #expect(key.nonce == (try entry["\(name)_nonce"].bytes))
        }
    }

    private func check(consuming tree: inout SecretTree, _ leaf: UInt32, _ entry: Vector) throws {
        let generation = UInt32(try entry["generation"].number)
        for (kind, name) in [(RatchetKind.handshake, "handshake"), (.application, "application")] {
            let candidate = try tree.candidate(
                leaf: leaf, kind, generation: generation, forwardDistance: 1000, skippedKeys: 4)
            tree.consume(candidate)
            #expect(candidate.key.key.reveal() == (try entry["\(name)_key"].bytes))
        }
    }
}
