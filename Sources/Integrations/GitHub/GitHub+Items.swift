import HubCore

/// What pull requests, issues and discussions have in common: they are opened, labelled, assigned, locked, closed.
extension GitHubReport {
    func workItem(_ kind: String, _ item: Payload) -> WorkItem {
        WorkItem(
            kind: kind, number: item["number"].filledText, title: item["title"].filledText,
            url: item["html_url"].filledText)
    }

    /// The sentence for the action of this delivery; `object` is the thing as a link, `item` the thing itself.
    func activity(on object: String, _ item: Payload) -> Activity {
        var activity = Activity(actor: sender, action: Wording.humanized(action), object: object)
        let body = item["body"].prose
        switch action {
        case "":
            activity.action = "updated"
        case "opened", "created":
            activity.quoted = body
        case "edited":
            edited(&activity, item)
        case "assigned", "unassigned":
            let person = Person(github: payload["assignee"]) ?? people(item["assignees"]).last ?? .unknown
            let link = action == "assigned" ? "to" : "from"
            (activity.action, activity.object) = ("\(action) \(person.markdown) \(link)", object)
        case "labeled", "unlabeled":
            let label = payload["label"]["name"].filledText ?? payload["label"].filledText
            let name = label.map { "the label \(Markdown.code($0))" } ?? "a label"
            activity.action = action == "labeled" ? "added \(name) to" : "removed \(name) from"
        case "milestoned", "demilestoned":
            let milestone = payload["milestone"].present ?? item["milestone"]
            let name = milestone["title"].filledText.map { Markdown.link($0, milestone["html_url"].filledText) }
            activity.action =
                action == "milestoned"
                ? "added the milestone \(name ?? "")".trimmed() + " to"
                : "removed the milestone \(name ?? "")".trimmed() + " from"
        case "locked":
            let reason = item["active_lock_reason"].filledText ?? item["lock_reason"].filledText
            activity.clauses = reason.map { ["as \(Markdown.escaped($0))"] } ?? []
        case "transferred":
            activity.clauses = [transfer("new", to: "to")]
        case "typed", "untyped":
            let type = payload["type"]["name"].filledText.map { "the type \(Markdown.code($0))" } ?? "a type"
            activity.action = action == "typed" ? "gave \(type) to" : "took \(type) from"
        case "closed", "reopened", "deleted", "unlocked", "pinned", "unpinned":
            break
        default:
            (activity.action, activity.notes) = ("changed", [Markdown.escaped(Wording.humanized(action))])
        }
        return activity
    }

    private func edited(_ activity: inout Activity, _ item: Payload) {
        let changes = payload["changes"]
        if let title = changes["title"]["from"].filledText {
            activity.action = "renamed"
            activity.clauses.append("from “\(Markdown.escaped(title))”")
            if let new = item["title"].filledText { activity.clauses.append("to “\(Markdown.escaped(new))”") }
        }
        if let base = changes["base"]["ref"]["from"].filledText {
            activity.action = changes["title"].exists ? activity.action : "changed the base of"
            activity.clauses.append("from \(Markdown.code(base))")
        }
        if changes["body"].exists || !changes.exists { activity.quoted = item["body"].prose }
    }

    /// `to [owner/other](…), now [issue #4](…)`, as far as it is said.
    func transfer(_ age: String, to preposition: String) -> String {
        let changes = payload["changes"]
        let place = changes["\(age)_repository"]
        guard let name = place["full_name"].filledText ?? place["name"].filledText else { return "" }
        let item = changes["\(age)_issue"].present ?? changes["\(age)_discussion"]
        let number =
            item["number"].filledText.map { " as \(Markdown.link("#\($0)", item["html_url"].filledText))" } ?? ""
        return "\(preposition) \(Markdown.link(name, place["html_url"].filledText))\(number)"
    }

    func people(_ accounts: Payload) -> [Person] {
        accounts.list.compactMap(Person.init(github:))
    }

    /// Who has to care.
    func assignees(_ item: Payload) -> String {
        var assignees = people(item["assignees"])
        if assignees.isEmpty { assignees = Person(github: item["assignee"]).map { [$0] } ?? [] }
        return assignees.isEmpty ? "" : "assigned to \(assignees.markdown)"
    }

    func labels(_ item: Payload) -> String {
        let labels = item["labels"].list.compactMap { $0["name"].filledText ?? $0.filledText }
        return labels.isEmpty ? "" : "labelled \(Wording.list(labels.map(Markdown.code)))"
    }

    /// Whether an edit changed nothing that people could read; `text` is what it reads now.
    func isEmptyEdit(_ text: String?) -> Bool {
        guard action == "edited", let changes = payload["changes"].value?.object else { return false }
        if changes.isEmpty { return true }
        guard changes.count == 1, let text, let old = payload["changes"]["body"]["from"].text else { return false }
        return old.utf8.elementsEqual(text.utf8)
    }
}
