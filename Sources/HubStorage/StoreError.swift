/// Why a store could not do its work.
package enum StoreError: Error, Sendable, Equatable {
    /// The disk is full, read-only or broken; it may pass. `detail` is the engine's own word for it.
    case unavailable(detail: String)
    /// Too much is waiting already.
    case overloaded
    /// Something with that natural key (a name, an e-mail address) is there already.
    case conflict(what: String)
    /// What the call names is not there.
    case notFound(what: String)
    /// The item cannot be stored as it is.
    case invalid(detail: String)
    case cancelled
    /// The database was written by a newer version, or is not ours.
    case incompatible(detail: String)
    /// A secret was sealed with a master key that is not the current one any more.
    case staleKey

    /// Stable: returned by the API, used as a metric label. Append, never rename.
    package var code: String {
        switch self {
        case .unavailable: "storage_unavailable"
        case .overloaded: "storage_overloaded"
        case .conflict: "conflict"
        case .notFound: "not_found"
        case .invalid: "invalid"
        case .cancelled: "cancelled"
        case .incompatible: "storage_incompatible"
        case .staleKey: "storage_stale_key"
        }
    }
}
