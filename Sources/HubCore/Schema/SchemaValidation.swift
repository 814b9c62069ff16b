/// One check of a value.
struct SchemaValidation {
    private typealias Index = SchemaRule.Index

    private let nodes: [SchemaNode]
    private var work = JSONSchema.workLimit
    private var level = 0
    private var violations: [JSONSchema.Violation] = []
    /// Whether what does not hold is kept: not in branches that may fail.
    private var isRecording = true

    init(_ nodes: [SchemaNode]) {
        self.nodes = nodes
    }

    mutating func violations(of value: JSON) -> [JSONSchema.Violation] {
        let isValid = holds(0, value, .root)
        if work < 0 {
            let limit = JSONSchema.Violation(path: "$", rule: "work", detail: "takes too long to check")
            return [limit] + violations.prefix(JSONSchema.violationLimit - 1)
        }
        // Whatever a branch kept to itself, an invalid value has something that speaks against it.
        if !isValid, violations.isEmpty { fail(.root, "false", "not allowed") }
        return violations
    }

    /// Where in the value; written out only for what is shown.
    private indirect enum Path {
        case root
        case member(Path, String)
        case element(Path, Int)

        var text: String {
            var (parts, path): ([String], Path) = ([], self)
            while true {
                switch path {
                case .root: return "$" + parts.reversed().joined()
                case .member(let parent, let name): (path, parts) = (parent, parts + [Self.step(name)])
                case .element(let parent, let index): (path, parts) = (parent, parts + ["[\(index)]"])
                }
            }
        }

        private static func step(_ name: String) -> String {
            let isPlain = !name.isEmpty && name.unicodeScalars.allSatisfy { ScalarSet.isWord($0) || $0 == "-" }
            let shown = name.count > 80 ? name.prefix(80) + "…" : name
            return isPlain ? ".\(shown)" : "[\(JSON.string(shown).text)]"
        }
    }

    // MARK: Rules

    /// - Returns: false when something does not hold or the work ran out.
    private mutating func holds(_ index: Index, _ value: JSON, _ path: Path) -> Bool {
        level += 1
        defer { level -= 1 }
        work -= 1
        guard work >= 0 else { return false }
        guard level <= JSONSchema.levelLimit else {
            // Not even a branch that may fail is right about a value which it did not look at.
            work = -1
            return false
        }
        var isValid = true
        for rule in nodes[index].rules {
            work -= 1
            if !holds(rule, value, path) { isValid = false }
            if !isValid, !isRecording || violations.count >= JSONSchema.violationLimit || work < 0 { break }
        }
        return isValid && work >= 0
    }

    private mutating func holds(_ rule: SchemaRule, _ value: JSON, _ path: Path) -> Bool {
        switch rule {
        case .reference, .all, .any, .exactlyOne, .not, .condition, .dependentSchemas:
            return holds(combining: rule, value, path)
        case .never: return fail(path, "false", "not allowed")
        case .type(let types):
            if types.contains(where: { $0.holds(for: value) }) { return true }
            return fail(
                path, "type",
                "expected \(SchemaType.allCases.filter(types.contains).map(\.rawValue).joined(separator: " or "))")
        case .oneOf(let values, let shown, let keyword):
            let bytes = value.canonicalBytes
            work -= bytes.count / 16
            return values.contains(bytes) || fail(path, keyword, "expected \(shown)")
        default:
            switch value {
            case .number(let number): return holds(rule, number, path)
            case .string(let text): return holds(rule, text, path)
            case .array(let elements): return holds(rule, elements, path)
            case .object(let object): return holds(rule, object, path)
            case .null, .bool: return true
            }
        }
    }

    @discardableResult
    private mutating func fail(_ path: Path, _ rule: String, _ detail: String) -> Bool {
        if isRecording, work >= 0, violations.count < JSONSchema.violationLimit {
            violations.append(JSONSchema.Violation(path: path.text, rule: rule, detail: detail))
        }
        return false
    }

    // MARK: Several schemas for one value

    private mutating func holds(combining rule: SchemaRule, _ value: JSON, _ path: Path) -> Bool {
        switch rule {
        case .reference(let index): return holds(index, value, path)
        case .all(let indices):
            var isValid = true
            for index in indices where isValid || isRecording {
                if !holds(index, value, path) { isValid = false }
            }
            return isValid
        case .any(let indices):
            for index in indices where silently(index, value) { return true }
            return fail(path, "anyOf", "fits none of \(indices.count) alternatives")
        case .exactlyOne(let indices):
            var fitting = 0
            for index in indices where silently(index, value) { fitting += 1 }
            if fitting == 1 { return true }
            let detail = fitting == 0 ? "fits none of \(indices.count) alternatives" : "fits more than one alternative"
            return fail(path, "oneOf", detail)
        case .not(let index):
            return silently(index, value) ? fail(path, "not", "is what it must not be") : work >= 0
        case .condition(let condition, let then, let otherwise):
            guard let branch = silently(condition, value) ? then : otherwise else { return true }
            return holds(branch, value, path)
        case .dependentSchemas(let pairs):
            guard case .object(let object) = value else { return true }
            var isValid = true
            for (name, index) in pairs where object[name] != nil {
                if !holds(index, value, path) { isValid = false }
            }
            return isValid
        default: return true
        }
    }

    /// Whether a schema holds that may just as well not.
    private mutating func silently(_ index: Index, _ value: JSON) -> Bool {
        let wasRecording = isRecording
        isRecording = false
        defer { isRecording = wasRecording }
        return holds(index, value, .root)
    }

    // MARK: Numbers and strings

    private mutating func holds(_ rule: SchemaRule, _ number: JSON.Number, _ path: Path) -> Bool {
        work -= number.literal.utf8.count / 16
        switch rule {
        case .bound(let bound, let limit, let shown):
            let value = DecimalNumber(number)
            let (isWithin, words) =
                switch bound {
                case .minimum: (value >= limit, "at least")
                case .maximum: (value <= limit, "at most")
                case .exclusiveMinimum: (value > limit, "more than")
                case .exclusiveMaximum: (value < limit, "less than")
                }
            return isWithin || fail(path, bound.rawValue, "expected \(words) \(shown)")
        case .multiple(let unit, let shown):
            return DecimalNumber(number).isMultiple(of: unit)
                || fail(path, "multipleOf", "expected a multiple of \(shown)")
        default: return true
        }
    }

    private mutating func holds(_ rule: SchemaRule, _ text: String, _ path: Path) -> Bool {
        switch rule {
        case .count(let counted, let limit) where counted == .minLength || counted == .maxLength:
            work -= text.utf8.count / 64
            return counts(counted, text.unicodeScalars.count, limit, "characters", path)
        case .pattern(let pattern):
            return finds(pattern, text) || fail(path, "pattern", "does not match \(pattern.text)")
        default: return true
        }
    }

    private mutating func finds(_ pattern: SchemaPattern, _ text: String) -> Bool {
        guard let isFound = pattern.isFound(in: text, &work) else {
            work = -1
            return false
        }
        return isFound
    }

    private mutating func counts(
        _ counted: SchemaRule.Counted, _ count: Int, _ limit: Int, _ what: String, _ path: Path
    ) -> Bool {
        if counted.isMinimum ? count >= limit : count <= limit { return true }
        return fail(path, counted.rawValue, "expected at \(counted.isMinimum ? "least" : "most") \(limit) \(what)")
    }

    // MARK: Arrays

    private mutating func holds(_ rule: SchemaRule, _ elements: [JSON], _ path: Path) -> Bool {
        switch rule {
        case .count(let counted, let limit) where counted == .minItems || counted == .maxItems:
            return counts(counted, elements.count, limit, "items", path)
        case .items(let prefix, let rest):
            var isValid = true
            for (position, element) in elements.enumerated() {
                guard let index = position < prefix.count ? prefix[position] : rest else { break }
                if !holds(index, element, .element(path, position)) { isValid = false }
                if !isValid, !isRecording || violations.count >= JSONSchema.violationLimit { break }
            }
            return isValid
        case .contains(let index, let minimum, let maximum):
            var count = 0
            for element in elements where silently(index, element) { count += 1 }
            if count < minimum {
                return fail(path, "contains", "expected at least \(minimum) items of a kind, found \(count)")
            }
            guard let maximum, count > maximum else { return true }
            return fail(path, "maxContains", "expected at most \(maximum) items of a kind, found \(count)")
        case .unique:
            var seen: Set<[UInt8]> = []
            for (position, element) in elements.enumerated() {
                let bytes = element.canonicalBytes
                work -= 1 + bytes.count / 16
                guard work >= 0 else { return false }
                guard seen.insert(bytes).inserted else {
                    return fail(.element(path, position), "uniqueItems", "is there already")
                }
            }
            return true
        default: return true
        }
    }

    // MARK: Objects

    private mutating func holds(_ rule: SchemaRule, _ object: JSON.Object, _ path: Path) -> Bool {
        switch rule {
        case .count(let counted, let limit) where counted == .minProperties || counted == .maxProperties:
            return counts(counted, object.count, limit, "members", path)
        case .required(let names):
            work -= names.count
            var isValid = true
            for name in names where object[name] == nil {
                isValid = fail(.member(path, name), "required", "is missing")
            }
            return isValid
        case .dependentRequired(let pairs):
            var isValid = true
            for (name, others) in pairs where object[name] != nil {
                work -= others.count
                for other in others where object[other] == nil {
                    isValid = fail(.member(path, other), "dependentRequired", "is missing where \(name) is there")
                }
            }
            return isValid
        case .memberNames(let index):
            var isValid = true
            for member in object.members {
                if silently(index, .string(member.key)) { continue }
                isValid = fail(.member(path, member.key), "propertyNames", "the name is not allowed")
            }
            return isValid
        case .members(let members): return holds(members, object, path)
        default: return true
        }
    }

    private mutating func holds(_ members: SchemaRule.Members, _ object: JSON.Object, _ path: Path) -> Bool {
        var isValid = true
        for member in object.members {
            let place = Path.member(path, member.key)
            var isKnown = false
            if let index = members.named[member.key] {
                isKnown = true
                if !holds(index, member.value, place) { isValid = false }
            }
            for (pattern, index) in members.matching where finds(pattern, member.key) {
                isKnown = true
                if !holds(index, member.value, place) { isValid = false }
            }
            if !isKnown, let index = members.others {
                if case .never? = nodes[index].rules.first {
                    work -= 1
                    isValid = fail(place, "additionalProperties", "is not known")
                } else if !holds(index, member.value, place) {
                    isValid = false
                }
            }
            guard work >= 0 else { return false }
            if !isValid, !isRecording || violations.count >= JSONSchema.violationLimit { break }
        }
        return isValid
    }
}
