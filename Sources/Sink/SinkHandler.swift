import HubCore
import NIOCore
import NIOHTTP1

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Takes a request whole and answers as it is told.
final class SinkHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let bodyLimit = 1 << 20
    private static let pieceSize: Int64 = 65536

    private let journal: SinkJournal
    private let connection: Int
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var bodySize = 0
    /// How many requests came on this connection (or stream).
    private var answered = 0

    init(_ journal: SinkJournal, _ connection: Int) {
        (self.journal, self.connection) = (journal, connection)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            (self.head, body, bodySize) = (head, [], 0)
        case .body(let piece):
            bodySize += piece.readableBytes
            let room = max(Self.bodyLimit - body.count, 0)
            body.append(contentsOf: piece.readableBytesView.prefix(room))
        case .end:
            if let head { complete(head, context) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func complete(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let number = journal.next()
        let query = head.uri.split(separator: "?", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
        let behavior: SinkBehavior
        do throws(SinkSettingError) {
            behavior = try journal.options.script.behavior(number).adjusted(by: FormDecoder.fields(Array(query.utf8)))
        } catch {
            var refusal = SinkBehavior()
            (refusal.status, refusal.body) = (400, Array("\(error)\n".utf8))
            behavior = refusal
        }
        let isFirst = answered == 0
        answered += 1
        let isAnswered =
            switch behavior.fault {
            case nil, .truncate: true
            case .stale: isFirst
            case .hang, .reset, .close, .garbage: false
            }
        journal.add(
            SinkRecord(
                number: number, receivedAt: journal.options.now(), connection: connection, method: head.method.rawValue,
                target: head.uri, version: "\(head.version.major).\(head.version.minor)",
                headers: Fields(head.headers.map { ($0.name, $0.value) }), body: body, bodySize: bodySize,
                status: isAnswered ? behavior.status : nil))
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let answer = NIOLoopBound(Answer(behavior, head.isKeepAlive, isFirst), eventLoop: context.eventLoop)
        guard behavior.delay > .zero else { return act(answer.value, context) }
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .milliseconds(behavior.delay.milliseconds)) {
            handler.value.act(answer.value, bound.value)
        }
    }

    private struct Answer {
        let behavior: SinkBehavior
        let isKeepAlive: Bool
        let isFirst: Bool

        init(_ behavior: SinkBehavior, _ isKeepAlive: Bool, _ isFirst: Bool) {
            (self.behavior, self.isKeepAlive, self.isFirst) = (behavior, isKeepAlive, isFirst)
        }
    }

    private func act(_ answer: Answer, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        switch answer.behavior.fault {
        case nil: respond(answer, context)
        case .stale where answer.isFirst: respond(answer, context)
        case .hang: break
        case .close, .stale: context.close(promise: nil)
        case .truncate: truncate(answer.behavior, context)
        case .reset: reset(context)
        case .garbage: writeGarbage(context)
        }
    }

    // MARK: Answers

    /// - Parameter length: nil where the status allows no body.
    private func responseHead(_ behavior: SinkBehavior, length: Int64?) -> HTTPResponseHead {
        var headers = HTTPHeaders(behavior.headers.fields.map { ($0.name, $0.value) })
        headers.replaceOrAdd(name: "server", value: "martlet-sink")
        if let retryAfter = behavior.retryAfter { headers.replaceOrAdd(name: "retry-after", value: retryAfter) }
        if let location = behavior.location { headers.replaceOrAdd(name: "location", value: location) }
        if behavior.gzipBomb != nil { headers.replaceOrAdd(name: "content-encoding", value: "gzip") }
        if let length { headers.replaceOrAdd(name: "content-length", value: String(length)) }
        return HTTPResponseHead(
            version: .http1_1, status: .init(statusCode: behavior.status), headers: headers)
    }

    private func respond(_ answer: Answer, _ context: ChannelHandlerContext) {
        let behavior = answer.behavior
        if behavior.status == 204 || behavior.status == 304 {
            context.write(wrapOutboundOut(.head(responseHead(behavior, length: nil))), promise: nil)
            end(answer.isKeepAlive, context)
        } else if let size = behavior.gzipBomb {
            let bomb = GzipBomb(size: size)
            context.write(wrapOutboundOut(.head(responseHead(behavior, length: bomb.length))), promise: nil)
            writePieces(of: bomb.length, keepAlive: answer.isKeepAlive, context) { bomb.bytes(at: $0, count: $1) }
        } else if let drip = behavior.drip {
            let body = behavior.size.map { [UInt8](repeating: UInt8(ascii: "x"), count: Int($0)) } ?? behavior.body
            context.writeAndFlush(
                wrapOutboundOut(.head(responseHead(behavior, length: Int64(body.count)))), promise: nil)
            self.drip(body[...], every: drip, answer.isKeepAlive, context)
        } else if let size = behavior.size {
            context.write(wrapOutboundOut(.head(responseHead(behavior, length: size))), promise: nil)
            writePieces(of: size, keepAlive: answer.isKeepAlive, context) { _, count in
                [UInt8](repeating: UInt8(ascii: "x"), count: count)
            }
        } else {
            context.write(
                wrapOutboundOut(.head(responseHead(behavior, length: Int64(behavior.body.count)))), promise: nil)
            write(behavior.body, context)
            end(answer.isKeepAlive, context)
        }
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
    }

    private func end(_ keepAlive: Bool, _ context: ChannelHandlerContext) {
        let done = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: done)
        guard !keepAlive else { return }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        done.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
    }

    /// Writes one piece after the other, the next when the last has left: the body need not fit into memory.
    private func writePieces(
        of length: Int64, from offset: Int64 = 0, keepAlive: Bool, _ context: ChannelHandlerContext,
        _ piece: @escaping (_ offset: Int64, _ count: Int) -> [UInt8]
    ) {
        guard offset < length, context.channel.isActive else { return end(keepAlive, context) }
        let count = Int(min(Self.pieceSize, length - offset))
        let buffer = ByteBuffer(bytes: piece(offset, count))
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: written)
        let bound = NIOLoopBound((self, context, piece), eventLoop: context.eventLoop)
        written.futureResult.whenSuccess {
            let (handler, context, piece) = bound.value
            handler.writePieces(of: length, from: offset + Int64(count), keepAlive: keepAlive, context, piece)
        }
    }

    private func drip(
        _ rest: ArraySlice<UInt8>, every pause: Duration, _ keepAlive: Bool, _ context: ChannelHandlerContext
    ) {
        guard let first = rest.first, context.channel.isActive else { return end(keepAlive, context) }
        write([first], context)
        context.flush()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .milliseconds(pause.milliseconds)) {
            let (handler, context) = bound.value
            handler.drip(rest.dropFirst(), every: pause, keepAlive, context)
        }
    }

    // MARK: Faults

    private func truncate(_ behavior: SinkBehavior, _ context: ChannelHandlerContext) {
        let promised = Int64(behavior.body.count * 2 + 100)
        context.write(wrapOutboundOut(.head(responseHead(behavior, length: promised))), promise: nil)
        write(behavior.body, context)
        context.flush()
        context.close(promise: nil)
    }

    private func reset(_ context: ChannelHandlerContext) {
        // A close without lingering is a reset; a stream of HTTP/2 has no such option and is just closed.
        guard let socket = context.channel as? any SocketOptionProvider else { return context.close(promise: nil) }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in bound.value.close(promise: nil) }
    }

    private func writeGarbage(_ context: ChannelHandlerContext) {
        let bytes = ByteBuffer(string: "\u{0}\u{1}SSH-2.0-sink\r\n\r\n")
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        // Behind the encoder, or it would become an answer.
        guard let encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self) else {
            return context.close(promise: nil)
        }
        let written = context.eventLoop.makePromise(of: Void.self)
        encoder.writeAndFlush(NIOAny(bytes), promise: written)
        written.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
    }
}
