import Foundation
import HubCore
import Integrations
import Testing

/// A request with the text that it must become: one of an integration's samples, or a file of a special circumstance.
struct Fixture: Sendable, CustomTestStringConvertible {
    let integration: any Integration.Type
    let sample: Sample
    /// Query of the URL; from a `.query` file beside the payload.
    let rawQuery: String?

    var testDescription: String { sample.name }

    /// The samples first, then the files of `Fixtures/<folder>`: `event.action.circumstance.json`, and beside it
    /// `.headers`, `.query` where they are needed.
    static func all(of integration: any Integration.Type, folder: String) -> [Fixture] {
        integration.samples.map { Fixture(integration: integration, sample: $0, rawQuery: nil) }
            + files(folder, "json", "txt").map { file in
                let name = file.deletingPathExtension().lastPathComponent
                let headers = text(file, "headers")?.split(separator: "\n").map { line in
                    let parts = line.split(separator: ":", maxSplits: 1)
                    return (String(parts[0]), parts[1].trimmed())
                }
                let fields = Fields(headers ?? [])
                let cut = name.lastIndex(of: ".")
                let sample = Sample(
                    cut.map { String(name[..<$0]) } ?? name, cut.map { String(name[name.index(after: $0)...]) } ?? "",
                    headers: fields, contentType: fields.header("Content-Type") ?? "application/json",
                    body: text(file, "") ?? "")
                return Fixture(integration: integration, sample: sample, rawQuery: text(file, "query"))
            }
    }

    static func files(_ folder: String, _ extensions: String...) -> [URL] {
        let files = try? FileManager.default.contentsOfDirectory(
            at: root.appending(path: folder), includingPropertiesForKeys: nil)
        return (files ?? []).filter { extensions.contains($0.pathExtension) }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    /// The file itself, or the one with another extension beside it; without white space at its end.
    private static func text(_ file: URL, _ pathExtension: String) -> String? {
        let file =
            pathExtension.isEmpty ? file : file.deletingPathExtension().appendingPathExtension(pathExtension)
        return (try? String(contentsOf: file, encoding: .utf8))?.trimmed()
    }

    // MARK: Rendering

    var request: WebhookRequest { sample.request(rawQuery: rawQuery) }

    func reading() throws -> Reading {
        try integration.interpret(
            request, ReadingParameters(ReadingParameters.fields(of: request)), templates: .fake)
    }

    /// All that people would see, and what the hub would note.
    func rendered() throws -> String {
        try reading().findings.map { finding in
            switch finding.meaning {
            case .message(let draft): Self.text(draft.truncated(), finding.type)
            case .transcript(let draft): Self.text(draft, finding.type)
            case .ignored(let reason): "type: \(finding.type)\nignored: \(reason)\n"
            case .unreadable(let error): "type: \(finding.type)\nunreadable: \(error)\n"
            }
        }.joined(separator: "\n========\n\n")
    }

    private static func text(_ draft: MessageDraft, _ type: String) -> String {
        var lines = ["type: \(type)", "topic: \(draft.topic)", "severity: \(draft.severity.rawValue)"]
        lines += draft.threadKeys.map { "thread: \($0)\(draft.resolvesThread ? " (over)" : "")" }
        return lines.joined(separator: "\n") + "\n\n" + draft.body + "\n"
    }

    private static func text(_ draft: TranscriptDraft, _ type: String) -> String {
        var lines = ["type: \(type)", "session: \(draft.session)", "whole: \(draft.isWhole)"]
        lines += [("title", draft.title), ("origin", draft.origin), ("actor", draft.actorEmail ?? draft.actorID)]
            .compactMap { name, value in value.map { "\(name): \($0)" } }
        lines += draft.labels.map { "label: \($0)" } + (draft.links + draft.attachments).map { "reference: \($0.url)" }
        lines += draft.entries.map { "\($0.role) \($0.externalID ?? "-"): \($0.content) \($0.metadata.text)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Compares with `<name>.expected.md`; under RECORD=1 writes it, for a human to read in the diff.
    func expectGolden(folder: String) throws {
        let file = Self.root.appending(path: folder).appending(path: "\(sample.name).expected.md")
        let rendered = try rendered()
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try Data(rendered.utf8).write(to: file)
            return
        }
        let expected = try? String(contentsOf: file, encoding: .utf8)
        #expect(rendered == expected, "\(file.lastPathComponent); RECORD=1 writes it")
    }
}

extension TemplateRenderer {
    /// `{{name}}` and `{{a.b}}` only; the real one is tested where it lives.
    static let fake = TemplateRenderer { template, context, _ throws(TemplateError) in
        var result = ""
        var rest = template[...]
        while let open = rest.firstRange(of: "{{") {
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else {
                throw .invalid(detail: "a tag has no end")
            }
            result += rest[..<open.lowerBound]
            let path = rest[open.upperBound..<close.lowerBound].split(separator: ".")
            let value = path.reduce(context as JSON?) { $0?[String($1)] }
            result += value?.string ?? value.map { $0 == .null ? "" : $0.text } ?? ""
            rest = rest[close.upperBound...]
        }
        return result + rest
    }
}
