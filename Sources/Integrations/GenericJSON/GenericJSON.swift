package import HubCore

/// Any JSON at all: told with the user's own templates, or shown as it came.
package enum GenericJSON: Integration {
    package static let descriptor = IntegrationDescriptor(
        slug: "json",
        name: "JSON",
        category: .generic,
        summary: "Any JSON, as your own template tells it; without a template as it came, for finding out what it is.",
        defaultScheme: "signed",
        options: [
            .init("topic_template", "The topic, as a Mustache template over the JSON.", example: "{{service.name}}"),
            .init(
                "body_template", "The text, as a Mustache template over the JSON.",
                example: "**{{title}}** {{#url}}([open]({{url}})){{/url}}"),
        ],
        setup: [
            .init("Have the tool send its JSON to:", code: "{url}"),
            .init(
                "Look at the first message: it shows the JSON. Then write `topic_template` and `body_template` for it."),
        ])

    package static func read(
        _ request: WebhookRequest, _ context: ReadingContext
    ) throws(PayloadError) -> [Occurrence] {
        let document = try request.document().value ?? .null
        return [Occurrence(openType: "message") { .message(message(document, context)) }]
    }

    private static func message(_ document: JSON, _ context: ReadingContext) -> MessageDraft {
        var topic = "JSON"
        var faults: [String] = []
        do throws(TemplateError) {
            if let template = context.text("topic_template") {
                let rendered = Markdown.flattened(try context.templates.render(template, document))
                if !rendered.isEmpty { topic = rendered }
            }
        } catch {
            faults.append("The template of the topic does not work: \(error)")
        }
        do throws(TemplateError) {
            if let template = context.text("body_template") {
                // A template that gives nothing is how people leave an event out.
                let body = try context.templates.render(template, document)
                return MessageDraft(topic: topic, body: Markdown.blocks(body.trimmed(), note(faults)))
            }
        } catch {
            faults.append("The template of the text does not work: \(error)")
        }
        let payload =
            context.showsPayload
            ? Markdown.block(shown(document), language: "json")
            : "JSON came. This source keeps no payloads: a `body_template` says what may be shown of them."
        return MessageDraft(
            topic: topic, body: Markdown.blocks(payload, note(faults)),
            severity: faults.isEmpty ? .info : .warning)
    }

    private static func note(_ faults: [String]) -> String {
        faults.map { Markdown.escaped($0) }.joined(separator: "\n\n")
    }

    /// Cut here already, so that the end of the code block is not cut off.
    private static func shown(_ document: JSON) -> String {
        let limit = MessageDraft.bodyLimit - 500
        // Four bytes are any character that is no more than one scalar.
        let (text, isWhole) = document.prettyText(upTo: 4 * limit)
        if isWhole, text.utf8.count <= limit || text.count <= limit { return text }
        return text.prefix(limit) + "\n…"
    }

    package static let samples = [
        Sample("message", body: #"{"service": {"name": "backup"}, "title": "Backup done", "size_gb": 12.5}"#)
    ]
}
