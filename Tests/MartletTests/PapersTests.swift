import Foundation
import Testing

@testable import martlet

/// What the documents say must be what the code does.
@Suite struct Papers {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func `every setting is listed with its unit, its default and its secrecy`() throws {
        let document = try text("docs/settings.md")
        for entry in Settings.entries {
            let row = "| `\(entry.name)` | \(entry.unit) | \(entry.standard) | \(entry.isSecret ? "yes" : "no") | "
            #expect(document.contains(row), "docs/settings.md lacks: \(row)\(entry.summary) |")
        }
    }

    @Test func `no setting is listed that does not exist`() throws {
        let names = Set(Settings.entries.map(\.name))
        let listed = try text("docs/settings.md").matches(of: #/^\| `(MARTLET_[A-Z_]+)`/#.anchorsMatchLineEndings())
        #expect(!listed.isEmpty)
        for match in listed { #expect(names.contains(String(match.1))) }
    }

    @Test func `every stable code stands in the table of errors`() throws {
        let document = try text("docs/errors.md")
        let codes = try stableCodes()
        #expect(codes.count > 50)
        for code in codes.sorted() {
            #expect(document.contains("`\(code)`"), "docs/errors.md lacks \(code)")
        }
    }

    /// The texts of every `var code: String` in the sources.
    private func stableCodes() throws -> Set<String> {
        var codes: Set<String> = []
        let sources = Self.root.appending(path: "Sources")
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift" else { continue }
            let source = try String(contentsOf: file, encoding: .utf8)
            for body in source.split(separator: "var code: String {").dropFirst() {
                let end = body.firstRange(of: "\n    }\n")?.lowerBound ?? body.endIndex
                for match in body[..<end].matches(of: #/"([a-z_.-]+)"/#) { codes.insert(String(match.1)) }
            }
        }
        return codes
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }
}
