import AsyncHTTPClient
import HubCore
import Synchronization

/// An HTTP client that connects to one address only.
final class PinnedClient: Sendable {
    let http: HTTPClient
    let history: ConnectionHistory

    init(_ http: HTTPClient, _ history: ConnectionHistory) {
        (self.http, self.history) = (http, history)
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
    private struct Entry {
        let client: PinnedClient
        var users: Int
        var lastUse: ContinuousClock.Instant
    }

    private struct State {
        var entries: [PinKey: Entry] = [:]
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
    var count: Int { state.withLock { $0.entries.count } }

    /// The client for a key; each lease is to be given back by ``release(_:)``.
    ///
    /// - Throws: ``AttemptFailure/cancelled`` when the pool is closed; what `make` throws.
    func lease(_ key: PinKey, make: () throws(AttemptFailure) -> PinnedClient) throws(AttemptFailure) -> PinnedClient {
        let now = ContinuousClock.now
        let result: Result<(PinnedClient, retired: [PinnedClient]), AttemptFailure> = state.withLock { state in
            guard !state.isClosed else { return .failure(.cancelled) }
            if let entry = state.entries[key] {
                state.entries[key]?.users += 1
                state.entries[key]?.lastUse = now
                return .success((entry.client, []))
            }
            do throws(AttemptFailure) {
                let client = try make()
                let retired = makeRoom(in: &state, at: now)
                state.entries[key] = Entry(client: client, users: 1, lastUse: now)
                return .success((client, retired))
            } catch {
                return .failure(error)
            }
        }
        let (client, retired) = try result.get()
        for client in retired { retire.yield(client) }
        return client
    }

    func release(_ key: PinKey) {
        state.withLock { state in
            state.entries[key]?.users -= 1
            state.entries[key]?.lastUse = .now
        }
    }

    /// Takes out clients that nobody uses: the oldest when there are too many, and those unused for long.
    private func makeRoom(in state: inout State, at now: ContinuousClock.Instant) -> [PinnedClient] {
        let idle = state.entries.filter { $0.value.users == 0 }.sorted { $0.value.lastUse < $1.value.lastUse }
        let surplus = state.entries.count + 1 - capacity
        var retired: [PinnedClient] = []
        for (index, (key, entry)) in idle.enumerated() {
            guard index < surplus || entry.lastUse + keeping < now else { break }
            state.entries[key] = nil
            retired.append(entry.client)
        }
        return retired
    }

    /// Shuts every client down and waits for it; requests in flight fail.
    func close() async {
        let clients = state.withLock { state in
            defer { (state.entries, state.isClosed) = ([:], true) }
            return state.entries.values.map(\.client)
        }
        for client in clients { retire.yield(client) }
        retire.finish()
        await supervisor.value
    }
}
