import NIOCore
import NIOHTTP1

/// Answers webhooks that arrive whole, on the connection's own event loop; everything else goes on to the router.
///
/// A request that comes in more than one piece, or that the door does not take, is the router's, from its first byte. One
/// request of a connection is answered at a time, by whomever: the next one waits here until the peer takes the answer,
/// and no more of it is read.
final class ExpressLane: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        /// What comes goes on.
        case open
        /// A request that may be answered here is coming in.
        case collecting(HTTPRequestHead, ExpressDoor.Place, ByteBuffer?)
        /// One is being answered.
        case answering
    }

    private enum Arrival {
        case part(HTTPServerRequestPart)
        case event(Any)
        case error(any Error)
    }

    private let door: ExpressDoor
    private let keeper: ConnectionKeeper
    private var state = State.open
    /// Whether the router has a request that it has not answered whole.
    private var isRouted = false
    private var waiting = CircularBuffer<Arrival>()
    private var isReadWanted = false
    private var peerAddress: String?
    private var context: ChannelHandlerContext?
    /// Behind which bytes are written.
    private var encoder: ChannelHandlerContext?

    init(_ door: ExpressDoor, _ keeper: ConnectionKeeper) {
        (self.door, self.keeper) = (door, keeper)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        // Always there: see HubChannel. Without it a connection would have no express lane.
        encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        (self.context, encoder) = (nil, nil)
    }

    func channelActive(context: ChannelHandlerContext) {
        peerAddress = context.remoteAddress?.ipAddress
        context.fireChannelActive()
    }

    // MARK: What comes in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        arrived(.part(unwrapInboundIn(data)), context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        arrived(.event(event), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        arrived(.error(error), context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        giveUp(context)
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        waiting.removeAll()
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        context.fireChannelWritabilityChanged()
        goOn(context)
    }

    private func arrived(_ arrival: Arrival, _ context: ChannelHandlerContext) {
        guard waiting.isEmpty, !mustWait(arrival, context) else { return waiting.append(arrival) }
        handle(arrival, context)
    }

    private func mustWait(_ arrival: Arrival, _ context: ChannelHandlerContext) -> Bool {
        if case .answering = state { return true }
        guard case .part(.head) = arrival else { return false }
        return isRouted || !context.channel.isWritable
    }

    private func handle(_ arrival: Arrival, _ context: ChannelHandlerContext) {
        switch arrival {
        case .part(let part):
            take(part, context)
        case .event(let event):
            giveUp(context)
            context.fireUserInboundEventTriggered(event)
        case .error(let error):
            giveUp(context)
            context.fireErrorCaught(error)
        }
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch (state, part) {
        case (.open, .head(let head)):
            if encoder != nil, let place = ExpressDoor.Place(head) {
                state = .collecting(head, place, nil)
            } else {
                pass(.head(head), context)
            }
        case (.collecting(let head, let place, nil), .body(let body)):
            state = .collecting(head, place, body)
        case (.collecting(let head, let place, let body), .end(nil)):
            answer(head, place, body, context)
        default:
            giveUp(context)
            pass(part, context)
        }
    }

    private func pass(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        if case .head = part { isRouted = true }
        context.fireChannelRead(wrapInboundOut(part))
    }

    /// Lets the router have what has been collected.
    private func giveUp(_ context: ChannelHandlerContext) {
        guard case .collecting(let head, _, let body) = state else { return }
        state = .open
        pass(.head(head), context)
        if let body { pass(.body(body), context) }
    }

    // MARK: What goes out

    private func answer(
        _ head: HTTPRequestHead, _ place: ExpressDoor.Place, _ body: ByteBuffer?, _ context: ChannelHandlerContext
    ) {
        let promise = context.eventLoop.makePromise(of: Answer.self)
        guard door.take(head, place, body, from: peerAddress, on: context.eventLoop, promise.succeed) else {
            promise.fail(CancellationError())
            giveUp(context)
            return pass(.end(nil), context)
        }
        state = .answering
        promise.futureResult.assumeIsolated().whenSuccess { [self] answer in write(answer) }
    }

    /// In one piece, past the encoder: what it would do for three parts is nearly as much work as reading the request.
    private func write(_ answer: Answer) {
        guard let context, let encoder, context.channel.isActive else { return }
        var bytes = context.channel.allocator.buffer(capacity: 256 + answer.body.count)
        door.write(answer, to: &bytes)
        encoder.writeAndFlush(NIOAny(bytes), promise: nil)
        state = .open
        if keeper.answered(at: context.eventLoop.now) { return context.close(promise: nil) }
        goOn(context)
    }

    private func goOn(_ context: ChannelHandlerContext) {
        guard !waiting.isEmpty || isReadWanted else { return }
        // What the router gets it looks at when reading has come to an end.
        defer { context.fireChannelReadComplete() }
        while let next = waiting.first {
            if mustWait(next, context) { return }
            waiting.removeFirst()
            handle(next, context)
        }
        giveUp(context)
        guard isReadWanted else { return }
        isReadWanted = false
        context.read()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(data, promise: promise)
        guard case .end = unwrapOutboundIn(data) else { return }
        isRouted = false
        goOn(context)
    }

    func read(context: ChannelHandlerContext) {
        // One read more than is needed: telling the kernel twice for each request would cost more.
        if waiting.isEmpty { context.read() } else { isReadWanted = true }
    }
}
