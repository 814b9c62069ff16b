import Egress
import HubCore
import HubStorage
import WebhookSignatures

/// Makes the request of a delivery, signed for this attempt, and sends it.
struct AttemptSender: Sendable {
    private let egress: OutboundSender
    private let tokens: AuthorizationTokens
    private let templates: TemplateRenderer

    init(_ egress: OutboundSender, templates: TemplateRenderer) {
        self.egress = egress
        self.templates = templates
        tokens = AuthorizationTokens(send: egress.send)
    }

    func exchange(
        _ delivery: LeasedDelivery, _ prepared: PreparedEndpoint, at now: Timestamp
    ) async -> Exchange {
        guard let target = prepared.target, let content = delivery.content else { return .impossible }
        let event = delivery.event
        let id = "\(event.id)"
        do {
            let (body, contentType) = try prepared.endpoint.policy.body.body(
                id: id, type: event.type, timestamp: event.createdAt, content: content, templates: templates)
            let attempt = DeliverySigner.Attempt(
                eventID: id, eventType: event.type, delivery: delivery.id.uuid, timestampSeconds: now.seconds,
                contentType: contentType)
            var headers = try target.signer.headers(for: attempt, body: body, custom: target.headers)
            headers.fields += event.headersOfItsWay(besides: target.headers)
            let authorization = try await tokens.header(for: target.authorization)
            if let authorization {
                headers.fields.append(.init(name: "Authorization", value: authorization.reveal()))
            }
            let exchange = await egress.send(
                OutboundRequest(
                    method: prepared.endpoint.policy.method, url: target.url, headers: headers, body: body,
                    timeout: prepared.endpoint.policy.timeout, identity: target.identity))
            if let authorization, exchange.answer?.status == 401 {
                tokens.forget(authorization, for: target.authorization)
            }
            return exchange
        } catch let failure as AttemptFailure {
            return Exchange(failure: failure)
        } catch {
            // What cannot be shaped or signed cannot be sent.
            return .impossible
        }
    }

    func close() async { await egress.close() }
}

extension Exchange {
    /// Nothing could be sent with the endpoint's settings.
    fileprivate static let impossible = Exchange(failure: .request)
}

extension Exchange.Timing {
    var stored: Attempt.Timing {
        func microseconds(_ duration: Duration?) -> Int64? {
            duration.map { $0.components.seconds * 1_000_000 + $0.components.attoseconds / 1_000_000_000_000 }
        }
        return Attempt.Timing(
            resolving: microseconds(resolving), connecting: microseconds(connecting), waiting: microseconds(waiting),
            receiving: microseconds(receiving), total: microseconds(total) ?? 0)
    }
}
