import Egress
import HubCore
import Testing

/// What `MARTLET_EGRESS_ALLOW` opens and what it does not.
@Suite struct EgressPolicyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let allow: String
        let url: String
        /// What the name resolves to.
        var addresses: [String] = []
        /// Nil: goes out.
        let refusal: EgressRefusal?

        var testDescription: String { "[\(allow)] \(url) → \(addresses)" }
    }

    static let cases: [Case] = [
        // Without exceptions.
        Case(allow: "", url: "https://a.example/", addresses: ["8.8.8.8"], refusal: nil),
        Case(allow: "", url: "https://8.8.8.8/", refusal: nil),
        Case(allow: "", url: "http://a.example/", addresses: ["8.8.8.8"], refusal: .scheme),
        Case(allow: "", url: "http://8.8.8.8/", refusal: .scheme),
        Case(allow: "", url: "https://a.example/", addresses: ["10.0.0.1"], refusal: .address(.private)),
        Case(allow: "", url: "https://a.example/", addresses: ["8.8.8.8", "10.0.0.1"], refusal: .address(.private)),
        Case(allow: "", url: "https://a.example/", addresses: ["8.8.8.8", "::1"], refusal: .address(.loopback)),
        Case(allow: "", url: "https://a.example/", addresses: ["169.254.169.254"], refusal: .address(.metadata)),
        Case(allow: "", url: "https://127.0.0.1/", refusal: .address(.loopback)),
        Case(allow: "", url: "https://0.0.0.0/", refusal: .address(.reserved)),
        Case(allow: "", url: "https://[::]/", refusal: .address(.reserved)),
        Case(allow: "", url: "https://[::ffff:10.0.0.1]/", refusal: .address(.private)),
        Case(allow: "", url: "https://[64:ff9b::a9fe:a9fe]/", refusal: .address(.metadata)),
        Case(allow: "", url: "https://[2002:7f00:1::]/", refusal: .address(.reserved)),
        Case(allow: "", url: "https://localhost/", addresses: ["8.8.8.8"], refusal: .name),
        Case(allow: "", url: "https://LOCALHOST./", addresses: ["8.8.8.8"], refusal: .name),
        Case(allow: "", url: "https://a.localhost/", addresses: ["8.8.8.8"], refusal: .name),
        Case(allow: "", url: "https://metadata.google.internal/", addresses: ["8.8.8.8"], refusal: .name),
        Case(allow: "", url: "https://printer.local/", addresses: ["8.8.8.8"], refusal: .name),
        Case(allow: "", url: "https://db.default.svc/", addresses: ["8.8.8.8"], refusal: .name),
        Case(allow: "", url: "https://nas.home.arpa/", addresses: ["8.8.8.8"], refusal: .name),
        Case(allow: "", url: "https://notlocal/", addresses: ["8.8.8.8"], refusal: nil),
        Case(allow: "", url: "https://mylocalhost.example/", addresses: ["8.8.8.8"], refusal: nil),

        // A name: loopback and private addresses, plain HTTP, that name only.
        Case(allow: "sink", url: "http://sink/", addresses: ["172.18.0.3"], refusal: nil),
        Case(allow: "sink", url: "http://sink:9000/", addresses: ["172.18.0.3"], refusal: nil),
        Case(allow: "sink:9000", url: "http://sink:9000/", addresses: ["172.18.0.3"], refusal: nil),
        Case(allow: "sink:9000", url: "http://sink:9001/", addresses: ["172.18.0.3"], refusal: .address(.private)),
        Case(allow: "sink:9000", url: "https://sink/", addresses: ["172.18.0.3"], refusal: .address(.private)),
        Case(allow: "sink", url: "http://a.sink/", addresses: ["172.18.0.3"], refusal: .address(.private)),
        Case(allow: "sink", url: "http://sink/", addresses: ["fd12::1", "127.0.0.1", "8.8.8.8"], refusal: nil),
        Case(allow: "sink", url: "http://sink/", addresses: ["169.254.169.254"], refusal: .address(.metadata)),
        Case(allow: "sink", url: "http://sink/", addresses: ["169.254.1.1"], refusal: .address(.linkLocal)),
        Case(allow: "sink", url: "http://sink/", addresses: ["fe80::1"], refusal: .address(.linkLocal)),
        Case(allow: "sink", url: "http://sink/", addresses: ["fd00:ec2::254"], refusal: .address(.metadata)),
        Case(allow: "sink", url: "http://sink/", addresses: ["100.64.0.1"], refusal: .address(.reserved)),
        Case(allow: "sink", url: "http://sink/", addresses: ["0.0.0.0"], refusal: .address(.reserved)),
        Case(
            allow: "sink", url: "http://sink/", addresses: ["10.0.0.1", "169.254.1.1"], refusal: .address(.linkLocal)),
        Case(allow: "localhost:3000", url: "http://localhost:3000/", addresses: ["::1", "127.0.0.1"], refusal: nil),
        Case(allow: "localhost:3000", url: "http://127.0.0.1:3000/", refusal: .address(.loopback)),
        Case(allow: "SINK.Example.", url: "http://sink.example/", addresses: ["10.0.0.1"], refusal: nil),

        // A range: whatever lies in it, by address or by any name.
        Case(allow: "127.0.0.0/8", url: "http://127.0.0.1:9000/", refusal: nil),
        Case(allow: "127.0.0.1:9000", url: "http://127.0.0.1:9000/", refusal: nil),
        Case(allow: "127.0.0.1:9000", url: "http://127.0.0.1:9001/", refusal: .address(.loopback)),
        Case(allow: "127.0.0.1:9000", url: "http://[::ffff:127.0.0.1]:9000/", refusal: nil),
        Case(allow: "127.0.0.1:9000", url: "http://127.0.0.2:9000/", refusal: .address(.loopback)),
        Case(allow: "10.0.0.0/8", url: "http://a.example/", addresses: ["10.0.0.1"], refusal: nil),
        Case(allow: "10.0.0.0/8", url: "http://a.internal/", addresses: ["10.0.0.1"], refusal: nil),
        Case(allow: "10.0.0.0/8", url: "http://a.internal/", addresses: ["8.8.8.8"], refusal: .name),
        Case(allow: "10.0.0.0/8", url: "http://a.example/", addresses: ["10.0.0.1", "8.8.8.8"], refusal: .scheme),
        Case(allow: "10.0.0.0/8", url: "https://a.example/", addresses: ["10.0.0.1", "8.8.8.8"], refusal: nil),
        Case(
            allow: "10.0.0.0/8", url: "https://a.example/", addresses: ["10.0.0.1", "192.168.0.1"],
            refusal: .address(.private)),
        Case(allow: "10.0.0.0/8", url: "http://a.example/", addresses: ["8.8.8.8"], refusal: .scheme),
        Case(allow: "::1", url: "http://[::1]:80/", refusal: nil),
        Case(allow: "[::1]:8080", url: "http://[::1]:8080/", refusal: nil),
        Case(allow: "[fd00::/8]:8080", url: "http://[fd00::5]:8080/", refusal: nil),
        Case(allow: "[fd00::]/8:8080", url: "http://[fd00::5]:8080/", refusal: nil),
        Case(allow: "[fd00::/8]:8080", url: "http://[fd00::5]/", refusal: .address(.private)),

        // Link-local and metadata addresses: only by a range that means them.
        Case(allow: "169.254.169.254", url: "http://169.254.169.254/", refusal: nil),
        Case(allow: "169.254.0.0/16", url: "http://169.254.169.254/", refusal: nil),
        Case(allow: "0.0.0.0/0", url: "http://169.254.169.254/", refusal: .address(.metadata)),
        Case(allow: "0.0.0.0/0", url: "http://169.254.1.1/", refusal: .address(.linkLocal)),
        Case(allow: "0.0.0.0/0", url: "http://10.0.0.1/", refusal: nil),
        Case(allow: "fc00::/7", url: "http://[fd00:ec2::254]/", refusal: .address(.metadata)),
        Case(allow: "fc00::/7", url: "http://[fd00:ec3::254]/", refusal: nil),
        Case(allow: "fe80::/10", url: "http://[fe80::1]/", refusal: nil),
        Case(allow: "100.64.0.0/10", url: "http://100.64.0.1/", refusal: nil),
        Case(allow: "100.64.0.0/10", url: "http://100.100.100.200/", refusal: .address(.metadata)),

        // Several.
        Case(allow: "sink:9000, 10.0.0.0/8 \n [::1]:80", url: "http://[::1]/", refusal: nil),
        Case(allow: "sink,10.0.0.0/8", url: "http://sink/", addresses: ["10.0.0.1", "127.0.0.1"], refusal: nil),
    ]

    @Test(arguments: cases)
    func `what goes out and what does not`(_ example: Case) throws {
        let policy = try EgressPolicy(parsing: example.allow)
        let url = try OutboundURL(example.url)
        var addresses = example.addresses.compactMap { IPAddress($0) }
        #expect(addresses.count == example.addresses.count)
        if case .address(let address) = url.host { addresses = [address] }
        #expect(policy.judge(url, resolvedTo: addresses) == example.refusal)
        // When it is saved nothing may be refused that would go out.
        if example.refusal == nil { #expect(policy.judge(url) == nil) }
    }

    @Test(arguments: [
        ("https://127.0.0.1/", EgressRefusal.address(.loopback)), ("http://a.example/", .scheme),
        ("https://a.internal/", .name), ("https://169.254.169.254/latest", .address(.metadata)),
    ])
    func `what can be refused without looking a name up is refused when it is saved`(
        _ url: String, _ refusal: EgressRefusal
    ) throws {
        #expect(EgressPolicy.strict.judge(try OutboundURL(url)) == refusal)
    }

    @Test(arguments: [
        "10.0.0.0/33", "a/b", "http://a.example", "*.example", "a b:c", "a:0", "a:70000", "a:", "[::1", "[a]:80",
        "user@a", "10.0.0.0/8:", "2130706433", "0x7f.1", ":80", "[::1]:x", "10.0.0.1:80:90", "a?b", "ä.example",
    ])
    func `an entry that is neither range nor name is refused with its text`(_ entry: String) {
        let first = entry.split(separator: " ").last.map(String.init) ?? ""
        let error = #expect(throws: EgressEntryError.self) { try EgressPolicy(parsing: "10.0.0.0/8,\(entry)") }
        #expect(error?.entry == first)
    }
}
