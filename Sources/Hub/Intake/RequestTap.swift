import DequeModule
import HubCore
import Synchronization

/// Requests as they came, credentials and all, for those who listen to their source at this moment.
///
/// Nothing of it is ever stored or logged, and nothing is held while nobody listens. What listeners do not take in time
/// is dropped, the oldest first, and counted.
package final class RequestTap: Sendable {
    /// How much may wait, over all listeners.
    package static let byteLimit = 64 << 20
    package static let countLimit = 1000

    fileprivate struct Waiting {
        let number: Int64
        let source: ID<Source>
        let request: IncomingRequest
    }

    fileprivate struct Listener {
        let source: ID<Source>
        /// The number of the next request that it has not taken.
        var position: Int64
        var dropped = 0
        let wake: AsyncStream<Void>.Continuation
    }

    fileprivate struct State {
        var waiting: Deque<Waiting> = []
        var bytes = 0
        var next: Int64 = 0
        var listeners: [Int64: Listener] = [:]
        var nextListener: Int64 = 0
    }

    private let state = Mutex(State())
    /// Looked at for each request: whether there is any listener at all.
    private let isOpen = Atomic(false)

    /// What waits for all listeners, in bytes.
    package var waitingBytes: Int { state.withLock { $0.bytes } }

    /// Hands a request to those who listen to its source.
    func offer(_ request: IncomingRequest, to source: Source) {
        guard isOpen.load(ordering: .relaxed), source.storage != .renderOnly else { return }
        state.withLock { state in
            guard state.listeners.values.contains(where: { $0.source == source.id }) else { return }
            state.waiting.append(Waiting(number: state.next, source: source.id, request: request))
            state.bytes += Self.size(of: request)
            state.next += 1
            while state.bytes > Self.byteLimit || state.waiting.count > Self.countLimit { state.dropOldest() }
            for listener in state.listeners.values where listener.source == source.id { listener.wake.yield() }
        }
    }

    /// Begins to listen; ends with the last reference to what is returned.
    func listen(to source: ID<Source>) -> Listening {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let key = state.withLock { state in
            state.nextListener += 1
            state.listeners[state.nextListener] = Listener(source: source, position: state.next, wake: wake)
            isOpen.store(true, ordering: .relaxed)
            return state.nextListener
        }
        return Listening(tap: self, key: key, wakes: wakes)
    }

    fileprivate func take(_ key: Int64) -> Taken? {
        state.withLock { state in
            guard var listener = state.listeners[key] else { return nil }
            let found = state.waiting.first { $0.number >= listener.position && $0.source == listener.source }
            listener.position = found.map { $0.number + 1 } ?? state.next
            defer {
                state.listeners[key] = listener
                state.trim()
            }
            guard let found else { return nil }
            defer { listener.dropped = 0 }
            return Taken(request: found.request, dropped: listener.dropped)
        }
    }

    fileprivate func end(_ key: Int64) {
        state.withLock { state in
            state.listeners.removeValue(forKey: key)?.wake.finish()
            if state.listeners.isEmpty { isOpen.store(false, ordering: .relaxed) }
            state.trim()
        }
    }

    fileprivate static func size(of request: IncomingRequest) -> Int {
        request.headers.fields.reduce(request.body.count + request.path.utf8.count + 512) {
            $0 + $1.name.utf8.count + $1.value.utf8.count
        } + (request.rawQuery?.utf8.count ?? 0)
    }

    /// One request for one listener.
    package struct Taken: Sendable {
        package let request: IncomingRequest
        /// How many before it this listener was too slow for.
        package let dropped: Int
    }

    /// Somebody who listens.
    package final class Listening: Sendable {
        private let tap: RequestTap
        private let key: Int64
        /// Fires when there may be something to take.
        package let wakes: AsyncStream<Void>

        fileprivate init(tap: RequestTap, key: Int64, wakes: AsyncStream<Void>) {
            (self.tap, self.key, self.wakes) = (tap, key, wakes)
        }

        deinit { tap.end(key) }

        /// The next request; nil when none waits.
        package func take() -> Taken? { tap.take(key) }
    }
}

extension RequestTap.State {
    fileprivate mutating func dropOldest() {
        guard let oldest = waiting.popFirst() else { return }
        bytes -= RequestTap.size(of: oldest.request)
        for (key, listener) in listeners
        where listener.source == oldest.source && listener.position <= oldest.number {
            listeners[key]?.dropped += 1
            listeners[key]?.position = oldest.number + 1
        }
    }

    /// Lets go of what everyone who wanted it has taken.
    fileprivate mutating func trim() {
        waiting.removeAll { entry in
            let isWanted = listeners.values.contains { $0.source == entry.source && $0.position <= entry.number }
            if !isWanted { bytes -= RequestTap.size(of: entry.request) }
            return !isWanted
        }
    }
}
