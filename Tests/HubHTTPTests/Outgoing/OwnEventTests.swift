import Hub
import HubCore
import HubStorage
import HubTesting
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

    @Test func `a transcript is told when it is stored and when it changes, and not when nothing is new`() async throws
    {
        try await TestServer.run { hub in
            try await Receiver.with(hub, ["events": ["transcript.*"]]) { receiver in
                func send(_ id: String, _ title: String, _ texts: [String], labels: [String] = []) async throws {
                    let messages = texts.map { text -> JSON in ["role": "user", "content": .string(text)] }
                    let body: JSON = [
                        "event_id": .string(id), "type": "brain.ingest", "source": "chatgpt",
                        "data": [
                            "session_id": "s-1", "conversation_title": .string(title), "messages": .array(messages),
                            "labels": .array(labels.map(JSON.string)),
                        ],
                    ]
                    #expect(try await hub.signed(body.bytes).status == 200)
                }
                try await send("t-1", "Refunds", ["one", "two"])
                let stored = try #require(try await receiver.events(1).first?["data"])
                let id = try #require(try await hub.call("GET", "/v1/transcripts").data.first?["id"])
                #expect(stored["transcript"]?["id"] == id)
                #expect(stored["transcript"]?["source"] == "inbox")
                #expect(stored["transcript"]?["title"] == "Refunds")
                #expect(stored["transcript"]?["messages"] == 2)
                #expect(stored["new_messages"] == 2)
                #expect(stored["previous"] == nil)
                let before = try await hub.call("GET", "/v1/transcripts").data.first

                // Another request with the same conversation, word for word.
                try await send("t-2", "Refunds", ["one", "two"])
                #expect(try await hub.call("GET", "/v1/transcripts").data.first == before)
                try await send("t-3", "Refunds", ["one", "TWO", "three"], labels: ["money"])
                let grown = try #require(try await receiver.events(2).last?["data"])
                #expect(grown["new_messages"] == 1)
                #expect(grown["changed_messages"] == 1)
                #expect(grown["previous"] == ["messages": 2, "labels": []])
                #expect(grown["transcript"]?["labels"] == ["money"])

                try await send("t-4", "Refunds of May", ["one", "TWO", "three"])
                let renamed = try #require(try await receiver.events(3).last?["data"])
                #expect(renamed["previous"] == ["title": "Refunds"])
                #expect(renamed["new_messages"] == 0)

                let told = try await hub.call("GET", "/v1/events?type=transcript.ingested").data
                #expect(told.count == 3)
                let cause = try #require(told.first?["cause_id"]?.string)
                #expect(try await hub.call("GET", "/v1/events/\(cause)")["type"] == "brain.ingest")
                #expect(receiver.sink.records.allSatisfy { $0.headers.header("martlet-depth") == "1" })
            }
        }
    }

    @Test func `of a source that keeps no payloads, a transcript's title and labels stay here`() async throws {
        try await TestServer.run { hub in
            let path = "/v1/sources/\(hub.first.source.name)"
            #expect(try await hub.call("PATCH", path, ["storage": "metadata"]).status == 200)
            try await Receiver.with(hub, ["events": ["transcript.*"]]) { receiver in
                let body: JSON = [
                    "event_id": "t-1", "type": "brain.ingest",
                    "data": [
                        "session_id": "s-1", "conversation_title": "Layoffs", "labels": ["secret"],
                        "messages": [["role": "user", "content": "hello"]],
                    ],
                ]
                #expect(try await hub.signed(body.bytes).status == 200)
                let told = try #require(try await receiver.events(1).first?["data"]?["transcript"])
                #expect(told["title"] == .null)
                #expect(told["labels"] == [])
                #expect(told["messages"] == 1)
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
            #expect(try JSONSchema(schema.closedSchema).validate(data) == [], "\(type.rawValue): \(data.text)")
            return event
        }
    }
}
