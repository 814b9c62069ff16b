/// What people need to know of a scheme before they choose it: the source of forms and documents.
public struct SchemeInfo: Sendable, Hashable {
    /// How it is called in settings, for example `signed-strict`.
    public let name: String
    /// The vendor's or the scheme's name as people write it.
    public let title: String
    /// One sentence: what is proved, and how.
    public let summary: String
    /// How its secrets are written.
    public let secretForm: SecretForm
    /// The settings it uses besides ``SchemeSetting/allowedAddresses``, which goes with all of them.
    public let settings: [SchemeSetting]
    /// The headers it reads, the signature's first.
    public let headers: [String]
    /// How old a request may be by default; nil when the scheme has no time or no bound, so that only the memory of
    /// idempotency keys stops a replay.
    public let toleranceSeconds: Int64?
    /// Whether a request proves anything about its sender.
    public let isAuthenticated: Bool

    /// All schemes, sorted by name.
    public static let all: [SchemeInfo] = SchemeEntry.all.map(\.info)

    /// - Returns: nil when there is no scheme of that name.
    public static func named(_ name: String) -> SchemeInfo? {
        SchemeEntry.named(name)?.info
    }
}
