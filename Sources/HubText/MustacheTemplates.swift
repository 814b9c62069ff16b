package import HubCore
import Mustache
import Synchronization

/// Users' Mustache templates over JSON; nothing is escaped unless asked for: the output is mostly Markdown or plain text.
///
/// Sections run over arrays, descend into objects and are left out for `false`, `null`, empty arrays and empty strings.
/// Names may be dotted (`issue.user.name`, `items.0.id`), `{{.}}` is the value itself, numbers come out as they were
/// written, arrays and objects as JSON. Partials, blocks, pragmas, other delimiters and function calls are refused: they
/// could read other templates, or take the library where it traps.
package struct MustacheTemplates: Sendable {
    /// Of a template and of its result, in bytes.
    package static let lengthLimit = 64 * 1024

    private let compiled = TemplateCache(capacity: 256)

    package init() {}

    /// What integrations get.
    package var renderer: TemplateRenderer {
        TemplateRenderer { template, context, escaping throws(TemplateError) in
            try render(template, context, escaping: escaping)
        }
    }

    /// - Throws: ``TemplateError/invalid(detail:)`` naming line and column, ``TemplateError/tooLong(limit:)`` when the
    ///   result, or the work that it would take, is out of bounds.
    package func render(
        _ template: String, _ context: JSON, escaping: TemplateEscaping = .none
    ) throws(TemplateError) -> String {
        let compiled = try compile(template, escaping)
        let budget = RenderBudget(costOfIteration: template.utf8.count, writesJSON: escaping == .json)
        let text = compiled.render(JSONContext.value(of: context, budget))
        guard !budget.isExhausted, text.utf8.count <= Self.lengthLimit else { throw .tooLong(limit: Self.lengthLimit) }
        return text
    }

    /// Says whether a template can be used at all; for the form in which people write it.
    package func check(_ template: String) throws(TemplateError) {
        _ = try compile(template, .none)
    }

    private func compile(_ template: String, _ escaping: TemplateEscaping) throws(TemplateError) -> MustacheTemplate {
        // The library escapes for HTML unless told otherwise; the pragma takes a line of its own.
        let text = "{{%CONTENT_TYPE:\(ValueEscaping.name(of: escaping))}}\n" + template
        if let known = compiled[text] { return known }
        guard template.utf8.count <= Self.lengthLimit else {
            throw .invalid(detail: "longer than \(Self.lengthLimit) bytes")
        }
        try TemplateOutline(template).check()
        let new: MustacheTemplate
        do {
            new = try MustacheTemplate(string: text)
        } catch let error as MustacheTemplate.ParserError {
            let place = "line \(error.context.lineNumber - 1), column \(error.context.columnNumber)"
            throw .invalid(detail: "\(place): \(Self.sentence(for: error.error))")
        } catch {
            throw .invalid(detail: "not a Mustache template")
        }
        compiled[text] = new
        return new
    }

    private static func sentence(for error: any Error) -> String {
        switch error as? MustacheTemplate.Error {
        case .sectionCloseNameIncorrect: "this closes another section than the one that is open"
        case .expectedSectionEnd: "a section is never closed"
        default: "this is no name; names have letters, digits, '.', '-', '_' and end with '}}'"
        }
    }
}

/// Compiled templates by their text; forgets all of them when full, which a steady set of templates never makes it.
private final class TemplateCache: Sendable {
    private let templates = Mutex<[String: MustacheTemplate]>([:])
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
    }

    subscript(text: String) -> MustacheTemplate? {
        get { templates.withLock { $0[text] } }
        set {
            templates.withLock {
                if $0.count >= capacity { $0.removeAll() }
                $0[text] = newValue
            }
        }
    }
}

/// The tags of a template, looked at before the library does: it traps on some uses of `{{=`, and parses by recursion.
private struct TemplateOutline {
    /// How deep sections may lie in each other.
    private static let depthLimit = 16
    /// The library takes time in proportion to the length of the template for each tag.
    private static let tagLimit = 500
    private static let refused: [Character: String] = [
        "=": "other delimiters", ">": "partials", "<": "partials", "$": "blocks", "%": "pragmas",
    ]

    private var rest: Substring
    private var (line, column) = (1, 1)
    private var depth = 0
    private var tags = 0

    init(_ template: String) {
        rest = template[...]
    }

    consuming func check() throws(TemplateError) {
        while skip(past: "{{") != nil {
            let (startLine, startColumn) = (line, column)
            tags += 1
            guard tags <= Self.tagLimit else {
                throw .invalid(detail: "line \(startLine), column \(startColumn): more than \(Self.tagLimit) tags")
            }
            guard let tag = skip(past: "}}") else {
                throw .invalid(detail: "line \(startLine), column \(startColumn): this '{{' has no '}}'")
            }
            if let fault = fault(of: tag) {
                throw .invalid(detail: "line \(startLine), column \(startColumn): \(fault)")
            }
        }
    }

    private mutating func fault(of tag: Substring) -> String? {
        guard let sigil = tag.first, sigil != "!" else { return nil }
        if let feature = Self.refused[sigil] { return "\(feature) are not supported" }
        if tag.contains("(") { return "functions are not supported" }
        if sigil == "/" { depth -= 1 }
        guard sigil == "#" || sigil == "^" else { return nil }
        depth += 1
        return depth > Self.depthLimit ? "sections lie deeper than \(Self.depthLimit)" : nil
    }

    /// - Returns: the text before a delimiter of two like characters; nil when it does not come any more.
    private mutating func skip(past delimiter: String) -> Substring? {
        var position = rest.startIndex
        let mark = delimiter.first
        while position < rest.endIndex {
            let next = rest.index(after: position)
            if rest[position] == mark, next < rest.endIndex, rest[next] == mark {
                let text = rest[..<position]
                rest = rest[rest.index(after: next)...]
                column += 2
                return text
            }
            (line, column) = rest[position].isNewline ? (line + 1, 1) : (line, column + 1)
            position = next
        }
        return nil
    }
}

/// What rendering may still cost, in bytes written or thereabouts: nested sections over long arrays multiply, and the
/// library cannot be stopped, only starved of values.
private final class RenderBudget {
    private var remaining = 4 * 1024 * 1024
    let costOfIteration: Int
    /// Whether values are written as JSON, which ``ValueEscaping`` then takes out of its quotes.
    let writesJSON: Bool

    init(costOfIteration: Int, writesJSON: Bool) {
        (self.costOfIteration, self.writesJSON) = (costOfIteration, writesJSON)
    }

    var isExhausted: Bool { remaining < 0 }

    /// - Returns: false when nothing more may be spent.
    func spend(_ cost: Int) -> Bool {
        remaining -= cost
        return remaining >= 0
    }
}

/// JSON as the library wants to see it.
private enum JSONContext {
    static func value(of json: JSON, _ budget: RenderBudget) -> Any {
        switch json {
        case .bool(let value): value
        case .array(let elements): JSONSequence(elements: elements, budget: budget)
        case .null, .number, .string, .object: JSONValue(json: json, budget: budget)
        }
    }

    static let costOfLookup = 16
}

private struct JSONValue: MustacheParent, MustacheCustomRenderable {
    let json: JSON
    let budget: RenderBudget

    func child(named name: String) -> Any? {
        guard budget.spend(JSONContext.costOfLookup) else { return nil }
        return json[name].map { JSONContext.value(of: $0, budget) }
    }

    var renderText: String {
        guard budget.spend(0) else { return "" }
        let text =
            switch json {
            case _ where budget.writesJSON: json.text
            case .null: ""
            case .string(let text): text
            case .number(let number): number.literal
            case .bool, .array, .object: json.text
            }
        return budget.spend(text.utf8.count) ? text : ""
    }

    var isNull: Bool { json == .null || json == "" }
}

private struct JSONSequence: MustacheSequence, MustacheParent, MustacheCustomRenderable {
    let elements: [JSON]
    let budget: RenderBudget

    func makeIterator() -> AnyIterator<Any> {
        var iterator = elements.makeIterator()
        return AnyIterator {
            guard let element = iterator.next(), budget.spend(budget.costOfIteration) else { return nil }
            return JSONContext.value(of: element, budget)
        }
    }

    /// Elements by their position: `{{items.0}}`.
    func child(named name: String) -> Any? {
        guard budget.spend(JSONContext.costOfLookup), let index = Int(name), elements.indices.contains(index) else {
            return nil
        }
        return JSONContext.value(of: elements[index], budget)
    }

    var renderText: String {
        JSONValue(json: .array(elements), budget: budget).renderText
    }

    var isNull: Bool { false }
}
