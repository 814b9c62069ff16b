import NIOCore
import NIOHTTP1

/// Closes a connection on which nothing happens, and ends it in good order when the peer or the server wants no more.
final class ConnectionKeeper: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let idleTimeout: TimeAmount
    private var lastHeard = NIODeadline.uptimeNanoseconds(0)
    /// Requests whose answer has not been written whole.
    private var unanswered = 0
    /// Whether the last of them is still coming in.
    private var isReading = false
    private var endsAfterAnswer = false
    /// How many bytes waited to be taken by the peer at the last look.
    private var pendingBytes = 0
    private var alarm: Scheduled<Void>?

    /// - Parameter idleTimeout: how long nothing may come; a connection that waits for an answer is not idle, nor one
    ///   whose peer is still taking it.
    init(idleTimeout: TimeAmount) {
        self.idleTimeout = idleTimeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        alarm?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        alarm?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastHeard = context.eventLoop.now
        switch unwrapInboundIn(data) {
        case .head(let head):
            (unanswered, isReading) = (unanswered + 1, true)
            if !head.isKeepAlive { endsAfterAnswer = true }
        case .body: break
        case .end: isReading = false
        }
        context.fireChannelRead(data)
        if endsAfterAnswer, unanswered == 0, !isReading { context.close(promise: nil) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = unwrapOutboundIn(data), answered(at: context.eventLoop.now) else {
            return context.write(data, promise: promise)
        }
        context.writeAndFlush(data, promise: promise)
        context.close(promise: nil)
    }

    /// Must be told of each answer that is written past this handler.
    ///
    /// - Returns: whether the connection must be closed after it.
    func answered(at now: NIODeadline) -> Bool {
        lastHeard = now
        unanswered -= 1
        // A request that is still coming in is an answer too early, whose writer closes when the peer has read it.
        return endsAfterAnswer && unanswered == 0 && !isReading
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
        endsAfterAnswer = true
        if unanswered == 0 { context.close(promise: nil) }
    }

    private func begin(_ context: ChannelHandlerContext) {
        lastHeard = context.eventLoop.now
        setAlarm(context, at: lastHeard + idleTimeout)
    }

    private func setAlarm(_ context: ChannelHandlerContext, at deadline: NIODeadline) {
        alarm?.cancel()
        alarm = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.look(context) }
    }

    private func look(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        let pending = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        let isStuck = pending > 0 && pendingBytes > 0 && pending >= pendingBytes
        pendingBytes = pending
        if isStuck { return context.close(promise: nil) }
        let isWaitedFor = pending > 0 || unanswered > 0 && !isReading
        let now = context.eventLoop.now
        let deadline = (isWaitedFor ? now : lastHeard) + idleTimeout
        if deadline <= now { context.close(promise: nil) } else { setAlarm(context, at: deadline) }
    }
}
