import Testing

@testable import MLS

/// The vector file about structures.
@Suite(.enabled(if: VectorFile.isRunnable, VectorFile.whySkipped))
struct StructureVectorTests {
    private static let proposals: [(key: String, type: ProposalType)] = [
        ("add_proposal", .add), ("update_proposal", .update), ("remove_proposal", .remove),
        ("pre_shared_key_proposal", .preSharedKey), ("re_init_proposal", .reInit),
        ("external_init_proposal", .externalInit), ("group_context_extensions_proposal", .groupContextExtensions),
    ]

    private static let messages: [(key: String, format: WireFormat)] = [
        ("mls_welcome", .welcome), ("mls_group_info", .groupInfo), ("mls_key_package", .keyPackage),
        ("public_message_application", .publicMessage), ("public_message_proposal", .publicMessage),
        ("public_message_commit", .publicMessage), ("private_message", .privateMessage),
    ]

    @Test func `every official structure is written as it was read`() throws {
        let records = try VectorFile.records("messages")
        #expect(records.count == 300)
        for record in records {
            for (key, format) in Self.messages {
                let bytes = try record[key].bytes
                let message = try MLSMessage(decoding: bytes)
                #expect(message.wireFormat == format)
                #expect(message.encoded() == bytes, "\(record.path).\(key)")
            }
            for (key, type) in Self.proposals {
                // The file has the content alone.
                let bytes = type.encoding + (try record[key].bytes)
                let proposal = try Proposal(wholeOf: bytes)
                #expect(proposal.type == type)
                #expect(proposal.encoding == bytes, "\(record.path).\(key)")
            }
            let tree = try record["ratchet_tree"].bytes
            #expect(try RatchetTree(decoding: tree).encoded() == tree, "\(record.path)")
            let secrets = try record["group_secrets"].bytes
            #expect(try GroupSecrets(wholeOf: secrets).encoding == secrets, "\(record.path)")
            let commit = try record["commit"].bytes
            #expect(try Commit(wholeOf: commit).encoding == commit, "\(record.path)")
        }
    }

    @Test func `a message that ends early or late is refused at every byte`() throws {
        let record = try VectorFile.records("messages")[0]
        for (key, _) in Self.messages {
            let bytes = try record[key].bytes
            #expect(throws: MLSError.malformed(.trailingBytes)) { try MLSMessage(decoding: bytes + [0]) }
            for count in bytes.indices {
                #expect(throws: MLSError.self, "\(key) of \(count) bytes") {
                    try MLSMessage(decoding: Array(bytes.prefix(count)))
                }
            }
        }
    }
}
