package import Egress
import HubCore
import Logging

/// Mail to the people who look after the hub; there when a mail server is set.
package struct MailService: Sendable {
    private let send: @Sendable (_ mail: Mail) async throws(MailFailure) -> MailReceipt

    package init(send: @escaping @Sendable (_ mail: Mail) async throws(MailFailure) -> MailReceipt) {
        self.send = send
    }

    package init(_ sender: MailSender) {
        self.init { mail throws(MailFailure) in try await sender.send(mail) }
    }

    /// Sends one mail to all of them; what fails is logged, since the same stands in their conversation.
    func tell(_ people: [Person], _ notice: MessageDraft, _ logger: Logger) async {
        // An address that no mail can go to is no reason to tell nobody.
        let addresses = people.compactMap { try? MailAddress($0.email) }
        guard !addresses.isEmpty else { return }
        do throws(MailFailure) {
            _ = try await send(Mail(to: addresses, subject: "[Martlet] \(notice.topic)", text: notice.body))
        } catch {
            logger.warning("a mail could not be sent", metadata: ["error": "\(error.code)"])
        }
    }
}
