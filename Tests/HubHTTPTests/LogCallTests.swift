import Foundation
import Hub
import HubCore
import Testing

@testable import HubHTTP

/// Requests, events, messages, transcripts.
@Suite struct LogCallTests {
    @Test func `a request is listed, filtered, and tells its whole story`() async throws {
        try await TestServer.run { hub in
            let id = try await hub.receive("evt-1", text: "It broke")
            let story = try await hub.call("GET", "/v1/requests/\(id)")
            #expect(story["status"] == "message")
            #expect(story["type"] == "build.failed")
            #expect(story["body_encoding"] == "utf8")
            #expect(story["body"]?.string?.contains("It broke") == true)
            #expect(story["verification"]?["verdict"] == "verified")
            #expect(story["messages"]?.array?.count == 1)
            #expect(!story.text.contains(hub.first.sourceSecret.reveal()))
            for filter in ["source=inbox", "status=message", "since=2020-01-01T00:00:00Z"] {
                #expect(try await hub.call("GET", "/v1/requests?\(filter)").data.count == 1, "\(filter)")
            }
            for filter in ["status=unreadable", "until=2020-01-01T00:00:00Z"] {
                #expect(try await hub.call("GET", "/v1/requests?\(filter)").data.isEmpty, "\(filter)")
            }
            #expect(
                try await hub.call("GET", "/v1/requests?source=nope").detail == "source: there is no source \"nope\"")
            #expect(try await hub.call("GET", "/v1/requests?since=now").detail.hasPrefix("since: expected RFC 3339"))
        }
    }

    @Test func `a list goes on where the last page ended`() async throws {
        try await TestServer.run { hub in
            for number in 1...5 { try await hub.receive("evt-\(number)") }
            var ids: [String] = []
            var cursor = ""
            repeat {
                let page = try await hub.call("GET", "/v1/events?limit=2\(cursor.isEmpty ? "" : "&cursor=\(cursor)")")
                ids += page.data.compactMap { $0["external_id"]?.string }
                cursor = page["next"]?.string ?? ""
            } while !cursor.isEmpty
            #expect(ids == ["evt-5", "evt-4", "evt-3", "evt-2", "evt-1"])
            #expect(try await hub.call("GET", "/v1/events?cursor=5").detail == "cursor: is none that a list gave")
        }
    }

    @Test func `a refused request is shown with why, and without its secrets`() async throws {
        try await TestServer.run { hub in
            #expect(try await hub.signed(Array("{}".utf8), secret: "wrong secret").status == 401)
            let deadline = ContinuousClock.now + .seconds(10)
            var refused = try await hub.call("GET", "/v1/requests?status=refused")
            while refused.data.isEmpty, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(50))
                refused = try await hub.call("GET", "/v1/requests?status=refused&source=inbox")
            }
            #expect(refused.data.first?["error"] == "invalid_signature")
            #expect(refused.data.first?["http_status"] == 401)
            #expect(try await hub.call("GET", "/v1/requests?status=refused&q=timestamp").data.isEmpty)
            #expect(try await hub.call("GET", "/v1/requests?status=refused&q=signature").data.count == 1)
        }
    }

    @Test func `one request, named ones, or those of a query are replayed`() async throws {
        try await TestServer.run { hub in
            let first = try await hub.receive("evt-1")
            let second = try await hub.receive("evt-2")
            let one = try await hub.call("POST", "/v1/requests/\(first)/replay")
            #expect(one.status == 201)
            #expect(one["replay_of"]?.string == first)
            #expect(try await hub.call("GET", "/v1/requests/\(first)")["replays"] == [one["id"] ?? .null])
            let named: JSON = ["ids": [.string(second), "req_00000000000000000000000000"]]
            let many = try await hub.call("POST", "/v1/requests/replay", named)
            #expect(many["count"] == 1)
            #expect(many["failed"]?.array?.map { $0["error"] } == ["not_found"])
            let dry = try await hub.call(
                "POST", "/v1/requests/replay", ["query": ["source": "inbox"], "dry_run": true])
            #expect(dry["count"] == 2)
            #expect(try await hub.call("GET", "/v1/requests").data.count == 4)
            let piece = try await hub.call("POST", "/v1/requests/replay", ["query": ["source": "inbox"], "limit": 1])
            #expect(piece["data"]?.array?.map { $0["replay_of"]?.string } == [first])
            let rest: JSON = ["query": ["source": "inbox"], "cursor": piece["next"] ?? .null]
            #expect(try await hub.call("POST", "/v1/requests/replay", rest)["count"] == 1)
            #expect(try await hub.call("POST", "/v1/requests/replay", [:]).detail == "$: expected either ids or query")
        }
    }

    @Test func `an event is published once under its id and key`() async throws {
        try await TestServer.run { hub in
            try await hub.call("POST", "/v1/customers", ["reference": "acme"])
            let event: JSON = [
                "type": "invoice.paid", "data": ["amount": 1250], "id": "inv-1", "idempotency_key": "k1",
                "customer": "acme",
            ]
            let first = try await hub.call("POST", "/v1/events", event)
            #expect(first.status == 201)
            #expect(first["status"] == "accepted")
            let again = try await hub.call("POST", "/v1/events", event)
            #expect(again.status == 200)
            #expect(again["status"] == "duplicate")
            #expect(again["id"] == first["id"])
            for body: JSON in [
                ["type": "x", "data": nil, "id": "inv-1"], ["type": "x", "data": nil, "idempotency_key": "k1"],
            ] {
                #expect(try await hub.call("POST", "/v1/events", body)["id"] == first["id"])
            }
            let story = try await hub.call("GET", "/v1/events/\(first["id"]?.string ?? "")")
            #expect(story["data"] == ["amount": 1250])
            #expect(story["origin"] == "published")
            #expect(story["customer"]?.string?.hasPrefix("cus_") == true)
            #expect(try await hub.call("GET", "/v1/events?origin=published&type=invoice.*").data.count == 1)
        }
    }

    @Test(
        arguments: [
            (["type": "a b", "data": [:]], "$.type: must be"), (["type": "", "data": [:]], "$.type: expected"),
            (["type": "a"], "data: give exactly one"),
            (["type": "a", "data": 1, "customer": "x"], "$.customer: there is no"),
        ] as [(JSON, String)])
    func `an event that cannot be published is refused`(_ body: JSON, _ detail: String) async throws {
        try await TestServer.run { hub in
            let answer = try await hub.call("POST", "/v1/events", body)
            #expect(answer.status == 400)
            #expect(answer.detail.hasPrefix(detail), "\(answer.detail)")
        }
    }

    @Test func `a publisher may publish and not read`() async throws {
        try await TestServer.run { hub in
            let token = try await hub.makeToken([.publish])
            #expect(try await hub.call("POST", "/v1/events", ["type": "a", "data": 1], token: token).status == 201)
            #expect(try await hub.call("GET", "/v1/events", token: token).status == 403)
        }
    }

    @Test func `a message is sent as the token's person, and found by stream, topic and words`() async throws {
        try await TestServer.run { hub in
            let sent = try await hub.call(
                "POST", "/v1/messages", ["stream": "GENERAL", "topic": "greeting", "body": "hello **world**"])
            #expect(sent.status == 201)
            #expect(sent.data.first?["sender"]?["kind"] == "person")
            #expect(sent.data.first?["stream"] == "general")
            for filter in ["stream=1", "stream=general&topic=greeting", "since=2020-01-01T00:00:00Z"] {
                #expect(try await hub.call("GET", "/v1/messages?\(filter)").data.count == 1, "\(filter)")
            }
            let deadline = ContinuousClock.now + .seconds(10)
            while try await hub.call("GET", "/v1/messages?q=world").data.isEmpty, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try await hub.call("GET", "/v1/messages?q=world").data.count == 1)
            #expect(try await hub.call("GET", "/v1/messages?topic=other").data.isEmpty)
            let nobody = try await hub.makeToken([.publish])
            let body: JSON = ["stream": "general", "topic": "a", "body": "b"]
            #expect(try await hub.call("POST", "/v1/messages", body, token: nobody).status == 403)
            let wrong = try await hub.call("POST", "/v1/messages", ["stream": "nope", "topic": "a", "body": "b"])
            #expect(wrong.detail == "$.stream: there is no stream \"nope\"")
        }
    }

    @Test func `a direct message is read by those whom it concerns`() async throws {
        try await TestServer.run { hub in
            let ada = try await hub.call("POST", "/v1/people", ["email": "ada@example.test", "role": "member"])
            let bob = try await hub.call("POST", "/v1/people", ["email": "bob@example.test", "role": "member"])
            let adas = try await hub.makeToken([.read, .publish], person: ID(ada["id"]?.string ?? ""))
            let bobs = try await hub.makeToken([.read], person: ID(bob["id"]?.string ?? ""))
            let nobodys = try await hub.makeToken([.read])
            let admin = try await hub.call("GET", "/v1/people").data.first?["email"] ?? .null
            let sent = try await hub.call("POST", "/v1/messages", ["people": [admin], "body": "psst"], token: adas)
            #expect(sent.data.first?["recipient"] == admin)
            for (token, count) in [(adas, 1), (bobs, 0), (nobodys, 0), (hub.token, 1)] {
                #expect(try await hub.call("GET", "/v1/messages", token: token).data.count == count)
                let event = sent.data.first?["event_id"]?.string ?? ""
                let story = try await hub.call("GET", "/v1/events/\(event)", token: token)
                #expect(story["messages"]?.array?.count == count)
            }
        }
    }

    @Test func `a transcript is listed by where it is from and by label, and read back`() async throws {
        try await TestServer.run { hub in
            let body: JSON = [
                "event_id": "t-1", "source": "chatgpt", "type": "brain.ingest",
                "data": [
                    "session_id": "s-1", "conversation_title": "Planning", "labels": ["work"],
                    "messages": [["role": "user", "content": "hello"], ["role": "assistant", "content": "hi"]],
                ],
            ]
            #expect(try await hub.signed(body.bytes).status == 200)
            for filter in ["source=chatgpt", "source=inbox", "label=work", ""] {
                #expect(try await hub.call("GET", "/v1/transcripts?\(filter)").data.count == 1, "\(filter)")
            }
            #expect(try await hub.call("GET", "/v1/transcripts?source=claude").data.isEmpty)
            let id = try await hub.call("GET", "/v1/transcripts").data.first?["id"]?.string ?? ""
            let transcript = try await hub.call("GET", "/v1/transcripts/\(id)")
            #expect(transcript["title"] == "Planning")
            #expect(transcript["messages"]?.array?.map { $0["content"] } == ["hello", "hi"])
        }
    }
}
