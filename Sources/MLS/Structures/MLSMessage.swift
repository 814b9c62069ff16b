/// Anything that travels between clients (RFC 9420 §6).
public enum MLSMessage: Hashable, Sendable {
    case publicMessage(PublicMessage)
    case privateMessage(PrivateMessage)
    case welcome(Welcome)
    case groupInfo(GroupInfo)
    case keyPackage(KeyPackage)

    /// Reads a message that takes up all of `bytes`.
    ///
    /// - Throws: ``MLSError/exceeds(_:)`` before anything is read when there are more bytes than the limits allow.
    public init(decoding bytes: [UInt8], limits: Limits = Limits()) throws(MLSError) {
        try limits.admit(bytes)
        try self.init(wholeOf: bytes)
    }

    /// The wire form.
    public func encoded() -> [UInt8] { encoding }

    /// The number of its kind on the wire.
    public var wireFormat: WireFormat {
        switch self {
        case .publicMessage: .publicMessage
        case .privateMessage: .privateMessage
        case .welcome: .welcome
        case .groupInfo: .groupInfo
        case .keyPackage: .keyPackage
        }
    }

    /// The group that a message belongs to, where the message says so in the clear.
    public var groupID: [UInt8]? {
        switch self {
        case .publicMessage(let message): message.groupID
        case .privateMessage(let message): message.groupID
        case .groupInfo(let info): info.context.groupID
        case .welcome, .keyPackage: nil
        }
    }

    /// The epoch that a message belongs to, where the message says so in the clear.
    public var epoch: UInt64? {
        switch self {
        case .publicMessage(let message): message.epoch
        case .privateMessage(let message): message.epoch
        case .groupInfo(let info): info.context.epoch
        case .welcome, .keyPackage: nil
        }
    }
}

extension MLSMessage: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        guard try reader.read(ProtocolVersion.self) == .mls10 else { throw .unsupported(.protocolVersion) }
        switch try reader.read(WireFormat.self) {
        case .publicMessage: self = .publicMessage(try reader.read())
        case .privateMessage: self = .privateMessage(try reader.read())
        case .welcome: self = .welcome(try reader.read())
        case .groupInfo: self = .groupInfo(try reader.read())
        case .keyPackage:
            let keyPackage: KeyPackage = try reader.read()
            // §10: the version inside is the one outside.
            guard keyPackage.version == .mls10 else { throw .violates(.keyPackageVersion) }
            self = .keyPackage(keyPackage)
        }
    }

    package func encode(to writer: inout Writer) {
        writer.write(ProtocolVersion.mls10)
        writer.write(wireFormat)
        switch self {
        case .publicMessage(let message): writer.write(message)
        case .privateMessage(let message): writer.write(message)
        case .welcome(let welcome): writer.write(welcome)
        case .groupInfo(let info): writer.write(info)
        case .keyPackage(let keyPackage): writer.write(keyPackage)
        }
    }
}
