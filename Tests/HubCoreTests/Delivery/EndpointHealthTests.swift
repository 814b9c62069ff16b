import HubCore
import HubTesting
import Testing

@Suite struct EndpointHealthTests {
    private var random = SplitMix(state: 17)
    private var health = EndpointHealth()
    private let start = Timestamp(seconds: 1_795_248_000)
    private static let refused = AttemptOutcome(failure: .refused, status: nil)

    private mutating func record(
        _ outcome: AttemptOutcome, _ kind: EndpointHealth.AttemptKind = .delivery, at seconds: Double = 0,
        schedule: RetrySchedule = .standard
    ) -> EndpointHealth.Change? {
        health.record(outcome, kind, schedule: schedule, at: start + .seconds(seconds), using: &random)
    }

    private mutating func openBreaker() {
        for _ in 0..<5 { _ = record(Self.refused) }
    }

    @Test mutating func `the fifth failure in a row opens the breaker`() {
        for _ in 0..<4 { #expect(record(Self.refused) == nil) }
        #expect(health.admission(at: start) == .open(concurrency: nil))
        #expect(record(Self.refused) == .breakerOpened)
        guard case .wait(let until) = health.admission(at: start) else {
            Issue.record("\(health.admission(at: start))")
            return
        }
        #expect((.seconds(0.9) ... .seconds(1.1)).contains(until - start))
        #expect(health.admission(at: until) == .probe)
    }

    @Test mutating func `a success in between begins the count anew`() {
        for _ in 0..<100 {
            for _ in 0..<4 { #expect(record(Self.refused) == nil) }
            #expect(record(.delivered) == nil)
        }
        #expect(health.failuresInRow == 0)
        #expect(health.admission(at: start) == .open(concurrency: nil))
    }

    @Test mutating func `probes are spaced by the schedule, and the tenth failure disables`() throws {
        openBreaker()
        var now = start
        var waits: [Double] = []
        for probe in 1...5 {
            guard case .wait(let until) = health.admission(at: now) else { break }
            waits.append(Double((until - now).milliseconds) / 1000)
            now = until
            #expect(health.admission(at: now) == .probe)
            health.probeStarted()
            #expect(health.admission(at: now) == .waitForProbe)
            let change = health.record(Self.refused, .probe, schedule: .standard, at: now, using: &random)
            #expect(change == (probe == 5 ? .disabled(.failures) : nil))
        }
        for (wait, expected) in zip(waits, [1.0, 5, 30, 300, 1800]) {
            #expect(wait >= expected * 0.9 && wait <= expected * 1.1)
        }
        #expect(waits.count == 5)
        #expect(health.admission(at: now + .seconds(1_000_000)) == .disabled)
    }

    @Test mutating func `a schedule's last wait repeats between probes`() throws {
        let schedule = try RetrySchedule(seconds: [0.1])
        for _ in 0..<5 { _ = record(Self.refused, schedule: schedule) }
        var now = start
        for _ in 0..<4 {
            guard case .wait(let until) = health.admission(at: now) else { break }
            #expect(until - now <= .milliseconds(110))
            now = until
            health.probeStarted()
            _ = health.record(Self.refused, .probe, schedule: schedule, at: now, using: &random)
        }
        #expect(health.failuresInRow == 9)
        #expect(health.disabled == nil)
    }

    @Test mutating func `what was under way when the breaker opened does not count`() {
        openBreaker()
        for _ in 0..<200 { #expect(record(Self.refused) == nil) }
        #expect(health.failuresInRow == 5)
        #expect(health.disabled == nil)
        // But when one of them comes through, the receiver is there.
        #expect(record(.delivered) == .breakerClosed)
    }

    @Test mutating func `a probe that succeeds closes the breaker, and what piled up goes out slowly first`() {
        openBreaker()
        health.probeStarted()
        #expect(record(.delivered, .probe) == .breakerClosed)
        #expect(health.failuresInRow == 0)
        #expect(health.admission(at: start) == .open(concurrency: 2))
        for expected in 3...64 {
            _ = record(.delivered)
            #expect(health.admission(at: start) == .open(concurrency: expected))
        }
        _ = record(.delivered)
        #expect(health.admission(at: start) == .open(concurrency: nil))
    }

    @Test mutating func `a probe that is lost lets another one out`() {
        openBreaker()
        health.probeStarted()
        health.probeLost()
        #expect(health.admission(at: start + .seconds(2)) == .probe)
        health.probeStarted()
        #expect(record(AttemptOutcome(failure: .cancelled, status: nil), .probe) == nil)
        #expect(health.admission(at: start + .seconds(2)) == .probe)
        #expect(health.failuresInRow == 5)
    }

    @Test mutating func `tests count for nothing, but one that succeeds calls for a probe`() {
        for _ in 0..<50 { #expect(record(Self.refused, .test) == nil) }
        #expect(record(AttemptOutcome(failure: .status4xx, status: 410), .test) == nil)
        #expect(health == EndpointHealth())
        openBreaker()
        #expect(record(.delivered, .test) == nil)
        #expect(health.failuresInRow == 5)
        #expect(health.admission(at: start) == .probe)
    }

    @Test mutating func `410 disables at once`() {
        #expect(record(AttemptOutcome(failure: .status4xx, status: 410)) == .disabled(.gone))
        #expect(health.admission(at: start) == .disabled)
        #expect(record(AttemptOutcome(failure: .status4xx, status: 410)) == nil)
    }

    @Test mutating func `429 with Retry-After does not count, and nothing goes out before`() {
        let later = AttemptOutcome(failure: .status4xx, status: 429, retryAfter: .seconds(30))
        for _ in 0..<50 { #expect(record(later) == nil) }
        #expect(health.failuresInRow == 0)
        guard case .wait(let until) = health.admission(at: start) else {
            Issue.record("\(health.admission(at: start))")
            return
        }
        #expect(until >= start + .seconds(30))
        #expect(until <= start + .seconds(60))
        #expect(health.admission(at: until) == .open(concurrency: 1))
    }

    @Test mutating func `429 without Retry-After counts`() {
        let tooMany = AttemptOutcome(failure: .status4xx, status: 429)
        for _ in 0..<4 { #expect(record(tooMany) == nil) }
        #expect(record(tooMany) == .breakerOpened)
    }

    @Test(arguments: [429, 502, 503, 504])
    mutating func `an overloaded receiver gets less, longer each time`(_ status: Int) {
        let overload = AttemptOutcome(failure: AttemptFailure(status: status), status: status)
        var now = start
        for expected in [1.0, 2, 4, 8] {
            _ = health.record(overload, .delivery, schedule: .standard, at: now, using: &random)
            #expect(health.admission(at: now) == .wait(until: now + .seconds(expected)))
            now = now + .seconds(expected)
            #expect(health.admission(at: now) == .open(concurrency: 1))
        }
        _ = health.record(.delivered, .delivery, schedule: .standard, at: now, using: &random)
        #expect(health.admission(at: now) == .open(concurrency: 2))
        _ = health.record(overload, .delivery, schedule: .standard, at: now, using: &random)
        #expect(health.admission(at: now) == .wait(until: now + .seconds(1)))
    }

    @Test mutating func `one answer does not silence an endpoint for longer than an hour`() {
        _ = record(AttemptOutcome(failure: .status5xx, status: 503, retryAfter: .seconds(86400)))
        #expect(health.admission(at: start + .seconds(3601)) == .open(concurrency: 1))
    }

    @Test mutating func `a clock that is put back does not silence an endpoint`() {
        openBreaker()
        #expect(health.admission(at: start + .seconds(-86400)) == .probe)
        health = EndpointHealth()
        _ = record(AttemptOutcome(failure: .status5xx, status: 503))
        #expect(health.admission(at: start + .seconds(-86400)) == .open(concurrency: 1))
    }

    @Test mutating func `disabled by hand it stays so until it is enabled or a probe that was asked for succeeds`() {
        #expect(health.disable(.byHand) == .disabled(.byHand))
        #expect(health.disable(.byHand) == nil)
        // An attempt that was under way changes nothing.
        #expect(record(.delivered) == nil)
        #expect(health.admission(at: start) == .disabled)
        #expect(record(Self.refused, .probe) == nil)
        #expect(health.admission(at: start) == .disabled)
        #expect(record(.delivered, .probe) == .recovered)
        #expect(health.admission(at: start) == .open(concurrency: 2))
        _ = health.disable(.byHand)
        health.enable()
        #expect(health.admission(at: start) == .open(concurrency: 1))
    }

    @Test mutating func `what is stored is what is read`() {
        openBreaker()
        health.probeStarted()
        let stored = EndpointHealth(
            failuresInRow: health.failuresInRow, breaker: health.breaker, slowdown: health.slowdown,
            overloadsInRow: health.overloadsInRow, allowance: health.allowance, disabled: health.disabled)
        #expect(stored == health)
    }
}
