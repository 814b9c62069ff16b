import AsyncHTTPClient
package import HubCore
import NIOCore
import NIOHTTP1
package import NIOPosix
import NIOSSL

/// How the guarded client works.
package struct EgressSettings: Sendable {
    package var policy = EgressPolicy.strict
    package var trustRoots: TrustRoots?
    /// For each address, TCP and TLS together; the request's own time may end earlier.
    package var connectTimeout = Duration.seconds(5)
    /// For how long an unused connection stays open.
    package var idleTimeout = Duration.seconds(30)
    /// How many pinned clients are kept, each with its connections.
    package var clientCapacity = 512
    /// How many connections there may be to one address of one host at a time.
    package var connectionsPerClient = 256
    /// How much of an answer's body is read and dropped beyond what is captured, so that its connection can be used
    /// again; a longer one costs the connection.
    package var drainLimit = 65536

    package init() {}
}

/// The only door out: an HTTP client that dials vetted addresses only.
///
/// Each request's name is resolved, all its addresses are judged by the policy, and the connection goes to an address
/// that was judged, whatever the name means a moment later; server name, `Host` and the certificate's check are those
/// of the name. No redirect is followed, no proxy of the environment used, no body decompressed.
package final class GuardedClient: Sendable {
    private let settings: EgressSettings
    private let resolver: Resolver
    private let group: MultiThreadedEventLoopGroup
    private let pool: ClientPool
    private let trustRoots: TrustRoots
    private let deadlines = Deadlines()

    /// How many addresses of a name are tried until one answers.
    private static let addressLimit = 3
    private static let headerLimit = 8192

    /// - Parameter group: outlives the client.
    package init(
        _ settings: EgressSettings, resolver: Resolver = .system(), group: MultiThreadedEventLoopGroup = .singleton
    ) {
        self.settings = settings
        self.resolver = resolver
        self.group = group
        pool = ClientPool(capacity: settings.clientCapacity)
        trustRoots = settings.trustRoots ?? .system()
    }

    /// Ends what is in flight and waits until every connection is closed.
    package func close() async {
        resolver.close()
        await pool.close()
    }

    /// How many clients are kept, each bound to one address.
    package var pinnedClients: Int { pool.count }

    /// What would refuse a URL right now, for when it is saved; nil when nothing does.
    ///
    /// A name that does not resolve is no refusal: the receiver may not be there yet.
    package func check(_ url: OutboundURL) async -> AttemptFailure? {
        if let refusal = settings.policy.judge(url) { return refusal.failure }
        guard let addresses = try? await addresses(of: url) else { return nil }
        return settings.policy.judge(url, resolvedTo: addresses)?.failure
    }

    /// Sends a request and reads the answer, all within the request's time.
    package func send(_ request: OutboundRequest) async -> Exchange {
        let begin = ContinuousClock.now
        let progress = ExchangeProgress(since: begin)
        // However little time there is.
        if let refusal = refusal(of: request) { return progress.exchange(refusal) }
        let deadline = begin + max(request.timeout, .zero)
        // The client's own deadline ends at the answer's head; this one holds until the last byte.
        let failure = await deadlines.run(until: deadline) {
            progress.expire()
        } _: {
            await self.attempt(request, progress, until: deadline)
        }
        return progress.exchange(failure)
    }

    // MARK: One attempt

    /// Why a request is not made, as far as that is known without a look at the network.
    private func refusal(of request: OutboundRequest) -> AttemptFailure? {
        let isSafe = request.headers.fields.allSatisfy { field in
            HeaderRules.isSafe(field) && !HeaderRules.framesMessage(field.name)
        }
        return isSafe ? settings.policy.judge(request.url)?.failure : .request
    }

    private func attempt(
        _ request: OutboundRequest, _ progress: ExchangeProgress, until deadline: ContinuousClock.Instant
    ) async -> AttemptFailure? {
        do throws(AttemptFailure) {
            let addresses = try await addresses(of: request.url)
            progress.resolved()
            if let refusal = settings.policy.judge(request.url, resolvedTo: addresses) { throw refusal.failure }
            var candidates = addresses.prefix(Self.addressLimit)
            while let address = candidates.popFirst() {
                do throws(AttemptFailure) {
                    return try await exchange(request, with: address, progress, until: deadline)
                } catch {
                    guard [.refused, .unreachable, .timeoutConnect].contains(error) else { throw error }
                    // Nothing was sent, so the next address is worth a try; the name may have moved, too.
                    if case .name(let name) = request.url.host { resolver.forget(name) }
                    if candidates.isEmpty { throw error }
                }
            }
            throw .dns
        } catch {
            return error
        }
    }

    private func addresses(of url: OutboundURL) async throws(AttemptFailure) -> [IPAddress] {
        switch url.host {
        case .address(let address): [address]
        case .name(let name): try await resolver.addresses(name)
        }
    }

    private func exchange(
        _ request: OutboundRequest, with address: IPAddress, _ progress: ExchangeProgress,
        until deadline: ContinuousClock.Instant
    ) async throws(AttemptFailure) -> AttemptFailure? {
        let url = request.url
        let key = PinKey(
            scheme: url.scheme, host: url.hostText, port: url.port, address: address, identity: request.identity?.id)
        let client = try pool.lease(key) { () throws(AttemptFailure) in makeClient(key, request.identity) }
        defer { client.release() }
        guard try await meetsClosedConnection(request, on: client, address, progress, until: deadline) else {
            return nil
        }
        // Others that are kept may be closed as well: over one of its own it goes once more, and for the last time.
        let fresh = makeClient(key, request.identity)
        let result: Result<Bool, AttemptFailure>
        do throws(AttemptFailure) {
            result = .success(try await meetsClosedConnection(request, on: fresh, address, progress, until: deadline))
        } catch {
            result = .failure(error)
        }
        try? await fresh.http.shutdown()  // It fails only for one that was shut down before.
        if try result.get() { throw .reset }
        return nil
    }

    /// Sends a request and reads the answer.
    ///
    /// - Returns: whether it met a connection that had been kept open and was closed by the other side just now, so that
    ///   nothing was heard of the request.
    private func meetsClosedConnection(
        _ request: OutboundRequest, on client: PinnedClient, _ address: IPAddress, _ progress: ExchangeProgress,
        until deadline: ContinuousClock.Instant
    ) async throws(AttemptFailure) -> Bool {
        progress.dialling(address)
        let isShared = client.history.isShared
        do {
            try await perform(request, on: client, progress, until: deadline)
            return false
        } catch {
            let failure = FailureMapping.failure(error, hasConnected: progress.hasConnected)
            if !Task.isCancelled, !progress.hasAnswer, client.history.lastHasOtherName { throw .tls }
            let isKept = isShared || progress.isConnectionKept
            guard failure == .reset, isKept, !progress.hasAnswer, !Task.isCancelled else { throw failure }
            return true
        }
    }

    private func perform(
        _ request: OutboundRequest, on client: PinnedClient, _ progress: ExchangeProgress,
        until deadline: ContinuousClock.Instant
    ) async throws {
        var message = HTTPClientRequest(url: request.url.text)
        message.method = HTTPMethod(rawValue: request.method)
        for field in request.headers.fields { message.headers.add(name: field.name, value: field.value) }
        if !request.body.isEmpty {
            let body = WatchedBody(bytes: request.body, progress: progress, history: client.history)
            message.body = .bytes(body, length: .known(Int64(body.count)))
        }
        let left = max(deadline - .now, .zero)
        let response = try await client.http.execute(message, timeout: .nanoseconds(left.nanoseconds))
        progress.answered(.init(status: Int(response.status.code), headers: Self.fields(response.headers)))
        let limit = request.captureLimit
        for try await var piece in response.body {
            let received = progress.received(piece.readableBytes, keep: limit) { wanted in
                piece.readBytes(length: wanted) ?? []
            }
            // Leaving the loop ends the answer; what follows is never read.
            if received > limit + settings.drainLimit { break }
        }
        try Task.checkCancellation()
        progress.completed()
    }

    private static func fields(_ headers: HTTPHeaders) -> Fields {
        var fields = Fields()
        var size = 0
        for (name, value) in headers {
            size += name.utf8.count + value.utf8.count
            guard size <= headerLimit else { break }
            fields.fields.append(.init(name: name, value: value))
        }
        return fields
    }

    // MARK: Clients

    private func makeClient(_ key: PinKey, _ identity: TLSIdentity?) -> PinnedClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.trustRoots = trustRoots.source
        if let identity {
            tls.certificateChain = identity.chain
            tls.privateKey = identity.privateKey
            if !identity.issuers.isEmpty { tls.additionalTrustRoots = [.certificates(identity.issuers)] }
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .nanoseconds(settings.connectTimeout.nanoseconds))
        configuration.connectionPool = .init(
            idleTimeout: .nanoseconds(settings.idleTimeout.nanoseconds),
            concurrentHTTP1ConnectionsPerHostSoftLimit: settings.connectionsPerClient)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.proxy = nil
        configuration.decompression = .disabled
        configuration.tracing.tracer = nil
        configuration.httpVersion = .automatic
        configuration.dnsOverride = [key.host: key.address.description]
        let history = ConnectionHistory()
        // An address needs no guard: the library checks it.
        let guardedName = key.scheme == .https && IPAddress(key.host) == nil ? key.host : nil
        let look: @Sendable (any Channel, Bool) -> EventLoopFuture<Void> = { channel, isShared in
            // Failing here would confuse the client's pool; the guard in the channel refuses what is written.
            let isAdmitted = guardedName.map { name in (try? NameGuard.admits(channel, for: name)) ?? false } ?? true
            return channel.eventLoop.makeCompletedFuture {
                try history.add(channel, isShared: isShared, hasOtherName: !isAdmitted)
            }
        }
        configuration.http1_1ConnectionDebugInitializer = { look($0, false) }
        configuration.http2ConnectionDebugInitializer = { look($0, true) }
        return PinnedClient(
            HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration), history)
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000
    }
}
