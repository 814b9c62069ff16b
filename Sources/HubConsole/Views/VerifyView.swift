import HubCore
import WebhookSignatures

/// Headers, body and secret in; what is right and what is wrong out. The secret is never shown again.
struct VerifyView: TemplatedView {
    static let template = "verify"

    let fault: String?
    let result: Result?
    let headers: String
    let body: String
    let endpoints: ChoicesView
    let hasEndpoints: Bool
    let snippets: [Snippet]

    struct Result: Sendable {
        let verdict: PillView
        let summary: String
        let reasons: [String]

        init(_ check: DeliveryCheck) {
            verdict = check.isGenuine ? PillView("genuine", .good) : PillView("refused", .bad)
            var sentences = check.sentences
            summary = sentences.removeFirst()
            reasons = sentences
        }
    }

    struct Snippet: Sendable {
        let title: String
        let hint: String
        let code: String
    }
}
