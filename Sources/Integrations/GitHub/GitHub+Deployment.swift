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
        let ref = deploymentPayload["ref"].name
        let sha = deploymentPayload["sha"].name
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
        if let task = deploymentPayload["task"].name, task != "deploy" {
            activity.notes = ["task \(Markdown.code(task))"]
        }
        return message(topic, activity.markdown, thread: thread("deployment", deploymentPayload["id"].filledText))
    }

    func deploymentStatus() -> Meaning {
        let status = payload["deployment_status"]
        let state = status["state"].keyword ?? "unknown"
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

    /// A run that waits until people let it deploy, and what they say.
    func deploymentReview() -> Meaning {
        let run = payload["workflow_run"]
        let jobs = [payload["workflow_job_run"]] + payload["workflow_job_runs"].list
        let environments = ([payload["environment"]] + jobs.map { $0["environment"] }).compactMap(\.name)
            .withoutRepeats
        let name = run["name"].filledText ?? "workflow"
        let workflow = Markdown.link(
            name + (run["run_number"].filledText.map { " #\($0)" } ?? ""), run["html_url"].filledText)
        var activity = Activity(
            actor: Person(github: payload["approver"]) ?? sender,
            action: action.isEmpty ? "reviewed" : Wording.humanized(action),
            object: "the deployment",
            clauses: [
                environments.isEmpty ? "" : "to \(Wording.list(environments.prefix(5).map(Markdown.bold)))",
                "by the workflow \(workflow)",
            ], quoted: payload["comment"].prose)
        if action == "requested" {
            activity.actor = Person(github: payload["requestor"]) ?? sender
            activity.action = "wants a review of"
            let reviewers = payload["reviewers"].list.prefix(10).compactMap { Person(github: $0["reviewer"]) }
            activity.notes = [reviewers.isEmpty ? "" : "by \(reviewers.markdown)"]
        }
        let severities: [String: Severity] = ["requested": .warning, "approved": .success, "rejected": .error]
        return message(
            environments.first.map { repository.topic(of: "Deployment on \($0)") } ?? repository.name,
            activity.markdown,
            severity: severities[action] ?? .info, thread: thread("deployment_review", run["id"].filledText),
            resolves: action == "approved" || action == "rejected")
    }

    func pageBuild() -> Meaning {
        let build = payload["build"]
        let state = build["status"].keyword ?? "unknown"
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
