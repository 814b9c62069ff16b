import HubCore
import Integrations

/// Whatever a stranger sends as a body: read as every kind of content, then by every integration.
///
/// The first byte chooses the declared content type, the second the integration; the rest is the body.
@main
enum FuzzPayload {
    static func main() {
        runFuzzer { start, count in FuzzPayload.tryInput(start, count) }
    }

    private static func tryInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
        let input = Array(UnsafeBufferPointer(start: start, count: count))
        guard input.count >= 2 else { return 0 }
        let body = Array(input[2...])
        if let value = try? JSON.parse(body) {
            precondition((try? JSON.parse(value.bytes)) == value, "what is written reads as it was")
        }
        let contentType = contentTypes[Int(input[0]) % contentTypes.count]
        let request = WebhookRequest(
            method: "POST", path: "/", rawQuery: nil,
            headers: ["Content-Type": contentType, "X-GitHub-Event": events[Int(input[0]) % events.count]], body: body,
            content: ContentReader.withoutXML.read(body, contentType: contentType),
            receivedAt: Timestamp(seconds: 1_800_000_000))
        let integration = Catalog.all[Int(input[1]) % Catalog.all.count]
        // Only a trap would be a fault.
        _ = try? integration.interpret(
            request, ReadingParameters(), templates: TemplateRenderer { template, _ in template })
        return 0
    }
}

/// Calls `test` with inputs that libFuzzer invents from what they reach; its options are the program's.
private func runFuzzer(_ test: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt) {
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    _ = fuzzerDriver(&count, &arguments, test)
}

@_silgen_name("LLVMFuzzerRunDriver")
private func fuzzerDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

private let contentTypes = [
    "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain", "",
    "application/xml",
]

private let events = ["issues", "push", "pull_request", "ping", "workflow_run", "sponsorship", "member"]
