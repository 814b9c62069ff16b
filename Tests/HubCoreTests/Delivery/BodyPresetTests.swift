import Testing

@testable import HubCore

/// What chat systems get.
@Suite struct BodyPresetTests {
    private static let time = Timestamp(seconds: 1_795_248_000)
    private static let hostile =
        "@everyone @here @channel @all <!here> <!channel> <@U1> <#C1> <at>Ada</at> **b** _i_ ~s~ `c` ``` [x](https://evil.example) \\ # h"

    private static func body(_ preset: BodyPreset, _ type: String, _ data: JSON) -> JSON {
        preset.body(type: type, data: data, timestamp: time)
    }

    /// The same shape with another text in every place.
    private static func replacing(_ json: JSON, with text: String) -> JSON {
        switch json {
        case .string: .string(text)
        case .array(let elements): .array(elements.map { replacing($0, with: text) })
        case .object(let object): .object(.init(object.members.map { ($0.key, replacing($0.value, with: text)) }))
        default: json
        }
    }

    private static func strings(_ json: JSON) -> [String] {
        switch json {
        case .string(let text): [text]
        case .array(let elements): elements.flatMap(strings)
        case .object(let object): object.members.flatMap { strings($0.value) }
        default: []
        }
    }

    // MARK: Words

    static let sentences: [(BuiltInEventType, String)] = [
        (.ticketCreated, "New ticket #1042: Invoice 2026-311 is missing a page"),
        (.ticketUpdated, "Ticket updated: #1042: Invoice 2026-311 is missing a page"),
        (.ticketResolved, "Ticket resolved: #1042: Invoice 2026-311 is missing a page"),
        (.ticketReopened, "Ticket open again: #1042: Invoice 2026-311 is missing a page"),
        (.ticketClosed, "Ticket closed: #1042: Invoice 2026-311 is missing a page"),
        (.ticketDeleted, "Ticket deleted: #1042: Invoice 2026-311 is missing a page"),
        (.ticketMessageCreated, "New message on ticket #1042: Invoice 2026-311 is missing a page"),
        (.ticketMessageStatus, "Reply delivered on ticket #1042: Invoice 2026-311 is missing a page"),
        (.surveyResponseCompleted, "Ada Byron answered the survey After support"),
        (.approvalRequested, "Decision needed: Deploy 4.2.0 to production?"),
        (.approvalDecided, "Decided: Deploy 4.2.0 to production? Approve"),
        (.approvalExpired, "Nobody decided in time: Deploy 4.2.0 to production?"),
        (.approvalCancelled, "Taken back: Deploy 4.2.0 to production?"),
        (.conversationCreated, "New conversation: incidents"),
        (.conversationArchived, "Conversation archived: incidents"),
        (.messageCreated, "incidents › db-7 slow"),
        (.messageButtonClicked, "Grace Murray pressed “I have it”"),
        (.transcriptIngested, "AI conversation stored: Refund policy"),
        (.sourceEventReceived, "octo pushed 2 commits to main"),
        (.endpointDisabled, "Webhook endpoint disabled: Billing"),
        (.endpointRecovered, "Webhook endpoint works again: Billing"),
        (.deliveryExhausted, "Webhook not delivered: ticket.created to Billing"),
    ]

    @Test func `each type of ours has its own sentence`() {
        #expect(Self.sentences.map(\.0) == BuiltInEventType.allCases)
        for (type, sentence) in Self.sentences {
            #expect(EventDigest(type: type.rawValue, data: type.sample).title == sentence)
        }
    }

    @Test func `an update tells what changed, from what to what`() {
        let digest = EventDigest(type: "ticket.updated", data: BuiltInEventType.ticketUpdated.sample)
        #expect(
            digest.facts == [
                .init(label: "By", value: "Grace Murray"),
                .init(label: "Assignee", value: "none → Grace Murray (grace@example.org)"),
                .init(label: "Priority", value: "high → urgent"),
            ])
    }

    @Test func `a failure is told in words, and who decided what`() {
        let exhausted = EventDigest(type: "delivery.exhausted", data: BuiltInEventType.deliveryExhausted.sample)
        #expect(exhausted.facts.contains(.init(label: "Last error", value: "The receiver failed.")))
        #expect(exhausted.tone == .bad)
        let decided = EventDigest(type: "approval.decided", data: BuiltInEventType.approvalDecided.sample)
        #expect(decided.facts.contains(.init(label: "Grace Murray", value: "Approve (Checked with QA.)")))
    }

    @Test(arguments: BuiltInEventType.allCases)
    func `a type of ours without the data for its sentence is told as any other`(_ type: BuiltInEventType) {
        let digest = EventDigest(type: type.rawValue, data: ["x": 1])
        #expect(digest.title == type.rawValue)
        #expect(digest.text == .code("{\n  \"x\": 1\n}"))
    }

    @Test func `raw text is told as it is, nothing as nothing`() {
        #expect(EventDigest(type: "a.b", data: "line").text == .plain("line"))
        #expect(EventDigest(type: "a.b", data: [:]).text == nil)
    }

    @Test(arguments: [
        (#"{"url": "https://x.example/1?a=b&c=d"}"#, "https://x.example/1?a=b&c=d"),
        (#"{"order": {"id": 1, "html_url": "http://x.example/"}}"#, "http://x.example/"),
        (#"{"url": "javascript:alert(1)"}"#, nil), (#"{"url": "https://x.example/>|<!here>"}"#, nil),
        (#"{"url": 7}"#, nil), (#"[]"#, nil),
    ])
    func `a link is shown when it is one`(_ data: String, _ link: String?) throws {
        #expect(EventDigest(type: "a.b", data: try JSON.parse(data)).link == link)
    }

    // MARK: Shapes

    @Test func `slack gets text for the notification and blocks`() throws {
        let body = Self.body(.slack, "order.paid", ["order": ["id": 7, "url": "https://shop.example/7?a=1&b=2"]])
        #expect(body["text"] == "order.paid")
        let blocks = try #require(body["blocks"]?.array)
        #expect(blocks[0]["text"]?["text"] == "<https://shop.example/7?a=1&amp;b=2|*order.paid*>")
        #expect(blocks[1]["text"]?["text"]?.string?.hasPrefix("```\n{\n  \"order\": {") == true)
        #expect(
            blocks[2]["elements"]?.array?[0]["text"]
                == "order.paid · <!date^1795248000^{date_short_pretty} {time}|2026-11-21T08:00:00.000Z>")
    }

    @Test func `slack gets Markdown in its own dialect`() throws {
        let data: JSON = [
            "message": [
                "stream": "s", "body": "# Head\n**bold** and [a & b](https://x.example/?a=1&b=2) <!here> ~~gone~~ *i*",
            ]
        ]
        let blocks = try #require(Self.body(.slack, "message.created", data)["blocks"]?.array)
        #expect(
            blocks[1]["text"]?["text"]
                == "*Head*\n*bold* and <https://x.example/?a=1&amp;b=2|a &amp; b> &lt;!here&gt; ~gone~ *i*")
    }

    @Test func `discord gets one embed that calls nobody`() throws {
        let body = Self.body(.discord, "ticket.created", BuiltInEventType.ticketCreated.sample)
        #expect(body["allowed_mentions"] == ["parse": []])
        let embed = try #require(body["embeds"]?.array?.first)
        #expect(embed["title"] == "New ticket #1042: Invoice 2026-311 is missing a page")
        #expect(embed["footer"] == ["text": "ticket.created"])
        #expect(
            embed["fields"]?.array?.first
                == ["name": "From", "value": "Ada Byron (ada@customer.example)", "inline": true])
    }

    @Test func `teams gets an adaptive card as a workflow takes it`() throws {
        let body = Self.body(.teams, "order.paid", ["url": "https://shop.example/7"])
        #expect(body["type"] == "message")
        let attachment = try #require(body["attachments"]?.array?.first)
        #expect(attachment["contentType"] == "application/vnd.microsoft.card.adaptive")
        let card = try #require(attachment["content"])
        #expect(card["type"] == "AdaptiveCard")
        #expect(card["body"]?.array?.first?["inlines"]?.array?.first?["text"] == "order.paid")
        #expect(card["actions"]?.array?.first?["url"] == "https://shop.example/7")
    }

    @Test func `mattermost gets Markdown and a name`() {
        let body = Self.body(.mattermost, "approval.requested", BuiltInEventType.approvalRequested.sample)
        #expect(body["username"] == "Martlet")
        #expect(
            body["text"] == """
                **Decision needed: Deploy 4.2.0 to production?**

                Pipeline **1881**, 14 commits since 4.1.9.

                - **Choices:** Approve, Reject
                - **Until:** 2026-11-21T09:30:00.000Z
                - **Asked by:** ci
                """)
    }

    // MARK: Texts of others

    @Test(arguments: BodyPreset.allCases, BuiltInEventType.allCases.map(\.rawValue) + ["custom.type"])
    func `nothing in an event calls anybody`(_ preset: BodyPreset, _ type: String) {
        let sample = BuiltInEventType(rawValue: type)?.sample ?? ["a": ["b": "c"]]
        let texts = Self.strings(Self.body(preset, type, Self.replacing(sample, with: Self.hostile)))
        #expect(texts.contains { $0.contains("everyone") })
        for text in texts {
            for call in ["@everyone", "@here", "@channel", "@all", "<@U1>", "<#C1>", "<at>"] {
                #expect(!text.contains(call), "\(preset): \(text)")
            }
            // Slack's own date is the only thing that begins so.
            #expect(!text.replacing("<!date^", with: "").contains("<!"), "\(preset): \(text)")
        }
    }

    @Test func `words of others are no markup, and mail addresses stay whole`() throws {
        let data: JSON = ["ticket": ["subject": "**a** [b](https://evil.example) <i> me@x.example", "number": 1]]
        let title = #"New ticket #1: \*\*a\*\* \[b\](https://evil.example) "#
        let mattermost = try #require(Self.body(.mattermost, "ticket.created", data)["text"]?.string)
        #expect(mattermost == "**\(title)<i> me@x.example**")
        let discord = Self.body(.discord, "ticket.created", data)["embeds"]?.array?.first?["title"]
        #expect(discord == .string(title + "<i> me@x.example"))
    }

    @Test func `a block of code cannot be left`() throws {
        for preset in [BodyPreset.slack, .discord, .mattermost] {
            let texts = Self.strings(Self.body(preset, "a.b", ["x": "``` *out*"]))
            let code = try #require(texts.first { $0.contains("```\n{") })
            #expect(code.components(of: "```") == 2, "\(preset)")
        }
    }

    @Test(
        arguments: [BuiltInEventType.allCases.map(\.rawValue) + ["custom.type"]], ["x", "\"", "🔥", "<", "*", "\u{1}"])
    func `what is long is cut to what each system takes`(_ types: [String], _ letter: String) throws {
        for type in types {
            let sample = BuiltInEventType(rawValue: type)?.sample ?? ["a": ["b": "c"]]
            let data = Self.replacing(sample, with: String(repeating: letter, count: 10_000))
            try expectLimits(type, data)
        }
    }

    @Test func `what is much is cut too`() throws {
        let many = JSON.array((0..<2000).map { ["label": "Question \($0)", "value": .string("Answer \($0)")] })
        try expectLimits("survey.response.completed", ["response": ["survey": ["name": "s"], "answers": many]])
    }

    private func expectLimits(_ type: String, _ data: JSON) throws {
        let slack = Self.body(.slack, type, data)
        #expect((slack["text"]?.string?.utf16.count ?? 0) <= 40_000)
        let blocks = try #require(slack["blocks"]?.array)
        #expect(blocks.count <= 50)
        for block in blocks {
            #expect((block["text"]?["text"]?.string?.utf16.count ?? 0) <= 3000)
            #expect((block["fields"]?.array?.count ?? 0) <= 10)
            for field in block["fields"]?.array ?? [] { #expect((field["text"]?.string?.utf16.count ?? 0) <= 2000) }
        }
        let embed = try #require(Self.body(.discord, type, data)["embeds"]?.array?.first)
        let fields = embed["fields"]?.array ?? []
        #expect(fields.count <= 25)
        #expect((embed["title"]?.string?.utf16.count ?? 0) <= 256)
        #expect((embed["description"]?.string?.utf16.count ?? 0) <= 4096)
        let counted =
            ["title", "description"].compactMap { embed[$0]?.string } + [embed["footer"]?["text"]?.string ?? ""]
            + fields.flatMap { [$0["name"]?.string ?? "", $0["value"]?.string ?? ""] }
        #expect(counted.reduce(0) { $0 + $1.utf16.count } <= 6000)
        #expect(Self.body(.teams, type, data).bytes.count <= 28 * 1024)
        #expect((Self.body(.mattermost, type, data)["text"]?.string?.utf16.count ?? 0) <= 16_383)
    }

    @Test(arguments: [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("a<<", 5, "a…"), ("🔥🔥", 3, "🔥…"), ("", 3, "")])
    func `a text is cut between characters, never within an escape`(_ text: String, _ limit: Int, _ cut: String) {
        let markup = ChatMarkup(
            plain: { character, _ in character == "<" ? "&lt;" : String(character) }, verbatim: { "\($0)\($1)" })
        #expect(markup.plain(text, limit: limit) == cut)
    }
}

extension String {
    fileprivate func components(of text: String) -> Int {
        self.ranges(of: text).count
    }
}
