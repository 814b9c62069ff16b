import HTTPTypes
import Hub
import HubCore
import HubStorage

/// The catalogue of what goes out: the hub's own types and people's.
enum EventTypeCalls {
    static let all = [
        Call(
            .get, "/v1/event-types", "All types of events that go out, the hub's own included", .workspace(.read),
            .list(of: shape), answer: list),
        Call(
            .put, "/v1/event-types/{type}", "Describe a type of your own; what is published is held to its schema",
            .workspace(.admin), .document(shape),
            body: change, answer: put),
        Call(
            .delete, "/v1/event-types/{type}", "Take a type out of the catalogue; it can still be published",
            .workspace(.admin), .nothing, answer: delete),
    ]

    static let change = Shape.object([
        .optional("summary", .text(0...2000)),
        .optional("schema", .either(.object([], others: .anything), .boolean).orNull, "JSON Schema for data."),
        .optional("sample", .anything, "A plausible data."), .optional("deprecated", .boolean),
    ])

    private static let shape = Shape.named(
        "EventType",
        [
            .required("name", .text), .required("built_in", .boolean), .required("summary", .text),
            .required("schema", .anything, "JSON Schema of data; null: nothing is promised of it."),
            .required("sample", .anything), .required("deprecated", .boolean),
            .required("planned", .boolean, "Nothing sends it yet: what it belongs to is not there in this version."),
        ])

    private static func list(_ call: CallContext) async throws -> CallAnswer {
        let own = try await call.configuration().eventTypes.values.sorted { $0.name < $1.name }
        return .list((CatalogueEntry.builtIn + own.map(CatalogueEntry.init)).map(document))
    }

    private static func put(_ call: CallContext) async throws -> CallAnswer {
        let body = call.body
        let type = try await call.hub.describe(
            eventType: call.parameter("type"), in: try call.workspace, by: call.actor
        ) { type throws(SetupError) in try apply(body, to: &type) }
        return .document(document(CatalogueEntry(type)))
    }

    static func apply(_ body: Payload, to type: inout EventType) throws(SetupError) {
        if let summary = body["summary"].text { type.summary = summary }
        if let schema = body["schema"].value {
            do throws(JSONSchemaError) {
                type.schema = schema == .null ? nil : try JSONSchema(schema)
            } catch {
                throw .invalid(field: "schema", reason: "\(error)")
            }
        }
        if let sample = body["sample"].value { type.sample = sample == .null ? nil : sample }
        if let isDeprecated = body["deprecated"].value?.bool { type.isDeprecated = isDeprecated }
    }

    private static func delete(_ call: CallContext) async throws -> CallAnswer {
        try await call.hub.delete(eventType: call.parameter("type"), in: try call.workspace, by: call.actor)
        return .nothing
    }

    static func document(_ entry: CatalogueEntry) -> JSON {
        [
            "name": .string(entry.name), "built_in": .bool(entry.isBuiltIn), "summary": .string(entry.summary),
            "schema": entry.schema ?? .null, "sample": entry.sample ?? .null, "deprecated": .bool(entry.isDeprecated),
            "planned": .bool(entry.isPlanned),
        ]
    }
}
