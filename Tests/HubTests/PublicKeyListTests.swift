import HubCore
import Testing

@testable import Hub

@Suite struct PublicKeyListTests {
    private let now = Timestamp(seconds: 1_795_248_000)

    @Test func `the keys are read once in a while, however many ask`() {
        let list = PublicKeyList()
        #expect(list.current(at: now) == nil)
        list.set([[1]], at: now)
        #expect(list.current(at: now) == [[1]])
        #expect(list.current(at: now + .seconds(14)) == [[1]])
        // One reads; the others get what there was.
        #expect(list.current(at: now + .seconds(15)) == nil)
        #expect(list.current(at: now + .seconds(15)) == [[1]])
        list.set([[2]], at: now + .seconds(16))
        #expect(list.current(at: now + .seconds(17)) == [[2]])
    }

    @Test func `when reading fails the next one reads`() {
        let list = PublicKeyList()
        list.set([[1]], at: now)
        #expect(list.current(at: now + .seconds(20)) == nil)
        list.abandon()
        #expect(list.current(at: now + .seconds(20)) == nil)
    }
}
