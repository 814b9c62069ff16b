import ArgumentParser
import Foundation
import Hub
import HubCore
import HubStorage

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "The master key, which seals secrets at rest.",
        subcommands: [Show.self, Rotate.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say where the master key is and what its id is; never the key.")

        @OptionGroup var data: DataOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            try await data.withHub { hub, settings in
                let id = Hex.encode(hub.vault.sealingKeyID)
                let place =
                    settings.masterKey == nil
                    ? DataDirectory(path: settings.dataDirectory).masterKeyPath : "MARTLET_MASTER_KEY"
                let document: JSON = ["id": .string(id), "place": .string(place)]
                Output.line(json ? document.text : "The master key \(id) is in \(place).")
            }
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a new master key and seal every secret with it.",
            discussion: """
                Tokens, bot keys and sessions stay good. It may be broken off at any point: either all secrets are \
                sealed with the old key or all with the new one, and the next start takes the one that fits. A running \
                server goes on with the new key by itself when the key is a file in the data directory.

                A key given as MARTLET_MASTER_KEY is not ours to replace: --to says where to write the new one, and \
                the server must be started again with it.
                """)

        @Option(
            help: ArgumentHelp(
                "Where to write the new key, when the old one comes from the environment.", valueName: "file"))
        var to: String?
        @OptionGroup var data: DataOptions

        func run() async throws {
            try await data.withHub { hub, settings in
                let directory = DataDirectory(path: settings.dataDirectory)
                guard settings.masterKey == nil else {
                    guard let to else {
                        throw CommandError(
                            "The master key comes from the environment: say where to write the new one with --to.")
                    }
                    let count = try await reseal(hub, with: try DataDirectory.writeNewKey(to: to))
                    return Output.line(
                        """
                        \(count) secrets are sealed with the new key in \(to).
                        Start the server again with MARTLET_MASTER_KEY_FILE=\(to); until then it cannot read its secrets.
                        """)
                }
                guard to == nil else { throw CommandError("--to is for a key that comes from the environment.") }
                let count = try await directory.whileRotating {
                    // A key that was written and never used: nothing is sealed with it, or it were the current one.
                    try? FileManager.default.removeItem(atPath: directory.nextMasterKeyPath)
                    let key = try DataDirectory.writeNewKey(to: directory.nextMasterKeyPath)
                    let count = try await reseal(hub, with: key)
                    try directory.adoptNextMasterKey()
                    return count
                }
                Output.line("\(count) secrets are sealed with the new key in \(directory.masterKeyPath).")
                Output.note("Backups made before need the old key; it is not kept.")
            }
        }

        /// In one transaction: all or none.
        private func reseal(_ hub: Hub, with key: Secret<[UInt8]>) async throws -> Int {
            let old = hub.vault
            let new = try Vault(masterKey: key)
            let count = try await hub.store.reseal { sealed, place in
                try new.seal(try old.open(sealed, at: place), at: place)
            }
            try await hub.store.apply(
                [],
                AuditEntry(
                    at: hub.clock.now(), workspace: nil, actor: Session.actor, action: "key.rotate",
                    subject: Hex.encode(new.sealingKeyID), detail: "\(count) secrets"))
            return count
        }
    }
}
