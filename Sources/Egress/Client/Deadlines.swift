import HeapModule
import Synchronization

/// Ends what takes too long, with one alarm for all of it: a timer of its own for each request costs more than the rest
/// of keeping time.
final class Deadlines: Sendable {
    private struct Entry: Comparable {
        let at: ContinuousClock.Instant
        let number: UInt64

        static func < (left: Self, right: Self) -> Bool { left.at < right.at }
    }

    private struct State {
        /// Those that have ended are dropped when their time comes.
        var entries: Heap<Entry> = []
        var running: [UInt64: @Sendable () -> Void] = [:]
        var last: UInt64 = 0
        var alarm: (at: ContinuousClock.Instant, task: Task<Void, Never>)?
    }

    private let state = Mutex(State())

    /// Runs `work`, and cancels it when the time is over; it is waited for all the same.
    ///
    /// - Parameter expired: called when the time is over, before anything is cancelled.
    func run<Value: Sendable>(
        until deadline: ContinuousClock.Instant, expired: @escaping @Sendable () -> Void,
        _ work: @escaping @Sendable () async -> Value
    ) async -> Value {
        let task = Task { await work() }
        let number = begin(deadline) {
            expired()
            task.cancel()
        }
        defer { end(number) }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }

    private func begin(_ deadline: ContinuousClock.Instant, _ expire: @escaping @Sendable () -> Void) -> UInt64 {
        state.withLock { state in
            state.last += 1
            state.running[state.last] = expire
            state.entries.insert(Entry(at: deadline, number: state.last))
            setAlarm(&state)
            return state.last
        }
    }

    private func end(_ number: UInt64) {
        state.withLock { $0.running[number] = nil }
    }

    /// For the first of them; an alarm that is set for later is put forward.
    private func setAlarm(_ state: inout State) {
        guard let first = state.entries.min?.at else { return state.alarm = nil }
        if let alarm = state.alarm {
            guard first < alarm.at else { return }
            alarm.task.cancel()
        }
        let task = Task { [weak self] in
            guard (try? await ContinuousClock().sleep(until: first)) != nil else { return }
            self?.ring()
        }
        state.alarm = (first, task)
    }

    private func ring() {
        let now = ContinuousClock.now
        let expired = state.withLock { state in
            var expired: [@Sendable () -> Void] = []
            while let first = state.entries.min, first.at <= now || state.running[first.number] == nil {
                state.entries.removeMin()
                if let expire = state.running.removeValue(forKey: first.number) { expired.append(expire) }
            }
            state.alarm = nil
            setAlarm(&state)
            return expired
        }
        for expire in expired { expire() }
    }
}
