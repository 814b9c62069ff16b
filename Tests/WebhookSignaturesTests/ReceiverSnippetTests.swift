import Foundation
import HubCore
import Testing
import WebhookSignatures

/// The code that people copy, run on what the hub sends.
@Suite struct ReceiverSnippetTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let body = Array(
        #"{"id":"evt_1","type":"a.b","timestamp":"x","data":{"text":"Grüße 🔥\u0000"}}"#.utf8)

    /// One request as a receiver gets it, and what is to be said of it.
    private struct Case {
        let name: String
        let secret: String
        let plain: String
        let id: String
        let timestamp: String
        let standard: String
        let body: [UInt8]
        let expected: [Bool]

        var json: JSON {
            [
                "secret": .string(secret), "plain": .string(plain), "id": .string(id), "timestamp": .string(timestamp),
                "standard": .string(standard), "body": .string(Base64.encode(body)),
            ]
        }
    }

    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private static func request(
        _ name: String, signedWith secrets: [String] = [secret], ageSeconds: Int64 = 0, expected: [Bool],
        change: (inout Fields, inout [UInt8]) -> Void = { _, _ in }
    ) throws -> Case {
        let seconds = Int64(Date().timeIntervalSince1970) - ageSeconds
        let attempt = DeliverySigner.Attempt(
            eventID: "evt_1", eventType: "a.b", delivery: UUIDv7(at: Timestamp(seconds: seconds)),
            timestampSeconds: seconds)
        var body = body
        var headers = try DeliverySigner(secrets: secrets.map { Secret($0) }).headers(for: attempt, body: body)
        change(&headers, &body)
        return Case(
            name: name, secret: secret, plain: headers.headers("x-webhook-signature").joined(separator: ", "),
            id: headers.header("webhook-id") ?? "", timestamp: headers.header("webhook-timestamp") ?? "",
            standard: headers.header("webhook-signature") ?? "", body: body, expected: expected)
    }

    private static func set(_ name: String, _ value: String, in headers: inout Fields) {
        headers.fields.removeAll { $0.name == name }
        headers.fields.append(.init(name: name, value: value))
    }

    /// What is right, and what is forged, stale or broken; the plain header says nothing of id and time.
    private static func cases() throws -> [Case] {
        [
            try request("genuine", expected: [true, true]),
            try request("replaced, new first", signedWith: ["another secret", secret], expected: [true, true]),
            try request(
                "signed by a stranger", signedWith: ["whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
                expected: [false, false]),
            try request("body changed", expected: [false, false]) { _, body in body.append(0x20) },
            try request("body gone", expected: [false, false]) { _, body in body = [] },
            try request("ten minutes old", ageSeconds: 600, expected: [true, false]),
            try request("ten minutes ahead", ageSeconds: -600, expected: [true, false]),
            try request("four minutes old", ageSeconds: 240, expected: [true, true]),
            try request("time changed", expected: [true, false]) { headers, _ in
                set("webhook-timestamp", String(Int64(Date().timeIntervalSince1970) - 5), in: &headers)
            },
            try request("time no number", expected: [true, false]) { headers, _ in
                set("webhook-timestamp", "soon", in: &headers)
            },
            try request("another id", expected: [true, false]) { headers, _ in set("webhook-id", "evt_2", in: &headers)
            },
            try request("not signed", signedWith: [], expected: [false, false]),
            try request("nonsense", expected: [false, false]) { headers, _ in
                set("X-Webhook-Signature", "sha256=", in: &headers)
                set("webhook-signature", "v1, v1,é v2", in: &headers)
            },
        ]
    }

    @Test func `the Swift code says of each request what is to be said`() throws {
        for one in try Self.cases() {
            let body = Data(one.body)
            let plain = WebhookReceiver.verifyPlain(secret: one.secret, signatures: one.plain, body: body)
            let standard = WebhookReceiver.verifyStandard(
                secret: one.secret, id: one.id, timestamp: one.timestamp, signatures: one.standard, body: body)
            #expect([plain, standard] == one.expected, "\(one.name)")
        }
    }

    @Test func `the Swift code that is tested is the one that is shown`() throws {
        let file = Self.root.appending(path: "Tests/WebhookSignaturesTests/WebhookReceiver.swift")
        #expect(try String(contentsOf: file, encoding: .utf8) == ReceiverSnippet.swift.code + "\n")
    }

    /// What reads requests from standard input and says two words of each.
    private static let harnesses: [ReceiverSnippet: (command: [String], file: String, code: String)] = [
        .python: (
            ["python3", "check.py"], "check.py",
            """
            import json, sys
            for one in json.load(sys.stdin):
                body = base64.b64decode(one["body"])
                print(verify_plain(one["secret"], one["plain"], body),
                      verify_standard(one["secret"], one["id"], one["timestamp"], one["standard"], body))
            """
        ),
        .node: (
            ["node", "check.js"], "check.js",
            """
            for (const one of JSON.parse(require('node:fs').readFileSync(0, 'utf8'))) {
              const body = Buffer.from(one.body, 'base64');
              console.log(verifyPlain(one.secret, one.plain, body),
                verifyStandard(one.secret, one.id, one.timestamp, one.standard, body));
            }
            """
        ),
        .ruby: (
            ["ruby", "check.rb"], "check.rb",
            """
            require 'json'
            JSON.parse(STDIN.read).each do |one|
              body = one['body'].unpack1('m0')
              puts "#{verify_plain(one['secret'], one['plain'], body)} " +
                verify_standard(one['secret'], one['id'], one['timestamp'], one['standard'], body).to_s
            end
            """
        ),
        .php: (
            ["php", "check.php"], "check.php",
            """
            foreach (json_decode(stream_get_contents(STDIN), true) as $one) {
                $body = base64_decode($one['body']);
                echo json_encode(verify_plain($one['secret'], $one['plain'], $body)), ' ',
                    json_encode(verify_standard($one['secret'], $one['id'], $one['timestamp'], $one['standard'], $body)), "\\n";
            }
            """
        ),
        .go: (
            ["go", "run", "check.go", "main.go"], "check.go",
            """
            package main

            import (
            	"encoding/base64"
            	"encoding/json"
            	"fmt"
            	"net/http"
            	"os"
            )

            func main() {
            	var all []map[string]string
            	if json.NewDecoder(os.Stdin).Decode(&all) != nil {
            		os.Exit(1)
            	}
            	for _, one := range all {
            		body, _ := base64.StdEncoding.DecodeString(one["body"])
            		header := http.Header{}
            		header.Set("X-Webhook-Signature", one["plain"])
            		header.Set("webhook-id", one["id"])
            		header.Set("webhook-timestamp", one["timestamp"])
            		header.Set("webhook-signature", one["standard"])
            		fmt.Println(VerifyPlain(one["secret"], header, body), VerifyStandard(one["secret"], header, body))
            	}
            }
            """
        ),
    ]

    static let runnable = harnesses.keys.filter { isInstalled(harnesses[$0]?.command[0] ?? "") }
        .sorted { $0.rawValue < $1.rawValue }

    private static func isInstalled(_ command: String) -> Bool {
        let paths = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return paths.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(command)") }
    }

    @Test(arguments: runnable)
    func `the code of a language that is here says of each request what is to be said`(_ snippet: ReceiverSnippet)
        async throws
    {
        let harness = try #require(Self.harnesses[snippet])
        let folder = FileManager.default.temporaryDirectory.appending(path: "snippet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        if snippet == .go {
            let code = snippet.code.replacing("package webhook", with: "package main")
            try Data(code.utf8).write(to: folder.appending(path: "main.go"))
            try Data(harness.code.utf8).write(to: folder.appending(path: harness.file))
        } else {
            try Data("\(snippet.code)\n\n\(harness.code)\n".utf8).write(to: folder.appending(path: harness.file))
        }
        let cases = try Self.cases()
        let input = folder.appending(path: "cases.json")
        try Data(JSON.array(cases.map(\.json)).bytes).write(to: input)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = harness.command
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C.UTF-8"]) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: input)
        let output = folder.appending(path: "output")
        try Data().write(to: output)
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let lines = try String(contentsOf: output, encoding: .utf8).split(separator: "\n").map { line in
            line.lowercased().split(separator: " ").map { $0 == "true" }
        }
        #expect(lines.count == cases.count)
        for (one, said) in zip(cases, lines) { #expect(said == one.expected, "\(snippet.title): \(one.name)") }
    }

    @Test func `at least one other language is here to be run`() {
        #expect(!Self.runnable.isEmpty, "install python3")
    }

    @Test func `the document shows the code that is tested`() throws {
        let file = Self.root.appending(path: "docs/outgoing/verifying.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let begin = try #require(text.firstRange(of: "<!-- generated: code -->\n"))
        let end = try #require(text.firstRange(of: "<!-- end -->"))
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            let new = text[..<begin.upperBound] + ReceiverSnippet.markdown + text[end.lowerBound...]
            try Data(new.utf8).write(to: file)
            return
        }
        #expect(text[begin.upperBound..<end.lowerBound] == ReceiverSnippet.markdown, "RECORD=1 writes it")
    }

    @Test(arguments: ReceiverSnippet.allCases)
    func `each code checks both headers, compares in constant time and looks at the clock`(_ snippet: ReceiverSnippet) {
        for (needed, options) in [
            (
                "a comparison",
                [
                    "timingSafeEqual", "compare_digest", "hmac.Equal", "isValidAuthenticationCode", "hash_equals",
                    "secure_compare",
                ]
            ),
            ("the clock", ["Date.now()", "time.time()", "time.Now()", "Date()", "time()", "Time.now"]),
            ("the plain header", ["X-Webhook-Signature"]), ("the standard header", ["webhook-signature"]),
        ] {
            #expect(options.contains { snippet.code.contains($0) }, "\(snippet.title) lacks \(needed)")
        }
        #expect(!snippet.rawBody.isEmpty)
    }
}
