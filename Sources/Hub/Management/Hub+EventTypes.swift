package import HubCore
import HubStorage

extension Hub {
    /// Makes or changes a type of the catalogue.
    package func describe(
        eventType name: String, in workspace: WorkspaceID, by actor: String, _ change: (inout EventType) -> Void
    ) async throws(SetupError) -> EventType {
        guard EventTypeName.isValid(name) else {
            throw .invalid(field: "type", reason: "must be letters, digits, '_' and '-' in parts joined by '.'")
        }
        guard BuiltInEventType(rawValue: name) == nil else { throw .conflict(what: "built-in event type") }
        let configuration = try await configuration(of: workspace)
        let now = clock.now()
        var type = configuration.eventTypes[name] ?? EventType(workspace: workspace, name: name, createdAt: now)
        change(&type)
        try await apply([.putEventType(type)], audit(now, workspace, actor, "event_type.put", name))
        return type
    }

    package func delete(
        eventType name: String, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) {
        guard try await configuration(of: workspace).eventTypes[name] != nil else {
            throw .notFound(what: "event type")
        }
        try await apply(
            [.deleteEventType(workspace, name: name)],
            audit(clock.now(), workspace, actor, "event_type.delete", name))
    }
}
