import HubCore

/// Where code lives, and the topics of what happens there.
struct Repository: Sendable {
    /// Without its owner, as topics name it.
    let name: String
    /// `owner/name`.
    let fullName: String
    let url: String?

    init(name: String?, fullName: String?, url: String?, fallback: String) {
        self.fullName = fullName ?? name ?? fallback
        self.name = name ?? fullName.flatMap { $0.split(separator: "/").last.map(String.init) } ?? fallback
        self.url = url
    }

    var markdown: String { Markdown.link(fullName, url) }

    /// The page of a branch or tag, whose name may hold what a URL reads as something else (`fix/#12`).
    static func url(_ repository: String, _ area: String, _ ref: String) -> String {
        let path = ref.split(separator: "/", omittingEmptySubsequences: false)
            .map { FormDecoder.percentEncode(String($0)) }
        return "\(repository)/\(area)/\(path.joined(separator: "/"))"
    }

    // MARK: Topics

    func topic(branch: String) -> String { "\(name) / \(branch)" }

    /// For what has a page of its own in the repository: `checks`, `wiki pages`, `Deployment on production`.
    func topic(of area: String) -> String { "\(name) / \(area)" }

    func topic(of item: WorkItem) -> String {
        "\(name) / " + item.text(showingTitle: true)
    }

    func topic(release tag: String, title: String?) -> String {
        "\(name) / " + [tag, title].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " ")
    }
}

/// A numbered thing in a repository that people talk about: a pull request, an issue.
struct WorkItem: Sendable {
    /// As topics and links name it: `PR`, `MR`, `issue`.
    let kind: String
    let number: String?
    let title: String?
    let url: String?

    /// `PR #4`, or `PR #4 Speed up the build`.
    func text(showingTitle: Bool) -> String {
        var text = kind
        if let number { text += " #" + number }
        if showingTitle, let title { text += " " + title }
        return text
    }

    /// `[PR #4](…)`, or `[PR #4 Speed up the build](…)`.
    func link(showingTitle: Bool) -> String {
        // A number alone says which; without one only the title can.
        Markdown.link(text(showingTitle: showingTitle || number == nil), url)
    }
}
