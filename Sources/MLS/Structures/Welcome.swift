/// What a new member needs to compute the epoch it is invited into (RFC 9420 §12.4.3.1).
package struct GroupSecrets: Sendable, TLSCodable {
    package var joinerSecret: Secret
    /// That of the lowest common ancestor of the committer and the new member, when the commit has a path.
    package var pathSecret: Secret?
    package var preSharedKeys: [PreSharedKeyID]

    package init(joinerSecret: Secret, pathSecret: Secret?, preSharedKeys: [PreSharedKeyID]) {
        self.joinerSecret = joinerSecret
        self.pathSecret = pathSecret
        self.preSharedKeys = preSharedKeys
    }

    package init(from reader: inout Reader) throws(MLSError) {
        joinerSecret = try reader.read()
        pathSecret = try reader.optional()
        preSharedKeys = try reader.list()
    }

    package func encode(to writer: inout Writer) {
        writer.write(joinerSecret)
        writer.write(optional: pathSecret)
        writer.write(list: preSharedKeys)
    }
}

/// The secrets of a new epoch for one new member, encrypted (RFC 9420 §12.4.3.1).
package struct EncryptedGroupSecrets: Hashable, Sendable, TLSCodable {
    /// The reference of the key package that the member was added with.
    package var newMember: [UInt8]
    package var secrets: HPKECiphertext

    package init(newMember: [UInt8], secrets: HPKECiphertext) {
        self.newMember = newMember
        self.secrets = secrets
    }

    package init(from reader: inout Reader) throws(MLSError) {
        newMember = try reader.vector()
        secrets = try reader.read()
    }

    package func encode(to writer: inout Writer) {
        writer.write(vector: newMember)
        writer.write(secrets)
    }
}

/// The invitation of new members into the epoch that a commit began (RFC 9420 §12.4.3.1).
public struct Welcome: Hashable, Sendable {
    /// The suite of the group.
    public var cipherSuite: CipherSuite
    package var secrets: [EncryptedGroupSecrets]
    package var encryptedGroupInfo: [UInt8]

    package init(cipherSuite: CipherSuite, secrets: [EncryptedGroupSecrets], encryptedGroupInfo: [UInt8]) {
        self.cipherSuite = cipherSuite
        self.secrets = secrets
        self.encryptedGroupInfo = encryptedGroupInfo
    }

    /// Reads a Welcome without the MLSMessage around it.
    public init(decoding bytes: [UInt8], limits: Limits = Limits()) throws(MLSError) {
        try limits.admit(bytes)
        try self.init(wholeOf: bytes)
    }

    /// The wire form without the MLSMessage around it.
    public func encoded() -> [UInt8] { encoding }

    /// The references of the key packages that this Welcome invites.
    public var newMembers: [[UInt8]] { secrets.map(\.newMember) }
}

extension Welcome: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        cipherSuite = try reader.read()
        secrets = try reader.list()
        encryptedGroupInfo = try reader.vector()
    }

    package func encode(to writer: inout Writer) {
        writer.write(cipherSuite)
        writer.write(list: secrets)
        writer.write(vector: encryptedGroupInfo)
    }
}
