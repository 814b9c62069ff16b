package import HubCore
package import HubStorage

/// A workspace with a person, a stream and a source, and plans for it.
package struct TestWorkspace: Sendable {
    package let id: WorkspaceID
    package let person: Person
    package let stream: HubCore.Stream
    package let source: Source

    /// 2026-11-01T00:00:00Z
    package static let start = Timestamp(seconds: 1_793_491_200)

    package static func make(_ store: any Store, slug: String = "acme") async throws -> TestWorkspace {
        let id = WorkspaceID(stored: slug)
        let person = Person(
            id: .make(at: start), workspace: id, email: "ada@\(slug).test", name: "Ada", role: .admin, createdAt: start)
        let stream = HubCore.Stream(id: .make(at: start), workspace: id, number: 0, name: "ops", createdAt: start)
        let source = Source(
            id: .make(at: start), workspace: id, name: "ci", integration: "martlet",
            verification: .init(scheme: "signed"), createdAt: start)
        try await store.apply(
            [
                .createWorkspace(Workspace(id: id, name: slug, createdAt: start), secrets: []), .putPerson(person),
                .putStream(stream), .putSource(source),
            ], audit(id))
        return TestWorkspace(id: id, person: person, stream: stream, source: source)
    }

    package static func audit(_ workspace: WorkspaceID?, action: String = "test") -> AuditEntry {
        AuditEntry(at: start, workspace: workspace, actor: "test", action: action, subject: "")
    }

    /// A plan of one request with one event and one message.
    package func plan(
        version: Int64, key: String? = nil, body: String = "{}", draft: MessageDraft? = nil, at now: Timestamp = start,
        place: Effect.Post.Place? = nil, type: String = "build.failed"
    ) -> Plan {
        let request = Request(
            id: .make(at: now), workspace: id, source: source.id, door: .general, receivedAt: now,
            arrival: Request.Arrival(
                method: "POST", path: "/webhooks/v1/acme/ci", query: nil, headers: ["X-Test": "1"], remoteAddress: "::1"
            ),
            bodySize: Int64(body.utf8.count), verification: VerificationRecord(scheme: "signed", verdict: "verified"))
        let event = Event(
            id: .make(at: now), workspace: id, origin: .received, source: source.id, request: request.id, type: type,
            externalID: key, outcome: .message, createdAt: now)
        let post = Effect.Post(
            id: .make(at: now), place: place ?? .stream(stream.id), sender: .source(source.id),
            draft: draft ?? MessageDraft(topic: "build", body: "Build **failed**"), event: event.id)
        let claims = key.map { key in
            [
                IdempotencyClaim(
                    key: Array((Array(key.utf8) + Array(repeating: 0, count: 16)).prefix(16)),
                    bodyHash: Array(body.utf8.prefix(8)), expiresAt: now + .seconds(604_800))
            ]
        }
        return Plan(
            workspace: id, configurationVersion: version, request: request, body: Array(body.utf8),
            claims: claims ?? [], events: [event], effects: [.post(post)], answer: "\(event.id)")
    }
}
