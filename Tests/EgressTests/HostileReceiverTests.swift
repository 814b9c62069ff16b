import Egress
import Foundation
import HubCore
import NIOCore
import NIOPosix
import Sink
import Testing

/// The client against servers that do what servers should not.
@Suite(.serialized) struct HostileReceiverTests {
    @Test(arguments: [false, true])
    func `a receiver that never answers is left when the time is over`(_ usesTLS: Bool) async throws {
        try await Outside.with(certificateNames: usesTLS ? [Outside.name] : nil) { outside in
            let exchange = try await outside.send("/?fault=hang", timeout: .seconds(3))
            #expect(exchange.failure == .timeoutTotal)
            #expect(exchange.answer == nil)
            #expect(exchange.timing.total < .seconds(15))
        }
    }

    @Test(arguments: [false, true])
    func `a dripping body does not outlast the time`(_ usesTLS: Bool) async throws {
        try await Outside.with(certificateNames: usesTLS ? [Outside.name] : nil) { outside in
            let exchange = try await outside.send("/?drip=0.02&size=100000", timeout: .seconds(3))
            #expect(exchange.failure == .timeoutTotal)
            let answer = try #require(exchange.answer)
            #expect(answer.status == 200)
            #expect((1...200).contains(answer.receivedBytes))
            #expect(exchange.timing.total < .seconds(15))
            // The connection is not used again, and the next request is not held up.
            try await outside.expect(nil)
        }
    }

    @Test func `a dripping head does not outlast the time`() async throws {
        try await withRawServer { channel in
            let bytes = Array("HTTP/1.1 200 OK\r\nx-a: \(String(repeating: "a", count: 1000))".utf8)
            for (index, byte) in bytes.enumerated() {
                channel.eventLoop.scheduleTask(in: .milliseconds(Int64(index) * 20)) {
                    _ = channel.writeAndFlush(ByteBuffer(bytes: [byte]))
                }
            }
        } test: { client, url in
            let exchange = await client.send(
                OutboundRequest(method: "POST", url: url, body: [1], timeout: .seconds(3)))
            #expect(exchange.failure == .timeoutTotal)
            #expect(exchange.timing.total < .seconds(15))
        }
    }

    @Test(arguments: [false, true])
    func `of an answer of 1 GiB the first 4096 bytes are kept and the rest is not read`(_ usesTLS: Bool) async throws {
        try await Outside.with(certificateNames: usesTLS ? [Outside.name] : nil) { outside in
            let before = try residentMegabytes()
            let exchange = try await outside.send("/?size=1073741824")
            #expect(exchange.failure == nil)
            let answer = try #require(exchange.answer)
            #expect(answer.body == [UInt8](repeating: UInt8(ascii: "x"), count: 4096))
            #expect(answer.isCut)
            #expect(answer.receivedBytes < 4 << 20)
            #expect(try residentMegabytes() - before < 100)
            try await outside.expect(nil)
        }
    }

    @Test func `an answer that is a little too long keeps its connection`() async throws {
        try await Outside.with { outside in
            for _ in 0..<3 {
                let exchange = try await outside.send("/?size=20000")
                #expect(exchange.failure == nil)
                #expect(exchange.answer?.body.count == 4096)
                #expect(exchange.answer?.receivedBytes == 20000)
            }
            #expect(outside.sink.connections == 1)
        }
    }

    @Test func `a gzip bomb is not unpacked`() async throws {
        try await Outside.with { outside in
            let exchange = try await outside.send("/?gzip_bomb=10737418240")
            #expect(exchange.failure == nil)
            let answer = try #require(exchange.answer)
            #expect(answer.headers.header("content-encoding") == "gzip")
            #expect(answer.body.count == 4096)
            #expect(answer.body.starts(with: [0x1F, 0x8B]))
            #expect(answer.receivedBytes < 4 << 20)
        }
    }

    @Test(arguments: [
        (301, AttemptFailure.status3xx), (302, .status3xx), (303, .status3xx), (307, .status3xx), (308, .status3xx),
    ])
    func `a redirect is a failure and is not followed`(_ status: Int, _ failure: AttemptFailure) async throws {
        try await Outside.with { outside in
            for location in [
                "http://169.254.169.254/latest/meta-data/", "/other", "http://127.0.0.1:\(outside.sink.port)/",
            ] {
                let escaped = location.replacing(":", with: "%3A").replacing("/", with: "%2F")
                let exchange = try await outside.send("/?status=\(status)&location=\(escaped)")
                #expect(exchange.failure == failure)
                #expect(exchange.answer?.headers.header("location") == location)
            }
            #expect(outside.sink.count == 3)
            #expect(outside.answers.asked == 3)
        }
    }

    @Test(
        arguments: [
            (200, nil), (201, nil), (204, nil), (299, nil), (304, AttemptFailure.status3xx), (400, .status4xx),
            (404, .status4xx), (410, .status4xx), (429, .status4xx), (500, .status5xx), (503, .status5xx),
            (599, .status5xx),
        ] as [(Int, AttemptFailure?)])
    func `a status is what its class says`(_ status: Int, _ failure: AttemptFailure?) async throws {
        try await Outside.with { outside in
            let exchange = try await outside.send("/?status=\(status)&retry_after=7")
            #expect(exchange.failure == failure)
            #expect(exchange.answer?.status == status)
            let outcome = exchange.outcome(at: Timestamp(seconds: 0))
            #expect(outcome == AttemptOutcome(failure: failure, status: status, retryAfter: .seconds(7)))
        }
    }

    @Test(arguments: [
        ("reset", AttemptFailure.reset), ("close", .reset), ("truncate", .reset), ("garbage", .protocolError),
    ])
    func `a connection that breaks has a class`(_ fault: String, _ failure: AttemptFailure) async throws {
        try await Outside.with { outside in
            let exchange = try await outside.send("/?fault=\(fault)")
            #expect(exchange.failure == failure)
            #expect(exchange.answer?.status == (fault == "truncate" ? 200 : nil))
            try await outside.expect(nil)
        }
    }

    @Test(arguments: ["reset", "close", "truncate"])
    func `a connection over TLS that breaks has a class`(_ fault: String) async throws {
        try await Outside.with(certificateNames: [Outside.name]) { outside in
            try await outside.expect(.reset, "/?fault=\(fault)")
            try await outside.expect(nil)
        }
    }

    @Test func `a connection that was closed between two requests costs no attempt`() async throws {
        try await Outside.with { outside in
            try await outside.expect(nil, "/?fault=stale")
            // The receiver closes this connection once it has the second request, and answers on a new one.
            try await outside.expect(nil, "/?fault=stale")
            #expect(outside.sink.connections == 2)
            #expect(outside.sink.records.map(\.status) == [200, nil, 200])
        }
    }

    @Test func `a new connection that is closed is not tried again`() async throws {
        try await Outside.with { outside in
            try await outside.expect(.reset, "/?fault=close")
            #expect(outside.sink.connections == 1)
            #expect(outside.sink.count == 1)
        }
    }

    @Test func `a port where nobody listens refuses at once, and once`() async throws {
        try await Outside.with { outside in
            try await outside.sink.close()
            let exchange = try await outside.send()
            #expect(exchange.failure == .refused)
            #expect(exchange.timing.connecting == nil)
            #expect(exchange.timing.total < .seconds(2))
        }
    }

    @Test func `a connect that hangs ends with the time to connect`() async throws {
        try await waitForCalm()
        // One place in the queue of connections, taken: the kernel leaves further ones without an answer.
        let listener = try FullListener()
        defer { listener.close() }
        var settings = EgressSettings()
        settings.policy = try EgressPolicy(parsing: "127.0.0.1")
        settings.connectTimeout = .milliseconds(300)
        let client = GuardedClient(settings)
        let url = try OutboundURL("http://127.0.0.1:\(listener.port)/")
        let exchange = await client.send(OutboundRequest(method: "POST", url: url, body: [1]))
        #expect(exchange.failure == .timeoutConnect)
        #expect(exchange.timing.total < .seconds(15))
        // The request's own time may be shorter still.
        let hurried = await client.send(
            OutboundRequest(method: "POST", url: url, body: [1], timeout: .milliseconds(100)))
        #expect(hurried.failure == .timeoutConnect)
        await client.close()
    }

    @Test func `a TLS handshake that hangs ends with the time to connect`() async throws {
        try await withRawServer(scheme: "https") { _ in
        } test: { client, url in
            let exchange = await client.send(OutboundRequest(method: "POST", url: url, body: [1]))
            #expect(exchange.failure == .timeoutConnect)
        }
    }

    @Test func `a server that speaks no TLS is a TLS failure`() async throws {
        try await withRawServer(scheme: "https") { channel in
            _ = channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\n\r\n"))
        } test: { client, url in
            let exchange = await client.send(OutboundRequest(method: "POST", url: url, body: [1]))
            #expect(exchange.failure == .tls)
        }
    }

    @Test func `endless headers end`() async throws {
        try await withRawServer { channel in
            let line = "x-a: \(String(repeating: "a", count: 4000))\r\n"
            @Sendable func write(_ left: Int) {
                guard left > 0, channel.isActive else { return }
                channel.writeAndFlush(ByteBuffer(string: line)).whenSuccess { write(left - 1) }
            }
            channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 200 OK\r\n")).whenSuccess { write(100_000) }
        } test: { client, url in
            let before = try residentMegabytes()
            let exchange = await client.send(
                OutboundRequest(method: "POST", url: url, body: [1], timeout: .seconds(20)))
            #expect(exchange.failure == .protocolError)
            #expect(try residentMegabytes() - before < 100)
        }
    }

    // MARK: Servers by hand

    /// Runs a test with a server that does `act` with each connection once something comes.
    private func withRawServer(
        scheme: String = "http", _ act: @escaping @Sendable (_ channel: any Channel) -> Void,
        test: (GuardedClient, OutboundURL) async throws -> Void
    ) async throws {
        try await waitForCalm()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ActOnFirstBytes(act))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        var settings = EgressSettings()
        settings.policy = try EgressPolicy(parsing: "127.0.0.1")
        settings.connectTimeout = .seconds(3)
        let client = GuardedClient(settings)
        try await test(client, try OutboundURL("\(scheme)://127.0.0.1:\(server.localAddress?.port ?? 0)/"))
        await client.close()
        try await server.close()
    }

    private func residentMegabytes() throws -> Double {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(Double(line.split(whereSeparator: { " \t".contains($0) })[1])) / 1024
    }
}

private final class ActOnFirstBytes: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let act: @Sendable (any Channel) -> Void
    private var hasActed = false

    init(_ act: @escaping @Sendable (any Channel) -> Void) {
        self.act = act
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasActed else { return }
        hasActed = true
        act(context.channel)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

/// A listening socket whose queue is full.
private struct FullListener {
    let port: Int
    private let sockets: [Int32]

    init() throws {
        func check(_ result: Int32) throws -> Int32 {
            guard result >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
            return result
        }
        func withAddress(
            _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
        ) throws -> Int32 {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            return try withUnsafePointer(to: &address) { pointer in
                try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    try check(body($0, socklen_t(MemoryLayout<sockaddr_in>.size)))
                }
            }
        }
        let listener = try check(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        _ = try withAddress(0) { bind(listener, $0, $1) }
        _ = try check(listen(listener, 0))
        var bound = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = try withUnsafeMutablePointer(to: &bound) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try check(getsockname(listener, $0, &length))
            }
        }
        port = Int(UInt16(bigEndian: bound.sin_port))
        var sockets = [listener]
        for _ in 0..<2 {
            let client = try check(socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0))
            // In progress, for the second; that is what it is for.
            _ = try? withAddress(UInt16(port)) { connect(client, $0, $1) }
            sockets.append(client)
        }
        self.sockets = sockets
    }

    func close() {
        for socket in sockets { _ = Foundation.close(socket) }
    }
}
