package import HubCore

/// Vendor knowledge: turns a request into what it means. Pure: no log, clock, network or state.
package protocol Integration: Sendable {
    static var descriptor: IntegrationDescriptor { get }

    /// What a new source is tried with, what the console previews, and what the tests read first: at least one for
    /// each event of the descriptor.
    static var samples: [Sample] { get }

    /// Recognises the events of a request; telling them comes later, one by one, and only for those that are wanted.
    ///
    /// - Throws: ``PayloadError`` when this is not the vendor's request at all: no JSON, no event header, nothing that
    ///   the vendor's payloads have. Everything less costs the field, not the message.
    static func read(_ request: WebhookRequest, _ context: ReadingContext) throws(PayloadError) -> [Occurrence]

    /// What this sender wants as the answer, where the usual one will not do.
    static func reply(to request: WebhookRequest) -> Reply?
}

extension Integration {
    package static func reply(to request: WebhookRequest) -> Reply? { nil }
}

/// What a source (or the URL, at the chat-compatible door) says about how to read.
package struct ReadingContext: Sendable {
    /// The integration's own options by name: `branches`, `topic_template`, …
    package let options: Fields
    /// The topic that people fixed for this source; the integration then puts into the body what its topic would say.
    package let fixedTopic: String?
    package let templates: TemplateRenderer
    /// Whether the payload may be shown as it came: not where the source keeps none.
    package let showsPayload: Bool

    package init(
        options: Fields = Fields(), fixedTopic: String? = nil, templates: TemplateRenderer, showsPayload: Bool = true
    ) {
        (self.options, self.fixedTopic, self.templates) = (options, fixedTopic, templates)
        self.showsPayload = showsPayload
    }

    /// The option's text; nil when it is not given or blank.
    package func text(_ option: String) -> String? {
        options[option].map { $0.trimmed() }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether the option is switched on: `true`, `1`, `yes` or `on`, in any case.
    package func flag(_ option: String) -> Bool {
        guard let text = text(option) else { return false }
        return ["true", "1", "yes", "on"].contains(text.lowercased())
    }

    /// The globs of a comma-separated option; nil when it is not given.
    package func globs(_ option: String) -> [Glob]? {
        text(option)?.split(separator: ",").map { Glob($0.trimmed()) }.filter { !$0.pattern.isEmpty }
    }

    /// Whether the body has to name the thing, because the topic cannot: it is fixed, or too long for all of it.
    package func namesThingInBody(topic: String) -> Bool {
        // Bytes are counted at once, characters one by one.
        fixedTopic != nil || (topic.utf8.count > MessageDraft.topicLimit && topic.count > MessageDraft.topicLimit)
    }
}
