import Foundation
import Testing

@testable import WebhookSignatures

@Suite struct SchemeTableTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/signatures.md")
    private static let start = "rewrites it -->\n"
    private static let end = "<!-- end of schemes -->"

    private var table: String {
        let rows = SchemeInfo.all.map { info in
            let settings = info.settings.filter { $0 != .secrets }.map { "`\($0.rawValue)`" }
            let cells = [
                "`\(info.name)`", info.title, info.summary,
                info.secretForm == .none ? "–" : "`\(info.secretForm.rawValue)`",
                info.toleranceSeconds.map { "\($0) s" } ?? "–",
                info.headers.isEmpty ? "–" : info.headers.map { "`\($0)`" }.joined(separator: " "),
                settings.isEmpty ? "–" : settings.joined(separator: " "),
            ]
            return "| \(cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ")) |\n"
        }
        return
            "| scheme | of | what is proved | secret | window | headers | settings |\n|---|---|---|---|---|---|---|\n"
            + rows.joined()
    }

    @Test func `the document's table of schemes is the program's`() throws {
        var text = try String(contentsOf: Self.page, encoding: .utf8)
        let from = try #require(text.range(of: Self.start)).upperBound
        let to = try #require(text.range(of: Self.end)).lowerBound
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            text.replaceSubrange(from..<to, with: table)
            try text.write(to: Self.page, atomically: true, encoding: .utf8)
        } else {
            #expect(text[from..<to] == table)
        }
    }
}
