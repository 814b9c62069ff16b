package import Hub
import HubConsole
import HubCore
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import UnixSignals
import WebhookSignatures

/// The HTTP server over the engine.
package struct HubServer: Sendable {
    private let hub: Hub
    private let settings: ServerSettings
    private let logger: Logger

    package init(hub: Hub, settings: ServerSettings, logger: Logger) {
        self.hub = hub
        self.settings = settings
        self.logger = logger
    }

    /// Serves until the process is told to stop: then refuses new connections, finishes what is under way, returns.
    ///
    /// - Parameter running: called once with the port that it listens at.
    package func run(_ running: @escaping @Sendable (_ port: Int) async -> Void) async throws {
        let forwarding = try Forwarding(settings)
        let bodies = BodyGate(capacity: settings.maxInflightBytes, grace: settings.bodyGrace)
        var application = Application(
            router: router(forwarding, bodies), server: try builder(forwarding, bodies),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: Self.name, backlog: 4096),
            onServerRunning: { channel in await running(channel.localAddress?.port ?? 0) }, logger: logger)
        application.addServices(UpkeepService(upkeep: Upkeep(hub)), DispatchService(dispatcher: hub.dispatcher))
        var group = ServiceGroupConfiguration(
            services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = Self.stopGrace
        do {
            try await ServiceGroup(configuration: group).run()
        } catch is CancellationError {
            // The grace was over; requests whose senders did not finish them have been ended.
        }
    }

    /// How long requests under way may take once the process is told to stop; with what follows it must end in 30 s.
    private static let stopGrace = Duration.seconds(22)

    /// What answers say of themselves.
    static let name = "martlet"

    private func router(_ forwarding: Forwarding, _ bodies: BodyGate) -> Router<HubContext> {
        let router = Router(context: HubContext.self)
        ReceivingRoutes(hub: hub, forwarding: forwarding, bodies: bodies).add(to: router)
        ManagementRoutes(hub: hub, forwarding: forwarding, bodies: bodies, publicHost: settings.publicHost)
            .add(to: router)
        ConsoleMount(console: Console(hub: hub), forwarding: forwarding, bodies: bodies).add(to: router)
        WellKnownRoutes(hub: hub).add(to: router)
        OperationsRoutes(hub: hub, bodies: bodies, startedAt: hub.clock.now()).add(to: router)
        return router
    }

    private func builder(_ forwarding: Forwarding, _ bodies: BodyGate) throws -> HTTPServerBuilder {
        let door = ExpressDoor(hub: hub, forwarding: forwarding, bodies: bodies)
        let idleTimeout = TimeAmount(settings.idleTimeout)
        let http = HTTPServerBuilder { responder in
            HubChannel(responder: responder, idleTimeout: idleTimeout, expressDoor: door)
        }
        guard let tls = settings.tls else { return http }
        let certificates = try NIOSSLCertificate.fromPEMFile(tls.certificateFile)
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: tls.keyFile, format: .pem)))
        return try .tls(http, tlsConfiguration: configuration)
    }
}
