/// What a client publishes so that others can add it to groups (RFC 9420 §10).
public struct KeyPackage: Hashable, Sendable {
    /// Always ``ProtocolVersion/mls10`` in a valid one.
    public var version: ProtocolVersion
    /// The suite of the groups that it can be used for.
    public var cipherSuite: CipherSuite
    /// The HPKE public key that a Welcome is encrypted to.
    public var initKey: [UInt8]
    /// The leaf that the client will have.
    public var leafNode: LeafNode
    /// Extensions of the key package; unknown ones are ignored.
    public var extensions: [Extension]
    package var signature: [UInt8]

    package init(
        version: ProtocolVersion = .mls10, cipherSuite: CipherSuite, initKey: [UInt8], leafNode: LeafNode,
        extensions: [Extension], signature: [UInt8] = []
    ) {
        self.version = version
        self.cipherSuite = cipherSuite
        self.initKey = initKey
        self.leafNode = leafNode
        self.extensions = extensions
        self.signature = signature
    }

    /// Reads a key package without the MLSMessage around it.
    public init(decoding bytes: [UInt8], limits: Limits = Limits()) throws(MLSError) {
        try limits.admit(bytes)
        try self.init(wholeOf: bytes)
    }

    /// The wire form without the MLSMessage around it.
    public func encoded() -> [UInt8] { encoding }

    /// KeyPackageTBS.
    package var signedContent: [UInt8] {
        var writer = Writer(capacity: 1024)
        encodeUnsigned(to: &writer)
        return writer.bytes
    }

    private func encodeUnsigned(to writer: inout Writer) {
        writer.write(version)
        writer.write(cipherSuite)
        writer.write(vector: initKey)
        writer.write(leafNode)
        writer.write(list: extensions)
    }
}

extension KeyPackage: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        version = try reader.read()
        cipherSuite = try reader.read()
        initKey = try reader.vector()
        leafNode = try reader.read()
        extensions = try reader.list()
        signature = try reader.vector()
    }

    package func encode(to writer: inout Writer) {
        encodeUnsigned(to: &writer)
        writer.write(vector: signature)
    }
}
