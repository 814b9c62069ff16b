import HubCore

/// Teams and who is in them.
extension GitHubReport {
    private var teamPayload: Payload { payload["team"] }
    private var teamName: String? { teamPayload["name"].filledText ?? teamPayload["slug"].filledText }
    private var teamLink: String {
        teamName.map { "the team \(Markdown.link($0, teamPayload["html_url"].filledText))" } ?? "a team"
    }

    func membership() -> Meaning {
        let person = Person(github: payload["member"]) ?? .unknown
        let words = action == "removed" ? ("removed", "from") : ("added", "to")
        let activity = Activity(
            actor: sender, action: "\(words.0) \(person.markdown) \(words.1)", object: teamLink)
        return message("\(organization) organization", activity.markdown)
    }

    func organizationChange() -> Meaning {
        let name =
            payload["organization"]["html_url"].filledText
            ?? payload["organization"]["login"].filledText.map {
                "https://github.com/\($0)"
            }
        let link = "the organization \(Markdown.link(organization, name))"
        let member = Person(github: payload["membership"]["user"]) ?? .unknown
        let invited = Person(github: payload["user"]) ?? Person(github: payload["invitation"])
        var activity = Activity(actor: sender, action: Wording.humanized(action), object: link)
        switch action {
        case "member_added": activity.action = "added \(member.markdown) to"
        case "member_removed": activity.action = "removed \(member.markdown) from"
        case "member_invited":
            let address = payload["invitation"]["email"].filledText.map(Markdown.escaped)
            activity.action = "invited \(invited?.markdown ?? address ?? "someone") to"
        case "renamed":
            let old = payload["changes"]["login"]["from"].filledText
            activity.clauses = old.map { ["from \(Markdown.bold($0))"] } ?? []
        case "deleted": break
        default: (activity.action, activity.notes) = ("changed", [Wording.humanized(action)])
        }
        return message("\(organization) organization", activity.markdown)
    }

    func team() -> Meaning {
        let changes = payload["changes"]
        var activity = Activity(actor: sender, action: Wording.humanized(action), object: teamLink)
        switch action {
        case "edited":
            activity.clauses = teamChanges(changes)
            activity.action = activity.clauses.isEmpty ? "edited" : "edited \(teamLink):"
            activity.object = activity.clauses.isEmpty ? teamLink : ""
            if changes["description"].exists { activity.quoted = teamPayload["description"].text }
        case "added_to_repository", "removed_from_repository":
            let isAdded = action.hasPrefix("added")
            activity.action = isAdded ? "gave" : "took from"
            activity.clauses = ["access to \(repository.markdown)"]
        default:
            break
        }
        return message(teamName.map { "team \($0)" } ?? "\(organization) organization", activity.markdown)
    }

    private func teamChanges(_ changes: Payload) -> [String] {
        var parts: [String] = []
        if let old = changes["name"]["from"].filledText {
            parts.append("the name was \(Markdown.bold(old))")
        }
        if changes["privacy"].exists, let privacy = teamPayload["privacy"].filledText {
            parts.append("the visibility is now \(Markdown.code(privacy))")
        }
        if changes["notification_setting"].exists, let setting = teamPayload["notification_setting"].filledText {
            parts.append("notifications are now \(Markdown.code(setting))")
        }
        let rights = changes["repository"]["permissions"]["from"]
        if rights.exists {
            let now = payload["repository"]["permissions"].members.filter(\.value.isTrue).map { Markdown.code($0.key) }
            parts.append("the rights in \(repository.markdown) are now \(now.isEmpty ? "others" : Wording.list(now))")
        }
        if changes["description"].exists { parts.append("the description is now") }
        return parts.isEmpty ? [] : [Wording.list(parts)]
    }

    func teamAdd() -> Meaning {
        let activity = Activity(
            actor: sender, action: "gave", object: teamLink, clauses: ["access to \(repository.markdown)"])
        return message(repository.name, activity.markdown)
    }
}
