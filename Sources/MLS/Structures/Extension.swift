/// A typed, opaque addition to a leaf, key package, group or GroupInfo (RFC 9420 §7.2, §13.4).
public struct Extension: Hashable, Sendable {
    /// What the content means.
    public var type: ExtensionType
    /// Whatever the type defines.
    public var content: [UInt8]

    /// An extension as it stands.
    public init(type: ExtensionType, content: [UInt8]) {
        self.type = type
        self.content = content
    }
}

extension Extension: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        type = try reader.read()
        content = try reader.vector()
    }

    package func encode(to writer: inout Writer) {
        writer.write(type)
        writer.write(vector: content)
    }
}

extension Collection<Extension> {
    /// The content of the extension of this type, read whole (trailing bytes are refused).
    func decoded<Value: TLSDecodable>(_ type: ExtensionType, as value: Value.Type) throws(MLSError) -> Value? {
        guard let found = first(where: { $0.type == type }) else { return nil }
        return try Value(wholeOf: found.content)
    }

    /// §13.4: no type twice in one list.
    func requireDistinctTypes() throws(MLSError) {
        var seen: Set<ExtensionType> = []
        for item in self where !seen.insert(item.type).inserted { throw .violates(.extensionTypesDistinct) }
    }
}

/// What every member of a group must support beyond the defaults (RFC 9420 §11.1).
public struct RequiredCapabilities: Hashable, Sendable {
    /// Types of extensions.
    public var extensions: [ExtensionType]
    /// Types of proposals.
    public var proposals: [ProposalType]
    /// Types of credentials; these have no defaults.
    public var credentials: [CredentialType]

    /// Requires these types of every member.
    public init(
        extensions: [ExtensionType] = [], proposals: [ProposalType] = [], credentials: [CredentialType] = []
    ) {
        self.extensions = extensions
        self.proposals = proposals
        self.credentials = credentials
    }

    /// The group context extension that carries these requirements.
    public var asExtension: Extension { Extension(type: .requiredCapabilities, content: encoding) }

    func areMet(by capabilities: Capabilities) -> Bool {
        extensions.allSatisfy(capabilities.supports) && proposals.allSatisfy(capabilities.supports)
            && credentials.allSatisfy(capabilities.credentials.contains)
    }
}

extension RequiredCapabilities: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        extensions = try reader.list()
        proposals = try reader.list()
        credentials = try reader.list()
    }

    package func encode(to writer: inout Writer) {
        writer.write(list: extensions)
        writer.write(list: proposals)
        writer.write(list: credentials)
    }
}

/// Somebody outside the group who may send it proposals (RFC 9420 §12.1.8.1).
public struct ExternalSender: Hashable, Sendable {
    /// Of the group's suite.
    public var signatureKey: [UInt8]
    /// Who the sender is.
    public var credential: Credential

    /// Admits the holder of a key.
    public init(signatureKey: [UInt8], credential: Credential) {
        self.signatureKey = signatureKey
        self.credential = credential
    }

    /// The group context extension that admits these senders; a sender's place in the list is its index.
    public static func asExtension(_ senders: [ExternalSender]) -> Extension {
        Extension(type: .externalSenders, content: ExternalSenderList(senders: senders).encoding)
    }
}

extension ExternalSender: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        signatureKey = try reader.vector()
        credential = try reader.read()
    }

    package func encode(to writer: inout Writer) {
        writer.write(vector: signatureKey)
        writer.write(credential)
    }
}

/// The content of an `external_senders` extension.
package struct ExternalSenderList: TLSCodable, Sendable {
    package var senders: [ExternalSender]

    package init(senders: [ExternalSender]) { self.senders = senders }
    package init(from reader: inout Reader) throws(MLSError) { senders = try reader.list() }
    package func encode(to writer: inout Writer) { writer.write(list: senders) }
}

/// The content of an `external_pub` extension (RFC 9420 §12.4.3.2).
package struct ExternalPub: TLSCodable, Sendable {
    package var publicKey: [UInt8]

    package init(publicKey: [UInt8]) { self.publicKey = publicKey }
    package init(from reader: inout Reader) throws(MLSError) { publicKey = try reader.vector() }
    package func encode(to writer: inout Writer) { writer.write(vector: publicKey) }
}
