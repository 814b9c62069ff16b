import HubCore
import Testing

@testable import Hub

struct IndexingPaceTests {
    private let start = Timestamp(seconds: 1_790_000_000)

    @Test
    func `without a rush there is always time`() {
        var pace = IndexingPace()
        #expect(pace.turn(at: start, committedJobs: 1_000_000) == .go)
        #expect(pace.turn(at: start + .milliseconds(250), committedJobs: 1_000_125) == .go)
        #expect(pace.turn(at: start + .milliseconds(270), committedJobs: 1_000_130) == .go)
    }

    @Test
    func `a rush puts the indexes off until it is over`() {
        var pace = IndexingPace()
        _ = pace.turn(at: start, committedJobs: 0)
        #expect(pace.turn(at: start + .milliseconds(250), committedJobs: 1000) == .wait)
        #expect(pace.turn(at: start + .milliseconds(500), committedJobs: 2000) == .wait)
        #expect(pace.turn(at: start + .milliseconds(750), committedJobs: 2010) == .go)
    }

    @Test
    func `a rush that does not end gets pieces between, and the next one waits again`() {
        var pace = IndexingPace()
        var jobs: Int64 = 0
        var turns: [IndexingPace.Turn] = []
        for step in 0...48 {
            turns.append(pace.turn(at: start + .milliseconds(250 * step), committedJobs: jobs))
            jobs += 1000
        }
        #expect(turns[0] == .go)
        #expect(turns[1...40].allSatisfy { $0 == .wait })
        #expect(turns[41...].allSatisfy { $0 == .sparingly })
        #expect(pace.turn(at: start + .seconds(60), committedJobs: jobs) == .go)
        #expect(pace.turn(at: start + .milliseconds(60_250), committedJobs: jobs + 1000) == .wait)
    }
}
