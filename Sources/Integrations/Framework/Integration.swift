package import HubCore

/// Vendor knowledge: turns a request into what it means. Pure: no log, clock, network or state.
package protocol Integration: Sendable {
    static var descriptor: IntegrationDescriptor { get }

    /// - Throws: ``PayloadError`` when this is not the vendor's payload, or the part without which there is no message
    ///   is missing. Everything less than that costs the field, not the message.
    static func read(_ request: WebhookRequest, _ context: ReadingContext) throws(PayloadError) -> Reading
}

/// What a source (or the URL, at the chat-compatible door) says about how to read.
package struct ReadingContext: Sendable {
    /// The integration's own options by name: `branches`, `topic_template`, …
    package let options: Fields
    /// The topic that people fixed for this source; the integration then puts into the body what its topic would say.
    package let fixedTopic: String?
    package let templates: TemplateRenderer

    package init(options: Fields = Fields(), fixedTopic: String? = nil, templates: TemplateRenderer) {
        (self.options, self.fixedTopic, self.templates) = (options, fixedTopic, templates)
    }
}
