import Foundation
import HubCore
import Testing

@testable import WebhookSignatures

/// Signed requests judged by the vendors' own libraries.
struct VendorVector: Sendable {
    let line: String
    let id: String
    let scheme: String
    let expected: String
    let isBinding: Bool

    static let all: [VendorVector] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/provider-vectors-open.jsonl")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            guard let document = try? JSON.parse(String(line)), let id = document["id"]?.string,
                let scheme = document["scheme"]?.string, let expected = document["expect"]?.string
            else { return nil }
            return VendorVector(
                line: String(line), id: id, scheme: scheme, expected: expected,
                isBinding: document["strength"]?.string == "must")
        }
    }()

    var verdict: String? {
        (try? JSON.parse(BatchVerification.answer(to: line)))?["verdict"]?.string
    }
}

@Suite struct VendorVectorTests {
    @Test func `every request of a scheme we have is judged as its vendor's library judges it`() {
        #expect(VendorVector.all.count == 404)
        for vector in VendorVector.all {
            let verdict = vector.verdict
            if verdict == "unsupported" || verdict == vector.expected { continue }
            // Where the vendor accepts and a stricter reader may not, we may refuse; we never accept what it refuses.
            let mayRefuse = !vector.isBinding && vector.expected == "accept" && verdict == "reject"
            #expect(mayRefuse, "\(vector.id): \(BatchVerification.answer(to: vector.line))")
        }
    }

    @Test func `what is refused although a vendor accepts it is known`() {
        let refused = VendorVector.all.filter { $0.expected == "accept" && $0.verdict == "reject" }.map(\.id).sorted()
        #expect(
            refused == [
                "discord/upper_hex", "gitlab/signing_token_timestamp_float", "standard_webhooks/timestamp_float",
            ])
    }

    @Test func `the schemes that are not supported yet are known`() {
        let unsupported = VendorVector.all.filter { $0.verdict == "unsupported" }
        let counts = Dictionary(grouping: unsupported, by: \.scheme).mapValues(\.count)
        #expect(
            counts == [
                "adyen_item": 3, "adyen_payload": 9, "bird": 2, "messagebird_jwt": 9, "messagebird_legacy": 5,
                "paypal": 1, "plivo_v2": 2, "plivo_v3": 8, "postal": 2, "sendgrid": 5, "sns": 15, "vonage_jwt": 2,
                "vonage_sig": 7,
            ])
    }
}
