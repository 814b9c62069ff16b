package import HubCore

/// Messages for Slack's incoming webhooks, which hundreds of tools can send.
///
/// <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>
package enum SlackIncoming: Integration {
    package static let descriptor = IntegrationDescriptor(
        slug: "slack_incoming",
        name: "Slack-compatible webhook",
        category: .chat,
        summary: "Messages of any tool that can post to Slack: text, attachments and blocks.",
        defaultScheme: "url_key",
        setup: [
            .init("In the tool, choose to notify Slack by an incoming webhook, and enter as its URL:", code: "{url}"),
            .init("A `channel` becomes the topic, unless the URL fixes one."),
        ],
        documentation: "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
        chatDoor: .init(answers: .slack))

    package static func read(
        _ request: WebhookRequest, _ context: ReadingContext
    ) throws(PayloadError) -> [Occurrence] {
        let payload = try document(of: request)
        return [Occurrence(openType: "message") { .message(message(payload)) }]
    }

    /// Slack answers the word alone, and some senders test for it.
    package static func reply(to request: WebhookRequest) -> Reply? {
        Reply(body: "ok")
    }

    /// The JSON; or the fields of a form, where a simple tool writes `text=…` into it; or a text as it is.
    private static func document(of request: WebhookRequest) throws(PayloadError) -> Payload {
        let form = request.form
        if form["payload"] == nil, let text = form["text"] {
            let fields = ["channel", "username", "icon_emoji"].compactMap { name in
                form[name].map { (name, JSON.string($0)) }
            }
            return Payload(.object(.init([("text", .string(text))] + fields)))
        }
        let payload = try request.document()
        if payload.value?.string != nil { return Payload(["text": payload.value ?? .null]) }
        _ = try payload.object
        return payload
    }

    private static func message(_ payload: Payload) -> MessageDraft {
        let blocks = SlackBlocks.markdown(payload["blocks"])
        let attachments = payload["attachments"].elements.map(SlackAttachment.init)
        // Slack shows the text beside attachments, but not beside blocks, whose short form for notifications it is.
        let mode: SlackMarkup.Mode = payload["mrkdwn"].text == "false" ? .unformatted : .mrkdwn
        let text = blocks.isEmpty ? SlackMarkup.markdown(payload["text"].text ?? "", mode) : ""
        let content = Markdown.blocks(
            text, blocks, attachments.map(\.markdown).filter { !$0.isEmpty }.joined(separator: "\n\n"))
        let icon = payload["icon_emoji"].filledText.map { SlackMarkup.line($0, .plain) } ?? ""
        let sender = payload["username"].filledText
        let channel = payload["channel"].filledText.map {
            $0.first == "#" || $0.first == "@" ? String($0.dropFirst()) : $0
        }
        let topic = channel.flatMap { $0.isEmpty ? nil : $0 } ?? sender ?? "Slack"
        let byline = sender.flatMap { $0 == topic ? nil : Markdown.bold($0) }
        // Before a list or a block of code it would make text of it.
        let body =
            icon.isEmpty || SlackLine.beginsBlock(content) ? Markdown.blocks(icon, content) : "\(icon) \(content)"
        return MessageDraft(
            topic: topic, body: content.isEmpty ? "" : Markdown.blocks(byline, body),
            severity: attachments.compactMap(\.severity).first ?? .info)
    }
}
