/// All integrations, sorted by slug, a line each.
package enum Catalog {
    package static let all: [any Integration.Type] = []

    private static let bySlug = Dictionary(
        all.map { ($0.descriptor.slug, $0) }, uniquingKeysWith: { first, _ in first })

    package static func integration(slug: String) -> (any Integration.Type)? {
        bySlug[slug]
    }
}
