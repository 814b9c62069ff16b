package import HubCore
package import HubStorage
import Integrations
import Synchronization

/// One configuration of a workspace and what was made ready from it.
package final class WorkspaceRuntime: Sendable {
    package let configuration: WorkspaceConfiguration
    private let vault: Vault
    private let prepared = Mutex<[ID<Source>: PreparedSource]>([:])
    private let preparedEndpoints = Mutex<[ID<Endpoint>: PreparedEndpoint]>([:])

    init(_ configuration: WorkspaceConfiguration, vault: Vault) {
        self.configuration = configuration
        self.vault = vault
    }

    /// - Returns: nil when the source's integration is not known here.
    package func prepared(_ source: Source, at now: Timestamp) -> PreparedSource? {
        let known = prepared.withLock { $0[source.id] }
        if let known, known.validUntil.map({ now < $0 }) ?? true { return known }
        guard let made = PreparedSource(source, in: configuration, vault: vault, now: now) else { return nil }
        prepared.withLock { $0[source.id] = made }
        return made
    }

    /// - Returns: nil when there is no such endpoint.
    package func prepared(_ endpoint: ID<Endpoint>, at now: Timestamp) -> PreparedEndpoint? {
        let known = preparedEndpoints.withLock { $0[endpoint] }
        if let known, known.validUntil.map({ now < $0 }) ?? true { return known }
        guard let found = configuration.endpoint(endpoint) else { return nil }
        let made = PreparedEndpoint(found, vault: vault, now: now)
        preparedEndpoints.withLock { $0[endpoint] = made }
        return made
    }
}

/// The current configuration of each workspace, read once and kept until it is known to be old.
///
/// A commit says when it is old; so does a look for something that is not there, since another process may have made it.
package final class WorkspaceRuntimes: Sendable {
    private let store: any Store
    private let vault: Vault
    private let current = Mutex<[WorkspaceID: WorkspaceRuntime]>([:])

    init(store: any Store, vault: Vault) {
        (self.store, self.vault) = (store, vault)
    }

    /// - Returns: nil when there is no such workspace.
    package func runtime(of workspace: WorkspaceID) async throws(StoreError) -> WorkspaceRuntime? {
        if let known = current.withLock({ $0[workspace] }) { return known }
        return try await reload(workspace)
    }

    /// As it was read last; nil: it never was.
    func known(_ workspace: WorkspaceID) -> WorkspaceRuntime? {
        current.withLock { $0[workspace] }
    }

    /// Reads it again if it has changed.
    package func refreshed(_ workspace: WorkspaceID) async throws(StoreError) -> WorkspaceRuntime? {
        if let known = current.withLock({ $0[workspace] }),
            try await store.configurationVersion(of: workspace) == known.configuration.version
        {
            return known
        }
        return try await reload(workspace)
    }

    private func reload(_ workspace: WorkspaceID) async throws(StoreError) -> WorkspaceRuntime? {
        guard let configuration = try await store.configuration(of: workspace) else {
            current.withLock { $0[workspace] = nil }
            return nil
        }
        return current.withLock { current in
            // Two may have read at once: the newer one stays.
            if let known = current[workspace], known.configuration.version >= configuration.version { return known }
            let made = WorkspaceRuntime(configuration, vault: vault)
            current[workspace] = made
            return made
        }
    }
}
