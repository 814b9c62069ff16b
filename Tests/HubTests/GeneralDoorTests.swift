import Hub
import HubCore
import HubStorage
import HubTesting
import Testing
import WebhookSignatures

@Suite struct GeneralDoor {
    @Test func `a signed event is accepted under its own id and becomes a message`() async throws {
        try await TestHub.with { test in
            let outcome = try await test.send(#"{"event_id":"e-1","type":"deploy.done","data":{"text":"Done."}}"#)
            #expect(outcome.eventID == "e-1")
            let messages = try await test.messages()
            #expect(messages.count == 1)
            #expect(messages[0].draft.body.contains("Done."))
        }
    }

    @Test func `the same event again is a duplicate of the first, under any key`() async throws {
        try await TestHub.with { test in
            let body = #"{"event_id":"e-1","type":"t","data":{"text":"x"}}"#
            _ = try await test.send(body, key: "a")
            _ = try await test.send(#"{"event_id":"same","type":"t","data":{"text":"x"}}"#, key: "same")
            let replayed = try await test.send(#"{"event_id":"same","type":"t","data":{"text":"x"}}"#, key: "other")
            guard case .duplicate = replayed, case .duplicate(let first) = try await test.send(body, key: "a"),
                case .duplicate(let second) = try await test.send(body, key: "b")
            else {
                Issue.record("expected duplicates")
                return
            }
            #expect(first == "e-1")
            #expect(second == "e-1")
            #expect(try await test.messages().count == 2)
        }
    }

    @Test func `a recorded request without an event id cannot be played again under another key`() async throws {
        try await TestHub.with { test in
            let body = #"{"type":"t","data":{"text":"x"}}"#
            _ = try await test.send(body, key: "a")
            guard case .duplicate = try await test.send(body, key: "b") else {
                Issue.record("expected a duplicate")
                return
            }
        }
    }

    @Test func `nor can one whose id stands in a header that the signature does not cover`() async throws {
        try await TestHub.with { test in
            let new = NewSource(name: "ci", integration: "github", scheme: "signed")
            let made = try await test.hub.makeSource(new, in: test.first.workspace, by: "test")
            let secret = try #require(made.secrets.first).reveal()
            let body = #"{"zen":"Keep it logically awesome.","hook_id":1}"#
            func send(_ id: String) async throws -> IntakeOutcome {
                let signed = try test.signed(body, key: id, secret: secret)
                let request = test.incoming(
                    "/webhooks/v1/main/ci",
                    headers: Fields(
                        signed.headers.fields.map { ($0.name, $0.value) } + [
                            ("X-GitHub-Event", "ping"), ("X-GitHub-Delivery", id),
                        ]), body: body)
                return await test.hub.receive(workspace: "main", source: "ci", request)
            }
            #expect(try await send("one").eventID == "one")
            guard case .duplicate(let first) = try await send("two") else {
                Issue.record("expected a duplicate")
                return
            }
            #expect(first == "one")
        }
    }

    @Test func `a source that keeps no payloads does not show them either`() async throws {
        try await TestHub.with { test in
            var new = NewSource(name: "quiet", integration: "json", scheme: "none", storage: .renderOnly)
            for template in [nil, "{{#a}}"] {
                new.name = template == nil ? "quiet" : "faulty"
                if let template { new.options.integration = ["body_template": template] }
                _ = try await test.hub.makeSource(new, in: test.first.workspace, by: "test")
                let path = "/webhooks/v1/main/\(new.name)"
                let outcome = await test.hub.receive(
                    workspace: "main", source: new.name, test.incoming(path, body: #"{"a":"do not keep"}"#))
                #expect(outcome.refusal == nil)
            }
            let bodies = try await test.messages().map(\.draft.body)
            #expect(bodies.count == 2 && bodies.allSatisfy { $0.contains("keeps no payloads") })
            #expect(!bodies.contains { $0.contains("do not keep") })
        }
    }

    @Test func `after seven days a key is free again`() async throws {
        try await TestHub.with { test in
            let body = #"{"event_id":"e-1","type":"t","data":{"text":"x"}}"#
            _ = try await test.send(body)
            test.clock.advance(.seconds(604_801))
            guard case .accepted = try await test.send(body) else {
                Issue.record("expected it to be accepted")
                return
            }
        }
    }

    @Test(arguments: [
        (["X-IW-Signature": "sha256=00"] as Fields, "invalid_signature"),
        ([:] as Fields, "invalid_signature"),
    ])
    func `a request that is not signed rightly is refused`(_ headers: Fields, _ code: String) async throws {
        try await TestHub.with { test in
            let outcome = await test.hub.receive(workspace: "main", source: "inbox", test.incoming(headers: headers))
            #expect(outcome.refusal?.code == code)
        }
    }

    @Test func `a stale or future timestamp is refused`() async throws {
        try await TestHub.with { test in
            for offset: Int64 in [-301, 301] {
                let outcome = try await test.send("{}", at: test.now.seconds + offset)
                #expect(outcome.refusal?.code == "invalid_timestamp")
            }
        }
    }

    @Test func `a refused payload names its path and does not use the key up`() async throws {
        try await TestHub.with { test in
            let bad = #"{"event_id":"e","type":"brain.ingest","data":{"session_id":"s","messages":{}}}"#
            guard case .refused(.invalidPayload(let error)) = try await test.send(bad, key: "k") else {
                Issue.record("expected a refusal")
                return
            }
            #expect("\(error)" == "$.data.messages: expected array")
            guard case .accepted = try await test.send(#"{"type":"t","data":{"text":"x"}}"#, key: "k") else {
                Issue.record("expected the key to be free")
                return
            }
        }
    }

    @Test func `a source that keeps no payloads takes no transcript`() async throws {
        try await TestHub.with { test in
            let data = #"{"session_id":"s","messages":[{"role":"user","content":"private words"}]}"#
            let chat = #"{"event_id":"e","source":"chatgpt","type":"brain.ingest","data":\#(data)}"#
            try await test.hub.update(source: test.first.source.id, in: test.first.workspace, by: "test") { source in
                source.storage = .renderOnly
            }
            #expect(try await test.send(chat).refusal?.code == "invalid_payload")
            try await test.hub.update(source: test.first.source.id, in: test.first.workspace, by: "test") { source in
                source.storage = .full
            }
            #expect(try await test.send(chat).eventID == "e")
        }
    }

    @Test func `another workspace in the body is refused`() async throws {
        try await TestHub.with { test in
            let outcome = try await test.send(#"{"workspace_id":"other","type":"t","data":{}}"#)
            #expect(outcome.refusal?.code == "invalid_payload")
        }
    }

    @Test func `unknown and disabled sources are told apart`() async throws {
        try await TestHub.with { test in
            #expect(
                await test.hub.receive(workspace: "main", source: "nope", test.incoming()).refusal == .unknownSource)
            #expect(
                await test.hub.receive(workspace: "nope", source: "inbox", test.incoming()).refusal == .unknownSource)
            try await test.hub.update(source: test.first.source.id, in: test.first.workspace, by: "test") { source in
                source.isDisabled = true
            }
            #expect(try await test.send("{}").refusal == .sourceDisabled)
        }
    }

    @Test func `a dry run tells what would follow and stores nothing`() async throws {
        try await TestHub.with { test in
            let incoming = try test.signed(#"{"type":"t","data":{"text":"x"}}"#)
            let outcome = await test.hub.receive(
                workspace: "main", source: "inbox", incoming, isDryRun: true)
            guard case .accepted(let acceptance) = outcome else {
                Issue.record("expected it to be accepted")
                return
            }
            #expect(acceptance.effects == ["message to #general, topic “\(acceptance.findings.topic)”"])
            #expect(try await test.messages().isEmpty)
            let requests = try await test.hub.store.requests(of: test.first.workspace, RequestQuery(), PageRequest())
            #expect(requests.elements.isEmpty)
        }
    }

    @Test func `a rate is kept and then free again`() async throws {
        try await TestHub.with { test in
            try await test.hub.update(source: test.first.source.id, in: test.first.workspace, by: "test") { source in
                source.options.ratePerMinute = 2
            }
            for index in 0..<2 {
                guard case .accepted = try await test.send(#"{"type":"t","event_id":"\#(index)","data":{}}"#) else {
                    Issue.record("expected it to be accepted")
                    return
                }
            }
            #expect(try await test.send("{}").refusal == .rateLimited(retryAfterSeconds: 30))
            test.clock.advance(.seconds(30))
            guard case .accepted = try await test.send(#"{"type":"t","event_id":"9","data":{}}"#) else {
                Issue.record("expected it to be accepted")
                return
            }
        }
    }

    @Test func `a rotated secret is good beside the new one until the overlap ends`() async throws {
        try await TestHub.with { test in
            let new = try await test.hub.rotateSecret(
                of: test.first.source.id, to: nil, overlap: .seconds(3600), in: test.first.workspace, by: "test")
            let fresh = try #require(new).reveal()
            let old = test.first.sourceSecret.reveal()
            #expect(try await test.send(#"{"type":"t","event_id":"1","data":{}}"#, secret: old).refusal == nil)
            #expect(try await test.send(#"{"type":"t","event_id":"2","data":{}}"#, secret: fresh).refusal == nil)
            test.clock.advance(.seconds(3601))
            #expect(
                try await test.send(#"{"type":"t","event_id":"3","data":{}}"#, secret: old).refusal?.code
                    == "invalid_signature")
            #expect(try await test.send(#"{"type":"t","event_id":"4","data":{}}"#, secret: fresh).refusal == nil)
        }
    }

    @Test func `the workspace's secret is good at its signed sources`() async throws {
        try await TestHub.with { test in
            let secret = try await test.hub.rotateWorkspaceSecret(
                test.first.workspace, overlap: .zero, by: "test")
            let outcome = try await test.send(#"{"type":"t","data":{}}"#, secret: secret.reveal())
            #expect(outcome.refusal == nil)
        }
    }
}

extension TestHub {
    func signed(
        _ body: String, key: String = "key", at seconds: Int64? = nil, secret: String? = nil
    ) throws -> IncomingRequest {
        let signer = try Signer.signed(secret: secret ?? first.sourceSecret.reveal())
        let headers = try signer.headers(
            id: key, timestampSeconds: seconds ?? now.seconds, body: Array(body.utf8))
        return incoming(headers: Fields(headers.map { ($0.name, $0.value) }), body: body)
    }

    func send(
        _ body: String, key: String? = nil, at seconds: Int64? = nil, secret: String? = nil
    ) async throws -> IntakeOutcome {
        let key = key ?? "key-\(body.hashValue)"
        return await hub.receive(
            workspace: "main", source: "inbox", try signed(body, key: key, at: seconds, secret: secret))
    }

    func messages() async throws -> [Message] {
        try await hub.store.messages(of: first.workspace, MessageQuery(), PageRequest(.after(0))).elements
    }
}

extension IntakeOutcome {
    var eventID: String? {
        guard case .accepted(let acceptance) = self else { return nil }
        return acceptance.eventID
    }

    var refusal: IntakeRefusal? {
        guard case .refused(let refusal) = self else { return nil }
        return refusal
    }
}

extension [Finding] {
    var topic: String {
        guard case .message(let draft)? = first?.meaning else { return "" }
        return draft.topic
    }
}
