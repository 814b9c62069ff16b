import HubCore
import Integrations
import Testing

/// A field that a vendor adds, drops or retypes must not cost a message; neither must a wrong content type.
@Suite("Tolerance")
struct ToleranceTests {
    /// The places without which there is nothing to tell, or by which people chose not to be told.
    private static let essential: [String: Set<String>] = [
        // Our own schema is strict by intent.
        "martlet": ["*"],
        // The whole text.
        "slack_incoming": ["$.text", "$.blocks", "$.attachments", "$.attachments[0]"],
    ]

    @Test(arguments: Integrated.all)
    func `a field that is missing, null or of another type costs no message`(_ integrated: Integrated) throws {
        let essential = Self.essential[integrated.descriptor.slug] ?? []
        guard !essential.contains("*") else { return }
        for sample in integrated.type.samples {
            let document = try JSON.parse(sample.body)
            guard case .message = try Self.meaning(of: document, like: sample, integrated) else { continue }
            for mutation in Mutation.all(of: document) where !essential.contains(mutation.path) {
                let meaning = try Self.meaning(of: mutation.document, like: sample, integrated)
                guard case .message(let draft) = meaning else {
                    Issue.record("\(sample.name), \(mutation.name): \(meaning)")
                    continue
                }
                #expect(!draft.topic.isEmpty, "\(sample.name), \(mutation.name)")
            }
        }
    }

    private static func meaning(of document: JSON, like sample: Sample, _ integrated: Integrated) throws -> Meaning {
        let changed = Sample(sample.type, headers: sample.headers, contentType: sample.contentType, body: document.text)
        let reading = try integrated.type.interpret(changed.request(), ReadingParameters(), templates: .fake)
        return try #require(reading.findings.first).meaning
    }

    @Test(arguments: Integrated.all)
    func `the body decides what it is, and not its content type`(_ integrated: Integrated) throws {
        for sample in integrated.type.samples {
            let form = "payload=\(FormDecoder.percentEncode(sample.body))"
            let disguises = [
                ("text/plain", sample.body), ("application/x-www-form-urlencoded", sample.body),
                ("application/xml", sample.body), ("", sample.body), ("multipart/form-data", sample.body),
                ("application/json", "\u{FEFF}" + sample.body), ("application/json", JSON.string(sample.body).text),
                ("application/x-www-form-urlencoded", form), ("application/json", form), ("text/plain", form),
                ("application/x-www-form-urlencoded", FormDecoder.percentEncode(sample.body)),
                (
                    "multipart/form-data; boundary=b",
                    "--b\r\nContent-Disposition: form-data; name=\"payload\"\r\n\r\n\(sample.body)\r\n--b--\r\n"
                ),
            ]
            let expected = try Fixture(integration: integrated.type, sample: sample, rawQuery: nil).rendered()
            for (contentType, body) in disguises {
                let disguised = Sample(
                    sample.type, sample.circumstance, headers: sample.headers, contentType: contentType, body: body)
                let fixture = Fixture(integration: integrated.type, sample: disguised, rawQuery: nil)
                #expect(try fixture.rendered() == expected, "\(sample.name) as \(contentType)")
            }
        }
    }

    @Test func `bytes cut off anywhere are refused and never trap`() throws {
        for integrated in Integrated.all {
            for sample in integrated.type.samples {
                let bytes = Array(sample.body.utf8)
                for length in stride(from: 0, to: bytes.count - 1, by: 13) {
                    let body = Array(bytes[..<length])
                    let request = WebhookRequest(
                        method: "POST", path: "/", rawQuery: nil, headers: sample.headers, body: body,
                        content: ContentReader.withoutXML.read(body, contentType: "application/json"),
                        receivedAt: Timestamp(milliseconds: 0))
                    #expect(throws: PayloadError.self) {
                        try integrated.type.interpret(request, ReadingParameters(), templates: .fake)
                    }
                }
            }
        }
    }
}

/// A document with one place changed.
struct Mutation {
    let path: String
    let name: String
    let document: JSON

    /// Every member and element, removed, nulled and retyped in turn.
    static func all(of document: JSON) -> [Mutation] {
        changes(of: document, path: "$").map {
            Mutation(path: $0.path, name: "\($0.path) \($0.kind)", document: $0.document)
        }
    }

    private static let replacements: [(String, JSON)] = [
        ("null", nil), ("a number", 7), ("a text", "seven"), ("a list", ["x", 1]), ("an object", ["x": ["y": true]]),
        ("a boolean", true), ("an empty text", ""),
    ]

    private static func changes(of value: JSON, path: String) -> [(path: String, kind: String, document: JSON)] {
        var changes: [(path: String, kind: String, document: JSON)] = []
        switch value {
        case .object(let object):
            for member in object.members {
                let place = "\(path).\(member.key)"
                func put(_ new: JSON?) -> JSON {
                    var copy = object
                    copy[member.key] = new
                    return .object(copy)
                }
                changes.append((place, "removed", put(nil)))
                changes += replacements.map { (place, "as \($0.0)", put($0.1)) }
                changes += Self.changes(of: member.value, path: place).map { ($0.path, $0.kind, put($0.document)) }
            }
        case .array(let elements):
            for index in elements.indices {
                let place = "\(path)[\(index)]"
                func put(_ new: JSON) -> JSON {
                    var copy = elements
                    copy[index] = new
                    return .array(copy)
                }
                changes += replacements.map { (place, "as \($0.0)", put($0.1)) }
                changes += Self.changes(of: elements[index], path: place).map { ($0.path, $0.kind, put($0.document)) }
            }
        default: break
        }
        return changes
    }
}
