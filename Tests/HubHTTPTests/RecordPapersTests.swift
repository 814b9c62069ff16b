import Foundation
import HTTPTypes
import HubCore
import Testing

@testable import HubHTTP

/// What the documents about tickets and surveys say must be what is sent and served.
@Suite struct RecordPapersTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ name: String) throws -> String {
        try String(contentsOf: root.appending(path: "docs/outgoing/\(name)"), encoding: .utf8)
    }

    @Test(arguments: [("tickets.md", "ticket."), ("surveys.md", "survey.")])
    func `every event is shown with the catalogue's summary and sample, and no other`(
        _ name: String, _ prefix: String
    ) throws {
        let document = try Self.text(name)
        let types = BuiltInEventType.allCases.filter { $0.rawValue.hasPrefix(prefix) }
        #expect(!types.isEmpty)
        for type in types {
            let part = "### `\(type.rawValue)`\n\n\(type.summary)\n\n```json\n\(type.sampleText)\n```\n"
            #expect(document.contains(part), "\(name) lacks \(type.rawValue) as the catalogue has it")
        }
        let shown = document.matches(of: #/^### `([^`]+)`/#.anchorsMatchLineEndings()).map { String($0.1) }
        #expect(shown == types.map(\.rawValue))
    }

    @Test(arguments: [("tickets.md", ["tickets"]), ("surveys.md", ["surveys", "responses"])])
    func `every call of the examples is served, and every call has an example`(
        _ name: String, _ subjects: [String]
    ) throws {
        var shown: Set<String> = []
        for match in try Self.text(name).matches(of: #/^api ([^\n]*)$/#.anchorsMatchLineEndings()) {
            let line = String(match.1)
            let path = try #require(line.firstMatch(of: #/\$HUB(/v1[^ "?]*)/#)).1
            let named = line.firstMatch(of: #/-X ([A-Z]+)/#).map { String($0.1) }
            let method = try #require(HTTPRequest.Method(named ?? (line.contains(" -d ") ? "POST" : "GET")))
            guard case .call(let call, _) = ManagementRoutes.table.match(method, String(path)) else {
                Issue.record("\(name): there is no \(method) \(path)")
                continue
            }
            shown.insert("\(call.method) \(call.path)")
        }
        let served = ManagementRoutes.table.calls.filter { subjects.contains($0.subject) }
            .map { "\($0.method) \($0.path)" }
        for call in served { #expect(shown.contains(call), "\(name) has no example of \(call)") }
    }

    @Test func `what the documents say of limits and states is so`() throws {
        let tickets = try Self.text("tickets.md")
        for status in Ticket.Status.allCases {
            let next = status.next.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            let row = tickets.split(separator: "\n").first { $0.hasPrefix("| `\(status.rawValue)` |") }
            #expect(row?.hasSuffix("| \(next) |") == true, "\(status)")
        }
        let surveys = try Self.text("surveys.md")
        for state in Survey.State.allCases {
            let next = state.next.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            #expect(surveys.contains("| \(next) |") && surveys.contains("| `\(state.rawValue)` |"))
        }
        for kind in SurveyQuestion.Kind.names { #expect(surveys.contains("| `\(kind)` |"), "\(kind)") }
        #expect(surveys.contains("at most \(SurveyQuestion.textLimit) characters"))
    }
}
