package import HubCore

/// Why a mail was not taken.
package enum MailFailure: Error, Sendable, Hashable {
    /// What stood in the way of a dialogue, or ended it: as for webhooks.
    case connection(AttemptFailure)
    /// The server offers no encryption, and nothing may be sent without.
    case noEncryption
    /// The server wants neither PLAIN nor LOGIN, or no authentication at all.
    case noAuthentication
    /// User name or password are not right.
    case authentication(status: Int)
    /// The server may take it later (4yz).
    case temporary(status: Int, at: SMTPStep)
    /// The server will never take it (5yz).
    case permanent(status: Int, at: SMTPStep)
    /// There is nobody to send to.
    case noRecipient

    /// Stable.
    package var code: String {
        switch self {
        case .connection: "mail.connection"
        case .noEncryption: "mail.no-encryption"
        case .noAuthentication: "mail.no-authentication"
        case .authentication: "mail.authentication"
        case .temporary: "mail.temporary"
        case .permanent: "mail.permanent"
        case .noRecipient: "mail.no-recipient"
        }
    }

    /// Whether the same mail may be taken later without anybody changing anything.
    package var isTemporary: Bool {
        switch self {
        case .connection(let failure): failure != .tls
        case .temporary: true
        case .authentication(let status): status < 500
        case .noEncryption, .noAuthentication, .permanent, .noRecipient: false
        }
    }
}

extension MailFailure: CustomStringConvertible {
    /// For people; nothing in it is the server's own text.
    package var description: String {
        switch self {
        case .connection(let failure): "the mail server cannot be talked to (\(failure.code))"
        case .noEncryption: "the mail server offers no encryption; write plaintext=yes if that is meant to be so"
        case .noAuthentication: "the mail server takes neither AUTH PLAIN nor AUTH LOGIN"
        case .authentication(let status): "the mail server refused user name and password (\(status))"
        case .temporary(let status, let step): "the mail server refused for now, at \(step.rawValue) (\(status))"
        case .permanent(let status, let step): "the mail server refused, at \(step.rawValue) (\(status))"
        case .noRecipient: "there is nobody to send to"
        }
    }
}

/// What was sent last when the server answered.
package enum SMTPStep: String, Sendable, Hashable, CaseIterable {
    case greeting
    case hello = "EHLO"
    case startTLS = "STARTTLS"
    case authentication = "AUTH"
    case sender = "MAIL FROM"
    case recipient = "RCPT TO"
    case data = "DATA"
    case content = "the content"
}

/// What the server said to a mail that it took.
package struct MailReceipt: Sendable, Hashable {
    /// Those whom it did not take; never all.
    package let refused: [MailAddress]
    /// Whether it was sent over an encrypted connection.
    package let isEncrypted: Bool

    package init(refused: [MailAddress], isEncrypted: Bool) {
        (self.refused, self.isEncrypted) = (refused, isEncrypted)
    }
}
