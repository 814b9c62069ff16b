import HubCore
import HubStorage
import Synchronization

/// Gathers refusals for the log; drops what comes faster than anyone reads.
final class RefusalLog: Sendable {
    private static let capacity = 256
    private let waiting = Mutex<[Refusal]>([])
    private let wake = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// Fires when there is something to take.
    var arrivals: AsyncStream<Void> { wake.stream }

    func add(_ refusal: Refusal) {
        waiting.withLock { waiting in
            if waiting.count < Self.capacity { waiting.append(refusal) }
        }
        wake.continuation.yield()
    }

    func take() -> [Refusal] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}
