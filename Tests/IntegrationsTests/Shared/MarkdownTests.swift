import Testing

@testable import Integrations

@Suite("Markdown")
struct MarkdownTests {
    @Test(arguments: [
        ("plain words", "plain words"), ("snake_case_name", "snake_case_name"), ("2 * 3", "2 * 3"),
        ("[WIP] fix", "[WIP] fix"),
        ("*bold*", "\\*bold\\*"), ("__init__", "\\_\\_init\\_\\_"), ("_it_", "\\_it\\_"),
        ("~~gone~~", "\\~\\~gone\\~\\~"),
        ("[a](http://b)", "\\[a\\](http://b)"), ("<b>", "\\<b>"), ("a < b", "a < b"), ("&amp;", "\\&amp;"),
        ("R&D", "R&D"), ("&#42;", "\\&#42;"),
        ("a `b` c", "a `b` c"), ("a ` c", "a \\` c"), ("one\n two\t\u{7}three", "one two three"),
        ("C:\\*", "C:\\\\\\*"),
        ("@**all**", "@\\*\\*all\\*\\*"), ("", ""), ("C:\\", "C:\\\\"), ("a *", "a \\*"), ("~a~ ~b", "~a\\~ ~b"),
        ("Fix `__init__` and `std::vector<T>`", "Fix `__init__` and `std::vector<T>`"), ("`C:\\`", "`C:\\`"),
        ("`` a`b* `` *", "`` a`b* `` \\*"), ("`` a` *b*", "\\`\\` a\\` \\*b\\*"), ("`](` a", "`](` a"),
        ("see https://es/_cat/health*_x_", "see https://es/_cat/health*_x_"),
        ("=http://e.com/_a_b", "=http://e.com/_a_b"),
        ("(www.e.com/_a)_ _", "(www.e.com/_a)_ \\_"), ("https://a_b/_c", "https://a_b/\\_c"),
        ("[a https://e.com/](http://evil)", "\\[a https://e.com/\\](http://evil)"),
    ])
    func `text on a line shows as it is written`(_ text: String, _ expected: String) {
        #expect(Markdown.escaped(text) == expected)
    }

    @Test(arguments: [
        ("a", "https://e.com/x", "[a](https://e.com/x)"), ("a", "https://e.com/(x)", "[a](https://e.com/(x))"),
        ("a", "https://e.com/x)", "[a](https://e.com/x%29)"), ("a", "https://e.com/a b", "[a](https://e.com/a%20b)"),
        ("a", "javascript:alert(1)", "a"), ("a", "", "a"), ("a", "https:", "a"),
        ("[x", "https://e.com", "[\\[x](https://e.com)"),
        ("dependabot[bot]", "https://e.com", "[dependabot[bot]](https://e.com)"),
        ("a](http://evil", "https://e.com", "[a\\](http://evil](https://e.com)"),
        ("]x[", "https://e.com", "[\\]x\\[](https://e.com)"), ("`[`", "https://e.com", "[`[`](https://e.com)"),
        ("C:\\", "https://e.com", "[C:\\\\](https://e.com)"),
        ("https://es/_cat", "https://e.com", "[https://es/\\_cat](https://e.com)"),
    ])
    func `a link keeps its text and leads nowhere else`(_ text: String, _ url: String, _ expected: String) {
        #expect(Markdown.link(text, url) == expected)
    }

    @Test func `a quotation keeps its lines and loses blank ends`() {
        #expect(Markdown.quote("\n a \n\nb  \n\n") == ">  a\n>\n> b")
        #expect(Markdown.quote("  \n") == "")
        #expect(Markdown.quote("a\r\nb") == "> a\n> b")
        #expect(Markdown.quote("a\r\r# Approved\r\n\r\nb\r") == "> a\n>\n> # Approved\n>\n> b")
    }

    @Test(arguments: [
        ("a<!-- b -->c", "ac"), ("<!-- a\nb -->\nc", "\nc"), ("a\n<!-- b\nc", "a\n"), ("a <!-- b\nc", "a <!-- b\nc"),
        ("`<!-- a -->`", "`<!-- a -->`"), ("```\n<!-- a -->\n```\n<!-- b -->", "```\n<!-- a -->\n```\n"),
        ("~~~\n```\n<!-- a -->", "~~~\n```\n<!-- a -->"), ("<!-->a", "a"), ("plain", "plain"),
    ])
    func `comments in a text are not shown, but for those in code`(_ text: String, _ expected: String) {
        #expect(Markdown.withoutComments(text) == expected)
    }

    @Test func `code holds what it holds`() {
        #expect(Markdown.code("a`b") == "`` a`b ``")
        #expect(Markdown.code("a``b") == "``` a``b ```")
        #expect(Markdown.code("a\nb") == "`a b`")
        #expect(Markdown.block("```", language: "") == "````\n```\n````")
    }

    @Test func `a list ends with how many more there are`() {
        #expect(Markdown.list(["a", "b", "c"], limit: 2, more: "commit") == "* a\n* b\n\n[and 1 more commit]")
        #expect(Markdown.list(["a", "b", "c"], limit: 1, more: "commit") == "* a\n\n[and 2 more commits]")
    }

    @Test(arguments: [
        ("- fix", "\\- fix"), ("* x", "\\* x"), ("+", "\\+"), ("1. Added", "1\\. Added"), ("12) x", "12\\) x"),
        ("1.5 is out", "1.5 is out"),
        ("# head", "\\# head"), ("#12", "#12"), ("> q", "\\> q"), ("---", "\\---"), ("-1", "-1"), ("===", "\\==="),
        ("[x] done", "\\[x] done"),
        ("[a]: b", "\\[a]: b"), ("[WIP] fix", "[WIP] fix"), ("| a |", "\\| a |"), ("~~~", "\\~\\~\\~"), ("", ""),
        ("2026", "2026"),
    ])
    func `text at the start of a line begins no block`(_ text: String, _ expected: String) {
        #expect(Markdown.escapedLine(text) == expected)
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "`", "` ``", "[", "](", "&a", "https://a?", "www.", "\\", "a\u{301}", "\r", "<!--", "a<!--", "<!-- -->",
        ])
    func `text of any kind takes time in proportion to its length`(_ part: String) {
        let text = String(repeating: part, count: 1 << 14)
        #expect(!Markdown.escapedLine(text).isEmpty || part == "\r")
        #expect(!Markdown.link(text, "https://e.com").isEmpty || part == "\r")
        #expect(!Markdown.code(text).isEmpty || part == "\r")
        #expect(!Markdown.block(text).isEmpty)
        #expect(Markdown.quote(text).isEmpty == (part == "\r"))
        #expect(Wording.firstLine(text).isEmpty == (part == "\r"))
        #expect(Markdown.withoutComments(text).isEmpty == part.hasPrefix("<!--"))
    }
}
