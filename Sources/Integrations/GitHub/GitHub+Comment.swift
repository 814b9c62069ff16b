import HubCore

/// Comments on anything.
extension GitHubReport {
    /// `object` is what is commented on, as a link.
    func comment(on object: String, topic: String, thread: String? = nil) -> Meaning {
        let comment = payload["comment"]
        let text = comment["body"].text
        if isEmptyEdit(text) { return .ignored(.quiet("the edit changed nothing")) }
        let url = comment["html_url"].filledText
        let words =
            switch action {
            case "edited": "edited \(Markdown.link(markdown: "a comment", url)) on"
            // Its page is gone, but the text is what people want to see once more.
            case "deleted": "deleted a comment on"
            case "created", "": "\(Markdown.link(markdown: "commented", url)) on"
            default: "\(Wording.humanized(action)) \(Markdown.link(markdown: "a comment", url)) on"
            }
        let actor = Person(github: payload["sender"]) ?? Person(github: comment["user"]) ?? .unknown
        let activity = Activity(
            actor: actor, action: words, object: object, clauses: [placeClause(comment)], quoted: text)
        return message(topic, activity.markdown, thread: thread)
    }

    /// Which line the comment is about: `at `Sources/main.swift` line 4`.
    func placeClause(_ comment: Payload) -> String {
        guard let path = comment["path"].filledText else { return "" }
        let line = comment["line"].number ?? comment["original_line"].number
        return "at \(Markdown.code(path))" + (line.map { " line \($0)" } ?? "")
    }

    func commitComment() -> Meaning {
        comment(on: commitLink(payload["comment"]["commit_id"].filledText) ?? "a commit", topic: repository.name)
    }
}
