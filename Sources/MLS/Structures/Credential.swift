/// Who a client says it is (RFC 9420 §5.3). Whether that is true, the application's ``GroupPolicy`` decides.
public enum Credential: Hashable, Sendable {
    /// A bare identity in a form that the application defines.
    case basic(identity: [UInt8])
    /// A chain of DER certificates, the end entity's first. They are kept and handed to the policy, not parsed here.
    case x509(certificates: [[UInt8]])

    /// The number of its kind on the wire.
    public var type: CredentialType {
        switch self {
        case .basic: .basic
        case .x509: .x509
        }
    }
}

extension Credential: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        switch try reader.read(CredentialType.self) {
        case .basic: self = .basic(identity: try reader.vector())
        case .x509:
            var inner = try reader.nested()
            var certificates: [[UInt8]] = []
            while !inner.isAtEnd { certificates.append(try inner.vector()) }
            self = .x509(certificates: certificates)
        // Without a length, what follows an unknown type cannot be skipped.
        default: throw .unsupported(.credentialType)
        }
    }

    package func encode(to writer: inout Writer) {
        writer.write(type)
        switch self {
        case .basic(let identity): writer.write(vector: identity)
        case .x509(let certificates):
            writer.writeVector { writer in
                for certificate in certificates { writer.write(vector: certificate) }
            }
        }
    }
}

/// What a client supports, as its leaf announces it (RFC 9420 §7.2). Unknown and GREASE values are kept.
public struct Capabilities: Hashable, Sendable {
    /// Protocol versions.
    public var versions: [ProtocolVersion]
    /// Cipher suites.
    public var cipherSuites: [CipherSuite]
    /// Extension types beyond those that every client supports.
    public var extensions: [ExtensionType]
    /// Proposal types beyond those that every client supports.
    public var proposals: [ProposalType]
    /// Types of credentials that the client can check.
    public var credentials: [CredentialType]

    /// Supports what is given and the defaults of §7.2.
    public init(
        versions: [ProtocolVersion] = [.mls10], cipherSuites: [CipherSuite], extensions: [ExtensionType] = [],
        proposals: [ProposalType] = [], credentials: [CredentialType] = [.basic, .x509]
    ) {
        self.versions = versions
        self.cipherSuites = cipherSuites
        self.extensions = extensions
        self.proposals = proposals
        self.credentials = credentials
    }

    func supports(_ type: ExtensionType) -> Bool { type.isDefault || extensions.contains(type) }
    func supports(_ type: ProposalType) -> Bool { type.isDefault || proposals.contains(type) }
}

extension Capabilities: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        versions = try reader.list()
        cipherSuites = try reader.list()
        extensions = try reader.list()
        proposals = try reader.list()
        credentials = try reader.list()
    }

    package func encode(to writer: inout Writer) {
        writer.write(list: versions)
        writer.write(list: cipherSuites)
        writer.write(list: extensions)
        writer.write(list: proposals)
        writer.write(list: credentials)
    }
}

/// The time in which a key package may be used, in seconds since 1970, both ends included (RFC 9420 §7.2).
public struct Lifetime: Hashable, Sendable {
    /// The first second.
    public var notBefore: UInt64
    /// The last second.
    public var notAfter: UInt64

    /// Both ends are included.
    public init(notBefore: UInt64, notAfter: UInt64) {
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    /// 84 days, and an hour for clocks that differ.
    static let usualSeconds: UInt64 = 84 * 24 * 3600 + 3600

    /// A lifetime of so many seconds, the first hour of which has passed, for clocks that differ.
    public init(startingAt now: UInt64, seconds: UInt64 = 84 * 24 * 3600 + 3600) {
        notBefore = now - min(now, 3600)
        let (end, overflow) = notBefore.addingReportingOverflow(seconds)
        notAfter = overflow ? .max : end
    }

    func contains(_ time: UInt64) -> Bool { notBefore <= time && time <= notAfter }
}

extension Lifetime: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        notBefore = try reader.uint64()
        notAfter = try reader.uint64()
    }

    package func encode(to writer: inout Writer) {
        writer.write(notBefore)
        writer.write(notAfter)
    }
}
