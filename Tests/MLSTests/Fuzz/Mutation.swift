@testable import MLS

/// Random values and damage for fuzzing; everything follows from the generator's seed.
struct Chaos {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func number<Value: FixedWidthInteger>(_ range: ClosedRange<Value>) -> Value {
        Value.random(in: range, using: &random)
    }

    mutating func chance(_ percent: Int) -> Bool { number(0...99) < percent }

    mutating func bytes(upTo most: Int = 40) -> [UInt8] {
        (0..<number(0...most)).map { _ in number(0...255) }
    }

    mutating func list<Element>(upTo most: Int = 3, _ element: (inout Chaos) -> Element) -> [Element] {
        (0..<number(0...most)).map { _ in element(&self) }
    }

    /// Damages bytes in one to three places, in ways that decoders trip over.
    mutating func mutate(_ original: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0..<number(1...3) {
            guard !bytes.isEmpty else { return [number(0...255)] }
            let place = number(0...bytes.count - 1)
            switch number(0...7) {
            case 0: bytes[place] ^= 1 << number(0...7)
            case 1: bytes[place] = number(0...255)
            case 2: bytes[place] = [0x00, 0x01, 0x3F, 0x40, 0x7F, 0x80, 0xBF, 0xC0, 0xFF][number(0...8)]
            case 3: bytes.removeSubrange(place...)
            case 4: bytes.remove(at: place)
            case 5: bytes.insert(number(0...255), at: place)
            case 6:
                let end = min(bytes.count, place + number(1...12))
                bytes.insert(contentsOf: bytes[place..<end], at: number(0...bytes.count))
            default:
                // A vector that claims to be very long.
                bytes.replaceSubrange(place..<min(bytes.count, place + 4), with: [0xBF, 0xFF, 0xFF, 0xFF])
            }
        }
        return bytes
    }
}

// MARK: - Structures of any content

extension Chaos {
    mutating func credential() -> Credential {
        chance(70) ? .basic(identity: bytes()) : .x509(certificates: list { $0.bytes() })
    }

    mutating func extensions() -> [Extension] {
        list { chaos in
            Extension(type: ExtensionType(rawValue: chaos.number(0...0xFFFF)), content: chaos.bytes())
        }
    }

    mutating func leafNode() -> LeafNode {
        let sources: [LeafNode.Source] = [
            .keyPackage(Lifetime(notBefore: number(0...UInt64.max), notAfter: number(0...UInt64.max))), .update,
            .commit(parentHash: bytes()),
        ]
        return LeafNode(
            encryptionKey: bytes(), signatureKey: bytes(), credential: credential(),
            capabilities: Capabilities(
                versions: list { ProtocolVersion(rawValue: $0.number(0...0xFFFF)) },
                cipherSuites: list { CipherSuite(rawValue: $0.number(0...0xFFFF)) },
                extensions: list { ExtensionType(rawValue: $0.number(0...0xFFFF)) },
                proposals: list { ProposalType(rawValue: $0.number(0...0xFFFF)) },
                credentials: list { CredentialType(rawValue: $0.number(0...0xFFFF)) }),
            source: sources[number(0...2)], extensions: extensions(), signature: bytes(upTo: 100))
    }

    mutating func keyPackage() -> KeyPackage {
        KeyPackage(
            cipherSuite: CipherSuite(rawValue: number(0...9)), initKey: bytes(), leafNode: leafNode(),
            extensions: extensions(), signature: bytes())
    }

    mutating func proposal() -> Proposal {
        switch number(0...6) {
        case 0: .add(keyPackage())
        case 1: .update(leafNode())
        case 2: .remove(LeafIndex(rawValue: number(0...UInt32.max)))
        case 3:
            .preSharedKey(
                PreSharedKeyID(
                    kind: chance(50)
                        ? .external(id: bytes())
                        : .resumption(
                            usage: [.application, .reInit, .branch][number(0...2)], groupID: bytes(),
                            epoch: number(0...UInt64.max)),
                    nonce: bytes()))
        case 4:
            .reInit(
                ReInit(
                    groupID: bytes(), version: ProtocolVersion(rawValue: number(0...0xFFFF)),
                    cipherSuite: CipherSuite(rawValue: number(0...0xFFFF)), extensions: extensions()))
        case 5: .externalInit(kemOutput: bytes())
        default: .groupContextExtensions(extensions())
        }
    }

    mutating func ciphertext() -> HPKECiphertext {
        HPKECiphertext(kemOutput: bytes(), ciphertext: bytes())
    }

    mutating func commit() -> Commit {
        let proposals = list { chaos in
            chaos.chance(50)
                ? ProposalOrReference.proposal(chaos.proposal()) : .reference(ProposalReference(bytes: chaos.bytes()))
        }
        guard chance(60) else { return Commit(proposals: proposals, path: nil) }
        let nodes = list { chaos in
            UpdatePathNode(encryptionKey: chaos.bytes(), encryptedPathSecrets: chaos.list { $0.ciphertext() })
        }
        return Commit(proposals: proposals, path: UpdatePath(leafNode: leafNode(), nodes: nodes))
    }

    mutating func ratchetTree() -> RatchetTree {
        var nodes: [RatchetTree.Node?] = []
        for index in 0..<(2 * number(1...6) - 1) {
            guard chance(70) else {
                nodes.append(nil)
                continue
            }
            let parent = ParentNode(
                encryptionKey: bytes(), parentHash: bytes(),
                unmergedLeaves: list { LeafIndex(rawValue: $0.number(0...9)) })
            nodes.append(index % 2 == 0 ? .leaf(leafNode()) : .parent(parent))
        }
        nodes[nodes.count - 1] = .leaf(leafNode())
        return RatchetTree(nodes: nodes)
    }

    mutating func message() -> MLSMessage {
        switch number(0...4) {
        case 0: .publicMessage(publicMessage())
        case 1:
            .privateMessage(
                PrivateMessage(
                    groupID: bytes(), epoch: number(0...UInt64.max),
                    contentType: [.application, .proposal, .commit][number(0...2)], authenticatedData: bytes(),
                    encryptedSenderData: bytes(), ciphertext: bytes(upTo: 200)))
        case 2:
            .welcome(
                Welcome(
                    cipherSuite: CipherSuite(rawValue: number(0...9)),
                    secrets: list { EncryptedGroupSecrets(newMember: $0.bytes(), secrets: $0.ciphertext()) },
                    encryptedGroupInfo: bytes(upTo: 200)))
        case 3: .groupInfo(groupInfo())
        default: .keyPackage(keyPackage())
        }
    }

    private mutating func publicMessage() -> PublicMessage {
        let bodies: [FramedContent.Body] = [.application(bytes()), .proposal(proposal()), .commit(commit())]
        let senders: [Sender] = [
            .member(LeafIndex(rawValue: number(0...UInt32.max))), .external(index: number(0...UInt32.max)),
            .newMemberProposal, .newMemberCommit,
        ]
        let content = FramedContent(
            groupID: bytes(), epoch: number(0...UInt64.max), sender: senders[number(0...3)],
            authenticatedData: bytes(), body: bodies[number(0...2)])
        var message = PublicMessage(
            content: content, auth: FramedContentAuthData(signature: bytes()), membershipTag: nil)
        if case .commit = content.body { message.auth.confirmationTag = bytes() }
        if case .member = content.sender { message.membershipTag = bytes() }
        return message
    }

    private mutating func groupInfo() -> GroupInfo {
        GroupInfo(
            context: GroupContext(
                cipherSuite: CipherSuite(rawValue: number(0...9)), groupID: bytes(), epoch: number(0...UInt64.max),
                treeHash: bytes(), confirmedTranscriptHash: bytes(), extensions: extensions()),
            extensions: extensions(), confirmationTag: bytes(), signer: LeafIndex(rawValue: number(0...UInt32.max)),
            signature: bytes())
    }
}
