import ArgumentParser
import Foundation
import Hub
import HubCore
import HubHTTP
import HubStorage
import Integrations

extension SourceCommand {
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a source; prints its URL, how to set up the sender, and once the secret.")

        @Argument(help: "Part of its URL: a-z, 0-9, _ and -.") var name: String
        @Argument(help: "Whose webhooks, for example github; GET /v1/integrations lists them.") var integration: String
        @Option(help: "The signature scheme; the integration's own unless given.") var scheme: String?
        @Option(help: ArgumentHelp("A file with a secret that the sender gave. Repeatable.", valueName: "file"))
        var secretFile: [String] = []
        @Option(help: ArgumentHelp("An environment variable that holds the secret. Repeatable.", valueName: "name"))
        var secretEnv: [String] = []
        @Option(help: "full, metadata or render_only.") var storage = "full"
        @Option(help: "Name, number or id of the stream for its messages.") var stream: String?
        @Option(
            name: .customLong("option"),
            help: ArgumentHelp("An option as the API names it; lists by comma. Repeatable.", valueName: "name=value"))
        var options: [String] = []
        @Option(
            name: .customLong("setting"),
            help: ArgumentHelp("A setting of the scheme as the API names it. Repeatable.", valueName: "name=value"))
        var settings: [String] = []
        @OptionGroup var common: WorkspaceOptions

        func run() async throws {
            let request = try document()
            try await common.run { session in
                let made = try await session.hub.makeSource(
                    try NewSource(document: request), in: session.workspace, by: Session.actor)
                let document = made.source.document(publicBase: session.publicBase)
                session.show(
                    made.secrets.first.map { document.adding(once: "secret", $0) } ?? document,
                    Self.words(made.source, made.secrets.first, session.publicBase))
                if let name = made.source.options.stream,
                    try await session.configuration().stream(matching: name) == nil
                {
                    Output.note(
                        """
                        Warning: there is no stream "\(Table.harmless(name))", so its messages go to an admin directly. \
                        Make it: martlet stream create NAME
                        """)
                }
            }
        }

        private func document() throws -> JSON {
            var verification = try SourceRequest.members(settings)
            verification["scheme"] = scheme.map(JSON.string)
            let secrets: [JSON] =
                try secretFile.map { .string(try SourceRequest.secret(in: $0)) }
                + secretEnv.map { ["env": .string($0)] }
            if !secrets.isEmpty { verification["secrets"] = .array(secrets) }
            var options = try SourceRequest.members(options)
            if let stream { options["stream"] = .string(stream) }
            return [
                "name": .string(name), "integration": .string(integration), "verification": .object(verification),
                "storage": .string(storage), "options": .object(options),
            ]
        }

        private static func words(_ source: Source, _ secret: Secret<String>?, _ base: String) -> String {
            let url = base + source.urlPath
            var lines = ["Made the source \(source.name).", "", "URL     \(url)"]
            if let secret { lines.append("Secret  \(secret.reveal())   (shown once)") }
            if source.verification.scheme == "none" {
                lines.append("Its requests prove nothing: anyone who knows the URL can send.")
            }
            let steps = Catalog.integration(slug: source.integration)?.descriptor.setup ?? []
            if !steps.isEmpty { lines.append("") }
            for (number, step) in steps.enumerated() {
                lines.append("\(number + 1). \(step.text)")
                guard let code = step.code else { continue }
                // The secret stands above, once.
                lines.append("      " + code.replacing("{url}", with: url).replacing("{secret}", with: "(the secret)"))
            }
            return lines.joined(separator: "\n")
        }
    }
}

/// Options of the command line as the document that the API takes.
enum SourceRequest {
    private static let lists: Set = [
        "only_events", "exclude_events", "include_events", "allowed_conversations", "allowed_addresses",
    ]
    private static let numbers: Set = [
        "max_body_bytes", "rate_per_minute", "tolerance_seconds", "idempotency_ttl_seconds",
    ]

    /// `name=value`, each value in the form that its name calls for.
    static func members(_ texts: [String]) throws -> JSON.Object {
        var object = JSON.Object()
        for text in texts {
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                throw ValidationError("\"\(text)\" must be written name=value")
            }
            let name = String(text[..<equals])
            let value = String(text[text.index(after: equals)...])
            switch name {
            case _ where lists.contains(name):
                object[name] = .array(value.split(separator: ",").map { .string($0.trimmed()) })
            case _ where numbers.contains(name):
                object[name] = Int64(value).map { JSON($0) } ?? .string(value)
            case "key_in_path": object[name] = Bool(value).map(JSON.bool) ?? .string(value)
            case "signature":
                guard let description = try? JSON.parse(value) else {
                    throw ValidationError("signature must be a description in JSON")
                }
                object[name] = description
            default: object[name] = .string(value)
            }
        }
        return object
    }

    /// A secret never stands on the command line, where other users of the machine could read it.
    static func secret(in path: String) throws -> String {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandError("\(path) cannot be read.")
        }
        // "\r\n" is one character.
        return text.last?.isNewline == true ? String(text.dropLast()) : text
    }
}
