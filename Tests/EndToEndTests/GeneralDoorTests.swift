import Foundation
import Hub
import HubCore
import HubStorage
import HubTesting
import Testing
import WebhookSignatures

extension EndToEnd {
    /// The general door: each row of its table of answers.
    @Suite struct GeneralDoor {
        private static let event = #"{"event_id":"order-1","type":"order.paid","data":{"text":"It is paid."}}"#

        @Test func `a signed event is accepted under its own id, stored, and told in the stream`() async throws {
            try await HubProcess.with { hub in
                let answer = try await SignedPost(to: hub, Self.event).send(by: hub.client)
                #expect(answer.status == 200)
                #expect(answer.body == #"{"status":"accepted","event_id":"order-1"}"#)
                #expect(answer.headers.header("Content-Type") == "application/json")
                let messages = try await hub.messages()
                #expect(messages.count == 1)
                #expect(messages.first?.draft.body.contains("It is paid.") == true)
            }
        }

        @Test func `an event without an id of its own is answered with the hub's`() async throws {
            try await HubProcess.with { hub in
                let answer = try await SignedPost(to: hub, #"{"type":"ping"}"#).send(by: hub.client)
                let id = try #require(answer.json?["event_id"]?.string)
                #expect(answer.body == #"{"status":"accepted","event_id":"\#(id)"}"#)
                let stored = try await hub.events().map { "\($0.event.id)" }
                #expect(stored == [id])
            }
        }

        @Test func `the same key again is a duplicate with the first one's id, whatever its body`() async throws {
            try await HubProcess.with { hub in
                let first = try SignedPost(to: hub, Self.event, key: "one")
                _ = try await first.send(by: hub.client)
                let again = try await first.send(by: hub.client)
                #expect(again.body == #"{"status":"duplicate","event_id":"order-1"}"#)
                let other = try SignedPost(to: hub, #"{"event_id":"order-2","type":"order.paid"}"#, key: "one")
                #expect(try await other.send(by: hub.client).body == again.body)
                #expect(try await hub.events().count == 1)
                let summary = try #require(try await hub.requests().first)
                #expect(summary.duplicates == 2)
                #expect(summary.differingDuplicates == 1)
            }
        }

        @Test func `the same event under another key is a duplicate`() async throws {
            try await HubProcess.with { hub in
                _ = try await SignedPost(to: hub, Self.event, key: "one").send(by: hub.client)
                let again = try await SignedPost(to: hub, Self.event, key: "two").send(by: hub.client)
                #expect(again.body == #"{"status":"duplicate","event_id":"order-1"}"#)
                let bare = #"{"type":"ping","data":{"text":"no id"}}"#
                let first = try await SignedPost(to: hub, bare, key: "three").send(by: hub.client)
                let replayed = try await SignedPost(to: hub, bare, key: "four").send(by: hub.client)
                #expect(replayed.json?["status"]?.string == "duplicate")
                #expect(replayed.json?["event_id"] == first.json?["event_id"])
                #expect(try await hub.events().count == 2)
            }
        }

        @Test func `what is not signed rightly is refused, and its key is not used up`() async throws {
            try await HubProcess.with { hub in
                let good = try SignedPost(to: hub, Self.event, key: "one")
                var bad = good
                bad.signature = nil
                try await expect(bad, at: hub, 401, #"{"error":"invalid_signature"}"#)
                bad.signature = "sha256=" + String(repeating: "0", count: 64)
                try await expect(bad, at: hub, 401, #"{"error":"invalid_signature"}"#)
                bad.signature = good.signature.map { String($0.dropLast(2)) }
                try await expect(bad, at: hub, 401, #"{"error":"invalid_signature"}"#)
                bad = good
                bad.body += [0x20]
                try await expect(bad, at: hub, 401, #"{"error":"invalid_signature"}"#)
                try await expect(good, at: hub, 200, #"{"status":"accepted","event_id":"order-1"}"#)
            }
        }

        @Test func `a timestamp that is missing, unreadable or outside the window is refused`() async throws {
            try await HubProcess.with { hub in
                var post = try SignedPost(to: hub, Self.event)
                let now = Int64(Date().timeIntervalSince1970)
                for timestamp in [nil, "yesterday", "\(now - 330)", "\(now + 330)", "99999999999999999999"] {
                    post.timestamp = timestamp
                    try await expect(post, at: hub, 401, #"{"error":"invalid_timestamp"}"#)
                }
                post.timestamp = "\(now - 270)"
                try await expect(post, at: hub, 200, #"{"status":"accepted","event_id":"order-1"}"#)
            }
        }

        @Test func `a request without idempotency key is told so`() async throws {
            try await HubProcess.with { hub in
                var post = try SignedPost(to: hub, Self.event)
                post.key = nil
                try await expect(post, at: hub, 400, #"{"error":"missing_idempotency_key"}"#)
            }
        }

        @Test func `an invalid payload is named by its path, and its key can be used again`() async throws {
            try await HubProcess.with { hub in
                let faults = [
                    (
                        #"{"type":"brain.ingest","data":{"session_id":"s","messages":"none"}}"#,
                        "$.data.messages: expected array"
                    ),
                    (#"{"event_id":7,"type":"x"}"#, "$.event_id: expected string"),
                    (#"{"data":{}}"#, "$.type: missing"),
                    (#"{"type":"x","workspace_id":"other"}"#, #"$.workspace_id: expected "main""#),
                ]
                for (body, detail) in faults {
                    let answer = try await SignedPost(to: hub, body, key: "again").send(by: hub.client)
                    #expect(answer.status == 400)
                    #expect(answer.json == ["error": "invalid_payload", "detail": .string(detail)])
                }
                let broken = try await SignedPost(to: hub, #"{"type":"#, key: "again").send(by: hub.client)
                #expect(broken.status == 400)
                #expect(broken.json?["error"]?.string == "invalid_payload")
                let good = try SignedPost(to: hub, Self.event, key: "again")
                try await expect(good, at: hub, 200, #"{"status":"accepted","event_id":"order-1"}"#)
            }
        }

        @Test func `an unknown workspace or source is not found, and a disabled one gone`() async throws {
            try await HubProcess.with(prepare: { hub, credentials in
                let source = try await hub.makeSource(
                    NewSource(name: "off", integration: "martlet"), in: credentials.workspace, by: "test")
                try await hub.update(source: source.source.id, in: credentials.workspace, by: "test") {
                    $0.isDisabled = true
                }
            }) { hub in
                var post = try SignedPost(to: hub, Self.event)
                for path in ["/webhooks/v1/main/nowhere", "/webhooks/v1/nobody/inbox", "/webhooks/v1/%20/%00"] {
                    post.path = path
                    try await expect(post, at: hub, 404, #"{"error":"unknown_source"}"#)
                }
                post.path = "/webhooks/v1/main/off"
                try await expect(post, at: hub, 410, #"{"error":"source_disabled"}"#)
            }
        }

        @Test func `a body over the source's limit is told the limit, one at the limit is taken`() async throws {
            try await HubProcess.with(prepare: { hub, credentials in
                var options = Source.Options()
                options.maxBodyBytes = 2048
                var source = NewSource(name: "small", integration: "martlet", scheme: "signed", options: options)
                source.secrets = [.text(Secret("small-secret"))]
                _ = try await hub.makeSource(source, in: credentials.workspace, by: "test")
            }) { hub in
                func post(_ size: Int) throws -> SignedPost {
                    let frame = #"{"event_id":"big","type":"x","data":{"text":""}}"#
                    let filler = String(repeating: "a", count: size - frame.utf8.count)
                    let body = #"{"event_id":"big","type":"x","data":{"text":"\#(filler)"}}"#
                    return try SignedPost(
                        to: "/webhooks/v1/main/small", secret: "small-secret", Array(body.utf8))
                }
                try await expect(post(2049), at: hub, 413, #"{"error":"payload_too_large","limit_bytes":2048}"#)
                try await expect(post(2048), at: hub, 200, #"{"status":"accepted","event_id":"big"}"#)
            }
        }

        @Test func `beyond a source's rate the answer says when to come again`() async throws {
            try await HubProcess.with(prepare: { hub, credentials in
                var options = Source.Options()
                options.ratePerMinute = 3
                var source = NewSource(name: "slow", integration: "martlet", scheme: "signed", options: options)
                source.secrets = [.text(Secret("slow-secret"))]
                _ = try await hub.makeSource(source, in: credentials.workspace, by: "test")
            }) { hub in
                var answers: [HTTPAnswer] = []
                for index in 0..<4 {
                    let body = #"{"event_id":"\#(index)","type":"x"}"#
                    let post = try SignedPost(
                        to: "/webhooks/v1/main/slow", secret: "slow-secret", Array(body.utf8))
                    answers.append(try await post.send(by: hub.client))
                }
                #expect(answers.map(\.status) == [200, 200, 200, 429])
                #expect(answers[3].body == #"{"error":"rate_limited"}"#)
                let seconds = try #require(answers[3].headers.header("Retry-After").flatMap { Int($0) })
                #expect((1...20).contains(seconds))
            }
        }

        @Test func `signed-strict covers timestamp and key and never falls back to the body alone`() async throws {
            try await HubProcess.with(prepare: { hub, credentials in
                var source = NewSource(name: "strict", integration: "martlet", scheme: "signed-strict")
                source.secrets = [.text(Secret("strict-secret"))]
                _ = try await hub.makeSource(source, in: credentials.workspace, by: "test")
            }) { hub in
                let path = "/webhooks/v1/main/strict"
                var post = try SignedPost(to: path, secret: "strict-secret", Array(Self.event.utf8), key: "k")
                try await expect(post, at: hub, 401, #"{"error":"invalid_signature"}"#)
                let headers = try Signer.signedStrict(secret: "strict-secret").headers(
                    id: "k", timestampSeconds: Int64(post.timestamp ?? "") ?? 0, body: post.body)
                post.signature = headers.first { $0.name == "X-IW-Signature" }?.value
                var other = post
                other.key = "l"
                try await expect(other, at: hub, 401, #"{"error":"invalid_signature"}"#)
                try await expect(post, at: hub, 200, #"{"status":"accepted","event_id":"order-1"}"#)
            }
        }

        @Test func `refused requests stand in the log with the reason and without their credentials`() async throws {
            try await HubProcess.with { hub in
                var post = try SignedPost(to: hub, Self.event)
                post.signature = "sha256=" + String(repeating: "ab", count: 32)
                _ = try await post.send(by: hub.client)
                let refusal = try await eventually("the refusal is written") {
                    try await hub.withStore { store in
                        try await store.refusals(of: hub.credentials.workspace, source: nil, PageRequest())
                            .elements.first
                    }
                }
                #expect(refusal.status == 401)
                #expect(refusal.code == "invalid_signature")
                #expect(refusal.remoteAddress == "127.0.0.1")
                #expect(refusal.headerNames.contains("X-IW-Signature"))
                #expect(refusal.body == post.body)
            }
        }

        @Test func `of 64 simultaneous requests with one key one is accepted and 63 are duplicates`() async throws {
            try await HubProcess.with { hub in
                let post = try SignedPost(to: hub, #"{"type":"race","data":{"text":"once"}}"#, key: "the one")
                let answers = try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
                    for _ in 0..<64 { group.addTask { try await post.send(by: hub.client) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                let words = answers.compactMap { $0.json?["status"]?.string }
                #expect(answers.allSatisfy { $0.status == 200 })
                #expect(words.filter { $0 == "accepted" }.count == 1)
                #expect(words.filter { $0 == "duplicate" }.count == 63)
                #expect(Set(answers.compactMap { $0.json?["event_id"]?.string }).count == 1)
                #expect(try await hub.events().count == 1)
                #expect(try await hub.messages().count == 1)
                #expect(try await hub.requests().first?.duplicates == 63)
            }
        }

        private func expect(
            _ post: SignedPost, at hub: HubProcess, _ status: Int, _ body: String,
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let answer = try await post.send(by: hub.client)
            #expect(answer.status == status, sourceLocation: sourceLocation)
            #expect(answer.body == body, sourceLocation: sourceLocation)
        }
    }
}
