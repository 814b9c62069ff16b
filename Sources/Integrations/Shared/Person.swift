import HubCore

/// Someone whom a vendor names: an account, a commit's author, a bot.
struct Person: Sendable, Hashable {
    let name: String
    let url: String?

    init(_ name: String, url: String? = nil) {
        self.name = name.utf8.count > Self.nameLimit ? name.prefix(bytes: Self.nameLimit) + "…" : name
        self.url = url
    }

    /// In bytes; what is longer is no name that people would know someone by.
    private static let nameLimit = 200

    /// For when the vendor did not say.
    static let unknown = Person("Someone")

    /// The name, linked where there is a page about them.
    var markdown: String { Markdown.link(name, url) }
}

extension Collection<Person> {
    /// `[ann](…), [bob](…) and [cid](…)`.
    var markdown: String { Wording.list(map(\.markdown)) }
}
