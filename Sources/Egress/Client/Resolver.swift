package import HubCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Looks names up.
package struct Resolver: Sendable {
    /// All addresses of a name, the preferred first; throws ``AttemptFailure/dns`` when there are none.
    package var addresses: @Sendable (_ name: String) async throws(AttemptFailure) -> [IPAddress]
    /// What was found is not to be used again: nothing answered there.
    package var forget: @Sendable (_ name: String) -> Void
    package var close: @Sendable () -> Void

    package init(
        addresses: @escaping @Sendable (_ name: String) async throws(AttemptFailure) -> [IPAddress],
        forget: @escaping @Sendable (_ name: String) -> Void = { _ in }, close: @escaping @Sendable () -> Void = {}
    ) {
        (self.addresses, self.forget, self.close) = (addresses, forget, close)
    }

    /// The system's resolver, on threads of its own.
    package static func system() -> Resolver {
        let lookup = NameLookup(lookUp: systemAddresses)
        return Resolver(
            addresses: { name async throws(AttemptFailure) in try await lookup.addresses(of: name) },
            forget: lookup.forget, close: lookup.close)
    }
}

/// `getaddrinfo`: hosts file, DNS, whatever the system is set up to ask. Blocks, and cannot be stopped.
///
/// - Returns: empty when the name has no address.
private func systemAddresses(of name: String) -> [IPAddress] {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var first: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(name, nil, &hints, &first) == 0 else { return [] }
    defer { freeaddrinfo(first) }
    var addresses: [IPAddress] = []
    var next = first
    while let entry = next?.pointee {
        let address: IPAddress? =
            switch entry.ai_family {
            case AF_INET:
                entry.ai_addr.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                    withUnsafeBytes(of: pointer.pointee.sin_addr) { IPAddress(bytes: Array($0)) }
                }
            case AF_INET6:
                entry.ai_addr.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                    withUnsafeBytes(of: pointer.pointee.sin6_addr) { IPAddress(bytes: Array($0)) }
                }
            default: nil
            }
        if let address, !addresses.contains(address) { addresses.append(address) }
        next = entry.ai_next
    }
    return addresses
}

/// Runs blocking lookups on threads of its own, one at a time for each name, and keeps what they find for seconds.
///
/// A lookup cannot be stopped, so whoever waits may leave instead. Names that were slow before wait in a lane of their
/// own: a receiver with a dead name server keeps no other name waiting.
package final class NameLookup: Sendable {
    private struct State {
        /// Who waits for a name that is being looked up.
        var flights: [String: [UInt64: CheckedContinuation<[IPAddress], any Error>]] = [:]
        var found: [String: (addresses: [IPAddress], until: ContinuousClock.Instant)] = [:]
        var slow: [String: ContinuousClock.Instant] = [:]
        var nextWaiter: UInt64 = 0
        var hasStarted = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let lane = NIOThreadPool(numberOfThreads: 16)
    private let slowLane = NIOThreadPool(numberOfThreads: 4)
    private let lookUp: @Sendable (_ name: String) -> [IPAddress]
    private let now: @Sendable () -> ContinuousClock.Instant

    /// An answer of `getaddrinfo` has no time to live; this is short enough for any.
    static let keeping = Duration.seconds(10)
    static let slowness = Duration.seconds(1)
    /// For how long a name that was slow counts as slow.
    static let slowMemory = Duration.seconds(600)
    static let flightLimit = 4096

    package init(
        lookUp: @escaping @Sendable (_ name: String) -> [IPAddress],
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        (self.lookUp, self.now) = (lookUp, now)
    }

    /// - Throws: ``AttemptFailure/dns``; ``AttemptFailure/cancelled`` when the task is cancelled meanwhile.
    package func addresses(of name: String) async throws(AttemptFailure) -> [IPAddress] {
        let waiter = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        do {
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { join(name, waiter, $0) }
            } onCancel: {
                leave(name, waiter)
            }
        } catch {
            throw error as? AttemptFailure ?? .cancelled
        }
    }

    package func forget(_ name: String) {
        state.withLock { $0.found[name] = nil }
    }

    /// Nothing is looked up any more; lookups that hang end by themselves.
    package func close() {
        let (waiting, hadStarted) = state.withLock { state in
            defer { (state.flights, state.isClosed) = ([:], true) }
            return (state.flights.values.flatMap(\.values), state.hasStarted && !state.isClosed)
        }
        for continuation in waiting { continuation.resume(throwing: AttemptFailure.cancelled) }
        guard hadStarted else { return }
        for pool in [lane, slowLane] { pool.shutdownGracefully { _ in } }
    }

    private enum Step {
        case answer(Result<[IPAddress], AttemptFailure>)
        case wait
        case start(NIOThreadPool)
    }

    private func join(_ name: String, _ waiter: UInt64, _ continuation: CheckedContinuation<[IPAddress], any Error>) {
        let now = now()
        let step: Step = state.withLock { state in
            // A cancellation from here on finds the continuation in its flight.
            if Task.isCancelled || state.isClosed { return .answer(.failure(.cancelled)) }
            if let known = state.found[name], known.until > now { return .answer(.success(known.addresses)) }
            if state.flights[name] != nil {
                state.flights[name]?[waiter] = continuation
                return .wait
            }
            guard state.flights.count < Self.flightLimit else { return .answer(.failure(.dns)) }
            state.flights[name] = [waiter: continuation]
            if !state.hasStarted {
                state.hasStarted = true
                for pool in [lane, slowLane] { pool.start() }
            }
            return .start(state.slow[name].map { $0 > now } == true ? slowLane : lane)
        }
        switch step {
        case .answer(let result): continuation.resume(with: result)
        case .wait: break
        case .start(let pool):
            pool.submit { [self] poolState in
                guard case .active = poolState else { return finish(name, [], since: self.now()) }
                let begin = self.now()
                finish(name, lookUp(name), since: begin)
            }
        }
    }

    private func leave(_ name: String, _ waiter: UInt64) {
        let continuation = state.withLock { $0.flights[name]?.removeValue(forKey: waiter) }
        continuation?.resume(throwing: AttemptFailure.cancelled)
    }

    private func finish(_ name: String, _ addresses: [IPAddress], since begin: ContinuousClock.Instant) {
        let now = now()
        let waiting = state.withLock { state in
            if state.found.count >= Self.flightLimit { state.found = state.found.filter { $0.value.until > now } }
            if state.slow.count >= Self.flightLimit { state.slow = state.slow.filter { $0.value > now } }
            if !addresses.isEmpty, state.found.count < Self.flightLimit {
                state.found[name] = (addresses, now + Self.keeping)
            }
            if now - begin < Self.slowness {
                state.slow[name] = nil
            } else if state.slow.count < Self.flightLimit {
                state.slow[name] = now + Self.slowMemory
            }
            return state.flights.removeValue(forKey: name) ?? [:]
        }
        for continuation in waiting.values {
            continuation.resume(with: addresses.isEmpty ? .failure(AttemptFailure.dns) : .success(addresses))
        }
    }
}
