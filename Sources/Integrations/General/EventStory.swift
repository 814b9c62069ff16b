import HubCore

/// Tells an event of a tool that nobody wrote an integration for.
struct EventStory: Sendable {
    let type: String
    let data: Payload
    let provenance: Provenance

    private static let titleFields = ["title", "subject", "summary", "name"]
    private static let textFields = ["message", "text", "description", "body", "content"]
    private static let urlFields = ["url", "html_url", "link"]
    private static let severityFields = ["severity", "level", "status", "state"]
    /// More than people read; the rest is in the event.
    private static let factLimit = 40
    private static let valueLimit = 300

    var message: MessageDraft {
        let title = first(Self.titleFields)
        let text = first(Self.textFields)
        let url = first(Self.urlFields)
        let told = [title, text, url].compactMap { $0?.field }
        var facts = FactList()
        for (name, value) in data.members.lazy.filter({ !told.contains($0.key) && $0.value.exists }).prefix(
            Self.factLimit)
        {
            facts.add(Markdown.escaped(Wording.humanized(name)), shown(value))
        }
        let heading = Markdown.link(title?.text ?? type, url?.text)
        let actor = provenance.actorEmail ?? provenance.actorID
        let parts = [
            "**\(heading)**", title == nil ? nil : "(\(Markdown.code(type)))",
            actor.map { "by \(Markdown.escaped($0))" }, provenance.origin.map { "from \(Markdown.escaped($0))" },
        ]
        return MessageDraft(
            topic: title?.text ?? type,
            body: Markdown.blocks(parts.compactMap { $0 }.joined(separator: " "), text?.text, facts.markdown),
            severity: severity)
    }

    private func first(_ fields: [String]) -> (field: String, text: String)? {
        for field in fields {
            if let text = data[field].filledText { return (field, text) }
        }
        return nil
    }

    private func shown(_ value: Payload) -> String? {
        if let text = value.text { return Markdown.destination(text).map { "<\($0)>" } ?? Markdown.escaped(text) }
        guard let text = value.value?.text else { return nil }
        return Markdown.code(text.count > Self.valueLimit ? text.prefix(Self.valueLimit) + "…" : text)
    }

    private var severity: Severity {
        switch first(Self.severityFields)?.text.lowercased() {
        case "critical", "fatal", "emergency", "error", "failed", "failure", "down", "high": .error
        case "warning", "warn", "degraded", "medium": .warning
        case "success", "succeeded", "ok", "resolved", "up", "completed", "passed": .success
        default: .info
        }
    }
}
