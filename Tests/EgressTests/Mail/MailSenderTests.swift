import Egress
import HubCore
import NIOSSL
import Sink
import Testing

/// The sender against a server that does what it is told.
@Suite struct MailSenderTests {
    private static let name = "mail.example"
    private static let encoded = "hub:s3cret%20%C3%BC%3A%40@"

    private struct Setting {
        var scheme = "smtp"
        var credentials = ""
        var options = "&plaintext=yes"
        var timeout = Duration.seconds(30)
        var addresses = ["127.0.0.1"]
        var host = MailSenderTests.name
        var issuer: SinkCertificate?
    }

    /// Sends one mail to a server with this script.
    private func send(
        _ script: MailScript = MailScript(), to recipients: [String] = ["ada@example.org"], text: String = "Hello.",
        _ change: (inout Setting) -> Void = { _ in },
        then check: (Result<MailReceipt, MailFailure>, MailServer) throws -> Void
    ) async throws {
        try await waitForCalm()
        try await MailServer.with(script) { server in
            var setting = Setting()
            setting.issuer = script.certificate
            change(&setting)
            let url =
                "\(setting.scheme)://\(setting.credentials)\(setting.host):\(server.port)?from=Martlet%20<hub@example.com>"
                + setting.options
            var settings = try MailSettings(url: url)
            settings.timeout = setting.timeout
            let roots = try setting.issuer.map {
                TrustRoots.certificates(try NIOSSLCertificate.fromPEMBytes(Array($0.issuerPEM.utf8)))
            }
            let answers = ResolverScript([setting.addresses])
            let sender = MailSender(settings, resolver: answers.resolver, trustRoots: roots) {
                Timestamp(seconds: 1_795_248_000)
            }
            let mail = Mail(to: try recipients.map { try MailAddress($0) }, subject: "Endpoint disabled", text: text)
            let result: Result<MailReceipt, MailFailure>
            do throws(MailFailure) {
                result = .success(try await sender.send(mail))
            } catch {
                result = .failure(error)
            }
            try check(result, server)
        }
    }

    private func expect(
        _ failure: MailFailure, _ script: MailScript, _ change: (inout Setting) -> Void = { _ in },
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await send(script, change) { result, _ in
            #expect(result == .failure(failure), sourceLocation: sourceLocation)
        }
    }

    private static func script(_ names: [String] = [name], _ change: (inout MailScript) -> Void = { _ in }) throws
        -> MailScript
    {
        var script = MailScript()
        script.certificate = try SinkCertificate(names: names)
        change(&script)
        return script
    }

    // MARK: What goes well

    @Test func `a mail is handed over with the words of the protocol`() async throws {
        try await send(to: ["ada@example.org", "Bo <bo@example.net>"]) { result, server in
            #expect(result == .success(MailReceipt(refused: [], isEncrypted: false)))
            #expect(
                server.said.prefix(5) == [
                    "EHLO example.com", "MAIL FROM:<hub@example.com>", "RCPT TO:<ada@example.org>",
                    "RCPT TO:<bo@example.net>", "DATA",
                ])
            #expect(
                server.content.hasPrefix(
                    "Date: Sat, 21 Nov 2026 08:00:00 +0000\r\nFrom: \"Martlet\"\r\n <hub@example.com>\r\n"))
            #expect(server.content.hasSuffix("\r\n\r\nHello.\r\n"))
            #expect(server.connections == 1)
        }
    }

    @Test func `full stops that begin lines reach the reader`() async throws {
        try await send(text: ".\n..\n.a\nb.") { result, server in
            #expect((try? result.get()) != nil)
            #expect(server.content.hasSuffix("\r\n\r\n..\r\n...\r\n..a\r\nb.\r\n"))
        }
    }

    @Test(arguments: [("PLAIN LOGIN", "AUTH PLAIN "), ("CRAM-MD5 LOGIN", "AUTH LOGIN"), ("=PLAIN", "AUTH PLAIN ")])
    func `user and password are shown as the server wants them`(_ mechanisms: String, _ command: String) async throws {
        var script = MailScript()
        script.mechanisms = mechanisms
        try await send(script, { $0.credentials = Self.encoded }) { result, server in
            #expect((try? result.get()) != nil)
            #expect(server.said.contains { $0.hasPrefix(command) })
        }
    }

    @Test(arguments: ["smtp", "smtp+starttls"])
    func `encryption is begun where it is offered, and all is said again behind it`(_ scheme: String) async throws {
        let change: (inout Setting) -> Void = { setting in
            (setting.scheme, setting.options, setting.credentials) = (scheme, "", Self.encoded)
        }
        try await send(Self.script(), change) { result, server in
            #expect(result == .success(MailReceipt(refused: [], isEncrypted: true)))
            #expect(server.said.prefix(3) == ["EHLO example.com", "STARTTLS", "🔒EHLO example.com"])
            #expect(server.said.dropFirst(2).allSatisfy { $0.hasPrefix("🔒") })
        }
    }

    @Test func `with smtps nothing is said in the open`() async throws {
        try await send(Self.script { $0.isImplicit = true }, { ($0.scheme, $0.options) = ("smtps", "") }) {
            result, server in
            #expect(result == .success(MailReceipt(refused: [], isEncrypted: true)))
            #expect(server.said.allSatisfy { $0.hasPrefix("🔒") })
        }
    }

    @Test func `a server on this machine needs no encryption`() async throws {
        try await send {
            $0.host = "127.0.0.1"; $0.options = ""
        } then: { result, _ in
            #expect(result == .success(MailReceipt(refused: [], isEncrypted: false)))
        }
    }

    @Test func `one address that does not listen is followed by the next`() async throws {
        try await send {
            $0.addresses = ["127.0.0.2", "127.0.0.1"]
        } then: { result, _ in
            #expect((try? result.get()) != nil)
        }
    }

    @Test func `a recipient that is refused does not cost the others theirs`() async throws {
        var script = MailScript()
        script.answers = ["RCPT TO:<bad@": "550 5.1.1 no such user"]
        try await send(script, to: ["bad@example.org", "ada@example.org"]) { result, server in
            let bad = try MailAddress("bad@example.org")
            #expect(result == .success(MailReceipt(refused: [bad], isEncrypted: false)))
            #expect(server.content.contains("Hello."))
        }
        try await send(script, to: ["bad@example.org"]) { result, server in
            #expect(result == .failure(.permanent(status: 550, at: .recipient)))
            #expect(!server.said.contains("DATA"))
        }
    }

    @Test func `a server that drops the connection after it took the mail has taken it`() async throws {
        var script = MailScript()
        script.faults = ["QUIT": .drop]
        try await send(script) { result, _ in #expect((try? result.get()) != nil) }
    }

    // MARK: Refusals

    @Test(arguments: [
        ("", "554 5.7.1 go away", MailFailure.permanent(status: 554, at: .greeting)),
        ("", "421 busy", .temporary(status: 421, at: .greeting)),
        ("EHLO", "502 what", .permanent(status: 502, at: .hello)),
        ("MAIL", "451 later", .temporary(status: 451, at: .sender)),
        ("RCPT", "450 later", .temporary(status: 450, at: .recipient)),
        ("RCPT", "421 closing", .temporary(status: 421, at: .recipient)),
        ("DATA", "554 no", .permanent(status: 554, at: .data)),
        (".", "552 too much", .permanent(status: 552, at: .content)),
        (".", "354 more", .connection(.protocolError)), ("DATA", "250 ok", .connection(.protocolError)),
    ])
    func `a refusal tells where and with which status`(_ command: String, _ answer: String, _ failure: MailFailure)
        async throws
    {
        var script = MailScript()
        script.answers = [command: answer]
        try await expect(failure, script)
    }

    @Test func `a wrong password is told as that`() async throws {
        var script = MailScript()
        script.password = "another"
        for (mechanism, status) in [("PLAIN", 535), ("LOGIN", 535)] {
            script.mechanisms = mechanism
            try await expect(.authentication(status: status), script) { $0.credentials = Self.encoded }
        }
        script.answers = ["AUTH": "454 later"]
        try await expect(.authentication(status: 454), script) { $0.credentials = Self.encoded }
        #expect(MailFailure.authentication(status: 454).isTemporary)
        #expect(!MailFailure.authentication(status: 535).isTemporary)
    }

    @Test(arguments: [nil, "", "CRAM-MD5 XOAUTH2"])
    func `a password is kept from a server that does not take it in a known way`(_ mechanisms: String?) async throws {
        var script = MailScript()
        script.mechanisms = mechanisms
        try await expect(.noAuthentication, script) { $0.credentials = Self.encoded }
    }

    @Test func `nobody to send to is no mail`() async throws {
        try await send(to: []) { result, server in
            #expect(result == .failure(.noRecipient))
            #expect(server.connections == 0)
        }
    }

    // MARK: Encryption

    @Test(arguments: ["smtp", "smtp+starttls"])
    func `without encryption nothing is said, neither mail nor password`(_ scheme: String) async throws {
        let change: (inout Setting) -> Void = { setting in
            (setting.scheme, setting.options, setting.credentials) = (scheme, "", Self.encoded)
        }
        try await send(MailScript(), change) { result, server in
            #expect(result == .failure(.noEncryption))
            #expect(server.said == ["EHLO example.com"])
        }
    }

    @Test(arguments: ["smtp", "smtp+starttls"])
    func `a refusal to encrypt is not a reason to go on in the open`(_ scheme: String) async throws {
        let script = try Self.script { $0.answers = ["STARTTLS": "454 TLS not available"] }
        try await expect(.temporary(status: 454, at: .startTLS), script) {
            $0.scheme = scheme; $0.options = scheme == "smtp" ? "&plaintext=yes" : ""
        }
    }

    @Test(arguments: [["other.example"], ["127.0.0.1"], ["example"]], [true, false])
    func `a certificate for another name, even for the address, is refused`(_ names: [String], _ isImplicit: Bool)
        async throws
    {
        try await send(
            Self.script(names) { $0.isImplicit = isImplicit },
            { ($0.scheme, $0.options, $0.credentials) = (isImplicit ? "smtps" : "smtp+starttls", "", Self.encoded) }
        ) { result, server in
            #expect(result == .failure(.connection(.tls)))
            #expect(!server.said.contains { $0.hasPrefix("🔒") })
        }
    }

    @Test func `a certificate of an unknown issuer is refused`() async throws {
        try await expect(.connection(.tls), Self.script()) { $0.issuer = nil }
    }

    @Test func `what is said in the open behind the answer to STARTTLS ends it`() async throws {
        let script = try Self.script { $0.injected = "\r\n250 AUTH PLAIN" }
        try await expect(.connection(.protocolError), script) { $0.options = "" }
    }

    // MARK: Servers that misbehave

    @Test(.timeLimit(.minutes(10)), arguments: ["", "EHLO", "MAIL", "RCPT", "DATA", "."])
    func `a server that falls silent costs the time and no more`(_ command: String) async throws {
        var script = MailScript()
        script.faults = [command: .hang]
        try await expect(.connection(.timeoutTotal), script) { $0.timeout = .seconds(3) }
    }

    @Test func `a server that drips is held to the same time`() async throws {
        var script = MailScript()
        script.faults = ["": .drip, "EHLO": .drip]
        try await expect(.connection(.timeoutTotal), script) { $0.timeout = .seconds(1) }
    }

    @Test(arguments: ["", "EHLO", "MAIL", "DATA", "."])
    func `a server that hangs up is told as that`(_ command: String) async throws {
        var script = MailScript()
        script.faults = [command: .drop]
        try await expect(.connection(.reset), script)
    }

    @Test(arguments: [MailScript.Fault.garbage, .endless])
    func `what is no mail server is told as that`(_ fault: MailScript.Fault) async throws {
        var script = MailScript()
        script.faults = ["": fault]
        try await expect(.connection(.protocolError), script)
    }

    @Test func `a name that does not resolve and a machine that does not listen are told`() async throws {
        try await expect(.connection(.dns), MailScript()) { $0.addresses = [] }
        try await expect(.connection(.refused), MailScript()) { $0.addresses = ["127.0.0.2"] }
    }

    @Test func `a task that is cancelled ends the dialogue`() async throws {
        var script = MailScript()
        script.faults = ["EHLO": .hang]
        try await MailServer.with(script) { server in
            let settings = try MailSettings(url: "smtp://127.0.0.1:\(server.port)?from=a@example.com")
            let sender = MailSender(settings, resolver: ResolverScript([[]]).resolver) { Timestamp(seconds: 0) }
            let mail = Mail(to: [try MailAddress("b@example.com")], subject: "s", text: "t")
            let task = Task { try await sender.send(mail) }
            while server.said.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            task.cancel()
            let result = await task.result
            #expect(throws: MailFailure.connection(.cancelled)) { try result.get() }
        }
    }

    @Test(arguments: [
        MailFailure.connection(.tls), .noEncryption, .noAuthentication, .authentication(status: 535),
        .temporary(status: 450, at: .recipient), .permanent(status: 550, at: .content), .noRecipient,
    ])
    func `a failure has a stable code and a sentence`(_ failure: MailFailure) {
        #expect(failure.code.hasPrefix("mail."))
        #expect(!failure.description.isEmpty)
    }
}
