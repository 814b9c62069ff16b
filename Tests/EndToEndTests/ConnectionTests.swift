import Foundation
import HubTesting
import Testing

extension EndToEnd {
    /// Webhooks that arrive whole are answered beside the router; senders must not be able to tell.
    @Suite struct Connections {
        @Test func `answers come in the order of the requests, whichever way each one went`() async throws {
            try await HubProcess.with { hub in
                let first = try SignedPost(to: hub, #"{"type":"x","event_id":"one","data":{"text":"1"}}"#)
                let second = try SignedPost(to: hub, #"{"type":"x","event_id":"two","data":{"text":"2"}}"#)
                var forged = try SignedPost(to: hub, #"{"type":"x","event_id":"three","data":{"text":"3"}}"#)
                forged.signature = "sha256=" + String(repeating: "0", count: 64)
                var last = try SignedPost(to: hub, #"{"type":"x","event_id":"four","data":{"text":"4"}}"#)
                last.extraHeaders = [("Connection", "close")]
                let health = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
                let pieces = [first.whole, Array(health.utf8), first.whole, second.whole, forged.whole, last.whole]
                let answers = try await onThread {
                    let socket = try LoopbackSocket(port: hub.port)
                    socket.write(pieces.flatMap { $0 })
                    return socket.read(untilClosed: true)
                }
                let statuses = answers.text.components(separatedBy: "HTTP/1.1 ").dropFirst().map { $0.prefix(3) }
                #expect(statuses == ["200", "200", "200", "200", "401", "200"])
                let told = [
                    "\"accepted\",\"event_id\":\"one\"", "\"duplicate\",\"event_id\":\"one\"", "\"two\"", "four",
                ]
                let places = told.map { answers.text.range(of: $0)?.lowerBound }
                #expect(
                    !places.contains(nil)
                        && places == places.sorted { $0 ?? answers.text.endIndex < $1 ?? answers.text.endIndex })
                #expect(try await hub.requests().count == 3)
            }
        }

        @Test func `a request in two pieces is answered like a whole one`() async throws {
            try await HubProcess.with { hub in
                let whole = try SignedPost(to: hub, #"{"type":"x","data":{"text":"whole"}}"#)
                let expected = try await answer(to: [whole.whole], by: hub)
                #expect(expected.status == 200)
                for share in [0.1, 0.5, 0.8, 0.97] {
                    let post = try SignedPost(to: hub, #"{"type":"x","data":{"text":"in pieces \#(share)"}}"#)
                    let cut = Int(Double(post.whole.count) * share)
                    let found = try await answer(to: [Array(post.whole[..<cut]), Array(post.whole[cut...])], by: hub)
                    #expect(found.status == 200)
                    #expect(headerNames(found.text) == headerNames(expected.text), "cut at \(cut)")
                    #expect(found.body.count == expected.body.count)
                }
            }
        }

        @Test func `a sender that has nothing more to say still gets its answer`() async throws {
            try await HubProcess.with { hub in
                for number in 0..<20 {
                    let post = try SignedPost(to: hub, #"{"type":"x","data":{"text":"and that was \#(number)"}}"#)
                    let found = try await onThread {
                        let socket = try LoopbackSocket(port: hub.port)
                        socket.write(post.whole)
                        socket.finishWriting()
                        return socket.read(untilClosed: true)
                    }
                    #expect(found.status == 200, "\(found.text)")
                }
                #expect(try await hub.requests().count == 20)
            }
        }

        @Test func `what is not HTTP behind a webhook is told so after the webhook's answer`() async throws {
            try await HubProcess.with { hub in
                let post = try SignedPost(to: hub, #"{"type":"x","data":{"text":"first"}}"#)
                let found = try await onThread {
                    let socket = try LoopbackSocket(port: hub.port)
                    socket.write(post.whole + Array("NONSENSE\r\n\r\n".utf8))
                    return socket.read(untilClosed: true)
                }
                let statuses = found.text.components(separatedBy: "HTTP/1.1 ").dropFirst().map { $0.prefix(3) }
                #expect(statuses == ["200", "400"])
            }
        }

        @Test func `a sender that asks whether to go on is told to, and one of HTTP 1.0 is answered`() async throws {
            try await HubProcess.with { hub in
                var post = try SignedPost(to: hub, #"{"type":"x","data":{"text":"old"}}"#)
                let old = Array(
                    String(decoding: post.whole, as: UTF8.self).replacing(" HTTP/1.1", with: " HTTP/1.0").utf8)
                let first = try await onThread {
                    let socket = try LoopbackSocket(port: hub.port)
                    socket.write(old)
                    return socket.read(untilClosed: true)
                }
                #expect(first.status == 200)
                #expect(first.isClosed)
                post = try SignedPost(to: hub, #"{"type":"x","data":{"text":"polite"}}"#)
                post.extraHeaders = [("Expect", "100-continue"), ("Connection", "close")]
                let second = try await answer(to: [post.whole], by: hub, untilClosed: true)
                #expect(second.text.contains("\"accepted\""))
            }
        }

        private func answer(
            to pieces: [[UInt8]], by hub: HubProcess, untilClosed: Bool = false
        ) async throws -> LoopbackSocket.Reading {
            try await onThread {
                let socket = try LoopbackSocket(port: hub.port)
                for (index, piece) in pieces.enumerated() {
                    // The pause is what makes two pieces of them.
                    if index > 0 { usleep(60_000) }
                    socket.write(piece)
                }
                return socket.read(untilClosed: untilClosed)
            }
        }

        private func headerNames(_ answer: String) -> Set<String> {
            let head = answer.components(separatedBy: "\r\n\r\n")[0]
            return Set(head.components(separatedBy: "\r\n").dropFirst().map { $0.prefix { $0 != ":" }.lowercased() })
        }
    }
}

extension SignedPost {
    fileprivate var whole: [UInt8] { Array(head().utf8) + body }
}
