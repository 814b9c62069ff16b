import HubCore

extension GitHubReport {
    private var discussionPayload: Payload { payload["discussion"] }
    private var number: String? { discussionPayload["number"].filledText }
    private var title: String? { discussionPayload["title"].filledText }

    private var topic: String {
        let name = number.map { "\(repository.name) discussion #\($0)" } ?? "\(repository.name) discussion"
        return title.map { "\(name): \($0)" } ?? name
    }

    private var link: String {
        let isTitled = number == nil || context.namesThingInBody(topic: topic)
        let text = ["discussion", number.map { "#\($0)" }, isTitled ? title : nil].compactMap { $0 }
        return Markdown.link(text.joined(separator: " "), discussionPayload["html_url"].filledText)
    }

    func discussion() -> Meaning {
        if isEmptyEdit(discussionPayload["body"].text) { return .ignored(.quiet("the edit changed nothing")) }
        var activity = activity(on: link, discussionPayload)
        let category = discussionPayload["category"]["name"].filledText.map(Markdown.bold)
        switch action {
        case "created":
            activity.clauses = [category.map { "in \($0)" } ?? ""]
            activity.notes = [labels(discussionPayload)]
        case "answered":
            let answer = payload["answer"]
            let author = Person(github: answer["user"]).map { " by \($0.markdown)" } ?? ""
            activity.action =
                "chose \(Markdown.link(markdown: "an answer", answer["html_url"].filledText))\(author) for"
            activity.notes = []
            activity.quoted = answer["body"].prose
        case "unanswered":
            activity.tell("took back the chosen answer of")
            activity.quoted = payload["old_answer"]["body"].prose
        case "category_changed":
            let old = payload["changes"]["category"]["from"]["name"].filledText.map { "from \(Markdown.bold($0))" }
            activity.tell("moved", old ?? "", category.map { "to \($0)" } ?? "")
        case "closed":
            let reason = discussionPayload["state_reason"].filledText
            activity.tell("closed", reason.map { "as \(Markdown.escaped(Wording.humanized($0)))" } ?? "")
        default:
            break
        }
        return message(
            topic, activity.markdown, thread: discussionThread,
            resolves: ["answered", "closed", "deleted", "transferred"].contains(action))
    }

    private var discussionThread: String? { thread("discussion", number) }

    func discussionComment() -> Meaning {
        comment(on: link, topic: topic, thread: discussionThread)
    }
}
