import HubCore

/// What is said to a mail server, answer by answer (RFC 5321, 3207, 4954); knows no network.
struct SMTPDialogue: Sendable {
    enum Action: Sendable, Equatable {
        /// Bytes to send, then the next answer.
        case send([UInt8])
        /// Begin encryption; call ``secured()`` when it stands.
        case encrypt
        /// The mail is taken; the bytes say good-bye.
        case done(MailReceipt, goodbye: [UInt8])
    }

    private enum State: Sendable {
        case greeting, hello, startTLS, plain, loginUser, loginPassword, sender, recipient(Int), data, content
    }

    private let settings: MailSettings
    private let hello: String
    private let recipients: [MailAddress]
    private let message: [UInt8]
    private var state = State.greeting
    private var isEncrypted: Bool
    private var refused: [MailAddress] = []
    /// The first refusal of a recipient, told when all are refused.
    private var refusal: MailFailure?

    /// - Parameters:
    ///   - hello: how we introduce ourselves: a host name, or an address in brackets.
    ///   - message: the whole of it, with CRLF.
    init(_ settings: MailSettings, hello: String, recipients: [MailAddress], message: [UInt8]) {
        (self.settings, self.hello) = (settings, hello)
        (self.recipients, self.message) = (recipients, message)
        isEncrypted = settings.encryption == .implicit
    }

    mutating func received(_ reply: SMTPReply) throws(MailFailure) -> Action {
        switch state {
        case .greeting:
            try demand(reply.status == 220, reply, .greeting)
            return greet()
        case .hello:
            try demand(reply.status == 250, reply, .hello)
            return try introduced(SMTPExtensions(reply))
        case .startTLS:
            try demand(reply.status == 220, reply, .startTLS)
            return .encrypt
        case .plain:
            try authenticated(reply)
            return beginMail()
        case .loginUser:
            guard reply.status == 334 else { throw Self.authenticationFailure(reply) }
            state = .loginPassword
            return line(Base64.encode(Array((settings.credentials?.user ?? "").utf8)))
        case .loginPassword:
            if reply.status == 334 {
                state = .plain
                // The one place where it is sent.
                return line(Base64.encode(Array((settings.credentials?.password.reveal() ?? "").utf8)))
            }
            throw Self.authenticationFailure(reply)
        case .sender:
            try demand(reply.isPositive, reply, .sender)
            return recipient(0)
        case .recipient(let index):
            return try answered(reply, recipient: index)
        case .data:
            try demand(reply.status == 354, reply, .data)
            state = .content
            return .send(Self.stuffed(message))
        case .content:
            try demand(reply.isPositive, reply, .content)
            return .done(
                MailReceipt(refused: refused, isEncrypted: isEncrypted), goodbye: Array("QUIT\r\n".utf8))
        }
    }

    /// Encryption stands: what the server said before counts for nothing (RFC 3207 §4.2).
    mutating func secured() -> Action {
        isEncrypted = true
        return greet()
    }

    // MARK: Before the mail

    private mutating func greet() -> Action {
        state = .hello
        return line("EHLO \(hello)")
    }

    private mutating func introduced(_ offered: SMTPExtensions) throws(MailFailure) -> Action {
        if !isEncrypted {
            if offered.startTLS {
                state = .startTLS
                return line("STARTTLS")
            }
            guard settings.encryption == .offered(plaintext: true) else { throw .noEncryption }
        }
        guard let credentials = settings.credentials else { return beginMail() }
        if offered.authentication.contains("PLAIN") {
            state = .plain
            // RFC 4616: nobody in particular, the user, the password.
            let response = [0] + Array(credentials.user.utf8) + [0] + Array(credentials.password.reveal().utf8)
            return line("AUTH PLAIN \(Base64.encode(response))")
        }
        guard offered.authentication.contains("LOGIN") else { throw .noAuthentication }
        state = .loginUser
        return line("AUTH LOGIN")
    }

    private func authenticated(_ reply: SMTPReply) throws(MailFailure) {
        guard reply.status == 235 else { throw Self.authenticationFailure(reply) }
    }

    private static func authenticationFailure(_ reply: SMTPReply) -> MailFailure {
        reply.status >= 400 ? .authentication(status: reply.status) : .connection(.protocolError)
    }

    // MARK: The mail

    private mutating func beginMail() -> Action {
        state = .sender
        return line("MAIL FROM:<\(settings.from.address)>")
    }

    private mutating func recipient(_ index: Int) -> Action {
        state = .recipient(index)
        return line("RCPT TO:<\(recipients[index].address)>")
    }

    /// One recipient that is refused does not keep the others from their mail.
    private mutating func answered(_ reply: SMTPReply, recipient index: Int) throws(MailFailure) -> Action {
        if !reply.isPositive {
            let failure = Self.failure(reply, .recipient)
            // 421: the server closes; what follows would not be answered (RFC 5321 §3.8).
            guard reply.status >= 400, reply.status != 421 else { throw failure }
            refused.append(recipients[index])
            refusal = refusal ?? failure
        }
        if index + 1 < recipients.count { return recipient(index + 1) }
        if let refusal, refused.count == recipients.count { throw refusal }
        state = .data
        return line("DATA")
    }

    /// RFC 5321 §4.5.2: a full stop at the beginning of a line is doubled; one alone ends the content.
    static func stuffed(_ message: [UInt8]) -> [UInt8] {
        var (result, isLineStart): ([UInt8], Bool) = ([], true)
        result.reserveCapacity(message.count + 64)
        for byte in message {
            if isLineStart, byte == UInt8(ascii: ".") { result.append(byte) }
            result.append(byte)
            isLineStart = byte == UInt8(ascii: "\n")
        }
        if !isLineStart { result += [0x0D, 0x0A] }
        return result + Array(".\r\n".utf8)
    }

    // MARK: Parts

    private func line(_ text: String) -> Action { .send(Array("\(text)\r\n".utf8)) }

    private func demand(_ isRight: Bool, _ reply: SMTPReply, _ step: SMTPStep) throws(MailFailure) {
        if !isRight { throw Self.failure(reply, step) }
    }

    private static func failure(_ reply: SMTPReply, _ step: SMTPStep) -> MailFailure {
        switch reply.status {
        case 400..<500: .temporary(status: reply.status, at: step)
        case 500..<600: .permanent(status: reply.status, at: step)
        default: .connection(.protocolError)
        }
    }
}

/// What a server offers in its answer to `EHLO`.
struct SMTPExtensions: Sendable, Hashable {
    let startTLS: Bool
    /// Mechanisms in upper case.
    let authentication: Set<String>

    init(_ reply: SMTPReply) {
        // The first line greets.
        let offers = reply.lines.dropFirst().map { line in
            // Some write AUTH=PLAIN, as drafts of the standard had it.
            line.uppercased().split { $0 == " " || $0 == "=" }
        }
        startTLS = offers.contains { $0.first == "STARTTLS" }
        authentication = Set(offers.filter { $0.first == "AUTH" }.flatMap { $0.dropFirst().map(String.init) })
    }
}
