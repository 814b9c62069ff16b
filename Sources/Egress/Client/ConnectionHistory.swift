import NIOCore
import NIOPosix
import Synchronization

/// What a client's connections are, and were.
///
/// The client does not say which connection a request goes over. Over HTTP/1.1 it asks for the body on the event loop
/// of the connection, right after it wrote the head there; so the last connection that wrote on that loop is the one.
final class ConnectionHistory: Sendable {
    private struct State {
        var lastHasOtherName = false
        var made = 0
        /// Open connections of HTTP/2, each for many requests at once.
        var shared = 0
        /// How many requests went over each open connection.
        var uses: [Int: Int] = [:]
        var lastWriters: [ObjectIdentifier: Int] = [:]
    }

    private let state = Mutex(State())

    /// Whether the newest showed a certificate for another name, so that nothing went over it.
    var lastHasOtherName: Bool { state.withLock { $0.lastHasOtherName } }

    /// Whether requests go over a connection that was there before them.
    var isShared: Bool { state.withLock { $0.shared > 0 } }

    /// Watches a new connection; called on its event loop.
    func add(_ channel: any Channel, isShared: Bool, hasOtherName: Bool) throws {
        let number = state.withLock { state in
            state.lastHasOtherName = hasOtherName
            state.made += 1
            if isShared { state.shared += 1 } else { state.uses[state.made] = 0 }
            return state.made
        }
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { state in
                if isShared { state.shared -= 1 } else { state.uses[number] = nil }
            }
        }
        if !isShared { try channel.pipeline.syncOperations.addHandler(Watcher(number, self), position: .first) }
    }

    /// A request's body is asked for; called once for each request, on the event loop of its connection.
    ///
    /// - Returns: whether another request went over the same connection before.
    func used() -> Bool {
        guard let loop = MultiThreadedEventLoopGroup.currentEventLoop else { return false }
        return state.withLock { state in
            guard let number = state.lastWriters[ObjectIdentifier(loop)], let uses = state.uses[number] else {
                return false
            }
            state.uses[number] = uses + 1
            return uses > 0
        }
    }

    private func wrote(_ number: Int, on loop: any EventLoop) {
        state.withLock { $0.lastWriters[ObjectIdentifier(loop)] = number }
    }

    /// Stands beside the socket and tells that its connection writes.
    private final class Watcher: ChannelOutboundHandler {
        typealias OutboundIn = NIOAny

        private let number: Int
        private let history: ConnectionHistory

        init(_ number: Int, _ history: ConnectionHistory) {
            (self.number, self.history) = (number, history)
        }

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            history.wrote(number, on: context.eventLoop)
            context.write(data, promise: promise)
        }
    }
}
