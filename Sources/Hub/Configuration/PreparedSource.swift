package import HubCore
import HubStorage
package import Integrations
package import WebhookSignatures

/// A source with everything that its requests need, made ready once per configuration.
package final class PreparedSource: Sendable {
    package let source: Source
    package let integration: any Integration.Type
    /// Nil when the scheme cannot work as it is set up; ``problem`` says why.
    package let verifier: Verifier?
    package let problem: String?
    package let parameters: ReadingParameters
    package let redactor: Redactor
    /// When a secret expires, so that this must be made anew.
    let validUntil: Timestamp?

    /// Whether requests prove who sends them, so that what they say of themselves may be believed.
    package var isAuthenticated: Bool { source.verification.scheme != "none" }

    /// - Returns: nil when the source names an integration that this version does not have.
    init?(_ source: Source, in configuration: WorkspaceConfiguration, vault: Vault, now: Timestamp) {
        guard let integration = Catalog.integration(slug: source.integration) else { return nil }
        self.source = source
        self.integration = integration
        var parameters = ReadingParameters(
            stream: source.options.stream, topic: source.options.topic,
            filter: EventFilter(
                only: source.options.onlyEvents.map { $0.map(Glob.init) },
                exclude: source.options.excludeEvents.map(Glob.init),
                include: source.options.includeEvents.map(Glob.init)), options: source.options.integration)
        parameters.showsPayload = source.storage != .renderOnly
        self.parameters = parameters
        let opened = Self.secrets(of: source, in: configuration, vault: vault, now: now)
        validUntil = opened.validUntil
        do {
            let verifier = try Verifier(
                scheme: source.verification.scheme, settings: SchemeSettings(source.verification, opened.texts))
            self.verifier = verifier
            problem = opened.problem
            redactor = Redactor(vault: vault, parts: verifier.sensitiveParts, secrets: opened.texts)
        } catch {
            verifier = nil
            problem = opened.problem ?? "\(error)"
            redactor = Redactor(vault: vault, parts: nil, secrets: opened.texts)
        }
    }

    private struct OpenedSecrets {
        var texts: [String] = []
        var validUntil: Timestamp?
        var problem: String?
    }

    /// The source's own and, for the hub's own schemes, the workspace's.
    private static func secrets(
        of source: Source, in configuration: WorkspaceConfiguration, vault: Vault, now: Timestamp
    ) -> OpenedSecrets {
        var opened = OpenedSecrets()
        func open(_ secrets: [StoredSecret], at place: String) {
            for secret in secrets {
                if let end = secret.expiresAt {
                    guard now < end else { continue }
                    opened.validUntil = min(opened.validUntil ?? end, end)
                }
                do throws(VaultError) {
                    opened.texts.append(try vault.open(secret.secret, at: place).reveal())
                } catch {
                    opened.problem = "a secret cannot be opened (\(error.code))"
                }
            }
        }
        open(source.verification.secrets, at: SealingPlace.sourceSecret(source.id, in: source.workspace))
        if source.verification.scheme.hasPrefix("signed") {
            open(configuration.secrets, at: SealingPlace.workspaceSecret(source.workspace))
        }
        return opened
    }
}

extension SchemeSettings {
    init(_ verification: Source.Verification, _ secrets: [String]) throws(SchemeError) {
        let settings = verification.settings
        self.init(secrets: secrets)
        // 300 s is what a source starts with, not a wish: a vendor's own window then holds.
        let isOwnScheme = verification.scheme.hasPrefix("signed")
        if isOwnScheme || verification.toleranceSeconds != 300 { toleranceSeconds = verification.toleranceSeconds }
        headerPrefix = verification.headerPrefix
        header = settings["header"]?.string
        timestampHeader = settings["timestamp_header"]?.string
        parameter = settings["parameter"]?.string
        keyInPath = settings["key_in_path"]?.bool ?? false
        publicURL = settings["public_url"]?.string
        allowedAddresses = settings["allowed_addresses"]?.array?.compactMap(\.string) ?? []
        if let description = settings["signature"] { signature = try SignatureDescription(json: description.text) }
    }
}
