import Foundation
import Hub
import HubCore
import HubStorage
import HubTesting
import Testing

extension EndToEnd {
    /// The test door, callbacks, and the message API.
    @Suite struct OtherDoors {
        @Test func `the test door judges like the real one and stores nothing`() async throws {
            try await HubProcess.with { hub in
                let body = #"{"workspace_id":"main","source":"inbox","event_id":"try","type":"order.paid"}"#
                var post = try SignedPost(to: hub, body)
                let real = post.path
                post.path = "/webhooks/v1/test"
                for _ in 0..<2 {
                    let answer = try await post.send(by: hub.client)
                    #expect(answer.status == 200)
                    #expect(
                        answer.body
                            == #"{"status":"accepted","test":true,"event_id":"try","type":"order.paid","events":1}"#)
                }
                post.path = "/webhooks/v1/test?workspace=main&source=nowhere"
                #expect(try await post.send(by: hub.client).body == #"{"error":"unknown_source"}"#)
                post.path = "/webhooks/v1/test"
                var bad = post
                bad.signature = nil
                #expect(try await bad.send(by: hub.client).body == #"{"error":"invalid_signature"}"#)
                #expect(try await hub.events().isEmpty)
                post.path = real
                #expect(
                    try await post.send(by: hub.client).body == #"{"status":"accepted","event_id":"try"}"#)
            }
        }

        @Test func `what would follow is told at the test door to the bearer of a token only`() async throws {
            try await HubProcess.with { hub in
                var post = try SignedPost(to: hub, #"{"workspace_id":"main","source":"inbox","type":"order.paid"}"#)
                post.path = "/webhooks/v1/test"
                #expect(try await post.send(by: hub.client).json?["effects"] == nil)
                post.extraHeaders = [("Authorization", "Bearer mlt_of-nobody")]
                #expect(try await post.send(by: hub.client).json?["effects"] == nil)
                post.extraHeaders = [("Authorization", "Bearer \(hub.credentials.adminToken)")]
                let effects = try await post.send(by: hub.client).json?["effects"]?.array
                #expect(effects?.count == 1)
                #expect(effects?.first?.string?.contains("#general") == true)
            }
        }

        @Test func `callbacks of every method reach the engine`() async throws {
            try await HubProcess.with { hub in
                var post = try SignedPost(to: hub, #"{"event_id":"c","type":"order.paid"}"#)
                post.path = "/callbacks/main/inbox"
                #expect(
                    try await post.send(by: hub.client).body == #"{"status":"accepted","event_id":"c"}"#)
                for method in ["GET", "OPTIONS"] {
                    let answer = try await hub.client.send(method, post.path)
                    #expect(answer.status == 401)
                    #expect(answer.body == #"{"error":"invalid_signature"}"#)
                }
                #expect(try await hub.client.send("HEAD", post.path).status == 401)
                #expect(try await hub.client.send("GET", "/callbacks/main/nowhere").status == 404)
            }
        }

        @Test func `a message by API goes to a stream by name, number or list, or to people`() async throws {
            try await HubProcess.with { hub in
                let recipients = [
                    "type=stream&to=general&topic=a", "type=channel&to=%5B%22General%22%5D&subject=b",
                    "type=stream&to=1&topic=c", "type=direct&to=%5B%22admin%40martlet.local%22%5D",
                    "type=private&to=admin%40martlet.local",
                ]
                var ids: [Int64] = []
                for recipient in recipients {
                    let answer = try await send(hub, recipient + "&content=hello")
                    #expect(answer.status == 200, "\(recipient)")
                    let id = try #require(answer.json?["id"]?.int64)
                    #expect(answer.json == ["result": "success", "msg": "", "id": .init(id)])
                    ids.append(id)
                }
                let messages = try await hub.messages()
                #expect(messages.map(\.seq).sorted() == ids.sorted())
                #expect(messages.reversed().map(\.draft.topic).prefix(3) == ["a", "b", "c"])
                #expect(
                    messages.filter { if case .direct = $0.place { true } else { false } }.count == 2)
            }
        }

        @Test func `the message API refuses what it cannot send, and says why`() async throws {
            try await HubProcess.with { hub in
                let cases: [(form: String, code: String)] = [
                    ("to=general&content=x", "REQUEST_VARIABLE_MISSING"),
                    ("type=stream&to=general&topic=t", "REQUEST_VARIABLE_MISSING"),
                    ("type=stream&to=general&topic=t&content=%20", "BAD_REQUEST"),
                    ("type=stream&to=99&topic=t&content=x", "STREAM_DOES_NOT_EXIST"),
                    ("type=private&to=nobody%40nowhere.test&content=x", "BAD_REQUEST"),
                ]
                for (form, code) in cases {
                    let answer = try await send(hub, form)
                    #expect(answer.status == 400, "\(form)")
                    #expect(answer.json?["code"]?.string == code, "\(form)")
                }
                let stranger = try await send(
                    hub, "type=stream&to=general&topic=t&content=x", key: String(repeating: "z9", count: 16))
                #expect(stranger.status == 401)
                #expect(stranger.headers.header("WWW-Authenticate")?.hasPrefix("Basic") == true)
                #expect(try await hub.messages().isEmpty)
            }
        }

        private func send(_ hub: HubProcess, _ form: String, key: String? = nil) async throws -> HTTPAnswer {
            let pair = "\(hub.credentials.botEmail):\(key ?? hub.credentials.botKey)"
            return try await hub.client.post(
                "/api/v1/messages", form,
                [
                    ("Content-Type", "application/x-www-form-urlencoded"),
                    ("Authorization", "Basic \(Data(pair.utf8).base64EncodedString())"),
                ])
        }
    }
}
