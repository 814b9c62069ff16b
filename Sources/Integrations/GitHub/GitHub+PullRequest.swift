import HubCore

extension GitHubReport {
    private var pull: Payload { payload["pull_request"] }
    private var item: WorkItem {
        let item = workItem("PR", pull)
        guard item.number == nil, let number = payload["number"].filledText else { return item }
        return WorkItem(kind: item.kind, number: number, title: item.title, url: item.url)
    }
    private var topic: String { repository.topic(of: item) }
    private var link: String { item.link(showingTitle: context.namesThingInBody(topic: topic)) }
    private var pullThread: String? { thread("pull_request", item.number) }

    func pullRequest() -> Meaning {
        if isEmptyEdit(pull["body"].text) { return .ignored(.quiet("the edit changed nothing")) }
        var activity = activity(on: link, pull)
        let isMerged = pull["merged"].isTrue
        switch action {
        case "opened", "reopened":
            if pull["draft"].isTrue { activity.clauses.append("as a draft") }
            activity.clauses.append(branches)
            activity.notes = [assignees(pull), reviewers, labels(pull), size]
        case "edited":
            let base = pull["base"]["ref"].filledText
            if payload["changes"]["base"].exists, let base {
                activity.clauses.append("to \(Markdown.code(base))")
            } else {
                activity.notes = [branches]
            }
        case "synchronize":
            activity.tell("updated", newCommits, notes: [branches])
        case "closed" where isMerged:
            activity.tell("merged", branches, notes: [mergeCommit])
        case "closed":
            activity.tell("closed", "without merging", notes: [branches])
        case "review_requested":
            activity.tell("requested a review from \(requested) on")
        case "review_request_removed":
            activity.tell("no longer wants a review from \(requested) on")
        case "ready_for_review":
            activity.tell("marked", "as ready for review", notes: [branches])
        case "converted_to_draft":
            activity.tell("turned", "into a draft")
        case "auto_merge_enabled":
            activity.tell("enabled auto-merge for", notes: [reason])
        case "auto_merge_disabled":
            activity.tell("disabled auto-merge for", notes: [reason])
        case "enqueued":
            activity.tell("put", "into the merge queue")
        case "dequeued":
            activity.tell("took", "out of the merge queue", notes: [reason])
        default:
            break
        }
        return message(
            topic, activity.markdown, severity: isMerged && action == "closed" ? .success : .info, thread: pullThread,
            resolves: action == "closed")
    }

    private var branches: String {
        guard let head = headBranch else {
            return pull["base"]["ref"].filledText.map { "to \(Markdown.code($0))" } ?? ""
        }
        guard let base = pull["base"]["ref"].filledText else { return "from \(Markdown.code(head))" }
        return "from \(Markdown.code(head)) to \(Markdown.code(base))"
    }

    /// `retries`; `eve:retries` when it is not in the repository itself.
    private var headBranch: String? {
        let owner = pull["head"]["user"]["login"].name
        let isFork = owner != nil && owner != pull["base"]["user"]["login"].name ?? owner
        return pull["head"]["ref"].filledText.map { isFork ? "\(owner ?? ""):\($0)" : $0 }
    }

    private var reviewers: String {
        let names = people(pull["requested_reviewers"]) + teams(pull["requested_teams"])
        return names.isEmpty ? "" : "review asked of \(names.markdown)"
    }

    private func teams(_ teams: Payload) -> [Person] {
        teams.list.compactMap(team)
    }

    private func team(_ team: Payload) -> Person? {
        team["name"].filledText.map { Person($0, url: team["html_url"].filledText) }
    }

    private var requested: String {
        let named = [Person(github: payload["requested_reviewer"]), team(payload["requested_team"])].compactMap { $0 }
        let all = named.isEmpty ? people(pull["requested_reviewers"]) + teams(pull["requested_teams"]) : named
        return all.isEmpty ? "someone" : all.markdown
    }

    /// `+10 −2 in 3 files`.
    private var size: String {
        guard let added = pull["additions"].number, let removed = pull["deletions"].number else { return "" }
        let files = pull["changed_files"].number.map { " in \(Wording.count(Int(clamping: $0), "file"))" } ?? ""
        return "+\(added) −\(removed)\(files)"
    }

    private var reason: String {
        payload["reason"].filledText.map { Markdown.escaped(Wording.humanized($0)) } ?? ""
    }

    private var newCommits: String {
        guard let before = payload["before"].filledText, let after = payload["after"].filledText else { return "" }
        let range = "\(Wording.shortSHA(before))…\(Wording.shortSHA(after))"
        return "with \(Markdown.link(range, repository.url.map { "\($0)/compare/\(before)...\(after)" }))"
    }

    private var mergeCommit: String {
        commitLink(pull["merge_commit_sha"].filledText) ?? ""
    }

    // MARK: Reviews

    func review() -> Meaning {
        let review = payload["review"]
        if isEmptyEdit(review["body"].text) { return .ignored(.quiet("the edit changed nothing")) }
        let state = review["state"].keyword?.lowercased() ?? ""
        let text = review["body"].prose ?? ""
        if action == "submitted", state == "commented", text.trimmed().isEmpty {
            return .ignored(.quiet("the review has no text of its own, and its comments tell"))
        }
        let author = Person(github: review["user"])
        let isOthers = author.map { $0.name != sender.name } ?? false
        let whose = isOthers ? "by \(author?.markdown ?? "") of" : "of"
        let words: (action: String, rest: String) =
            switch (action, state) {
            case ("submitted", "approved"): ("approved", "")
            case ("submitted", "changes_requested"): ("requested changes", "on")
            case ("dismissed", _): ("dismissed the review", whose)
            case ("edited", _): (isOthers ? "edited the review" : "edited their review", whose)
            default: ("reviewed", "")
            }
        let linked = Markdown.link(markdown: words.action, review["html_url"].filledText)
        let activity = Activity(
            actor: sender, action: words.rest.isEmpty ? linked : "\(linked) \(words.rest)", object: link,
            quoted: text)
        let severity: Severity =
            switch (action, state) {
            case ("submitted", "approved"): .success
            case ("submitted", "changes_requested"): .warning
            default: .info
            }
        return message(topic, activity.markdown, severity: severity, thread: pullThread)
    }

    func reviewComment() -> Meaning {
        comment(on: link, topic: topic, thread: pullThread)
    }

    func reviewThread() -> Meaning {
        let first = payload["thread"]["comments"][0]
        var activity = Activity(
            actor: sender, action: action == "unresolved" ? "reopened a review thread" : "resolved a review thread",
            object: "on \(link)", clauses: [placeClause(first)], quoted: first["body"].prose)
        if let url = first["html_url"].filledText { activity.action = Markdown.link(markdown: activity.action, url) }
        return message(topic, activity.markdown, thread: pullThread)
    }
}
