import Hub
import HubCore
import HubStorage
import Testing

@testable import HubHTTP

@Suite struct TicketCallTests {
    private func open(_ hub: TestServer, _ body: JSON = [:]) async throws -> TestServer.Answer {
        var object = body.object ?? [:]
        if object["subject"] == nil { object["subject"] = "Invoice is missing" }
        return try await hub.call("POST", "/v1/tickets", .object(object))
    }

    @Test func `a ticket goes through its life by the API`() async throws {
        try await TestServer.run { hub in
            _ = try await hub.call("POST", "/v1/customers", ["reference": "acme", "name": "Acme"])
            let person = try #require(try await hub.call("GET", "/v1/people").data.first)
            let opened = try await open(
                hub,
                [
                    "priority": "high", "channel": "email", "customer": "acme", "tags": ["Billing", "vip"],
                    "assignee": try #require(person["email"]), "fields": ["contract": "C-77"],
                    "requester": ["name": "Ada", "email": "ada@example.org"],
                    "message": ["text": "Where is it?", "external_id": "<1@mail>"],
                ])
            #expect(opened.status == 201)
            let ticket = try #require(opened["ticket"])
            #expect(ticket["number"] == 1 && ticket["tags"] == ["billing", "vip"])
            #expect(ticket["assignee"]?["id"] == person["id"])
            #expect(opened["message"]?["from"] == "ada@example.org" && opened["message"]?["status"] == "received")
            let path = "/v1/tickets/1"
            let changed = try await hub.call(
                "PATCH", path,
                ["priority": "urgent", "assignee": nil, "fields": ["contract": nil, "x": 1], "version": 1])
            #expect(changed["assignee"] == .null && changed["fields"] == ["x": 1] && changed["version"] == 2)
            let stale = try await hub.call("PATCH", path, ["priority": "low", "version": 1])
            #expect(stale.status == 409 && stale.error == "conflict")
            let said = try await hub.call(
                "POST", "\(path)/messages", ["direction": "outbound", "text": "Here.", "ticket_status": "pending"])
            #expect(said.status == 201 && said["ticket"]?["status"] == "pending")
            let message = try #require(said["message"]?["id"]?.string)
            let raised = try await hub.call(
                "POST", "\(path)/messages/\(message)/status", ["status": "failed", "detail": "550 no such mailbox"])
            #expect(raised["status"] == "failed" && raised["status_detail"] == "550 no such mailbox")
            let late = try await hub.call("POST", "\(path)/messages/\(message)/status", ["status": "sent"])
            #expect(late.status == 200 && late["status"] == "failed")
            for (word, status) in [("resolve", "resolved"), ("reopen", "open"), ("close", "closed")] {
                let moved = try await hub.call("POST", "\(path)/\(word)")
                #expect(moved.status == 200 && moved["status"]?.string == status)
            }
            let refused = try await hub.call("POST", "\(path)/resolve")
            #expect(refused.status == 409 && refused.error == "wrong_state")
            #expect(refused.detail == "a ticket that is closed cannot become resolved; reopen it first")
            let next = try await hub.call("POST", "\(path)/messages", ["text": "Hello again"])
            #expect(next["ticket"]?["number"] == 2 && next["ticket"]?["follow_up_of"] == ticket["id"])
            let story = try await hub.call("GET", path)
            #expect(story["messages"]?.array?.compactMap { $0["text"]?.string } == ["Where is it?", "Here."])
            #expect(try await hub.call("DELETE", path).status == 204)
            #expect(try await hub.call("GET", path).status == 404)
            let log = try await hub.call("GET", "/v1/events?origin=internal&type=ticket.*&limit=100")
            let types = log.data.reversed().compactMap { $0["type"]?.string }
            #expect(types.first == "ticket.created" && types.last == "ticket.deleted")
            #expect(log.data.first?["customer"] == ticket["customer"])
        }
    }

    @Test func `an assigned ticket is found by its person`() async throws {
        try await TestServer.run { hub in
            _ = try await open(hub)
            let email = try #require(try await hub.call("GET", "/v1/people").data.first?["email"]?.string)
            let assigned = try await hub.call("POST", "/v1/tickets/1/assign", ["person": .string(email)])
            #expect(assigned["assignee"]?["email"]?.string == email)
            #expect(try await hub.call("GET", "/v1/tickets?assignee=\(email)").data.count == 1)
            #expect(try await hub.call("GET", "/v1/tickets?assignee=none").data.isEmpty)
            #expect(try await hub.call("POST", "/v1/tickets/1/assign", ["person": nil])["assignee"] == .null)
            #expect(try await hub.call("GET", "/v1/tickets?assignee=none").data.count == 1)
            #expect(try await hub.call("GET", "/v1/tickets?assignee=nobody@x").status == 400)
        }
    }

    @Test func `lists are filtered and come in pages`() async throws {
        try await TestServer.run { hub in
            for index in 0..<5 {
                _ = try await open(
                    hub,
                    [
                        "subject": .string("Ticket \(index)"), "tags": index == 2 ? ["vip"] : [],
                        "priority": index == 3 ? "urgent" : "normal",
                    ])
            }
            _ = try await hub.call("POST", "/v1/tickets/2/close")
            func numbers(_ query: String) async throws -> [Int64] {
                try await hub.call("GET", "/v1/tickets?\(query)").data.compactMap { $0["number"]?.int64 }
            }
            #expect(try await numbers("tag=vip") == [3])
            #expect(try await numbers("priority=urgent") == [4])
            #expect(try await numbers("status=closed") == [2])
            #expect(try await numbers("order=activity&limit=2") == [2, 5])
            var seen: [Int64] = []
            var cursor = ""
            repeat {
                let page = try await hub.call("GET", "/v1/tickets?limit=2\(cursor)")
                seen += page.data.compactMap { $0["number"]?.int64 }
                cursor = page["next"]?.string.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(seen == [5, 4, 3, 2, 1])
            while try await hub.hub.store.deriveIndexes() {}
            #expect(try await numbers("q=ticket%203") == [4])
        }
    }

    @Test func `a message that comes twice is answered with the first`() async throws {
        try await TestServer.run { hub in
            let body: JSON = ["message": ["text": "Hello", "external_id": "sms-1"]]
            let first = try await open(hub, body)
            let second = try await open(hub, body)
            #expect(first.status == 201 && second.status == 200)
            #expect(second["status"] == "duplicate" && second["ticket"] == first["ticket"])
            let reply: JSON = ["text": "More", "external_id": "sms-2"]
            #expect(try await hub.call("POST", "/v1/tickets/1/messages", reply).status == 201)
            #expect(try await hub.call("POST", "/v1/tickets/1/messages", reply).status == 200)
            #expect(try await hub.call("GET", "/v1/tickets/1/messages").data.count == 2)
        }
    }

    private static let faults: [(JSON, String)] = [
        (["subject": ""], "$.subject"), (["subject": " \n "], "$.subject"),
        (["subject": "x", "tags": .array((0..<10_000).map { .string("t\($0)") })], "$.tags"),
        (["subject": "x", "tags": ["a,b"]], "$.tags[0]"),
        (["subject": "x", "priority": "huge"], "$.priority"), (["subject": "x", "channel": "E mail"], "$.channel"),
        (["subject": "x", "requester": ["email": "nobody"]], "$.requester.email"),
        (["subject": "x", "assignee": "nobody@x.test"], "$.assignee"),
        (["subject": "x", "customer": "nobody"], "$.customer"),
        (["subject": "x", "fields": ["a": .string(String(repeating: "x", count: 17 << 10))]], "$.fields"),
        (["subject": "x", "message": ["text": " "]], "$.text"),
        (["subject": "x", "message": ["text": .string(String(repeating: "ü", count: 40_000))]], "$.text"),
        (["subject": "x", "message": ["text": .string(String(repeating: "x", count: 70_000))]], "$.message.text"),
        (["subject": "x", "status": "open"], "$.status"),
    ]

    @Test func `what cannot be a ticket is refused with its path`() async throws {
        try await TestServer.run { hub in
            for (body, path) in Self.faults {
                let answer = try await hub.call("POST", "/v1/tickets", body)
                #expect(answer.status == 400 && answer.error == "invalid_request", "\(path)")
                #expect(answer.detail.hasPrefix("\(path):"), "\(path): \(answer.detail)")
            }
            #expect(try await hub.call("GET", "/v1/tickets").data.isEmpty)
        }
    }

    @Test func `a token that may publish works on tickets and deletes none`() async throws {
        try await TestServer.run { hub in
            let token = try await hub.makeToken([.read, .publish])
            let opened = try await hub.call("POST", "/v1/tickets", ["subject": "Hello"], token: token)
            #expect(opened.status == 201)
            #expect(try await hub.call("DELETE", "/v1/tickets/1", token: token).status == 403)
            #expect(try await hub.call("POST", "/v1/surveys", ["name": "x"], token: token).status == 403)
            let reader = try await hub.makeToken([.read])
            #expect(try await hub.call("PATCH", "/v1/tickets/1", [:], token: reader).status == 403)
        }
    }

    @Test func `two changes at once by the API are both applied`() async throws {
        try await TestServer.run { hub in
            _ = try await open(hub)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<16 {
                    group.addTask {
                        let fields = JSON.Object([("f\(index)", JSON(index))])
                        return try await hub.call("PATCH", "/v1/tickets/1", ["fields": .object(fields)]).status
                    }
                }
                for try await status in group { #expect(status == 200) }
            }
            #expect(try await hub.call("GET", "/v1/tickets/1")["fields"]?.object?.count == 16)
        }
    }
}
