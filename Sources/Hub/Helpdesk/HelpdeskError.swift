package import HubCore
import HubStorage

/// Why a ticket, survey or response was not made or changed.
package enum HelpdeskError: Error, Sendable, Hashable {
    case refused(RecordError)
    case notFound(what: String)
    /// It is not the version any more that the change was made for.
    case changed(what: String)
    case unavailable(detail: String)

    /// Stable: returned by the API. Append, never rename.
    package var code: String {
        switch self {
        case .refused(let error): error.code
        case .notFound: "not_found"
        case .changed: "conflict"
        case .unavailable: "unavailable"
        }
    }

    init(_ error: StoreError) {
        switch error {
        case .notFound(let what): self = .notFound(what: what)
        case .conflict(let what): self = .changed(what: what)
        case .unavailable, .overloaded, .invalid, .cancelled, .incompatible, .staleKey:
            self = .unavailable(detail: error.code)
        }
    }

    init(_ error: SetupError) {
        switch error {
        case .notFound(let what): self = .notFound(what: what)
        case .conflict(let what): self = .changed(what: what)
        case .invalid(let field, let reason): self = .refused(.invalid(path: field, problem: reason))
        case .unavailable(let detail): self = .unavailable(detail: detail)
        }
    }
}

extension HelpdeskError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .refused(let error): "\(error)"
        case .notFound(let what): "there is no such \(what)"
        case .changed(let what): "the \(what) has changed meanwhile; read it again"
        case .unavailable(let detail): "the store did not take it (\(detail)); try again"
        }
    }
}

extension Hub {
    /// What a store is asked for, in this layer's words.
    func reading<Value: Sendable>(
        _ read: (any Store) async throws(StoreError) -> Value
    ) async throws(HelpdeskError) -> Value {
        do throws(StoreError) {
            return try await read(store)
        } catch {
            throw HelpdeskError(error)
        }
    }

    func snapshot(of workspace: WorkspaceID) async throws(HelpdeskError) -> WorkspaceConfiguration {
        do throws(SetupError) {
            return try await configuration(of: workspace)
        } catch {
            throw HelpdeskError(error)
        }
    }

    /// Commits changes of records together with the events that tell of them.
    func commit(
        _ changes: [RecordChange], telling events: [RecordEvent], in workspace: WorkspaceID
    ) async throws(HelpdeskError) {
        do throws(SetupError) {
            _ = try await happen(
                events.map { Happening(type: $0.type, data: $0.data, customer: $0.customer) },
                keeping: changes.map(Effect.keep), in: workspace)
        } catch {
            throw HelpdeskError(error)
        }
    }

    /// What a pure change refuses, in this layer's words.
    func allowing<Value>(_ change: () throws(RecordError) -> Value) throws(HelpdeskError) -> Value {
        do throws(RecordError) {
            return try change()
        } catch {
            throw .refused(error)
        }
    }

    /// Tries a change of a record anew while others change it in between; three times.
    func retrying<Value: Sendable>(
        _ change: () async throws(HelpdeskError) -> Value
    ) async throws(HelpdeskError) -> Value {
        for _ in 0..<2 {
            do throws(HelpdeskError) {
                return try await change()
            } catch {
                guard case .changed = error else { throw error }
            }
        }
        return try await change()
    }
}
