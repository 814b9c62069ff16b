import HubCore

extension GitHubReport {
    func sponsorship() -> Meaning {
        let sponsorship = payload["sponsorship"]
        let tier = tierName(sponsorship["tier"])
        let date = payload["effective_date"].filledText.map { "on \(Markdown.escaped(String($0.prefix(10))))" }
        var activity = Activity(
            actor: Person(github: sponsorship["sponsor"]) ?? sender, action: "",
            object: Person(github: sponsorship["sponsorable"])?.markdown ?? "someone")
        switch action {
        case "created":
            activity.tell("began to sponsor", tier.map { "with \($0)" } ?? "")
        case "cancelled":
            activity.tell("no longer sponsors", notes: [tier ?? ""])
        case "pending_cancellation":
            activity.tell("will cancel the sponsorship of", date ?? "", notes: [tier ?? ""])
        case "tier_changed":
            activity.tell("changed the tier of the sponsorship of", tierChange)
        case "pending_tier_change":
            activity.tell("will change the tier of the sponsorship of", tierChange, date ?? "")
        default:
            let verb = action.isEmpty ? "changed" : Wording.humanized(action)
            activity.tell("\(verb) the sponsorship of", notes: [tier ?? "", privacyChange])
        }
        return message(
            "sponsors", activity.markdown, severity: action == "created" ? .success : .info,
            thread: sponsorship["node_id"].filledText.map { "sponsorship:\($0)" }, resolves: action == "cancelled")
    }

    private var tierChange: String {
        [
            tierName(payload["changes"]["tier"]["from"]).map { "from \($0)" },
            tierName(payload["sponsorship"]["tier"]).map { "to \($0)" },
        ].compactMap { $0 }.joined(separator: " ")
    }

    private func tierName(_ tier: Payload) -> String? {
        if let name = tier["name"].filledText { return Markdown.bold(name) }
        return tier["monthly_price_in_dollars"].filledText.map { Markdown.bold("$\($0) a month") }
    }

    private var privacyChange: String {
        guard payload["changes"]["privacy_level"].exists else { return "" }
        let level = payload["sponsorship"]["privacy_level"].filledText
        return level.map { "now \(Markdown.escaped($0))" } ?? ""
    }
}
