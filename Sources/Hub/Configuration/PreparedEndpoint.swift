package import Egress
package import HubCore
import HubStorage
package import WebhookSignatures

/// An endpoint with everything that its attempts need, made ready once per configuration.
package final class PreparedEndpoint: Sendable {
    package let endpoint: Endpoint
    /// Nil when nothing can be sent; ``problem`` says why.
    package let target: Target?
    package let problem: String?
    /// When a secret ends, so that this must be made anew.
    let validUntil: Timestamp?

    package struct Target: Sendable {
        package let url: OutboundURL
        package let headers: Fields
        package let signer: DeliverySigner
    }

    init(_ endpoint: Endpoint, vault: Vault, now: Timestamp) {
        self.endpoint = endpoint
        let secrets = endpoint.secrets.filter { $0.isGood(at: now) }
        validUntil = secrets.compactMap(\.expiresAt).min()
        do {
            let connection = try Self.connection(of: endpoint, vault)
            let place = SealingPlace.endpointSecret(endpoint.id, in: endpoint.workspace)
            let texts = try secrets.map { try vault.open($0.secret, at: place) }
            target = Target(
                url: try OutboundURL(connection.url), headers: connection.headers,
                signer: try DeliverySigner(secrets: texts))
            problem = nil
        } catch {
            target = nil
            problem = (error as? VaultError)?.code ?? "\(error)"
        }
    }

    /// - Throws: ``VaultError``.
    static func connection(of endpoint: Endpoint, _ vault: Vault) throws(VaultError) -> EndpointConnection {
        let place = SealingPlace.endpointConnection(endpoint.id, in: endpoint.workspace)
        let text = try vault.open(endpoint.connection, at: place).reveal()
        guard let document = try? JSON.parse(text), let connection = EndpointConnection(document) else {
            throw .damaged
        }
        return connection
    }
}
