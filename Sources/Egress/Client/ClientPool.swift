import AsyncHTTPClient
import HubCore
import Synchronization

/// An HTTP client that connects to one address only.
final class PinnedClient: Sendable {
    let http: HTTPClient
    let history: ConnectionHistory
    fileprivate let use = Mutex(Use())

    fileprivate struct Use {
        var users = 0
        var last = ContinuousClock.now
    }

    init(_ http: HTTPClient, _ history: ConnectionHistory) {
        (self.http, self.history) = (http, history)
    }

    /// Gives a lease back.
    func release() {
        use.withLock { use in
            use.users -= 1
            use.last = .now
        }
    }
}

/// What a client is bound to; connections are shared by requests that agree in all of it.
struct PinKey: Sendable, Hashable {
    let scheme: OutboundURL.Scheme
    let host: String
    let port: Int
    let address: IPAddress
    let identity: String?
}

/// The pinned clients in use and some that may be used again; the least recently used ones are shut down.
final class ClientPool: Sendable {
    private struct State {
        var clients: [PinKey: PinnedClient] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let keeping: Duration
    private let retire: AsyncStream<PinnedClient>.Continuation
    /// Shuts clients down one beside the other; ends when the pool is closed and all are down.
    private let supervisor: Task<Void, Never>

    init(capacity: Int, keeping: Duration = .seconds(300)) {
        (self.capacity, self.keeping) = (capacity, keeping)
        let (retired, retire) = AsyncStream<PinnedClient>.makeStream()
        self.retire = retire
        supervisor = Task {
            await withDiscardingTaskGroup { group in
                for await client in retired {
                    // It can only fail when it was shut down before, and nobody else does that.
                    group.addTask { try? await client.http.shutdown() }
                }
            }
        }
    }

    /// How many clients there are.
    var count: Int { state.withLock { $0.clients.count } }

    /// The client for a key; each lease is to be given back by ``PinnedClient/release()``.
    ///
    /// - Throws: ``AttemptFailure/cancelled`` when the pool is closed; what `make` throws.
    func lease(_ key: PinKey, make: () throws(AttemptFailure) -> PinnedClient) throws(AttemptFailure) -> PinnedClient {
        let now = ContinuousClock.now
        let result: Result<(PinnedClient, retired: [PinnedClient]), AttemptFailure> = state.withLock { state in
            guard !state.isClosed else { return .failure(.cancelled) }
            if let client = state.clients[key] {
                // Within the pool's lock, so that nobody takes it for unused.
                client.use.withLock { $0.users += 1 }
                return .success((client, []))
            }
            do throws(AttemptFailure) {
                let client = try make()
                client.use.withLock { $0.users += 1 }
                let retired = makeRoom(in: &state, at: now)
                state.clients[key] = client
                return .success((client, retired))
            } catch {
                return .failure(error)
            }
        }
        let (client, retired) = try result.get()
        for client in retired { retire.yield(client) }
        return client
    }

    /// Takes out clients that nobody uses: the oldest when there are too many, and those unused for long.
    private func makeRoom(in state: inout State, at now: ContinuousClock.Instant) -> [PinnedClient] {
        let idle = state.clients.map { (key: $0, client: $1, use: $1.use.withLock(\.self)) }
            .filter { $0.use.users == 0 }.sorted { $0.use.last < $1.use.last }
        let surplus = state.clients.count + 1 - capacity
        var retired: [PinnedClient] = []
        for (index, found) in idle.enumerated() {
            guard index < surplus || found.use.last + keeping < now else { break }
            state.clients[found.key] = nil
            retired.append(found.client)
        }
        return retired
    }

    /// Shuts every client down and waits for it; requests in flight fail.
    func close() async {
        let clients = state.withLock { state in
            defer { (state.clients, state.isClosed) = ([:], true) }
            return Array(state.clients.values)
        }
        for client in clients { retire.yield(client) }
        retire.finish()
        await supervisor.value
    }
}
