import Hub
import HubCore
import Sink
import Testing

/// A scripted receiver and an endpoint of the first workspace that points at it.
struct Receiver {
    let sink: SinkServer
    let hub: TestServer
    let endpoint: String
    /// Nil where it was given.
    let secret: String?

    static func with(
        _ hub: TestServer, answering script: [String] = [], certificate: SinkCertificate? = nil,
        _ settings: JSON = [:],
        _ work: (Receiver) async throws -> Void
    ) async throws {
        var options = SinkServer.Options()
        options.script = SinkScript(
            try script.map { text in
                var behavior = SinkBehavior()
                for field in FormDecoder.fields(Array(text.utf8)).fields {
                    try behavior.set(field.name, to: field.value)
                }
                return behavior
            })
        options.now = hub.hub.clock.now
        options.certificate = certificate
        let sink = try await SinkServer.start(options)
        do {
            var body = JSON.Object([
                ("url", JSON.string("http://127.0.0.1:\(sink.port)/hook")), ("events", JSON.array(["order.*"])),
            ])
            for member in settings.object?.members ?? [] { body[member.key] = member.value }
            body["url"] = .string((body["url"]?.string ?? "").replacing("{port}", with: "\(sink.port)"))
            let made = try await hub.call("POST", "/v1/endpoints", .object(body))
            #expect(made.status == 201, "\(made.text)")
            try await work(
                Receiver(
                    sink: sink, hub: hub, endpoint: made["id"]?.string ?? "", secret: made["secret"]?.string))
        } catch {
            try await sink.close()
            throw error
        }
        try await sink.close()
    }

    /// Waits until it has received this many requests.
    func received(_ count: Int, within limit: Duration = .seconds(60)) async throws -> [SinkRecord] {
        try await eventually(within: limit) { sink.count >= count }
        return sink.records
    }

    @discardableResult
    func publish(_ type: String = "order.paid", _ data: JSON = ["amount": 12], _ more: JSON = [:]) async throws
        -> String
    {
        var body = JSON.Object([("type", .string(type)), ("data", data)])
        for member in more.object?.members ?? [] { body[member.key] = member.value }
        let answer = try await hub.call("POST", "/v1/events", .object(body))
        #expect(answer.status == 201, "\(answer.text)")
        return answer["id"]?.string ?? ""
    }

    func deliveries(_ query: String = "") async throws -> [JSON] {
        try await hub.call("GET", "/v1/deliveries?endpoint=\(endpoint)\(query)").data
    }

    func state() async throws -> JSON {
        try await hub.call("GET", "/v1/endpoints/\(endpoint)").document
    }
}

/// Looks again and again until something is so.
func eventually(
    within limit: Duration = .seconds(60), _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < end else {
            Issue.record("it did not become so in \(limit)")
            return
        }
        try await Task.sleep(for: .milliseconds(10))
    }
}
