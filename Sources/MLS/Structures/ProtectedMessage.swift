/// A signed message that everybody can read (RFC 9420 §6.2).
public struct PublicMessage: Hashable, Sendable {
    package var content: FramedContent
    package var auth: FramedContentAuthData
    /// Present exactly when the sender is a member.
    package var membershipTag: [UInt8]?

    package init(content: FramedContent, auth: FramedContentAuthData, membershipTag: [UInt8]?) {
        self.content = content
        self.auth = auth
        self.membershipTag = membershipTag
    }

    /// The group that the message is for.
    public var groupID: [UInt8] { content.groupID }
    /// The epoch that it was sent in.
    public var epoch: UInt64 { content.epoch }
    /// Who claims to have sent it; authenticated only by processing it.
    public var sender: Sender { content.sender }
}

extension PublicMessage: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        content = try reader.read()
        auth = try FramedContentAuthData(for: content.body.type, from: &reader)
        if case .member = content.sender { membershipTag = try reader.vector() } else { membershipTag = nil }
    }

    package func encode(to writer: inout Writer) {
        writer.write(content)
        auth.encode(for: content.body.type, to: &writer)
        if case .member = content.sender { writer.write(vector: membershipTag ?? []) }
    }
}

/// A signed and encrypted message (RFC 9420 §6.3).
public struct PrivateMessage: Hashable, Sendable {
    /// The group that the message is for.
    public var groupID: [UInt8]
    /// The epoch that it was sent in.
    public var epoch: UInt64
    package var contentType: ContentType
    /// Sent in the clear, and authenticated.
    public var authenticatedData: [UInt8]
    package var encryptedSenderData: [UInt8]
    package var ciphertext: [UInt8]

    package init(
        groupID: [UInt8], epoch: UInt64, contentType: ContentType, authenticatedData: [UInt8],
        encryptedSenderData: [UInt8], ciphertext: [UInt8]
    ) {
        self.groupID = groupID
        self.epoch = epoch
        self.contentType = contentType
        self.authenticatedData = authenticatedData
        self.encryptedSenderData = encryptedSenderData
        self.ciphertext = ciphertext
    }

    /// PrivateContentAAD (§6.3.1).
    package var contentAAD: [UInt8] {
        var writer = Writer(capacity: 64)
        writeSenderDataAAD(to: &writer)
        writer.write(vector: authenticatedData)
        return writer.bytes
    }

    /// SenderDataAAD (§6.3.2).
    package var senderDataAAD: [UInt8] {
        var writer = Writer(capacity: 64)
        writeSenderDataAAD(to: &writer)
        return writer.bytes
    }

    private func writeSenderDataAAD(to writer: inout Writer) {
        writer.write(vector: groupID)
        writer.write(epoch)
        writer.write(contentType)
    }
}

extension PrivateMessage: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        groupID = try reader.vector()
        epoch = try reader.uint64()
        contentType = try reader.read()
        authenticatedData = try reader.vector()
        encryptedSenderData = try reader.vector()
        ciphertext = try reader.vector()
    }

    package func encode(to writer: inout Writer) {
        writeSenderDataAAD(to: &writer)
        writer.write(vector: authenticatedData)
        writer.write(vector: encryptedSenderData)
        writer.write(vector: ciphertext)
    }
}

/// Which key a PrivateMessage was encrypted with (RFC 9420 §6.3.2).
package struct SenderData: Hashable, Sendable, TLSCodable {
    package var leaf: LeafIndex
    package var generation: UInt32
    /// Four bytes.
    package var reuseGuard: [UInt8]

    package init(leaf: LeafIndex, generation: UInt32, reuseGuard: [UInt8]) {
        self.leaf = leaf
        self.generation = generation
        self.reuseGuard = reuseGuard
    }

    package init(from reader: inout Reader) throws(MLSError) {
        leaf = try reader.read()
        generation = try reader.uint32()
        reuseGuard = try reader.raw(4)
    }

    package func encode(to writer: inout Writer) {
        writer.write(leaf)
        writer.write(generation)
        writer.write(raw: reuseGuard)
    }
}
