import Foundation
import Hub
import HubCore

/// The folder in which everything lies.
struct DataDirectory: Sendable {
    let path: String

    var databasePath: String { "\(path)/martlet.db" }
    var masterKeyPath: String { "\(path)/master.key" }

    /// Makes it, readable by its owner only.
    func make() throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// The key that is given, else the one in the directory, which is made on first run.
    func masterKey(_ given: Secret<String>?) throws -> Secret<[UInt8]> {
        if let given { return try Vault.key(given.reveal()) }
        if let text = try? String(contentsOfFile: masterKeyPath, encoding: .utf8) {  // Not there: it is made below.
            return try Vault.key(text)
        }
        let key = Vault.randomBytes(Vault.keyLength)
        // The mode holds from the first byte on: a file made with wider rights could be opened by others meanwhile.
        let descriptor = open(masterKeyPath, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteNoPermission) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: Data((Hex.encode(key) + "\n").utf8))
        try file.synchronize()
        return Secret(key)
    }
}
