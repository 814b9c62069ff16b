package import HubCore
import HubStorage
package import WebhookSignatures

/// Why nobody may listen to a source.
package enum ListenError: Error, Sendable, Equatable {
    /// It promises that nothing of its requests is shown to anybody.
    case renderOnly
}

extension Hub {
    /// Begins to hand out a source's requests as they come, byte for byte, with the credentials in them.
    ///
    /// - Throws: ``ListenError`` or ``SetupError``.
    package func listen(
        to source: Source, in workspace: WorkspaceID, by actor: String
    ) async throws -> RequestTap.Listening {
        guard source.storage != .renderOnly else { throw ListenError.renderOnly }
        try await apply([], audit(clock.now(), workspace, actor, "source.listen", "\(source.id)"))
        return tap.listen(to: source.id)
    }

    /// Whether a source may (still) be listened to.
    package func isListenable(_ source: ID<Source>, in workspace: WorkspaceID) async -> Bool {
        // A store in trouble ends nobody's listening.
        guard let configuration = try? await configuration(of: workspace) else { return true }
        return configuration.source(source).map { $0.storage != .renderOnly } ?? false
    }

    /// What an endpoint with this signer would get of an event now.
    ///
    /// The delivery is named after the event: who goes on listening after a break gets the same name again.
    ///
    /// - Returns: nil for an event that says nothing of its own, or whose content is not kept (any more).
    package func webhook(
        of event: Event, signedBy signer: DeliverySigner
    ) async throws -> (headers: Fields, body: [UInt8])? {
        guard let content = try await store.content(of: event.id, in: event.workspace)?.body else { return nil }
        let id = "\(event.id)"
        let body = content.body(id: id, type: event.type, timestamp: event.createdAt)
        let attempt = DeliverySigner.Attempt(
            eventID: id, eventType: event.type, delivery: event.id.uuid, timestampSeconds: clock.now().seconds,
            contentType: content.contentType)
        var headers = try signer.headers(for: attempt, body: body)
        headers.fields += event.headersOfItsWay()
        return (headers, body)
    }
}
