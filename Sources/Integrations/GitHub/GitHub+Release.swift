import HubCore

extension GitHubReport {
    func release() -> Meaning {
        let release = payload["release"]
        let tag = release["tag_name"].filledText
        let name = release["name"].filledText
        let kind = release["prerelease"].isTrue ? "pre-release" : "release"
        let label = name ?? tag ?? "(unnamed)"
        var activity = Activity(
            actor: sender, action: "\(action.isEmpty ? "changed" : Wording.humanized(action)) the \(kind)",
            object: Markdown.link(label, release["html_url"].filledText))
        if let tag, tag != label { activity.clauses.append("for the tag \(Markdown.code(tag))") }
        if let target = release["target_commitish"].filledText {
            activity.clauses.append("from \(Markdown.code(target))")
        }
        if let author = Person(github: release["author"]), author.name != sender.name {
            activity.clauses.append("by \(author.markdown)")
        }
        if action != "deleted" { activity.quoted = release["body"].text }
        return message(
            repository.topic(release: tag ?? label, title: name == tag ? nil : name), activity.markdown,
            severity: action == "published" ? .success : .info, thread: thread("release", tag))
    }
}
