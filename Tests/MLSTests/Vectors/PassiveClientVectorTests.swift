import Testing

@testable import MLS

/// The vector files with histories that one client follows.
@Suite(.enabled(if: VectorFile.isRunnable, VectorFile.whySkipped))
struct PassiveClientVectorTests {
    @Test(arguments: [
        ("passive-client-welcome", 40, 0), ("passive-client-handling-commit", 65, 130),
        ("passive-client-random", 1, 200),
    ])
    func `a client follows official histories`(_ file: String, _ records: Int, _ epochs: Int) throws {
        var followed = (records: 0, epochs: 0)
        for record in try VectorFile.records(file) {
            guard try record.operations != nil else { continue }
            followed.records += 1
            do { followed.epochs += try follow(record) } catch {
                Issue.record(error, "\(record.path)")
            }
        }
        #expect(followed.records == records)
        #expect(followed.epochs == epochs)
    }

    private func follow(_ record: Vector) throws -> Int {
        var group = try join(record)
        #expect(group.epochAuthenticator.reveal() == (try record["initial_epoch_authenticator"].bytes))
        var epochs = 0
        for epoch in try record["epochs"].list {
            for proposal in try epoch["proposals"].list {
                group = try group.process(MLSMessage(decoding: proposal.bytes)).group
            }
            let processed = try group.process(MLSMessage(decoding: epoch["commit"].bytes))
            group = processed.group
            #expect(group.epochAuthenticator.reveal() == (try epoch["epoch_authenticator"].bytes))
            epochs += 1
        }
        return epochs
    }

    private func join(_ record: Vector) throws -> Group {
        guard case .welcome(let welcome) = try MLSMessage(decoding: record["welcome"].bytes),
            case .keyPackage(let keyPackage) = try MLSMessage(decoding: record["key_package"].bytes)
        else { throw VectorFile.Failure(description: "\(record.path) has no Welcome or key package") }
        let own = try OwnedKeyPackage(
            keyPackage: keyPackage, initKey: record["init_priv"].secret,
            encryptionKey: record["encryption_priv"].secret, signatureKey: record["signature_priv"].secret)
        var psks: [[UInt8]: Secret] = [:]
        for psk in try record["external_psks"].list { psks[try psk["psk_id"].bytes] = try psk["psk"].secret }
        let known = psks
        var policy = GroupPolicy.testing
        policy.preSharedKey = { id in
            if case .external(let id) = id.kind { known[id] } else { nil }
        }
        let tree = try record.optional("ratchet_tree").map { try RatchetTree(decoding: $0.bytes) }
        return try Group.join(welcome: welcome, with: own, ratchetTree: tree, policy: policy)
    }
}
