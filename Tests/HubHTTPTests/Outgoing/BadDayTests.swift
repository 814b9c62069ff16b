import Egress
import Foundation
import HubCore
import Sink
import Synchronization
import Testing

@testable import Hub

/// Receivers, names and clocks that misbehave, and what becomes of deliveries meanwhile: the whole engine, sending.
@Suite struct BadDayTests {
    /// A name of the internet; who it is decides the resolver of the test.
    private static let name = "receiver.example"

    private func log(_ hub: TestServer, _ delivery: JSON?) async throws -> [JSON] {
        let id = try #require(delivery?["id"]?.string)
        return try await hub.call("GET", "/v1/deliveries/\(id)")["attempt_log"]?.array ?? []
    }

    // MARK: Receivers

    @Test(arguments: [
        ("fault=hang", AttemptFailure.timeoutTotal), ("drip=0.05&size=100000", .timeoutTotal), ("fault=reset", .reset),
        ("fault=close", .reset), ("fault=truncate", .reset), ("fault=garbage", .protocolError),
        ("status=302&location=http%3A%2F%2F169.254.169.254%2Flatest%2Fmeta-data", .status3xx),
    ])
    func `what goes wrong once is written down and delivered the next time, under the same id`(
        _ behavior: String, _ failure: AttemptFailure
    ) async throws {
        try await TestServer.run { hub in
            let settings: JSON = ["retry_schedule_seconds": [0, 0], "timeout_seconds": 1]
            try await Receiver.with(hub, answering: [behavior, "status=200"], settings) { receiver in
                try await receiver.publish()
                try await eventually { try await receiver.deliveries("&state=succeeded").count == 1 }
                let attempts = try await log(hub, try await receiver.deliveries().first)
                #expect(attempts.map { $0["error"]?.string } == [failure.code, nil])
                // Nobody was asked but the receiver.
                #expect(attempts.allSatisfy { $0["address"]?.string == "127.0.0.1" })
                #expect(receiver.sink.count == 2)
                #expect(Set(receiver.sink.records.map { $0.headers.header("x-webhook-delivery") }).count == 1)
            }
        }
    }

    @Test func `of an answer of 1 GiB the log has the first 4096 bytes, and the delivery is one`() async throws {
        try await TestServer.run { hub in
            try await Receiver.with(hub, answering: ["size=1073741824"]) { receiver in
                let begin = ContinuousClock.now
                try await receiver.publish()
                try await eventually { try await receiver.deliveries("&state=succeeded").count == 1 }
                #expect(ContinuousClock.now - begin < .seconds(10))
                let attempt = try await log(hub, try await receiver.deliveries().first).first
                #expect(attempt?["response"]?["body"]?.string?.utf8.count == 4096)
                #expect(attempt?["response"]?["cut"] == true)
                #expect(receiver.sink.count == 1)
            }
        }
    }

    @Test func `kept connections that are closed under requests cost no attempt, however many there are`() async throws
    {
        try await TestServer.run { hub in
            // Each connection answers one request and is closed when the next one is there.
            let settings: JSON = ["retry_schedule_seconds": [0], "concurrency": 16]
            try await Receiver.with(hub, answering: ["fault=stale"], settings) { receiver in
                for round in 1...6 {
                    for _ in 0..<12 { try await receiver.publish() }
                    try await eventually {
                        try await receiver.deliveries("&state=succeeded&limit=100").count == 12 * round
                    }
                }
                let deliveries = try await receiver.deliveries("&limit=100")
                #expect(deliveries.allSatisfy { $0["attempts"] == 1 }, "\(deliveries.map { $0["attempts"] })")
                let answered = receiver.sink.records.filter { $0.status == 200 }
                #expect(answered.count == 72)
                #expect(Set(answered.map { $0.headers.header("x-webhook-delivery") }).count == 72)
                #expect(receiver.sink.count > 72, "no connection was used again")
            }
        }
    }

    @Test func `a receiver that speaks HTTP 2 gets everything over one connection`() async throws {
        let certificate = try SinkCertificate(names: [Self.name])
        try await TestServer.run(Self.parts(SwitchedResolver(["127.0.0.1"]))) { hub in
            try await Receiver.with(hub, certificate: certificate, Self.named(certificate)) { receiver in
                for _ in 0..<10 { try await receiver.publish() }
                try await eventually { try await receiver.deliveries("&state=succeeded").count == 10 }
                #expect(Set(receiver.sink.records.map(\.version)) == ["2.0"])
                #expect(receiver.sink.count == 10)
                #expect(try await receiver.deliveries().allSatisfy { $0["attempts"] == 1 })
            }
        }
    }

    @Test func `a certificate for another name gets nothing, and the delivery waits`() async throws {
        let certificate = try SinkCertificate(names: ["other.example", "127.0.0.1"])
        try await TestServer.run(Self.parts(SwitchedResolver(["127.0.0.1"]))) { hub in
            try await Receiver.with(hub, certificate: certificate, Self.named(certificate)) { receiver in
                try await receiver.publish()
                try await eventually { try await receiver.deliveries("&state=exhausted").count == 1 }
                let attempts = try await log(hub, try await receiver.deliveries().first)
                #expect(attempts.map { $0["error"]?.string } == ["tls", "tls"])
                #expect(receiver.sink.count == 0)
            }
        }
    }

    // MARK: Names

    @Test(arguments: [
        ["10.0.0.7"], ["127.0.0.1", "10.0.0.7"], ["127.0.0.1", "169.254.169.254"], ["127.0.0.1", "::ffff:10.0.0.7"],
    ])
    func `a name that means something else after it was saved is not dialled`(_ addresses: [String]) async throws {
        let certificate = try SinkCertificate(names: [Self.name])
        let resolver = SwitchedResolver(["127.0.0.1"])
        try await TestServer.run(Self.parts(resolver)) { hub in
            try await Receiver.with(hub, certificate: certificate, Self.named(certificate)) { receiver in
                try await receiver.publish()
                try await eventually { try await receiver.deliveries("&state=succeeded").count == 1 }
                resolver.answer(addresses)
                try await receiver.publish()
                try await eventually { try await receiver.deliveries("&state=exhausted").count == 1 }
                let failed = try await receiver.deliveries("&state=exhausted").first
                let attempts = try await log(hub, failed)
                #expect(attempts.map { $0["error"]?.string } == ["blocked.address", "blocked.address"])
                #expect(attempts.allSatisfy { $0["address"] == .null })
                #expect(receiver.sink.count == 1)
                // Nobody can save it now, either.
                let url: JSON = ["url": .string("https://\(Self.name):\(receiver.sink.port)/"), "events": ["order.*"]]
                #expect(try await hub.call("POST", "/v1/endpoints", url).status == 400)
                // And when the name is well again, so is the delivery.
                resolver.answer(["127.0.0.1"])
                let id = failed?["id"]?.string ?? ""
                #expect(try await hub.call("POST", "/v1/deliveries/\(id)/retry").status < 300)
                try await eventually { try await receiver.deliveries("&state=succeeded").count == 2 }
            }
        }
    }

    // MARK: Clocks

    @Test func `a clock that is put back holds no delivery up`() async throws {
        let clock = MovableClock()
        var parts = TestServer.Parts()
        parts.clock = clock.clock
        try await TestServer.run(parts) { hub in
            let settings: JSON = ["retry_schedule_seconds": [1, 1]]
            try await Receiver.with(hub, answering: ["status=500", "status=200"], settings) { receiver in
                try await receiver.publish()
                _ = try await receiver.received(1)
                clock.move(.seconds(-3600))
                hub.hub.dispatcher.look()
                try await eventually { try await receiver.deliveries("&state=succeeded").count == 1 }
                // What comes afterwards goes out at once.
                try await receiver.publish()
                try await eventually { try await receiver.deliveries("&state=succeeded").count == 2 }
                #expect(receiver.sink.count == 3)
            }
        }
    }

    @Test func `a clock that is put forward sends nothing twice and skips no wait but the one under way`() async throws
    {
        let clock = MovableClock()
        var parts = TestServer.Parts()
        parts.clock = clock.clock
        try await TestServer.run(parts) { hub in
            let settings: JSON = ["retry_schedule_seconds": [3600]]
            let script = ["delay=1", "status=500", "status=200"]
            try await Receiver.with(hub, answering: script, settings) { receiver in
                try await receiver.publish()
                _ = try await receiver.received(1)
                // The attempt is under way, and its lease is over by this clock.
                clock.move(.seconds(7200))
                hub.hub.dispatcher.look()
                try await receiver.publish()
                _ = try await receiver.received(2)
                try await eventually { try await receiver.deliveries("&state=succeeded").count == 1 }
                #expect(receiver.sink.count == 2)
                // The second failed and waits an hour, give or take a tenth, which the clock skips.
                try await eventually { try await receiver.deliveries("&state=pending").first?["attempts"] == 1 }
                clock.move(.seconds(4000))
                hub.hub.dispatcher.look()
                try await eventually { try await receiver.deliveries("&state=succeeded").count == 2 }
                #expect(receiver.sink.count == 3)
            }
        }
    }

    // MARK: Parts

    private static func parts(_ resolver: SwitchedResolver) -> TestServer.Parts {
        var parts = TestServer.Parts()
        parts.resolver = resolver.resolver
        return parts
    }

    /// An endpoint that is reached by its name and trusts the certificate's issuer.
    private static func named(_ certificate: SinkCertificate) -> JSON {
        [
            "url": .string("https://\(name):{port}/hook"), "tls": ["issuers": .string(certificate.issuerPEM)],
            "retry_schedule_seconds": [0],
        ]
    }
}

/// A resolver that says for every name what it is told to.
private final class SwitchedResolver: Sendable {
    private let addresses: Mutex<[String]>

    init(_ addresses: [String]) { self.addresses = Mutex(addresses) }

    func answer(_ addresses: [String]) { self.addresses.withLock { $0 = addresses } }

    var resolver: Resolver {
        Resolver(addresses: { _ async throws(AttemptFailure) in
            self.addresses.withLock { $0 }.compactMap { IPAddress($0) }
        })
    }
}

/// The system's clock, ahead or behind.
private final class MovableClock: Sendable {
    private let offset = Mutex(Duration.zero)

    func move(_ step: Duration) { offset.withLock { $0 += step } }

    var clock: HubCore.Clock {
        HubCore.Clock(
            now: {
                Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) + self.offset.withLock { $0 }
            }, sleep: { try await Task.sleep(for: $0) })
    }
}
