package import HubCore
import NIOCore
import NIOHTTP1
import NIOHTTP2
package import NIOPosix
import NIOSSL
import Synchronization

/// A receiver that does what it is told: for tests, benchmarks, and people who want to see what a webhook looks like.
package final class SinkServer: Sendable {
    package struct Options: Sendable {
        package var host = "127.0.0.1"
        /// 0: any free one.
        package var port = 0
        package var script = SinkScript()
        /// Nil: plain HTTP.
        package var certificate: SinkCertificate?
        /// With a certificate: whether HTTP/2 is offered beside HTTP/1.1.
        package var speaksHTTP2 = true
        /// Whether a client must show a certificate of this issuer (PEM).
        package var clientIssuerPEM: String?
        /// How many records are kept, the newest; 0 for none.
        package var kept = 1000
        package var now: @Sendable () -> Timestamp = { Timestamp(milliseconds: 0) }
        /// Told of each request once it is complete, on an event loop.
        package var log: (@Sendable (SinkRecord) -> Void)?

        package init() {}
    }

    private let channel: any Channel
    private let journal: SinkJournal

    private init(_ channel: any Channel, _ journal: SinkJournal) {
        (self.channel, self.journal) = (channel, journal)
    }

    /// Begins to listen.
    ///
    /// - Throws: NIO's or NIOSSL's error.
    package static func start(
        _ options: Options, group: MultiThreadedEventLoopGroup = .singleton
    ) async throws -> SinkServer {
        let journal = SinkJournal(options)
        let tls = try options.certificate.map { certificate in
            var configuration = try certificate.serverConfiguration()
            if !options.speaksHTTP2 { configuration.applicationProtocols = ["http/1.1"] }
            if let issuer = options.clientIssuerPEM {
                configuration.certificateVerification = .noHostnameVerification
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(issuer.utf8)))
            }
            return try NIOSSLContext(configuration: configuration)
        }
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                let connection = journal.connected()
                return channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                }.flatMap {
                    let configure: @Sendable (any Channel) -> EventLoopFuture<Void> = { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(SinkHandler(journal, connection))
                        }
                    }
                    if tls != nil { return channel.configureCommonHTTPServerPipeline(configure) }
                    return channel.pipeline.configureHTTPServerPipeline().flatMap { configure(channel) }
                }
            }
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .bind(host: options.host, port: options.port).get()
        return SinkServer(channel, journal)
    }

    package var port: Int { channel.localAddress?.port ?? 0 }

    /// What came, the oldest first.
    package var records: [SinkRecord] { journal.records }

    /// How many requests came.
    package var count: Int { journal.count }

    /// How many connections were made.
    package var connections: Int { journal.connections }

    /// Waits until it no longer listens.
    package func run() async throws {
        try await channel.closeFuture.get()
    }

    /// Listens no more; open connections end with their clients.
    package func close() async throws {
        if channel.isActive { try await channel.close() }
    }
}

/// What the sink has seen.
final class SinkJournal: Sendable {
    private struct State {
        var records: [SinkRecord] = []
        var count = 0
        var connections = 0
    }

    private let state = Mutex(State())
    let options: SinkServer.Options

    init(_ options: SinkServer.Options) {
        self.options = options
    }

    var records: [SinkRecord] { state.withLock { $0.records } }
    var count: Int { state.withLock { $0.count } }
    var connections: Int { state.withLock { $0.connections } }

    func connected() -> Int {
        state.withLock { state in
            defer { state.connections += 1 }
            return state.connections
        }
    }

    /// - Returns: the number of a request that is complete.
    func next() -> Int {
        state.withLock { state in
            defer { state.count += 1 }
            return state.count
        }
    }

    func add(_ record: SinkRecord) {
        if options.kept > 0 {
            state.withLock { state in
                state.records.append(record)
                if state.records.count > options.kept { state.records.removeFirst() }
            }
        }
        options.log?(record)
    }
}
