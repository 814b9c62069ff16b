import HubCore
import Integrations
import Testing

@Suite("GitHub")
struct GitHubTests {
    @Test(arguments: Fixture.all(of: GitHub.self, folder: "GitHub"))
    func `a fixture renders its expected message`(_ fixture: Fixture) throws {
        try fixture.expectGolden(folder: "GitHub")
    }

    private func finding(_ event: String, _ payload: JSON) throws -> Finding {
        let sample = Sample(event, headers: ["X-GitHub-Event": event], body: payload.text)
        let reading = try GitHub.interpret(sample.request(), ReadingParameters(), templates: .fake)
        return try #require(reading.findings.first)
    }

    @Test(arguments: [String(repeating: ".", count: 200_000), "a b", "[x](https://e.com)", "é"])
    func `an action that is no word of GitHub's is no part of a type or sentence`(_ action: String) throws {
        let finding = try finding(
            "issues", ["action": .string(action), "issue": ["number": 9], "sender": ["login": "ann"]])
        guard case .message(let draft) = finding.meaning else {
            Issue.record("no message")
            return
        }
        #expect(finding.type == "issues")
        #expect(draft.body == "ann updated issue #9.")
    }

    @Test func `a name of an event is cut where no name is longer`() throws {
        let finding = try finding(String(repeating: "x.", count: 1000), ["sender": ["login": "ann"]])
        #expect(finding.type.utf8.count == 100)
    }

    @Test func `a run on a fork does not end the failure of the branch of the same name`() throws {
        func thread(_ head: JSON) throws -> String? {
            let run: JSON = ["name": "CI", "conclusion": "success", "head_branch": "main", "head_repository": head]
            let payload: JSON = ["action": "completed", "workflow_run": run, "repository": ["full_name": "acme/hub"]]
            guard case .message(let draft) = try finding("workflow_run", payload).meaning else { return nil }
            return draft.threadKey
        }
        let own = try thread(["full_name": "acme/hub"])
        #expect(own == "workflow:CI:acme/hub#main")
        #expect(try thread("an unknown form") == own)
        // The fork is gone.
        #expect(try thread(nil) == nil)
        #expect(try thread(["full_name": "eve/hub"]) == "workflow:CI:acme/hub#eve/hub:main")
    }

    @Test(arguments: ["release.released", "release.promoted", "release"])
    func `a pre-release that becomes a release is found by either name`(_ pattern: String) throws {
        let release: JSON = [
            "tag_name": "v1", "published_at": "2026-11-20T08:00:00Z", "updated_at": "2026-11-21T08:00:00Z",
        ]
        let payload: JSON = ["action": "released", "release": release, "sender": ["login": "ann"]]
        let sample = Sample("release", headers: ["X-GitHub-Event": "release"], body: payload.text)
        let parameters = ReadingParameters(filter: EventFilter(only: [Glob(pattern)]))
        let reading = try GitHub.interpret(sample.request(), parameters, templates: .fake)
        guard case .message = reading.findings.first?.meaning else {
            Issue.record("no message")
            return
        }
    }

    /// Comparing or hashing one such text takes half a minute and more.
    @Test(
        .timeLimit(.minutes(1)), arguments: ["push", "create", "release", "deployment", "workflow_run", "pull_request"])
    func `names of one letter with a great many marks take no more time than others`(_ event: String) throws {
        let sample = try #require(GitHub.samples.first { $0.type.hasPrefix(event) })
        let letter = "a" + String(repeating: "\u{301}\u{323}", count: 100_000)
        func replaced(_ value: JSON) -> JSON {
            switch value {
            case .string: .string(letter)
            case .array(let elements): .array(elements.map(replaced))
            case .object(let object):
                .object(.init(object.members.map { ($0.key, $0.key == "action" ? $0.value : replaced($0.value)) }))
            default: value
            }
        }
        let payload = replaced(try JSON.parse(sample.body))
        guard case .message(let draft) = try finding(event, payload).meaning else { return }
        #expect(draft.truncated().topic.utf8.count <= 240)
    }
}
