import HubCore

/// Comments on anything.
extension GitHubReport {
    /// `object` is what is commented on, as a link.
    func comment(on object: String, topic: String, thread: String? = nil) -> Meaning {
        let comment = payload["comment"]
        if isEmptyEdit(comment["body"].text) { return .ignored(.quiet("the edit changed nothing")) }
        let author = Person(github: comment["user"])
        let actor = Person(github: payload["sender"]) ?? author ?? .unknown
        let isOthers = author.map { $0.name != actor.name } ?? false
        let whose = isOthers ? " of \(author?.markdown ?? "")" : ""
        let url = comment["html_url"].filledText
        let words =
            switch action {
            case "edited": "edited \(Markdown.link(markdown: "a comment", url))\(whose) on"
            // Its page is gone.
            case "deleted": "deleted a comment\(whose) on"
            case "created", "": "\(Markdown.link(markdown: "commented", url)) on"
            default: "\(Wording.humanized(action)) \(Markdown.link(markdown: "a comment", url)) on"
            }
        // What people delete of their own they want to see once more; what others wrote is deleted for a reason.
        let activity = Activity(
            actor: actor, action: words, object: object, clauses: [placeClause(comment)],
            quoted: action == "deleted" && isOthers ? nil : comment["body"].prose)
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
