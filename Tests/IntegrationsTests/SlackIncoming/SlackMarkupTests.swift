import Foundation
import Testing

@testable import Integrations

@Suite("Slack markup")
struct SlackMarkupTests {
    @Test(arguments: [
        ("*bold*", "**bold**"), ("_it_", "*it*"), ("~gone~", "~~gone~~"), ("a *b* c *d*", "a **b** c **d**"),
        ("*_both_*", "***both***"), ("2*3*4", "2\\*3\\*4"), ("snake_case_x", "snake_case_x"),
        ("*not\nbold*", "\\*not\nbold\\*"), ("(*b*)", "(**b**)"), ("*b*.", "**b**."),
        ("a * b *", "a * b *"), ("a *b", "a \\*b"), ("~/bin", "\\~/bin"), ("_a *b_", "*a \\*b*"),
        ("*a*_b_~c~", "**a***b*~~c~~"), ("\u{2192}*\"a\"*", "\u{2192}\"a\""),
        ("`*code* &lt;b&gt;`", "`*code* <b>`"), ("*a `b*` c*", "**a `b*` c**"), ("a ` b", "a \\` b"),
        ("&lt;b&gt; &amp;amp;", "\\<b> \\&amp;"), ("&amp;lt; AT&amp;T &copy;", "\\&lt; AT&T \\&copy;"),
    ])
    func `emphasis and code are turned`(_ text: String, _ expected: String) {
        #expect(SlackMarkup.markdown(text) == expected)
    }

    @Test(arguments: [
        ("<https://e.com|run 7>", "[run 7](https://e.com)"), ("<https://e.com?a=1&amp;b=2>", "<https://e.com?a=1&b=2>"),
        ("*<https://e.com|x>*", "**[x](https://e.com)**"), ("<mailto:a@e.com|a@e.com>", "[a@e.com](mailto:a@e.com)"),
        ("<@U123>", "@U123"), ("<@U123|ann>", "@ann"), ("<#C123|ops>", "#ops"), ("<#C123>", "#C123"),
        ("<!here>", "@here"),
        ("<!channel|channel>", "@channel"), ("<!subteam^S1|@ops>", "@ops"), ("<!subteam^S1>", "@S1"),
        ("<!date^1392734382^{date}^https://e.com|Feb 18>", "[Feb 18](https://e.com)"),
        ("<!date^1392734382^{date}|Feb 18>", "Feb 18"), ("<!date^1392734382^{date}>", "2014-02-18T14:39:42Z"),
        ("<not a link>", "\\<not a link>"), ("a < b", "a < b"), ("<slack://app>", "\\<slack://app>"),
        ("<tel:+491|call>", "call"), ("<slack://app|*app*>", "**app**"), ("<javascript:x|y>", "y"),
        ("<https://e.com|*TypeError* [x]>", "[**TypeError** \\[x\\]](https://e.com)"),
        ("wow!<https://e.com|x>", "wow\\![x](https://e.com)"),
        ("<https://e.com|see https://f.com>", "[see https://f.com](https://e.com)"),
    ])
    func `references are turned`(_ text: String, _ expected: String) {
        #expect(SlackMarkup.markdown(text) == expected)
    }

    @Test(arguments: [
        ("```x\n*y*```", "```\nx\n*y*\n```"), ("see ```x``` now", "see\n```\nx\n```\nnow"),
        ("```\n  a\n\n  b\n```\n*c*", "```\n  a\n\n  b\n```\n**c**"), ("```cut *off*", "\\`\\`\\`cut **off**"),
        ("```a``` ```b", "```\na\n```\n\\`\\`\\`b"), ("> ```a\nb``` c", "> ```\n> a\n> b\n> ```\n\nc"),
        ("````a``` b````", "```\na\n```\nb\\`\\`\\`\\`"), ("a `````` b", "a \\`\\`\\`\\`\\`\\` b"),
    ])
    func `a block of code has lines of its own, and needs an end`(_ text: String, _ expected: String) {
        #expect(SlackMarkup.markdown(text) == expected)
    }

    @Test(arguments: [
        ("> q\nout", "> q\n\nout"), ("&gt;q", "> q"), ("> a\n> \n> b", "> a\n>\n> b"), (">> q", "> \\> q"),
        ("a\n>>> b\nc\n\n> d", "a\n> b\n> c\n>\n> \\> d"), ("&gt;&gt;&gt;b\nc", "> b\n> c"), ("a > b", "a > b"),
    ])
    func `quotations hold what they quote`(_ text: String, _ expected: String) {
        #expect(SlackMarkup.markdown(text) == expected)
    }

    @Test(arguments: [
        ("__init__", "\\_\\_init\\_\\_"), (#"\\srv\share"#, #"\\\srv\share"#), (#"\d+\.\d"#, #"\d+\\.\d"#),
        ("a\\\nb", "a\\\\\nb"),
        ("Title\n-----\nbody", "Title\n\\-----\nbody"), ("a\n===", "a\n\\==="), ("a\n* * *", "a\n* \\* *"),
        ("# 3 of 5", "\\# 3 of 5"), ("1. a\n7) b", "1\\. a\n7\\) b"), ("+ a", "\\+ a"), ("-", "\\-"), ("#ops", "#ops"),
        ("path_to_*", "path_to\\_\\*"), ("[x]: https://e.com", "\\[x]: https://e.com"), ("    a", "a"),
        ("https://x.com/_foo_/bar.", "<https://x.com/_foo_/bar>."), ("(https://x.com/a(b))", "(<https://x.com/a(b)>)"),
        ("*https://x.com/a*", "**<https://x.com/a>**"), ("(https://x.com/a)b", "(<https://x.com/a>)b"),
        ("ahttps://x.com/_a", "a<https://x.com/_a>"), ("www.x.com a", "www.x.com a"),
        ("(www.x.com/_a)<b>", "([www.x.com/\\_a](http://www.x.com/_a))\\<b>"),
        ("https://x.com/?a=1&amp;b=2", "<https://x.com/?a=1&b=2>"),
        ("https://x.com/a b", "https://x.com/a b"), ("<b>a</b>", "\\<b>a\\</b>"),
    ])
    func `what is not Slack's markup shows as written`(_ text: String, _ expected: String) {
        #expect(SlackMarkup.markdown(text) == expected)
    }

    @Test(arguments: [
        ("**kept** ~~kept~~ ***kept***", "**kept** ~~kept~~ ***kept***"), ("``a`b``", "`` a`b ``"),
        ("[a *b*](https://e.com/_x_ \"title\")", "[a **b**](https://e.com/_x_)"),
        ("![p](https://t.com/p.png)", "[p](https://t.com/p.png)"), ("[a](javascript:x)", "\\[a](javascript:x)"),
        ("#### Head\ntext", "#### Head\ntext"), ("* item", "* item"), ("* b *", "* b *"), ("- # a", "- \\# a"),
        ("Items:\n- a\n    - b\n  more\n- c\nDone", "Items:\n- a\n  - b\nmore\n- c\n\nDone"),
        ("| a | b |\n|---|:-:|\n| *x* | - |\nafter", "| a | b |\n|---|:-:|\n| **x** | - |\n\nafter"),
    ])
    func `Mattermost's Markdown stays readable`(_ text: String, _ expected: String) {
        #expect(SlackMarkup.markdown(text) == expected)
    }

    @Test(arguments: [
        ("*a* `b` <@U1> &lt;", "\\*a\\* \\`b\\` \\<@U1> \\&lt;"),
        ("# a\n1. b\n- c\n> d", "\\# a\n1\\. b\n\\- c\n\\> d"),
        ("a|b\n-|-", "a|b\n\\-|-"), ("a\n|-|-|", "a\n\\|-|-|"), ("https://x.com/_a_", "<https://x.com/_a_>"),
    ])
    func `in plain text nothing is markup`(_ text: String, _ expected: String) {
        #expect(SlackMarkup.markdown(text, .plain) == expected)
    }

    /// Characters that are compared one by one take square time when they are long.
    @Test(arguments: [
        "a", "a\u{301}\u{316}", "\u{301}\u{316}", "\u{1F1E6}", "*a ", "_*~", "**a ", "a_", "<", "`", "```", "``a ", "&",
        "<<!x^", "[a](", "[", "https://a(", "> ", "- a\n", "|-\n", "a ```",
    ])
    func `hostile text is read in time proportional to its length`(_ unit: String) {
        func time(_ length: Int) -> Duration {
            let text = String(repeating: unit, count: length / unit.utf8.count)
            return (0..<3).map { _ in
                let start = Self.threadTime()
                #expect(!SlackMarkup.markdown(text).isEmpty)
                return Self.threadTime() - start
            }.min() ?? .zero
        }
        let (whole, eighth) = (time(64 * 1024), time(8 * 1024))
        #expect(whole < eighth * 32 || whole < .milliseconds(100), "\(whole) against \(eighth)")
    }

    private static func threadTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
