import ArgumentParser
import Foundation
import Hub
import HubCore
import HubHTTP
import HubStorage

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look for what is wrong or will be.",
        discussion: "Exit code 1 when something is wrong (✗); what only deserves a look (!) does not count.")

    @OptionGroup var data: DataOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let settings = try data.settings()
        var findings = Self.directory(settings) + Self.network(settings)
        findings += [await Self.port(settings.server.host, settings.server.port)]
        findings += await hub(settings)
        if json {
            Output.line(JSON.members(["data": .array(findings.map(\.document))]).text)
        } else {
            Output.line(findings.map(\.text).joined(separator: "\n"))
        }
        if findings.contains(where: { $0.verdict == .wrong }) { throw ExitCode(1) }
    }

    private func hub(_ settings: Settings) async -> [Finding] {
        do {
            return try await data.withHub { hub, _ in
                try await Self.store(hub) + Self.sources(hub)
            }
        } catch {
            return [Finding(.wrong, "hub", "\(error)", hint: nil)]
        }
    }
}

/// One thing that was looked at.
struct Finding: Equatable {
    enum Verdict: String {
        case good, look, wrong
    }

    let verdict: Verdict
    let subject: String
    let detail: String
    /// What to do about it.
    let hint: String?

    init(_ verdict: Verdict, _ subject: String, _ detail: String, hint: String? = nil) {
        (self.verdict, self.subject, self.detail, self.hint) = (verdict, subject, detail, hint)
    }

    var text: String {
        let mark =
            switch verdict {
            case .good: "✓"
            case .look: "!"
            case .wrong: "✗"
            }
        return "\(mark) \(subject): \(Table.harmless(detail))" + (hint.map { "\n    → \($0)" } ?? "")
    }

    var document: JSON {
        [
            "verdict": .string(verdict.rawValue), "subject": .string(subject), "detail": .string(detail),
            "hint": JSON(hint),
        ]
    }
}
