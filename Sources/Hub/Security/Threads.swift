import Foundation
import Synchronization

extension Hub {
    /// Runs what takes long, and much memory, away from the pool of tasks: one after the other, however many come.
    ///
    /// - Throws: ``SetupError/unavailable(detail:)`` when so many wait that this one would wait for long.
    static func onThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async throws(SetupError) -> Value {
        defer { waiting.subtract(1, ordering: .relaxed) }
        guard waiting.add(1, ordering: .relaxed).newValue <= waitingLimit else {
            throw .unavailable(detail: "too many sign-ins at once")
        }
        return await withCheckedContinuation { continuation in
            slowWork.async { continuation.resume(returning: work()) }
        }
    }

    /// A password takes a tenth of a second.
    private static let waitingLimit = 64
    private static let waiting = Atomic(0)
    private static let slowWork = DispatchQueue(label: "martlet.slow")
}
