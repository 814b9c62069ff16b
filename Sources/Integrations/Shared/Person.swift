/// Someone whom a vendor names: an account, a commit's author, a bot.
struct Person: Sendable, Hashable {
    let name: String
    let url: String?

    init(_ name: String, url: String? = nil) {
        (self.name, self.url) = (name, url)
    }

    /// For when the vendor did not say.
    static let unknown = Person("Someone")

    /// The name, linked where there is a page about them.
    var markdown: String { Markdown.link(name, url) }
}

extension Collection<Person> {
    /// `[ann](…), [bob](…) and [cid](…)`.
    var markdown: String { Wording.list(map(\.markdown)) }
}
