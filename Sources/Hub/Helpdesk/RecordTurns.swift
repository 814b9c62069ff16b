import HubCore
import Synchronization

/// Lets those who change the same record do it one after the other, so that a burst of messages on one ticket does not
/// make versions that the store has to refuse. Other nodes are told apart by the version all the same.
final class RecordTurns: Sendable {
    /// How many may wait for one record.
    private static let limit = 256

    /// Those who wait, by the record that somebody changes now.
    private let lines = Mutex<[UUIDv7: [CheckedContinuation<Void, Never>]]>([:])

    /// - Throws: ``HelpdeskError/unavailable(detail:)`` when too many wait already, and what `work` throws.
    func withTurn<Value: Sendable>(
        _ record: UUIDv7, _ work: () async throws(HelpdeskError) -> Value
    ) async throws(HelpdeskError) -> Value {
        try await wait(for: record)
        let result: Result<Value, HelpdeskError>
        do throws(HelpdeskError) {
            result = .success(try await work())
        } catch {
            result = .failure(error)
        }
        passOn(record)
        return try result.get()
    }

    private func wait(for record: UUIDv7) async throws(HelpdeskError) {
        let isFull = lines.withLock { ($0[record]?.count ?? 0) >= Self.limit }
        guard !isFull else { throw .unavailable(detail: "too many change it at once") }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isFirst = lines.withLock { lines in
                if lines[record] == nil {
                    lines[record] = []
                    return true
                }
                lines[record]?.append(continuation)
                return false
            }
            if isFirst { continuation.resume() }
        }
    }

    private func passOn(_ record: UUIDv7) {
        let next = lines.withLock { lines -> CheckedContinuation<Void, Never>? in
            guard var line = lines[record], !line.isEmpty else {
                lines[record] = nil
                return nil
            }
            let next = line.removeFirst()
            lines[record] = line
            return next
        }
        next?.resume()
    }
}
