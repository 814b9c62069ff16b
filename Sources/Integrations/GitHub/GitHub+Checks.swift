import HubCore

/// Checks, workflow runs and commit statuses: how a commit fares.
extension GitHubReport {
    func checkRun() -> Meaning {
        let run = payload["check_run"]
        let state = run["conclusion"].keyword ?? run["status"].keyword ?? action
        let name = run["name"].filledText ?? "(unnamed)"
        let sha = run["head_sha"].filledText
        let branch = run["check_suite"]["head_branch"].filledText
        let check = "the check " + Markdown.link(name, run["html_url"].filledText ?? run["details_url"].filledText)
        let place = [commitLink(sha).map { "at \($0)" }, branch.map { "on \(Markdown.link($0, branchURL($0)))" }]
            .compactMap { $0 }.joined(separator: " ")
        // How it went before is no news.
        if action == "rerequested" || action == "requested_action" {
            let wish = payload["requested_action"]["identifier"].filledText.map { "the action \(Markdown.code($0))" }
            let activity = Activity(
                actor: sender, action: "asked for \(wish ?? "another run") of \(check)", object: place,
                notes: [state == action ? "" : "last: \(Markdown.bold(Wording.humanized(state)))"])
            return message(repository.topic(of: "checks"), activity.markdown, thread: thread("check:\(name)", sha))
        }
        var facts = FactList()
        facts.add("Result", run["output"]["title"].filledText.map(Markdown.escaped))
        facts.add("App", run["app"]["name"].filledText.map { Markdown.link($0, run["app"]["html_url"].filledText) })
        facts.add("Started by", Person(github: payload["sender"])?.markdown)
        let sentence = [
            Wording.capitalized(check),
            run["status"].keyword == "completed" || run["conclusion"].exists ? "completed:" : "is",
            Markdown.bold(Wording.humanized(state)), place,
        ].filter { !$0.isEmpty }.joined(separator: " ")
        return message(
            repository.topic(of: "checks"),
            Markdown.blocks(
                Wording.sentence(sentence), facts.markdown, Markdown.quote(run["output"]["summary"].text ?? "")),
            severity: severity(ofState: state), thread: thread("check:\(name)", sha), resolves: isGood(state))
    }

    func workflowRun() -> Meaning {
        let run = payload["workflow_run"]
        let workflow = run["name"].filledText ?? payload["workflow"]["name"].filledText ?? "workflow"
        let state = run["conclusion"].keyword ?? run["status"].keyword ?? action
        let number = run["run_number"].filledText.map { " #\($0)" } ?? ""
        let head = head(of: run)
        let title = run["display_title"].filledText ?? run["head_commit"]["message"].text.map(Wording.firstLine)
        var facts = FactList()
        facts.add("Title", title.map(Markdown.escaped))
        facts.add("Commit", commitLink(run["head_sha"].filledText))
        facts.add("Triggered by", trigger(run))
        facts.add("Attempt", run["run_attempt"].number.flatMap { $0 > 1 ? "\($0)" : nil })
        let sentence = [
            "The workflow \(Markdown.link(workflow + number, run["html_url"].filledText))",
            run["conclusion"].exists ? "completed:" : "is", Markdown.bold(Wording.humanized(state)),
            head.map { "on \($0.link)" } ?? "",
        ].filter { !$0.isEmpty }.joined(separator: " ")
        return message(
            repository.topic(of: workflow), Markdown.blocks(Wording.sentence(sentence), facts.markdown),
            severity: severity(ofState: state),
            // A later good run on the branch is what ends a failure, and not one on a fork's branch of the same name.
            thread: thread("workflow:\(workflow)", head?.key), resolves: isGood(state))
    }

    /// The branch that a run is about, as a link, and what names it among those of all forks; none of a fork that is
    /// gone, whose run ends no failure.
    private func head(of run: Payload) -> (link: String, key: String?)? {
        guard let branch = run["head_branch"].name else { return nil }
        let head = run["head_repository"]
        if head.value == .null { return (Markdown.escaped(branch), nil) }
        guard let name = head["full_name"].name, payload["repository"]["full_name"].exists, name != repository.fullName
        else { return (Markdown.link(branch, branchURL(branch)), branch) }
        let url = head["html_url"].filledText.map { Repository.url($0, "tree", branch) }
        return (Markdown.link("\(name.prefix { $0 != "/" }):\(branch)", url), "\(name):\(branch)")
    }

    private func trigger(_ run: Payload) -> String? {
        let actor = Person(github: run["triggering_actor"]) ?? Person(github: run["actor"])
        let event = run["event"].filledText.map { Markdown.code($0) }
        let parts = [actor?.markdown ?? Person(github: payload["sender"])?.markdown, event.map { "(\($0))" }]
        return parts.compactMap { $0 }.joined(separator: " ")
    }

    func status() -> Meaning {
        let sha = payload["sha"].filledText ?? payload["commit"]["sha"].filledText
        let state = payload["state"].keyword ?? "unknown"
        let url = payload["commit"]["html_url"].filledText
        let commit = sha.map {
            Markdown.link(Wording.shortSHA($0), url ?? repository.url.map { "\($0)/commit/\(sha ?? "")" })
        }
        let context = payload["context"].filledText
        var facts = FactList()
        facts.add("Check", context.map { Markdown.link($0, payload["target_url"].filledText) })
        facts.add("Details", payload["description"].filledText.map(Markdown.escaped))
        facts.add(
            "Commit", payload["commit"]["commit"]["message"].filledText.map { Markdown.escaped(Wording.firstLine($0)) })
        let branches = payload["branches"].list.compactMap { $0["name"].filledText }
        facts.add(
            branches.count == 1 ? "Branch" : "Branches", Wording.list(branches.map { Markdown.link($0, branchURL($0)) })
        )
        facts.add("By", Person(github: payload["sender"])?.markdown)
        return message(
            repository.name,
            Markdown.blocks("The status of \(commit ?? "a commit") is now \(Markdown.bold(state)).", facts.markdown),
            severity: severity(ofState: state), thread: thread("status:\(context ?? "")", sha), resolves: isGood(state))
    }

    /// The queue's own branch and commit, tested before they become the base branch's.
    func mergeGroup() -> Meaning {
        let group = payload["merge_group"]
        let base = group["base_ref"].filledText?.replacingPrefix("refs/heads/", with: "")
        let branch = base.map { " for \(Markdown.link($0, branchURL($0)))" } ?? ""
        let reason = payload["reason"].keyword
        let words =
            switch (action, reason) {
            case ("checks_requested", _): "The merge queue\(branch) waits for the checks of a group"
            case ("destroyed", "merged"): "The merge queue\(branch) merged a group"
            case ("destroyed", _): "The merge queue\(branch) gave up a group"
            default: "The merge queue\(branch) changed a group"
            }
        let notes = [action == "destroyed" && reason != "merged" ? reason : nil].compactMap { $0 }.map { " (\($0))" }
        let commit = commitLink(group["head_sha"].filledText).map { " at \($0)" } ?? ""
        let title = group["head_commit"]["message"].text.map(Wording.firstLine) ?? ""
        return message(
            base.map(repository.topic(branch:)) ?? repository.name,
            Markdown.blocks("\(words)\(commit)\(notes.joined()).", Markdown.quote(Markdown.escapedLine(title))),
            severity: action == "destroyed" && reason != "merged" ? .warning : .info)
    }

    /// Of conclusions, commit states and deployment states alike.
    func severity(ofState state: String) -> Severity {
        switch state {
        case "success": .success
        case "failure", "error", "timed_out", "startup_failure": .error
        case "cancelled", "action_required", "stale": .warning
        default: .info
        }
    }

    func isGood(_ state: String) -> Bool { state == "success" }
}
