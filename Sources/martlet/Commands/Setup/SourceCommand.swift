import ArgumentParser
import Foundation
import Hub
import HubCore
import HubHTTP
import HubStorage
import Integrations

struct SourceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "source", abstract: "Places that webhooks arrive at.",
        subcommands: [
            List.self, Show.self, Create.self, RotateSecret.self, Disable.self, Enable.self, Delete.self, Test.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List sources.")

        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let sources = try await session.configuration().sources
                let rows = sources.map { source in
                    [
                        source.name, source.integration, source.verification.scheme, source.options.stream ?? "",
                        source.storage.rawValue, source.isDisabled ? "disabled" : "", source.urlPath,
                    ]
                }
                session.show(
                    sources.map { $0.document(publicBase: session.publicBase) },
                    Table(
                        columns: ["name", "integration", "scheme", "stream", "storage", "state", "url path"], rows: rows
                    ))
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show all of a source but its secrets.")

        @Argument(help: "Name or id.") var source: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let document = try await session.source(source).document(publicBase: session.publicBase)
                session.show(document, document.prettyText)
            }
        }
    }

    struct RotateSecret: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give a source a new secret; it is shown once.")

        @Argument(help: "Name or id.") var source: String
        @Option(help: ArgumentHelp("A file with the secret; one is made unless given.", valueName: "file"))
        var secretFile: String?
        @OptionGroup var overlap: OverlapOption
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let source = try await session.source(source)
                let given = try secretFile.map { NewSource.GivenSecret.text(Secret(try SourceRequest.secret(in: $0))) }
                let secret = try await session.hub.rotateSecret(
                    of: source.id, to: given, overlap: overlap.duration, in: session.workspace, by: Session.actor)
                let document: JSON = ["id": .string("\(source.id)")]
                session.show(
                    secret.map { document.adding(once: "secret", $0) } ?? document,
                    secret.map { "The new secret of \(source.name) (shown once): \($0.reveal())" }
                        ?? "\(source.name) has its new secret.")
            }
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Answer a source's requests with 410.")

        @Argument(help: "Name or id.") var source: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { try await set(source, isDisabled: true, $0) }
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a source's requests again.")

        @Argument(help: "Name or id.") var source: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { try await set(source, isDisabled: false, $0) }
        }
    }

    private static func set(_ name: String, isDisabled: Bool, _ session: Session) async throws {
        let source = try await session.source(name)
        try await session.hub.update(source: source.id, in: session.workspace, by: Session.actor) {
            source throws(SetupError) in source.isDisabled = isDisabled
        }
        session.show(
            try await session.source("\(source.id)").document(publicBase: session.publicBase),
            "\(source.name) is \(isDisabled ? "disabled" : "enabled").")
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Delete a source; what it received stays.")

        @Argument(help: "Name or id.") var source: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let source = try await session.source(source)
                try await session.hub.deleteSource(source.id, in: session.workspace, by: Session.actor)
                session.show(["id": .string("\(source.id)"), "deleted": true], "Deleted \(source.name).")
            }
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a sample in at a source's door, and say what would follow; nothing is stored.",
            discussion: "Exit code 1 when the source would refuse it.")

        @Argument(help: "Name or id.") var source: String
        @Option(help: "Which sample of its integration, by the event's type; the first unless given.")
        var sample: String?
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let source = try await session.source(source)
                let samples = Catalog.integration(slug: source.integration)?.samples ?? []
                guard let sample = samples.first(where: { sample == nil || $0.name == sample }) else {
                    throw CommandError(
                        "Its integration has the samples \(samples.map(\.name).joined(separator: ", ")).")
                }
                switch try await session.hub.tryOut(source, with: sample) {
                case .refused(let refusal):
                    session.show(
                        [
                            "sample": .string(sample.name), "status": "refused", "error": .string(refusal.code),
                            "detail": .string(refusal.detail),
                        ],
                        "✗ \(sample.name) would be refused: \(refusal.detail)")
                    throw ExitCode(1)
                case .duplicate:
                    preconditionFailure("a dry run claims nothing")
                case .accepted(let acceptance):
                    let effects = acceptance.effects
                    session.show(
                        [
                            "sample": .string(sample.name), "status": "accepted",
                            "effects": .array(effects.map(JSON.string)),
                        ],
                        (["✓ \(sample.name) would be accepted"] + effects.map { "  → \($0)" }).joined(separator: "\n"))
                }
            }
        }
    }
}
