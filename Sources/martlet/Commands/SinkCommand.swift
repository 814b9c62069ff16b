import ArgumentParser
import Foundation
import HubCore
import Sink

/// `martlet sink`: a receiver for trying things out.
struct SinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sink",
        abstract: "Receive webhooks, answer as told, and print what came.",
        discussion: """
            Prints each request as one line of JSON to standard output. Answers 200 unless told otherwise: by \
            --answer for the first request, the second and so on, and by the query of a request's own URL, as in \
            http://127.0.0.1:9000/hook?status=503&retry_after=5.

            Settings of an answer, joined by &: status=503, delay=0.5 and drip=0.1 (seconds; drip is between two \
            bytes of the body), retry_after=5, location=URL, header=Name:value, body=text, size=bytes, \
            gzip_bomb=bytes (unpacked), fault=hang, reset, close, stale (closes kept connections), truncate or garbage.
            """)

    @Option(help: "The address to listen at.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen at; 0: any free one.")
    var port = 9000

    @Option(
        name: .customLong("answer"),
        help: ArgumentHelp(
            "How a request is answered; repeatable, the last stands for all that follow.", valueName: "settings"))
    var answers: [String] = []

    @Option(
        name: .customLong("tls-name"),
        help: ArgumentHelp(
            "Speak HTTPS, with a certificate made for this host name or IPv4 address; repeatable.", valueName: "name"))
    var names: [String] = []

    @Option(help: ArgumentHelp("Where the issuer of that certificate is written, in PEM.", valueName: "file"))
    var issuerFile: String?

    @Flag(name: .customLong("http1"), help: "With HTTPS: do not offer HTTP/2.")
    var isHTTP1Only = false

    @Flag(help: "Print nothing but the number of requests each second.")
    var quiet = false

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port must be 0 to 65535") }
        guard issuerFile == nil || !names.isEmpty else { throw ValidationError("--issuer-file needs --tls-name") }
        _ = try script()
    }

    func run() async throws {
        var options = SinkServer.Options()
        (options.host, options.port, options.script) = (host, port, try script())
        (options.kept, options.speaksHTTP2) = (0, !isHTTP1Only)
        options.now = { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
        if !quiet { options.log = { Output.line($0.json.text) } }
        if !names.isEmpty {
            let certificate = try SinkCertificate(names: names)
            options.certificate = certificate
            if let issuerFile { try Data(certificate.issuerPEM.utf8).write(to: URL(filePath: issuerFile)) }
        }
        let server: SinkServer
        do {
            server = try await SinkServer.start(options)
        } catch {
            throw CommandError("The sink cannot listen at \(host):\(port): \(error)")
        }
        Output.note("Listening at \(names.isEmpty ? "http" : "https")://\(names.first ?? host):\(server.port)/")
        guard quiet else { return try await server.run() }
        var last = 0
        while true {
            try await Task.sleep(for: .seconds(1))
            let count = server.count
            if count != last { Output.line(String(count - last)) }
            last = count
        }
    }

    /// What `--answer` says.
    func script() throws -> SinkScript {
        SinkScript(
            try answers.map { text in
                var behavior = SinkBehavior()
                for field in FormDecoder.fields(Array(text.utf8)).fields {
                    do throws(SinkSettingError) {
                        try behavior.set(field.name, to: field.value)
                    } catch {
                        throw ValidationError("--answer \(text): \(error)")
                    }
                }
                return behavior
            })
    }
}
