/// A protocol version (RFC 9420 §6); only 1 is defined.
public struct ProtocolVersion: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public var rawValue: UInt16
    /// Any number is taken, known or not.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// RFC 9420.
    public static let mls10 = ProtocolVersion(rawValue: 1)
}

/// A cipher suite number (RFC 9420 §17.1). Unknown numbers are kept, since capabilities may list any.
public struct CipherSuite: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public var rawValue: UInt16
    /// Any number is taken, known or not.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519.
    public static let x25519AES128SHA256Ed25519 = CipherSuite(rawValue: 1)
    /// MLS_128_DHKEMP256_AES128GCM_SHA256_P256.
    public static let p256AES128SHA256P256 = CipherSuite(rawValue: 2)
    /// MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519.
    public static let x25519ChaChaSHA256Ed25519 = CipherSuite(rawValue: 3)
    /// MLS_256_DHKEMP521_AES256GCM_SHA512_P521.
    public static let p521AES256SHA512P521 = CipherSuite(rawValue: 5)
    /// MLS_256_DHKEMP384_AES256GCM_SHA384_P384.
    public static let p384AES256SHA384P384 = CipherSuite(rawValue: 7)
}

/// The type of an extension (RFC 9420 §17.3).
public struct ExtensionType: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public var rawValue: UInt16
    /// Any number is taken, known or not.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// A name that an application gives a leaf (§5.3.3).
    public static let applicationID = ExtensionType(rawValue: 1)
    /// The tree inside a GroupInfo (§12.4.3.3).
    public static let ratchetTree = ExtensionType(rawValue: 2)
    /// What members must support (§11.1).
    public static let requiredCapabilities = ExtensionType(rawValue: 3)
    /// The key for external commits inside a GroupInfo (§12.4.3.2).
    public static let externalPub = ExtensionType(rawValue: 4)
    /// Who may send proposals from outside (§12.1.8.1).
    public static let externalSenders = ExtensionType(rawValue: 5)

    /// Types that every client supports and that capabilities do not list (§7.2).
    public var isDefault: Bool { (1...5).contains(rawValue) }
}

/// The type of a proposal (RFC 9420 §17.4).
public struct ProposalType: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public var rawValue: UInt16
    /// Any number is taken, known or not.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// §12.1.1.
    public static let add = ProposalType(rawValue: 1)
    /// §12.1.2.
    public static let update = ProposalType(rawValue: 2)
    /// §12.1.3.
    public static let remove = ProposalType(rawValue: 3)
    /// §12.1.4.
    public static let preSharedKey = ProposalType(rawValue: 4)
    /// §12.1.5.
    public static let reInit = ProposalType(rawValue: 5)
    /// §12.1.6.
    public static let externalInit = ProposalType(rawValue: 6)
    /// §12.1.7.
    public static let groupContextExtensions = ProposalType(rawValue: 7)

    /// Types that every client supports and that capabilities do not list (§7.2).
    public var isDefault: Bool { (1...7).contains(rawValue) }
}

/// The type of a credential (RFC 9420 §17.5).
public struct CredentialType: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public var rawValue: UInt16
    /// Any number is taken, known or not.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// A bare identity (§5.3).
    public static let basic = CredentialType(rawValue: 1)
    /// A chain of certificates (§5.3).
    public static let x509 = CredentialType(rawValue: 2)
}

/// What an MLSMessage carries (RFC 9420 §6, §17.2).
public enum WireFormat: UInt16, Sendable {
    case publicMessage = 1
    case privateMessage = 2
    case welcome = 3
    case groupInfo = 4
    case keyPackage = 5
}

/// The place of a leaf in the ratchet tree, counted from the left (RFC 9420 §4.1.1).
public struct LeafIndex: RawRepresentable, Hashable, Comparable, Sendable {
    /// The number on the wire.
    public var rawValue: UInt32
    /// Any number is taken, known or not.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Whether a leaf stands further left.
    public static func < (left: LeafIndex, right: LeafIndex) -> Bool { left.rawValue < right.rawValue }
}

/// A code point that travels as `uint16` and may be unknown to us.
package protocol CodePoint: TLSCodable, RawRepresentable<UInt16> {
    init(rawValue: UInt16)
}

extension CodePoint {
    package init(from reader: inout Reader) throws(MLSError) { self.init(rawValue: try reader.uint16()) }
    package func encode(to writer: inout Writer) { writer.write(rawValue) }
}

extension ProtocolVersion: CodePoint {}
extension CipherSuite: CodePoint {}
extension ExtensionType: CodePoint {}
extension ProposalType: CodePoint {}
extension CredentialType: CodePoint {}

extension WireFormat: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        guard let format = WireFormat(rawValue: try reader.uint16()) else { throw .unsupported(.wireFormat) }
        self = format
    }

    package func encode(to writer: inout Writer) { writer.write(rawValue) }
}

extension LeafIndex: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) { self.init(rawValue: try reader.uint32()) }
    package func encode(to writer: inout Writer) { writer.write(rawValue) }
}
