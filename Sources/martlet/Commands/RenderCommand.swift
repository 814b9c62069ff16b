import ArgumentParser
import Foundation
import HubCore
import HubText
import Integrations

/// `martlet render`: shows what people would read of a request; nothing is stored or sent.
struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Show the message that a webhook becomes.",
        discussion: """
            Reads a payload from a file (- for standard input) or one of the integration's own samples, and prints \
            topic and text. Headers are taken from a file beside the payload with the ending .headers, one \
            'name: value' a line, and from --header. Exit code 0: told or ignored, 1: not readable, 2: an option is \
            wrong.

            With --batch, reads one request per line from standard input, a JSON object with id, integration, method, \
            headers, query, content_type and body_base64, and answers each at once with \
            {"id","status","messages":[{"topic","body"}],"reason"}; the exit code is 0 whatever the answers are.
            """)

    @Argument(help: "The integration, for example github.")
    var integration: String?

    @Argument(help: ArgumentHelp("The file with the payload, - for standard input.", valueName: "file"))
    var payload: String?

    @Option(
        name: .customLong("header"),
        help: ArgumentHelp("A header of the request. Repeatable.", valueName: "name: value"))
    var headers: [String] = []

    @Option(help: ArgumentHelp("What follows ? in the URL.", valueName: "name=value&…"))
    var query: String?

    @Option(help: ArgumentHelp("Render a sample of the integration instead of a file.", valueName: "name"))
    var sample: String?

    @Flag(help: "Print the names of the integration's samples.")
    var samples = false

    @Flag(help: "Print the answer as JSON.")
    var json = false

    @Flag(help: "Read JSON lines from standard input and answer each with a line.")
    var batch = false

    func run() throws {
        let templates = MustacheTemplates().renderer
        if batch {
            return Self.answerLines(RenderBatch(contents: XMLReader.contentReader, templates: templates))
        }
        let rendering: Rendering
        do {
            guard let slug = integration else { throw RenderFault("an integration or --batch must be given") }
            guard let known = Catalog.integration(slug: slug) else {
                let slugs = Catalog.all.map { $0.descriptor.slug }.joined(separator: ", ")
                throw RenderFault("there is no integration named \(slug); there are: \(slugs)")
            }
            if samples { return known.samples.forEach { print($0.name) } }
            rendering = Rendering(of: try request(for: known), as: slug, templates: templates)
        } catch {
            FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
            throw ExitCode(2)
        }
        guard rendering.status == .error else { return Output.line(json ? rendering.json.text : Self.text(rendering)) }
        // Programs find everything in one place; people's pipes get what was rendered, and nothing else.
        if json { Output.line(rendering.json.text) } else { Output.note(Self.text(rendering)) }
        throw ExitCode(1)
    }

    /// Each answer is written at once, so that a program may ask, wait and ask again.
    private static func answerLines(_ batch: RenderBatch) {
        while let line = readLine() {
            if line.allSatisfy(\.isWhitespace) { continue }
            FileHandle.standardOutput.write(Data((batch.answer(to: line) + "\n").utf8))
        }
    }

    private static func text(_ rendering: Rendering) -> String {
        let messages = rendering.messages.map { "topic: \($0.topic)\nseverity: \($0.severity.rawValue)\n\n\($0.body)" }
        let reason = rendering.reason.map { "\(rendering.status == .error ? "error" : "ignored"): \($0)" }
        return (messages + [reason].compactMap { $0 }).joined(separator: "\n\n----\n\n")
    }
}

// MARK: - The request

extension RenderCommand {
    private func request(for integration: any Integration.Type) throws -> WebhookRequest {
        if let name = sample {
            guard let sample = integration.samples.first(where: { $0.name == name }) else {
                throw RenderFault("there is no sample named \(name); --samples lists them")
            }
            return sample.request(rawQuery: query)
        }
        guard let payload else { throw RenderFault("a file or --sample must be given") }
        let body = Array(try Self.read(payload))
        let fields = Fields(try headerFile(beside: payload) + headers.map(Self.header))
        return WebhookRequest(
            method: "POST", path: "/", rawQuery: query, headers: fields, body: body,
            content: XMLReader.contentReader.read(body, contentType: fields.header("Content-Type")),
            receivedAt: Timestamp(milliseconds: 0))
    }

    private func headerFile(beside payload: String) throws -> [Fields.Field] {
        let file = URL(filePath: payload).deletingPathExtension().appendingPathExtension("headers")
        guard payload != "-", FileManager.default.fileExists(atPath: file.path) else { return [] }
        return try String(decoding: Self.read(file.path), as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { try Self.header(String($0)) }
    }

    private static func header(_ text: String) throws -> Fields.Field {
        guard let colon = text.firstIndex(of: ":") else {
            throw RenderFault("a header must be written 'name: value', and not '\(text)'")
        }
        return Fields.Field(name: text[..<colon].trimmed(), value: text[text.index(after: colon)...].trimmed())
    }

    private static func read(_ path: String) throws -> Data {
        if path == "-" { return FileHandle.standardInput.readDataToEndOfFile() }
        do {
            return try Data(contentsOf: URL(filePath: path))
        } catch {
            throw RenderFault("\(path) cannot be read")
        }
    }
}

/// What is wrong with the options.
private struct RenderFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
