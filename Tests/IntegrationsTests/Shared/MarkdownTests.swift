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
        ("@**all**", "@\\*\\*all\\*\\*"), ("", ""),
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
        ("]x[", "https://e.com", "[\\]x\\[](https://e.com)"),
    ])
    func `a link keeps its text and leads nowhere else`(_ text: String, _ url: String, _ expected: String) {
        #expect(Markdown.link(text, url) == expected)
    }

    @Test func `a quotation keeps its lines and loses blank ends`() {
        #expect(Markdown.quote("\n a \n\nb  \n\n") == ">  a\n>\n> b")
        #expect(Markdown.quote("  \n") == "")
        #expect(Markdown.quote("a\r\nb") == "> a\n> b")
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
}
