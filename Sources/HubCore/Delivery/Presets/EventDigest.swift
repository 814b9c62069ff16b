/// An event as people read it, before any chat system's markup.
struct EventDigest: Sendable, Hashable {
    enum Text: Sendable, Hashable {
        /// Somebody's words; nothing in it is markup.
        case plain(String)
        case markdown(String)
        /// Shown in one width, line by line.
        case code(String)
    }

    enum Tone: Sendable, Hashable {
        case neutral, good, warning, bad
    }

    struct Fact: Sendable, Hashable {
        let label: String
        let value: String
    }

    /// One sentence; nothing in it is markup.
    var title: String
    var text: Text?
    /// What else is worth knowing, the most important first.
    var facts: [Fact] = []
    var tone = Tone.neutral
    /// Where it can be looked at: `http` or `https`.
    var link: String?

    /// Adds what is there.
    mutating func add(_ label: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        facts.append(Fact(label: label, value: value))
    }

    /// Of data that are shown as they came, in bytes: no chat system takes more.
    private static let dataLimit = 40_000

    /// A type of ours is told in its own words where its data have the shape for that; any other as what it is.
    init(type: String, data: JSON) {
        if let told = BuiltInEventType(rawValue: type).flatMap({ EventDigest(telling: $0, data) }) {
            self = told
        } else {
            title = type
            text = data.string.map(Text.plain) ?? .code(data.prettyText(upTo: Self.dataLimit).text)
            if case .object(let object) = data, object.isEmpty { text = nil }
        }
        link = Self.link(in: data)
    }

    init(_ title: String, tone: Tone = .neutral) {
        self.title = title
        self.tone = tone
    }

    /// A link of the event itself, or of the one thing that it is about.
    private static func link(in data: JSON) -> String? {
        let first = data.object?.members.first?.value
        for place in [data, first] {
            for name in ["html_url", "url", "link"] {
                if let link = place?[name]?.string, isLink(link) { return link }
            }
        }
        return nil
    }

    /// Nothing that could end a link in any markup.
    private static func isLink(_ text: String) -> Bool {
        (text.hasPrefix("https://") || text.hasPrefix("http://")) && text.utf8.count <= 2000
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !#"<>()[]|"\`"#.utf8.contains($0) }
    }
}
