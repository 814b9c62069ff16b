import Testing

@testable import MLS

/// The vector files about encoding, tree arithmetic and primitives.
@Suite(.enabled(if: VectorFile.isRunnable, VectorFile.whySkipped))
struct PrimitiveVectorTests {
    @Test func `vector headers have the official lengths`() throws {
        let records = try VectorFile.records("deserialization")
        #expect(records.count == 14)
        for record in records {
            var reader = Reader(try record["vlbytes_header"].bytes)
            let length = try reader.vectorHeader()
            #expect(length == (try record["length"].integer))
            #expect(reader.isAtEnd)
            #expect(Writer.header(length) == (try record["vlbytes_header"].bytes))
        }
    }

    @Test func `tree arithmetic agrees with the official arrays`() throws {
        let records = try VectorFile.records("tree-math")
        #expect(records.count == 10)
        for record in records {
            let leaves = UInt32(try record["n_leaves"].number)
            let count = TreeMath.nodeCount(leaves: leaves)
            #expect(UInt64(count) == (try record["n_nodes"].number))
            #expect(UInt64(TreeMath.root(leaves: leaves)) == (try record["root"].number))
            for (name, function) in [
                ("left", { TreeMath.left($0) }), ("right", { TreeMath.right($0) }),
                ("parent", { TreeMath.parent($0, leaves: leaves) }),
                ("sibling", { TreeMath.sibling($0, leaves: leaves) }),
            ] as [(String, (UInt32) -> UInt32?)] {
                let expected = try record[name].list
                #expect(expected.count == Int(count))
                for (node, value) in expected.enumerated() {
                    #expect(function(UInt32(node)).map(UInt64.init) == (value.isNull ? nil : try value.number))
                }
            }
        }
    }

    @Test func `primitives and labelled constructions give the official values`() throws {
        var suites: [CipherSuite] = []
        for record in try VectorFile.records("crypto-basics") {
            guard let operations = try record.operations else { continue }
            suites.append(operations.suite)
            try checkDerivations(record, operations)
            try checkSignature(record["sign_with_label"], operations)
            try checkEncryption(record["encrypt_with_label"], operations)
        }
        #expect(suites.sorted { $0.rawValue < $1.rawValue } == CipherSuite.supported)
    }

    private func checkDerivations(_ record: Vector, _ operations: SuiteOperations) throws {
        let hash = try record["ref_hash"]
        #expect(
            operations.refHash(label: try hash["label"].text, value: try hash["value"].bytes)
                == (try hash["out"].bytes))
        let expand = try record["expand_with_label"]
        #expect(
            operations.expandWithLabel(
                try expand["secret"].secret, label: try expand["label"].text, context: try expand["context"].bytes,
                length: try expand["length"].integer
            ).reveal() == (try expand["out"].bytes))
        let derive = try record["derive_secret"]
        #expect(
            operations.deriveSecret(try derive["secret"].secret, label: try derive["label"].text).reveal()
                == (try derive["out"].bytes))
        let tree = try record["derive_tree_secret"]
        #expect(
            operations.deriveTreeSecret(
                try tree["secret"].secret, label: try tree["label"].text,
                generation: UInt32(try tree["generation"].number), length: try tree["length"].integer
            ).reveal() == (try tree["out"].bytes))
    }

    private func checkSignature(_ record: Vector, _ operations: SuiteOperations) throws {
        let (label, content) = (try record["label"].text, try record["content"].bytes)
        let publicKey = try record["pub"].bytes
        let signature = try record["signature"].bytes
        #expect(operations.verifyWithLabel(publicKey, label: label, content: content, signature: signature))
        #expect(!operations.verifyWithLabel(publicKey, label: label + "x", content: content, signature: signature))
        let key = try operations.signatureKey(record["priv"].secret)
        #expect(key.publicKey == publicKey)
        let own = try operations.signWithLabel(key, label: label, content: content)
        #expect(operations.verifyWithLabel(publicKey, label: label, content: content, signature: own))
    }

    private func checkEncryption(_ record: Vector, _ operations: SuiteOperations) throws {
        let (label, context) = (try record["label"].text, try record["context"].bytes)
        let plaintext = try record["plaintext"].bytes
        let key = try operations.privateKey(record["priv"].secret)
        #expect(key.publicKey == (try record["pub"].bytes))
        let opened = try operations.decryptWithLabel(
            privateKey: key, label: label, context: context, kemOutput: record["kem_output"].bytes,
            ciphertext: record["ciphertext"].bytes)
        #expect(opened.reveal() == plaintext)
        let own = try operations.encryptWithLabel(
            publicKey: key.publicKey, label: label, context: context, plaintext: Secret(plaintext))
        let again = try operations.decryptWithLabel(
            privateKey: key, label: label, context: context, kemOutput: own.kemOutput, ciphertext: own.ciphertext)
        #expect(again.reveal() == plaintext)
    }
}

extension Vector {
    var secret: Secret {
        get throws { Secret(try bytes) }
    }

    /// The record's suite, or nil when this library lacks it (4 and 6).
    var operations: SuiteOperations? {
        get throws {
            let suite = CipherSuite(rawValue: UInt16(try self["cipher_suite"].number))
            return suite.isSupported ? try suite.operations : nil
        }
    }
}
