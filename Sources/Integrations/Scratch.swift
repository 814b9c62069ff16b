package import HubCore

package enum General: Integration {
    package static let descriptor = IntegrationDescriptor(
        slug: "martlet", name: "Martlet", category: .generic, summary: "", defaultScheme: "signed", setup: [])
    package static let samples: [Sample] = []
    package static func read(_ request: WebhookRequest, _ context: ReadingContext) throws(PayloadError) -> [Occurrence]
    { [] }
}
