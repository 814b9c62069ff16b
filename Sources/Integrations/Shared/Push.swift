/// A commit, as messages list it.
struct Commit: Sendable {
    let sha: String
    let message: String
    let url: String?
    /// The name of who wrote it.
    let author: String?

    var markdown: String {
        let line = Wording.firstLine(message)
        let title = line.isEmpty ? "(no message)" : Markdown.escapedLine(line)
        return sha.isEmpty ? title : "\(title) (\(Markdown.link(Wording.shortSHA(sha), url)))"
    }
}

/// What someone pushed to a branch, created or deleted.
struct Push: Sendable {
    enum Change: Sendable {
        case advanced, created, deleted
        /// The branch was set to another place, so that commits may be gone.
        case forced
    }

    let pusher: Person
    let branch: String
    let branchURL: String?
    let change: Change
    let commits: [Commit]
    /// The page that compares before and after.
    let compareURL: String?
    /// Where the branch is now.
    let head: Commit?

    static let commitLimit = 20

    var markdown: String {
        Markdown.blocks(
            Wording.sentence(sentence + committers),
            Markdown.list(commits.lazy.map(\.markdown), limit: Self.commitLimit, more: "commit"))
    }

    private var sentence: String {
        let branch = Markdown.link(branch, branchURL)
        let pushed = Markdown.link(markdown: "pushed", compareURL)
        let count = Wording.count(commits.count, "commit")
        switch change {
        case .deleted:
            // The branch's page is gone.
            return "\(pusher.markdown) deleted the branch \(Markdown.escaped(self.branch))"
        case .created where commits.isEmpty:
            return "\(pusher.markdown) \(Markdown.link(markdown: "created", compareURL)) the branch \(branch)"
        case .created:
            return "\(pusher.markdown) created the branch \(branch) and \(pushed) \(count)"
        case .forced where commits.isEmpty:
            return "\(pusher.markdown) force-\(pushed) the branch \(branch)\(place)"
        case .forced:
            return "\(pusher.markdown) force-\(pushed) \(count) to the branch \(branch)"
        case .advanced where commits.isEmpty:
            return "\(pusher.markdown) \(pushed) to the branch \(branch)\(place)"
        case .advanced:
            return "\(pusher.markdown) \(pushed) \(count) to the branch \(branch)"
        }
    }

    private var place: String {
        head.map { "; it is now at \($0.markdown)" } ?? ""
    }

    /// Who wrote the commits and how many each, when it was not the pusher alone; the three busiest by name.
    private var committers: String {
        var counts: [(name: String, count: Int)] = []
        var places: [String: Int] = [:]
        for author in commits.lazy.compactMap(\.author) {
            let name = Person(author).name
            if let known = places[name] {
                counts[known].count += 1
            } else {
                places[name] = counts.count
                counts.append((name, 1))
            }
        }
        guard counts.count > 1 || counts.first.map({ $0.name != pusher.name }) ?? false else { return "" }
        let ranked = counts.enumerated().sorted {
            ($1.element.count, $0.offset) < ($0.element.count, $1.offset)
        }.map(\.element)
        var names = ranked.prefix(3).map { "\(Markdown.escaped($0.name)) (\($0.count))" }
        let others = ranked.dropFirst(3).reduce(0) { $0 + $1.count }
        if others > 0 { names.append("others (\(others))") }
        return ". Commits by \(Wording.list(names))"
    }
}
