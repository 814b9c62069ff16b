import Foundation
import Hub
import HubCore
import HubStorage
import HubTesting
import Testing

extension EndToEnd {
    /// Whatever comes in: a clear answer, bounded memory, no crash.
    @Suite struct HostileInput {
        /// In megabytes; more the hub may never have held, not even in a debug build. 25 MiB of JSON need about 160.
        private static let memoryLimit = 256.0

        @Test(arguments: [
            ("truncated", #"{"type":"x","data":{"text":"half"#, 400),
            ("10,000 levels deep", String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000), 400),
            ("10,000 levels deep and open", String(repeating: #"{"a":"#, count: 10_000), 400),
            ("duplicate keys", #"{"type":"first","type":"last","data":{"a":1,"a":2}}"#, 200),
            (
                "numbers out of range",
                #"{"type":"x","data":{"n":1e999999,"m":-99999999999999999999999999,"o":1e-9999}}"#, 200
            ),
            ("an escaped NUL", #"{"type":"x","data":{"text":"a\u0000b"}}"#, 200),
            ("a bare NUL in a string", "{\"type\":\"x\",\"data\":{\"text\":\"a\u{0}b\"}}", 400),
            ("a lone surrogate", #"{"type":"x","data":{"text":"cut \ud83d"}}"#, 200),
            ("no JSON at all", "type=x", 400), ("nothing", "", 400), ("a list", "[]", 400),
            ("two documents", #"{"type":"x"}{"type":"y"}"#, 400),
        ])
        func `a strange payload is judged and the hub goes on`(_ name: String, _ body: String, _ status: Int)
            async throws
        {
            try await HubProcess.with { hub in
                let answer = try await SignedPost(to: hub, body).send(by: hub.client)
                #expect(answer.status == status, "\(name): \(answer)")
                if status == 400 {
                    #expect(answer.json?["error"]?.string == "invalid_payload", "\(name)")
                    #expect(answer.json?["detail"]?.string?.isEmpty == false, "\(name)")
                }
                try await isWell(hub, events: status == 200 ? 1 : 0)
            }
        }

        @Test func `bytes that are no UTF-8 are refused, and a text with NUL is kept whole`() async throws {
            try await HubProcess.with { hub in
                let invalid = Array(#"{"type":"x","data":{"text":""#.utf8) + [0xC3, 0x28, 0xFF] + Array(#""}}"#.utf8)
                let post = try SignedPost(
                    to: hub.credentials.sourcePath, secret: hub.credentials.sourceSecret, invalid)
                #expect(try await post.send(by: hub.client).status == 400)
                let nul = try SignedPost(to: hub, #"{"type":"x","data":{"text":"a\u0000b"}}"#)
                #expect(try await nul.send(by: hub.client).status == 200)
                let request = try #require(try await hub.requests().first)
                let story = try await hub.withStore {
                    try await $0.story(of: request.request.id, in: hub.credentials.workspace)
                }
                #expect(story?.body == nul.body)
                #expect(story?.messages.count == 1)
            }
        }

        @Test func `25 MiB are taken where a source allows them, refused at once elsewhere, and memory stays bounded`()
            async throws
        {
            try await HubProcess.with(prepare: { hub, credentials in
                var options = HubCore.Source.Options()
                options.maxBodyBytes = 25 << 20
                var source = NewSource(name: "large", integration: "martlet", scheme: "signed", options: options)
                source.secrets = [.text(Secret("large-secret"))]
                _ = try await hub.makeSource(source, in: credentials.workspace, by: "test")
            }) { hub in
                let frame = #"{"type":"x","data":{"text":"t"},"filler":""}"#
                let filler = String(repeating: "a", count: 25 << 20 - frame.utf8.count)
                let body = #"{"type":"x","data":{"text":"t"},"filler":"\#(filler)"}"#
                let post = try SignedPost(to: "/webhooks/v1/main/large", secret: "large-secret", Array(body.utf8))
                let taken = try await post.send(by: hub.client)
                #expect(taken.status == 200, "\(taken.body.prefix(200))")
                var small = post
                small.path = hub.credentials.sourcePath
                // Told by its length alone: the answer comes though no byte of the body was sent.
                let refused = try await onThread { [small] in
                    let socket = try LoopbackSocket(port: hub.port)
                    socket.write(small.head())
                    return socket.read(untilClosed: true)
                }
                #expect(refused.status == 413)
                #expect(refused.body == #"{"error":"payload_too_large","limit_bytes":1048576}"#)
                #expect(refused.isClosed)
                try await isWell(hub, events: 1)
            }
        }

        @Test func `a chunked body without end is refused at the limit and its connection closed`() async throws {
            try await HubProcess.with { hub in
                let (reading, isClosed) = try await onThread {
                    let socket = try LoopbackSocket(port: hub.port)
                    socket.write(
                        "POST \(hub.credentials.sourcePath) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
                    let chunk = "10000\r\n" + String(repeating: " ", count: 0x10000) + "\r\n"
                    for _ in 0..<32 { socket.write(chunk) }
                    let reading = socket.read()
                    // It was told, and does not stop.
                    let end = ContinuousClock.now + .seconds(10)
                    var goesOn = true
                    while goesOn, ContinuousClock.now < end { goesOn = socket.write(chunk) }
                    return (reading, !goesOn)
                }
                #expect(reading.status == 413)
                #expect(reading.body == #"{"error":"payload_too_large","limit_bytes":1048576}"#)
                #expect(isClosed)
                try await isWell(hub, events: 0)
            }
        }

        @Test(arguments: [true, false])
        func `a client that sends one byte a second is closed within the bound`(_ inBody: Bool) async throws {
            let bounds = ["MARTLET_BODY_GRACE_SECONDS": "3", "MARTLET_IDLE_TIMEOUT_SECONDS": "3"]
            try await HubProcess.with(environment: bounds) { hub in
                let (seconds, reading) = try await onThread {
                    let socket = try LoopbackSocket(port: hub.port)
                    let head = "POST \(hub.credentials.sourcePath) HTTP/1.1\r\nHost: x\r\n"
                    socket.write(inBody ? head + "Content-Length: 1000\r\n\r\n" : head + "X-Slow: ")
                    let start = ContinuousClock.now
                    // The pace of the client is what is tried here; it ends with the connection.
                    for _ in 0..<20 where !socket.isClosedByPeer && socket.write("a") { sleep(1) }
                    return (start.duration(to: .now).components.seconds, socket.read(untilClosed: true))
                }
                #expect(seconds < 10)
                #expect(reading.isClosed)
                if inBody, let status = reading.status { #expect(status == 408) }
                try await isWell(hub, events: 0)
            }
        }

        @Test(arguments: [
            ("a header field over the limit", "GET /readyz HTTP/1.1\r\nHost: x\r\nX-Long: \(long)\r\n\r\n", 400),
            ("a path over the limit", "GET /\(long) HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("1,000 headers", "GET /readyz HTTP/1.1\r\nHost: x\r\n\(many)\r\n", 400),
            ("no HTTP", "HELO hub\r\n\r\n", 400),
            ("an unknown method", "BREW /webhooks/v1/main/inbox HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET at a door for POST", "GET /webhooks/v1/main/inbox HTTP/1.1\r\nHost: x\r\n\r\n", 405),
            ("PUT at a door for POST", "PUT /hooks/slack/key HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 405),
            ("DELETE at a door for POST", "DELETE /api/v1/external/json HTTP/1.1\r\nHost: x\r\n\r\n", 405),
            (
                "two lengths", "POST \(door) HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
                400
            ),
            ("a negative length", "POST \(door) HTTP/1.1\r\nHost: x\r\nContent-Length: -2\r\n\r\n{}", 400),
            ("a broken chunk", "POST \(door) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
            (
                "length and chunks at once",
                "POST \(door) HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                400
            ),
        ])
        func `a request that is none gets a clear answer and its connection is closed`(
            _ name: String, _ request: String, _ status: Int
        ) async throws {
            try await HubProcess.with { hub in
                let reading = try await onThread {
                    let socket = try LoopbackSocket(port: hub.port, patience: 10)
                    socket.write(request)
                    return socket.read(untilClosed: true)
                }
                #expect(reading.status == status, "\(name): \(reading.text.prefix(200))")
                #expect(reading.isClosed, "\(name)")
                try await isWell(hub, events: 0)
            }
        }

        private static let door = "/webhooks/v1/main/inbox"
        private static let long = String(repeating: "a", count: 70_000)
        private static let many = (0..<1000).map { "X-\($0): 1\r\n" }.joined()

        @Test func `10,000 open connections leave room for a request and cost little memory`() async throws {
            LoopbackSocket.raiseFileLimit()
            try await HubProcess.with { hub in
                let sockets = try await onThread {
                    try (0..<10_000).map { index in
                        let socket = try LoopbackSocket(port: hub.port)
                        // Some say nothing at all, others begin a request.
                        if index % 2 == 0 { socket.write("POST /webhooks/v1/main/inbox HTTP/1.1\r\nHost: x\r\n") }
                        return socket
                    }
                }
                let answer = try await SignedPost(to: hub, #"{"type":"x"}"#).send(by: hub.client)
                #expect(answer.status == 200)
                #expect(sockets.count == 10_000)
                #expect(!sockets.contains { $0.isClosedByPeer }, "the hub took fewer than all")
                try await isWell(hub, events: 1)
            }
        }

        @Test func `peers that ask and never read are left, and cost little memory`() async throws {
            try await HubProcess.with(environment: ["MARTLET_IDLE_TIMEOUT_SECONDS": "2"]) { hub in
                let sockets = try await onThread {
                    let question = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
                    return try (0..<100).map { _ in
                        let socket = try LoopbackSocket(port: hub.port)
                        socket.write(String(repeating: question, count: 200))
                        return socket
                    }
                }
                _ = try await eventually("all are left", within: .seconds(30)) {
                    sockets.contains { $0.write("GET") } ? nil : true
                }
                try await isWell(hub, events: 0)
            }
        }

        @Test func `bodies that are held back leave room for webhooks that arrive whole`() async throws {
            let room = ["MARTLET_MAX_INFLIGHT_BYTES": "\(4 << 20)"]
            try await HubProcess.with(environment: room) { hub in
                let start = "POST \(hub.credentials.sourcePath) HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
                let half = start + String(repeating: " ", count: 999_000)
                let sockets = try await onThread {
                    try (2..<10).map { number in
                        let socket = try LoopbackSocket(port: hub.port, from: "127.0.0.\(number)", patience: 2)
                        socket.write(half)
                        return socket
                    }
                }
                _ = try await eventually("there is no room for more of them") {
                    try await hub.client.send("GET", "/metrics").body
                        .firstMatch(of: /martlet_inflight_body_bytes (\d+)/).flatMap { Int($0.1) }
                        .flatMap { $0 > 2_900_000 ? true : nil }
                }
                let answer = try await SignedPost(to: hub, #"{"type":"x","data":{"text":"whole"}}"#)
                    .send(by: hub.client)
                #expect(answer.status == 200)
                let refused = try await onThread { sockets.filter { $0.read().status == 503 }.count }
                #expect(refused == 5)
            }
        }

        @Test func `a large body is taken from those who show a key before it`() async throws {
            try await HubProcess.with { hub in
                let body = Array(("text=" + String(repeating: "a", count: 2 << 20)).utf8)
                let form = [("Content-Type", "application/x-www-form-urlencoded")]
                let external = "/api/v1/external/slack_incoming?api_key="
                let (wrong, right) = (String(repeating: "a", count: 32), hub.credentials.botKey)
                for (path, status) in [
                    (external + wrong, 413), ("/hooks/slack/\(wrong)", 413), (external + right, 200),
                    ("/hooks/slack/\(right)", 200),
                ] {
                    let answer = try await hub.client.send("POST", path, form, body: body)
                    #expect(answer.status == status, "\(path.prefix(20))")
                }
            }
        }

        /// That the process never ended, answers, holds no body, and never held much.
        private func isWell(
            _ hub: HubProcess, events: Int, sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let child = try hub.child
            #expect(child.exitStatus == nil, "the hub ended: \(hub.log)", sourceLocation: sourceLocation)
            #expect(try await hub.client.send("GET", "/healthz").status == 200, sourceLocation: sourceLocation)
            _ = try await eventually("no body is held any more") {
                try await hub.client.send("GET", "/metrics").body.contains("\nmartlet_inflight_body_bytes 0\n")
                    ? true : nil
            }
            #expect(try await hub.events().count == events, sourceLocation: sourceLocation)
            #expect(try child.peakMegabytes() < Self.memoryLimit, sourceLocation: sourceLocation)
        }
    }
}
