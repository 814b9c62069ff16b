/// Reads a filter's JSON; counts as it goes, so that no filter costs more than it may.
struct ConditionCompiler {
    typealias Node = EventCondition.Node
    typealias Field = EventCondition.Field

    private var nodes = 0

    mutating func compile(_ filter: JSON) throws(EventConditionError) -> Node {
        guard filter.bytes.count <= EventCondition.sizeLimit else { throw fault("$", .tooLarge) }
        return try conditions(filter, at: "$", depth: 0)
    }

    /// An object whose keys begin with `type`, `data` or `metadata`, or are `$and`, `$or`, `$not`.
    private mutating func conditions(
        _ value: JSON, at path: String, depth: Int
    ) throws(EventConditionError) -> Node {
        try enter(path, depth)
        guard case .object(let object) = value else { throw fault(path, .expected("object")) }
        var all: [Node] = []
        for member in object.members {
            let place = "\(path).\(member.key)"
            if member.key.first == "$" {
                all.append(
                    try logic(member.key, member.value, at: place) {
                        compiler, value, place throws(EventConditionError) in
                        try compiler.conditions(value, at: place, depth: depth + 1)
                    })
            } else {
                let names = try names(member.key, at: place)
                guard let field = names.first.flatMap(Field.init) else {
                    throw fault(place, .unknownField(names.first ?? ""))
                }
                all.append(try asked(member.value, field, Array(names.dropFirst()), at: place, depth: depth + 1))
            }
        }
        return .all(all)
    }

    /// What is asked of a place: operators, names further down, or a value to be equal to.
    private mutating func asked(
        _ value: JSON, _ field: Field, _ path: [String], at place: String, depth: Int
    ) throws(EventConditionError) -> Node {
        try enter(place, depth)
        guard case .object(let object) = value else {
            return .at(field, path: path, .equal(try operand(value, at: place)))
        }
        let operators = object.members.count { $0.key.first == "$" }
        guard operators == 0 || operators == object.count else { throw fault(place, .mixed) }
        guard !object.isEmpty else { throw fault(place, .expected("an operator or a name")) }
        var all: [Node] = []
        for member in object.members {
            let inner = "\(place).\(member.key)"
            if operators > 0 {
                all.append(try operation(member.key, member.value, field, path, at: inner, depth: depth))
            } else {
                let names = try names(member.key, at: inner)
                all.append(try asked(member.value, field, path + names, at: inner, depth: depth + 1))
            }
        }
        return .all(all)
    }

    private mutating func operation(
        _ name: String, _ value: JSON, _ field: Field, _ path: [String], at place: String, depth: Int
    ) throws(EventConditionError) -> Node {
        switch name {
        case "$eq": return .at(field, path: path, .equal(try operand(value, at: place)))
        case "$ne": return .not(.at(field, path: path, .equal(try operand(value, at: place))))
        case "$in": return .at(field, path: path, .oneOf(ValueSet(try list(value, at: place))))
        case "$nin": return .not(.at(field, path: path, .oneOf(ValueSet(try list(value, at: place)))))
        case "$gt": return .at(field, path: path, .ordered(.greater, try sortable(value, at: place)))
        case "$gte": return .at(field, path: path, .ordered(.greaterOrEqual, try sortable(value, at: place)))
        case "$lt": return .at(field, path: path, .ordered(.less, try sortable(value, at: place)))
        case "$lte": return .at(field, path: path, .ordered(.lessOrEqual, try sortable(value, at: place)))
        case "$exists":
            guard case .bool(let wanted) = value else { throw fault(place, .expected("boolean")) }
            return wanted ? .at(field, path: path, .exists) : .not(.at(field, path: path, .exists))
        case "$startsWith": return .at(field, path: path, .startsWith(Array(try text(value, at: place).utf8)))
        case "$endsWith": return .at(field, path: path, .endsWith(Array(try text(value, at: place).utf8)))
        case "$contains":
            let wanted = try operand(value, at: place)
            return .at(field, path: path, .contains(wanted.string.map(TextSearch.init), wanted))
        default:
            return try logic(name, value, at: place) { compiler, value, place throws(EventConditionError) in
                try compiler.asked(value, field, path, at: place, depth: depth + 1)
            }
        }
    }

    private mutating func logic(
        _ name: String, _ value: JSON, at place: String,
        _ each: (inout ConditionCompiler, JSON, String) throws(EventConditionError) -> Node
    ) throws(EventConditionError) -> Node {
        switch name {
        case "$not": return .not(try each(&self, value, place))
        case "$and", "$or":
            guard case .array(let elements) = value, !elements.isEmpty else {
                throw fault(place, .expected("array with at least one element"))
            }
            guard elements.count <= EventCondition.nodeLimit else { throw fault(place, .tooLarge) }
            var nodes: [Node] = []
            for (index, element) in elements.enumerated() {
                nodes.append(try each(&self, element, "\(place)[\(index)]"))
            }
            return name == "$and" ? .all(nodes) : .any(nodes)
        default: throw fault(place, .unknownOperator(String(name.prefix(40))))
        }
    }

    // MARK: Parts

    private mutating func enter(_ place: String, _ depth: Int) throws(EventConditionError) {
        nodes += 1
        guard depth <= EventCondition.depthLimit else { throw fault(place, .tooDeep) }
        guard nodes <= EventCondition.nodeLimit else { throw fault(place, .tooLarge) }
    }

    private func names(_ key: String, at place: String) throws(EventConditionError) -> [String] {
        guard key.utf8.count <= EventCondition.textLimit else { throw fault(place, .tooLong) }
        // Names that hold full stops themselves are reached by a JSON Pointer.
        if key.first == "/", let pointer = JSONPointer(key) { return pointer.tokens }
        let names = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard names.allSatisfy({ !$0.isEmpty }) else { throw fault(place, .emptyName) }
        guard names.count <= 64 else { throw fault(place, .tooDeep) }
        return names
    }

    private func operand(_ value: JSON, at place: String) throws(EventConditionError) -> JSON {
        // An object or array is as large as the filter that it stands in, which has a limit of its own.
        if let text = value.string, text.utf8.count > EventCondition.textLimit { throw fault(place, .tooLong) }
        return value
    }

    private func list(_ value: JSON, at place: String) throws(EventConditionError) -> [JSON] {
        guard case .array(let elements) = value else { throw fault(place, .expected("array")) }
        guard elements.count <= EventCondition.listLimit else { throw fault(place, .tooLarge) }
        for (index, element) in elements.enumerated() { _ = try operand(element, at: "\(place)[\(index)]") }
        return elements
    }

    private func sortable(_ value: JSON, at place: String) throws(EventConditionError) -> JSON {
        switch value {
        case .number: return value
        case .string: return try operand(value, at: place)
        default: throw fault(place, .expected("number or string"))
        }
    }

    private func text(_ value: JSON, at place: String) throws(EventConditionError) -> String {
        guard case .string(let text) = try operand(value, at: place) else { throw fault(place, .expected("string")) }
        return text
    }

    private func fault(_ path: String, _ problem: EventConditionError.Problem) -> EventConditionError {
        let limit = 200
        let shown = path.utf8.count > limit ? String(path.prefix(limit)) + "…" : path
        return EventConditionError(path: shown, problem: problem)
    }
}
