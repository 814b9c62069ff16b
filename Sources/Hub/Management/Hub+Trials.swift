package import HubCore
import HubStorage
package import Integrations
import WebhookSignatures

extension Hub {
    /// Sends a sample of its integration in at a source's door, signed like its sender's, and stores nothing.
    ///
    /// - Throws: ``SetupError/invalid(field:reason:)`` when the hub cannot sign as the source's scheme demands.
    package func tryOut(_ source: Source, with sample: Sample) async throws(SetupError) -> IntakeOutcome {
        let now = clock.now()
        let body = Array(sample.body.utf8)
        let secret = try newestSecret(of: source, at: now)
        let credentials = try headers(for: source, secret, body, now)
        let incoming = IncomingRequest(
            method: "POST", path: source.urlPath, rawQuery: nil,
            headers: Fields(
                sample.headers.fields + [.init(name: "Content-Type", value: sample.contentType)]
                    + credentials.map { .init(name: $0.name, value: $0.value) }),
            body: body, remoteAddress: nil, publicBase: "", receivedAt: now)
        return await receive(workspace: source.workspace.slug, source: source.name, incoming, isDryRun: true)
    }

    private func headers(
        for source: Source, _ secret: Secret<String>?, _ body: [UInt8], _ now: Timestamp
    ) throws(SetupError) -> [(name: String, value: String)] {
        let scheme = source.verification.scheme
        if scheme == "none" { return [] }
        guard let secret = secret?.reveal() else {
            throw .invalid(field: "verification.secrets", reason: "there is none to sign with")
        }
        let prefix = source.verification.headerPrefix
        do {
            let signer: Signer
            switch scheme {
            case "signed": signer = try .signed(secret: secret, headerPrefix: prefix)
            case "signed-strict": signer = try .signedStrict(secret: secret, headerPrefix: prefix)
            case "standard": signer = try .standard(keys: [SigningKey(secret)])
            case "github": signer = try .body(secret: secret, header: "X-Hub-Signature-256")
            case "bearer": return [("Authorization", "Bearer \(secret)")]
            case "gitlab": return [("X-Gitlab-Token", secret)]
            default:
                throw SetupError.invalid(
                    field: "verification.scheme", reason: "the hub does not sign as \(scheme); let the sender try it")
            }
            return try signer.headers(id: "test-\(now.milliseconds)", timestampSeconds: now.seconds, body: body)
        } catch let error as SetupError {
            throw error
        } catch {
            throw .invalid(field: "verification", reason: "\(error)")
        }
    }
}
