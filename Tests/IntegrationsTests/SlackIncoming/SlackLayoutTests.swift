import HubCore
import Integrations
import Testing

/// What the parts of a message become, where they stand.
@Suite("Slack layout")
struct SlackLayoutTests {
    private func body(_ message: String) throws -> String {
        let reading = try SlackIncoming.interpret(
            Sample("message", body: message).request(), ReadingParameters(), templates: .fake)
        guard case .message(let draft) = reading.findings[0].meaning else { return "none" }
        return draft.body
    }

    private func body(ofBlock block: String) throws -> String {
        try body("{\"blocks\":[\(block)]}")
    }

    private func body(ofRuns runs: String) throws -> String {
        try body(
            ofBlock: "{\"type\":\"rich_text\",\"elements\":[{\"type\":\"rich_text_section\",\"elements\":[\(runs)]}]}")
    }

    @Test(arguments: [
        (#"{"text":"```cut","attachments":[{"text":"*a*"}]}"#, "\\`\\`\\`cut\n\n**a**"),
        (#"{"text":"*a* <https://e.com|*b*> &lt;","mrkdwn":false}"#, "\\*a\\* [\\*b\\*](https://e.com) <"),
        (#"{"text":"```a```","icon_emoji":":fire:"}"#, ":fire:\n\n```\na\n```"),
        (#"{"text":"> a","icon_emoji":":fire:"}"#, ":fire:\n\n> a"),
        (#"{"text":"a","icon_emoji":":white_check_mark:"}"#, ":white_check_mark: a"),
    ])
    func `a text stands by itself`(_ message: String, _ expected: String) throws {
        #expect(try body(message) == expected)
    }

    @Test(arguments: [
        (#"{"fields":[{"title":"Log","value":"```a\nb```"}]}"#, "* **Log**:\n  ```\n  a\n  b\n  ```"),
        (#"{"fields":[{"title":"Log:","value":"- a\n- b"}]}"#, "* **Log:**\n  - a\n  - b"),
        (#"{"fields":[{"title":"path_to_*","value":"a"}]}"#, "* **path_to\\_\\***: a"),
        (#"{"title":"<https://u.com|t> *x*","title_link":"https://e.com"}"#, "**[t **x**](https://e.com)**"),
        (#"{"title":"<https://u.com|t>"}"#, "**[t](https://u.com)**"), (##"{"author_name":"# x"}"##, "\\# x"),
        (#"{"text":"a","ts":1655945306.5}"#, "a\n\n2022-06-23T00:48:26Z"),
        (#"{"text":"a","ts":"1655945306.123"}"#, "a\n\n2022-06-23T00:48:26Z"), (#"{"text":"a","ts":"soon"}"#, "a"),
        (#"{"text":"a","ts":1e300}"#, "a"),
    ])
    func `the parts of an attachment`(_ attachment: String, _ expected: String) throws {
        #expect(try body("{\"attachments\":[\(attachment)]}") == expected)
    }

    @Test(arguments: [
        (##"{"type":"section","text":{"type":"plain_text","text":"# x\n1. *y*"}}"##, "\\# x\n1\\. \\*y\\*"),
        (#"{"type":"header","text":{"type":"plain_text","text":"a *b*\nc!"}}"#, "**a \\*b\\* c!**"),
        (#"{"type":"markdown","text":"a\n~~~~\nb\n~~~\n"}"#, "a\n~~~~\nb\n~~~\n\n~~~~"),
        (#"{"type":"markdown","text":"```\nb\n```\n```a`"}"#, "```\nb\n```\n```a`"),
        (#"{"type":"context","elements":[{"type":"mrkdwn","text":"a"},{"type":"mrkdwn","text":"> b"}]}"#, "a\n\n> b"),
        (
            #"""
            {"type":"actions","elements":[{"type":"overflow","options":[
             {"text":{"type":"plain_text","text":"One"},"url":"https://e.com/1"},{"text":{"text":"No"},"value":"x"},
             {"text":{"type":"plain_text","text":"Two"},"url":"https://e.com/2"}]}]}
            """#, "[One](https://e.com/1) | [Two](https://e.com/2)"
        ),
        (
            #"""
            {"type":"table","column_settings":[null,{"align":"right"}],"rows":[
             [{"type":"raw_text","text":"H|1"},{"type":"raw_text","text":"H\n2"}],
             [{"type":"raw_text","text":"*a*"},{"type":"rich_text","elements":[{"type":"rich_text_section",
              "elements":[{"type":"text","text":"b","style":{"bold":true}}]}]},{"type":"raw_text","text":"c"}],
             [{"type":"raw_text","text":"d"}]]}
            """#, "| H\\|1 | H 2 |  |\n| --- | --: | --- |\n| \\*a\\* | **b** | c |\n| d |"
        ),
    ])
    func `the kinds of blocks`(_ block: String, _ expected: String) throws {
        #expect(try body(ofBlock: block) == expected)
    }

    @Test(arguments: [
        (#"{"type":"text","text":"Status:","style":{"bold":true}},{"type":"text","text":"ok"}"#, "**Status**:ok"),
        (#"{"type":"text","text":"a"},{"type":"text","text":"\"b\"","style":{"italic":true}}"#, "a\"*b\"*"),
        (
            #"{"type":"text","text":"a","style":{"bold":true}},{"type":"text","text":"b","style":{"bold":true}}"#,
            "**ab**"
        ),
        (##"{"type":"text","text":"# a\n1. b"}"##, "\\# a\n1\\. b"),
        (#"{"type":"text","text":"*a"},{"type":"emoji","name":"b"}"#, "\\*a:b:"),
        (#"{"type":"text","text":"a!"},{"type":"link","url":"https://e.com","text":"b"}"#, "a\\![b](https://e.com)"),
        (#"{"type":"text","text":"- - -","style":{"bold":true}},{"type":"text","text":"b"}"#, "\\- - -b"),
    ])
    func `styles and signs in rich text`(_ runs: String, _ expected: String) throws {
        #expect(try body(ofRuns: runs) == expected)
    }

    @Test func `the levels of lists are never deeper than one below the one before`() throws {
        func list(_ indent: Int, _ text: String, _ more: String = "") -> String {
            "{\"type\":\"rich_text_list\",\"indent\":\(indent)\(more),\"elements\":[{\"type\":\"rich_text_section\","
                + "\"elements\":[{\"type\":\"text\",\"text\":\"\(text)\"}]}]}"
        }
        let lists = [list(3, "a"), list(5, "b\\nc"), list(0, "d", ",\"style\":\"ordered\",\"offset\":2")]
        let block = "{\"type\":\"rich_text\",\"elements\":[\(lists.joined(separator: ","))]}"
        #expect(try body(ofBlock: block) == "* a\n    * b\n        c\n3. d")
    }

    @Test func `a great many lists and runs are joined in time`() throws {
        let run = #"{"type":"text","text":"a"}"#
        let list = "{\"type\":\"rich_text_list\",\"elements\":[{\"elements\":[\(run)]}]}"
        let lists = [String](repeating: list, count: 5000).joined(separator: ",")
        #expect(try body(ofBlock: "{\"type\":\"rich_text\",\"elements\":[\(lists)]}").utf8.count > 10_000)
        #expect(try body(ofRuns: [String](repeating: run, count: 20_000).joined(separator: ",")).utf8.count > 9_000)
    }
}
