import ArgumentParser
import Foundation
import HubCore
import WebhookSignatures

/// `martlet verify`: says whether a webhook is its sender's.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the signature of a webhook.",
        discussion: """
            Checks one request, given by options. Exit code 0: accepted, 1: refused, 2: the scheme is not known or \
            an option is wrong.

            With --delivery, takes the request for one that the hub sent to an endpoint, and says which of its two \
            signatures is right and what is wrong with the other: a changed body, a misread secret, a clock. Exit code \
            0: genuine, 1: not.

            With --batch, reads one request per line from standard input, a JSON object with id, scheme, method, \
            url, headers, body_base64, config and now, and answers each at once with {"id","verdict","reason"}; the \
            exit code is 0 whatever the verdicts are.
            """)

    @Flag(help: "Read JSON lines from standard input and answer each with a line.")
    var batch = false

    @Flag(help: "Judge a webhook that the hub has sent.")
    var delivery = false

    @Option(help: ArgumentHelp("The scheme, for example github.", valueName: "name"))
    var scheme: String?

    @Option(
        help: ArgumentHelp("A file with a secret; a line break at its end is dropped. Repeatable.", valueName: "file"))
    var secretFile: [String] = []

    @Option(
        name: .customLong("header"),
        help: ArgumentHelp("A header of the request. Repeatable.", valueName: "name: value"))
    var headers: [String] = []

    @Option(
        help: ArgumentHelp("A file with headers, a line each, as curl -i or a log shows them.", valueName: "file"))
    var headersFile: String?

    @Option(help: ArgumentHelp("The file with the body, - for standard input; none: no body.", valueName: "file"))
    var body: String?

    @Option(help: "The method of the request.")
    var method = "POST"

    @Option(help: "The whole URL as the sender has it.")
    var url = ""

    @Option(help: ArgumentHelp("The address the request came from.", valueName: "address"))
    var remoteAddress: String?

    @Option(help: ArgumentHelp("The UNIX time to judge at; none: the clock.", valueName: "seconds"))
    var now: Int64?

    @Option(
        name: .customLong("setting"),
        help: ArgumentHelp("A setting of the scheme: \(settingNames). Repeatable.", valueName: "name=value"))
    var settings: [String] = []

    @Flag(help: "Print the verdict as JSON.")
    var json = false

    func run() throws {
        if batch { return Self.answerLines() }
        if delivery { return try judgeDelivery() }
        let verdict: Verdict
        do {
            guard let scheme else {
                throw OptionError(description: "--scheme, --delivery or --batch must be given")
            }
            let verifier = try Verifier(scheme: scheme, settings: try schemeSettings())
            verdict = verifier.verify(try request(), nowSeconds: now ?? Int64(Date().timeIntervalSince1970))
        } catch {
            FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
            throw ExitCode(2)
        }
        print(json ? Self.json(verdict).text : Self.text(verdict))
        if case .rejected = verdict { throw ExitCode(1) }
    }

    private func judgeDelivery() throws {
        let check: DeliveryCheck
        do {
            check = try deliveryCheck()
        } catch {
            FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
            throw ExitCode(2)
        }
        print(json ? check.json.text : check.sentences.joined(separator: "\n"))
        if !check.isGenuine { throw ExitCode(1) }
    }

    /// Each answer is written at once, so that a program may ask, wait and ask again.
    private static func answerLines() {
        while let line = readLine() {
            if line.allSatisfy(\.isWhitespace) { continue }
            FileHandle.standardOutput.write(Data((BatchVerification.answer(to: line) + "\n").utf8))
        }
    }
}

/// An option that cannot be used.
private struct OptionError: Error, CustomStringConvertible {
    let description: String
}

// MARK: - From options

extension VerifyCommand {
    private static let settingNames = SchemeSetting.allCases.filter { $0 != .secrets }.map(\.rawValue)
        .joined(separator: ", ")

    private func request() throws -> SignedRequest {
        SignedRequest(
            method: method, url: url, headers: try allHeaders(), body: Array(try body.map(Self.read) ?? Data()),
            remoteAddress: remoteAddress)
    }

    private func allHeaders() throws -> [(String, String)] {
        let given = try headers.map { text in
            guard let colon = text.firstIndex(of: ":") else {
                throw OptionError(description: "--header must be written 'name: value'")
            }
            return (String(text[..<colon]), text[text.index(after: colon)...].trimmed())
        }
        let text = String(decoding: try headersFile.map(Self.read) ?? Data(), as: UTF8.self)
        return given + DeliveryCheck.headers(in: text).fields.map { ($0.name, $0.value) }
    }

    /// What ``run()`` prints with `--delivery`.
    func deliveryCheck() throws -> DeliveryCheck {
        guard !secretFile.isEmpty else { throw OptionError(description: "--secret-file must be given") }
        let secrets = try secretFile.map { Secret(try Self.secret(at: $0)) }
        return DeliveryCheck(
            headers: Fields(try allHeaders()), body: Array(try body.map(Self.read) ?? Data()), secrets: secrets,
            nowSeconds: now ?? Int64(Date().timeIntervalSince1970))
    }

    private func schemeSettings() throws -> SchemeSettings {
        var result = SchemeSettings()
        for path in secretFile {
            try result.set(.secrets, to: try Self.secret(at: path))
        }
        for text in settings {
            guard let equals = text.firstIndex(of: "="), let setting = SchemeSetting(rawValue: String(text[..<equals]))
            else {
                throw OptionError(
                    description: "--setting must be written name=value, with one of: \(Self.settingNames)")
            }
            try result.set(setting, to: String(text[text.index(after: equals)...]))
        }
        return result
    }

    private static func secret(at path: String) throws -> String {
        var text = String(decoding: try read(path), as: UTF8.self)
        // "\r\n" is one character.
        if text.last?.isNewline == true { text.removeLast() }
        return text
    }

    private static func read(_ path: String) throws -> Data {
        if path == "-" { return FileHandle.standardInput.readDataToEndOfFile() }
        do {
            return try Data(contentsOf: URL(filePath: path))
        } catch {
            throw OptionError(description: "\(path) cannot be read")
        }
    }
}

// MARK: - To people and programs

extension VerifyCommand {
    private static func text(_ verdict: Verdict) -> String {
        switch verdict {
        case .rejected(let rejection): return "refused: \(rejection) (\(rejection.code))"
        case .accepted(let evidence):
            var lines = ["accepted"]
            if let index = evidence.secretIndex { lines.append("  secret           \(index + 1)") }
            if let seconds = evidence.timestampSeconds {
                lines.append("  timestamp        \(Timestamp(seconds: seconds))")
            }
            if let key = evidence.idempotencyKey {
                lines.append("  idempotency key  \(key)\(evidence.isIdempotencyKeySigned ? "" : " (not signed)")")
            }
            return lines.joined(separator: "\n")
        }
    }

    private static func json(_ verdict: Verdict) -> JSON {
        switch verdict {
        case .rejected(let rejection):
            return [
                "verdict": "reject", "code": JSON(rejection.code), "reason": JSON(rejection.description),
                "answer": JSON(rejection.answer.rawValue),
            ]
        case .accepted(let evidence):
            return [
                "verdict": "accept",
                "secret_index": evidence.secretIndex.map { JSON($0) } ?? .null,
                "timestamp": evidence.timestampSeconds.map { JSON($0) } ?? .null,
                "idempotency_key": JSON(evidence.idempotencyKey),
                "idempotency_key_signed": .bool(evidence.isIdempotencyKeySigned),
            ]
        }
    }
}
