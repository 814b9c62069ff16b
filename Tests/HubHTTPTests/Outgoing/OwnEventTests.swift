import Hub
import HubCore
import HubStorage
import Sink
import Testing

@testable import HubHTTP

/// What the hub itself has to tell reaches those who subscribe to it, as the catalogue says it looks.
@Suite struct OwnEventTests {
    private static let main = WorkspaceID(stored: "main")

    @Test func `a stream that is made by hand is told with whoever made it, and once it is archived`() async throws {
        try await TestServer.run { hub in
            try await Receiver.with(hub, ["events": ["conversation.*"]]) { receiver in
                let made = try await hub.call(
                    "POST", "/v1/streams", ["name": "Incidents", "description": "What is broken"])
                let created = try #require(try await receiver.events(1).first)
                #expect(created["type"] == "conversation.created")
                let conversation = created["data"]?["conversation"]
                #expect(conversation?["id"] == made["id"])
                #expect(conversation?["address"] == "local:Incidents")
                #expect(conversation?["description"] == "What is broken")
                #expect(conversation?["archived"] == false)
                // The token is the admin's.
                #expect(created["data"]?["actor"]?["kind"] == "person")
                #expect(created["data"]?["actor"]?["name"] == "Admin")

                let path = "/v1/streams/\(made["id"]?.string ?? "")"
                for isArchived in [true, true, false] {
                    let changed = try await hub.call("PATCH", path, ["archived": .bool(isArchived)])
                    #expect(changed.status == 200)
                }
                let token = try await hub.makeToken([.admin])
                #expect(try await hub.call("PATCH", path, ["archived": true], token: token).status == 200)
                let events = try await receiver.events(3)
                // Archived once by each: what was archived already is not told again.
                #expect(
                    events.map { $0["type"]?.string } == ["conversation.created"]
                        + Array(repeating: "conversation.archived", count: 2))
                #expect(events[1]["data"]?["previous"] == ["archived": false])
                #expect(events[1]["data"]?["conversation"]?["archived"] == true)
                #expect(events[2]["data"]?["actor"]?["kind"] == "token")
                #expect(receiver.sink.count == 3)
            }
        }
    }

    @Test func `a name that is taken tells nothing, and neither does a stream that nobody asks for`() async throws {
        try await TestServer.run { hub in
            #expect(try await hub.call("POST", "/v1/streams", ["name": "quiet"]).status == 201)
            #expect(try await hub.call("GET", "/v1/events?type=conversation.*").data.isEmpty)
            try await Receiver.with(hub, ["events": ["conversation.*"]]) { receiver in
                #expect(try await hub.call("POST", "/v1/streams", ["name": "Quiet"]).status == 409)
                #expect(try await hub.call("POST", "/v1/streams", ["name": "loud"]).status == 201)
                let told = try await receiver.events(1)
                #expect(told.first?["data"]?["conversation"]?["name"] == "loud")
                #expect(try await hub.call("GET", "/v1/events?type=conversation.*").data.count == 1)
            }
        }
    }

    @Test func `a stream that a bot's message makes is told once, with the message as its cause`() async throws {
        try await TestServer.run { hub in
            try await Receiver.with(hub, ["events": ["conversation.created"]]) { receiver in
                let bot = Hub.Author.bot(hub.first.bot)
                for text in ["one", "two"] {
                    let message = MessageSubmission(recipient: .stream("Deploys"), topic: "4.2", content: text)
                    _ = try await hub.hub.send(message, from: bot, at: hub.hub.clock.now())
                }
                let event = try #require(try await receiver.events(1).first)
                let streams = try await hub.call("GET", "/v1/streams").data
                let stream = try #require(streams.first { $0["name"] == "Deploys" })
                #expect(event["data"]?["conversation"]?["id"] == stream["id"])
                #expect(event["data"]?["actor"]?["kind"] == "bot")
                let kept = try await hub.call("GET", "/v1/events/\(event["id"]?.string ?? "")")
                let cause = try #require(kept["cause_id"]?.string)
                #expect(try await hub.call("GET", "/v1/events/\(cause)")["type"] == "message.created")
                #expect(receiver.sink.records.first?.headers.header("martlet-depth") == "1")
                #expect(try await hub.call("GET", "/v1/events?type=conversation.*").data.count == 1)
            }
        }
    }
}

extension Receiver {
    /// The envelopes of the first events, the order in which they came; each fits its type's schema and no more.
    func events(_ count: Int) async throws -> [JSON] {
        try await received(count).map { record in
            let event = try JSON.parse(record.body)
            let type = try #require(event["type"]?.string.flatMap(BuiltInEventType.init))
            let schema: JSON = try #require(type.schema)
            let data: JSON = try #require(event["data"])
            #expect(try JSONSchema(closed(schema)).validate(data) == [], "\(type.rawValue): \(data.text)")
            return event
        }
    }

    /// The same, without room for members that are not named.
    private func closed(_ schema: JSON) -> JSON {
        switch schema {
        case .array(let elements): return .array(elements.map(closed))
        case .object(let object):
            var strict = JSON.Object(object.members.map { ($0.key, closed($0.value)) })
            if object["properties"]?.object != nil, object["type"] != nil { strict["additionalProperties"] = false }
            return .object(strict)
        default: return schema
        }
    }
}
