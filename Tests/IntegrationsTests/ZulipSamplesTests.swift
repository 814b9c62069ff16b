import Foundation
import HubCore
import Integrations
import Testing

/// Requests as Zulip's tests send them, from a collection that lies beside the project and is no part of it.
struct ZulipSample: Sendable, CustomTestStringConvertible {
    let id: String
    let integration: String
    /// In the form that `martlet render --batch` takes.
    let line: String

    var testDescription: String { id }

    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../shared/data/zulip-open").standardizedFileURL
    static let isThere = FileManager.default.fileExists(atPath: root.path)
    static let isRequired = ProcessInfo.processInfo.environment["CI"] == "true"

    static let all: [ZulipSample] = {
        let slugs = Set(Catalog.all.map { $0.descriptor.slug })
        let text = (try? String(contentsOf: root.appending(path: "requests_open.jsonl"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            guard let fields = try? JSON.parse(String(line)), let id = fields["check_id"]?.string,
                let slug = fields["integration"]?.string, slugs.contains(slug),
                let file = fields["body_file"]?.string, let body = try? Data(contentsOf: root.appending(path: file))
            else { return nil }
            let request: JSON = [
                "id": .string(id), "integration": .string(slug), "method": fields["method"] ?? .null,
                "headers": fields["headers"] ?? .null, "query": fields["url_params"] ?? .null,
                "content_type": fields["content_type"] ?? .null, "body_base64": .string(Base64.encode(Array(body))),
            ]
            return ZulipSample(id: id, integration: slug, line: request.text)
        }
    }()
}

@Suite("Samples of Zulip")
struct ZulipSamplesTests {
    @Test(.enabled(if: ZulipSample.isThere || ZulipSample.isRequired, "the collection is not there"))
    func `the collection is there`() {
        #expect(ZulipSample.all.count > 70)
    }

    @Test(.enabled(if: ZulipSample.isThere, "the collection is not there"), arguments: ZulipSample.all)
    func `a request of another hub's users is understood`(_ sample: ZulipSample) throws {
        let batch = RenderBatch(contents: .withoutXML, templates: .fake)
        let answer = try JSON.parse(batch.answer(to: sample.line))
        #expect(answer["id"]?.string == sample.id)
        let isIgnored = [
            "ignored", "empty_changes", "filtered_by_branches_ignore", "private_repository_skipped", "null_message",
        ]
        .contains { sample.id.contains($0) }
        #expect(answer["status"]?.string == (isIgnored ? "ignored" : "message"), "\(answer.text)")
    }
}
