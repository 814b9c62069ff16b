import Foundation
import HubCore
import HubTesting
import Testing

@testable import Egress

/// Settings, addresses and what a message looks like.
@Suite struct MailTests {
    private static let from = "?from=hub@example.org"

    // MARK: Settings

    @Test func `a URL says where, how and as whom`() throws {
        let settings = try MailSettings(
            url: "smtps://user%40x:p%3Aw%2F@Mail.Example.org:2465?from=%22The%20Hub%22%20%3Chub@example.org%3E")
        #expect(settings.host == "mail.example.org")
        #expect(settings.port == 2465)
        #expect(settings.encryption == .implicit)
        #expect(settings.credentials?.user == "user@x")
        #expect(settings.credentials?.password.reveal() == "p:w/")
        #expect(settings.from.name == "The Hub")
        #expect(settings.from.address == "hub@example.org")
        #expect(settings.timeout == .seconds(20))
        #expect(!"\(settings)".contains("p:w/"))
    }

    @Test(arguments: [
        ("smtps://h.example", 465, MailSettings.Encryption.implicit), ("smtp+starttls://h.example", 587, .required),
        ("SMTP://h.example", 25, .offered(plaintext: false)),
        ("smtp://h.example:2525/", 2525, .offered(plaintext: false)),
        ("smtp://localhost", 25, .offered(plaintext: true)), ("smtp://127.0.0.1:1025", 1025, .offered(plaintext: true)),
        ("smtp://[::1]", 25, .offered(plaintext: true)), ("smtp://10.0.0.1", 25, .offered(plaintext: false)),
        ("smtps://[2001:db8::1]:465", 465, .implicit), ("smtp://h.example:443", 443, .offered(plaintext: false)),
    ])
    func `scheme and host decide port and encryption`(_ url: String, _ port: Int, _ encryption: MailSettings.Encryption)
        throws
    {
        let settings = try MailSettings(url: url + Self.from)
        #expect(settings.port == port)
        #expect(settings.encryption == encryption)
        #expect(settings.credentials == nil)
    }

    @Test func `encryption is waived only by saying so`() throws {
        #expect(
            try MailSettings(url: "smtp://h.example\(Self.from)&plaintext=yes").encryption == .offered(plaintext: true))
        for url in [
            "smtp://h.example\(Self.from)&plaintext=true", "smtps://h.example\(Self.from)&plaintext=yes",
            "smtp://h.example\(Self.from)&plaintext",
        ] {
            #expect(throws: MailSettingsError.plaintext) { try MailSettings(url: url) }
        }
    }

    @Test(arguments: [
        ("mail.example.org", "mail.scheme"), ("http://h.example", "mail.scheme"),
        ("smtps://h.example/inbox", "mail.path"),
        ("smtps://h.example#x", "mail.path"), ("smtps://", "mail.host"), ("smtps://h .example", "mail.host"),
        ("smtps://h.example:0", "mail.host"), ("smtps://h.example:x", "mail.host"), ("smtps://127.1", "mail.host"),
        ("smtps://user@h.example", "mail.credentials"), ("smtps://:pw@h.example", "mail.credentials"),
        ("smtps://u%zz:pw@h.example", "mail.credentials"), ("smtps://u:p%00w@h.example", "mail.credentials"),
        ("smtps://u:p%0D%0Aw@h.example", "mail.credentials"), ("smtps://u:p%ff@h.example", "mail.credentials"),
    ])
    func `a URL that says nothing is refused with what to change`(_ url: String, _ code: String) {
        let error = #expect(throws: MailSettingsError.self) {
            try MailSettings(url: url.replacing("#x", with: "#x") + (url.contains("#") ? "" : Self.from))
        }
        #expect(error?.code == code)
        #expect(error?.description.contains("pw") == false)
    }

    @Test(arguments: [
        ("", "mail.missing-sender"), ("?", "mail.missing-sender"), ("?from=", "mail.sender"),
        ("?from=x", "mail.sender"),
        ("?from=a@b.example%0D%0AX:y", "mail.sender"), ("?from=a@b.example&x=1", "mail.option"),
        ("?from", "mail.option"),
        ("?from=%zz", "mail.option"),
    ])
    func `the sender must be an address and nothing else may be set`(_ options: String, _ code: String) {
        let error = #expect(throws: MailSettingsError.self) { try MailSettings(url: "smtps://h.example\(options)") }
        #expect(error?.code == code)
    }

    // MARK: Addresses

    @Test(arguments: [
        ("a@b.example", nil, "a@b.example"), (" a+b.c@B.Example ", nil, "a+b.c@b.example"),
        ("Ada <a@b.example>", "Ada", "a@b.example"), ("\"By, Ada\" <a@b.example>", "By, Ada", "a@b.example"),
        ("<a@b.example>", nil, "a@b.example"), ("Ädä 🔥 <o'x@b.example>", "Ädä 🔥", "o'x@b.example"),
    ])
    func `an address is read with or without a name`(_ text: String, _ name: String?, _ address: String) throws {
        let read = try MailAddress(text)
        #expect(read.name == name)
        #expect(read.address == address)
    }

    @Test(arguments: [
        "", "a", "@b.example", "a@", "a b@c.example", "a@b c.example", "a@b.example\r\nBcc: x@y.example",
        "a\r\n@b.example", "a..b@c.example",
        ".a@b.example", "ä@b.example", "a@ä.example", "a@127.0.0.1", "a@b.example/x", "a@b.example:25", "a>@b.example",
        "\"a b\"@c.example",
        "X\r\nBcc: y@z.example <a@b.example>", "a@b.example, c@d.example",
    ])
    func `what is no single address is refused`(_ text: String) {
        #expect(throws: MailAddressProblem.self) { try MailAddress(text) }
    }

    // MARK: Messages

    private func message(
        subject: String, text: String = "x", to: [String] = ["a@b.example"], from: String = "h@b.example"
    ) throws -> String {
        let mail = Mail(to: try to.map { try MailAddress($0) }, subject: subject, text: text)
        let date = Timestamp(seconds: 1_795_248_000)
        let bytes = mail.message(from: try MailAddress(from), id: UUIDv7(at: date), date: date)
        #expect(bytes.allSatisfy { $0 < 0x80 && ($0 >= 0x20 || [0x0D, 0x0A, 0x09].contains($0)) })
        let text = String(decoding: bytes, as: UTF8.self)
        for line in text.components(separatedBy: "\r\n") {
            #expect(line.utf8.count <= 78, "\(line)")
            #expect(!line.contains("\n") && !line.contains("\r"))
        }
        return text
    }

    /// Headers with their folds undone, and the body.
    private func parts(_ message: String) -> (headers: [String], body: String) {
        let halves = message.components(separatedBy: "\r\n\r\n")
        let headers = halves[0].replacing("\r\n ", with: " ").components(separatedBy: "\r\n")
        return (headers, halves.dropFirst().joined(separator: "\r\n\r\n"))
    }

    @Test func `a message has each header once`() throws {
        let (headers, body) = parts(try message(subject: "Hello", to: ["a@b.example", "Ada B <c@d.example>"]))
        #expect(
            headers.map { $0.prefix { $0 != ":" } } == [
                "Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
                "Content-Transfer-Encoding",
            ])
        #expect(headers[0] == "Date: Sat, 21 Nov 2026 08:00:00 +0000")
        #expect(headers[2] == #"To: a@b.example, "Ada B" <c@d.example>"#)
        #expect(headers[3] == "Subject: Hello")
        #expect(headers[4].hasPrefix("Message-ID: <") && headers[4].hasSuffix("@b.example>"))
        #expect(body == "x\r\n")
    }

    @Test(arguments: [
        "Grüße 🔥", "a\r\nBcc: evil@x.example", "a\nb\u{0}c", String(repeating: "word ", count: 100),
        String(repeating: "é", count: 300),
        "=?UTF-8?B?eA==?=", "", " leading", "👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀",
    ])
    func `a subject arrives as it was, on one line, and adds no header`(_ subject: String) throws {
        let (headers, _) = parts(try message(subject: subject))
        #expect(headers.count == 9)
        let text = try #require(headers.first { $0.hasPrefix("Subject: ") }).dropFirst(9)
        let expected = String(String.UnicodeScalarView(subject.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
        let words = text.split(separator: " ")
        if words.allSatisfy({ $0.hasPrefix("=?UTF-8?B?") }), !words.isEmpty {
            let bytes = words.flatMap { Base64.decode($0.dropFirst(10).dropLast(2)) ?? [] }
            #expect(String(decoding: bytes, as: UTF8.self) == expected)
            for word in words {
                #expect(
                    String(validating: Base64.decode(word.dropFirst(10).dropLast(2)) ?? [0xFF], as: UTF8.self) != nil)
            }
        } else {
            #expect(text == expected)
        }
    }

    @Test(arguments: ["Ada", "Ada \"the\" B\\C", "Ädä", String(repeating: "x", count: 200)])
    func `a name is quoted or encoded`(_ name: String) throws {
        let (headers, _) = parts(try message(subject: "s", from: "\(name) <h@b.example>"))
        let from = try #require(headers.first { $0.hasPrefix("From: ") })
        #expect(from.hasSuffix(" <h@b.example>"))
        #expect(from.contains("=?UTF-8?B?") || from.hasPrefix("From: \""))
    }

    @Test(arguments: [
        "plain\ntext\r\nwith = signs", "trailing blank \nand tab\t", String(repeating: "long ", count: 50),
        "é".padding(toLength: 60, withPad: "x", startingAt: 0),
        "", "\n\n", "ünïcödé äll thé wäy 🔥🔥🔥", "nul\u{0}bell\u{7}", ".\n.", String(repeating: "é", count: 500),
        String(repeating: "=", count: 200),
    ])
    func `a text arrives as it was`(_ text: String) throws {
        let (headers, body) = parts(try message(subject: "s", text: text))
        let encoding = try #require(headers.first { $0.hasPrefix("Content-Transfer-Encoding: ") }).dropFirst(27)
        let decoded: [UInt8]
        if encoding == "base64" {
            decoded = try #require(Base64.decode(body.replacing("\r\n", with: "")))
        } else {
            #expect(encoding == "quoted-printable")
            decoded = quotedPrintableDecoded(body)
        }
        let lines = String(decoding: decoded, as: UTF8.self).replacing("\r\n", with: "\n")
        let expected = text.replacing("\r\n", with: "\n")
        #expect(lines == expected || lines == expected + "\n")
    }

    private func quotedPrintableDecoded(_ body: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(body.replacing("=\r\n", with: "").utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "=") else {
                bytes.append(byte)
                continue
            }
            bytes += Hex.decode(String(decoding: rest.prefix(2), as: UTF8.self)) ?? []
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    // MARK: Answers

    @Test func `answers are put together from any pieces`() throws {
        let bytes = Array("220 hi\r\n250-a\r\n250-STARTTLS\r\n250 AUTH PLAIN\n354\r\n".utf8)
        let expected = [
            SMTPReply(status: 220, lines: ["hi"]), SMTPReply(status: 250, lines: ["a", "STARTTLS", "AUTH PLAIN"]),
            SMTPReply(status: 354, lines: [""]),
        ]
        for size in 1...bytes.count {
            var (reader, replies) = (SMTPReplyReader(), [SMTPReply]())
            for start in stride(from: 0, to: bytes.count, by: size) {
                try reader.append(bytes[start..<min(start + size, bytes.count)])
                while let reply = try reader.next() { replies.append(reply) }
            }
            #expect(replies == expected)
            #expect(reader.isEmpty)
        }
    }

    @Test(arguments: ["hello\r\n", "22\r\n", "220x\r\n", "199 a\r\n", "600 a\r\n", "250-a\r\n251 b\r\n", "\r\n"])
    func `what is no answer is refused`(_ text: String) throws {
        var reader = SMTPReplyReader()
        try reader.append(Array(text.utf8))
        #expect(throws: MailFailure.connection(.protocolError)) { while try reader.next() != nil {} }
    }

    @Test func `an answer has a length and a number of lines`() throws {
        var reader = SMTPReplyReader()
        #expect(throws: MailFailure.connection(.protocolError)) {
            try reader.append([UInt8](repeating: 0x32, count: 3000))
        }
        var other = SMTPReplyReader()
        #expect(throws: MailFailure.connection(.protocolError)) {
            for _ in 0..<200 {
                try other.append(Array("250-x\r\n".utf8))
                while try other.next() != nil {}
            }
        }
    }

    @Test(arguments: 0..<20)
    func `damaged answers do nothing but fail`(_ seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        let settings = try MailSettings(url: "smtp://localhost?from=a@b.example")
        let bytes = Array("220 hi\r\n250-a\r\n250 AUTH PLAIN\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n".utf8)
        for _ in 0..<50 {
            var reader = SMTPReplyReader()
            var dialogue = SMTPDialogue(
                settings, hello: "b.example", recipients: [try MailAddress("c@d.example")], message: Array("x\r\n".utf8)
            )
            do throws(MailFailure) {
                try reader.append(random.mutation(of: bytes))
                while let reply = try reader.next() {
                    if case .done = try dialogue.received(reply) { break }
                }
            } catch {
                #expect(!error.code.isEmpty)
            }
        }
    }
}
