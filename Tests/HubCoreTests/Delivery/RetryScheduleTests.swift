import HubCore
import HubTesting
import Testing

@Suite struct RetryScheduleTests {
    private var random = SplitMix(state: 11)

    @Test mutating func `the standard schedule is six waits with a tenth of jitter both ways`() {
        let expected: [Double] = [1, 5, 30, 300, 1800, 7200]
        #expect(RetrySchedule.standard.seconds == expected)
        for (index, seconds) in expected.enumerated() {
            let waits = (0..<2000).compactMap { _ in
                RetrySchedule.standard.wait(afterFailures: index + 1, using: &random)
            }
            #expect(waits.count == 2000)
            #expect(waits.allSatisfy { $0 >= .seconds(seconds * 0.9) && $0 <= .seconds(seconds * 1.1) })
            // It is spread, not just allowed to be.
            #expect(waits.contains { $0 < .seconds(seconds * 0.92) })
            #expect(waits.contains { $0 > .seconds(seconds * 1.08) })
        }
        #expect(RetrySchedule.standard.wait(afterFailures: 7, using: &random) == nil)
        #expect(RetrySchedule.standard.wait(afterFailures: 0, using: &random) == nil)
    }

    @Test mutating func `an empty schedule has no further attempt`() throws {
        #expect(try RetrySchedule(seconds: []) == .none)
        #expect(RetrySchedule.none.wait(afterFailures: 1, using: &random) == nil)
    }

    @Test mutating func `fractions of a second are waits`() throws {
        let schedule = try RetrySchedule(seconds: [0.05, 0, 0.1234])
        #expect(schedule.seconds == [0.05, 0, 0.123])
        let first = try #require(schedule.wait(afterFailures: 1, using: &random))
        #expect((.milliseconds(45) ... .milliseconds(55)).contains(first))
        #expect(schedule.wait(afterFailures: 2, using: &random) == .zero)
    }

    @Test(arguments: [[-1], [.nan], [.infinity], [604801], [1, 2, -0.5]] as [[Double]])
    func `a wait that is none is named`(_ seconds: [Double]) {
        #expect(throws: RetryScheduleError.invalidWait(index: seconds.count - 1)) {
            try RetrySchedule(seconds: seconds)
        }
    }

    @Test func `a schedule has an end`() {
        #expect(throws: RetryScheduleError.tooMany) {
            try RetrySchedule(seconds: [Double](repeating: 1, count: 51))
        }
        #expect(throws: Never.self) { try RetrySchedule(seconds: [Double](repeating: 604800, count: 50)) }
    }

    @Test(arguments: [(0, 5.5), (3, 5.5), (20, 20), (86400, 86400), (1_000_000, 86400)] as [(Int64, Double)])
    func `what a receiver asks for lengthens a wait, up to a day, and never shortens it`(
        _ asked: Int64, _ atMost: Double
    ) throws {
        var random = SplitMix(state: 3)
        let wait = try #require(
            RetrySchedule.standard.wait(afterFailures: 2, retryAfter: .seconds(asked), using: &random))
        #expect(wait <= .seconds(atMost))
        #expect(wait >= max(.seconds(4.5), .seconds(min(asked, 86400))))
    }

    @Test mutating func `probes take the waits one by one and then the last again`() throws {
        let schedule = try RetrySchedule(seconds: [1, 10])
        for (probe, seconds) in [(0, 1.0), (1, 10), (2, 10), (50, 10)] {
            let wait = schedule.wait(beforeProbe: probe, using: &random)
            #expect(wait >= .seconds(seconds * 0.9) && wait <= .seconds(seconds * 1.1))
        }
        // Who wants no repetition is probed like others.
        let wait = RetrySchedule.none.wait(beforeProbe: 1, using: &random)
        #expect(wait >= .seconds(4.5) && wait <= .seconds(5.5))
    }

    // MARK: Retry-After

    /// 2026-11-21T08:00:00Z.
    private static let now = Timestamp(seconds: 1_795_248_000)

    @Test(arguments: [
        ("0", 0), ("7", 7), ("120", 120), ("86400", 86400), ("86401", 86400), ("99999999999999999999999", 86400),
        (" 7", 7), ("Sat, 21 Nov 2026 08:01:00 GMT", 60), ("Sat, 21 Nov 2026 07:00:00 GMT", 0),
        ("Sun, 22 Nov 2026 09:00:00 GMT", 86400), ("Saturday, 21-Nov-26 08:01:00 GMT", 60),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0), ("Sat Nov 21 08:01:00 2026", 60), ("Sun Nov  6 08:49:37 1994", 0),
    ])
    func `seconds and the three forms of dates are read`(_ value: String, _ seconds: Int64) {
        #expect(RetryAfter.wait(value, at: Self.now) == .seconds(seconds))
    }

    @Test(arguments: [
        "", "-1", "+5", "1.5", "5 s", "soon", "١٢", "Sat, 21 Nov 2026 08:01:00 CET", "Sat, 31 Nov 2026 08:01:00 GMT",
        "Sat, 21 Nov 2026 24:01:00 GMT", "Sat, 21 Nov 2026 08:01 GMT", "21 Nov 2026 08:01:00 GMT",
        "2026-11-21T08:01:00Z", "Sat, 21 Now 2026 08:01:00 GMT",
    ])
    func `anything else is no wish`(_ value: String) {
        #expect(RetryAfter.wait(value, at: Self.now) == nil)
    }
}
