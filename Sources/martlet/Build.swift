import Foundation
import Hub
import HubCore
import HubHTTP
import HubStorage
import HubStorageSQLite
import HubText
import Logging

/// Wires everything; commands and tests call the same functions with other parts.
enum Build {
    static func logger(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "martlet") { _ in StreamLogHandler.standardError(label: "martlet") }
        logger.logLevel = level
        return logger
    }

    static let clock = HubCore.Clock(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        }, sleep: { try await Task.sleep(for: $0) })

    /// Opens the data directory and everything in it.
    static func hub(_ settings: Settings, logger: Logger) async throws -> Hub {
        let directory = DataDirectory(path: settings.dataDirectory)
        try directory.make()
        let store = try SQLiteStore(path: directory.databasePath)
        let vault = try await Vault.open(masterKey: try directory.masterKey(settings.masterKey), store: store)
        return Hub(store: store, vault: vault, clock: clock, text: textTools, logger: logger)
    }

    static let textTools = Hub.TextTools(
        content: XMLReader.contentReader, templates: MustacheTemplates().renderer)
}

enum StartError: Error, CustomStringConvertible {
    /// Secrets in the database were sealed with another master key.
    case foreignKey

    var description: String {
        switch self {
        case .foreignKey:
            "The database holds secrets sealed with another master key. Give the right one as MARTLET_MASTER_KEY, "
                + "or put its file master.key back into the data directory."
        }
    }
}
