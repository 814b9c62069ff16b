import HubCore
import Testing

@Suite("Event filters")
struct EventFilterTests {
    @Test(arguments: [
        ("pull_request", nil), ("pull_request.closed", nil), ("pull_request.closed.merged", nil), ("*.merged", nil),
        ("pull", "only_events"), ("pull_request.opened", "only_events"), ("merged", "only_events"),
        ("other name", nil),
    ])
    func `a pattern matches a type, its families and its other names`(_ pattern: String, _ setting: String?) {
        let filter = EventFilter(only: [Glob(pattern)])
        #expect(filter.setting(against: "pull_request.closed.merged", aliases: ["other name"]) == setting)
    }

    /// A copy of each family would take as many bytes as the square of the length.
    @Test(.timeLimit(.minutes(1)), arguments: ["pull_request", "*x", "a?b*c"])
    func `a type of a great many parts costs no more than its length`(_ pattern: String) {
        let type = String(repeating: ".", count: 1_000_000)
        #expect(EventFilter(only: [Glob(pattern)]).setting(against: type) == "only_events")
        #expect(!EventFilter(include: [Glob(pattern)]).asksFor(type))
    }
}

@Suite("Globs")
struct GlobTests {
    @Test(arguments: [
        ("main", "main", true), ("main", "mains", false), ("release-*", "release-1.4", true), ("*", "", true),
        ("*.md", "a.b.md", true), ("?", "é", true), ("a?c*e", "abcde", true), ("a*b*c", "a1c2b", false),
    ])
    func `a star is any run of characters, a question mark one`(_ pattern: String, _ text: String, _ matches: Bool) {
        #expect(Glob(pattern).matches(text) == matches)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a pattern or text of any length takes bounded time`() {
        let run = String(repeating: "a", count: 1 << 20)
        #expect(!Glob("*\(run)*b").matches(run))
        #expect(!Glob("*\(run.prefix(200))*b").matches(run))
        #expect(!Glob("*\(run.prefix(300))*").matches(String(run.prefix(300))))
        // What looks at each byte once has no limit.
        #expect(Glob(run).matches(run))
        #expect(Glob("aaa*").matches(run))
    }
}
