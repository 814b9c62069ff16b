import HubCore

/// A "secondary attachment": what tools sent before there were blocks, and many still do.
///
/// <https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments>
struct SlackAttachment: Sendable {
    private let payload: Payload

    init(_ payload: Payload) {
        self.payload = payload
    }

    /// What the colour says; nil where it says nothing.
    var severity: Severity? {
        guard let color = payload["color"].filledText?.lowercased() else { return nil }
        switch color {
        case "good": return .success
        case "warning": return .warning
        case "danger": return .error
        default: break
        }
        guard let rgb = Hex.decode(color.first == "#" ? String(color.dropFirst()) : color), rgb.count == 3 else {
            return nil
        }
        switch (rgb[0], rgb[1], rgb[2]) {
        case (150..., 120..., ..<110): return .warning
        case (150..., ..<120, ..<120): return .error
        case (..<150, 120..., ..<150): return .success
        default: return nil
        }
    }

    var markdown: String {
        let blocks = SlackBlocks.markdown(payload["blocks"])
        let content = Markdown.blocks(
            markup("pretext"), author, title, markup("text"), blocks, fields, image, actions, footer)
        guard content.isEmpty else { return content }
        // The fallback is for readers that show nothing else of an attachment.
        return SlackMarkup.markdown(payload["fallback"].text ?? payload.text ?? "")
    }

    private func markup(_ field: String) -> String {
        SlackMarkup.markdown(payload[field].text ?? "")
    }

    private var author: String? {
        payload["author_name"].filledText.map { SlackMarkup.link($0, payload["author_link"].filledText) }
    }

    private var title: String? {
        let url = payload["title_link"].filledText.flatMap(Markdown.destination)
        let text = payload["title"].text ?? ""
        // A link that has no title is still worth following.
        guard let url else { return SlackMarkup.bold(text) }
        let label = SlackMarkup.line(text, .mrkdwn, .label)
        return label.isEmpty ? "<\(url)>" : "**[\(label)](\(url))**"
    }

    private var fields: String {
        Markdown.list(
            payload["fields"].list.compactMap { field in
                let value = SlackMarkup.markdown(field["value"].text ?? field.text ?? "")
                let title = field["title"].text.flatMap { SlackMarkup.bold($0) }
                guard let title, !value.isEmpty else { return title ?? (value.isEmpty ? nil : value) }
                return title + (title.hasSuffix(":**") ? "" : ":") + (SlackLine.beginsBlock(value) ? "\n" : " ") + value
            })
    }

    private var image: String? {
        for field in ["image_url", "thumb_url"] {
            if let url = payload[field].filledText, Markdown.destination(url) != nil {
                return SlackMarkup.link("image", url)
            }
        }
        return nil
    }

    private var actions: String {
        payload["actions"].list.compactMap { action in
            guard let url = action["url"].filledText, Markdown.destination(url) != nil else { return nil }
            return SlackMarkup.link(action["text"].filledText ?? action["name"].filledText ?? "open", url)
        }.joined(separator: " | ")
    }

    private var footer: String? {
        let parts = [payload["footer"].text.map { SlackMarkup.line($0) }, SlackTime.text(payload["ts"].text)]
            .compactMap { $0 }.filter { !$0.isEmpty }
        return parts.isEmpty ? nil : parts.joined(separator: " | ")
    }
}
