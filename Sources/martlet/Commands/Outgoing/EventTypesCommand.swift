import ArgumentParser
import Hub
import HubCore
import HubHTTP
import HubStorage

struct EventTypesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "event-types", abstract: "The catalogue of events that go out.",
        subcommands: [List.self, Describe.self, Delete.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List your own types and the hub's.")

        @Flag(help: "Only your own.") var own = false
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let types = try await session.configuration().eventTypes.values.sorted { $0.name < $1.name }
                let entries = (own ? [] : CatalogueEntry.builtIn) + types.map(CatalogueEntry.init)
                let rows = entries.map { entry in
                    [entry.name, entry.isBuiltIn ? "the hub's" : "", entry.remark ?? "", entry.summary]
                }
                session.show(
                    entries.map(\.document), Table(columns: ["type", "", "", "summary"], rows: rows))
            }
        }
    }

    struct Describe: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a type of your own into the catalogue, or change it; what is not given stays.")

        @Argument(help: "The type.") var type: String
        @Option(help: "What it tells, in a sentence.") var summary: String?
        @Option(
            help: ArgumentHelp(
                "JSON Schema of its data, or @file; what does not fit is not published. 'null' for none.",
                valueName: "json"))
        var schema: String?
        @Option(help: ArgumentHelp("A plausible data, or @file: what tests send.", valueName: "json"))
        var sample: String?
        @Flag(inversion: .prefixedNo, help: "Tell receivers not to build on it any more.") var deprecated: Bool?
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            var members = JSON.Object()
            members["summary"] = summary.map(JSON.string)
            members["schema"] = try schema.map { try GivenText.json($0, of: "--schema") }
            members["sample"] = try sample.map { try GivenText.json($0, of: "--sample") }
            members["deprecated"] = deprecated.map(JSON.bool)
            let document = JSON.object(members)
            try EventType.check(change: document)
            try await options.run { session in
                let described = try await session.hub.describe(
                    eventType: type, in: session.workspace, by: Session.actor
                ) { type throws(SetupError) in try type.apply(document) }
                session.show(CatalogueEntry(described).document, "\(described.name) stands in the catalogue.")
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a type out of the catalogue; it can still be published.")

        @Argument(help: "The type.") var type: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                try await session.hub.delete(eventType: type, in: session.workspace, by: Session.actor)
                session.show(["name": .string(type), "deleted": true], "Deleted \(type).")
            }
        }
    }
}
