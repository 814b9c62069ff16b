import Egress
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

    /// Opens the data directory and everything in it; makes what a first run needs.
    static func hub(_ settings: Settings, logger: Logger) async throws -> Hub {
        let directory = DataDirectory(path: settings.dataDirectory)
        try directory.make()
        let isNew = !directory.hasDatabase
        let store: SQLiteStore
        do throws(StoreError) {
            store = try SQLiteStore(path: directory.databasePath)
        } catch {
            guard case .unavailable(let detail) = error else { throw error }
            throw StartError.database(path: directory.databasePath, reason: detail)
        }
        do {
            let vault = try await vault(settings, directory, store, isNew: isNew)
            return Hub(
                store: store, vault: vault, clock: clock, text: textTools, outbound: outbound(settings), logger: logger)
        } catch {
            await store.close()
            throw error
        }
    }

    /// The vault of the key that the store is sealed with.
    ///
    /// Of the two key files that a broken-off rotation leaves, the one that fits counts; when that is the next one, the
    /// rotation is brought to its end here.
    private static func vault(
        _ settings: Settings, _ directory: DataDirectory, _ store: any Store, isNew: Bool
    ) async throws -> Vault {
        if let given = settings.masterKey {
            return try await vault([try Vault.key(given.reveal())], store) { [] }
        }
        var keys = try directory.masterKeysInFiles()
        if keys.isEmpty {
            // Never beside a database with secrets: they would stay closed, and the new key would look like theirs.
            let holdsNothing = try await store.sealingKeyIDs().isEmpty
            guard isNew || holdsNothing else { throw StartError.missingKey }
            keys = [try directory.makeMasterKey()]
        }
        let vault = try await vault(keys, store) { (try? directory.masterKeysInFiles()) ?? [] }
        if keys.count > 1, try Vault(masterKey: keys[1]).sealingKeyID == vault.sealingKeyID {
            try directory.adoptNextMasterKey()
        }
        return vault
    }

    private static func vault(
        _ keys: [Secret<[UInt8]>], _ store: any Store, reload: @escaping @Sendable () -> [Secret<[UInt8]>]
    ) async throws -> Vault {
        for key in keys {
            do {
                return try await Vault.open(masterKey: key, store: store, reload: reload)
            } catch VaultError.unknownKey {
                continue
            }
        }
        throw StartError.foreignKey
    }

    static func outbound(_ settings: Settings) -> Hub.Outbound {
        var egress = EgressSettings()
        egress.policy = settings.egressPolicy
        let mail = settings.mail.map { mail in
            MailService(MailSender(mail, resolver: .system(), now: clock.now))
        }
        return Hub.Outbound(sender: OutboundSender(GuardedClient(egress)), mail: mail)
    }

    static let textTools = Hub.TextTools(
        content: XMLReader.contentReader, templates: MustacheTemplates().renderer)
}

enum StartError: Error, Equatable, CustomStringConvertible {
    /// Secrets in the database were sealed with another master key.
    case foreignKey
    /// There are secrets in the database, and no master key.
    case missingKey
    /// The file of a master key holds none, or may not be read.
    case unreadableKey(path: String)
    /// The data directory cannot be made, or not be written to.
    case directory(path: String, reason: String)
    /// The database in it cannot be opened.
    case database(path: String, reason: String)

    var description: String {
        switch self {
        case .foreignKey:
            "The database holds secrets sealed with another master key. Give the right one as MARTLET_MASTER_KEY, "
                + "or put its file master.key back into the data directory."
        case .missingKey:
            "The database holds secrets, and there is no master key. Give it as MARTLET_MASTER_KEY, or put its file "
                + "master.key back into the data directory."
        case .unreadableKey(let path):
            "\(path) must hold the master key: \(DataDirectory.keyForm). Put the right file back, or give the key as "
                + "MARTLET_MASTER_KEY."
        case .directory(let path, let reason):
            "The data directory \(path) cannot be written to (\(reason)). Give another with --data-dir or "
                + "MARTLET_DATA_DIR, or let this user write there."
        case .database(let path, let reason): "The database \(path) cannot be opened (\(reason))."
        }
    }
}
