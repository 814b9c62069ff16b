import Egress
import Foundation
import Hub
import HubCore
import HubHTTP
import Logging
import WebhookSignatures

/// Everything that environment and flags may set, read once at the start.
struct Settings: Sendable {
    var dataDirectory: String
    var server: ServerSettings
    var masterKey: Secret<String>?
    var logLevel: Logger.Level
    var egressPolicy = EgressPolicy.strict
    var mail: MailSettings?
    /// For commands that speak to a hub elsewhere.
    var hubURL: String?
    var hubToken: Secret<String>?

    /// One setting as `docs/settings.md` lists it.
    struct Entry: Sendable {
        let name: String
        let unit: String
        let standard: String
        let isSecret: Bool
        let summary: String
    }

    static let entries: [Entry] = [
        Entry(
            name: "MARTLET_DATA_DIR", unit: "path", standard: "data", isSecret: false,
            summary: "Where the database and the master key lie; made when it is not there."),
        Entry(
            name: "MARTLET_HOST", unit: "address", standard: "127.0.0.1", isSecret: false,
            summary: "The address to listen at; 0.0.0.0 for all."),
        Entry(name: "MARTLET_PORT", unit: "port", standard: "8080", isSecret: false, summary: "The port to listen at."),
        Entry(
            name: "MARTLET_PUBLIC_URL", unit: "URL", standard: "http://HOST:PORT", isSecret: false,
            summary: "Scheme, host and port by which senders reach the hub; part of printed URLs and of signatures "
                + "over URLs."),
        Entry(
            name: "MARTLET_MASTER_KEY", unit: "64 hex digits or base64 of 32 bytes", standard: "the file master.key",
            isSecret: true, summary: "Seals secrets at rest. Without it a key is made in the data directory."),
        Entry(
            name: "MARTLET_TRUSTED_PROXIES", unit: "addresses and ranges, by comma", standard: "none", isSecret: false,
            summary: "Peers whose X-Forwarded-For, -Proto and -Host are believed."),
        Entry(
            name: "MARTLET_TLS_CERT_FILE", unit: "path", standard: "none", isSecret: false,
            summary: "Certificate chain in PEM; with the key file the hub speaks HTTPS itself."),
        Entry(
            name: "MARTLET_TLS_KEY_FILE", unit: "path", standard: "none", isSecret: false,
            summary: "Private key in PEM."),
        Entry(
            name: "MARTLET_MAX_INFLIGHT_BYTES", unit: "bytes", standard: "67108864", isSecret: false,
            summary: "Request bodies held in memory at once; beyond it the answer is 503."),
        Entry(
            name: "MARTLET_IDLE_TIMEOUT_SECONDS", unit: "seconds", standard: "60", isSecret: false,
            summary: "After how long without anything a connection is closed."),
        Entry(
            name: "MARTLET_BODY_GRACE_SECONDS", unit: "seconds", standard: "20", isSecret: false,
            summary: "How long a request's body may take; beyond it must have brought 16 KiB for each second."),
        Entry(
            name: "MARTLET_EGRESS_ALLOW", unit: "ranges and names with ports, by comma", standard: "none",
            isSecret: false,
            summary:
                "Where webhooks may go beside the public internet by HTTPS: `cidr[:port]` or `name[:port]`. A name "
                + "opens loopback and private ranges, and plain HTTP; link-local and metadata addresses need their range."
        ),
        Entry(
            name: "MARTLET_SMTP_URL", unit: "URL", standard: "none", isSecret: true,
            summary: "The mail server for notices to admins: `smtps://USER:PASSWORD@HOST:465?from=ADDRESS`, or "
                + "`smtp://` and `smtp+starttls://`. Without it nothing is mailed."),
        Entry(
            name: "MARTLET_LOG_LEVEL", unit: "trace, debug, info, notice, warning, error", standard: "info",
            isSecret: false, summary: "How much is logged, to standard error."),
        Entry(
            name: "MARTLET_HUB_URL", unit: "URL", standard: "the hub of the data directory", isSecret: false,
            summary: "The hub that `martlet listen` listens to."),
        Entry(
            name: "MARTLET_TOKEN", unit: "token", standard: "none", isSecret: true,
            summary: "Of that hub's management API, for `martlet listen`."),
    ]

    /// - Parameter environment: every name also works as `NAME_FILE`, the path of a file that holds the value.
    /// - Throws: ``SettingsError`` that names the variable.
    init(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        func value(_ name: String) throws -> String? {
            if let value = environment[name], !value.isEmpty { return value }
            guard let path = environment["\(name)_FILE"], !path.isEmpty else { return nil }
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw SettingsError(name: "\(name)_FILE", problem: "the file \(path) cannot be read")
            }
            return text.trimmed()
        }
        func number(_ name: String, _ range: ClosedRange<Int>) throws -> Int? {
            guard let text = try value(name) else { return nil }
            guard let number = Int(text), range.contains(number) else {
                throw SettingsError(
                    name: name, problem: "must be a number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
        dataDirectory = try value("MARTLET_DATA_DIR") ?? "data"
        masterKey = try value("MARTLET_MASTER_KEY").map { Secret($0) }
        do throws(VaultError) {
            if let masterKey { _ = try Vault.key(masterKey.reveal()) }
        } catch {
            let isGiven = environment["MARTLET_MASTER_KEY"]?.isEmpty == false
            throw SettingsError(
                name: isGiven ? "MARTLET_MASTER_KEY" : "MARTLET_MASTER_KEY_FILE",
                problem: "the key must be \(DataDirectory.keyForm)")
        }
        let level = try value("MARTLET_LOG_LEVEL") ?? "info"
        guard let logLevel = Logger.Level(rawValue: level) else {
            throw SettingsError(name: "MARTLET_LOG_LEVEL", problem: "there is no level \"\(level)\"")
        }
        self.logLevel = logLevel
        if let url = try value("MARTLET_SMTP_URL") {
            do throws(MailSettingsError) {
                mail = try MailSettings(url: url)
            } catch {
                throw SettingsError(name: "MARTLET_SMTP_URL", problem: "\(error)")
            }
        }
        let exceptions = try value("MARTLET_EGRESS_ALLOW") ?? ""
        do throws(EgressEntryError) {
            egressPolicy = try EgressPolicy(parsing: exceptions)
        } catch {
            throw SettingsError(name: "MARTLET_EGRESS_ALLOW", problem: "\(error)")
        }
        hubURL = try value("MARTLET_HUB_URL")
        if let hubURL, !ListenCommand.isHTTP(hubURL) {
            throw SettingsError(name: "MARTLET_HUB_URL", problem: "must be a URL like https://hooks.example.com")
        }
        hubToken = try value("MARTLET_TOKEN").map { Secret($0) }
        server = ServerSettings()
        server.host = try value("MARTLET_HOST") ?? server.host
        server.port = try number("MARTLET_PORT", 0...65535) ?? server.port
        server.publicURL = try value("MARTLET_PUBLIC_URL")
        if let url = server.publicURL, !Self.isBase(url) {
            throw SettingsError(
                name: "MARTLET_PUBLIC_URL",
                problem: "must be scheme, host and port alone, like https://hooks.example.com")
        }
        server.trustedProxies = (try value("MARTLET_TRUSTED_PROXIES") ?? "").split(separator: ",").map { $0.trimmed() }
        for proxy in server.trustedProxies where (try? AddressList([proxy])) == nil {  // What is wrong is said here.
            throw SettingsError(
                name: "MARTLET_TRUSTED_PROXIES",
                problem: "\"\(proxy)\" is no address and no range; write them like 127.0.0.1,10.0.0.0/8")
        }
        server.maxInflightBytes = try number("MARTLET_MAX_INFLIGHT_BYTES", 1 << 20...1 << 40) ?? server.maxInflightBytes
        if let seconds = try number("MARTLET_IDLE_TIMEOUT_SECONDS", 1...3600) {
            server.idleTimeout = .seconds(seconds)
        }
        if let seconds = try number("MARTLET_BODY_GRACE_SECONDS", 1...3600) { server.bodyGrace = .seconds(seconds) }
        // Paths themselves: the `_FILE` form would be the path of a file that holds a path.
        switch (environment["MARTLET_TLS_CERT_FILE"], environment["MARTLET_TLS_KEY_FILE"]) {
        case (let certificate?, let key?): server.tls = .init(certificateFile: certificate, keyFile: key)
        case (nil, nil): break
        default:
            throw SettingsError(name: "MARTLET_TLS_CERT_FILE", problem: "goes together with MARTLET_TLS_KEY_FILE")
        }
    }
}

extension Settings {
    /// Whether paths of ours can follow it.
    private static func isBase(_ text: String) -> Bool {
        guard ListenCommand.isHTTP(text), let parts = URLComponents(string: text) else { return false }
        return ["", "/"].contains(parts.path) && parts.query == nil && parts.fragment == nil && parts.user == nil
    }

    /// Where the hub of the data directory listens, as seen from this machine.
    var localBase: String {
        // Its certificate is for the name by which others know it.
        guard server.tls == nil else { return server.publicBase }
        var here = server
        here.publicURL = nil
        if here.host == "0.0.0.0" { here.host = "127.0.0.1" }
        if here.host == "::" { here.host = "::1" }
        return here.publicBase
    }
}

struct SettingsError: Error, CustomStringConvertible {
    let name: String
    let problem: String

    var description: String { "\(name): \(problem)" }
}
