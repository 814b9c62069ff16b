package import HubCore
import NIOCore
package import NIOPosix
import NIOSSL
import NIOTLS

/// Sends mail to the server of the settings, one connection for each.
///
/// The server is chosen by whoever runs the hub, so that the rules for people's URLs do not apply to it.
package struct MailSender: Sendable {
    private let settings: MailSettings
    private let resolver: Resolver
    private let trustRoots: TrustRoots
    private let group: MultiThreadedEventLoopGroup
    private let now: @Sendable () -> Timestamp

    private static let addressLimit = 3
    private static let connectTimeout = Duration.seconds(10)

    /// - Parameters:
    ///   - trustRoots: nil for the system's.
    ///   - group: outlives the sender.
    ///   - now: for the date in the mail.
    package init(
        _ settings: MailSettings, resolver: Resolver, trustRoots: TrustRoots? = nil,
        group: MultiThreadedEventLoopGroup = .singleton, now: @escaping @Sendable () -> Timestamp
    ) {
        (self.settings, self.resolver, self.group, self.now) = (settings, resolver, group, now)
        self.trustRoots = trustRoots ?? .system()
    }

    /// Hands a mail over; when it returns, the server has taken it for at least one of its recipients.
    package func send(_ mail: Mail) async throws(MailFailure) -> MailReceipt {
        guard !mail.to.isEmpty else { throw .noRecipient }
        let date = now()
        let message = mail.message(from: settings.from, id: UUIDv7(at: date), date: date)
        let deadline = ContinuousClock.now + settings.timeout
        let result = await withTaskGroup(of: Result<MailReceipt, MailFailure>.self) { group in
            group.addTask { await self.deliver(message, to: mail.to, until: deadline) }
            group.addTask {
                do {
                    try await ContinuousClock().sleep(until: deadline)
                    return .failure(.connection(.timeoutTotal))
                } catch {
                    return .failure(.connection(.cancelled))
                }
            }
            let first = await group.next() ?? .failure(.connection(.timeoutTotal))
            group.cancelAll()
            return first
        }
        return try result.get()
    }

    private func deliver(
        _ message: [UInt8], to recipients: [MailAddress], until deadline: ContinuousClock.Instant
    ) async -> Result<MailReceipt, MailFailure> {
        do throws(MailFailure) {
            let tls = try context()
            var candidates = try await addresses().prefix(Self.addressLimit)
            while let address = candidates.popFirst() {
                let dialogue = SMTPDialogue(
                    settings, hello: hello, recipients: recipients, message: message)
                let connection = SMTPConnection(dialogue, tls: tls, settings: settings)
                do throws(MailFailure) {
                    return .success(try await talk(connection, to: address, until: deadline))
                } catch {
                    // Nothing was said yet, so that the next address is worth a try.
                    guard error.isUnanswered, !candidates.isEmpty, !Task.isCancelled else { throw error }
                }
            }
            throw .connection(.dns)
        } catch {
            return .failure(error)
        }
    }

    private func talk(
        _ connection: SMTPConnection, to address: IPAddress, until deadline: ContinuousClock.Instant
    ) async throws(MailFailure) -> MailReceipt {
        let timeout = min(Self.connectTimeout, max(deadline - .now, .zero))
        let promise = group.next().makePromise(of: MailReceipt.self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: group)
                .connectTimeout(.milliseconds(timeout.milliseconds))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try connection.install(in: channel, promise) }
                }
                .connect(to: SocketAddress(ipAddress: address.description, port: settings.port)).get()
        } catch {
            promise.fail(error)
            throw .connection(FailureMapping.failure(error, hasConnected: false))
        }
        do {
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            if Task.isCancelled { throw .connection(.cancelled) }
            throw error as? MailFailure ?? .connection(FailureMapping.failure(error, hasConnected: true))
        }
    }

    private func addresses() async throws(MailFailure) -> [IPAddress] {
        if let address = IPAddress(settings.host) { return [address] }
        do {
            return try await resolver.addresses(settings.host)
        } catch {
            throw .connection(error)
        }
    }

    private func context() throws(MailFailure) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.trustRoots = trustRoots.source
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .connection(.tls)
        }
    }

    /// RFC 5321 §4.1.4: our name; the sender's domain is the best that is known of it.
    private var hello: String { String(settings.from.domain) }
}

extension MailFailure {
    /// Whether the failure came before there was a connection.
    fileprivate var isUnanswered: Bool {
        switch self {
        case .connection(.refused), .connection(.unreachable), .connection(.timeoutConnect): true
        default: false
        }
    }
}

/// One connection to be made: what is said over it, and how it is encrypted.
struct SMTPConnection: Sendable {
    let dialogue: SMTPDialogue
    private let tls: NIOSSLContext
    /// Nil for an address, which the library checks by itself.
    let serverName: String?
    private let encryptsAtOnce: Bool

    init(_ dialogue: SMTPDialogue, tls: NIOSSLContext, settings: MailSettings) {
        (self.dialogue, self.tls) = (dialogue, tls)
        serverName = IPAddress(settings.host) == nil ? settings.host : nil
        encryptsAtOnce = settings.encryption == .implicit
    }

    func install(in channel: any Channel, _ promise: EventLoopPromise<MailReceipt>) throws {
        let pipeline = channel.pipeline.syncOperations
        if encryptsAtOnce { try pipeline.addHandler(try encryption()) }
        try pipeline.addHandler(SMTPHandler(self, promise))
    }

    func encryption() throws -> NIOSSLClientHandler {
        try NIOSSLClientHandler(context: tls, serverHostname: serverName)
    }
}

/// Carries a dialogue over a channel.
final class SMTPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let connection: SMTPConnection
    private let promise: EventLoopPromise<MailReceipt>
    private var dialogue: SMTPDialogue
    private var reader = SMTPReplyReader()
    private var isDone = false

    /// For how long the server may say good-bye.
    private static let goodbyeTime = TimeAmount.seconds(2)

    init(_ connection: SMTPConnection, _ promise: EventLoopPromise<MailReceipt>) {
        (self.connection, self.promise, dialogue) = (connection, promise, connection.dialogue)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        guard !isDone else { return context.close(promise: nil) }
        do throws(MailFailure) {
            try reader.append(buffer.readBytes(length: buffer.readableBytes) ?? [])
            while !isDone, let reply = try reader.next() {
                try perform(try dialogue.received(reply), context)
            }
        } catch {
            finish(.failure(error), context)
        }
    }

    private func perform(_ action: SMTPDialogue.Action, _ context: ChannelHandlerContext) throws(MailFailure) {
        switch action {
        case .send(let bytes):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        case .encrypt:
            // What came in the open behind the answer would count as said under encryption (CVE-2011-0411).
            guard reader.isEmpty else { throw .connection(.protocolError) }
            do {
                try context.pipeline.syncOperations.addHandler(try connection.encryption(), position: .first)
            } catch {
                throw .connection(.tls)
            }
        case .done(let receipt, let goodbye):
            isDone = true
            promise.succeed(receipt)
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: goodbye)), promise: nil)
            let channel = context.channel
            context.eventLoop.scheduleTask(in: Self.goodbyeTime) { channel.close(promise: nil) }
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            do throws(MailFailure) {
                try encrypted(context)
            } catch {
                finish(.failure(error), context)
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func encrypted(_ context: ChannelHandlerContext) throws(MailFailure) {
        if let name = connection.serverName {
            let isAdmitted = (try? NameGuard.admits(context.channel, for: name)) ?? false
            guard isAdmitted else { throw .connection(.tls) }
        }
        // Over a connection that is encrypted from the beginning the server speaks first.
        if connection.encryptsLater { try perform(dialogue.secured(), context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(.failure(.connection(FailureMapping.failure(error, hasConnected: true))), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(.failure(.connection(.reset)), context)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        finish(.failure(.connection(.reset)), context)
    }

    private func finish(_ result: Result<MailReceipt, MailFailure>, _ context: ChannelHandlerContext) {
        guard !isDone else { return }
        isDone = true
        promise.completeWith(result.mapError { $0 as any Error })
        context.close(promise: nil)
    }
}

extension SMTPConnection {
    fileprivate var encryptsLater: Bool { !encryptsAtOnce }
}
