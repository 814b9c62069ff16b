/// Reads the keywords of one schema object.
struct SchemaReader {
    typealias Index = SchemaRule.Index

    let object: JSON.Object
    let place: String
    let depth: Int

    /// Positions of rules that wait for their target.
    private(set) var references: [(rule: Int, target: String)] = []
    private(set) var anchors: [String] = []

    init(object: JSON.Object, place: String, depth: Int) {
        (self.object, self.place, self.depth) = (object, place, depth)
    }

    /// - Parameter compiler: takes up the schemas within this one.
    mutating func rules(_ compiler: inout SchemaCompiler) throws(JSONSchemaError) -> [SchemaRule] {
        var rules: [SchemaRule] = []
        for member in object.members {
            var known = try value(member.key, member.value)
            if known == nil { known = try schemas(member.key, member.value, &compiler) }
            if let known {
                rules.append(contentsOf: known)
                if member.key == "$ref" { references.append((rules.count - 1, try target(member.value))) }
            } else if !member.key.hasPrefix("x-") {
                let name = String(member.key.prefix(80))
                let problem: JSONSchemaError.Problem =
                    Self.unsupported.contains(name) ? .unsupported(name) : .unknownKeyword(name)
                throw JSONSchemaError(place: place, problem: problem)
            }
        }
        return rules
    }

    private static let unsupported: Set<String> = [
        "unevaluatedItems", "unevaluatedProperties", "$dynamicRef", "$dynamicAnchor", "$recursiveRef",
        "$recursiveAnchor", "$vocabulary", "additionalItems", "dependencies", "id", "contentSchema",
    ]

    // MARK: Keywords that hold values

    /// - Returns: nil for a keyword that is not of this kind; no rule for what is only said about the schema.
    private mutating func value(_ name: String, _ json: JSON) throws(JSONSchemaError) -> [SchemaRule]? {
        switch name {
        case "title", "description", "$comment", "format", "contentEncoding", "contentMediaType":
            _ = try text(name, json)
        case "deprecated", "readOnly", "writeOnly":
            guard json.bool != nil else { throw wrong(name, "true or false") }
        case "examples": _ = try list(name, json)
        case "default": break
        case "$schema":
            let draft = "https://json-schema.org/draft/2020-12/schema"
            guard [draft, draft + "#"].contains(try text(name, json)) else {
                throw JSONSchemaError(place: "\(place)/$schema", problem: .unsupported("another draft than 2020-12"))
            }
        case "$id":
            _ = try text(name, json)
            guard place == "#" else {
                throw JSONSchemaError(place: "\(place)/$id", problem: .unsupported("an $id below the top"))
            }
        case "$anchor":
            let anchor = try text(name, json)
            let isName = anchor.utf8.allSatisfy { ScalarSet.isWord(.init($0)) || $0 == 0x2D || $0 == 0x2E }
            guard isName, let first = anchor.utf8.first, first > 0x39 else { throw wrong(name, "a name") }
            anchors.append(anchor)
        case "type": return [.type(try types(json))]
        case "enum":
            let values = try list(name, json)
            let shown = "one of \(values.prefix(10).map(\.text).joined(separator: ", "))"
            return [.oneOf(values: Set(values.map(\.canonicalBytes)), shown: Self.cut(shown), keyword: name)]
        case "const":
            return [.oneOf(values: [json.canonicalBytes], shown: Self.cut(json.text), keyword: name)]
        case "pattern": return [.pattern(try pattern(try text(name, json), "\(place)/pattern"))]
        case "required": return [.required(try names(json, "\(place)/required"))]
        case "uniqueItems":
            guard let isAsked = json.bool else { throw wrong(name, "true or false") }
            return isAsked ? [.unique] : []
        default: return try number(name, json)
        }
        return []
    }

    private func number(_ name: String, _ json: JSON) throws(JSONSchemaError) -> [SchemaRule]? {
        if let bound = SchemaRule.Bound(rawValue: name) {
            guard case .number(let number) = json else { throw wrong(name, "a number") }
            return [.bound(bound, DecimalNumber(number), shown: Self.cut(number.literal))]
        }
        if let counted = SchemaRule.Counted(rawValue: name) { return [.count(counted, try count(name, json))] }
        guard name == "multipleOf" else { return nil }
        guard case .number(let number) = json, case let unit = DecimalNumber(number), !unit.isZero, !unit.isNegative,
            unit.mantissa != nil
        else { throw wrong(name, "a number above 0 of at most 18 digits") }
        return [.multiple(unit, shown: Self.cut(number.literal))]
    }

    // MARK: Keywords that hold schemas

    private func schemas(
        _ name: String, _ json: JSON, _ compiler: inout SchemaCompiler
    ) throws(JSONSchemaError) -> [SchemaRule]? {
        let here = "\(place)/\(name)"
        switch name {
        case "$defs", "definitions":
            _ = try named(json, here, &compiler)
            return []
        // The compiler puts in what it refers to.
        case "$ref": return [.reference(0)]
        case "allOf": return [.all(try several(name, json, &compiler))]
        case "anyOf": return [.any(try several(name, json, &compiler))]
        case "oneOf": return [.exactlyOne(try several(name, json, &compiler))]
        case "not": return [.not(try compiler.node(json, here, depth: depth + 1))]
        case "if":
            let condition = try compiler.node(json, here, depth: depth + 1)
            return [.condition(condition, then: try other("then", &compiler), else: try other("else", &compiler))]
        case "then", "else":
            // Read beside `if`; without it they mean nothing (core §10.2.2.2), but must be schemas.
            if object["if"] == nil { _ = try compiler.node(json, here, depth: depth + 1) }
            return []
        case "prefixItems":
            return [.items(prefix: try several(name, json, &compiler), rest: try other("items", &compiler))]
        case "items":
            if object["prefixItems"] != nil { return [] }
            return [.items(prefix: [], rest: try compiler.node(json, here, depth: depth + 1))]
        case "contains":
            let index = try compiler.node(json, here, depth: depth + 1)
            let minimum = try object["minContains"].map { json throws(JSONSchemaError) in try count("minContains", json)
            }
            let maximum = try object["maxContains"].map { json throws(JSONSchemaError) in try count("maxContains", json)
            }
            return [.contains(index, minimum: minimum ?? 1, maximum: maximum)]
        case "minContains", "maxContains":
            _ = try count(name, json)
            return []
        case "properties", "patternProperties", "additionalProperties": return try members(name, &compiler)
        case "propertyNames": return [.memberNames(try compiler.node(json, here, depth: depth + 1))]
        case "dependentRequired":
            var pairs: [(String, [String])] = []
            for member in try members(of: json, here) {
                pairs.append((member.key, try names(member.value, here + Self.token(member.key))))
            }
            return [.dependentRequired(pairs)]
        case "dependentSchemas": return [.dependentSchemas(try named(json, here, &compiler))]
        default: return nil
        }
    }

    /// The three keywords about members become one rule, where the first of them stands.
    private func members(_ name: String, _ compiler: inout SchemaCompiler) throws(JSONSchemaError) -> [SchemaRule] {
        let together = ["properties", "patternProperties", "additionalProperties"]
        guard object.members.first(where: { together.contains($0.key) })?.key == name else { return [] }
        var members = SchemaRule.Members()
        if let properties = object["properties"] {
            for (key, index) in try named(properties, "\(place)/properties", &compiler) { members.named[key] = index }
        }
        if let patterns = object["patternProperties"] {
            let here = "\(place)/patternProperties"
            for (key, index) in try named(patterns, here, &compiler) {
                members.matching.append((try pattern(key, here + Self.token(key)), index))
            }
        }
        members.others = try other("additionalProperties", &compiler)
        return [.members(members)]
    }

    private func other(_ name: String, _ compiler: inout SchemaCompiler) throws(JSONSchemaError) -> Index? {
        guard let json = object[name] else { return nil }
        return try compiler.node(json, "\(place)/\(name)", depth: depth + 1)
    }

    private func several(
        _ name: String, _ json: JSON, _ compiler: inout SchemaCompiler
    ) throws(JSONSchemaError) -> [Index] {
        let schemas = try list(name, json)
        guard !schemas.isEmpty else { throw wrong(name, "at least one schema") }
        var indices: [Index] = []
        for (position, schema) in schemas.enumerated() {
            indices.append(try compiler.node(schema, "\(place)/\(name)/\(position)", depth: depth + 1))
        }
        return indices
    }

    private func named(
        _ json: JSON, _ here: String, _ compiler: inout SchemaCompiler
    ) throws(JSONSchemaError) -> [(String, Index)] {
        var indices: [(String, Index)] = []
        for member in try members(of: json, here) {
            indices.append(
                (member.key, try compiler.node(member.value, here + Self.token(member.key), depth: depth + 1)))
        }
        return indices
    }

    // MARK: Values

    private func wrong(_ name: String, _ expected: String) -> JSONSchemaError {
        JSONSchemaError(place: "\(place)/\(name)", problem: .expected(expected))
    }

    private func text(_ name: String, _ json: JSON) throws(JSONSchemaError) -> String {
        guard let text = json.string else { throw wrong(name, "a string") }
        return text
    }

    private func list(_ name: String, _ json: JSON) throws(JSONSchemaError) -> [JSON] {
        guard let elements = json.array else { throw wrong(name, "an array") }
        guard elements.count <= SchemaCompiler.listLimit else {
            throw JSONSchemaError(place: "\(place)/\(name)", problem: .tooLarge)
        }
        return elements
    }

    private func members(of json: JSON, _ here: String) throws(JSONSchemaError) -> [JSON.Object.Member] {
        guard let object = json.object else { throw JSONSchemaError(place: here, problem: .expected("an object")) }
        return object.members
    }

    private func names(_ json: JSON, _ here: String) throws(JSONSchemaError) -> [String] {
        let names = json.array?.compactMap(\.string) ?? []
        guard let elements = json.array, names.count == elements.count, Set(names).count == names.count else {
            throw JSONSchemaError(place: here, problem: .expected("an array of different strings"))
        }
        return names
    }

    private func count(_ name: String, _ json: JSON) throws(JSONSchemaError) -> Int {
        guard let count = json.int64, count >= 0 else { throw wrong(name, "a whole number, 0 or more") }
        return Int(count)
    }

    private func types(_ json: JSON) throws(JSONSchemaError) -> Set<SchemaType> {
        let names = json.array ?? [json]
        let types = names.compactMap { $0.string.flatMap(SchemaType.init) }
        guard !types.isEmpty, types.count == names.count, Set(types).count == types.count else {
            throw wrong("type", SchemaType.allCases.map(\.rawValue).joined(separator: ", ") + ", or an array of these")
        }
        return Set(types)
    }

    private func pattern(_ text: String, _ here: String) throws(JSONSchemaError) -> SchemaPattern {
        do {
            return try SchemaPattern(text)
        } catch {
            throw JSONSchemaError(place: here, problem: .pattern(error))
        }
    }

    /// Only this document: `#`, `#/a/b` with percent-encoding, `#anchor`.
    private func target(_ json: JSON) throws(JSONSchemaError) -> String {
        let text = try text("$ref", json)
        guard text.first == "#" else {
            throw JSONSchemaError(
                place: "\(place)/$ref", problem: .unknownReference(String(text.prefix(100))))
        }
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), let decoded = Hex.decode(digits), decoded.count == 1 {
                bytes += decoded
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A name as a part of a JSON Pointer (RFC 6901 §3), with the slash before it.
    private static func token(_ name: String) -> String {
        "/" + name.replacing("~", with: "~0").replacing("/", with: "~1")
    }

    private static func cut(_ text: String) -> String {
        text.count <= 200 ? text : text.prefix(200) + "…"
    }
}
