import HubCore

extension GitHubReport {
    private var deploymentPayload: Payload { payload["deployment"] }

    private var environment: String? {
        deploymentPayload["environment"].filledText ?? payload["deployment_status"]["environment"].filledText
    }

    private var topic: String {
        environment.map { repository.topic(of: "Deployment on \($0)") } ?? repository.name
    }

    /// What is deployed: a branch or tag, and its commit.
    private var place: String {
        let ref = deploymentPayload["ref"].filledText
        let sha = deploymentPayload["sha"].filledText
        return [
            ref.flatMap { $0 == sha ? nil : "of \(Markdown.code($0))" },
            commitLink(sha).map { ref == sha ? "of \($0)" : "(\($0))" },
            environment.map { "to \(Markdown.bold($0))" },
        ].compactMap { $0 }.joined(separator: " ")
    }

    func deployment() -> Meaning {
        var activity = Activity(
            actor: Person(github: payload["sender"]) ?? Person(github: deploymentPayload["creator"]) ?? .unknown,
            action: "created a deployment", object: place, quoted: deploymentPayload["description"].text)
        if let task = deploymentPayload["task"].filledText, task != "deploy" {
            activity.notes = ["task \(Markdown.code(task))"]
        }
        return message(topic, activity.markdown, thread: thread("deployment", deploymentPayload["id"].filledText))
    }

    func deploymentStatus() -> Meaning {
        let status = payload["deployment_status"]
        let state = status["state"].filledText ?? "unknown"
        let log = status["log_url"].filledText ?? status["target_url"].filledText
        let deployment = Markdown.link(markdown: "deployment", log)
        var facts = FactList()
        facts.add(
            "Environment",
            status["environment_url"].filledText.flatMap { url in
                Markdown.destination(url).map { Markdown.link(url, $0) }
            })
        facts.add("By", (Person(github: payload["sender"]) ?? Person(github: status["creator"]))?.markdown)
        return message(
            topic,
            Markdown.blocks(
                "The \(deployment) \(place) is now \(Markdown.bold(Wording.humanized(state))).", facts.markdown,
                Markdown.quote(status["description"].text ?? "")),
            severity: severity(ofState: state), thread: thread("deployment", deploymentPayload["id"].filledText),
            resolves: state == "success" || state == "inactive")
    }

    func pageBuild() -> Meaning {
        let build = payload["build"]
        let state = build["status"].filledText ?? "unknown"
        let pusher = Person(github: build["pusher"]) ?? sender
        let words =
            switch state {
            case "built": "is built"
            case "building": "is being built"
            case "errored": "could not be built"
            default: "is now \(Markdown.bold(Wording.humanized(state)))"
            }
        let commit = commitLink(build["commit"].filledText).map { " from \($0)" } ?? ""
        return message(
            repository.name,
            Markdown.blocks(
                "The GitHub Pages site \(words)\(commit), triggered by \(pusher.markdown).",
                Markdown.quote(build["error"]["message"].text ?? "")),
            severity: state == "errored" ? .error : state == "built" ? .success : .info)
    }
}
