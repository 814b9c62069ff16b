import HubCore

extension GitHubReport {
    func ping() -> Meaning {
        let events = payload["hook"]["events"].list.compactMap(\.name)
        let person = Person(github: payload["sender"])
        var facts = FactList()
        facts.add("Events", events == ["*"] ? "all" : Wording.list(events.map(Markdown.code)))
        if payload["repository"].exists { facts.add("Repository", repository.markdown) }
        if payload["organization"].exists { facts.add("Organization", Markdown.escaped(organization)) }
        return message(
            payload["repository"].exists ? repository.name : organization,
            Markdown.blocks(SetupNotice.markdown(vendor: "GitHub", by: person), facts.markdown), severity: .success)
    }
}
