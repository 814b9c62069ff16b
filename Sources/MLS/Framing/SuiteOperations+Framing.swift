// Signing and protecting contents (RFC 9420 §6).

extension SuiteOperations {
    /// Signs a content (§6.1); `context` is the encoded GroupContext of the epoch that the message is sent in.
    func sign(
        _ content: FramedContent, wireFormat: WireFormat, context: [UInt8], signer: SignaturePrivateKey
    ) throws(MLSError) -> [UInt8] {
        let content = AuthenticatedContent.signedContent(wireFormat: wireFormat, content: content, context: context)
        return try signWithLabel(signer, label: "FramedContentTBS", content: content)
    }

    /// §6.1: refuses a content that was not signed with the key.
    func verify(_ message: AuthenticatedContent, context: [UInt8], publicKey: [UInt8]) throws(MLSError) {
        let content = AuthenticatedContent.signedContent(
            wireFormat: message.wireFormat, content: message.content, context: context)
        guard
            verifyWithLabel(
                publicKey, label: "FramedContentTBS", content: content, signature: message.auth.signature)
        else { throw .violates(.signatureInvalid) }
    }

    /// AuthenticatedContentTBM (§6.2).
    private func membershipInput(_ message: AuthenticatedContent, context: [UInt8]) -> [UInt8] {
        var writer = Writer(capacity: 512)
        writer.write(
            raw: AuthenticatedContent.signedContent(
                wireFormat: .publicMessage, content: message.content, context: context))
        message.auth.encode(for: message.content.body.type, to: &writer)
        return writer.bytes
    }

    /// A signed content as everybody may read it (§6.2); the membership tag is for members only.
    func publicMessage(
        _ message: AuthenticatedContent, context: [UInt8], membershipKey: Secret?
    ) -> PublicMessage {
        var tag: [UInt8]?
        if case .member = message.content.sender, let membershipKey {
            tag = mac(membershipKey, membershipInput(message, context: context))
        }
        return PublicMessage(content: message.content, auth: message.auth, membershipTag: tag)
    }

    /// §6.2: refuses a member's message that was not made with the keys of the epoch.
    func verifyMembership(
        _ message: PublicMessage, context: [UInt8], membershipKey: Secret
    ) throws(MLSError) -> AuthenticatedContent {
        let content = AuthenticatedContent(wireFormat: .publicMessage, content: message.content, auth: message.auth)
        guard case .member = message.content.sender else { return content }
        let input = membershipInput(content, context: context)
        guard isValidMAC(message.membershipTag ?? [], key: membershipKey, message: input) else {
            throw .violates(.membershipTag)
        }
        return content
    }
}

/// The keys of an epoch that PrivateMessages are made and read with (RFC 9420 §6.3).
struct PrivateChannel: Sendable {
    let senderDataSecret: Secret
    var secretTree: SecretTree

    /// Encrypts a signed content (§6.3.1, §6.3.2); the key is used up.
    ///
    /// - Parameter padding: how many zero bytes to put behind the content.
    mutating func seal(
        _ message: AuthenticatedContent, from leaf: LeafIndex, padding: Int, operations: SuiteOperations
    ) throws(MLSError) -> PrivateMessage {
        let type = message.content.body.type
        var plaintext = Writer(capacity: 256)
        message.content.body.encodeContent(to: &plaintext)
        message.auth.encode(for: type, to: &plaintext)
        plaintext.write(raw: repeatElement(0, count: padding))
        var sealed = PrivateMessage(
            groupID: message.content.groupID, epoch: message.content.epoch, contentType: type,
            authenticatedData: message.content.authenticatedData, encryptedSenderData: [], ciphertext: [])

        let next = try secretTree.nextKey(leaf: leaf.rawValue, type.ratchet)
        let reuseGuard = SuiteOperations.randomBytes(4)
        sealed.ciphertext = try operations.seal(
            key: next.key.key, nonce: Self.nonce(next.key.nonce, reuseGuard), aad: sealed.contentAAD,
            plaintext: plaintext.bytes)
        let senderData = SenderData(leaf: leaf, generation: next.generation, reuseGuard: reuseGuard)
        let key = operations.senderDataKey(senderDataSecret, ciphertext: sealed.ciphertext)
        sealed.encryptedSenderData = try operations.seal(
            key: key.key, nonce: key.nonce, aad: sealed.senderDataAAD, plaintext: senderData.encoding)
        return sealed
    }

    /// Reads who sent a message and with which key (§6.3.2).
    func senderData(of message: PrivateMessage, operations: SuiteOperations) throws(MLSError) -> SenderData {
        let key = operations.senderDataKey(senderDataSecret, ciphertext: message.ciphertext)
        let plaintext = try operations.open(
            key: key.key, nonce: key.nonce, aad: message.senderDataAAD, ciphertext: message.encryptedSenderData)
        return try SenderData(wholeOf: plaintext)
    }

    /// Decrypts a content (§6.3.1). Its signature is still to be verified, and only then the key consumed.
    func open(
        _ message: PrivateMessage, senderData: SenderData, operations: SuiteOperations, limits: Limits
    ) throws(MLSError) -> (content: AuthenticatedContent, candidate: SecretTree.Candidate) {
        let candidate = try secretTree.candidate(
            leaf: senderData.leaf.rawValue, message.contentType.ratchet, generation: senderData.generation,
            forwardDistance: limits.forwardDistance, skippedKeys: limits.skippedKeys)
        let plaintext = try operations.open(
            key: candidate.key.key, nonce: Self.nonce(candidate.key.nonce, senderData.reuseGuard),
            aad: message.contentAAD, ciphertext: message.ciphertext)
        var reader = Reader(plaintext)
        let body = try FramedContent.Body(message.contentType, from: &reader)
        let auth = try FramedContentAuthData(for: message.contentType, from: &reader)
        guard reader.rest().allSatisfy({ $0 == 0 }) else { throw .malformed(.padding) }
        let content = FramedContent(
            groupID: message.groupID, epoch: message.epoch, sender: .member(senderData.leaf),
            authenticatedData: message.authenticatedData, body: body)
        return (AuthenticatedContent(wireFormat: .privateMessage, content: content, auth: auth), candidate)
    }

    /// The nonce of the ratchet with the reuse guard over its first four bytes (§6.3.1).
    private static func nonce(_ nonce: [UInt8], _ reuseGuard: [UInt8]) -> [UInt8] {
        zip(nonce, reuseGuard).map { $0 ^ $1 } + nonce.dropFirst(reuseGuard.count)
    }
}

extension ContentType {
    var ratchet: RatchetKind { self == .application ? .application : .handshake }
}
