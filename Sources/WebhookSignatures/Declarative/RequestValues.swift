import HubCore

/// Reads values of one request; a body is parsed at most once, and only when a value in it is asked for.
struct RequestValues {
    let request: SignedRequest
    /// The parts of the signature's header.
    var signatureParts: [Substring] = []

    private enum Body {
        case unread
        case read(JSON?)
    }

    private var document = Body.unread
    private var form: Fields?

    init(_ request: SignedRequest) {
        self.request = request
    }

    /// - Returns: nil when there is none; an empty value counts as none.
    mutating func text(_ source: CompiledSource) throws(Rejection) -> String? {
        let text: String?
        switch source {
        case .header(let name): text = try request.singleHeader(name)
        case .part(let prefix):
            text = signatureParts.lazy.compactMap { $0.dropping(prefix: prefix) }.first.map(String.init)
        case .json(let pointer, _):
            switch json()?[pointer] {
            case .string(let value): text = value
            case .number(let number): text = number.int64 == nil ? nil : number.literal
            default: text = nil
            }
        case .form(let name): text = formFields().all(name).last
        }
        return text.flatMap { $0.isEmpty ? nil : $0 }
    }

    private mutating func json() -> JSON? {
        if case .read(let json) = document { return json }
        // A body that is no JSON has no members; why it is none matters to whoever reads it later.
        let json = try? JSON.parse(request.body)
        document = .read(json)
        return json
    }

    mutating func formFields() -> Fields {
        if let form { return form }
        let contentType = request.header("Content-Type") ?? ""
        let fields: Fields
        switch HeaderValue(contentType).value {
        case "application/x-www-form-urlencoded": fields = FormDecoder.fields(request.body, isExact: true)
        case "multipart/form-data":
            let parts = Multipart.parts(request.body, contentType: contentType) ?? []
            fields = Fields(parts.compactMap { part in part.name.map { ($0, part.text) } })
        default: fields = Fields()
        }
        form = fields
        return fields
    }
}

extension Fields {
    /// Names and values without separators, sorted by name and then value, repetitions once: the form Twilio signs.
    var sortedConcatenation: [UInt8] {
        // As bytes from here on: text would be compared as people read it.
        let pairs = Set(fields.map { Pair(name: Array($0.name.utf8), value: Array($0.value.utf8)) })
        let sorted = pairs.sorted { left, right in
            left.name == right.name
                ? left.value.lexicographicallyPrecedes(right.value) : left.name.lexicographicallyPrecedes(right.name)
        }
        return sorted.flatMap { $0.name + $0.value }
    }

    private struct Pair: Hashable {
        let name: [UInt8]
        let value: [UInt8]
    }
}
