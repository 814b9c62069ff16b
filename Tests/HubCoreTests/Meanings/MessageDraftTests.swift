import HubCore
import Testing

@Suite("Message drafts")
struct MessageDraftTests {
    private func truncated(_ topic: String, _ body: String = "text") -> MessageDraft {
        MessageDraft(topic: topic, body: body).truncated()
    }

    @Test(arguments: ["a", "é", "語", "😀"])
    func `topics and bodies end within their characters`(_ character: String) {
        let draft = truncated(String(repeating: character, count: 80), String(repeating: character, count: 20_000))
        #expect(draft.topic == String(repeating: character, count: 57) + "...")
        #expect(draft.body.count == MessageDraft.bodyLimit)
        #expect(draft.body.hasSuffix(character + "\n[message truncated]"))
        let whole = truncated(String(repeating: character, count: 60), String(repeating: character, count: 10_000))
        #expect(whole.topic.count == 60 && whole.body.count == 10_000)
    }

    @Test(.timeLimit(.minutes(1)))
    func `one character of many bytes is cut as well`() {
        let character = "a" + String(repeating: "\u{301}", count: 480_000)
        let draft = truncated(character, character)
        #expect(draft.topic.utf8.count <= 240 && draft.topic.hasSuffix("..."))
        #expect(draft.body.utf8.count <= 40_000 && draft.body.hasSuffix("[message truncated]"))
    }

    @Test(arguments: [
        ("#a\nb", "#a b"), ("a\r\nb\tc", "a b c"), ("\n a \u{2028}", "a"), ("a\u{0}b\u{7}", "ab"), ("a  b", "a  b"),
        ("a\u{202E}b\u{2066}c\u{2069}", "abc"), ("שלום\u{200F}!", "שלום\u{200F}!"),
    ])
    func `a topic is one line, and turns nothing around`(_ topic: String, _ expected: String) {
        #expect(truncated(topic).topic == expected)
    }
}
