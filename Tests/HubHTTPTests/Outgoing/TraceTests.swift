import Hub
import HubCore
import Sink
import Testing

/// W3C Trace Context, from those who send to those who receive.
@Suite struct TraceTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let headers = [
        "traceparent": "00-\(trace)-00f067aa0ba902b7-01", "tracestate": "rojo=1,congo=2",
    ]

    private func span(_ record: SinkRecord) throws -> String {
        let parent = try #require(record.headers.header("traceparent"))
        #expect(parent.hasPrefix("00-\(Self.trace)-") && parent.hasSuffix("-01") && parent.utf8.count == 55)
        #expect(record.headers.header("tracestate") == "rojo=1,congo=2")
        return String(parent.dropFirst(36).prefix(16))
    }

    @Test func `each attempt for a published event is a span of its own in its publisher's trace`() async throws {
        try await TestServer.run { hub in
            let settings: JSON = ["retry_schedule_seconds": [0, 0]]
            try await Receiver.with(hub, answering: ["status=500", "status=200"], settings) { receiver in
                let event: JSON = ["type": "order.paid", "data": 1]
                let made = try await hub.call("POST", "/v1/events", event, headers: Self.headers)
                let spans = try await receiver.received(2).map(span)
                #expect(Set(spans + ["00f067aa0ba902b7"]).count == 3)
                let kept = try await hub.call("GET", "/v1/events/\(made["id"]?.string ?? "")")
                #expect(kept["trace_id"]?.string == Self.trace)
            }
        }
    }

    @Test func `without a trace, or with none that is one, nothing is told of it`() async throws {
        try await TestServer.run { hub in
            try await Receiver.with(hub) { receiver in
                let event: JSON = ["type": "order.paid", "data": 1]
                _ = try await hub.call("POST", "/v1/events", event)
                let wrong = ["traceparent": "00-nothing", "tracestate": "a=1"]
                let made = try await hub.call("POST", "/v1/events", event, headers: wrong)
                #expect(made.status == 201)
                for record in try await receiver.received(2) {
                    #expect(record.headers.header("traceparent") == nil && record.headers.header("tracestate") == nil)
                }
                #expect(
                    try await hub.call("GET", "/v1/events?type=order.*").data.map { $0["trace_id"] } == [.null, .null])
            }
        }
    }

    @Test func `an endpoint's own header wins`() async throws {
        try await TestServer.run { hub in
            try await Receiver.with(hub, ["headers": ["Traceparent": "mine"]]) { receiver in
                let event: JSON = ["type": "order.paid", "data": 1]
                _ = try await hub.call("POST", "/v1/events", event, headers: Self.headers)
                let record = try #require(try await receiver.received(1).first)
                #expect(record.headers.headers("traceparent") == ["mine"])
                #expect(record.headers.header("tracestate") == nil)
            }
        }
    }

    @Test(arguments: [("full", true), ("metadata", true), ("render_only", false)])
    func `what a received webhook leads to is in its sender's trace, where something of it is kept`(
        _ storage: String, _ isKept: Bool
    ) async throws {
        try await TestServer.run { hub in
            let path = "/v1/sources/\(hub.first.source.name)"
            #expect(try await hub.call("PATCH", path, ["storage": .string(storage)]).status == 200)
            try await Receiver.with(hub, ["events": ["source.event.received"]]) { receiver in
                let body: JSON = ["event_id": "t-1", "type": "build.failed", "data": ["text": "It broke"]]
                #expect(try await hub.signed(body.bytes, headers: Self.headers).status == 200)
                let record = try #require(try await receiver.received(1).first)
                if isKept { _ = try span(record) } else { #expect(record.headers.header("traceparent") == nil) }
                let events = try await hub.call("GET", "/v1/events").data
                #expect(events.count == 2)
                #expect(events.allSatisfy { $0["trace_id"] == (isKept ? .string(Self.trace) : .null) })
                guard isKept else { return }
                let request = try #require(try await hub.call("GET", "/v1/requests").data.first?["id"]?.string)
                let told = try #require(try await hub.call("GET", "/v1/requests/\(request)")["events"]?.array)
                #expect(told.map { $0["trace_id"]?.string } == [Self.trace])
            }
        }
    }
}
