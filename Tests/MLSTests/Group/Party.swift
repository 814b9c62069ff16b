@testable import MLS

/// Makes clients and policies for tests.
enum Party {
    static let now: UInt64 = 1_700_000_000

    static var policy: GroupPolicy {
        GroupPolicy(
            acceptsCredential: { _ in true }, currentTime: { now },
            preSharedKey: { id in
                guard case .external(let name) = id.kind, name.starts(with: "known".utf8) else { return nil }
                return Secret(name)
            })
    }

    static func identity(
        _ name: String, _ suite: CipherSuite = .x25519AES128SHA256Ed25519
    ) throws -> ClientIdentity {
        ClientIdentity(
            credential: .basic(identity: [UInt8](name.utf8)), signer: try SignatureKeyPair(generatingFor: suite))
    }

    static func keyPackage(
        _ name: String, _ suite: CipherSuite = .x25519AES128SHA256Ed25519
    ) throws -> OwnedKeyPackage {
        try OwnedKeyPackage(for: identity(name, suite), lifetime: Lifetime(startingAt: now))
    }

    /// A group of so many members, all in the same epoch; the first has added the others.
    static func group(
        _ count: Int, suite: CipherSuite = .x25519AES128SHA256Ed25519, extensions: [Extension] = []
    ) throws -> [Group] {
        let founder = try Group.create(
            id: [1, 2, 3], as: identity("member 0", suite), extensions: extensions, policy: policy)
        guard count > 1 else { return [founder] }
        let packages = try (1..<count).map { try keyPackage("member \($0)", suite) }
        let staged = try founder.commit(CommitOptions(proposals: packages.map { .add($0.keyPackage) }))
        guard case .welcome(let welcome)? = staged.welcome else { return [] }
        return try [staged.group]
            + packages.map { try Group.join(welcome: welcome, with: $0, policy: policy) }
    }
}

extension [Group] {
    /// Delivers a message to everybody but its sender.
    mutating func deliver(_ message: MLSMessage, from sender: Int) throws {
        for index in indices where index != sender {
            self[index] = try self[index].process(MLSMessage(decoding: message.encoded())).group
        }
    }

    /// Lets a member commit and everybody follow.
    mutating func commit(_ sender: Int, _ options: CommitOptions = CommitOptions()) throws -> StagedCommit {
        let staged = try self[sender].commit(options)
        try deliver(staged.message, from: sender)
        self[sender] = staged.group
        return staged
    }

    /// Whether all are in one epoch and agree on everything that an epoch is.
    var agree: Bool {
        allSatisfy {
            $0.context == self[0].context && $0.epochAuthenticator.isEqual(to: self[0].epochAuthenticator)
                && $0.members == self[0].members
        }
    }
}
