/// All integrations, sorted by slug, a line each.
package enum Catalog {
    package static let all: [any Integration.Type] = [
        Alertmanager.self,
        GitHub.self,
        GenericJSON.self,
        General.self,
        SlackIncoming.self,
    ]

    private static let bySlug = Dictionary(
        all.map { ($0.descriptor.slug, $0) }, uniquingKeysWith: { first, _ in first })

    package static func integration(slug: String) -> (any Integration.Type)? {
        bySlug[slug]
    }
}
