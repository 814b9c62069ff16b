import HubCore

/// Branches, tags and commits.
extension GitHubReport {
    private var ref: String { payload["ref"].name ?? "" }

    var isTagPush: Bool { ref.hasPrefix("refs/tags/") }

    func push() -> Meaning {
        if isTagPush { return tagPush(ref.replacingPrefix("refs/tags/", with: "")) }
        let branch = ref.replacingPrefix("refs/heads/", with: "")
        if isOfMergeQueue(branch) { return .ignored(.quiet("the branch belongs to a merge queue")) }
        if let wanted = context.globs("branches"), !wanted.contains(where: { $0.matches(branch) }) {
            return .ignored(.filtered(by: "branches", event: "\(event.rawValue) to \(branch)"))
        }
        let push = Push(
            pusher: pusher, branch: branch.isEmpty ? "(unknown)" : branch, branchURL: branchURL(branch),
            change: branchChange, commits: payload["commits"].list.map(commit),
            compareURL: payload["compare"].filledText, head: payload["head_commit"].present.map(commit))
        return message(
            branch.isEmpty ? repository.name : repository.topic(branch: branch), push.markdown,
            severity: branchChange == .forced ? .warning : .info)
    }

    /// <https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository>: temporary.
    private func isOfMergeQueue(_ branch: String) -> Bool { branch.hasPrefix("gh-readonly-queue/") }

    private var branchChange: Push.Change {
        if payload["deleted"].isTrue { return .deleted }
        if payload["created"].isTrue { return .created }
        return payload["forced"].isTrue ? .forced : .advanced
    }

    private var pusher: Person {
        if let person = Person(github: payload["sender"]) { return person }
        return Person(github: payload["pusher"]) ?? .unknown
    }

    private func commit(_ commit: Payload) -> Commit {
        Commit(
            sha: commit["id"].filledText ?? commit["sha"].filledText ?? "", message: commit["message"].text ?? "",
            url: commit["url"].filledText,
            author: commit["author"]["username"].filledText ?? commit["author"]["name"].filledText
                ?? commit["author"].filledText)
    }

    private func tagPush(_ tag: String) -> Meaning {
        let isGone = payload["deleted"].isTrue
        let isMoved = payload["forced"].isTrue && !payload["created"].isTrue
        var activity = Activity(
            actor: pusher, action: isGone ? "deleted the tag" : isMoved ? "moved the tag" : "pushed the tag",
            object: isGone ? Markdown.escaped(tag) : Markdown.link(tag, releaseURL(tag)))
        if let head = payload["head_commit"].present.map(commit), !isGone {
            activity.clauses = ["\(isMoved ? "to" : "at") \(head.markdown)"]
        }
        return message(repository.name, activity.markdown, severity: isMoved && !isGone ? .warning : .info)
    }

    private func releaseURL(_ tag: String) -> String? {
        repository.url.map { Repository.url($0, "releases/tag", tag) }
    }

    /// The events `create` and `delete`.
    func reference() -> Meaning {
        let kind = payload["ref_type"].keyword ?? "branch"
        if kind == "branch", isOfMergeQueue(ref) { return .ignored(.quiet("the branch belongs to a merge queue")) }
        let name = ref.isEmpty ? "(unnamed)" : ref
        let url = kind == "tag" ? releaseURL(name) : branchURL(name)
        let activity = Activity(
            actor: sender, action: event == .create ? "created the \(kind)" : "deleted the \(kind)",
            object: event == .create ? Markdown.link(name, url) : Markdown.escaped(name))
        return message(
            kind == "branch" && !ref.isEmpty ? repository.topic(branch: name) : repository.name, activity.markdown)
    }
}

extension String {
    func replacingPrefix(_ prefix: String, with replacement: String) -> String {
        hasPrefix(prefix) ? replacement + dropFirst(prefix.count) : self
    }
}
