import Egress
import Testing

@Suite struct OutboundURLTests {
    @Test(arguments: [
        ("https://example.com", "https://example.com/"),
        ("HTTPS://Example.COM/Hook", "https://example.com/Hook"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("http://example.com:80/a", "http://example.com/a"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("https://example.com:/a", "https://example.com/a"),
        ("https://example.com./a", "https://example.com/a"),
        ("https://example.com?x=1", "https://example.com/?x=1"),
        ("https://example.com/a#fragment", "https://example.com/a"),
        ("https://example.com#@evil.example/", "https://example.com/"),
        ("https://example.com/@evil", "https://example.com/@evil"),
        ("https://example.com/a?b=c@d", "https://example.com/a?b=c@d"),
        ("https://example.com/é?ü", "https://example.com/%C3%A9?%C3%BC"),
        ("https://example.com/100%", "https://example.com/100%25"),
        ("https://example.com/a%20b%zz", "https://example.com/a%20b%25zz"),
        ("https://example.com/{a}|b\"<>^`[]", "https://example.com/%7Ba%7D%7Cb%22%3C%3E%5E%60%5B%5D"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://my_host.example/", "https://my_host.example/"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
        ("http://127.0.0.1./", "http://127.0.0.1/"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("http://[0:0:0:0:0:FFFF:127.0.0.1]/", "http://[::ffff:7f00:1]/"),
        ("https://1.example/", "https://1.example/"), ("https://1e100.net/", "https://1e100.net/"),
        ("https://0xcafe.example/", "https://0xcafe.example/"), ("https://a.b0/", "https://a.b0/"),
        ("https://localhost:3000/", "https://localhost:3000/"),
    ])
    func `a URL is written in the one form that is dialled`(_ text: String, _ written: String) throws {
        let url = try OutboundURL(text)
        #expect(url.text == written)
        #expect(try OutboundURL(url.text) == url)
    }

    static let problems: [(String, URLProblem)] = [
        ("", .notAbsolute), ("example.com", .notAbsolute), ("//example.com/", .notAbsolute),
        ("ftp://example.com/", .notAbsolute), ("https:/example.com", .notAbsolute), ("https:example.com", .notAbsolute),
        ("javascript://example.com/", .notAbsolute), ("file:///etc/passwd", .notAbsolute),
        ("http+unix://%2Ftmp%2Fsocket/", .notAbsolute), ("unix:///run/docker.sock", .notAbsolute),
        ("gopher://127.0.0.1:6379/_x", .notAbsolute), (" https://example.com/", .invalidCharacter),
        ("https://example.com/ ", .invalidCharacter), ("https://example.com/\r\nHost: evil", .invalidCharacter),
        ("https://exa\tmple.com/", .invalidCharacter), ("https://example.com\\@evil.example/", .invalidCharacter),
        ("https://example.com/\u{0}", .invalidCharacter), ("https://example.com/\u{7F}", .invalidCharacter),
        ("https://user@example.com/", .userInformation), ("https://user:secret@example.com/", .userInformation),
        ("https://@example.com/", .userInformation), ("https://example.com@127.0.0.1/", .userInformation),
        ("https://a@b@c/", .userInformation), ("https://", .missingHost), ("https:///path", .missingHost),
        ("https://?x", .missingHost), ("https://:443/", .missingHost), ("https://./", .missingHost),
        ("https://exam%70le.com/", .invalidHost), ("https://%31%32%37.0.0.1/", .invalidHost),
        ("https://bücher.example/", .invalidHost), ("https://ｌｏｃａｌｈｏｓｔ/", .invalidHost),
        ("https://127。0。0。1/", .invalidHost), ("https://①②⑦.⓪.⓪.①/", .invalidHost),
        ("https://раураl.example/", .invalidHost), ("https://a..b/", .invalidHost), ("https://.a/", .invalidHost),
        ("https://a../", .invalidHost), ("https://-a.example/", .invalidHost), ("https://a-.example/", .invalidHost),
        ("https://a,b/", .invalidHost), ("https://a*b/", .invalidHost), ("https://(a)/", .invalidHost),
        ("https://[::1%25lo]/", .invalidHost), ("https://[fe80::1%eth0]/", .invalidHost),
        ("https://[::1/", .invalidHost),
        ("https://[127.0.0.1]/", .invalidHost), ("https://[::1]x/", .invalidPort), ("https://::1/", .missingHost),
        ("https://[]/", .invalidHost), ("https://[v1.x]/", .invalidHost), ("https://2001:db8::1/", .oddAddress),
        ("http://2130706433/", .oddAddress), ("http://0x7f000001/", .oddAddress), ("http://0x7f.1/", .oddAddress),
        ("http://017700000001/", .oddAddress), ("http://0177.0.0.1/", .oddAddress), ("http://127.1/", .oddAddress),
        ("http://127.0.1/", .oddAddress), ("http://127.0.0.1.5/", .oddAddress), ("http://0/", .oddAddress),
        ("http://256.256.256.256/", .oddAddress), ("http://1.1.1.0x/", .oddAddress), ("http://a.b.09/", .oddAddress),
        ("http://0X7F.0.0.1/", .oddAddress), ("http://127.0.0.1../", .invalidHost),
        ("https://example.com:0/", .invalidPort), ("https://example.com:65536/", .invalidPort),
        ("https://example.com:-1/", .invalidPort), ("https://example.com:+80/", .invalidPort),
        ("https://example.com:80:90/", .invalidPort), ("https://example.com:8a/", .invalidPort),
        ("https://example.com:٨٠/", .invalidPort), ("https://example.com:443443443443/", .invalidPort),
    ]

    static let longOnes: [(String, URLProblem)] = [
        ("https://example.com/\(String(repeating: "a", count: 2048))", .tooLong),
        ("https://\(String(repeating: "a", count: 64)).example/", .invalidHost),
        ("https://\(String(repeating: "a.", count: 127))example/", .invalidHost),
    ]

    @Test(arguments: problems + longOnes)
    func `a URL that programs read in different ways is refused`(_ text: String, _ problem: URLProblem) {
        #expect(throws: problem, "\(text)") { try OutboundURL(text) }
    }

    @Test func `the path of a URL is not printed`() throws {
        let url = try OutboundURL("https://hooks.example/services/T0/B0/secret?token=secret")
        var dumped = ""
        dump(url, to: &dumped)
        for text in ["\(url)", String(reflecting: url), dumped] { #expect(!text.contains("secret"), "\(text)") }
        #expect("\(url)" == "https://hooks.example/…")
    }

    @Test func `each problem has a code of its own`() {
        #expect(Set(URLProblem.allCases.map(\.code)).count == URLProblem.allCases.count)
    }
}
