package import HubCore

extension JSON {
    /// A JSON Schema without room for members that it does not name.
    package var closedSchema: JSON {
        switch self {
        case .array(let elements): return .array(elements.map(\.closedSchema))
        case .object(let object):
            var strict = JSON.Object(object.members.map { ($0.key, $0.value.closedSchema) })
            if object["properties"]?.object != nil, object["type"] != nil { strict["additionalProperties"] = false }
            return .object(strict)
        default: return self
        }
    }
}
