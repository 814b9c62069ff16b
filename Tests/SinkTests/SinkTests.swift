import Foundation
import HubCore
import Testing

@testable import Sink

@Suite struct SinkTests {
    @Test(arguments: [
        ("status", "199"), ("status", "600"), ("status", "x"), ("delay", "-1"), ("delay", "nan"), ("drip", "1e9"),
        ("size", "-1"), ("gzip_bomb", "1.5"), ("fault", "explode"), ("header", "none"), ("header", "X: a\r\nb: c"),
        ("colour", "red"),
    ])
    func `a setting that cannot be used is named`(_ name: String, _ value: String) {
        var behavior = SinkBehavior()
        #expect(throws: SinkSettingError(name: name)) { try behavior.set(name, to: value) }
        #expect(behavior == SinkBehavior())
    }

    @Test func `a request's query changes what its script says, and other parameters do not`() throws {
        var behavior = SinkBehavior()
        try behavior.set("status", to: "500")
        try behavior.set("retry_after", to: "7")
        let adjusted = try behavior.adjusted(by: ["status": "201", "token": "x", "header": "X-A: b"])
        #expect(adjusted.status == 201)
        #expect(adjusted.retryAfter == "7")
        #expect(adjusted.headers == ["X-A": "b"])
    }

    @Test func `a script answers one request after the other, and ends with its last`() {
        func behavior(_ status: Int) -> SinkBehavior {
            var behavior = SinkBehavior()
            behavior.status = status
            return behavior
        }
        let script = SinkScript([500, 503, 204].map(behavior))
        #expect((0..<5).map { script.behavior($0).status } == [500, 503, 204, 204, 204])
        #expect(SinkScript().behavior(9).status == 200)
    }

    @Test(
        arguments: [(1, 1), (2, 259), (259, 259), (260, 517), (1_000_000, 1_000_009), (50_000_000, 50_000_143)]
            as [(Int64, Int)])
    func `a gzip bomb is gzip, with its checksum and its length`(_ size: Int64, _ unpacked: Int) throws {
        let bomb = GzipBomb(size: size)
        let whole = bomb.bytes(at: 0, count: Int(bomb.length))
        // Any part is the same as a part of the whole.
        let middle = Int(bomb.length) / 3
        #expect(bomb.bytes(at: Int64(middle), count: 7).elementsEqual(whole[middle..<middle + 7]))
        let packed = FileManager.default.temporaryDirectory.appending(path: "bomb-\(UUID()).gz")
        defer { try? FileManager.default.removeItem(at: packed) }
        try Data(whole).write(to: packed)
        let gzip = Process()
        gzip.executableURL = URL(filePath: "/bin/gzip")
        gzip.arguments = ["-dc", packed.path]
        let output = Pipe()
        gzip.standardOutput = output
        try gzip.run()
        var zeros = 0
        while case let data = output.fileHandleForReading.availableData, !data.isEmpty {
            #expect(data.allSatisfy { $0 == 0 })
            zeros += data.count
        }
        gzip.waitUntilExit()
        // gzip compares both with what stands at the end.
        #expect(gzip.terminationStatus == 0)
        #expect(zeros == unpacked)
        #expect(bomb.length < max(size / 100, 40))
    }

    @Test func `what is printed of a request is one line that holds everything`() throws {
        func record(_ body: [UInt8]) -> SinkRecord {
            SinkRecord(
                number: 3, receivedAt: Timestamp(seconds: 0), connection: 1, method: "POST", target: "/a?b",
                version: "1.1", headers: ["X-A": "1", "X-A": "2"], body: body, bodySize: body.count, status: nil)
        }
        let text = record(Array("a\nb".utf8)).json
        #expect(!text.text.contains("\n"))
        #expect(text["headers"] == [["X-A", "1"], ["X-A", "2"]])
        #expect(text["body"] == "a\nb")
        #expect(text["status"] == .some(nil))
        #expect(record([0xFF, 0]).json["body_base64"] == "/wA=")
    }
}
