package import HubCore

/// What people say about reading and addressing: in the URL or a form at the chat-compatible door, in the source's
/// options at the others.
package struct ReadingParameters: Sendable, Hashable {
    /// Name, number or id; nil: the bot's owner, or the source's default.
    package let stream: String?
    package private(set) var topic: String?
    package let filter: EventFilter
    /// All that was given, for the integration to look up its own; never the bot's key.
    package let options: Fields
    /// Whether a payload may be shown as it came.
    package var showsPayload = true

    package init(
        stream: String? = nil, topic: String? = nil, filter: EventFilter = EventFilter(), options: Fields = Fields()
    ) {
        (self.stream, self.topic, self.filter, self.options) = (stream, topic, filter, options)
    }

    /// The same, with a topic.
    package func with(topic: String) -> ReadingParameters {
        var parameters = self
        parameters.topic = topic
        return parameters
    }

    /// Reads the parameters of a URL. Blank ones count as not given; unknown ones are left to the integration.
    ///
    /// - Parameters:
    ///   - fields: those of the URL, or ``fields(of:)``.
    ///   - unescapesTwice: some vendors escape the URL that people enter once more (`%2520`).
    /// - Throws: ``ParameterError/notJSON(name:)`` when a list of events is none.
    package init(_ fields: Fields, unescapesTwice: Bool = false) throws(ParameterError) {
        func text(_ name: String) -> String? {
            guard let text = fields[name]?.trimmed(), !text.isEmpty else { return nil }
            return unescapesTwice ? FormDecoder.percentDecode(Array(text.utf8), plusIsBlank: false) : text
        }
        stream = text("stream")
        topic = text("topic")
        filter = EventFilter(
            only: try Self.globs("only_events", in: fields),
            exclude: try Self.globs("exclude_events", in: fields) ?? [],
            include: try Self.globs("include_events", in: fields) ?? [])
        options = Fields(fields.fields.filter { $0.name != "api_key" })
    }

    /// The parameters of a request: those of a form in the body before those of the query, so that the form wins.
    package static func fields(of request: WebhookRequest) -> Fields {
        Fields(request.form.fields + request.query.fields)
    }

    private static func globs(_ name: String, in fields: Fields) throws(ParameterError) -> [Glob]? {
        guard let text = fields[name]?.trimmed(), !text.isEmpty else { return nil }
        guard let elements = (try? JSON.parse(text))?.array else { throw .notJSON(name: name) }
        var globs: [Glob] = []
        for element in elements {
            guard let pattern = element.string else { throw .notJSON(name: name) }
            globs.append(Glob(pattern))
        }
        return globs
    }
}

/// What is wrong with the parameters of a URL.
package enum ParameterError: Error, Equatable, Sendable {
    case missing(name: String)
    /// Not the JSON that is expected there: a list of strings.
    case notJSON(name: String)

    /// Stable: returned by the API, used as a metric label. Append, never rename.
    package var code: String {
        switch self {
        case .missing: "parameter.missing"
        case .notJSON: "parameter.not-json"
        }
    }
}

extension ParameterError: CustomStringConvertible {
    /// As clients of the chat-compatible door know it.
    package var description: String {
        switch self {
        case .missing(let name): "Missing '\(name)' argument"
        case .notJSON(let name): "\(name) is not valid JSON"
        }
    }
}
