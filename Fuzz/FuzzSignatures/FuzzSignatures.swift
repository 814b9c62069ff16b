import Foundation
import HubCore
import WebhookSignatures

/// Whatever a stranger sends as a signature: nothing may be accepted, and nothing may trap.
///
/// The first byte chooses the scheme, unless `MARTLET_FUZZ_SCHEME` names one; the rest is cut at NUL bytes into the URL,
/// the value of each of the scheme's headers, and the body.
@main
enum FuzzSignatures {
    static func main() {
        runFuzzer { start, count in FuzzSignatures.tryInput(start, count) }
    }

    private static func tryInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
        let input = Array(UnsafeBufferPointer(start: start, count: count))
        guard let first = input.first else { return 0 }
        let (info, verifier) = verifiers[Int(first) % verifiers.count]
        var pieces = input[1...].split(
            separator: 0, maxSplits: info.headers.count + 1, omittingEmptySubsequences: false)
        let url = String(decoding: pieces.removeFirst(), as: UTF8.self)
        var headers = [("Content-Type", "application/json")]
        for name in info.headers where pieces.count > 1 {
            headers.append((name, String(decoding: pieces.removeFirst(), as: UTF8.self)))
        }
        let request = SignedRequest(
            method: "POST", url: url, headers: headers, body: Array(pieces.last ?? []), remoteAddress: nil)
        if case .accepted = verifier.verify(request, nowSeconds: 1_800_000_000) {
            preconditionFailure("\(info.name) accepted what nobody signed")
        }
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

/// Every scheme that proves something by a secret and can be set up with one.
private let verifiers: [(SchemeInfo, Verifier)] = {
    let wanted = ProcessInfo.processInfo.environment["MARTLET_FUZZ_SCHEME"]
    let secrets = [
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "user:0123456789abcdef",
    ]
    let found = SchemeInfo.all.filter { $0.isAuthenticated && (wanted == nil || $0.name == wanted) }.compactMap {
        info in
        secrets.lazy.compactMap { secret -> (SchemeInfo, Verifier)? in
            // A secret of another form does not fit: the next one may.
            (try? Verifier(scheme: info.name, settings: SchemeSettings(secrets: [secret]))).map { (info, $0) }
        }.first
    }
    precondition(!found.isEmpty, "MARTLET_FUZZ_SCHEME names no scheme")
    return found
}()
