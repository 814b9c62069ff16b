package import HubCore
package import HubStorage
import WebhookSignatures

/// What an attempt sent, made again from what is stored: requests themselves are not kept.
package struct SentRequest: Sendable {
    package let method: String
    /// In the order in which they went out, signatures shortened; the endpoint's own show their names only.
    package let headers: Fields
    /// In the endpoint's shape. Nil: not kept any more, or ``bodyFault`` says why it could not be made.
    package let body: [UInt8]?
    package let bodyFault: BodyError?
    package let contentType: String?
    /// Whether the signatures are those that were sent: not so once a secret of that time is gone.
    package let knowsSignatures: Bool

    /// In the place of what may be a credential.
    package static let hidden = "••••••••"
}

extension Hub {
    /// - Parameters:
    ///   - attempt: which one; nil: the next, as it would go out now.
    ///   - endpoint: nil when it is gone: then headers of its own and signatures are not known.
    package func sentRequest(of story: DeliveryStory, _ attempt: Attempt?, to endpoint: Endpoint?) -> SentRequest {
        let event = story.event
        // The endpoint's own settings are those of now, which may be later than the attempt.
        let made = sentBody(of: story, to: endpoint)
        let time = attempt?.startedAt ?? clock.now()
        let signing = endpoint.flatMap { signingSecrets(of: $0, at: time) }
        let draft = endpoint.flatMap { try? self.draft(of: $0) }
        let own = draft?.headers ?? Fields()
        let described = DeliverySigner.Attempt(
            eventID: "\(event.id)", eventType: event.type, delivery: story.summary.delivery.id.uuid,
            timestampSeconds: time.seconds, contentType: made.contentType ?? "application/json")
        let headers = (try? DeliverySigner(secrets: signing ?? []))
            .flatMap { try? $0.headers(for: described, body: made.bytes ?? [], custom: own) }
        var fields = ((headers ?? Fields()).fields + event.headersOfItsWay(besides: own)).map { field -> Fields.Field in
            if own.header(field.name) != nil { return .init(name: field.name, value: SentRequest.hidden) }
            // The span of an attempt is not kept either.
            let isSecret = ["x-webhook-signature", "webhook-signature", TraceContext.parentHeader]
                .contains(field.name.lowercased())
            return isSecret ? .init(name: field.name, value: Self.shortened(field.value)) : field
        }
        if draft?.authentication != nil { fields.append(.init(name: "Authorization", value: SentRequest.hidden)) }
        return SentRequest(
            method: endpoint?.policy.method ?? "POST", headers: Fields(fields), body: made.bytes,
            bodyFault: made.fault, contentType: made.contentType,
            knowsSignatures: signing != nil && made.bytes != nil)
    }

    /// The body of a delivery in its endpoint's shape; as published when the endpoint is gone.
    package func sentBody(
        of story: DeliveryStory, to endpoint: Endpoint?
    ) -> (bytes: [UInt8]?, contentType: String?, fault: BodyError?) {
        guard let content = story.content?.body else { return (nil, nil, nil) }
        do throws(BodyError) {
            let event = story.event
            let made = try (endpoint?.policy.body ?? .envelope).body(
                id: "\(event.id)", type: event.type, timestamp: event.createdAt, content: content,
                templates: templates)
            return (made.bytes, made.contentType, nil)
        } catch {
            return (nil, nil, error)
        }
    }

    /// Those that signed at that time; nil when some are gone.
    private func signingSecrets(of endpoint: Endpoint, at time: Timestamp) -> [Secret<String>]? {
        let place = SealingPlace.endpointSecret(endpoint.id, in: endpoint.workspace)
        let good = endpoint.secrets.filter { $0.createdAt <= time && $0.isGood(at: time) }
        guard !good.isEmpty || endpoint.secrets.isEmpty else { return nil }
        var texts: [Secret<String>] = []
        for secret in good {
            // What cannot be opened is as if it were gone.
            guard let text = try? vault.open(secret.secret, at: place) else { return nil }
            texts.append(text)
        }
        return texts
    }

    /// The scheme and the first letters of each, so that people can compare and nobody can reuse it.
    private static func shortened(_ signatures: String) -> String {
        signatures.split(separator: " ").map { signature in
            let mark = signature.firstIndex { $0 == "=" || $0 == "," } ?? signature.startIndex
            return String(signature[...mark]) + String(signature[mark...].dropFirst().prefix(8)) + "…"
        }.joined(separator: " ")
    }
}
