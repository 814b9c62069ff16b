import HubTesting
import Testing

@testable import WebhookSignatures

/// Random changes to real requests: nothing traps, and nothing whose signature was changed is accepted.
@Suite struct FuzzTests {
    private static let rounds = 80

    @Test(arguments: Sample.all)
    func `no changed signature is accepted`(_ sample: Sample) throws {
        var random = SplitMix(state: 0x6D61_7274_6C65_7400)
        let verifier = try sample.verifier()
        let message = sample.message()
        let header = sample.signatureHeader ?? "Content-Type"
        let original = message.value(header)
        for _ in 0..<Self.rounds {
            let changed = String(decoding: random.mutation(of: Array(original.utf8)), as: UTF8.self)
            let verdict = verifier.verify(
                message.replacing(header, with: changed).request, nowSeconds: Sample.now)
            guard case .accepted = verdict, sample.signatureHeader != nil else { continue }
            // A list may gain or lose what is no signature of ours; the signature itself must stand there untouched.
            let parts = original.split { ",; ".contains($0) }.filter { $0 != "v1" && $0 != "v1a" }
            #expect(parts.allSatisfy { changed.contains($0) }, "\(changed)")
        }
    }

    @Test(arguments: Sample.all.filter { $0.signatureHeader != nil })
    func `no changed body is accepted`(_ sample: Sample) throws {
        var random = SplitMix(state: 0x7377_6966_7400_0000)
        let verifier = try sample.verifier()
        let message = sample.message()
        // A form is signed by what it says, not by its bytes.
        let isForm = !message.value("Content-Type").isEmpty
        for _ in 0..<Self.rounds {
            var changed = message
            changed.body = random.mutation(of: message.body)
            let verdict = verifier.verify(changed.request, nowSeconds: Sample.now)
            if case .accepted = verdict, !isForm { #expect(changed.body == message.body) }
        }
    }

    @Test(arguments: SchemeInfo.all.map(\.name))
    func `noise in every header and the URL is refused without a trap`(_ scheme: String) throws {
        var random = SplitMix(state: 42)
        let info = try #require(SchemeInfo.named(scheme))
        guard info.isAuthenticated, scheme != "ip_allow_list", scheme != "hmac" else { return }
        let verifier = try Verifier(scheme: scheme, settings: settings(info))
        for _ in 0..<Self.rounds {
            let names = info.headers + ["Content-Type", "X-HubSpot-Signature-Version", "X-Key"]
            let request = SignedRequest(
                method: random.text(), url: random.text(),
                headers: names.map { ($0, random.text()) }, body: random.bytes(upTo: 60), remoteAddress: random.text())
            guard case .rejected = verifier.verify(request, nowSeconds: .random(in: .min ... .max, using: &random))
            else {
                Issue.record("\(request)")
                return
            }
        }
    }

    @Test func `noise as a description, template or range is refused without a trap`() {
        var random = SplitMix(state: 7)
        let seed = #"{"header":"S","template":"{timestamp}.{body}","timestamp":{"part":"t","unit":"seconds"},"id":[]}"#
        for _ in 0..<500 {
            let text = String(decoding: random.mutation(of: Array(seed.utf8)), as: UTF8.self)
            // Only a trap would be a fault.
            _ = try? SignatureDescription(json: text)
            _ = try? SignatureTemplate(random.text() + "{" + random.text())
            _ = AddressRange(random.text())
            _ = BatchVerification.answer(to: text)
        }
    }

    private func settings(_ info: SchemeInfo) -> SchemeSettings {
        var settings = SchemeSettings(secrets: Sample.all.first { $0.scheme == info.name }?.secrets ?? ["user:secret"])
        settings.header = info.settings.contains(.header) ? "X-Key" : nil
        return settings
    }
}
