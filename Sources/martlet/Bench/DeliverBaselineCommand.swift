import ArgumentParser
import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// What deliveries are measured against: posts the same bytes and keeps nothing.
struct DeliverBaselineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "bench-deliver", shouldDisplay: false)

    @Option var url: String
    @Option var seconds: Int
    @Option var concurrency: Int

    func run() async throws {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = concurrency
        let client = HTTPClient(configuration: configuration)
        let body = ByteBuffer(bytes: Array(repeating: UInt8(ascii: "x"), count: 1040))
        let end = ContinuousClock.now + .seconds(seconds)
        let start = ContinuousClock.now
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<concurrency {
                group.addTask {
                    var count = 0
                    while ContinuousClock.now < end {
                        var request = HTTPClientRequest(url: url)
                        request.method = .POST
                        for (name, value) in Self.headers { request.headers.add(name: name, value: value) }
                        request.body = .bytes(body)
                        let response = try await client.execute(request, timeout: .seconds(10))
                        _ = try await response.body.collect(upTo: 4096)
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        let took = (ContinuousClock.now - start).inMilliseconds / 1000
        try await client.shutdown()
        print(Double(count) / took)
    }

    /// As long as those of a delivery.
    private static let headers = [
        ("Content-Type", "application/json"), ("User-Agent", "Martlet-Webhooks/1"), ("X-Webhook-Event", "order.paid"),
        ("X-Webhook-Delivery", "019a9f0c-7d1e-7c55-9a3b-0d6a4c1e2f70"),
        ("X-Webhook-Signature", "sha256=" + String(repeating: "0", count: 64)),
        ("webhook-id", "evt_01kb9dky4raagsksnar3v1h1k9"), ("webhook-timestamp", "1793491200"),
        ("webhook-signature", "v1," + String(repeating: "A", count: 44)), ("Martlet-Depth", "0"),
    ]
}
