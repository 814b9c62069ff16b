extension EventCondition {
    /// A part of a filter that does not hold for an event.
    package struct Miss: Sendable, Hashable {
        /// Where it stands in the filter: `$.data.priority`.
        package let path: String
        /// What is asked there.
        package let wanted: JSON
        /// What the event has there; nil: nothing, or no one place is asked about.
        package let found: JSON?
    }

    /// Which parts do not hold, in the order in which they were written; none: the event matches.
    ///
    /// Each part is judged as a filter of its own, so that this cannot say anything else than ``matches(type:data:metadata:)``.
    package func misses(type: String, data: JSON?, metadata: JSON? = nil) -> [Miss] {
        guard !matches(type: type, data: data, metadata: metadata) else { return [] }
        var parts: [Part] = []
        Part.take(apart: json, at: "$", into: &parts)
        return parts.compactMap { part in
            // A part of a filter is a filter.
            guard let condition = try? EventCondition(part.filter),
                !condition.matches(type: type, data: data, metadata: metadata)
            else { return nil }
            let subject: JSON = .object(
                JSON.Object(
                    [("type", JSON.string(type)), ("data", data ?? .null), ("metadata", metadata ?? .null)]))
            return Miss(path: part.path, wanted: part.wanted, found: part.place.flatMap { subject[$0] })
        }
    }
}

/// The smallest piece of a filter that must hold by itself.
private struct Part {
    let path: String
    let filter: JSON
    let wanted: JSON
    /// Nil where it combines several.
    let place: JSONPointer?

    /// All members of an object must hold, so that each is a part.
    static func take(apart filter: JSON, at path: String, into parts: inout [Part]) {
        for member in filter.object?.members ?? [] {
            let place = "\(path).\(member.key)"
            if member.key == "$and" {
                for (index, element) in (member.value.array ?? []).enumerated() {
                    take(apart: element, at: "\(place)[\(index)]", into: &parts)
                }
            } else if member.key.first == "$" {
                let whole: JSON = .object(JSON.Object([(member.key, member.value)]))
                parts.append(Part(path: place, filter: whole, wanted: member.value, place: nil))
            } else {
                take(apart: member.value, at: place, names: names(member.key), into: &parts) {
                    .object(JSON.Object([(member.key, $0)]))
                }
            }
        }
    }

    /// - Parameter wrap: puts what is asked of a place where it stands.
    private static func take(
        apart value: JSON, at path: String, names: [String], into parts: inout [Part],
        _ wrap: @escaping (JSON) -> JSON
    ) {
        guard let object = value.object, !object.isEmpty else {
            let pointer = JSONPointer(names.map(escaped).joined())
            return parts.append(Part(path: path, filter: wrap(value), wanted: value, place: pointer))
        }
        for member in object.members {
            let single: (JSON) -> JSON = { wrap(.object(JSON.Object([(member.key, $0)]))) }
            if member.key.first == "$" {
                let pointer = JSONPointer(names.map(escaped).joined())
                let wanted: JSON = .object(JSON.Object([(member.key, member.value)]))
                parts.append(
                    Part(path: "\(path).\(member.key)", filter: single(member.value), wanted: wanted, place: pointer))
            } else {
                take(
                    apart: member.value, at: "\(path).\(member.key)", names: names + Self.names(member.key),
                    into: &parts, single)
            }
        }
    }

    private static func names(_ key: String) -> [String] {
        if key.first == "/", let pointer = JSONPointer(key) { return pointer.tokens }
        return key.split(separator: ".").map(String.init)
    }

    private static func escaped(_ name: String) -> String {
        "/" + name.replacing("~", with: "~0").replacing("/", with: "~1")
    }
}
