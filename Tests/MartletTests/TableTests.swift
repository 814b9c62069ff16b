import HubCore
import Testing

@testable import martlet

@Suite struct TableTests {
    @Test func `columns are aligned and nothing trails`() {
        let table = Table(columns: ["id", "name"], rows: [["1", "Ada"], ["22", ""]])
        #expect(table.text == "ID  NAME\n1   Ada\n22")
        #expect(Table(columns: ["id"], rows: []).text == "nothing")
    }

    @Test func `what strangers sent cannot move the cursor or break the line`() {
        #expect(Table.harmless("a\u{1B}[31mb\nc\u{202E}d") == "a\u{FFFD}[31mb\u{FFFD}c\u{FFFD}d")
    }

    @Test func `text that is too long says so`() {
        #expect("abcdef".shortened(to: 4) == "abc…")
        #expect("abcd".shortened(to: 4) == "abcd")
    }

    @Test(arguments: [(-1.0, "  0 %"), (0.5, " 50 %"), (1.0, "100 %"), (7.0, "100 %")])
    func `progress stays between its ends`(_ fraction: Double, _ end: String) {
        let text = ProgressBar.text("Copying", fraction)
        #expect(text.hasSuffix(end))
        #expect(text.count == ProgressBar.text("Copying", 0).count)
    }

    @Test(arguments: [
        ("90s", Moment.ago(.seconds(90))), ("2h", .ago(.seconds(7200))), ("7d", .ago(.seconds(604_800))),
        ("2026-11-01T00:00:00Z", .at(Timestamp(seconds: 1_793_491_200))),
    ])
    func `a time is read as people write it`(_ text: String, _ moment: Moment) {
        #expect(Moment(argument: text) == moment)
    }

    @Test(arguments: ["", "h", "1", "-1h", "1w", "yesterday", "99999999999999999999d"])
    func `what is no time is none`(_ text: String) {
        #expect(Moment(argument: text) == nil)
    }

    @Test func `options become what the API takes`() throws {
        let members = try SourceRequest.members([
            "only_events=push, issues", "rate_per_minute=10", "topic=a=b", "key_in_path=true", "tolerance_seconds=x",
        ])
        let document: JSON = [
            "only_events": ["push", "issues"], "rate_per_minute": 10, "topic": "a=b", "key_in_path": true,
            "tolerance_seconds": "x",
        ]
        #expect(JSON.object(members) == document)
        #expect(throws: (any Error).self) { try SourceRequest.members(["topic"]) }
    }

    @Test func `the only workspace need not be named, one of several must be`() throws {
        let (main, acme) = (WorkspaceID(stored: "main"), WorkspaceID(stored: "acme"))
        #expect(try WorkspaceOptions.choose(nil, among: [main]) == main)
        #expect(try WorkspaceOptions.choose("acme", among: [main, acme]) == acme)
        #expect(throws: CommandError.self) { try WorkspaceOptions.choose(nil, among: [main, acme]) }
        #expect(throws: CommandError.self) { try WorkspaceOptions.choose("other", among: [main]) }
    }

    @Test func `a clock that cannot be right is found`() {
        #expect(DoctorCommand.clock(Timestamp(seconds: 0)).verdict == .wrong)
        #expect(DoctorCommand.clock(Timestamp(seconds: 1_793_491_200)).verdict == .good)
    }

    @Test func `a finding says what to do`() {
        let finding = Finding(.wrong, "disk", "1 MiB free", hint: "make room")
        #expect(finding.text == "✗ disk: 1 MiB free\n    → make room")
    }
}
