import HubCore

extension SignatureDescription {
    /// Reads a description from a JSON object.
    ///
    /// Its members: `header` or `signature` (a place), `prefix`, `prefix_optional`, `public_key_prefix`,
    /// `list_separator`, `algorithm`, `key_encoding`, `signature_encoding`, `template` (text or a list of
    /// texts), `timestamp` (a place with `unit`, `past_seconds`, `future_seconds`, `required`), `id` (a place or a list
    /// of places), `id_required`, `refuse_empty_body`. A place is an object with one of `header`, `part`, `json`,
    /// `form`. Members that are not known are refused, so that a misspelt one is not a silent hole.
    ///
    /// - Throws: ``SchemeError/invalidDescription(field:reason:)`` with the field that is wrong.
    public init(json text: String) throws(SchemeError) {
        let value: JSON
        do throws(JSONError) {
            value = try JSON.parse(text)
        } catch {
            throw .invalidDescription(field: "$", reason: "no JSON: \(error)")
        }
        var reader = try DescriptionReader(value, field: "$")
        self.init(signature: try Self.signaturePlace(&reader), prefix: try reader.text("prefix") ?? "")
        isPrefixOptional = try reader.flag("prefix_optional") ?? false
        publicKeyPrefix = try reader.text("public_key_prefix")
        listSeparator = try reader.text("list_separator")
        algorithm = try reader.choice("algorithm") ?? .hmacSHA256
        keyForm = try reader.choice("key_encoding") ?? .text
        encoding = try reader.choice("signature_encoding") ?? .hex
        templates = try reader.texts("template") ?? ["{body}"]
        timestamp = try reader.object("timestamp").map(Self.timestamp)
        id = try reader.objects("id").map(Self.place)
        isIDRequired = try reader.flag("id_required") ?? false
        refusesEmptyBody = try reader.flag("refuse_empty_body") ?? false
        try reader.finish()
        // Compiling it finds what is wrong with the templates and pointers.
        _ = try CompiledDescription(self)
    }

    private static func signaturePlace(_ reader: inout DescriptionReader) throws(SchemeError) -> ValueSource {
        if let header = try reader.text("header") { return .header(header) }
        guard let place = try reader.object("signature") else {
            throw .invalidDescription(field: "$.header", reason: "is missing")
        }
        return try Self.place(place)
    }

    private static func place(_ reader: DescriptionReader) throws(SchemeError) -> ValueSource {
        var reader = reader
        guard let source = try reader.place() else {
            throw .invalidDescription(field: reader.field, reason: "needs header, part, json or form")
        }
        try reader.finish()
        return source
    }

    private static func timestamp(_ reader: DescriptionReader) throws(SchemeError) -> Timestamp {
        var reader = reader
        guard let source = try reader.place() else {
            throw .invalidDescription(field: reader.field, reason: "needs header, part, json or form")
        }
        let timestamp = Timestamp(
            source, unit: try reader.choice("unit") ?? .seconds, pastSeconds: try reader.seconds("past_seconds"),
            futureSeconds: try reader.seconds("future_seconds"), isRequired: try reader.flag("required") ?? true)
        try reader.finish()
        return timestamp
    }
}

/// Reads the members of one JSON object and remembers which of them it has seen.
private struct DescriptionReader {
    let field: String
    private let object: JSON.Object
    private var seen: Set<String> = []

    init(_ value: JSON, field: String) throws(SchemeError) {
        guard let object = value.object else { throw .invalidDescription(field: field, reason: "must be an object") }
        (self.object, self.field) = (object, field)
    }

    private mutating func take<Value>(
        _ name: String, _ expected: String, _ read: (JSON) -> Value?
    ) throws(SchemeError) -> Value? {
        seen.insert(name)
        guard let member = object[name], member != .null else { return nil }
        guard let value = read(member) else { throw fault(name, "must be \(expected)") }
        return value
    }

    mutating func text(_ name: String) throws(SchemeError) -> String? {
        try take(name, "text") { $0.string }
    }

    mutating func flag(_ name: String) throws(SchemeError) -> Bool? {
        try take(name, "true or false") { $0.bool }
    }

    mutating func seconds(_ name: String) throws(SchemeError) -> Int64? {
        try take(name, "a whole number, not negative") { $0.int64.flatMap { $0 < 0 ? nil : $0 } }
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String
    ) throws(SchemeError) -> Choice? where Choice.RawValue == String {
        let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return try take(name, "one of \(choices)") { $0.string.flatMap(Choice.init) }
    }

    /// A text, or a list of at least one.
    mutating func texts(_ name: String) throws(SchemeError) -> [String]? {
        try take(name, "text or a list of texts") { value in
            if let text = value.string { return [text] }
            guard let list = value.array, !list.isEmpty else { return nil }
            let texts = list.compactMap(\.string)
            return texts.count == list.count ? texts : nil
        }
    }

    mutating func object(_ name: String) throws(SchemeError) -> DescriptionReader? {
        guard let value = try take(name, "an object", { $0 }) else { return nil }
        return try DescriptionReader(value, field: "\(field).\(name)")
    }

    /// An object, or a list of them.
    mutating func objects(_ name: String) throws(SchemeError) -> [DescriptionReader] {
        guard let value = try take(name, "an object or a list of objects", { $0 }) else { return [] }
        guard let list = value.array else { return [try DescriptionReader(value, field: "\(field).\(name)")] }
        var readers: [DescriptionReader] = []
        for (index, element) in list.enumerated() {
            readers.append(try DescriptionReader(element, field: "\(field).\(name)[\(index)]"))
        }
        return readers
    }

    mutating func place() throws(SchemeError) -> ValueSource? {
        if let name = try text("header") { return .header(name) }
        if let name = try text("part") { return .part(name) }
        if let pointer = try text("json") { return .json(pointer) }
        return try text("form").map { .form($0) }
    }

    func finish() throws(SchemeError) {
        if let unknown = object.members.first(where: { !seen.contains($0.key) }) {
            throw fault(unknown.key, "is not known")
        }
    }

    private func fault(_ name: String, _ reason: String) -> SchemeError {
        .invalidDescription(field: "\(field).\(name)", reason: reason)
    }
}
