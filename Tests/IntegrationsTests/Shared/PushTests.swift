import Testing

@testable import Integrations

@Suite("Push")
struct PushTests {
    private func push(_ change: Push.Change, _ commits: [Commit], head: Commit? = nil) -> String {
        Push(
            pusher: Person("ann"), branch: "main", branchURL: "https://e.com/main", change: change, commits: commits,
            compareURL: "https://e.com/compare", head: head
        ).markdown
    }

    private func commits(_ authors: String...) -> [Commit] {
        authors.enumerated().map {
            Commit(sha: "0123456789abcdef", message: "Change \($0)\n\nWhy", url: nil, author: $1)
        }
    }

    @Test func `no more than twenty commits are listed`() {
        let text = push(.advanced, Array(repeating: commits("ann")[0], count: 22))
        #expect(text.contains("22 commits"))
        #expect(text.split(separator: "\n").count { $0.hasPrefix("* ") } == 20)
        #expect(text.hasSuffix("[and 2 more commits]"))
    }

    @Test func `who wrote the commits is told, the busiest first, unless it was the pusher alone`() {
        #expect(!push(.advanced, commits("ann", "ann")).contains("Commits by"))
        #expect(push(.advanced, commits("bob")).contains("Commits by bob (1)."))
        #expect(
            push(.advanced, commits("a", "b", "b", "c", "c", "c", "d", "e")).contains(
                "Commits by c (3), b (2), a (1) and others (2)."))
    }

    @Test func `a commit is its first line and eleven characters`() {
        #expect(push(.advanced, commits("ann")).hasSuffix("* Change 0 (0123456789a)"))
        #expect(push(.advanced, [Commit(sha: "", message: "", url: nil, author: nil)]).hasSuffix("* (no message)"))
    }

    @Test func `what happened to the branch is said`() {
        #expect(push(.deleted, []) == "ann deleted the branch main.")
        #expect(push(.created, []).hasPrefix("ann [created](https://e.com/compare) the branch [main]"))
        #expect(push(.created, commits("ann")).contains("created the branch [main](https://e.com/main) and [pushed]"))
        #expect(push(.forced, commits("ann")).contains("force-[pushed](https://e.com/compare) 1 commit to the branch"))
        #expect(push(.forced, [], head: commits("ann")[0]).contains("it is now at Change 0 (0123456789a)"))
    }

    @Test(.timeLimit(.minutes(1)))
    func `a great many authors take no more time than a great many commits`() {
        let commits = (0..<80_000).map { Commit(sha: "", message: "Change", url: nil, author: "author-\($0)") }
        #expect(push(.advanced, commits).contains("author-2 (1) and others (79997)."))
    }

    @Test func `the title of a commit begins no list of its own`() {
        let commit = Commit(sha: "", message: "- fix", url: nil, author: "ann")
        #expect(push(.advanced, [commit]).hasSuffix("* \\- fix"))
    }
}
