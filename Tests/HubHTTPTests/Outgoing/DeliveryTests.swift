import Hub
import HubCore
import HubTesting
import Sink
import Testing

private func seconds(_ waits: Double...) -> JSON {
    .array(waits.map { JSON.Number($0).map(JSON.number) ?? .null })
}

@Suite struct DeliveryTests {
    @Test func `a published event reaches its endpoint, signed, in the envelope`() async throws {
        try await TestServer.run { hub in
            try await Receiver.with(hub) { receiver in
                let event = try await receiver.publish("order.paid", ["amount": 12, "note": "naïve \u{1F426}"])
                let record = try #require(try await receiver.received(1).first)
                #expect(record.method == "POST")
                #expect(record.headers.header("content-type") == "application/json")
                #expect(record.headers.header("x-webhook-event") == "order.paid")
                #expect(record.headers.header("webhook-id") == event)
                let secret = try #require(receiver.secret)
                #expect(record.headers.header("x-webhook-signature") == "sha256=" + Signing.sha256(record.body, secret))
                #expect(record.headers.header("webhook-signature")?.hasPrefix("v1,") == true)
                let body = try JSON.parse(record.body)
                #expect(body.object?.members.map(\.key) == ["id", "type", "timestamp", "data"])
                #expect(body["id"]?.string == event)
                #expect(body["data"] == ["amount": 12, "note": "naïve \u{1F426}"])
                try await eventually { try await receiver.deliveries("&state=succeeded").count == 1 }
                let delivery = try #require(try await receiver.deliveries().first)
                #expect(delivery["attempts"] == 1)
                #expect(delivery["uuid"]?.string == record.headers.header("x-webhook-delivery"))
                let story = try await hub.call("GET", "/v1/deliveries/\(delivery["id"]?.string ?? "")")
                #expect(story["body"]?.string == String(decoding: record.body, as: UTF8.self))
                let attempt = try #require(story["attempt_log"]?.array?.first)
                #expect(attempt["status"] == 200)
                #expect(attempt["response"]?["body"] == "ok\n")
                #expect(try await hub.call("GET", "/v1/events/\(event)")["status"] == "outgoing")
            }
        }
    }

    @Test func `what fails is sent again with the same id, after the schedule's waits`() async throws {
        try await TestServer.run { hub in
            let settings: JSON = ["retry_schedule_seconds": seconds(0.1, 0.2)]
            try await Receiver.with(hub, answering: ["status=500", "status=404", "status=200"], settings) { receiver in
                try await receiver.publish()
                let records = try await receiver.received(3)
                #expect(Set(records.map { $0.headers.header("x-webhook-delivery") }).count == 1)
                #expect(Set(records.map { $0.headers.header("webhook-id") }).count == 1)
                try await eventually { try await receiver.deliveries("&state=succeeded").count == 1 }
                let id = try await receiver.deliveries().first?["id"]?.string ?? ""
                let log = try await hub.call("GET", "/v1/deliveries/\(id)")["attempt_log"]?.array ?? []
                #expect(log.map { $0["error"]?.string } == ["status.5xx", "status.4xx", nil])
            }
        }
    }

    @Test func `a schedule that is used up leaves an exhausted delivery that can be recovered`() async throws {
        try await TestServer.run { hub in
            try await Receiver.with(hub, answering: ["status=503", "status=200"], ["retry_schedule_seconds": []]) {
                receiver in
                try await receiver.publish()
                try await eventually { try await receiver.deliveries("&state=exhausted").count == 1 }
                let path = "/v1/endpoints/\(receiver.endpoint)/recover"
                #expect(try await hub.call("POST", path, ["preview": true])["total"] == 1)
                #expect(receiver.sink.count == 1)
                let recovery = try await hub.call("POST", path, [:])
                #expect(recovery.status == 202)
                try await eventually { try await receiver.deliveries("&state=succeeded").count == 1 }
                try await eventually {
                    let now = try await hub.call("GET", "/v1/recoveries/\(recovery["id"]?.string ?? "")")
                    return now["state"] == "finished" && now["done"] == 1
                }
                #expect(try await hub.call("GET", "/v1/events?type=delivery.exhausted").data.count == 1)
            }
        }
    }

    @Test func `an endpoint that fails ten times in a row is disabled, and the admins hear of it`() async throws {
        try await TestServer.run { hub in
            let schedule = seconds(0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02)
            try await Receiver.with(hub, answering: ["status=500"], ["retry_schedule_seconds": schedule]) { receiver in
                try await Receiver.with(hub, answering: [], ["events": ["endpoint.*"]]) { watcher in
                    try await receiver.publish()
                    try await eventually { try await receiver.state()["status"] == "disabled" }
                    #expect(receiver.sink.count == 10)
                    #expect(try await receiver.state()["disabled_reason"] == "failures")
                    let told = try #require(try await watcher.received(1).first)
                    let body = try JSON.parse(told.body)
                    #expect(body["type"] == "endpoint.disabled")
                    #expect(body["data"]?["endpoint"]?["id"]?.string == receiver.endpoint)
                    #expect(body["data"]?["failures_in_row"] == 10)
                    let messages = try await hub.call("GET", "/v1/messages?limit=5").data
                    #expect(messages.contains { $0["body"]?.string?.contains("is disabled") == true })
                    // What comes now waits, and goes out when somebody enables it.
                    try await receiver.publish()
                    #expect(try await receiver.deliveries("&state=held").count == 2)
                }
            }
        }
    }

    @Test func `the admins hear of a disabled endpoint where they want to`() async throws {
        try await TestServer.run { hub in
            let path = "/v1/workspaces/main"
            #expect(try await hub.call("PATCH", path, ["alerts_stream": "nowhere"]).status == 400)
            let stream = try await hub.call("POST", "/v1/streams", ["name": "Alerts"])
            let set = try await hub.call("PATCH", path, ["alerts_stream": "alerts"])
            #expect(set["alerts_stream"] == stream["id"])

            func messages(_ query: String) async throws -> [JSON] {
                try await hub.call("GET", "/v1/messages?limit=50\(query)").data
            }
            try await Receiver.with(hub, ["events": ["message.created"]]) { watcher in
                try await Receiver.with(hub, answering: ["status=410"]) { receiver in
                    try await receiver.publish()
                    try await eventually { try await receiver.state()["status"] == "disabled" }
                    let told = try #require(try await messages("&stream=Alerts").first)
                    #expect(told["body"]?.string?.contains("is disabled") == true)
                    #expect(told["sender"]?["kind"] == "hub")
                    #expect(try await messages("").count == 1)
                    let echo = try #require(try await watcher.events(1).first)
                    #expect(echo["data"]?["message"]?["id"] == told["id"])
                }
            }
            // An archived stream takes nothing: then each admin gets it, and hears why.
            let archive = "/v1/streams/\(stream["id"]?.string ?? "")"
            #expect(try await hub.call("PATCH", archive, ["archived": true]).status == 200)
            try await Receiver.with(hub, answering: ["status=410"]) { receiver in
                try await receiver.publish()
                try await eventually { try await receiver.state()["status"] == "disabled" }
                let told = try #require(try await messages("").first)
                #expect(told["stream"] == .null)
                #expect(told["body"]?.string?.contains("is archived, so this came to you") == true)
            }
            #expect(try await hub.call("PATCH", path, ["alerts_stream": .null])["alerts_stream"] == .null)
        }
    }

    @Test func `a body that is no JSON arrives byte for byte`() async throws {
        try await TestServer.run { hub in
            try await Receiver.with(hub) { receiver in
                let bytes: [UInt8] = [0, 0xFF, 13, 10, 0x7B]
                let answer = try await hub.call(
                    "POST", "/v1/events",
                    [
                        "type": "order.scan", "body_base64": .string(Base64.encode(bytes)),
                        "content_type": "application/x-scan",
                    ])
                #expect(answer.status == 201)
                let record = try #require(try await receiver.received(1).first)
                #expect(record.body == bytes)
                #expect(record.headers.header("content-type") == "application/x-scan")
            }
        }
    }

    @Test func `types, channels, filters and customers decide who gets an event`() async throws {
        try await TestServer.run { hub in
            _ = try await hub.call("POST", "/v1/customers", ["reference": "acme", "name": "Acme"])
            let filter: JSON = ["filter": ["data.amount": ["$gte": 100]]]
            try await Receiver.with(hub, answering: [], filter) { large in
                try await Receiver.with(hub, answering: [], ["channels": ["eu"]]) { europe in
                    try await Receiver.with(hub, answering: [], ["customer": "acme"]) { acme in
                        try await large.publish("order.paid", ["amount": 99])
                        try await large.publish("order.paid", ["amount": 100])
                        try await large.publish("invoice.paid", ["amount": 100])
                        try await large.publish("order.paid", ["amount": 1], ["channels": ["eu", "us"]])
                        try await large.publish("order.paid", ["amount": 500], ["customer": "acme"])
                        _ = try await large.received(1)
                        _ = try await europe.received(1)
                        _ = try await acme.received(1)
                        #expect(try await large.deliveries().count == 1)
                        #expect(try await europe.deliveries().count == 1)
                        #expect(try await acme.deliveries().count == 1)
                    }
                }
            }
        }
    }

    @Test func `a test send tells what came of it and counts for nothing`() async throws {
        try await TestServer.run { hub in
            try await Receiver.with(hub, answering: ["status=500"]) { receiver in
                let story = try await hub.call(
                    "POST", "/v1/endpoints/\(receiver.endpoint)/test", ["type": "ticket.created"])
                #expect(story.status == 200)
                #expect(story["attempt_log"]?.array?.first?["error"] == "status.5xx")
                #expect(try await receiver.state()["failures_in_row"] == 0)
                #expect(receiver.sink.records.first?.headers.header("x-webhook-event") == "ticket.created")
            }
        }
    }

    @Test func `both secrets sign while they overlap`() async throws {
        try await TestServer.run { hub in
            try await Receiver.with(hub) { receiver in
                let rotated = try await hub.call("POST", "/v1/endpoints/\(receiver.endpoint)/secret/rotate", [:])
                let new = try #require(rotated["secret"]?.string)
                try await receiver.publish()
                let record = try #require(try await receiver.received(1).first)
                let signatures = record.headers.headers("x-webhook-signature")
                #expect(
                    signatures == [
                        "sha256=" + Signing.sha256(record.body, new),
                        "sha256=" + Signing.sha256(record.body, receiver.secret ?? ""),
                    ])
                #expect(record.headers.header("webhook-signature")?.split(separator: " ").count == 2)
            }
        }
    }

    @Test func `deliveries of one key arrive in their order, also when the first fails`() async throws {
        try await TestServer.run { hub in
            let settings: JSON = [
                "order": "/order", "retry_schedule_seconds": seconds(0.1, 0.1),
            ]
            try await Receiver.with(hub, answering: ["status=500", "status=200"], settings) { receiver in
                for number in 1...10 {
                    try await receiver.publish("order.changed", ["order": "A", "number": JSON(number)])
                }
                try await eventually { try await receiver.deliveries("&state=succeeded").count == 10 }
                let numbers = try receiver.sink.records.map { try JSON.parse($0.body)["data"]?["number"]?.int64 ?? 0 }
                #expect(numbers == [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
            }
        }
    }

    @Test func `what waits for a paused endpoint goes out when it goes on`() async throws {
        try await TestServer.run { hub in
            try await Receiver.with(hub, answering: [], ["paused": true]) { receiver in
                try await receiver.publish()
                #expect(try await receiver.deliveries("&state=held").count == 1)
                #expect(receiver.sink.count == 0)
                _ = try await hub.call("POST", "/v1/endpoints/\(receiver.endpoint)/resume")
                _ = try await receiver.received(1)
            }
        }
    }

    @Test func `a deleted endpoint's open deliveries are given up`() async throws {
        try await TestServer.run { hub in
            try await Receiver.with(hub, answering: [], ["paused": true]) { receiver in
                try await receiver.publish()
                #expect(try await hub.call("DELETE", "/v1/endpoints/\(receiver.endpoint)").status == 204)
                #expect(try await hub.call("GET", "/v1/deliveries?state=discarded").data.count == 1)
            }
        }
    }

    @Test(arguments: [
        "http://10.0.0.1/x", "https://[::]/", "https://169.254.169.254/latest", "ftp://x.example/",
        "https://a:b@x.example/",
    ])
    func `a URL that must not be dialled is not saved`(_ url: String) async throws {
        try await TestServer.run { hub in
            let answer = try await hub.call(
                "POST", "/v1/endpoints", ["url": .string(url), "events": ["*"]])
            #expect(answer.status == 400)
            #expect(answer.detail.hasPrefix("$.url"), "\(answer.detail)")
        }
    }

    @Test func `an event for six hundred endpoints reaches them all, also one that follows from an attempt`()
        async throws
    {
        try await TestServer.run { hub in
            try await Receiver.with(hub) { receiver in
                let workspace = hub.first.workspace
                let events = ["many.*", "delivery.exhausted"]
                for _ in 0..<600 {
                    var draft = EndpointDraft(url: "http://127.0.0.1:\(receiver.sink.port)/many", events: events)
                    draft.policy.concurrency = 1
                    _ = try await hub.hub.makeEndpoint(draft, secrets: [], in: workspace, by: "test")
                }
                try await receiver.publish("many.news")
                // On a busy machine one may come again: each counts once.
                func reached(by type: String) -> Int {
                    let records = receiver.sink.records.filter { $0.headers.header("x-webhook-event") == type }
                    return Set(records.compactMap { $0.headers.header("x-webhook-delivery") }).count
                }
                try await eventually { reached(by: "many.news") == 600 }

                // One that nothing listens at, and that would like to hear of itself.
                var draft = EndpointDraft(
                    url: "http://127.0.0.1:\(try LoopbackSocket.freePort())/", events: ["lost.*", "delivery.exhausted"])
                draft.policy.schedule = .none
                let lost = try await hub.hub.makeEndpoint(draft, secrets: [], in: workspace, by: "test").endpoint
                try await receiver.publish("lost.news")
                try await eventually { reached(by: "delivery.exhausted") == 600 }
                let story = try await hub.call("GET", "/v1/deliveries?endpoint=\(lost.id)")
                #expect(story["data"]?.array?.map { $0["event_type"] } == ["lost.news"], "\(story)")
            }
        }
    }
}
