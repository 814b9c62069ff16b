/// One HPKE encryption (RFC 9420 §7.6).
package struct HPKECiphertext: Hashable, Sendable, TLSCodable {
    package var kemOutput: [UInt8]
    package var ciphertext: [UInt8]

    package init(kemOutput: [UInt8], ciphertext: [UInt8]) {
        self.kemOutput = kemOutput
        self.ciphertext = ciphertext
    }

    package init(from reader: inout Reader) throws(MLSError) {
        kemOutput = try reader.vector()
        ciphertext = try reader.vector()
    }

    package func encode(to writer: inout Writer) {
        writer.write(vector: kemOutput)
        writer.write(vector: ciphertext)
    }
}

/// The new key of one node of the committer's filtered direct path (RFC 9420 §7.6).
package struct UpdatePathNode: Hashable, Sendable, TLSCodable {
    package var encryptionKey: [UInt8]
    package var encryptedPathSecrets: [HPKECiphertext]

    package init(encryptionKey: [UInt8], encryptedPathSecrets: [HPKECiphertext]) {
        self.encryptionKey = encryptionKey
        self.encryptedPathSecrets = encryptedPathSecrets
    }

    package init(from reader: inout Reader) throws(MLSError) {
        encryptionKey = try reader.vector()
        encryptedPathSecrets = try reader.list()
    }

    package func encode(to writer: inout Writer) {
        writer.write(vector: encryptionKey)
        writer.write(list: encryptedPathSecrets)
    }
}

/// The committer's new leaf and path (RFC 9420 §7.6).
package struct UpdatePath: Hashable, Sendable, TLSCodable {
    package var leafNode: LeafNode
    package var nodes: [UpdatePathNode]

    package init(leafNode: LeafNode, nodes: [UpdatePathNode]) {
        self.leafNode = leafNode
        self.nodes = nodes
    }

    package init(from reader: inout Reader) throws(MLSError) {
        leafNode = try reader.read()
        nodes = try reader.list()
    }

    package func encode(to writer: inout Writer) {
        writer.write(leafNode)
        writer.write(list: nodes)
    }
}

/// A proposal inside a commit: itself, or the hash of one sent before (RFC 9420 §12.4).
package enum ProposalOrReference: Hashable, Sendable, TLSCodable {
    case proposal(Proposal)
    case reference(ProposalReference)

    package init(from reader: inout Reader) throws(MLSError) {
        switch try reader.uint8() {
        case 1: self = .proposal(try reader.read())
        case 2: self = .reference(ProposalReference(bytes: try reader.vector()))
        default: throw .malformed(.enumValue)
        }
    }

    package func encode(to writer: inout Writer) {
        switch self {
        case .proposal(let proposal):
            writer.write(1 as UInt8)
            writer.write(proposal)
        case .reference(let reference):
            writer.write(2 as UInt8)
            writer.write(vector: reference.bytes)
        }
    }
}

/// The start of a new epoch (RFC 9420 §12.4).
package struct Commit: Hashable, Sendable, TLSCodable {
    package var proposals: [ProposalOrReference]
    package var path: UpdatePath?

    package init(proposals: [ProposalOrReference], path: UpdatePath?) {
        self.proposals = proposals
        self.path = path
    }

    package init(from reader: inout Reader) throws(MLSError) {
        proposals = try reader.list()
        path = try reader.optional()
    }

    package func encode(to writer: inout Writer) {
        writer.write(list: proposals)
        writer.write(optional: path)
    }
}
