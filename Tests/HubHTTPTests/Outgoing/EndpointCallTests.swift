import HubCore
import Sink
import Testing

@Suite struct EndpointCallTests {
    @Test func `an endpoint is shown as it was made, its secrets but once`() async throws {
        try await TestServer.run { hub in
            let made = try await hub.call(
                "POST", "/v1/endpoints",
                [
                    "url": "https://example.com/hooks/t0ken", "events": ["ticket.*", "order.paid"], "name": "Shop",
                    "headers": ["X-Team": "ops"], "filter": ["type": ["$startsWith": "t"]], "concurrency": 3,
                    "retry_schedule_seconds": [1, 2], "timeout_seconds": 5, "order": "/ticket/id", "method": "PUT",
                    "authentication": ["type": "basic", "user": "u", "password": "planted-password"],
                ])
            #expect(made.status == 201, "\(made.text)")
            #expect(made["secret"]?.string?.hasPrefix("whsec_") == true)
            #expect(!made.text.contains("planted-password"))
            let path = "/v1/endpoints/\(made["id"]?.string ?? "")"
            let shown = try await hub.call("GET", path)
            #expect(shown["secret"] == nil)
            #expect(shown["url"] == "https://example.com/hooks/t0ken")
            #expect(shown["order"] == "/ticket/id")
            #expect(shown["retry_schedule_seconds"] == [1, 2])
            #expect(shown["authentication"] == ["type": "basic", "user": "u"])
            #expect(shown["status"] == "active")
            // What is sealed is for those who may change it.
            let reader = try await hub.makeToken([.read])
            let read = try await hub.call("GET", path, token: reader)
            #expect(read["url"] == .null)
            #expect(read["headers"] == .null)
            #expect(!read.text.contains("t0ken"))
            let changed = try await hub.call("PATCH", path, ["order": nil, "name": "Shop 2"])
            #expect(changed["order"] == .null)
            #expect(changed["events"] == ["ticket.*", "order.paid"])
            #expect(changed["timeout_seconds"] == 5)
        }
    }

    @Test(
        arguments: [
            (["events": []], "$.events"), (["events": ["a b"]], "$.events"), (["headers": ["Host": "x"]], "$.headers"),
            (["headers": ["X-A": "b\r\nX-C: d"]], "$.headers"), (["filter": ["amount": 1]], "$.filter"),
            (["retry_schedule_seconds": [-1]], "$.retry_schedule_seconds"),
            (["timeout_seconds": 61], "$.timeout_seconds"),
            (["secrets": ["short"]], "$.secrets"), (["secrets": ["whsk_AAAA"]], "$.secrets"),
            (["order": "key"], "$.order"), (["body": "slacks"], "$.body"), (["body": ["template": "{{#x}"]], "$.body"),
            (["authentication": ["type": "basic"]], "$.authentication"),
            (["tls": ["certificate": "none", "key": "none"]], "$.tls"), (["customer": "nobody"], "$.customer"),
        ] as [(JSON, String)])
    func `settings that cannot work are refused by name`(_ settings: JSON, _ place: String) async throws {
        try await TestServer.run { hub in
            var body = JSON.Object([("url", JSON.string("https://example.com/")), ("events", JSON.array(["*"]))])
            for member in settings.object?.members ?? [] { body[member.key] = member.value }
            let answer = try await hub.call("POST", "/v1/endpoints", .object(body))
            #expect(answer.status == 400, "\(answer.text)")
            #expect(answer.detail.hasPrefix(place), "\(answer.detail)")
        }
    }

    @Test func `a ticket reaches Slack in Slack's own shape, without code`() async throws {
        try await TestServer.run { hub in
            try await Receiver.with(hub, answering: [], ["body": "slack"]) { receiver in
                let story = try await hub.call(
                    "POST", "/v1/endpoints/\(receiver.endpoint)/test", ["type": "ticket.created"])
                #expect(story.status == 200)
                let sent = try #require(try await receiver.received(1).first).body
                #expect(story["body"]?.string == String(decoding: sent, as: UTF8.self))
                let body = try JSON.parse(sent)
                #expect(body["text"]?.string?.contains("Invoice 2026-311") == true)
                #expect(body["blocks"]?.array?.isEmpty == false)
            }
        }
    }

    @Test func `a template makes the body, and authentication its header`() async throws {
        try await TestServer.run { hub in
            let settings: JSON = [
                "body": ["template": #"{"title": "{{type}}", "amount": {{{data.amount}}}}"#],
                "authentication": ["type": "bearer", "token": "abc"],
            ]
            try await Receiver.with(hub, answering: [], settings) { receiver in
                try await receiver.publish("order.paid", ["amount": 7])
                let record = try #require(try await receiver.received(1).first)
                #expect(try JSON.parse(record.body) == ["title": "order.paid", "amount": 7])
                #expect(record.headers.header("authorization") == "Bearer abc")
                #expect(
                    record.headers.header("x-webhook-signature")
                        == "sha256=" + Signing.sha256(record.body, receiver.secret ?? ""))
            }
        }
    }

    @Test func `an event that does not fit its type's schema is not published`() async throws {
        try await TestServer.run { hub in
            let described = try await hub.call(
                "PUT", "/v1/event-types/invoice.paid",
                [
                    "summary": "An invoice was paid.", "sample": ["amount": 1],
                    "schema": ["type": "object", "required": ["amount"], "properties": ["amount": ["minimum": 0]]],
                ])
            #expect(described.status == 200, "\(described.text)")
            let refused = try await hub.call("POST", "/v1/events", ["type": "invoice.paid", "data": ["amount": -1]])
            #expect(refused.status == 400)
            #expect(refused.detail.contains("amount"), "\(refused.detail)")
            #expect(
                try await hub.call("POST", "/v1/events", ["type": "invoice.paid", "data": ["amount": 1]]).status == 201)
            let wrong = try await hub.call("PUT", "/v1/event-types/a.b", ["schema": ["type": "nonsense"]])
            #expect(wrong.status == 400)
            #expect(wrong.detail.hasPrefix("$.schema"), "\(wrong.detail)")
            let list = try await hub.call("GET", "/v1/event-types")
            #expect(list.data.count == BuiltInEventType.allCases.count + 1)
        }
    }

    @Test func `an event can be handed to those who subscribe later`() async throws {
        try await TestServer.run { hub in
            let event = try await hub.call("POST", "/v1/events", ["type": "order.paid", "data": 1])
            #expect(try await hub.call("GET", "/v1/deliveries").data.isEmpty)
            try await Receiver.with(hub) { receiver in
                let path = "/v1/events/\(event["id"]?.string ?? "")/resend"
                #expect(try await hub.call("POST", path).status == 202)
                let record = try #require(try await receiver.received(1).first)
                #expect(record.headers.header("webhook-id") == event["id"]?.string)
            }
        }
    }

    @Test func `what is received goes out to those who ask for it`() async throws {
        try await TestServer.run { hub in
            try await Receiver.with(hub, answering: [], ["events": ["source.event.received", "message.created"]]) {
                receiver in
                try await hub.receive("evt-77", text: "It broke")
                // Each is sent on its own: either may come first.
                let bodies = try await receiver.received(2).map { try JSON.parse($0.body) }
                #expect(bodies.contains { $0["type"] == "message.created" })
                let body = try #require(bodies.first { $0["type"] == "source.event.received" })
                #expect(body["data"]?["event"]?["external_id"] == "evt-77")
                #expect(body["data"]?["data"]?["event_id"] == "evt-77")
                let sample = BuiltInEventType.sourceEventReceived.sample
                #expect(body["data"]?.object?.members.map(\.key) == sample.object?.members.map(\.key))
                #expect(
                    body["data"]?["event"]?.object?.members.map(\.key) == sample["event"]?.object?.members.map(\.key))
            }
        }
    }
}
