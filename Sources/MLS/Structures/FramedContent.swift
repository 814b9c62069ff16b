/// What kind of content a message frames (RFC 9420 §6).
package enum ContentType: UInt8, Sendable, TLSCodable {
    case application = 1
    case proposal = 2
    case commit = 3

    package init(from reader: inout Reader) throws(MLSError) {
        guard let type = ContentType(rawValue: try reader.uint8()) else { throw .malformed(.enumValue) }
        self = type
    }

    package func encode(to writer: inout Writer) { writer.write(rawValue) }
}

/// Who sent a message (RFC 9420 §6).
public enum Sender: Hashable, Sendable {
    case member(LeafIndex)
    /// The sender at this place of the `external_senders` extension.
    case external(index: UInt32)
    /// Somebody who asks to be added.
    case newMemberProposal
    /// Somebody who joins by an external commit.
    case newMemberCommit
}

extension Sender: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        switch try reader.uint8() {
        case 1: self = .member(try reader.read())
        case 2: self = .external(index: try reader.uint32())
        case 3: self = .newMemberProposal
        case 4: self = .newMemberCommit
        default: throw .malformed(.enumValue)
        }
    }

    package func encode(to writer: inout Writer) {
        switch self {
        case .member(let leaf):
            writer.write(1 as UInt8)
            writer.write(leaf)
        case .external(let index):
            writer.write(2 as UInt8)
            writer.write(index)
        case .newMemberProposal: writer.write(3 as UInt8)
        case .newMemberCommit: writer.write(4 as UInt8)
        }
    }
}

/// The content of a message with what identifies its group, epoch and sender (RFC 9420 §6).
package struct FramedContent: Hashable, Sendable, TLSCodable {
    package enum Body: Hashable, Sendable {
        case application([UInt8])
        case proposal(Proposal)
        case commit(Commit)

        package var type: ContentType {
            switch self {
            case .application: .application
            case .proposal: .proposal
            case .commit: .commit
            }
        }

        /// Reads the content alone, whose type was said elsewhere.
        package init(_ type: ContentType, from reader: inout Reader) throws(MLSError) {
            switch type {
            case .application: self = .application(try reader.vector())
            case .proposal: self = .proposal(try reader.read())
            case .commit: self = .commit(try reader.read())
            }
        }

        /// Writes the content without its type.
        package func encodeContent(to writer: inout Writer) {
            switch self {
            case .application(let bytes): writer.write(vector: bytes)
            case .proposal(let proposal): writer.write(proposal)
            case .commit(let commit): writer.write(commit)
            }
        }
    }

    package var groupID: [UInt8]
    package var epoch: UInt64
    package var sender: Sender
    package var authenticatedData: [UInt8]
    package var body: Body

    package init(groupID: [UInt8], epoch: UInt64, sender: Sender, authenticatedData: [UInt8], body: Body) {
        self.groupID = groupID
        self.epoch = epoch
        self.sender = sender
        self.authenticatedData = authenticatedData
        self.body = body
    }

    package init(from reader: inout Reader) throws(MLSError) {
        groupID = try reader.vector()
        epoch = try reader.uint64()
        sender = try reader.read()
        authenticatedData = try reader.vector()
        body = try Body(try reader.read(), from: &reader)
    }

    package func encode(to writer: inout Writer) {
        writer.write(vector: groupID)
        writer.write(epoch)
        writer.write(sender)
        writer.write(vector: authenticatedData)
        writer.write(body.type)
        body.encodeContent(to: &writer)
    }
}

/// The signature over a content, and a commit's confirmation tag (RFC 9420 §6.1).
package struct FramedContentAuthData: Hashable, Sendable {
    package var signature: [UInt8]
    /// Present exactly for commits.
    package var confirmationTag: [UInt8]?

    package init(signature: [UInt8], confirmationTag: [UInt8]? = nil) {
        self.signature = signature
        self.confirmationTag = confirmationTag
    }

    package init(for type: ContentType, from reader: inout Reader) throws(MLSError) {
        signature = try reader.vector()
        confirmationTag = type == .commit ? try reader.vector() : nil
    }

    package func encode(for type: ContentType, to writer: inout Writer) {
        writer.write(vector: signature)
        if type == .commit { writer.write(vector: confirmationTag ?? []) }
    }
}

/// A content with its authentication, whichever way it travelled (RFC 9420 §6).
package struct AuthenticatedContent: Hashable, Sendable, TLSCodable {
    package var wireFormat: WireFormat
    package var content: FramedContent
    package var auth: FramedContentAuthData

    package init(wireFormat: WireFormat, content: FramedContent, auth: FramedContentAuthData) {
        self.wireFormat = wireFormat
        self.content = content
        self.auth = auth
    }

    package init(from reader: inout Reader) throws(MLSError) {
        wireFormat = try reader.read()
        content = try reader.read()
        auth = try FramedContentAuthData(for: content.body.type, from: &reader)
    }

    package func encode(to writer: inout Writer) {
        writer.write(wireFormat)
        writer.write(content)
        auth.encode(for: content.body.type, to: &writer)
    }

    /// FramedContentTBS; `context` is the encoded GroupContext, used for members and joiners by external commit (§6.1).
    package static func signedContent(
        wireFormat: WireFormat, content: FramedContent, context: [UInt8]
    ) -> [UInt8] {
        var writer = Writer(capacity: 512)
        writer.write(ProtocolVersion.mls10)
        writer.write(wireFormat)
        writer.write(content)
        switch content.sender {
        case .member, .newMemberCommit: writer.write(raw: context)
        case .external, .newMemberProposal: break
        }
        return writer.bytes
    }

    /// ConfirmedTranscriptHashInput (§8.2).
    package var confirmedTranscriptInput: [UInt8] {
        var writer = Writer(capacity: 512)
        writer.write(wireFormat)
        writer.write(content)
        writer.write(vector: auth.signature)
        return writer.bytes
    }
}
