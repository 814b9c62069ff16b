package import HubCore
package import HubStorage
package import Logging

/// The engine: takes requests in, plans what follows, keeps it, and looks after what is kept.
package final class Hub: Sendable {
    package let store: any Store
    package let vault: Vault
    package let runtimes: WorkspaceRuntimes
    package let clock: Clock
    package let templates: TemplateRenderer
    package let logger: Logger
    package let metrics: Metrics

    let content: ContentReader
    let rates = RateLimiter()
    let notices = NoticeLimiter()
    let refusalLog = RefusalLog()
    let credentials = CredentialCache()
    let turns = RecordTurns()

    package init(
        store: any Store, vault: Vault, clock: Clock, text: TextTools, logger: Logger
    ) {
        self.store = store
        self.vault = vault
        self.clock = clock
        content = text.content
        templates = text.templates
        self.logger = logger
        runtimes = WorkspaceRuntimes(store: store, vault: vault)
        metrics = Metrics()
    }

    /// What the engine needs from the layer that may use Foundation and C libraries.
    package struct TextTools: Sendable {
        let content: ContentReader
        let templates: TemplateRenderer

        package init(content: ContentReader, templates: TemplateRenderer) {
            (self.content, self.templates) = (content, templates)
        }
    }

    /// Logs and counts an error that is deliberately not passed on.
    func ignoring(_ why: String, _ error: any Error) {
        metrics.count(.ignoredErrors)
        logger.warning("\(why)", metadata: ["error": "\((error as? StoreError)?.code ?? "\(type(of: error))")"])
    }
}
