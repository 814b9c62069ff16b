import Foundation

/// A condition that did not come true in time.
package struct Overdue: Error, CustomStringConvertible {
    package let what: String
    package let deadline: Duration

    package var description: String { "\(what): not within \(deadline)" }
}

/// Asks until there is an answer.
///
/// - Parameter what: what is waited for, for the message of ``Overdue``.
package func eventually<Value>(
    _ what: String, within deadline: Duration = .seconds(15), every pause: Duration = .milliseconds(10),
    _ probe: () async throws -> Value?
) async throws -> Value {
    let end = ContinuousClock.now + deadline
    while true {
        if let value = try await probe() { return value }
        guard ContinuousClock.now < end else { throw Overdue(what: what, deadline: deadline) }
        try await Task.sleep(for: pause)
    }
}

/// Runs blocking work on a thread of its own: the pool of tasks has no more threads than the machine has cores.
package func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}
