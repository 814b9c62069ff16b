import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import HubHTTP

@Suite struct ConnectionKeeperTests {
    private let channel = EmbeddedChannel()

    init() throws {
        try channel.pipeline.syncOperations.addHandler(ConnectionKeeper(idleTimeout: .seconds(60)))
        try channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func receive(_ parts: HTTPServerRequestPart...) throws {
        for part in parts { try channel.writeInbound(part) }
    }

    private func answer() throws {
        try channel.writeOutbound(HTTPServerResponsePart.head(.init(version: .http1_1, status: .ok)))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
    }

    private func wait(_ seconds: Int64) { channel.embeddedEventLoop.advanceTime(by: .seconds(seconds)) }

    private static let head = HTTPServerRequestPart.head(.init(version: .http1_1, method: .POST, uri: "/"))

    @Test func `a connection on which nothing comes is closed`() throws {
        wait(59)
        #expect(channel.isActive)
        wait(1)
        #expect(!channel.isActive)
    }

    @Test func `one that waits for its answer is not idle, and is once it has it`() throws {
        try receive(Self.head, .end(nil))
        wait(600)
        #expect(channel.isActive)
        try answer()
        wait(59)
        #expect(channel.isActive)
        wait(61)
        #expect(!channel.isActive)
    }

    @Test func `a body that stops coming is not waited for`() throws {
        try receive(Self.head)
        wait(50)
        try receive(.body(ByteBuffer(string: "half")))
        wait(50)
        #expect(channel.isActive)
        wait(10)
        #expect(!channel.isActive)
    }

    @Test func `when the server stops, a connection is closed at once or after its answers`() throws {
        try receive(Self.head, .end(nil), Self.head, .end(nil))
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        try answer()
        #expect(channel.isActive)
        try answer()
        #expect(!channel.isActive)
    }

    @Test func `a sender that wants one answer only gets one`() throws {
        try receive(.head(.init(version: .http1_0, method: .POST, uri: "/")), .end(nil))
        #expect(channel.isActive)
        try answer()
        #expect(!channel.isActive)
    }

    @Test func `when the server stops, a connection without a request is closed`() throws {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(!channel.isActive)
    }

    @Test func `a peer that does not take its answer is not waited for, one that takes it slowly is`() throws {
        try receive(Self.head, .end(nil))
        // What is not flushed waits as it would for a peer that reads nothing.
        try channel.pipeline.syncOperations.addHandler(ResponseBytes(), position: .first)
        channel.pipeline.write(HTTPServerResponsePart.head(.init(version: .http1_1, status: .ok)), promise: nil)
        channel.pipeline.write(HTTPServerResponsePart.end(nil), promise: nil)
        wait(61)
        #expect(channel.isActive)
        wait(61)
        #expect(!channel.isActive)
    }
}

/// The encoder, so far as it matters here.
private final class ResponseBytes: ChannelOutboundHandler {
    typealias OutboundIn = HTTPServerResponsePart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(NIOAny(ByteBuffer(string: "waits")), promise: promise)
    }
}
