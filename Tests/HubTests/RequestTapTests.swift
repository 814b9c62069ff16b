import Foundation
import HubCore
import Testing

@testable import Hub

@Suite struct RequestTapTests {
    private static let now = Timestamp(seconds: 1_793_491_200)

    private static func source(_ storage: Source.StoragePolicy = .full) -> Source {
        Source(
            id: .make(at: now), workspace: WorkspaceID(stored: "main"), name: "ci", integration: "json",
            verification: .init(scheme: "none"), storage: storage, createdAt: now)
    }

    private static func request(_ body: String, size: Int = 0) -> IncomingRequest {
        IncomingRequest(
            method: "POST", path: "/", rawQuery: nil, headers: ["Authorization": "Bearer kept"],
            body: Array(body.utf8) + [UInt8](repeating: 0, count: size), remoteAddress: nil, publicBase: "",
            receivedAt: now)
    }

    private static func all(_ listening: RequestTap.Listening) -> [(body: String, dropped: Int)] {
        var taken: [(String, Int)] = []
        while let next = listening.take() {
            taken.append((String(decoding: next.request.body.prefix(8), as: UTF8.self), next.dropped))
        }
        return taken
    }

    @Test func `nothing is held while nobody listens, or somebody to another source`() {
        let tap = RequestTap()
        let (source, other) = (Self.source(), Self.source())
        tap.offer(Self.request("before"), to: source)
        #expect(tap.waitingBytes == 0)
        let listening = tap.listen(to: other.id)
        tap.offer(Self.request("elsewhere"), to: source)
        #expect(tap.waitingBytes == 0)
        #expect(listening.take() == nil)
    }

    @Test func `each listener gets everything once, as it came`() {
        let tap = RequestTap()
        let source = Self.source()
        let (one, two) = (tap.listen(to: source.id), tap.listen(to: source.id))
        tap.offer(Self.request("a"), to: source)
        #expect(one.take()?.request.headers.header("Authorization") == "Bearer kept")
        #expect(tap.waitingBytes > 0)
        tap.offer(Self.request("b"), to: source)
        #expect(Self.all(one).map(\.body) == ["b"])
        #expect(Self.all(two).map(\.body) == ["a", "b"])
        #expect(tap.waitingBytes == 0)
    }

    @Test func `a source that shows nothing to anybody is not heard`() {
        let tap = RequestTap()
        let source = Self.source(.renderOnly)
        let listening = tap.listen(to: source.id)
        tap.offer(Self.request("a"), to: source)
        #expect(listening.take() == nil)
        #expect(tap.waitingBytes == 0)
    }

    @Test func `a thousand wait, and those before are counted`() {
        let tap = RequestTap()
        let source = Self.source()
        let listening = tap.listen(to: source.id)
        for number in 0..<(RequestTap.countLimit + 7) { tap.offer(Self.request("\(number)"), to: source) }
        let taken = Self.all(listening)
        #expect(taken.count == RequestTap.countLimit)
        #expect(taken.first?.body == "7")
        #expect(taken.map(\.dropped).reduce(0, +) == 7)
        #expect(tap.waitingBytes == 0)
    }

    @Test func `sixty-four mebibytes wait, whoever's they are`() {
        let tap = RequestTap()
        let (source, other) = (Self.source(), Self.source())
        let (listening, second) = (tap.listen(to: source.id), tap.listen(to: other.id))
        for _ in 0..<5 { tap.offer(Self.request("x", size: 10 << 20), to: source) }
        tap.offer(Self.request("y", size: 25 << 20), to: other)
        #expect(tap.waitingBytes <= RequestTap.byteLimit)
        let taken = Self.all(listening)
        #expect(taken.count == 3)
        #expect(taken.first?.dropped == 2)
        #expect(Self.all(second).map(\.dropped) == [0])
    }

    @Test func `what waits is let go with the listener`() {
        let tap = RequestTap()
        let source = Self.source()
        do {
            let listening = tap.listen(to: source.id)
            tap.offer(Self.request("a"), to: source)
            #expect(tap.waitingBytes > 0)
            withExtendedLifetime(listening) {}
        }
        #expect(tap.waitingBytes == 0)
        tap.offer(Self.request("b"), to: source)
        #expect(tap.waitingBytes == 0)
    }
}
