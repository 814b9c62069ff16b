@testable import MLS

/// Makes well-formed groups for tests.
enum Workshop {
    static let suite = CipherSuite.p256AES128SHA256P256
    static let operations: SuiteOperations? = try? suite.operations
    static let now: UInt64 = 1_800_000_000
    static let lifetime = Lifetime(notBefore: now - 3600, notAfter: now + 86_400)
    /// An extension type that all clients made here support.
    static let known = ExtensionType(rawValue: 0xF0A0)
    static let capabilities = Capabilities(
        cipherSuites: [suite], extensions: [known], proposals: [], credentials: [.basic, .x509])

    static let policy = GroupPolicy(
        acceptsCredential: { check in check.credential != .basic(identity: Array("refused".utf8)) },
        currentTime: { now },
        preSharedKey: { id in id.kind == .external(id: [1]) ? Secret([UInt8](repeating: 9, count: 32)) : nil })

    static func identity(
        _ name: String, suite: CipherSuite = suite, capabilities: Capabilities? = nil, signer: SignatureKeyPair? = nil
    ) throws(MLSError) -> ClientIdentity {
        var chosen = capabilities ?? Self.capabilities
        var key = signer
        if key == nil { key = try SignatureKeyPair(generatingFor: suite) }
        guard let signer = key else { throw .misuse(.argument) }
        if capabilities == nil { chosen.cipherSuites = [suite] }
        return ClientIdentity(
            credential: .basic(identity: Array(name.utf8)),
            signer: signer, capabilities: chosen)
    }

    static func keyPackage(
        _ name: String, suite: CipherSuite = suite, capabilities: Capabilities? = nil, signer: SignatureKeyPair? = nil
    ) throws(MLSError) -> OwnedKeyPackage {
        try OwnedKeyPackage(
            for: identity(name, suite: suite, capabilities: capabilities, signer: signer), lifetime: lifetime)
    }

    /// A group in which everybody has come in by one commit of the first member.
    static func group(
        of count: Int, suite: CipherSuite = suite, extensions: [Extension] = [], capabilities: Capabilities? = nil,
        policy: GroupPolicy = policy
    ) throws(MLSError) -> [Group] {
        let founder = try Group.create(
            id: Array("group".utf8), with: keyPackage("member 0", suite: suite, capabilities: capabilities),
            extensions: extensions, policy: policy)
        guard count > 1 else { return [founder] }
        var others: [OwnedKeyPackage] = []
        for number in 1..<count {
            others.append(try keyPackage("member \(number)", suite: suite, capabilities: capabilities))
        }
        let staged = try founder.commit(CommitOptions(proposals: others.map { .add($0.keyPackage) }))
        var members = [staged.group]
        for keyPackage in others {
            members.append(try Group.join(welcome: welcome(of: staged), with: keyPackage, policy: policy))
        }
        return members
    }

    static func welcome(of staged: StagedCommit) throws(MLSError) -> Welcome {
        guard case .welcome(let welcome)? = staged.welcome else { throw .misuse(.argument) }
        return welcome
    }

    /// Lets one member commit and all others follow.
    ///
    /// - Returns: what was staged; new members are not in `members`.
    @discardableResult
    static func commit(
        _ members: inout [Group], by committer: Int, _ options: CommitOptions
    ) throws(MLSError) -> StagedCommit {
        let staged = try members[committer].commit(options)
        for index in members.indices {
            members[index] =
                index == committer ? staged.group : try members[index].process(staged.message).group
        }
        members.removeAll { !$0.isMember }
        return staged
    }

    static var pathOnly: CommitOptions {
        var options = CommitOptions()
        options.forcesPath = true
        return options
    }

    /// The tree of this group has unmerged leaves below and above each other: 5 and 7 at nodes 7 and 11.
    static func groupWithUnmergedLeaves() throws(MLSError) -> [Group] {
        var members = try group(of: 7)
        for index in members.indices { try commit(&members, by: index, pathOnly) }
        try commit(&members, by: 0, CommitOptions(proposals: [.remove(LeafIndex(rawValue: 5))]))
        guard let fourth = members.firstIndex(where: { $0.ownLeafIndex.rawValue == 4 }) else {
            throw .misuse(.argument)
        }
        try commit(&members, by: fourth, pathOnly)
        let new = [try keyPackage("new 5"), try keyPackage("new 7")]
        try commit(&members, by: 0, CommitOptions(proposals: new.map { .add($0.keyPackage) }))
        return members
    }
}
