import HubCore
import Synchronization

/// What is known of an exchange so far; read when the time is over before the exchange is.
final class ExchangeProgress: Sendable {
    private struct State {
        var resolvedAt: ContinuousClock.Instant?
        var connectedAt: ContinuousClock.Instant?
        var isConnectionKept = false
        var answeredAt: ContinuousClock.Instant?
        var completedAt: ContinuousClock.Instant?
        var answer: Exchange.Answer?
        var address: IPAddress?
        /// What it meant that the time was over, if it was.
        var expiry: AttemptFailure?
    }

    private let state = Mutex(State())
    private let begin: ContinuousClock.Instant

    init(since begin: ContinuousClock.Instant) {
        self.begin = begin
    }

    func resolved() {
        state.withLock { $0.resolvedAt = $0.resolvedAt ?? .now }
    }

    func dialling(_ address: IPAddress) {
        state.withLock { ($0.address, $0.connectedAt, $0.isConnectionKept) = (address, nil, false) }
    }

    /// - Parameter isKept: whether the connection took another request before.
    func connected(isKept: () -> Bool) {
        state.withLock { state in
            guard state.connectedAt == nil else { return }
            (state.connectedAt, state.isConnectionKept) = (.now, isKept())
        }
    }

    func answered(_ answer: Exchange.Answer) {
        state.withLock { state in
            state.answeredAt = .now
            // A request without a body does not tell when it had its connection.
            state.connectedAt = state.connectedAt ?? state.answeredAt
            state.answer = answer
        }
    }

    /// - Parameter limit: how many bytes are kept.
    /// - Returns: how many have come in all.
    func received(_ count: Int, keep limit: Int, _ bytes: (_ wanted: Int) -> [UInt8]) -> Int {
        state.withLock { state in
            guard var answer = state.answer else { return 0 }
            // Only one owner at a time, or each piece would copy what is there.
            state.answer = nil
            defer { state.answer = answer }
            let wanted = min(count, limit - answer.body.count)
            if wanted > 0 { answer.body.append(contentsOf: bytes(wanted)) }
            answer.receivedBytes += count
            return answer.receivedBytes
        }
    }

    func completed() {
        state.withLock { $0.completedAt = .now }
    }

    var isConnectionKept: Bool { state.withLock { $0.isConnectionKept } }
    var hasConnected: Bool { state.withLock { $0.connectedAt != nil } }
    var hasAnswer: Bool { state.withLock { $0.answer != nil } }

    /// The time is over.
    func expire() {
        state.withLock { state in
            guard state.completedAt == nil else { return }
            state.expiry =
                if state.connectedAt != nil { .timeoutTotal } else if state.resolvedAt == nil { .dns } else {
                    .timeoutConnect
                }
        }
    }

    func exchange(_ failure: AttemptFailure?) -> Exchange {
        state.withLock { state in
            var timing = Exchange.Timing()
            timing.resolving = state.resolvedAt.map { $0 - begin }
            if let resolvedAt = state.resolvedAt { timing.connecting = state.connectedAt.map { $0 - resolvedAt } }
            if let connectedAt = state.connectedAt { timing.waiting = state.answeredAt.map { $0 - connectedAt } }
            if let answeredAt = state.answeredAt { timing.receiving = state.completedAt.map { $0 - answeredAt } }
            timing.total = ContinuousClock.now - begin
            let status = state.answer.flatMap { AttemptFailure(status: $0.status) }
            // What was refused after the look-up is told as that, though the time may have been over by then.
            let first = failure == .blockedAddress ? failure : state.expiry ?? failure
            return Exchange(failure: first ?? status, answer: state.answer, timing: timing, address: state.address)
        }
    }
}

/// A request body that notices when it is asked for, which is when the request has its connection.
struct WatchedBody: Collection, Sendable {
    let bytes: [UInt8]
    let progress: ExchangeProgress
    let history: ConnectionHistory

    var startIndex: Int { 0 }
    var endIndex: Int { bytes.count }

    func index(after index: Int) -> Int { index + 1 }

    subscript(position: Int) -> UInt8 { bytes[position] }

    func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result? {
        progress.connected(isKept: history.used)
        return try bytes.withContiguousStorageIfAvailable(body)
    }
}
