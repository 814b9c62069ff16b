import HubCore

/// Vulnerable dependencies, problems in the code, leaked secrets, advisories.
extension GitHubReport {
    private var alert: Payload { payload["alert"] }

    func dependabotAlert() -> Meaning {
        let advisory = alert["security_advisory"]
        let vulnerability = alert["security_vulnerability"]
        let dependency = alert["dependency"]
        let package = dependency["package"].present ?? vulnerability["package"]
        var facts = advisoryFacts(
            advisory, severity: advisory["severity"].filledText ?? vulnerability["severity"].filledText)
        facts.add(
            "Package",
            package["name"].filledText.map { name in
                Markdown.code(name) + (package["ecosystem"].filledText.map { " (\(Markdown.escaped($0)))" } ?? "")
            })
        facts.add("Manifest", dependency["manifest_path"].filledText.map(Markdown.code))
        facts.add("Vulnerable", vulnerability["vulnerable_version_range"].filledText.map(Markdown.code))
        facts.add("Fixed in", vulnerability["first_patched_version"]["identifier"].filledText.map(Markdown.code))
        facts.add("Reason", dismissal("dismissed_reason"))
        return alertMessage(
            "Dependabot alert", title: advisory["summary"].filledText,
            severity: advisory["severity"].filledText ?? vulnerability["severity"].filledText, facts)
    }

    func codeScanningAlert() -> Meaning {
        let rule = alert["rule"]
        let instance = alert["most_recent_instance"]
        let level = rule["security_severity_level"].filledText ?? rule["severity"].filledText
        var facts = FactList()
        facts.add("Severity", level.map(Markdown.escaped))
        facts.add("Rule", rule["id"].filledText.map(Markdown.code))
        facts.add("Tool", alert["tool"]["name"].filledText.map(Markdown.escaped))
        facts.add(
            "Place",
            instance["location"]["path"].filledText.map { path in
                Markdown.code(path) + (instance["location"]["start_line"].filledText.map { " line \($0)" } ?? "")
            })
        facts.add("Ref", (payload["ref"].filledText ?? instance["ref"].filledText).map(Markdown.code))
        facts.add("Commit", commitLink(payload["commit_oid"].filledText ?? instance["commit_sha"].filledText))
        facts.add("Finding", instance["message"]["text"].filledText.map(Markdown.escaped))
        facts.add("Reason", dismissal("dismissed_reason"))
        return alertMessage(
            "code scanning alert", title: rule["description"].filledText ?? rule["name"].filledText, severity: level,
            facts)
    }

    func secretScanningAlert() -> Meaning {
        let kind = alert["secret_type_display_name"].filledText ?? alert["secret_type"].filledText
        var facts = FactList()
        facts.add("State", alert["state"].filledText.map(Markdown.escaped))
        facts.add("Validity", alert["validity"].filledText.map(Markdown.escaped))
        facts.add("Publicly leaked", alert["publicly_leaked"].isTrue ? "yes" : nil)
        facts.add("Resolution", dismissal("resolution"))
        return alertMessage("secret scanning alert", title: kind, severity: "high", facts)
    }

    /// One place more that the secret of an alert was found in.
    func secretScanningAlertLocation() -> Meaning {
        let location = payload["location"]
        let details = location["details"]
        let kind = alert["secret_type_display_name"].filledText ?? alert["secret_type"].filledText
        var facts = FactList()
        facts.add("Place", location["type"].keyword.map(Wording.humanized))
        facts.add(
            "File",
            details["path"].filledText.map { path in
                Markdown.code(path) + (details["start_line"].filledText.map { " line \($0)" } ?? "")
            })
        facts.add("Commit", commitLink(details["commit_sha"].filledText))
        return alertMessage("secret scanning alert", title: kind, severity: "high", facts)
    }

    private func dismissal(_ field: String) -> String? {
        guard let reason = alert[field].filledText else { return nil }
        let comment = alert["dismissed_comment"].filledText ?? alert["resolution_comment"].filledText
        return Markdown.escaped(Wording.humanized(reason)) + (comment.map { " (\(Markdown.escaped($0)))" } ?? "")
    }

    private func alertMessage(_ kind: String, title: String?, severity: String?, _ facts: FactList) -> Meaning {
        let item = WorkItem(
            kind: kind, number: alert["number"].filledText, title: title, url: alert["html_url"].filledText)
        let isOver = ["fixed", "dismissed", "auto_dismissed", "resolved", "closed_by_user"].contains(action)
        let activity = alertActivity(on: item.link(showingTitle: true))
        return message(
            repository.topic(of: item), Markdown.blocks(activity.markdown, facts.markdown),
            severity: isOver ? .success : self.severity(ofAlert: severity),
            thread: thread(kind.lowercased(), item.number), resolves: isOver)
    }

    private func alertActivity(on object: String) -> Activity {
        var activity = Activity(
            actor: Person(github: payload["sender"]) ?? Person("GitHub"), action: Wording.humanized(action),
            object: object)
        switch action {
        case _ where event == .secretScanningAlertLocation: activity.tell("found the secret of", "in one place more")
        case "": activity.tell("updated")
        case "created": activity.tell("opened")
        case "auto_dismissed": activity.tell("automatically dismissed")
        case "auto_reopened": activity.tell("automatically reopened")
        case "closed_by_user": activity.tell("closed")
        case "reopened_by_user": activity.tell("reopened")
        case "appeared_in_branch": activity.tell("found", "in another branch")
        case "reintroduced": activity.tell("found", "again")
        case "publicly_leaked": activity.tell("found the secret of", "in public")
        case "validated": activity.tell("checked whether the secret is valid of")
        case "assigned", "unassigned":
            let person = (Person(github: payload["assignee"]) ?? .unknown).markdown
            activity.tell(action == "assigned" ? "assigned \(person) to" : "unassigned \(person) from")
        case "assignees_changed", "updated_assignment":
            activity.tell("changed who is assigned to", notes: [assignees(alert)])
        case "fixed", "dismissed", "reopened", "resolved": break
        default: activity.tell("changed", notes: [Wording.humanized(action)])
        }
        return activity
    }

    func advisory() -> Meaning {
        let advisory = payload["security_advisory"].present ?? payload["repository_advisory"]
        let level = advisory["severity"].filledText
        var facts = advisoryFacts(advisory, severity: level)
        let packages = advisory["vulnerabilities"].list.compactMap { vulnerability -> String? in
            guard let name = vulnerability["package"]["name"].filledText else { return nil }
            return [name, vulnerability["vulnerable_version_range"].filledText].compactMap { $0 }.joined(separator: " ")
        }
        facts.add("Affected", Wording.list(packages.map(Markdown.code)))
        let id = advisory["ghsa_id"].filledText
        let url = advisory["html_url"].filledText ?? id.map { "https://github.com/advisories/\($0)" }
        let title = advisory["summary"].filledText ?? id ?? "(untitled)"
        let verb = action.isEmpty ? "updated" : Wording.humanized(action)
        let isRepositorys = payload["repository"].exists
        return message(
            isRepositorys ? repository.topic(of: "security advisories") : "Security advisories",
            Markdown.blocks(
                "Security advisory \(verb): \(Markdown.link(title, url)).", facts.markdown,
                Markdown.quote(advisory["description"].text ?? "")),
            severity: severity(ofAlert: level), thread: id.map { "advisory:\($0)" }, resolves: action == "withdrawn")
    }

    private func advisoryFacts(_ advisory: Payload, severity: String?) -> FactList {
        var facts = FactList()
        facts.add("Severity", severity.map(Markdown.escaped))
        let ids = [advisory["ghsa_id"].filledText, advisory["cve_id"].filledText].compactMap { $0 }
        facts.add("Id", Wording.list(ids.map(Markdown.escaped)))
        return facts
    }

    private func severity(ofAlert level: String?) -> Severity {
        switch level?.prefix(bytes: 20).lowercased() {
        case "critical", "high", "error": .error
        case "low", "note", "none": .info
        default: .warning
        }
    }
}
