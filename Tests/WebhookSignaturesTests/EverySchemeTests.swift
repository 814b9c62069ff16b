import Testing

@testable import WebhookSignatures

/// What must hold for every scheme that signs something.
@Suite struct EverySchemeTests {
    private let now = Sample.now

    private func refusal(_ sample: Sample, _ message: Sample.Message, at now: Int64 = Sample.now) throws -> Rejection? {
        switch try sample.verifier().verify(message.request, nowSeconds: now) {
        case .accepted: nil
        case .rejected(let rejection): rejection
        }
    }

    @Test(arguments: Sample.all)
    func `a request is accepted with any of the secrets, and the verdict names which`(_ sample: Sample) throws {
        for index in sample.secrets.indices {
            let verdict = try sample.verifier().verify(sample.message(secret: index).request, nowSeconds: now)
            guard case .accepted(let evidence) = verdict else {
                Issue.record("\(verdict)")
                continue
            }
            #expect(evidence.secretIndex == index)
            #expect((evidence.timestampSeconds == now) == (sample.window != nil || sample.timestampHeader != nil))
        }
    }

    @Test(arguments: Sample.all)
    func `a request that another secret signed is refused`(_ sample: Sample) throws {
        let verdict = try sample.verifier(secrets: [sample.secrets[1]]).verify(
            sample.message().request, nowSeconds: now)
        #expect(verdict == .rejected(.signatureMismatch))
    }

    @Test(arguments: Sample.all.filter { $0.signatureHeader != nil })
    func `a changed body is refused`(_ sample: Sample) throws {
        var message = sample.message()
        message.body[message.body.count - 1] ^= 1
        #expect(try refusal(sample, message) == .signatureMismatch)
        message.body = []
        #expect(try refusal(sample, message)?.answer == .invalidSignature)
    }

    @Test(arguments: Sample.all)
    func `a request without its signature is refused`(_ sample: Sample) throws {
        var message = sample.message()
        if let header = sample.signatureHeader { message = message.without(header) } else { message.body = [] }
        guard case .missingSignature = try refusal(sample, message) else {
            Issue.record("\(String(describing: try refusal(sample, message)))")
            return
        }
    }

    @Test(arguments: Sample.all)
    func `two signature headers are refused`(_ sample: Sample) throws {
        guard let header = sample.signatureHeader else { return }
        var message = sample.message()
        message.headers.append((header.uppercased(), message.value(header)))
        #expect(try refusal(sample, message) == .repeatedHeader(header))
    }

    @Test(arguments: Sample.all)
    func `header names may be written in any case`(_ sample: Sample) throws {
        var message = sample.message()
        message.headers = message.headers.map { ($0.0.uppercased(), $0.1) }
        #expect(try refusal(sample, message) == nil)
    }

    @Test(arguments: Sample.all)
    func `a signature that is cut, longer or empty is refused`(_ sample: Sample) throws {
        guard let header = sample.signatureHeader else { return }
        let message = sample.message()
        let value = message.value(header)
        for length in 0..<value.utf8.count {
            let cut = message.replacing(header, with: String(value.prefix(length)))
            #expect(try refusal(sample, cut) != nil, "\(length) bytes")
        }
        for addition in ["0", "00", "A", "AA==", "=", "\n", "\u{301}"] {
            #expect(try refusal(sample, message.replacing(header, with: value + addition)) != nil, "\(addition)")
        }
        #expect(try refusal(sample, message.replacing(header, with: "=" + value)) != nil)
    }

    @Test(arguments: Sample.all)
    func `a signature in another encoding is refused`(_ sample: Sample) throws {
        guard let header = sample.signatureHeader else { return }
        let message = sample.message()
        #expect(try refusal(sample, message.replacing(header, with: message.value(header).uppercased())) != nil)
    }

    @Test(arguments: Sample.all.filter { $0.window != nil })
    func `a time is accepted up to the edge of the window and refused beyond`(_ sample: Sample) throws {
        let message = sample.message()
        if let past = sample.window?.past {
            #expect(try refusal(sample, message, at: now + past) == nil)
            #expect(try refusal(sample, message, at: now + past + 1) == .staleTimestamp(ageSeconds: past + 1))
        }
        let future = sample.window?.future
        #expect(try refusal(sample, message, at: now - (future ?? 100_000)) == nil)
        if let future {
            #expect(try refusal(sample, message, at: now - future - 1) == .futureTimestamp(aheadSeconds: future + 1))
        }
    }

    @Test(arguments: Sample.all.filter { $0.timestampHeader != nil })
    func `a missing or unreadable timestamp is called that`(_ sample: Sample) throws {
        let header = try #require(sample.timestampHeader)
        let message = sample.message()
        #expect(try refusal(sample, message.without(header)) == .missingTimestamp)
        #expect(try refusal(sample, message.replacing(header, with: "")) == .missingTimestamp)
        for text in ["yesterday", "1767225600.5", "+1767225600", "-1", " 1767225600", "9999999999999999999", "٣"] {
            let changed = message.replacing(header, with: text)
            // Where the signature does not cover it, a wrong signature would come first; here it is right.
            #expect(try refusal(sample, changed) == .unreadableTimestamp, "\(text)")
        }
    }

    @Test(arguments: Sample.all.filter { $0.window?.past != nil })
    func `a wrong signature is reported before a stale timestamp`(_ sample: Sample) throws {
        let verdict = try sample.verifier(secrets: [sample.secrets[1]])
            .verify(sample.message().request, nowSeconds: now + 100_000)
        #expect(verdict == .rejected(.signatureMismatch))
    }

    @Test(arguments: Sample.all)
    func `the signature's header is among the sensitive parts`(_ sample: Sample) throws {
        guard let header = sample.signatureHeader else { return }
        #expect(try sample.verifier().sensitiveParts.coversHeader(header))
    }

    @Test func `every scheme of the table that signs has a sample`() {
        let unsigned: Set<String> = [
            "basic", "bearer", "gitlab", "header_token", "hmac", "ip_allow_list", "none", "url_key",
        ]
        #expect(Set(SchemeInfo.all.map(\.name)).subtracting(unsigned) == Set(Sample.all.map(\.scheme)))
    }
}
