import Foundation
import HubText
import Testing

@Suite struct MarkdownTests {
    @Test(arguments: [
        ("**b** *i* ~~s~~ `c`", "<p><strong>b</strong> <em>i</em> <del>s</del> <code>c</code></p>\n"),
        ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("3. a", "<ol start=\"3\">\n<li>a</li>\n</ol>\n"),
        (
            "- [x] done\n- [ ] open",
            """
            <ul>
            <li class="task"><input type="checkbox" disabled checked aria-label="done"> done</li>
            <li class="task"><input type="checkbox" disabled aria-label="open"> open</li>
            </ul>

            """
        ),
        (
            "| a | b |\n|---|--:|\n| 1 | 2 |",
            """
            <table>
            <thead><tr><th>a</th><th class="right">b</th></tr></thead>
            <tbody>
            <tr><td>1</td><td class="right">2</td></tr>
            </tbody></table>

            """
        ),
        ("# Title", "<h3>Title</h3>\n"),
        ("> q", "<blockquote>\n<p>q</p>\n</blockquote>\n"),
        ("```swift x\nlet a = 1 < 2\n```", "<pre><code class=\"language-swift\">let a = 1 &lt; 2\n</code></pre>\n"),
    ])
    func `Markdown becomes HTML`(_ markdown: String, _ html: String) {
        #expect(Markdown.html(markdown) == html)
    }

    @Test func `links carry no referrer and give no window`() {
        let anchor = #"<a href="https://a.example/?x=1&amp;y=2" rel="noopener noreferrer nofollow">"#
        #expect(Markdown.html("[t](https://a.example/?x=1&y=2)") == "<p>\(anchor)t</a></p>\n")
        #expect(Markdown.html("https://a.example/?x=1&y=2") == "<p>\(anchor)https://a.example/?x=1&amp;y=2</a></p>\n")
    }

    @Test func `an image becomes a link and is not loaded`() {
        let html = Markdown.html("![a cat](https://cats.example/1.png)")
        #expect(html.contains(">a cat</a>"))
        #expect(!html.contains("<img"))
        #expect(Markdown.html("[![alt](https://a.example/i)](https://b.example)").components(of: "<a ") == 1)
        #expect(Markdown.html("![[x](https://b.example)](https://a.example)").components(of: "<a ") == 1)
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a <b onclick=x>b</b>",
        "<div>\n<script>alert(1)</script>\n</div>", "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))", "[x](java\tscript:alert(1))", "<javascript:alert(1)>",
        "[x](data:text/html;base64,PHNjcmlwdD4=)", "[x](vbscript:x)", "![x](javascript:alert(1))",
        "[x]: javascript:alert(1)\n[x]", "[x](//evil.example)", "[x](/logout)", "[x](http:evil)",
        "```\"onload=alert(1)\nx\n```", "[a](https://x.example/\"onmouseover=alert(1))",
        "[x](https://a.example 'title\" onclick=alert(1)')", "<https://a.example/\"onclick=x>",
        "`<script>`", "| <script> |\n|---|\n| <img src=x> |", "<svg/onload=alert(1)>", "&lt;script&gt;",
        "[\u{1}javascript:alert(1)](\u{1}javascript:alert(1))",
    ])
    func `nothing that a browser would run comes out`(_ attack: String) {
        expectHarmless(Markdown.html(attack), attack)
    }

    @Test func `raw HTML is shown as text`() {
        #expect(Markdown.html("a <b>c</b>") == "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n")
        #expect(Markdown.html("<div>x</div>") == "<p>&lt;div&gt;x&lt;/div&gt;</p>\n")
    }

    @Test(arguments: [
        ">", "- ", "[", "![[]()", "*a_ ", "`", "a**b", "_(", "|x\n", "<!--", "www.", "a@", "~~a", "[a](", "[a]: x\n",
        "&", "\\", "x:/", "|a|\n|-|\n", "- a\n  ", "1) ", "***", "<a ", "(((",
    ])
    func `text made to be slow takes time in proportion to its length`(_ unit: String) {
        let count = Markdown.lengthLimit / unit.utf8.count
        expectProportional(String(repeating: unit, count: count), String(repeating: unit, count: count / 8), unit)
    }

    @Test func `stairs of lists take time in proportion to their length`() {
        func stairs(_ steps: Int) -> String {
            (0..<steps).map { String(repeating: " ", count: $0) + "- a" }.joined(separator: "\n")
        }
        expectProportional(stairs(320), stairs(110), "stairs")
    }

    /// The parser looks over a whole row for each of its cells: forty thousand bars in one row took eleven seconds.
    @Test(arguments: [
        ("|a|b|\n|-|-|\n", "|", 40_000, ""),
        ("|a|b|\n|-|-|\n", "| a ", 10_000, ""),
        ("", "|-", 30_000, "\n|-|-|"),
    ])
    func `rows with a great many cells are shown as written`(
        _ before: String, _ unit: String, _ count: Int, _ after: String
    ) {
        let attack = before + String(repeating: unit, count: count) + after
        #expect(Markdown.html(attack) == "<p>\(attack)</p>\n")
    }

    /// Each took the parser between a fifth of a second and eleven seconds.
    @Test(arguments: [
        ("", "a\n", 32_000, "|-|\n"), ("> a\n", "> a\n", 16_000, "> |-|\n"), ("", "a\n", 32_000, "    ---\n|-|\n"),
        ("", "a\n", 32_000, "    >\n|-|\n"), ("", "&&&\r\n", 12_000, ":-:\r\n"), ("http://a", ")", 60_000, ""),
        ("a ", "www.a_", 10_000, ""), ("'", "http://a<", 7000, ""), ("a", "<?", 32_000, ""), ("a", "<!a", 20_000, ""),
        ("", "_[a](b)_ ", 7000, ""), ("", "[a]: b\n~~", 6500, ""), ("[a]: b\n", "*a [a] ", 8000, ""),
        ("", "*a_~~", 13_000, ""),
    ])
    func `what the parser would look over again and again is shown as written`(
        _ before: String, _ unit: String, _ count: Int, _ after: String
    ) {
        expectWritten(before + String(repeating: unit, count: count) + after)
    }

    @Test func `many signs before many others are shown as written`() {
        expectWritten(String(repeating: "http://", count: 4000) + String(repeating: ")", count: 30_000))
        expectWritten(String(repeating: "1. ", count: 10_000) + String(repeating: "a\n", count: 10_000))
    }

    private func expectWritten(_ attack: String) {
        let start = Self.threadTime()
        let isWritten = Markdown.html(attack).dropFirst(3).utf8.prefix(4000).elementsEqual(
            HTML.escape(attack).utf8.prefix(4000))
        #expect(isWritten)
        #expect(Self.threadTime() - start < .seconds(2))
    }

    @Test(arguments: [
        ("see [a](https://a.example/b_c) *now*\n", "<a "), ("https://a.example/(b) www.a.example a@b.example\n", "<a "),
        ("1. a\n", "<ol>"), ("|a|b|\n|-|-|\n|**c**|[d](https://e.example)|\n\n", "<table>"), ("a\n---\n", "<h4>"),
        ("a <!-- b --> *c*\n\n", "<em>"), ("a ~~b~~ _c_\n", "<del>"),
    ])
    func `a long text that is no attack is Markdown`(_ unit: String, _ tag: String) {
        let isMarkdown = Markdown.html(String(repeating: unit, count: 900)).contains(tag)
        #expect(isMarkdown)
    }

    @Test func `a great many rows with five hundred cells are shown as written`() {
        let rows = "|a|b|\n|-|-|\n" + String(repeating: String(repeating: "|", count: 500) + "\n", count: 60)
        #expect(Markdown.html(rows) == "<p>\(rows)</p>\n")
    }

    @Test func `a table of a hundred columns that fills a message is a table`() {
        let row = String(repeating: "|a", count: 100) + "|\n"
        let table = row + String(repeating: "|-", count: 100) + "|\n" + String(repeating: row, count: 300)
        let html = Markdown.html(table)
        #expect(html.contains("<table>"))
        #expect(html.split(separator: "<td>").count == 30_001)
    }

    /// - Parameter part: about an eighth of the attack: in square time it would take a 64th.
    private func expectProportional(_ attack: String, _ part: String, _ name: String) {
        // Of this thread alone, and the least of five: others work on the same machine.
        func least(_ text: String) -> Duration {
            (0..<5).map { _ in
                let start = Self.threadTime()
                _ = Markdown.html(text)
                return Self.threadTime() - start
            }.min() ?? .zero
        }
        let (whole, eighth) = (least(attack), least(part))
        #expect(whole < eighth * 32 || whole < .milliseconds(100), "\(name): \(whole) against \(eighth)")
        expectHarmless(Markdown.html(part), name)
    }

    private static func threadTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    @Test func `what nests too deep is shown as written`() {
        #expect(Markdown.html(String(repeating: "> ", count: 100) + "x").hasPrefix("<p>&gt; &gt;"))
    }

    @Test func `text over the limit is cut, also inside a character`() {
        let html = Markdown.html(String(repeating: "é", count: 40_000))
        #expect(html.utf8.count <= Markdown.lengthLimit + 16)
    }

    @Test func `random Markdown stays harmless`() {
        var random = SeededRandom(state: 11)
        let pieces = [
            "[", "]", "(", ")", "!", "<", ">", "javascript:", "https://a.example", "\"", "'", "`", "```", "\n", "\n\n",
            "    ", "- ", "| ", "|-", "*", "**", "_", "~~", "&lt;", "<script>", "</", "onload=x", "\0", "\u{202E}", "#",
            "- [ ] ", "www.a.example", "a@b.example", "\t", "1. ", "> ", "\\", "=", "é",
        ]
        for _ in 0..<4000 {
            let text = (0..<Int.random(in: 1...20, using: &random))
                .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            expectHarmless(Markdown.html(text), text)
            _ = Markdown.plainText(of: text)
        }
    }

    @Test func `plain text is the words alone`() {
        let markdown = "# Title\n\n**bold** [link](https://a.example) `code`\nnext\n\n- a\n- b\n\n|x|y|\n|-|-|\n|1|2|"
        #expect(Markdown.plainText(of: markdown) == "Title\nbold link code\nnext\na\nb\nx y\n1 2")
    }

    /// Every tag is one of ours, every attribute too, every link leads to an allowed scheme.
    private func expectHarmless(_ html: String, _ source: String) {
        let allowed =
            #/
            </?(p|br|hr|em|strong|del|code|pre|h[3-6]|blockquote|ul|ol|li|table|thead|tbody|tr|th|td|a)>
            | <ol\ start="\d+"> | <li\ class="task"> | <input\ type="checkbox"\ disabled(\ checked)?\ aria-label="(done|open)">
            | <(th|td)\ class="(center|right)"> | <code\ class="language-[A-Za-z0-9+\#_-]+">
            | <a\ href="(https?://|mailto:)[^"<>\x00-\x20]*"\ rel="noopener\ noreferrer\ nofollow">
            /#.ignoresCase()
        let rest = html.replacing(allowed, with: "")
        #expect(!rest.contains("<") && !rest.contains(">"), "\(source) → \(html.prefix(300))")
    }
}

extension String {
    fileprivate func components(of part: String) -> Int {
        ranges(of: part).count
    }
}
