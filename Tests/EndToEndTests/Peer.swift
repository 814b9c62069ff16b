import Foundation
import HubTesting
import Testing

/// Real programs that tests talk with; `./dev test` installs them.
enum Peer {
    /// Where they have to be there, none may be left out.
    static let isDemanded = ProcessInfo.processInfo.environment["CI"] == "true"

    /// Whether a test that needs these may run: when they are there, or when their absence has to be a failure.
    static func isThere(_ programs: [String?]) -> Bool {
        isDemanded || programs.allSatisfy { $0 != nil }
    }

    static let alertmanager = ChildProcess.find("prometheus-alertmanager")
    static let amtool = ChildProcess.find("amtool")
    static let sqlite = ChildProcess.find("sqlite3")
    static let compiler = ["clang", "cc", "gcc"].lazy.compactMap(ChildProcess.find).first
    static let chromium = ChildProcess.find("chromium")
    static let chromedriver = ChildProcess.find("chromedriver")
    static let python = sender("python")
    static let apprise = sender("apprise")

    /// From the environment that `./dev test` makes.
    private static func sender(_ name: String) -> String? {
        guard let folder = ProcessInfo.processInfo.environment["MARTLET_SENDERS"] else { return nil }
        let path = "\(folder)/bin/\(name)"
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }
}
