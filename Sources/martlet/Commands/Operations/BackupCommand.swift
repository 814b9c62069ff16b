import ArgumentParser
import Foundation
import Hub
import HubCore
import HubStorage
import HubStorageSQLite

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy everything to a file, while the hub runs.",
        discussion: """
            The file holds all but the master key, without which the secrets in it stay closed: keep the key in \
            another place. --with-key writes it to FILE.key, for a backup that lies somewhere safe as a whole.
            """)

    @Argument(help: "The file to make; it must not be there.") var file: String
    @Flag(help: "Write the master key to FILE.key beside it.") var withKey = false
    @OptionGroup var data: DataOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        try await data.withHub { hub, settings in
            let files = FileManager.default
            for path in [file] + (withKey ? [keyFile] : []) where files.fileExists(atPath: path) {
                throw CommandError("\(path) is there already.")
            }
            let key = withKey ? try masterKey(settings, hub) : nil
            let partial = "\(file).partial"
            try? files.removeItem(atPath: partial)  // Of a backup that was broken off.
            // Made before SQLite opens it, so that nobody else may ever read it.
            try PrivateFile.write([], to: partial)
            let bar = ProgressBar(title: "Copying")
            try await hub.store.backUp(to: partial) { bar.show($0) }
            bar.finish()
            try PrivateFile.makeDurable(file: partial)
            try files.moveItem(atPath: partial, toPath: file)
            if let key { try PrivateFile.write(Array((Hex.encode(key.reveal()) + "\n").utf8), to: keyFile) }
            let bytes = try files.attributesOfItem(atPath: file)[.size] as? Int64 ?? 0
            let document: JSON = [
                "file": .string(file), "bytes": JSON(bytes), "key_file": withKey ? .string(keyFile) : nil,
                "key_id": .string(Hex.encode(hub.vault.sealingKeyID)),
            ]
            let place =
                withKey ? "The master key is beside it in \(keyFile)." : "It needs the master key, which is not in it."
            Output.line(json ? document.text : "\(bytes) bytes in \(file). \(place)")
        }
    }

    private var keyFile: String { "\(file).key" }

    private func masterKey(_ settings: Settings, _ hub: Hub) throws -> Secret<[UInt8]> {
        if let given = settings.masterKey { return try Vault.key(given.reveal()) }
        let keys = try DataDirectory(path: settings.dataDirectory).masterKeysInFiles()
        guard let key = keys.first(where: { (try? Vault(masterKey: $0))?.sealingKeyID == hub.vault.sealingKeyID })
        else {
            throw StartError.foreignKey
        }
        return key
    }
}

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Make a data directory from a backup.",
        discussion: """
            The directory must hold no hub. The backup is read through before it counts: it must be whole, not of a \
            newer version, and the master key must be its own: MARTLET_MASTER_KEY, a master.key in the directory, \
            --key-file, or FILE.key beside the backup.
            """)

    @Argument(help: "The backup.") var file: String
    @Option(help: ArgumentHelp("The master key of the backup.", valueName: "file")) var keyFile: String?
    @OptionGroup var data: DataOptions

    func run() async throws {
        let settings = try data.settings()
        let directory = DataDirectory(path: settings.dataDirectory)
        let files = FileManager.default
        guard !directory.hasDatabase else {
            throw CommandError("There is a hub in \(directory.path) already; nothing was changed.")
        }
        guard files.fileExists(atPath: file) else { throw CommandError("There is no file \(file).") }
        try directory.make()
        let key = try masterKey(settings, directory)
        let copy = "\(directory.databasePath).restoring"
        for path in [copy, "\(copy)-wal", "\(copy)-shm"] { try? files.removeItem(atPath: path) }
        try files.copyItem(atPath: file, toPath: copy)
        try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: copy)
        do {
            try await Self.check(copy, key.secret)
        } catch {
            for path in [copy, "\(copy)-wal", "\(copy)-shm"] { try? files.removeItem(atPath: path) }
            throw error
        }
        if key.isNew {
            try PrivateFile.write(Array((Hex.encode(key.secret.reveal()) + "\n").utf8), to: directory.masterKeyPath)
        }
        for path in ["\(copy)-wal", "\(copy)-shm"] { try? files.removeItem(atPath: path) }  // Empty by now.
        try PrivateFile.makeDurable(file: copy)
        try files.moveItem(atPath: copy, toPath: directory.databasePath)
        try PrivateFile.makeDurable(folder: directory.path)
        Output.line("Restored to \(directory.path).")
    }

    /// The backup's key, and whether it has to be put into the directory.
    private func masterKey(
        _ settings: Settings, _ directory: DataDirectory
    ) throws -> (secret: Secret<[UInt8]>, isNew: Bool) {
        if let given = settings.masterKey { return (try Vault.key(given.reveal()), false) }
        let beside = "\(file).key"
        if let path = keyFile ?? (FileManager.default.fileExists(atPath: beside) ? beside : nil) {
            let key = try Vault.key(try String(contentsOfFile: path, encoding: .utf8))
            let isThere = FileManager.default.fileExists(atPath: directory.masterKeyPath)
            if isThere, try directory.masterKeysInFiles().first?.reveal() != key.reveal() {
                throw CommandError("\(directory.masterKeyPath) is another key than the backup's; move it away first.")
            }
            return (key, !isThere)
        }
        guard let key = try directory.masterKeysInFiles().first else {
            throw CommandError(
                "The backup needs its master key: --key-file, MARTLET_MASTER_KEY, or master.key in \(directory.path).")
        }
        return (key, false)
    }

    /// Opening finds a newer version; reading finds damage; the vault finds another key.
    private static func check(_ path: String, _ key: Secret<[UInt8]>) async throws {
        let store = try SQLiteStore(path: path)
        do {
            let inspection = try await store.inspect()
            guard inspection.problems.isEmpty else {
                throw CommandError("The backup is damaged: \(inspection.problems.joined(separator: "; "))")
            }
            _ = try await Vault.open(masterKey: key, store: store)
            await store.close()
        } catch {
            await store.close()
            throw error is VaultError ? CommandError("The master key is not the backup's.") : error
        }
    }
}
