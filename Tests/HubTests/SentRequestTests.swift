import Egress
import Hub
import HubCore
import HubStorage
import HubTesting
import Synchronization
import Testing

/// What was sent last.
private final class Captured: Sendable {
    private let last = Mutex<OutboundRequest?>(nil)

    var request: OutboundRequest? { last.withLock { $0 } }

    var sender: OutboundSender {
        OutboundSender(
            send: { request in
                self.last.withLock { $0 = request }
                return Exchange(failure: nil, answer: .init(status: 200, headers: [:]))
            }, check: { _ in nil })
    }
}

@Suite struct SentRequestTests {
    private func withTest(
        _ more: (inout EndpointDraft) -> Void = { _ in },
        _ work: (TestHub, Endpoint, DeliveryStory, OutboundRequest) async throws -> Void
    ) async throws {
        let captured = Captured()
        try await TestHub.with(receiver: captured.sender) { test in
            var draft = EndpointDraft(url: "https://receiver.test/hook", events: ["*"])
            more(&draft)
            let made = try await test.hub.makeEndpoint(draft, in: test.first.workspace, by: "test")
            test.clock.advance(.seconds(60))
            let story = try await test.hub.test(
                endpoint: made.endpoint.id, type: "ticket.created", in: test.first.workspace, by: "test")
            test.clock.advance(.seconds(60))
            let endpoint = try await test.hub.endpoint(made.endpoint.id, in: test.first.workspace)
            try await work(test, endpoint, story, try #require(captured.request))
        }
    }

    @Test func `it is told as it was sent, with signatures shortened and the endpoint's own headers hidden`()
        async throws
    {
        try await withTest { draft in
            draft.headers = ["X-Key": "hush"]
        } _: { test, endpoint, story, request in
            let sent = test.hub.sentRequest(of: story, story.attempts.first?.attempt, to: endpoint)
            #expect(sent.body == request.body)
            #expect(sent.knowsSignatures)
            #expect(sent.headers.header("X-Key") == SentRequest.hidden)
            for name in [
                "Content-Type", "User-Agent", "X-Webhook-Event", "X-Webhook-Delivery", "webhook-id",
                "webhook-timestamp",
            ] {
                #expect(sent.headers.header(name) == request.headers.header(name), "\(name)")
            }
            for name in ["X-Webhook-Signature", "webhook-signature"] {
                let (shown, whole) = (sent.headers.header(name) ?? "", request.headers.header(name) ?? "")
                #expect(
                    shown.hasSuffix("…") && shown.count < 20 && whole.hasPrefix(shown.dropLast()), "\(shown) \(whole)")
            }
        }
    }

    @Test func `signatures of a secret that is gone are not made up`() async throws {
        try await withTest { test, endpoint, story, request in
            _ = try await test.hub.rotateSecret(
                ofEndpoint: endpoint.id, to: nil, overlap: .seconds(3600), in: test.first.workspace, by: "test")
            let during = try await test.hub.endpoint(endpoint.id, in: test.first.workspace)
            let known = test.hub.sentRequest(of: story, story.attempts.first?.attempt, to: during)
            let shown = try #require(known.headers.header("X-Webhook-Signature"))
            #expect(
                known.knowsSignatures
                    && request.headers.header("X-Webhook-Signature")?.hasPrefix(shown.dropLast()) == true)

            _ = try await test.hub.rotateSecret(
                ofEndpoint: endpoint.id, to: nil, overlap: .zero, in: test.first.workspace, by: "test")
            let after = try await test.hub.endpoint(endpoint.id, in: test.first.workspace)
            let unknown = test.hub.sentRequest(of: story, story.attempts.first?.attempt, to: after)
            #expect(!unknown.knowsSignatures && unknown.headers.header("X-Webhook-Signature") == nil)
            #expect(test.hub.sentRequest(of: story, nil, to: nil).headers.header("X-Webhook-Signature") == nil)
        }
    }

    @Test func `a body of the receiver's own shape is told as it was sent, and signed as it was`() async throws {
        try await withTest { draft in
            draft.policy.body = .template("kind={{type}}", contentType: "application/x-www-form-urlencoded")
            draft.authentication = ["type": "bearer", "token": "hush"]
        } _: { test, endpoint, story, request in
            let sent = test.hub.sentRequest(of: story, story.attempts.first?.attempt, to: endpoint)
            #expect(sent.body == Array("kind=ticket.created".utf8) && sent.body == request.body)
            #expect(sent.headers.header("Authorization") == SentRequest.hidden)
            for name in ["Content-Type", "Martlet-Depth"] {
                #expect(sent.headers.header(name) == request.headers.header(name), "\(name)")
            }
            let (shown, whole) = (
                sent.headers.header("webhook-signature") ?? "", request.headers.header("webhook-signature") ?? ""
            )
            #expect(!shown.isEmpty && whole.hasPrefix(shown.dropLast()), "\(shown) \(whole)")
        }
    }

    @Test func `a body that cannot be made of an event is told as that`() async throws {
        try await withTest { test, endpoint, story, _ in
            var endpoint = endpoint
            endpoint.policy.body = .template("{{nothing}}", contentType: "application/json")
            let sent = test.hub.sentRequest(of: story, nil, to: endpoint)
            #expect(sent.body == nil && sent.bodyFault?.code == "body.not-json" && !sent.knowsSignatures)
        }
    }
}
