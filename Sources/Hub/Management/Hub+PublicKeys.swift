package import HubCore
import HubStorage
import Synchronization
package import WebhookSignatures

extension Hub {
    /// The public keys of all endpoints that have Ed25519 pairs, 32 bytes each, in no order that tells whose they are.
    ///
    /// Strangers may ask for it, so that it is made at most once in ``PublicKeyList/keeping``.
    ///
    /// - Throws: ``StoreError``.
    package func webhookPublicKeys() async throws -> [[UInt8]] {
        if let known = publicKeys.current(at: clock.now()) { return known }
        do {
            let keys = try await readPublicKeys()
            publicKeys.set(keys, at: clock.now())
            return keys
        } catch {
            publicKeys.abandon()
            throw error
        }
    }

    private func readPublicKeys() async throws -> [[UInt8]] {
        let now = clock.now()
        var keys: Set<[UInt8]> = []
        for workspace in try await store.workspaces() {
            guard let runtime = try await runtimes.refreshed(workspace.id) else { continue }
            for endpoint in runtime.configuration.endpoints {
                // One whose secrets cannot be opened signs nothing.
                guard let target = runtime.prepared(endpoint.id, at: now)?.target else { continue }
                keys.formUnion(target.signer.publicKeys)
            }
        }
        return keys.sorted { $0.lexicographicallyPrecedes($1) }
    }

    // MARK: What somebody got

    /// Judges a delivery by the secrets of the endpoint that it went to.
    ///
    /// - Parameter headers: as the receiver got them.
    package func deliveryCheck(
        headers: Fields, body: [UInt8], endpoint id: ID<Endpoint>, in workspace: WorkspaceID
    ) async throws(SetupError) -> DeliveryCheck {
        guard let endpoint = try await configuration(of: workspace).endpoint(id) else {
            throw .notFound(what: "endpoint")
        }
        let now = clock.now()
        let place = SealingPlace.endpointSecret(id, in: workspace)
        var secrets: [Secret<String>] = []
        for stored in endpoint.secrets where stored.isGood(at: now) {
            do throws(VaultError) {
                secrets.append(try vault.open(stored.secret, at: place))
            } catch {
                throw .unavailable(detail: error.code)
            }
        }
        return DeliveryCheck(headers: headers, body: body, secrets: secrets, nowSeconds: now.seconds)
    }
}

/// The public keys as they were read last.
final class PublicKeyList: Sendable {
    private struct State {
        var keys: [[UInt8]]?
        var until = Timestamp(milliseconds: 0)
        var isReading = false
    }

    private let state = Mutex(State())

    /// How old what is answered may be.
    static let keeping = Duration.seconds(15)

    /// - Returns: nil when the caller is to read them; until it has, others get the old ones where there are any.
    func current(at now: Timestamp) -> [[UInt8]]? {
        state.withLock { state in
            if let keys = state.keys, now < state.until || state.isReading { return keys }
            state.isReading = true
            return nil
        }
    }

    func set(_ keys: [[UInt8]], at now: Timestamp) {
        state.withLock { $0 = State(keys: keys, until: now + Self.keeping) }
    }

    func abandon() {
        state.withLock { $0.isReading = false }
    }
}
