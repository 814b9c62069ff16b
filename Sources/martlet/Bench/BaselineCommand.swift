import ArgumentParser
import Crypto
import HTTPTypes
import HubCore
import Hummingbird
import Logging

/// What the hub is measured against: one route that verifies one HMAC and stores nothing.
struct BaselineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "bench-baseline", shouldDisplay: false)

    @Option var port: Int
    @Option var secret: String

    func run() async throws {
        let key = SymmetricKey(data: Array(secret.utf8))
        let router = Router()
        router.post("/hook") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 20)
            guard let name = HTTPField.Name("X-Hub-Signature-256"), let given = request.headers[name],
                let tag = Hex.decode(given.dropFirst("sha256=".count)),
                HMAC<SHA256>.isValidAuthenticationCode(tag, authenticating: body.readableBytesView, using: key)
            else { return Response(status: .unauthorized) }
            let answer = ByteBuffer(string: #"{"status":"accepted"}"#)
            return Response(
                status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: answer))
        }
        var logger = Logger(label: "baseline")
        logger.logLevel = .warning
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger)
        try await application.runService()
    }
}
