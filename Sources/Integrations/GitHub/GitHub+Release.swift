import HubCore

extension GitHubReport {
    func release() -> Meaning {
        let release = payload["release"]
        let tag = release["tag_name"].name
        let name = release["name"].name
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
        if isPromotion { activity.action = "made a release of the pre-release" }
        if action != "deleted" { activity.quoted = release["body"].prose }
        return message(
            repository.topic(release: tag ?? label, title: name == tag ? nil : name), activity.markdown,
            severity: action == "published" || isPromotion ? .success : .info, thread: thread("release", tag))
    }

    /// GitHub sends `released` together with `published`, and for a pre-release that has been out for some time and is
    /// one no more.
    var isPromotion: Bool {
        let release = payload["release"]
        guard action == "released", let published = release["published_at"].text.flatMap(Timestamp.init(rfc3339:)),
            let updated = release["updated_at"].text.flatMap(Timestamp.init(rfc3339:))
        else { return false }
        return updated - published > .seconds(60)
    }
}
