/// Makes nodes of a schema, each under its place, then joins the references to them.
struct SchemaCompiler {
    static let listLimit = 1000

    typealias Index = SchemaRule.Index

    private var nodes: [SchemaNode] = []
    /// Schemas by their place (`#/properties/id`) and by their anchor (`#name`).
    private var known: [String: Index] = [:]
    /// Which rule of which node waits for what a `$ref` says, and where that stands.
    private var references: [(node: Index, rule: Int, target: String, place: String)] = []

    mutating func compile(_ schema: JSON) throws(JSONSchemaError) -> [SchemaNode] {
        guard schema.bytes.count <= JSONSchema.sizeLimit else { throw JSONSchemaError(place: "#", problem: .tooLarge) }
        _ = try node(schema, "#", depth: 0)
        for reference in references {
            guard let target = known[reference.target] else {
                let shown = String(reference.target.prefix(100))
                throw JSONSchemaError(place: reference.place, problem: .unknownReference(shown))
            }
            nodes[reference.node].rules[reference.rule] = .reference(target)
        }
        try refuseCircles()
        return nodes
    }

    /// Reads one schema and all within it.
    mutating func node(_ schema: JSON, _ place: String, depth: Int) throws(JSONSchemaError) -> Index {
        guard depth <= JSONSchema.depthLimit else { throw JSONSchemaError(place: place, problem: .tooDeep) }
        guard nodes.count < JSONSchema.nodeLimit else { throw JSONSchemaError(place: place, problem: .tooLarge) }
        let index = nodes.count
        nodes.append(SchemaNode())
        known[place] = index
        switch schema {
        case .bool(let isAllowed):
            if !isAllowed { nodes[index].rules = [.never] }
        case .object(let object):
            var reader = SchemaReader(object: object, place: place, depth: depth)
            let rules = try reader.rules(&self)
            nodes[index].rules = rules
            for (rule, target) in reader.references {
                references.append((index, rule, target, "\(place)/$ref"))
            }
            for anchor in reader.anchors {
                guard known["#\(anchor)"] == nil else {
                    throw JSONSchemaError(place: place, problem: .expected("an $anchor that is not used twice"))
                }
                known["#\(anchor)"] = index
            }
        default: throw JSONSchemaError(place: place, problem: .expected("a schema: an object, true or false"))
        }
        return index
    }

    /// Schemas that lead back to themselves without going into the value would never end.
    private func refuseCircles() throws(JSONSchemaError) {
        enum Mark { case open, done }
        var marks = [Mark?](repeating: nil, count: nodes.count)
        for start in nodes.indices where marks[start] == nil {
            var path: [(node: Index, next: ArraySlice<Index>)] = []
            marks[start] = .open
            path.append((start, nodes[start].rules.flatMap(\.inPlace)[...]))
            while var last = path.popLast() {
                guard let next = last.next.popFirst() else {
                    marks[last.node] = .done
                    continue
                }
                path.append(last)
                switch marks[next] {
                case .done?: continue
                case .open?:
                    let place = known.first { $0.value == next && ($0.key == "#" || $0.key.hasPrefix("#/")) }?.key
                    throw JSONSchemaError(place: place ?? "#", problem: .endlessReference)
                case nil:
                    marks[next] = .open
                    path.append((next, nodes[next].rules.flatMap(\.inPlace)[...]))
                }
            }
        }
    }
}
