import Foundation

extension Hub {
    /// Runs what blocks or takes long on a thread of its own, never on the pool of tasks.
    static func onThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: work()) }
        }
    }
}
