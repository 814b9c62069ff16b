/// What all members of a group agree on in one epoch (RFC 9420 §8.1).
public struct GroupContext: Hashable, Sendable {
    /// Always ``ProtocolVersion/mls10``.
    public var version: ProtocolVersion
    /// The suite that the group was created with.
    public var cipherSuite: CipherSuite
    /// The name of the group.
    public var groupID: [UInt8]
    /// The number of the epoch, from 0.
    public var epoch: UInt64
    /// Stands for all members and the keys between them (§7.8).
    public var treeHash: [UInt8]
    /// Stands for all commits so far (§8.2); empty in epoch 0.
    public var confirmedTranscriptHash: [UInt8]
    /// The group context extensions, which every member supports.
    public var extensions: [Extension]

    package init(
        version: ProtocolVersion = .mls10, cipherSuite: CipherSuite, groupID: [UInt8], epoch: UInt64,
        treeHash: [UInt8], confirmedTranscriptHash: [UInt8], extensions: [Extension]
    ) {
        self.version = version
        self.cipherSuite = cipherSuite
        self.groupID = groupID
        self.epoch = epoch
        self.treeHash = treeHash
        self.confirmedTranscriptHash = confirmedTranscriptHash
        self.extensions = extensions
    }
}

extension GroupContext: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        version = try reader.read()
        // A group of another version may have another structure altogether.
        guard version == .mls10 else { throw .unsupported(.protocolVersion) }
        cipherSuite = try reader.read()
        groupID = try reader.vector()
        epoch = try reader.uint64()
        treeHash = try reader.vector()
        confirmedTranscriptHash = try reader.vector()
        extensions = try reader.list()
    }

    package func encode(to writer: inout Writer) {
        writer.write(version)
        writer.write(cipherSuite)
        writer.write(vector: groupID)
        writer.write(epoch)
        writer.write(vector: treeHash)
        writer.write(vector: confirmedTranscriptHash)
        writer.write(list: extensions)
    }
}

/// What somebody needs to know about a group in order to join it (RFC 9420 §12.4.3).
public struct GroupInfo: Hashable, Sendable {
    /// The epoch that can be joined.
    public var context: GroupContext
    /// Extensions for those who join; unknown ones are ignored.
    public var extensions: [Extension]
    package var confirmationTag: [UInt8]
    /// The member who made this.
    public var signer: LeafIndex
    package var signature: [UInt8]

    package init(
        context: GroupContext, extensions: [Extension], confirmationTag: [UInt8], signer: LeafIndex,
        signature: [UInt8] = []
    ) {
        self.context = context
        self.extensions = extensions
        self.confirmationTag = confirmationTag
        self.signer = signer
        self.signature = signature
    }

    /// Reads a GroupInfo without the MLSMessage around it.
    public init(decoding bytes: [UInt8], limits: Limits = Limits()) throws(MLSError) {
        try limits.admit(bytes)
        try self.init(wholeOf: bytes)
    }

    /// The wire form without the MLSMessage around it.
    public func encoded() -> [UInt8] { encoding }

    /// GroupInfoTBS.
    package var signedContent: [UInt8] {
        var writer = Writer(capacity: 1024)
        encodeUnsigned(to: &writer)
        return writer.bytes
    }

    private func encodeUnsigned(to writer: inout Writer) {
        writer.write(context)
        writer.write(list: extensions)
        writer.write(vector: confirmationTag)
        writer.write(signer)
    }
}

extension GroupInfo: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        context = try reader.read()
        extensions = try reader.list()
        confirmationTag = try reader.vector()
        signer = try reader.read()
        signature = try reader.vector()
    }

    package func encode(to writer: inout Writer) {
        encodeUnsigned(to: &writer)
        writer.write(vector: signature)
    }
}
