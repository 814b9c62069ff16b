import HubTesting
import Testing

@testable import HubCore

@Suite struct SchemaPatternTests {
    private func isFound(_ pattern: String, _ text: String) throws -> Bool? {
        var work = 1_000_000
        return try SchemaPattern(pattern).isFound(in: text, &work)
    }

    static let cases: [(String, [String], [String])] = [
        ("", ["", "a"], []), ("a", ["a", "bab"], ["", "b"]), ("^a", ["ab"], ["ba"]), ("a$", ["ba"], ["ab", "a\n"]),
        ("^$", [""], ["a"]),
        (".", ["a", "🔥"], ["", "\n", "\u{2028}"]), ("^.$", ["🔥"], ["ab"]), ("a|b|", ["x"], []),
        ("^(a|bc)$", ["a", "bc"], ["b", "abc"]),
        ("^a*$", ["", "aaa"], ["ab"]), ("^a+?b$", ["ab", "aab"], ["b"]), ("^a?$", ["", "a"], ["aa"]),
        ("^a{2}$", ["aa"], ["a", "aaa"]), ("^a{2,}$", ["aa", "aaaaa"], ["a"]),
        ("^a{1,3}?$", ["a", "aaa"], ["", "aaaa"]),
        ("^(ab){0,2}$", ["", "ab", "abab"], ["aba", "ababab"]), ("^a{0}$", [""], ["a"]),
        ("^(a{2}){3}$", ["aaaaaa"], ["aaaaa"]),
        ("^[a-c]$", ["a", "b", "c"], ["d", "-"]), ("^[^a-c]$", ["d", "🔥", "\n"], ["a"]), ("^[]$", [], ["", "]"]),
        ("^[^]$", ["x"], [""]),
        ("^[-a]$", ["-", "a"], ["b"]), ("^[a-]$", ["-", "a"], ["b"]), (#"^[\]\-\\]$"#, ["]", "-", "\\"], ["a"]),
        ("^[.*]$", [".", "*"], ["a"]),
        (#"^\d+$"#, ["019"], ["a", "٣"]), (#"^\D$"#, ["a"], ["1"]), (#"^\w$"#, ["a", "Z", "_", "0"], ["-", "é"]),
        (#"^\W$"#, ["-"], ["a"]),
        (#"^\s$"#, [" ", "\t", "\u{A0}", "\u{FEFF}", "\u{2003}"], ["a", "\u{200B}"]), (#"^\S$"#, ["a"], [" "]),
        (#"^[\d\-x]+$"#, ["1-x"], ["y"]), (#"^[^\w]$"#, ["-"], ["a"]), (#"^[\D]$"#, ["a"], ["1"]),
        (#"\bcat\b"#, ["a cat!", "cat"], ["cats", "concat"]), (#"\Bcat"#, ["concat"], ["cat"]),
        (#"^\t\n\r\f\v\0$"#, ["\t\n\r\u{C}\u{B}\0"], ["tnrfv0"]), (#"^\x41\u0042\u{1F525}\cJ$"#, ["AB🔥\n"], ["AB"]),
        (#"^\uD83D\uDD25$"#, ["🔥"], []),
        (#"^\.\*\/\$\{$"#, [".*/${"], ["a*/${"]), ("^a{$", ["a{"], ["a"]), ("^a{,2}$", ["a{,2}"], ["aa"]),
        ("^}]$", ["}]"], []),
        ("^(?:a)(?<name>b)(c)$", ["abc"], ["ab"]), ("^(|a)+$", ["", "aa"], ["b"]), ("^(a*)*$", ["", "aaa"], ["b"]),
        (#"^\p{L}+$"#, ["éя日"], ["1"]), (#"^\p{Lu}$"#, ["É"], ["é"]), (#"^[\p{N}x]+$"#, ["٣x"], ["y"]),
        (#"^\P{L}$"#, ["1"], ["a"]),
        (
            #"^(\([0-9]{3}\))?[0-9]{3}-[0-9]{4}$"#, ["555-1212", "(888)555-1212"],
            ["(888)555-1212 ext. 532", "(800)FLOWERS"]
        ),
        ("^é$", ["é"], ["e\u{301}"]),
    ]

    @Test(arguments: cases)
    func `a pattern finds what ECMA 262 says and nothing else`(
        _ pattern: String, _ found: [String], _ notFound: [String]
    ) throws {
        for text in found { #expect(try isFound(pattern, text) == true, "\(pattern) \(text)") }
        for text in notFound { #expect(try isFound(pattern, text) == false, "\(pattern) \(text)") }
    }

    @Test(arguments: [
        "(", ")", "a)", "(a", "[", "[a", "*", "a**", "+a", "^*", #"\"#, #"\q"#, #"\x4"#, #"\u12"#, #"\u{110000}"#,
        "a{3,2}", "[b-a]",
        #"[\d-z]"#, "(?<a b>c)", "(?<a", "(?i)a", #"\p{Greek}"#, #"\pL"#, #"\c1"#, #"\b+"#,
        #"\uD83Dx\u"#.replacing("x", with: #"\u0041"#),
    ])
    func `a text that is no pattern is refused`(_ pattern: String) {
        let error = #expect(throws: PatternError.self) { try SchemaPattern(pattern) }
        if case .syntax? = error { return }
        Issue.record("\(pattern): \(String(describing: error))")
    }

    @Test(arguments: ["(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b", #"(a)\1"#, #"(?<n>a)\k<n>"#])
    func `what cannot be bounded is refused as that`(_ pattern: String) {
        let error = #expect(throws: PatternError.self) { try SchemaPattern(pattern) }
        if case .unsupported? = error { return }
        Issue.record("\(pattern): \(String(describing: error))")
    }

    @Test(arguments: [
        "a{2001}", "(a{100}){100}", "((a{50}){50}){50}", "((){2000}){2000}", "(((){1000}){1000}){1000}",
        String(repeating: "(", count: 40) + String(repeating: ")", count: 40), String(repeating: "a", count: 1001),
    ])
    func `a pattern that would be long is refused at once`(_ pattern: String) {
        #expect(throws: PatternError.tooLarge) { try SchemaPattern(pattern) }
    }

    @Test(arguments: ["(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*)*x", "([a-z]+)*!", "(a*)*b"])
    func `work grows with the text and not with its square`(_ pattern: String) throws {
        func cost(_ length: Int) throws -> Int {
            var work = 100_000_000
            _ = try SchemaPattern(pattern).isFound(in: String(repeating: "a", count: length) + "!?", &work)
            return 100_000_000 - work
        }
        #expect(try cost(8000) <= 9 * cost(1000))
    }

    @Test func `what runs out of work says so`() throws {
        var work = 100
        #expect(try SchemaPattern("b").isFound(in: String(repeating: "a", count: 10_000), &work) == nil)
    }

    @Test(arguments: 0..<10)
    func `damaged patterns never do more than be refused`(_ seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        for (pattern, found, notFound) in Self.cases {
            let text = String(decoding: random.mutation(of: Array(pattern.utf8)), as: UTF8.self)
            guard let damaged = try? SchemaPattern(text) else { continue }
            for text in found + notFound {
                var work = 100_000
                #expect(damaged.isFound(in: text, &work) != nil)
            }
        }
    }
}
