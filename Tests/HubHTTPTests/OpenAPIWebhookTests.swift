import HubCore
import Testing
import WebhookSignatures

@testable import HubHTTP

/// What `/openapi.json` says of the webhooks that go out.
@Suite struct OpenAPIWebhookTests {
    private func webhooks(_ hub: TestServer, token: String? = nil) async throws -> JSON.Object {
        let headers = token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
        let answer = try await hub.send("GET", "/openapi.json", headers: headers)
        #expect(answer.status == 200)
        return try #require(answer["webhooks"]?.object)
    }

    private func content(_ webhooks: JSON.Object, _ type: String) -> JSON? {
        webhooks[type]?["post"]?["requestBody"]?["content"]?["application/json"]
    }

    @Test func `everybody is told each type that is sent, with a sample that fits its schema`() async throws {
        try await TestServer.run { hub in
            let webhooks = try await webhooks(hub)
            let sent = BuiltInEventType.allCases.filter { !$0.isPlanned }
            #expect(webhooks.members.map(\.key) == sent.map(\.rawValue))
            for type in sent {
                let content: JSON = try #require(self.content(webhooks, type.rawValue))
                let told: JSON = try #require(content["schema"])
                let schema = try JSONSchema(told)
                let sample: JSON = try #require(content["example"])
                #expect(schema.validate(sample) == [], "\(type)")
                #expect(sample["data"] == type.sample)
                #expect(webhooks[type.rawValue]?["post"]?["summary"]?.string == type.summary)
                // Of another type it is not.
                var other = try #require(sample.object)
                other["type"] = "another.type"
                #expect(!schema.validate(.object(other)).isEmpty)
            }
        }
    }

    @Test func `the headers that are told are those that are sent, beside what every request has`() throws {
        let signer = try DeliverySigner(secrets: [Secret("whsec_" + Base64.encode(Array(repeating: 7, count: 32)))])
        let attempt = DeliverySigner.Attempt(
            eventID: "evt_1", eventType: "ticket.created", delivery: UUIDv7(at: Timestamp(seconds: 0)),
            timestampSeconds: 0)
        let sent = try signer.headers(for: attempt, body: []).fields.map(\.name)
        let told = OpenAPI.webhookHeaders.members.map(\.key)
        // The dispatcher adds the way it came.
        #expect(
            Set(told)
                == Set(sent + ["Martlet-Depth", "traceparent", "tracestate"]).subtracting([
                    "Content-Type", "User-Agent",
                ]))
    }

    @Test func `a token shows its workspace's own types too, and nobody else's`() async throws {
        try await TestServer.run { hub in
            let schema: JSON = [
                "$defs": ["cents": ["type": "integer"]], "type": "object",
                "properties": ["amount": ["$ref": "#/$defs/cents"]],
            ]
            let described = try await hub.call(
                "PUT", "/v1/event-types/order.paid",
                ["summary": "Paid.", "schema": schema, "sample": ["amount": 5], "deprecated": true])
            #expect(described.status == 200)

            let own = try await webhooks(hub, token: hub.token)
            let operation = try #require(own["order.paid"]?["post"])
            #expect(operation["deprecated"]?.bool == true)
            let content: JSON = try #require(self.content(own, "order.paid"))
            #expect(content["example"]?["data"] == ["amount": 5])
            // References of a schema mean the schema itself, wherever it stands.
            #expect(content["schema"]?["properties"]?["data"]?["$id"]?.string == "urn:martlet:event-type:order.paid")

            #expect(try await webhooks(hub)["order.paid"] == nil)
            let other = try await hub.otherWorkspace()
            #expect(try await webhooks(hub, token: other.token)["order.paid"] == nil)
            let refused = try await hub.send("GET", "/openapi.json", headers: ["Authorization": "Bearer mlt_nobody"])
            #expect(refused.status == 401)
        }
    }

    @Test func `the catalogue says what is not sent yet`() async throws {
        try await TestServer.run { hub in
            let types = try await hub.call("GET", "/v1/event-types").data
            let planned = types.filter { $0["planned"]?.bool == true }.compactMap { $0["name"]?.string }
            #expect(
                planned == [
                    "approval.requested", "approval.decided", "approval.expired", "approval.cancelled",
                    "message.button.clicked",
                ])
            for type in types where type["planned"]?.bool == false { #expect(type["schema"]?.object != nil) }
        }
    }
}
