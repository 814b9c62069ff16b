import Egress
import HubTesting
import Testing

@Suite struct AddressRulesTests {
    /// Addresses of each range: its first, its last, and the neighbours outside where those are the internet's.
    static let kinds: [(String, AddressKind)] = [
        ("0.0.0.0", .reserved), ("0.255.255.255", .reserved), ("1.0.0.0", .global),
        ("9.255.255.255", .global), ("10.0.0.0", .private), ("10.255.255.255", .private), ("11.0.0.0", .global),
        ("100.63.255.255", .global), ("100.64.0.0", .reserved), ("100.127.255.255", .reserved),
        ("100.128.0.0", .global), ("100.100.100.200", .metadata),
        ("126.255.255.255", .global), ("127.0.0.0", .loopback), ("127.0.0.1", .loopback),
        ("127.255.255.255", .loopback), ("128.0.0.0", .global),
        ("168.63.129.15", .global), ("168.63.129.16", .metadata), ("168.63.129.17", .global),
        ("169.253.255.255", .global), ("169.254.0.0", .linkLocal), ("169.254.169.254", .metadata),
        ("169.254.170.2", .metadata), ("169.254.255.255", .linkLocal), ("169.255.0.0", .global),
        ("172.15.255.255", .global), ("172.16.0.0", .private), ("172.31.255.255", .private), ("172.32.0.0", .global),
        ("191.255.255.255", .global), ("192.0.0.0", .reserved), ("192.0.0.192", .metadata),
        ("192.0.0.255", .reserved), ("192.0.1.0", .global), ("192.0.2.0", .reserved), ("192.0.2.255", .reserved),
        ("192.0.3.0", .global), ("192.88.98.255", .global), ("192.88.99.1", .reserved), ("192.88.100.0", .global),
        ("192.167.255.255", .global), ("192.168.0.0", .private), ("192.168.255.255", .private),
        ("192.169.0.0", .global), ("198.17.255.255", .global), ("198.18.0.0", .reserved),
        ("198.19.255.255", .reserved), ("198.20.0.0", .global), ("198.51.99.255", .global),
        ("198.51.100.1", .reserved), ("198.51.101.0", .global), ("203.0.112.255", .global),
        ("203.0.113.1", .reserved), ("203.0.114.0", .global), ("223.255.255.255", .global), ("224.0.0.0", .reserved),
        ("239.255.255.255", .reserved), ("240.0.0.1", .reserved), ("255.255.255.255", .reserved),
        ("8.8.8.8", .global),

        ("::", .reserved), ("::1", .loopback), ("::2", .reserved), ("::127.0.0.1", .reserved),
        ("::ffff:127.0.0.1", .loopback), ("::ffff:7f00:1", .loopback), ("::ffff:10.1.2.3", .private),
        ("::ffff:169.254.169.254", .metadata), ("::ffff:8.8.8.8", .global), ("::ffff:0:10.0.0.1", .reserved),
        ("64:ff9b::8.8.8.8", .global), ("64:ff9b::10.0.0.1", .private), ("64:ff9b::7f00:1", .loopback),
        ("64:ff9b::a9fe:a9fe", .metadata), ("64:ff9b:1::1", .reserved), ("64:ff9b:0:0:0:1::", .reserved),
        ("100::1", .reserved), ("1fff:ffff::", .reserved), ("2000::", .global), ("2001::1", .reserved),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", .reserved), ("2001:1ff:ffff::", .reserved), ("2001:200::", .global),
        ("2001:db7:ffff::", .global), ("2001:db8::1", .reserved), ("2001:db9::", .global),
        ("2001:4860:4860::8888", .global), ("2002::", .reserved), ("2002:7f00:1::1", .reserved),
        ("2002:808:808::1", .reserved), ("2003::", .global), ("2600::", .global), ("3ffe::", .global),
        ("3fff::1", .reserved), ("3fff:fff:ffff::", .reserved), ("3fff:1000::", .global), ("4000::", .reserved),
        ("5f00::1", .reserved), ("fc00::1", .private), ("fd00:ec2::254", .metadata), ("fd20:ce::254", .metadata),
        ("fdff::1", .private), ("fe00::1", .reserved), ("fe80::1", .linkLocal), ("febf::1", .linkLocal),
        ("fec0::1", .reserved), ("ff02::1", .reserved),
    ]

    @Test(arguments: kinds)
    func `an address is of the kind that the registries say`(_ text: String, _ kind: AddressKind) throws {
        #expect(AddressRules.kind(of: try #require(IPAddress(text))) == kind, "\(text)")
    }

    @Test(arguments: [
        "", "1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.01", "00.0.0.0",
        "127.0.0.1.", "127.0.0.1 ", " 127.0.0.1", "127.0.0.256", "1.2.3.4.5", "1..2.3", "+1.2.3.4", "-1.2.3.4",
        "1.2.3.4/8", "١٢٧.0.0.1", "１２７.0.0.1", "127。0。0。1", "[::1]", "::1%lo", "fe80::1%25eth0", ":", ":::", "::1::",
        "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8:9", "::12345", "::g", "1:2:3:4:5:6:7:8::",
        "::1.2.3", "::1.2.3.4:5", "1.2.3.4::", "::ffff:0127.0.0.1", "1:2:3:4:5:6:7:1.2.3.4", "1:", ":1", "\u{0}::1",
    ])
    func `a text that is no plain address is none`(_ text: String) {
        #expect(IPAddress(text) == nil, "\(text)")
    }

    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1"), ("::", "::"), ("0:0:0:0:0:0:0:1", "::1"), ("1::", "1::"),
        ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("::ffff:1.2.3.4", "::ffff:102:304"), ("fe80::0001", "fe80::1"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ])
    func `an address is written as RFC 5952 says`(_ text: String, _ written: String) throws {
        let address = try #require(IPAddress(text))
        #expect("\(address)" == written)
        #expect(IPAddress(written) == address)
    }

    @Test func `every address that is written is read as the same`() {
        var random = SplitMix(state: 7)
        for _ in 0..<4000 {
            // Many zeros, so that runs of them occur.
            let bytes = (0..<16).map { _ in Bool.random(using: &random) ? 0 : UInt8.random(in: 0...255, using: &random)
            }
            for address in [IPAddress(bytes: bytes), IPAddress(bytes: Array(bytes.prefix(4)))].compactMap({ $0 }) {
                #expect(IPAddress("\(address)") == address)
            }
        }
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false), ("0.0.0.0/0", "200.1.2.3", true),
        ("1.2.3.4", "1.2.3.4", true), ("1.2.3.4", "1.2.3.5", false), ("10.1.2.3/9", "10.127.0.0", true),
        ("10.1.2.3/9", "10.128.0.0", false), ("fd00::/8", "fdab::1", true), ("fd00::/8", "fc00::1", false),
        ("::/0", "1.2.3.4", false), ("0.0.0.0/0", "::1", false),
    ])
    func `a range holds the addresses that begin with its bits`(_ range: String, _ address: String, _ holds: Bool)
        throws
    {
        #expect(try #require(IPRange(range)).contains(try #require(IPAddress(address))) == holds)
    }

    @Test(arguments: ["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/8/8", "10/8", "/8"])
    func `a text that is no range is none`(_ text: String) {
        #expect(IPRange(text) == nil)
    }
}
