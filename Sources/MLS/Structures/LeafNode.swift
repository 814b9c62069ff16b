/// A member's appearance in the ratchet tree, signed by that member (RFC 9420 §7.2).
public struct LeafNode: Hashable, Sendable {
    /// How the leaf came into the tree, with what that way demands.
    public enum Source: Hashable, Sendable {
        case keyPackage(Lifetime)
        case update
        case commit(parentHash: [UInt8])
    }

    /// The HPKE public key of the member alone.
    public var encryptionKey: [UInt8]
    /// The key that the member's messages are signed with.
    public var signatureKey: [UInt8]
    /// Who the member is.
    public var credential: Credential
    /// What the member supports.
    public var capabilities: Capabilities
    /// How the leaf came about.
    public var source: Source
    /// Extensions of the leaf, their types listed in its capabilities.
    public var extensions: [Extension]
    package var signature: [UInt8]

    package init(
        encryptionKey: [UInt8], signatureKey: [UInt8], credential: Credential, capabilities: Capabilities,
        source: Source, extensions: [Extension], signature: [UInt8] = []
    ) {
        self.encryptionKey = encryptionKey
        self.signatureKey = signatureKey
        self.credential = credential
        self.capabilities = capabilities
        self.source = source
        self.extensions = extensions
        self.signature = signature
    }

    /// The group and place that a leaf made inside a group is signed for.
    package struct Place: Sendable {
        package var groupID: [UInt8]
        package var leaf: LeafIndex

        package init(groupID: [UInt8], leaf: LeafIndex) {
            self.groupID = groupID
            self.leaf = leaf
        }
    }

    /// LeafNodeTBS; `place` counts only for the sources `update` and `commit`.
    package func signedContent(in place: Place?) -> [UInt8] {
        var writer = Writer(capacity: 512)
        encodeUnsigned(to: &writer)
        switch source {
        case .keyPackage: break
        case .update, .commit:
            writer.write(vector: place?.groupID ?? [])
            writer.write(place?.leaf ?? LeafIndex(rawValue: 0))
        }
        return writer.bytes
    }

    private func encodeUnsigned(to writer: inout Writer) {
        writer.write(vector: encryptionKey)
        writer.write(vector: signatureKey)
        writer.write(credential)
        writer.write(capabilities)
        switch source {
        case .keyPackage(let lifetime):
            writer.write(1 as UInt8)
            writer.write(lifetime)
        case .update: writer.write(2 as UInt8)
        case .commit(let parentHash):
            writer.write(3 as UInt8)
            writer.write(vector: parentHash)
        }
        writer.write(list: extensions)
    }
}

extension LeafNode: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        encryptionKey = try reader.vector()
        signatureKey = try reader.vector()
        credential = try reader.read()
        capabilities = try reader.read()
        switch try reader.uint8() {
        case 1: source = .keyPackage(try reader.read())
        case 2: source = .update
        case 3: source = .commit(parentHash: try reader.vector())
        default: throw .malformed(.enumValue)
        }
        extensions = try reader.list()
        signature = try reader.vector()
    }

    package func encode(to writer: inout Writer) {
        encodeUnsigned(to: &writer)
        writer.write(vector: signature)
    }
}

/// The key of a subtree, with what binds it to the nodes around it (RFC 9420 §7.1).
package struct ParentNode: Hashable, Sendable {
    package var encryptionKey: [UInt8]
    package var parentHash: [UInt8]
    /// Leaves below that do not know this node's private key, ascending.
    package var unmergedLeaves: [LeafIndex]

    package init(encryptionKey: [UInt8], parentHash: [UInt8] = [], unmergedLeaves: [LeafIndex] = []) {
        self.encryptionKey = encryptionKey
        self.parentHash = parentHash
        self.unmergedLeaves = unmergedLeaves
    }
}

extension ParentNode: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        encryptionKey = try reader.vector()
        parentHash = try reader.vector()
        unmergedLeaves = try reader.list()
    }

    package func encode(to writer: inout Writer) {
        writer.write(vector: encryptionKey)
        writer.write(vector: parentHash)
        writer.write(list: unmergedLeaves)
    }
}
