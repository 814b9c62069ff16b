import Egress
import HubCore
import NIOSSL
import Sink
import Testing

/// The client against a server that does what servers should.
@Suite struct GuardedClientTests {
    @Test func `a request reaches the vetted address under its name`() async throws {
        try await Outside.with { outside in
            let exchange = try await outside.send("/hook?a=b", headers: ["X-Test": "1", "X-Test": "2"])
            #expect(exchange.failure == nil)
            #expect(exchange.answer?.status == 200)
            #expect(exchange.answer.map { String(decoding: $0.body, as: UTF8.self) } == "ok\n")
            let record = try #require(outside.sink.records.first)
            #expect(record.method == "POST")
            #expect(record.target == "/hook?a=b")
            #expect(record.headers.header("host") == "\(Outside.name):\(outside.sink.port)")
            #expect(record.headers.headers("x-test") == ["1", "2"])
            #expect(String(decoding: record.body, as: UTF8.self) == #"{"hello":"world"}"#)
        }
    }

    @Test func `each phase is timed`() async throws {
        try await Outside.with { outside in
            let timing = try await outside.send("/?delay=0.1").timing
            let waiting = try #require(timing.waiting)
            #expect(waiting >= .milliseconds(95))
            let others = [timing.resolving, timing.connecting, timing.receiving].compactMap { $0 }
            #expect(others.count == 3)
            #expect(others.allSatisfy { $0 >= .zero })
            #expect(timing.total >= others.reduce(waiting, +))
        }
    }

    @Test(arguments: ["receiver.example", "*.example"])
    func `over TLS the name is asked for and checked, and HTTP 2 is spoken`(_ name: String) async throws {
        try await Outside.with(certificateNames: [name]) { outside in
            let exchange = try await outside.send()
            #expect(exchange.failure == nil)
            #expect(outside.sink.records.first?.version == "2.0")
            #expect(outside.sink.records.first?.headers.header("host") == "\(Outside.name):\(outside.sink.port)")
        }
    }

    @Test(arguments: [["other.example"], ["127.0.0.1"], ["example"], ["*.receiver.example"], []])
    func `a certificate for another name, even for the address, is refused`(_ names: [String]) async throws {
        try await Outside.with(certificateNames: names) { outside in
            // Again and again: a refused connection must not be used later, and must not break the pool.
            for _ in 0..<3 { try await outside.expect(.tls) }
            #expect(outside.sink.count == 0)
        }
    }

    @Test func `a receiver that speaks HTTP 1 with a certificate for its address is refused as well`() async throws {
        let change: (inout EgressSettings, inout SinkServer.Options) throws -> Void = { _, options in
            options.speaksHTTP2 = false
        }
        try await Outside.with(certificateNames: ["127.0.0.1"], change: change) { outside in
            for _ in 0..<3 { try await outside.expect(.tls) }
            #expect(outside.sink.count == 0)
            // By its address it is what it says.
            let url = try OutboundURL("https://127.0.0.1:\(outside.sink.port)/")
            #expect(await outside.send(to: url).failure == nil)
            #expect(outside.sink.records.map(\.version) == ["1.1"])
        }
    }

    @Test func `a certificate of an unknown issuer is refused`() async throws {
        let change: (inout EgressSettings, inout SinkServer.Options) throws -> Void = { settings, _ in
            settings.trustRoots = nil
        }
        try await Outside.with(certificateNames: [Outside.name], change: change) { outside in
            try await outside.expect(.tls)
            #expect(outside.sink.count == 0)
        }
    }

    @Test func `a receiver may demand a certificate of ours, and an issuer of its own may be trusted`() async throws {
        let ours = try SinkCertificate(names: ["hub.example"])
        let theirs = try SinkCertificate(names: [Outside.name])
        let change: (inout EgressSettings, inout SinkServer.Options) throws -> Void = { settings, options in
            settings.trustRoots = nil
            options.certificate = theirs
            options.clientIssuerPEM = ours.issuerPEM
        }
        try await Outside.with(certificateNames: [Outside.name], change: change) { outside in
            let identity = try TLSIdentity(
                id: "1", certificateChain: Array(ours.certificatePEM.utf8), privateKey: Array(ours.keyPEM.utf8),
                issuers: Array(theirs.issuerPEM.utf8))
            try await outside.expect(nil, identity: identity)
            let without = try TLSIdentity(
                id: "2", certificateChain: [], privateKey: [], issuers: Array(theirs.issuerPEM.utf8))
            let refused = try await outside.send(identity: without)
            #expect(refused.failure == .tls || refused.failure == .reset)
            #expect(outside.sink.count == 1)
        }
    }

    @Test func `connections are used again, for the same address only`() async throws {
        try await Outside.with { outside in
            for _ in 0..<5 { try await outside.expect(nil) }
            #expect(outside.sink.connections == 1)
            outside.answers.answer([["127.0.0.2"]])
            // Only the first address is listened at: what was open to it is not used for another one.
            try await outside.expect(.refused)
            #expect(outside.sink.connections == 1)
        }
    }

    // MARK: Names that change their mind

    @Test func `an address that turns up between two attempts is judged`() async throws {
        try await Outside.with(allow: "127.0.0.1") { outside in
            try await outside.expect(nil)
            for address in ["127.0.0.2", "169.254.169.254", "10.0.0.1", "::1"] {
                outside.answers.answer([[address]])
                try await outside.expect(.blockedAddress)
            }
            #expect(outside.sink.count == 1)
            #expect(outside.sink.connections == 1)
        }
    }

    @Test func `what was judged is what is dialled, whatever the name says a moment later`() async throws {
        try await Outside.with { outside in
            // The second answer would be asked for by anyone who looks the name up again to connect.
            outside.answers.answer([["127.0.0.1"], ["127.0.0.2"]])
            let exchange = try await outside.send()
            #expect(exchange.failure == nil)
            #expect(exchange.address == IPAddress("127.0.0.1"))
            #expect(outside.answers.asked == 1)
        }
    }

    @Test func `the name is never looked up by anyone else`() async throws {
        // No such names exist; only the pinned address can have been dialled. Some parsers rewrite xn-- names.
        for name in [
            "receiver.example", "xn--bcher-kva.example", "xn--e1afmkfd.xn--p1ai", "a_b.example", "1e100.example",
        ] {
            try await Outside.with { outside in
                let url = try OutboundURL("http://\(name):\(outside.sink.port)/")
                #expect(await outside.send(to: url).failure == nil)
                #expect(outside.sink.records.first?.headers.header("host") == "\(name):\(outside.sink.port)")
            }
        }
    }

    @Test func `one bad address among good ones refuses them all`() async throws {
        try await Outside.with { outside in
            for addresses in [["127.0.0.1", "10.0.0.1"], ["10.0.0.1", "127.0.0.1"], ["127.0.0.1", "fe80::1"]] {
                outside.answers.answer([addresses])
                try await outside.expect(.blockedAddress)
            }
            #expect(outside.sink.connections == 0)
        }
    }

    @Test func `when one address does not answer the next is tried`() async throws {
        try await Outside.with { outside in
            outside.answers.answer([["127.0.0.2", "127.0.0.3", "127.0.0.1"]])
            let exchange = try await outside.send()
            #expect(exchange.failure == nil)
            #expect(exchange.address == IPAddress("127.0.0.1"))
            #expect(outside.answers.forgotten == 2)
            outside.answers.answer([["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.1"]])
            try await outside.expect(.refused)
        }
    }

    @Test func `an IPv6 address is dialled, by name and by itself`() async throws {
        let change: (inout EgressSettings, inout SinkServer.Options) throws -> Void = { _, options in
            options.host = "::1"
        }
        try await Outside.with(allow: "::1", change: change) { outside in
            outside.answers.answer([["::1"]])
            try await outside.expect(nil)
            let url = try OutboundURL("http://[::1]:\(outside.sink.port)/")
            #expect(await outside.send(to: url).failure == nil)
            #expect(outside.sink.records.last?.headers.header("host") == "[::1]:\(outside.sink.port)")
        }
    }

    // MARK: What is refused before anything is dialled

    @Test(arguments: [
        ("http://10.0.0.1/", AttemptFailure.blockedAddress), ("https://[::1]/", .blockedAddress),
        ("http://8.8.8.8/", .blockedScheme), ("https://a.internal/", .blockedName),
    ])
    func `a URL that breaks a rule is not dialled`(_ text: String, _ failure: AttemptFailure) async throws {
        let answers = ResolverScript([["8.8.8.8"]])
        let client = GuardedClient(EgressSettings(), resolver: answers.resolver)
        let url = try OutboundURL(text)
        let exchange = await client.send(OutboundRequest(method: "POST", url: url))
        #expect(exchange.failure == failure)
        #expect(exchange.address == nil)
        #expect(await client.check(url) == failure)
        #expect(answers.asked == 0)
        await client.close()
    }

    @Test func `a URL is judged by what its name resolves to when it is saved`() async throws {
        let answers = ResolverScript([["10.0.0.1"], [], ["8.8.8.8"]])
        let client = GuardedClient(EgressSettings(), resolver: answers.resolver)
        let url = try OutboundURL("https://receiver.example/")
        #expect(await client.check(url) == .blockedAddress)
        #expect(await client.check(url) == nil)
        #expect(await client.check(url) == nil)
        #expect(answers.asked == 3)
        await client.close()
    }

    @Test(arguments: [
        ("Host", "evil.example"), ("content-length", "5"), ("Transfer-Encoding", "chunked"), ("Connection", "close"),
        ("X-A", "b\r\nX-C: d"), ("X-A", "b\u{0}"), ("X A", "b"), ("X:A", "b"), ("", "b"),
    ])
    func `a header that would change the message's frame is not sent`(_ name: String, _ value: String) async throws {
        try await Outside.with { outside in
            let exchange = try await outside.send(headers: Fields([(name, value)]))
            #expect(exchange.failure == .request)
            #expect(outside.sink.connections == 0)
        }
    }

    // MARK: The pool of clients

    @Test func `clients beyond the capacity are shut down, the oldest first`() async throws {
        let change: (inout EgressSettings, inout SinkServer.Options) throws -> Void = { settings, _ in
            settings.clientCapacity = 3
        }
        try await Outside.with(change: change) { outside in
            for number in 1...10 {
                let url = try OutboundURL("http://r\(number).example:\(outside.sink.port)/")
                #expect(await outside.send(to: url).failure == nil)
            }
            #expect(outside.client.pinnedClients == 3)
            #expect(outside.sink.connections == 10)
            // The last three are still there, with their connections.
            for number in 8...10 {
                let url = try OutboundURL("http://r\(number).example:\(outside.sink.port)/")
                #expect(await outside.send(to: url).failure == nil)
            }
            #expect(outside.sink.connections == 10)
        }
    }

    @Test func `clients in use are kept beyond the capacity`() async throws {
        let change: (inout EgressSettings, inout SinkServer.Options) throws -> Void = { settings, _ in
            settings.clientCapacity = 2
        }
        try await Outside.with(change: change) { outside in
            let urls = try (1...8).map { try OutboundURL("http://r\($0).example:\(outside.sink.port)/?delay=0.2") }
            await withTaskGroup(of: Void.self) { group in
                for url in urls {
                    group.addTask {
                        #expect(await outside.send(to: url).failure == nil)
                    }
                }
            }
            #expect(outside.sink.count == 8)
        }
    }

    @Test func `a closed client sends nothing`() async throws {
        try await Outside.with { outside in
            try await outside.expect(nil)
            await outside.client.close()
            try await outside.expect(.cancelled)
            #expect(outside.sink.count == 1)
        }
    }

    @Test func `closing ends what is in flight`() async throws {
        try await Outside.with { outside in
            async let exchange = outside.send("/?fault=hang")
            while outside.sink.count == 0 { try? await Task.sleep(for: .milliseconds(2)) }
            await outside.client.close()
            let failure = try await exchange.failure
            #expect(failure == .cancelled)
        }
    }
}
