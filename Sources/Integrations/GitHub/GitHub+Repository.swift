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
            let branch = payload["repository"]["default_branch"].filledText.map {
                "the default branch is now \(Markdown.code($0))"
            }
            activity.notes = [
                changedNames(besides: ["default_branch"]), changes["default_branch"].exists ? branch ?? "" : "",
            ]
            if changes["description"].exists { activity.quoted = payload["repository"]["description"].text }
        default: break
        }
        return message(repository.name, activity.markdown)
    }

    /// What was changed, by its names: `description and homepage`.
    private func changedNames(besides told: [String] = []) -> String {
        let names = payload["changes"].members.lazy.map(\.key).filter { key in
            !told.contains { $0.utf8.elementsEqual(key.utf8) }
        }.prefix(10)
        return Wording.list(names.map { Markdown.escaped(Wording.humanized($0)) })
    }

    // MARK: Rules

    func branchProtectionRule() -> Meaning {
        let name = payload["rule"]["name"].filledText.map { " for \(Markdown.code($0))" } ?? ""
        return ruleMessage("the branch protection rule\(name)", changedNames())
    }

    func ruleset() -> Meaning {
        let ruleset = payload["repository_ruleset"]
        let name = ruleset["name"].filledText.map {
            " " + Markdown.link($0, ruleset["_links"]["html"]["href"].filledText)
        }
        let changed = payload["changes"].exists ? changedNames() : ""
        return ruleMessage(
            "the ruleset\(name ?? "")", ruleset["enforcement"].keyword.map { "now \(Wording.humanized($0))" } ?? "",
            changed.isEmpty ? "" : "changed: \(changed)")
    }

    private func ruleMessage(_ rule: String, _ notes: String...) -> Meaning {
        let words = ["created": "added", "deleted": "removed", "edited": "changed"]
        let activity = Activity(
            actor: sender, action: words[action] ?? "changed", object: rule,
            clauses: payload["repository"].exists ? ["in \(repository.markdown)"] : [], notes: notes)
        let topic = payload["repository"].exists ? repository.name : "\(organization) organization"
        return message(topic, activity.markdown, severity: action == "created" ? .info : .warning)
    }

    // MARK: Packages

    /// The events `package` and `registry_package`, which differ in the name of the member alone.
    func package() -> Meaning {
        let package = payload[event.subject]
        let version = package["package_version"]
        let tag = version["container_metadata"]["tag"]["name"].filledText ?? version["version"].filledText
        let kind = package["package_type"].filledText ?? package["ecosystem"].filledText
        let name = Markdown.link(package["name"].filledText ?? "(unnamed)", package["html_url"].filledText)
        let activity = Activity(
            actor: sender, action: action.isEmpty ? "changed" : Wording.humanized(action),
            object: tag.map { "\(Markdown.link($0, version["html_url"].filledText)) of" } ?? "",
            clauses: ["the \(kind.map { Markdown.escaped($0.lowercased()) + " " } ?? "")package \(name)"])
        return message(
            repository.topic(of: "packages"), activity.markdown, severity: action == "published" ? .success : .info)
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
            let verb = Wording.humanized(page["action"].keyword ?? "changed")
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
