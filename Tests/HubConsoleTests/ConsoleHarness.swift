import Crypto
import Egress
import Foundation
import HubConsole
import HubCore
import HubStorage
import HubStorageSQLite
import HubTesting
import HubText
import Logging
import Synchronization

@testable import Hub

/// A hub in a folder of its own, its first workspace, and a browser that keeps cookies.
final class Browser: Sendable {
    let hub: Hub
    let console: Console
    let first: FirstSetup
    private let cookies = Mutex<[Cookie]>([])

    /// As browsers keep them: for a path and what is below it.
    private struct Cookie {
        let name: String
        let value: String
        let path: String

        func belongs(to location: String) -> Bool {
            path == "/" || location == path || location.hasPrefix(path + "/")
        }
    }

    private init(hub: Hub, first: FirstSetup) {
        (self.hub, self.first) = (hub, first)
        console = Console(hub: hub)
    }

    static let base = "https://hooks.acme.test"
    static let now = Timestamp(seconds: 1_793_500_000)

    /// - Parameter receiver: what endpoints are sent comes here.
    static func with(
        receiver: OutboundSender = .unused, _ work: (Browser) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { ignoreRemoval { try FileManager.default.removeItem(at: folder) } }
        let store = try SQLiteStore(path: folder.appending(path: "martlet.db").path())
        let clock = Clock(now: { now }, sleep: { _ in try Task.checkCancellation() })
        let text = Hub.TextTools(content: XMLReader.contentReader, templates: MustacheTemplates().renderer)
        let vault = try Vault(masterKey: Secret(Array(repeating: 7, count: Vault.keyLength)))
        let hub = Hub(
            store: store, vault: vault, clock: clock, text: text, outbound: .init(sender: receiver),
            logger: Logger(label: "test"))
        let workspace = WorkspaceID(stored: "acme")
        let first = try await hub.setUpFirstWorkspace(workspace, publicHost: "hooks.acme.test")
        do {
            try await work(Browser(hub: hub, first: first))
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    /// A folder that stays behind in `/tmp` is no reason to fail a test.
    private static func ignoreRemoval(_ work: () throws -> Void) {
        try? work()
    }

    /// Another browser at the same hub, which nobody has used yet.
    func another() -> Browser { Browser(hub: hub, first: first) }

    // MARK: Browsing

    func send(_ request: ConsoleRequest) async -> ConsoleResponse {
        let response = await console.respond(to: request)
        for cookie in response.headers.all("Set-Cookie") {
            let pair = cookie.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let path = cookie.firstMatch(of: /Path=([^;]+)/).map { String($0.1) } ?? "/"
            cookies.withLock { cookies in
                cookies.removeAll { $0.name == pair[0] && $0.path == path }
                guard !cookie.contains("Max-Age=0") else { return }
                cookies.append(Cookie(name: String(pair[0]), value: String(pair[1]), path: path))
            }
        }
        return response
    }

    private func cookieHeader(_ path: String) -> [(String, String)] {
        let text = cookies.withLock { cookies in
            cookies.filter { $0.belongs(to: path) }.map { "\($0.name)=\($0.value)" }.sorted().joined(separator: "; ")
        }
        return text.isEmpty ? [] : [("Cookie", text)]
    }

    func get(_ location: String, headers: [(String, String)] = []) async -> ConsoleResponse {
        // What stands behind the # is the browser's own business.
        let parts = location.prefix { $0 != "#" }.split(separator: "?", maxSplits: 1)
        return await send(
            ConsoleRequest(
                method: "GET", path: parts.first.map(String.init) ?? "",
                query: parts.count > 1 ? FormDecoder.fields(parts[1]) : Fields(),
                headers: Fields(cookieHeader(parts.first.map(String.init) ?? "") + headers), publicBase: Self.base))
    }

    func post(
        _ path: String, _ form: [(String, String)] = [],
        headers: [(String, String)] = [("Sec-Fetch-Site", "same-origin")]
    ) async -> ConsoleResponse {
        await send(
            ConsoleRequest(
                method: "POST", path: path, form: Fields(form), headers: Fields(cookieHeader(path) + headers),
                clientAddress: "192.0.2.7", publicBase: Self.base))
    }

    /// At an address that is not the console's.
    func stray(_ path: String) async -> ConsoleResponse {
        await console.stray(
            ConsoleRequest(method: "GET", path: path, headers: Fields(cookieHeader(path)), publicBase: Self.base))
    }

    func signIn() async {
        _ = await post("/signin", [("token", first.adminToken.reveal())])
    }

    func forgetCookies() {
        cookies.withLock { $0 = [] }
    }

    func configuration() async throws -> WorkspaceConfiguration {
        try await hub.configuration(of: first.workspace)
    }

    /// What upkeep does some time soon.
    func flushRefusals() async throws {
        try await hub.store.record(hub.refusalLog.take())
    }

    /// Sends an event to the first source as its tool would.
    func receive(_ body: String, secret: String? = nil) async -> IntakeOutcome {
        let bytes = Array(body.utf8)
        let signature = Hex.encode(
            HMAC<SHA256>.authenticationCode(
                for: bytes, using: SymmetricKey(data: Array((secret ?? first.sourceSecret.reveal()).utf8))))
        return await hub.receive(
            workspace: "acme", source: first.source.name,
            IncomingRequest(
                method: "POST", path: first.source.urlPath, rawQuery: nil,
                headers: [
                    "Content-Type": "application/json", "X-IW-Signature": "sha256=\(signature)",
                    "X-IW-Timestamp": "\(Self.now.seconds)", "X-IW-Idempotency-Key": "key-\(body.hashValue)",
                ], body: bytes, remoteAddress: "198.51.100.3", publicBase: Self.base, receivedAt: Self.now))
    }
}

extension ConsoleResponse {
    var html: String {
        if case .bytes(let bytes) = body { String(decoding: bytes, as: UTF8.self) } else { "" }
    }

    var location: String? { headers.header("Location") }
}
