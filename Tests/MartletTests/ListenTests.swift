import Foundation
import HubCore
import Testing

@testable import martlet

@Suite struct ListenTests {
    private static let stream =
        ": hello\nid: a\n\ndata: {\"n\":1}\nid: b\n\nevent: x\r\ndata:1\r\ndata: 2\r\n\r\ndata: cut"

    @Test func `a stream is read whatever pieces it comes in`() throws {
        let bytes = Array(Self.stream.utf8)
        for size in 1...bytes.count {
            var events = ServerSentEvents()
            var found: [String] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                let piece = bytes[start..<min(start + size, bytes.count)]
                found += try events.take(piece).map { String(decoding: $0, as: UTF8.self) }
            }
            #expect(found == [#"{"n":1}"#, "1\n2"])
            #expect(events.lastID == "b")
        }
    }

    @Test func `an id without data is where one goes on`() throws {
        var events = ServerSentEvents(lastID: "old")
        #expect(try events.take(Array(": x\n\n".utf8)).isEmpty)
        #expect(events.lastID == "old")
        #expect(try events.take(Array("id: new\n".utf8)).isEmpty)
        #expect(events.lastID == "old")
        #expect(try events.take(Array("\n".utf8)).isEmpty)
        #expect(events.lastID == "new")
    }

    @Test func `a line without end is not kept for ever`() throws {
        var events = ServerSentEvents(lineLimit: 100)
        _ = try events.take([UInt8](repeating: UInt8(ascii: "x"), count: 100))
        #expect(throws: StreamError.lineTooLong) { try events.take(Array("x".utf8)) }
    }

    @Test func `waits double to fifteen seconds, and begin anew after a success`() {
        var backoff = Backoff()
        let waits = (0..<7).map { _ in backoff.failed() }
        #expect(
            waits == [.seconds(0.5), .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(15), .seconds(15)])
        backoff.succeeded()
        #expect(backoff.failed() == .seconds(0.5))
    }

    @Test(arguments: [
        ("http://localhost:3000/hooks", nil, "http://localhost:3000/hooks"),
        ("http://localhost:3000/hooks", "a=1&b=%20", "http://localhost:3000/hooks?a=1&b=%20"),
        ("http://localhost:3000/hooks?x=y", "a=1", "http://localhost:3000/hooks?x=y&a=1"),
    ])
    func `the query of a request follows that of the receiver's own URL`(
        _ url: String, _ query: String?, _ expected: String
    ) {
        #expect(LocalReceiver.url(url, adding: query) == expected)
    }

    @Test func `a request is taken from the hub's document, and nothing that is none`() throws {
        let request = try #require(
            ListenedRequest([
                "method": "PUT", "query": "a=1", "headers": [["X-A", "1"], ["x-a", "2"]], "body_base64": "AP8=",
                "dropped": 2,
            ]))
        #expect(request.method == "PUT")
        #expect(request.headers.fields.map(\.value) == ["1", "2"])
        #expect(request.body == [0, 255])
        #expect(request.dropped == 2)
        #expect(request.event == nil)
        #expect(ListenedRequest(["method": "PUT", "headers": [], "body_base64": "!"]) == nil)
        #expect(ListenedRequest(["error": "x"]) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1", "http://127.0.0.1:8080"), ("0.0.0.0", "http://127.0.0.1:8080"), ("::", "http://[::1]:8080"),
    ])
    func `the hub of the data directory is reached from its own machine`(_ host: String, _ base: String) throws {
        let settings = try Settings(environment: ["MARTLET_HOST": host, "MARTLET_PUBLIC_URL": "https://hooks.example"])
        #expect(settings.localBase == base)
    }
}
