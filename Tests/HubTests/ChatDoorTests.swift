import HubCore
import HubStorage
import HubTesting
import Integrations
import Testing
import WebhookSignatures

@testable import Hub

@Suite struct ChatDoor {
    @Test func `a key, an integration and a stream are enough`() async throws {
        try await TestHub.with { test in
            let outcome = try await test.slack("text=x", query: "stream=general&topic=hello")
            #expect(outcome.refusal == nil)
            let message = try #require(try await test.messages().first)
            let stream = try #require(try await test.hub.configuration(of: test.first.workspace).streams.first)
            #expect(message.place == .stream(stream.id))
            #expect(message.draft.topic == "hello")
            #expect(message.sender == .bot(test.first.bot.id))
        }
    }

    @Test func `the source of bot and integration is made once, also by many at the same time`() async throws {
        try await TestHub.with { test in
            let outcomes = try await withThrowingTaskGroup(of: IntakeOutcome.self) { group in
                for _ in 0..<20 { group.addTask { try await test.slack() } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.allSatisfy { $0.refusal == nil })
            let sources = try await test.hub.configuration(of: test.first.workspace).sources
            #expect(sources.count { $0.bot == test.first.bot.id } == 1)
            #expect(try await test.messages().count == 20)
        }
    }

    @Test func `without a stream it goes to the bot's owner`() async throws {
        try await TestHub.with { test in
            _ = try await test.slack()
            let message = try #require(try await test.messages().first)
            #expect(message.place == .direct(test.first.bot.owner))
        }
    }

    @Test(arguments: [
        (nil, IntakeRefusal.missingKey), ("short", .malformedKey), (String(repeating: "a", count: 32), .invalidKey),
        (String(repeating: "-", count: 32), .malformedKey),
    ])
    func `keys are refused in the terms of the door`(_ key: String?, _ refusal: IntakeRefusal) async throws {
        try await TestHub.with { test in
            let outcome = try await test.slack(key: .some(key))
            #expect(outcome.refusal == refusal)
        }
    }

    @Test func `a rotated key is good for the overlap and no longer`() async throws {
        try await TestHub.with { test in
            let fresh = try await test.hub.rotateKey(
                of: test.first.bot.id, overlap: .seconds(60), in: test.first.workspace, by: "test")
            #expect(try await test.slack().refusal == nil)
            #expect(try await test.slack(key: fresh.reveal()).refusal == nil)
            test.clock.advance(.seconds(61))
            #expect(try await test.slack().refusal == .invalidKey)
            #expect(try await test.slack(key: fresh.reveal()).refusal == nil)
        }
    }

    @Test func `a bot with a signature secret demands both`() async throws {
        try await TestHub.with { test in
            let owner = test.first.bot.owner
            let made = try await test.hub.makeBot(
                NewBot(name: "Signed", owner: owner, signatureSecret: Secret("topsecret-0123456789")),
                host: "example.test", in: test.first.workspace, by: "test")
            let body = #"{"zen":"Keep it logically awesome.","hook_id":1,"repository":{"full_name":"a/b","name":"b"}}"#
            func send(_ headers: Fields) async throws -> IntakeOutcome {
                let github = try #require(Catalog.integration(slug: "github"))
                return await test.hub.receiveChat(
                    integration: github, key: made.key.reveal(), through: .chat,
                    test.incoming("/api/v1/external/github", headers: headers, body: body)
                ) { $0.eventID }
            }
            #expect(try await send(["X-GitHub-Event": "ping"]).refusal?.code == "invalid_signature")
            let tag = "sha256=" + Self.hmac(body, "topsecret-0123456789")
            #expect(try await send(["X-GitHub-Event": "ping", "X-Hub-Signature-256": tag]).refusal == nil)
        }
    }

    private static func hmac(_ body: String, _ secret: String) -> String {
        let signer = try? Signer.signed(secret: secret)
        let headers = try? signer?.headers(id: "x", timestampSeconds: 0, body: Array(body.utf8))
        let value = headers?.first { $0.name.hasSuffix("Signature") }?.value ?? ""
        return String(value.dropFirst("sha256=".count))
    }
}

extension ChatDoor {
    /// What stands in for a secret may hold it again.
    @Test(arguments: [
        "redacted", "<redac", "dacted:", "redacted:redacted", "acted:0123456789", String(repeating: "aa", count: 200),
    ])
    func `a key that looks like what takes its place is taken out once`(_ key: String) async throws {
        try await TestHub.with { test in
            let outcome = try await test.slack("\(key) and \(key)\(key)", query: "api_key=\(key)", key: .some(key))
            #expect(outcome.refusal == .malformedKey)
            let refusals = test.hub.refusalLog.take()
            let body = try #require(refusals.first?.body.map { String(decoding: $0, as: UTF8.self) })
            #expect(body.wholeMatch(of: /(<redacted:[0-9a-f]{8}>) and \1\1/) != nil, "\(body.prefix(200))")
        }
    }
}

extension TestHub {
    func slack(
        _ body: String = #"{"text":"hi"}"#, query: String? = nil, key: String?? = nil
    ) async throws -> IntakeOutcome {
        let slack = try #require(Catalog.integration(slug: "slack_incoming"))
        return await hub.receiveChat(
            integration: slack, key: key ?? first.botKey.reveal(), through: .chat,
            incoming("/api/v1/external/slack_incoming", query: query, body: body)
        ) { _ in "ok" }
    }
}
