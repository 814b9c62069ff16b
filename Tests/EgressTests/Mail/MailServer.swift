import HubCore
import NIOCore
import NIOPosix
import NIOSSL
import Sink
import Synchronization

/// What a mail server of the tests does.
struct MailScript: Sendable {
    enum Fault: Sendable {
        case hang
        /// One byte after the other, with a pause between.
        case drip
        case drop
        case garbage
        /// A line that never ends.
        case endless
    }

    /// Nil: it cannot encrypt.
    var certificate: SinkCertificate?
    /// Whether it encrypts from the first byte on.
    var isImplicit = false
    /// What stands behind AUTH; nil for no such line.
    var mechanisms: String? = "PLAIN LOGIN"
    var user = "hub"
    var password = "s3cret ü:@"
    /// Other answers than the usual ones, by the beginning of the command; that to the content under `.`, the
    /// greeting's under the empty text.
    var answers: [String: String] = [:]
    var faults: [String: Fault] = [:]
    /// Sent in the open together with the answer to STARTTLS.
    var injected = ""
}

/// A mail server that remembers what was said to it.
final class MailServer: Sendable {
    private let channel: any Channel
    private let journal: MailJournal

    private init(_ channel: any Channel, _ journal: MailJournal) {
        (self.channel, self.journal) = (channel, journal)
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    /// Commands in their order; those that came encrypted begin with `🔒`.
    var said: [String] { journal.said }
    /// The content as it came over the wire, without the full stop that ends it.
    var content: String { journal.content }
    var connections: Int { journal.connections }

    static func with(_ script: MailScript, _ test: (MailServer) async throws -> Void) async throws {
        let journal = MailJournal()
        let tls = try script.certificate.map { certificate in
            try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.certificatePEM.utf8))
                        .map { .certificate($0) },
                    privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(certificate.keyPEM.utf8), format: .pem))))
        }
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if script.isImplicit, let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.addHandler(MailServerHandler(script, tls, journal))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = MailServer(channel, journal)
        do {
            try await test(server)
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }
}

private final class MailJournal: Sendable {
    private let state = Mutex((said: [String](), content: [UInt8](), connections: 0))

    var said: [String] { state.withLock { $0.said } }
    var content: String { state.withLock { String(decoding: $0.content, as: UTF8.self) } }
    var connections: Int { state.withLock { $0.connections } }

    func connected() { state.withLock { $0.connections += 1 } }
    func add(_ line: String) { state.withLock { $0.said.append(line) } }
    func add(content line: [UInt8]) { state.withLock { $0.content += line } }
}

private final class MailServerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Mode { case commands, user, password, content }

    private let script: MailScript
    private let tls: NIOSSLContext?
    private let journal: MailJournal
    private var pending: [UInt8] = []
    private var mode = Mode.commands
    private var isEncrypted: Bool
    private var isMute = false

    init(_ script: MailScript, _ tls: NIOSSLContext?, _ journal: MailJournal) {
        (self.script, self.tls, self.journal) = (script, tls, journal)
        isEncrypted = script.isImplicit
    }

    func channelActive(context: ChannelHandlerContext) {
        journal.connected()
        answer("", "220 mail.example ESMTP", context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        for byte in buffer.readBytes(length: buffer.readableBytes) ?? [] {
            pending.append(byte)
            guard pending.suffix(2) == [0x0D, 0x0A] else { continue }
            let line = pending
            pending = []
            if !isMute { take(line, context) }
        }
    }

    private func take(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        let line = String(decoding: bytes.dropLast(2), as: UTF8.self)
        if mode == .content {
            guard line == "." else { return journal.add(content: bytes) }
            mode = .commands
            return answer(".", "250 2.0.0 queued", context)
        }
        journal.add((isEncrypted ? "🔒" : "") + line)
        switch mode {
        case .user:
            mode = .password
            answer(line, Base64.encode(Array(script.user.utf8)) == line ? "334 UGFzc3dvcmQ6" : "535 no", context)
        case .password:
            mode = .commands
            answer("password", Base64.encode(Array(script.password.utf8)) == line ? "235 yes" : "535 no", context)
        default: command(line, context)
        }
    }

    private func command(_ line: String, _ context: ChannelHandlerContext) {
        switch line.split(separator: " ").first {
        case "EHLO":
            var lines = ["mail.example greets \(line.dropFirst(5))", "PIPELINING", "SIZE 1000000"]
            if tls != nil, !isEncrypted { lines.append("STARTTLS") }
            if let mechanisms = script.mechanisms { lines.append("AUTH \(mechanisms)") }
            let last = lines.removeLast()
            answer(line, lines.map { "250-\($0)\r\n" }.joined() + "250 \(last)", context)
        case "STARTTLS":
            answer(line, "220 go ahead\(script.injected)", context)
            if let tls, script.answers["STARTTLS"] == nil {
                isEncrypted = true
                // The answer is written before the handler stands.
                try? context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls), position: .first)
            }
        case "AUTH" where line.hasPrefix("AUTH PLAIN "):
            let right = Base64.encode([0] + Array(script.user.utf8) + [0] + Array(script.password.utf8))
            answer(line, line == "AUTH PLAIN \(right)" ? "235 yes" : "535 5.7.8 no", context)
        case "AUTH":
            mode = .user
            answer(line, "334 VXNlcm5hbWU6", context)
        case "DATA":
            mode = .content
            answer(line, "354 go on", context)
        case "QUIT":
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "221 bye\r\n")), promise: nil)
            context.close(promise: nil)
        default: answer(line, "250 ok", context)
        }
    }

    private func answer(_ command: String, _ usual: String, _ context: ChannelHandlerContext) {
        func isMeant(_ key: String) -> Bool { key.isEmpty ? command.isEmpty : command.hasPrefix(key) }
        let text = (script.answers.first { isMeant($0.key) }?.value ?? usual) + "\r\n"
        if text.first != "3" { mode = mode == .content ? .commands : mode }
        switch script.faults.first(where: { isMeant($0.key) })?.value {
        case nil: context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        case .hang?: isMute = true
        case .drip?: Self.drip(Array(text.utf8)[...], context.channel)
        case .drop?: context.close(promise: nil)
        case .garbage?: context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 200 OK\r\n")), promise: nil)
        case .endless?:
            let bytes = ByteBuffer(repeating: UInt8(ascii: "2"), count: 100_000)
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        }
    }

    private static func drip(_ bytes: ArraySlice<UInt8>, _ channel: any Channel) {
        guard let first = bytes.first, channel.isActive else { return }
        channel.writeAndFlush(ByteBuffer(bytes: [first]), promise: nil)
        let rest = bytes.dropFirst()
        channel.eventLoop.scheduleTask(in: .milliseconds(100)) { drip(rest, channel) }
    }
}
