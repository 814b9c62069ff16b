import ArgumentParser
import Foundation
import HubCore
import Testing
import WebhookSignatures

@testable import martlet

/// `martlet verify --delivery`, as somebody uses it whose receiver refuses everything.
@Suite struct VerifyDeliveryTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let body = #"{"id":"evt_1","type":"a.b","timestamp":"x","data":{"n":1}}"#

    private func check(body: String, secret: String, now: Int64) throws -> DeliveryCheck {
        let folder = FileManager.default.temporaryDirectory.appending(path: "verify-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let attempt = DeliverySigner.Attempt(
            eventID: "evt_1", eventType: "a.b", delivery: UUIDv7(at: Timestamp(seconds: 1000)), timestampSeconds: 1000)
        let headers = try DeliverySigner(secrets: [Secret(Self.secret)]).headers(
            for: attempt, body: Array(Self.body.utf8))
        func file(_ name: String, _ text: String) throws -> String {
            let file = folder.appending(path: name)
            try Data(text.utf8).write(to: file)
            return file.path
        }
        let lines = headers.fields.dropLast().map { "\($0.name): \($0.value)" }.joined(separator: "\n")
        let last = try #require(headers.fields.last)
        let arguments = [
            "--delivery", "--now", "\(now)", "--body", try file("body", body), "--secret-file",
            try file("secret", secret),
            "--headers-file", try file("headers", lines), "--header", "\(last.name): \(last.value)",
        ]
        return try VerifyCommand.parse(arguments).deliveryCheck()
    }

    @Test func `headers from a file and an option, body and secret are judged together`() throws {
        #expect(try check(body: Self.body, secret: Self.secret + "\n", now: 1000).isGenuine)
        #expect(try check(body: Self.body, secret: Self.secret, now: 2000).age == .stale(seconds: 1000))
        let pretty = try JSON.parse(Self.body).prettyText
        #expect(try check(body: pretty, secret: Self.secret, now: 1000).standard == .wrong(.body(.compactJSON)))
    }

    @Test func `without a secret there is nothing to judge by`() throws {
        #expect(throws: (any Error).self) { try VerifyCommand.parse(["--delivery"]).deliveryCheck() }
    }
}
