import HubCore

/// What happens to a repository as a whole.
extension GitHubReport {
    func repositoryChange() -> Meaning {
        let changes = payload["changes"]
        var activity = Activity(
            actor: sender, action: "\(action.isEmpty ? "changed" : Wording.humanized(action)) the repository",
            object: action == "deleted" ? Markdown.escaped(repository.fullName) : repository.markdown)
        switch action {
        case "created":
            if payload["repository"]["private"].isTrue { activity.action = "created the private repository" }
            activity.quoted = payload["repository"]["description"].text
        case "renamed":
            activity.clauses =
                changes["repository"]["name"]["from"].filledText.map { ["from \(Markdown.bold($0))"] } ?? []
        case "transferred":
            let owner = changes["owner"]["from"]
            let old = Person(github: owner["user"]) ?? Person(github: owner["organization"])
            activity.clauses = old.map { ["from \($0.markdown)"] } ?? []
        case "publicized": activity.tell("made the repository", "public")
        case "privatized": activity.tell("made the repository", "private")
        case "edited":
            let names = changes.members.map { Wording.humanized($0.key) }
            activity.notes = [Wording.list(names.map(Markdown.escaped))]
            if changes["description"].exists { activity.quoted = payload["repository"]["description"].text }
        default: break
        }
        return message(repository.name, activity.markdown)
    }

    func publicized() -> Meaning {
        let activity = Activity(
            actor: sender, action: "made the repository", object: repository.markdown, clauses: ["public"])
        return message(repository.name, activity.markdown)
    }

    func fork() -> Meaning {
        let fork = payload["forkee"]
        let name = fork["full_name"].filledText ?? fork["name"].filledText
        var activity = Activity(
            actor: Person(github: payload["sender"]) ?? Person(github: fork["owner"]) ?? .unknown, action: "forked",
            object: repository.markdown)
        activity.clauses = name.map { ["to \(Markdown.link($0, fork["html_url"].filledText))"] } ?? []
        return message(repository.name, activity.markdown)
    }

    func star() -> Meaning {
        let isGone = action == "deleted"
        let count = payload["repository"]["stargazers_count"].number.map {
            "now \(Wording.count(Int(clamping: $0), "star"))"
        }
        let activity = Activity(
            actor: sender, action: isGone ? "took back the star of" : "starred the repository",
            object: repository.markdown, notes: [count ?? ""])
        return message(repository.name, activity.markdown)
    }

    func wiki() -> Meaning {
        let pages = payload["pages"].list.map { page in
            let title = page["title"].filledText ?? page["page_name"].filledText ?? "(untitled)"
            let summary = page["summary"].filledText.map { ": \(Markdown.escaped($0))" } ?? ""
            let verb = Wording.humanized(page["action"].filledText ?? "changed")
            return "\(verb) \(Markdown.link(title, page["html_url"].filledText))\(summary)"
        }
        let body =
            pages.count == 1
            ? Wording.sentence("\(sender.markdown) \(pages[0]) in the wiki")
            : Markdown.blocks(
                "\(sender.markdown) changed \(pages.isEmpty ? "the wiki" : Wording.count(pages.count, "wiki page")):",
                Markdown.list(pages, limit: 20, more: "page"))
        return message(repository.topic(of: "wiki pages"), body)
    }

    func member() -> Meaning {
        let person = Person(github: payload["member"]) ?? .unknown
        let permission = payload["changes"]["permission"]
        let level = permission["to"].filledText ?? payload["changes"]["role_name"]["to"].filledText
        let words: (action: String, link: String) =
            switch action {
            case "removed": ("removed", "from")
            case "edited": ("changed the rights of", "in")
            default: ("added", "to")
            }
        var activity = Activity(
            actor: sender, action: "\(words.action) \(person.markdown) \(words.link)", object: repository.markdown)
        if let old = permission["from"].filledText ?? payload["changes"]["old_permission"]["from"].filledText {
            activity.clauses.append("from \(Markdown.code(old))")
        }
        if let level {
            activity.clauses.append("\(action == "edited" ? "to" : "with the right to") \(Markdown.code(level))")
        }
        return message(repository.name, activity.markdown)
    }
}
