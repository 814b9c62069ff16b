import Foundation
import Sink
import Synchronization

/// A receiver in this process that notes when each event came.
final class BenchReceiver: Sendable {
    private struct State {
        var count = 0
        var times: [Double] = []
    }

    private let state = Mutex(State())
    private let port = Mutex(0)

    static func with<Value>(
        _ script: SinkScript = SinkScript(), _ work: (BenchReceiver) async throws -> Value
    ) async throws -> Value {
        let receiver = BenchReceiver()
        var options = SinkServer.Options()
        (options.script, options.kept) = (script, 0)
        options.log = { record in receiver.note(record) }
        let sink = try await SinkServer.start(options)
        receiver.port.withLock { $0 = sink.port }
        do {
            let value = try await work(receiver)
            try await sink.close()
            return value
        } catch {
            try await sink.close()
            throw error
        }
    }

    var url: String { "http://127.0.0.1:\(port.withLock { $0 })/hook" }
    var times: [Double] { state.withLock { $0.times } }

    /// Counts from nothing again.
    func forget() { state.withLock { $0 = State() } }

    private func note(_ record: SinkRecord) {
        let now = SentStamp.microseconds()
        let sent = SentStamp.sent(in: record.body)
        state.withLock { state in
            state.count += 1
            if let sent { state.times.append(Double(now - sent) / 1000) }
        }
    }

    func wait(for count: Int, within limit: Duration) async throws {
        let end = ContinuousClock.now + limit
        while state.withLock({ $0.count }) < count {
            guard ContinuousClock.now < end else {
                throw BenchError("only \(state.withLock { $0.count }) of \(count) arrived")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}

/// When an event was published, carried in its data.
enum SentStamp {
    static func microseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    static func sent(in body: [UInt8]) -> Int64? {
        guard let range = body.firstRange(of: Array(#""sent":"#.utf8)) else { return nil }
        return Int64(String(decoding: body[range.upperBound...].prefix { (0x30...0x39).contains($0) }, as: UTF8.self))
    }
}

extension [Double] {
    func percentile(_ percent: Int) -> Double {
        let sorted = sorted()
        return sorted.isEmpty ? .infinity : sorted[Swift.min(sorted.count * percent / 100, sorted.count - 1)]
    }
}
