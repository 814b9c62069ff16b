import Hub
import HubCore
import HubStorage
import WebhookSignatures

/// Why does a receiver refuse a webhook, and the code that would not. Nothing of it is kept.
enum VerifyRoutes {
    static let all: [Route] = [
        .get("/endpoints/verify", show), .post("/endpoints/verify", .read, judge),
    ]

    @Sendable private static func show(_ visit: Visit) async throws -> ConsoleResponse {
        page(visit, result: nil)
    }

    @Sendable private static func judge(_ visit: Visit) async throws -> ConsoleResponse {
        let headers = DeliveryCheck.headers(in: visit.form["headers"] ?? "")
        guard !headers.isEmpty else {
            return page(visit, fault: "Paste the headers that came: a line each, Name: value.", status: 422)
        }
        let bodies = bodies(visit.form["body"] ?? "")
        let judge: (_ body: [UInt8]) async throws -> DeliveryCheck
        if let endpoint = visit.text("endpoint") {
            guard let id = ID<Endpoint>(endpoint) else { return visit.notFound }
            judge = { body in
                try await visit.hub.deliveryCheck(headers: headers, body: body, endpoint: id, in: visit.workspace)
            }
        } else if let secret = visit.form["secret"], !secret.isEmpty {
            judge = { body in
                DeliveryCheck(
                    headers: headers, body: body, secrets: [Secret(secret)], nowSeconds: visit.now.seconds)
            }
        } else {
            return page(visit, fault: "Choose the endpoint, or paste its secret.", status: 422)
        }
        var check = try await judge(bodies[0])
        for body in bodies.dropFirst() where !check.isGenuine {
            let other = try await judge(body)
            if other.isGenuine { check = other }
        }
        return page(visit, result: check)
    }

    /// Browsers send every line break of a form as two bytes; what was pasted had one, as a rule.
    private static func bodies(_ text: String) -> [[UInt8]] {
        let sent = Array(text.utf8)
        let usual = Array(text.replacing("\r\n", with: "\n").utf8)
        return usual == sent ? [usual] : [usual, sent]
    }

    private static func page(
        _ visit: Visit, result: DeliveryCheck? = nil, fault: String? = nil, status: Int = 200
    ) -> ConsoleResponse {
        let chosen = visit.text("endpoint")
        let endpoints = visit.configuration.endpoints.map { endpoint in
            ChoiceView("\(endpoint.id)", endpoint.title, isSelected: "\(endpoint.id)" == chosen)
        }
        let view = VerifyView(
            fault: fault, result: result.map(VerifyView.Result.init), headers: visit.form["headers"] ?? "",
            body: visit.form["body"] ?? "",
            endpoints: ChoicesView([ChoiceView("", "None: by this secret")] + endpoints),
            hasEndpoints: !endpoints.isEmpty,
            snippets: ReceiverSnippet.allCases.map {
                VerifyView.Snippet(title: $0.title, hint: $0.rawBody, code: $0.code)
            })
        return visit.page(view, .endpoints, title: "Verify a delivery", status: status)
    }
}
