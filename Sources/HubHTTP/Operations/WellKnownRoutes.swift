import HTTPTypes
import Hub
import HubCore
import HubStorage
import Hummingbird
import WebhookSignatures

/// What receivers of outgoing webhooks fetch without being known here.
struct WellKnownRoutes: Sendable {
    let hub: Hub

    /// How long a receiver may use what it got: a key that is new signs for less than this before it is known.
    private static let keepingSeconds = 60

    func add(to router: Router<HubContext>) {
        router.get("/.well-known/webhook-keys") { _, context in
            await keys().response(in: context)
        }
    }

    private func keys() async -> Answer {
        do {
            var answer = Answer.json(WebhookKeySet.json(try await hub.webhookPublicKeys()))
            answer.contentType = WebhookKeySet.contentType
            answer.headers[.cacheControl] = "public, max-age=\(Self.keepingSeconds)"
            // For receivers that verify within a browser's worker.
            answer.headers[.accessControlAllowOrigin] = "*"
            return answer
        } catch {
            return Answer.error("unavailable", status: 503).retryAfter(1)
        }
    }
}
