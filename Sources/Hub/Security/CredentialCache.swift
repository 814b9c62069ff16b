package import HubCore
package import HubStorage
import Synchronization

/// Credentials that were looked up a moment ago, so that a busy bot costs no read a request.
///
/// An entry is good for a few seconds only: a key that another process revokes stops working within that time, one
/// revoked by this process at once.
final class CredentialCache: Sendable {
    private static let lifetime = Duration.seconds(5)
    private static let capacity = 1000

    private let entries = Mutex<[[UInt8]: (credential: Credential, until: Timestamp)]>([:])

    func find(_ lookupHash: [UInt8], at now: Timestamp) -> Credential? {
        entries.withLock { entries in
            guard let entry = entries[lookupHash], now < entry.until else { return nil }
            return entry.credential
        }
    }

    func keep(_ credential: Credential, at now: Timestamp) {
        entries.withLock { entries in
            if entries.count >= Self.capacity { entries.removeAll(keepingCapacity: true) }
            entries[credential.lookupHash] = (credential, now + Self.lifetime)
        }
    }

    func removeAll() {
        entries.withLock { $0.removeAll() }
    }
}

extension Hub {
    /// The credential that a key, token or session id stands for; nil when there is none or it has expired.
    package func credential(_ text: String, at now: Timestamp) async throws(StoreError) -> Credential? {
        let hash = vault.hash(.credential, text)
        if let known = credentials.find(hash, at: now) { return known.isValid(at: now) ? known : nil }
        guard let found = try await store.credential(lookupHash: hash), found.isValid(at: now) else { return nil }
        credentials.keep(found, at: now)
        return found
    }
}
