package import HubCore

/// A mail from the hub: one text for some people.
package struct Mail: Sendable, Hashable {
    package var to: [MailAddress]
    /// One line; what would break it becomes blanks.
    package var subject: String
    /// Plain text.
    package var text: String

    package init(to: [MailAddress], subject: String, text: String) {
        (self.to, self.subject, self.text) = (to, subject, text)
    }

    /// The whole message as RFC 5322 wants it: lines of at most 78 ASCII characters that end with CRLF.
    ///
    /// - Parameters:
    ///   - id: for `Message-ID`; makes it one of a kind.
    ///   - date: of the `Date` header.
    package func message(from: MailAddress, id: UUIDv7, date: Timestamp) -> [UInt8] {
        let content = MailContent(text)
        let recipients = to.map(MailHeader.mailbox).joined(separator: ",\r\n ")
        let lines = [
            "Date: \(MailHeader.date(date))",
            "From: \(MailHeader.mailbox(from))",
            "To: \(recipients)",
            "Subject: \(MailHeader.unstructured(subject, after: "Subject: ".count))",
            "Message-ID: <\(id.uuidString.lowercased())@\(from.domain)>",
            // RFC 3834 §5.1: holiday notices do not answer.
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: \(content.encoding)",
            "", "",
        ]
        return Array(lines.joined(separator: "\r\n").utf8) + content.bytes
    }
}

/// Texts as they stand in headers: nothing in them can end the header.
enum MailHeader {
    /// RFC 5322 §3.3.
    static func date(_ date: Timestamp) -> String { "\(date.internetDate) +0000" }

    static func mailbox(_ mailbox: MailAddress) -> String {
        guard let name = mailbox.name else { return mailbox.address }
        let isPlain =
            name.utf8.count <= 60 && name.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !name.contains("=?")
        guard isPlain else { return words(name) + "\r\n <\(mailbox.address)>" }
        return "\"" + name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"\r\n <\(mailbox.address)>"
    }

    /// - Parameter used: how many characters stand in the line already.
    static func unstructured(_ text: String, after used: Int) -> String {
        let line = String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
        let isPlain =
            line.utf8.count + used <= 78 && line.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !line.contains("=?")
            && line.first != " "
        return isPlain ? line : words(line)
    }

    /// RFC 2047 §2: encoded words of at most 75 characters, none of which ends within a character.
    private static func words(_ text: String) -> String {
        var (words, word): ([[UInt8]], [UInt8]) = ([], [])
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if word.count + bytes.count > 42 {
                words.append(word)
                word = []
            }
            word += bytes
        }
        if !word.isEmpty { words.append(word) }
        return words.map { "=?UTF-8?B?\(Base64.encode($0))?=" }.joined(separator: "\r\n ")
    }
}

/// A text as it travels through servers that know ASCII only.
struct MailContent {
    let encoding: String
    let bytes: [UInt8]

    init(_ text: String) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { Array($0.utf8) }
        let size = lines.reduce(0) { $0 + $1.count }
        let escapes = lines.reduce(0) { sum, line in sum + line.count { !Self.isPlain($0) } }
        if escapes * 6 > size {
            encoding = "base64"
            let encoded = Array(Base64.encode(Array(lines.joined(separator: [0x0D, 0x0A]))).utf8)
            bytes = stride(from: 0, to: encoded.count, by: 76).flatMap { start in
                encoded[start..<min(start + 76, encoded.count)] + [0x0D, 0x0A]
            }
        } else {
            encoding = "quoted-printable"
            bytes = lines.flatMap { Self.quotedPrintable($0) + [0x0D, 0x0A] }
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "=") || byte == 0x09
    }

    /// RFC 2045 §6.7: at most 76 characters a line, blanks at an end encoded.
    private static func quotedPrintable(_ line: [UInt8]) -> [UInt8] {
        var (result, length): ([UInt8], Int) = ([], 0)
        for (index, byte) in line.enumerated() {
            let isLast = index == line.count - 1
            let isBlankAtEnd = isLast && (byte == 0x20 || byte == 0x09)
            let piece = isPlain(byte) && !isBlankAtEnd ? [byte] : Array("=\(Hex.encode([byte]).uppercased())".utf8)
            if length + piece.count > (isLast ? 76 : 75) {
                result += Array("=\r\n".utf8)
                length = 0
            }
            result += piece
            length += piece.count
        }
        return result
    }
}
