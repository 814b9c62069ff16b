import Testing

@testable import Integrations

@Suite("Slack markup")
struct SlackMarkupTests {
    @Test(arguments: [
        ("*bold*", "**bold**"), ("_it_", "*it*"), ("~gone~", "~~gone~~"), ("a *b* c *d*", "a **b** c **d**"),
        ("*_both_*", "***both***"), ("2*3*4", "2\\*3\\*4"), ("snake_case_x", "snake_case_x"), ("* item", "* item"),
        ("*not\nbold*", "*not\nbold*"), ("**kept**", "**kept**"), ("(*b*)", "(**b**)"), ("*b*.", "**b**."),
        ("* b *", "* b *"),
        ("`*code* &lt;b&gt;`", "`*code* <b>`"), ("*a `b*` c*", "**a `b*` c**"), ("```x\n*y*```", "```\nx\n*y*\n```"),
        ("a ` b", "a ` b"), ("&lt;b&gt; &amp;amp;", "\\<b> &amp;"),
    ])
    func `emphasis and code are turned`(_ text: String, _ expected: String) {
        #expect(SlackMarkup.markdown(text) == expected)
    }

    @Test(arguments: [
        ("<https://e.com|run 7>", "[run 7](https://e.com)"), ("<https://e.com?a=1&amp;b=2>", "<https://e.com?a=1&b=2>"),
        ("*<https://e.com|x>*", "**[x](https://e.com)**"), ("<mailto:a@e.com|a@e.com>", "[a@e.com](mailto:a@e.com)"),
        ("<@U123>", "@U123"), ("<@U123|ann>", "@ann"), ("<#C123|ops>", "#ops"), ("<#C123>", "#C123"),
        ("<!here>", "@here"),
        ("<!channel|channel>", "@channel"), ("<!subteam^S1|@ops>", "@ops"),
        ("<!date^1392734382^{date}^https://e.com|Feb 18>", "[Feb 18](https://e.com)"),
        ("<!date^1392734382^{date}|Feb 18>", "Feb 18"), ("<not a link>", "\\<not a link>"), ("a < b", "a < b"),
        ("<https://e.com|x", "\\<https://e.com|x"), ("<javascript:x|y>", "\\<javascript:x|y>"),
    ])
    func `references are turned`(_ text: String, _ expected: String) {
        #expect(SlackMarkup.markdown(text) == expected)
    }

    @Test func `hostile text is read in linear time`() {
        for piece in ["*a ", "_*~", "<", "`", "```", "&", "<<!x^"] {
            #expect(!SlackMarkup.markdown(String(repeating: piece, count: 20_000)).isEmpty)
        }
    }
}
