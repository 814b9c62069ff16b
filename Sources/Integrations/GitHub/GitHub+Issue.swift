import HubCore

extension GitHubReport {
    private var issuePayload: Payload { payload["issue"] }
    private var item: WorkItem {
        // GitHub tells comments on pull requests as comments on issues.
        workItem(issuePayload["pull_request"].exists ? "PR" : "issue", issuePayload)
    }
    private func link(to item: WorkItem, topic: String) -> String {
        item.link(showingTitle: context.namesThingInBody(topic: topic))
    }

    private func thread(of item: WorkItem) -> String? {
        thread(item.kind == "issue" ? "issue" : "pull_request", item.number)
    }

    func issue() -> Meaning {
        if isEmptyEdit(issuePayload["body"].text) { return .ignored(.quiet("the edit changed nothing")) }
        let item = item
        let topic = repository.topic(of: item)
        var activity = activity(on: link(to: item, topic: topic), issuePayload)
        switch action {
        case "opened":
            let origin = transfer("old", to: "from")
            activity.notes = [
                origin.isEmpty ? "" : "transferred \(origin)", assignees(issuePayload), labels(issuePayload), milestone,
            ]
        case "closed":
            activity.clauses = [closingReason]
        case "reopened", "edited":
            activity.notes = [assignees(issuePayload)]
        default:
            break
        }
        return message(
            topic, activity.markdown, thread: thread(of: item),
            resolves: ["closed", "deleted", "transferred"].contains(action))
    }

    private var closingReason: String {
        guard let reason = issuePayload["state_reason"].filledText else { return "" }
        return "as \(Markdown.escaped(Wording.humanized(reason)))"
    }

    private var milestone: String {
        let milestone = issuePayload["milestone"]
        guard let title = milestone["title"].filledText else { return "" }
        return "milestone \(Markdown.link(title, milestone["html_url"].filledText))"
    }

    /// A part of a larger issue; told where either of the two is.
    func subIssue() -> Meaning {
        let parent = workItem("issue", payload["parent_issue"])
        let part = workItem("issue", payload["sub_issue"])
        let isGone = action.hasSuffix("_removed")
        let activity = Activity(
            actor: sender, action: isGone ? "removed" : "added", object: part.link(showingTitle: true),
            clauses: [
                "\(isGone ? "from" : "to") \(parent.link(showingTitle: true))", isGone ? "" : "as a sub-issue",
            ])
        return message(on: action.hasPrefix("parent_") ? part : parent, activity)
    }

    /// An issue that waits for another; told where either of the two is.
    func issueDependency() -> Meaning {
        let blocked = workItem("issue", payload["blocked_issue"])
        let blocking = workItem("issue", payload["blocking_issue"])
        let activity = Activity(
            actor: sender, action: "marked", object: blocked.link(showingTitle: true),
            clauses: [
                "as \(action.hasSuffix("_removed") ? "no longer " : "")blocked by \(blocking.link(showingTitle: true))"
            ])
        return message(on: action.hasPrefix("blocking_") ? blocking : blocked, activity)
    }

    private func message(on item: WorkItem, _ activity: Activity) -> Meaning {
        message(repository.topic(of: item), activity.markdown, thread: thread(of: item))
    }

    func issueComment() -> Meaning {
        let item = item
        let topic = repository.topic(of: item)
        return comment(on: link(to: item, topic: topic), topic: topic, thread: thread(of: item))
    }
}
