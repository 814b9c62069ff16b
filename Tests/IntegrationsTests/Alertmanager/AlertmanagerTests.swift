import HubCore
import Integrations
import Testing

@Suite("Alertmanager")
struct AlertmanagerTests {
    @Test(arguments: Fixture.all(of: Alertmanager.self, folder: "Alertmanager"))
    func `a fixture renders its expected message`(_ fixture: Fixture) throws {
        try fixture.expectGolden(folder: "Alertmanager")
    }

    private func drafts(_ payload: JSON) throws -> [MessageDraft] {
        let request = Sample("firing", body: payload.text).request()
        return try Alertmanager.interpret(request, ReadingParameters(), templates: .fake).findings.map { finding in
            guard case .message(let draft) = finding.meaning else { throw PayloadError.missing(path: "message") }
            return draft
        }
    }

    private func alert(_ index: Int, instance: String = "db1", description: String = "") -> JSON {
        [
            "labels": ["alertname": "Down", "instance": .string(instance)], "fingerprint": .string("f\(index)"),
            "annotations": ["description": .string(description)],
            "generatorURL": "https://prometheus.example.com/graph?g0.expr=up",
        ]
    }

    @Test func `a message ends behind a whole alert and says how many more there are`() throws {
        let alerts = (0..<60).map { alert($0, description: String(repeating: "é", count: 500)) }
        let drafts = try drafts(["status": "firing", "truncatedAlerts": 7, "alerts": .array(alerts)])
        let draft = try #require(drafts.first)
        #expect(drafts.count == 1 && draft.truncated() == draft)
        #expect(draft.body.hasPrefix("🔥 **Firing**: 60 alerts\n\n* **Down** é"))
        let shown = draft.body.split(separator: "\n").count { $0.hasPrefix("* **Down**") }
        #expect((10..<20).contains(shown))
        #expect(
            draft.body.hasSuffix(
                "`instance=db1`\n\n[and \(60 - shown) more alerts]\n\n[and 7 alerts that Alertmanager left out]"))
        #expect(draft.threadKeys.count == 60)
    }

    @Test(.timeLimit(.minutes(1)))
    func `topics that are too many for messages of their own are told in one`() throws {
        let alerts = (0..<20_000).map { alert($0, instance: "db\($0)") } + [alert(19_999, instance: "db19999")]
        let drafts = try drafts(["status": "firing", "alerts": .array(alerts)])
        let rest = try #require(drafts.last)
        #expect(drafts.count == 201 && drafts[0].topic == "db0" && rest.topic == "Alertmanager")
        #expect(rest.body.hasPrefix("🔥 **Firing**: 19801 alerts for 19800 more topics\n\n`db200` `db201` "))
        #expect(rest.body.hasSuffix("[and 19750 more topics]"))
        #expect(rest.threadKeys.count == 19_800)
    }

    /// Each alert has all of the labels in common.
    @Test(.timeLimit(.minutes(1)))
    func `labels in common cost no more for many alerts`() throws {
        let labels = JSON.object(.init((0..<5000).map { ("label\($0)", JSON.string("value")) }))
        let alerts = JSON.array((0..<5000).map { alert($0, instance: "db\($0 % 300)") })
        let drafts = try drafts(["status": "firing", "commonLabels": labels, "alerts": alerts])
        #expect(drafts.count == 201)
        #expect(drafts.allSatisfy { $0.truncated() == $0 })
    }

    @Test func `an alert's own label counts more than one in common`() throws {
        let draft = try #require(
            try drafts([
                "status": "firing", "commonLabels": ["severity": "warning", "instance": "all"],
                "alerts": [["labels": ["severity": "critical"]]],
            ]).first)
        #expect(draft.topic == "all" && draft.severity == .error)
        #expect(draft.body.hasSuffix("`instance=all` `severity=critical`"))
    }

    /// Comparing or hashing one such text takes half a minute and more.
    @Test(.timeLimit(.minutes(1)))
    func `texts of one letter with a great many marks take no more time than others`() throws {
        let letter = JSON.string("a" + String(repeating: "\u{301}\u{323}", count: 100_000))
        let alert: JSON = [
            "status": letter, "fingerprint": letter, "startsAt": letter, "endsAt": letter, "generatorURL": letter,
            "labels": ["alertname": letter, "instance": letter, "severity": letter],
            "annotations": ["summary": letter, "description": letter],
        ]
        let drafts = try drafts(["status": letter, "groupKey": letter, "alerts": [alert, alert]])
        #expect(drafts.count == 1)
    }
}
