package import HubCore
import Synchronization

/// Makes `Authorization` headers, and keeps the tokens that had to be fetched for them.
///
/// Tokens are fetched through the guarded client, one request at a time for each set of credentials; who comes
/// meanwhile waits for it. They are kept in memory only, until half a minute before they end.
package final class AuthorizationTokens: Sendable {
    private struct Key: Hashable {
        let url: OutboundURL
        let id, secret: String
        let scope, audience: String?
        let style: ClientCredentials.Style
    }

    private enum Outcome: Sendable {
        case token(Secret<String>)
        case failure(AttemptFailure)
        /// Whoever was fetching left; somebody else must.
        case abandoned
    }

    private struct Entry {
        var token: Secret<String>?
        var until: ContinuousClock.Instant
        var isFetching = false
        var waiters: [UInt64: CheckedContinuation<Outcome, Never>] = [:]
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let state = Mutex(State())
    private let send: @Sendable (_ request: OutboundRequest) async -> Exchange
    private let capacity: Int
    private let now: @Sendable () -> ContinuousClock.Instant

    /// How long before its end a token is not used any more.
    static let margin = Duration.seconds(30)

    /// - Parameters:
    ///   - capacity: for how many sets of credentials tokens are kept.
    ///   - send: the guarded client's.
    package init(
        capacity: Int = 1000, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        send: @escaping @Sendable (_ request: OutboundRequest) async -> Exchange
    ) {
        (self.send, self.capacity, self.now) = (send, max(capacity, 1), now)
    }

    /// The value of the header; nil for none.
    ///
    /// It may take as long as a token server has time, ten seconds, beside the request's own.
    ///
    /// - Throws: ``AttemptFailure/request`` when the authorization cannot be used or no token is got,
    ///   ``AttemptFailure/cancelled``.
    package func header(for authorization: RequestAuthorization) async throws(AttemptFailure) -> Secret<String>? {
        guard authorization.problem == nil else { throw .request }
        switch authorization {
        case .none: return nil
        case .basic(let user, let password):
            return Secret("Basic " + Base64.encode(Array("\(user):\(password.reveal())".utf8)))
        case .bearer(let token): return Secret("Bearer \(token.reveal())")
        case .clientCredentials(let client): return Secret("Bearer \(try await token(for: client).reveal())")
        }
    }

    /// The receiver said 401 to a header from here: its token is not used again.
    ///
    /// - Parameter header: the one that was refused; a newer token stays.
    package func forget(_ header: Secret<String>, for authorization: RequestAuthorization) {
        guard case .clientCredentials(let client) = authorization else { return }
        let key = Self.key(client)
        state.withLock { state in
            guard let token = state.entries[key]?.token, "Bearer \(token.reveal())" == header.reveal() else { return }
            state.entries[key]?.token = nil
        }
    }

    /// For how many sets of credentials something is kept.
    package var count: Int { state.withLock { $0.entries.count } }

    // MARK: One fetch at a time

    private enum Step {
        case use(Secret<String>)
        case fetch
        case wait(UInt64)
    }

    private func token(for client: ClientCredentials) async throws(AttemptFailure) -> Secret<String> {
        let key = Self.key(client)
        while true {
            let outcome: Outcome
            switch step(key) {
            case .use(let token): return token
            case .fetch:
                outcome = await fetch(client, key)
                // Cancelled, or the client is closed: there is nothing to try again.
                if case .abandoned = outcome { throw .cancelled }
            case .wait(let waiter):
                outcome = await withTaskCancellationHandler {
                    await withCheckedContinuation { join(key, waiter, $0) }
                } onCancel: {
                    leave(key, waiter)
                }
            }
            switch outcome {
            case .token(let token): return token
            case .failure(let failure): throw failure
            case .abandoned: if Task.isCancelled { throw .cancelled }
            }
        }
    }

    private func step(_ key: Key) -> Step {
        let now = now()
        return state.withLock { state in
            if let entry = state.entries[key] {
                if let token = entry.token, entry.until > now { return .use(token) }
                if entry.isFetching {
                    state.nextWaiter += 1
                    return .wait(state.nextWaiter)
                }
            } else {
                Self.makeRoom(in: &state, capacity)
                state.entries[key] = Entry(until: now)
            }
            state.entries[key]?.isFetching = true
            state.entries[key]?.token = nil
            return .fetch
        }
    }

    private func fetch(_ client: ClientCredentials, _ key: Key) async -> Outcome {
        let exchange = await send(TokenRequest.request(for: client))
        let now = now()
        let (outcome, kept): (Outcome, TokenRequest.Token?)
        do throws(AttemptFailure) {
            let token = try TokenRequest.token(in: exchange)
            (outcome, kept) = (.token(token.value), token)
        } catch {
            (outcome, kept) = (error == .cancelled ? .abandoned : .failure(error), nil)
        }
        let waiters = state.withLock { state in
            let waiters = state.entries[key]?.waiters ?? [:]
            if let kept, kept.life > Self.margin {
                state.entries[key] = Entry(token: kept.value, until: now + kept.life - Self.margin)
            } else {
                state.entries[key] = nil
            }
            return waiters
        }
        for waiter in waiters.values { waiter.resume(returning: outcome) }
        return outcome
    }

    private func join(_ key: Key, _ waiter: UInt64, _ continuation: CheckedContinuation<Outcome, Never>) {
        let isLate = state.withLock { state in
            // A cancellation from here on finds the continuation.
            guard !Task.isCancelled, state.entries[key]?.isFetching == true else { return true }
            state.entries[key]?.waiters[waiter] = continuation
            return false
        }
        if isLate { continuation.resume(returning: .abandoned) }
    }

    private func leave(_ key: Key, _ waiter: UInt64) {
        let continuation = state.withLock { $0.entries[key]?.waiters.removeValue(forKey: waiter) }
        continuation?.resume(returning: .abandoned)
    }

    /// What is being fetched stays; of the rest the one that ends first goes.
    private static func makeRoom(in state: inout State, _ capacity: Int) {
        guard state.entries.count >= capacity else { return }
        let oldest = state.entries.filter { !$0.value.isFetching }.min { $0.value.until < $1.value.until }
        if let oldest { state.entries[oldest.key] = nil }
    }

    /// In memory only; two endpoints with the same credentials share their token.
    private static func key(_ client: ClientCredentials) -> Key {
        Key(
            url: client.tokenURL, id: client.id, secret: client.secret.reveal(), scope: client.scope,
            audience: client.audience, style: client.style)
    }
}
