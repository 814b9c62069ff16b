/// Names a pre-shared key and the nonce of one use of it (RFC 9420 §8.4).
public struct PreSharedKeyID: Hashable, Sendable {
    /// Where the key comes from.
    public enum Kind: Hashable, Sendable {
        /// Known to the application under this name.
        case external(id: [UInt8])
        /// The resumption secret of an epoch of a group.
        case resumption(usage: ResumptionUsage, groupID: [UInt8], epoch: UInt64)
    }

    /// What a resumption secret is used for.
    public enum ResumptionUsage: UInt8, Sendable {
        case application = 1
        case reInit = 2
        case branch = 3
    }

    /// Where the key comes from, and its name there.
    public var kind: Kind
    /// Random, of the length of the suite's hash, and used once.
    public var nonce: [UInt8]

    /// Names one use of a key.
    public init(kind: Kind, nonce: [UInt8]) {
        self.kind = kind
        self.nonce = nonce
    }
}

extension PreSharedKeyID: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        switch try reader.uint8() {
        case 1: kind = .external(id: try reader.vector())
        case 2:
            guard let usage = ResumptionUsage(rawValue: try reader.uint8()) else { throw .malformed(.enumValue) }
            kind = .resumption(usage: usage, groupID: try reader.vector(), epoch: try reader.uint64())
        default: throw .malformed(.enumValue)
        }
        nonce = try reader.vector()
    }

    package func encode(to writer: inout Writer) {
        switch kind {
        case .external(let id):
            writer.write(1 as UInt8)
            writer.write(vector: id)
        case .resumption(let usage, let groupID, let epoch):
            writer.write(2 as UInt8)
            writer.write(usage.rawValue)
            writer.write(vector: groupID)
            writer.write(epoch)
        }
        writer.write(vector: nonce)
    }
}

/// A request to found the group anew with other parameters (RFC 9420 §12.1.5). Decoded, and refused when processed.
public struct ReInit: Hashable, Sendable {
    /// The name of the new group.
    public var groupID: [UInt8]
    /// The version of the new group.
    public var version: ProtocolVersion
    /// The suite of the new group.
    public var cipherSuite: CipherSuite
    /// The group context extensions of the new group.
    public var extensions: [Extension]
}

extension ReInit: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        groupID = try reader.vector()
        version = try reader.read()
        cipherSuite = try reader.read()
        extensions = try reader.list()
    }

    package func encode(to writer: inout Writer) {
        writer.write(vector: groupID)
        writer.write(version)
        writer.write(cipherSuite)
        writer.write(list: extensions)
    }
}

/// A change that somebody wants made to the group (RFC 9420 §12.1).
///
/// Indirect, so that a commit of a million two-byte references does not take the room of a million key packages.
public indirect enum Proposal: Hashable, Sendable {
    case add(KeyPackage)
    case update(LeafNode)
    case remove(LeafIndex)
    case preSharedKey(PreSharedKeyID)
    case reInit(ReInit)
    case externalInit(kemOutput: [UInt8])
    case groupContextExtensions([Extension])

    /// The number of its kind on the wire.
    public var type: ProposalType {
        switch self {
        case .add: .add
        case .update: .update
        case .remove: .remove
        case .preSharedKey: .preSharedKey
        case .reInit: .reInit
        case .externalInit: .externalInit
        case .groupContextExtensions: .groupContextExtensions
        }
    }

    /// §12.4: whether a commit that covers this needs an update path.
    var requiresPath: Bool {
        switch self {
        case .add, .preSharedKey, .reInit: false
        case .update, .remove, .externalInit, .groupContextExtensions: true
        }
    }

    /// §12.1.8: whether an external sender may send this.
    var mayComeFromOutside: Bool {
        switch self {
        case .add, .remove, .preSharedKey, .reInit, .groupContextExtensions: true
        case .update, .externalInit: false
        }
    }
}

extension Proposal: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        switch try reader.read(ProposalType.self) {
        case .add: self = .add(try reader.read())
        case .update: self = .update(try reader.read())
        case .remove: self = .remove(try reader.read())
        case .preSharedKey: self = .preSharedKey(try reader.read())
        case .reInit: self = .reInit(try reader.read())
        case .externalInit: self = .externalInit(kemOutput: try reader.vector())
        case .groupContextExtensions: self = .groupContextExtensions(try reader.list())
        // Without a length, what follows an unknown type cannot be skipped.
        default: throw .unsupported(.proposalType)
        }
    }

    package func encode(to writer: inout Writer) {
        writer.write(type)
        switch self {
        case .add(let keyPackage): writer.write(keyPackage)
        case .update(let leaf): writer.write(leaf)
        case .remove(let index): writer.write(index)
        case .preSharedKey(let id): writer.write(id)
        case .reInit(let parameters): writer.write(parameters)
        case .externalInit(let kemOutput): writer.write(vector: kemOutput)
        case .groupContextExtensions(let extensions): writer.write(list: extensions)
        }
    }
}

/// The hash under which a proposal that was sent before is committed (RFC 9420 §5.2).
public struct ProposalReference: Hashable, Sendable {
    /// The hash.
    public var bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }
}
