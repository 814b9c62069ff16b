import Foundation
import Hub
import HubCore

/// The folder in which everything lies.
struct DataDirectory: Sendable {
    let path: String

    var databasePath: String { "\(path)/martlet.db" }
    var masterKeyPath: String { "\(path)/master.key" }
    /// While a rotation is under way: the key that is about to take the other's place.
    var nextMasterKeyPath: String { "\(path)/master.key.next" }

    var hasDatabase: Bool { FileManager.default.fileExists(atPath: databasePath) }

    /// How a master key is written.
    static let keyForm = "32 bytes, as 64 hexadecimal digits or base64"

    /// Makes it, readable by its owner only.
    ///
    /// - Throws: ``StartError/directory(path:reason:)``.
    func make() throws(StartError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
            let reason = cause.map { String(cString: strerror(Int32($0.code))) }
            throw .directory(path: path, reason: reason ?? error.localizedDescription)
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw .directory(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// The keys that the files hold: the current one, and the next when a rotation is under way.
    func masterKeysInFiles() throws -> [Secret<[UInt8]>] {
        try [masterKeyPath, nextMasterKeyPath].filter { FileManager.default.fileExists(atPath: $0) }.map { path in
            guard let text = try? String(contentsOfFile: path, encoding: .utf8), let key = try? Vault.key(text) else {
                throw StartError.unreadableKey(path: path)
            }
            return key
        }
    }

    /// Makes the key of a new directory.
    func makeMasterKey() throws -> Secret<[UInt8]> {
        try Self.writeNewKey(to: masterKeyPath)
    }

    /// Makes a key and writes it durably; fails when the file is there.
    static func writeNewKey(to path: String) throws -> Secret<[UInt8]> {
        let key = Vault.randomBytes(Vault.keyLength)
        try PrivateFile.write(Array((Hex.encode(key) + "\n").utf8), to: path)
        return Secret(key)
    }

    /// Runs `work` while no other process rotates the key: two at once could each overwrite the other's.
    func whileRotating<Value>(_ work: () async throws -> Value) async throws -> Value {
        let descriptor = open("\(path)/master.key.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CommandError("\(path)/master.key.lock cannot be made.") }
        // Closing gives the lock back, also when the process dies.
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw CommandError("Another process is rotating the master key.")
        }
        return try await work()
    }

    /// Puts the next key into the current one's place, in one step.
    func adoptNextMasterKey() throws {
        // Another process may have found it first, and done the same.
        guard rename(nextMasterKeyPath, masterKeyPath) == 0 || errno == ENOENT else {
            throw CommandError("\(nextMasterKeyPath) cannot be renamed (\(String(cString: strerror(errno)))).")
        }
        try PrivateFile.makeDurable(folder: path)
    }
}

/// Files that only their owner may read, and that are on the disk when the call returns.
enum PrivateFile {
    /// Fails when the file is there.
    static func write(_ bytes: [UInt8], to path: String) throws {
        // The mode holds from the first byte on: a file made with wider rights could be opened by others meanwhile.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandError("\(path) cannot be made (\(String(cString: strerror(errno)))).")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: Data(bytes))
        try file.synchronize()
        try makeDurable(folder: URL(filePath: path).deletingLastPathComponent().path)
    }

    /// Makes sure that names in a folder survive a power cut.
    static func makeDurable(folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw CommandError("\(folder) cannot be made durable.") }
    }

    /// Makes what was written to a file durable.
    static func makeDurable(file: String) throws {
        let handle = try FileHandle(forUpdating: URL(filePath: file))
        try handle.synchronize()
        try handle.close()
    }
}
